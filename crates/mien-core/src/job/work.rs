//! The work of a job, piece by piece. Each piece is one durable write, so a job goes on where a crash has cut it off.

use super::ids;
use crate::Inner;
use crate::embedding;
use crate::error::CoreError;
use crate::space::Space;
use crate::value::FaceId;
use mien_store::{FaceKey, JobKey, JobRow, PersonGroupRow, PersonKey, Transaction, View};
use std::sync::Arc;

/// Persons of one piece at most.
const PERSONS: u64 = 64;

/// A piece of work: faces to embed.
#[derive(Debug)]
pub struct Work {
    job: JobKey,
    space: Arc<Space>,
    cursor: u64,
    persons: Vec<PersonKey>,
    crops: Vec<Crop>,
}

/// The kept crop of a face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crop {
    /// The face.
    pub face: FaceId,
    /// The crop as it was stored.
    pub image: Vec<u8>,
}

impl Work {
    /// Space to embed in.
    pub fn space(&self) -> &Arc<Space> {
        &self.space
    }

    /// What to embed. May be empty: then only rows are to be moved.
    pub fn crops(&self) -> &[Crop] {
        &self.crops
    }
}

/// What a look at the store says is next.
enum Next {
    Nothing,
    Piece(Work),
    /// No member is left after the cursor.
    Finish(JobRow),
    Fail {
        job: JobRow,
        why: String,
        faces: Vec<FaceId>,
    },
}

pub(super) fn next(inner: &Arc<Inner>, faces: usize) -> Result<Option<Work>, CoreError> {
    loop {
        match inner.store.read(|view| look(inner, view, faces))? {
            Next::Nothing => return Ok(None),
            Next::Piece(work) => return Ok(Some(work)),
            Next::Finish(job) => {
                let inner_too = Arc::clone(inner);
                inner.store.write(move |tx| finish(&inner_too, tx, job.key))?;
            }
            Next::Fail { job, why, faces } => fail(inner, &job, why, &faces)?,
        }
    }
}

pub(super) fn hand_in(
    inner: &Arc<Inner>,
    work: Work,
    embeddings: Vec<Result<Vec<f32>, String>>,
) -> Result<(), CoreError> {
    let mut vectors = Vec::with_capacity(work.crops.len());
    let (mut failed, mut why) = (Vec::new(), None);
    for (crop, embedding) in work.crops.iter().zip(embeddings) {
        let stored =
            embedding.and_then(|values| embedding::stored(&values, work.space.dim).map_err(|error| error.to_string()));
        match stored {
            Ok(vector) => vectors.push((FaceKey(crop.face.0), vector)),
            Err(error) => {
                failed.push(crop.face);
                why = why.or(Some(error));
            }
        }
    }
    if let Some(why) = why {
        let Some(job) = inner
            .store
            .read(|view| view.job_by_key(work.job).map_err(CoreError::from))?
        else {
            return Ok(());
        };
        return fail(
            inner,
            &job,
            format!("the crop of a face cannot be embedded: {why}"),
            &failed,
        );
    }
    inner.store.write(move |tx| {
        let Some(job) = at_work(tx, work.job)? else {
            return Ok(());
        };
        for (face, vector) in &vectors {
            let still = tx.person_of_face(*face)?.is_some() && tx.vector(*face, job.target())?.is_none();
            if still {
                tx.insert_vector(*face, job.target(), vector)?;
            }
        }
        let mut moved = 0;
        for person in &work.persons {
            moved += move_person(tx, &job, *person)?;
        }
        Ok(tx.advance_job(job.key, work.cursor, moved)?)
    })
}

fn look(inner: &Inner, view: &View<'_>, faces: usize) -> Result<Next, CoreError> {
    let Some(job) = view.job_at_work()? else {
        return Ok(Next::Nothing);
    };
    let target = job.target();
    let space = match inner.spaces.of(target, || format!("job {}", job.id)) {
        Ok(loaded) => Arc::clone(&loaded.space),
        Err(error) => {
            let (why, faces) = (error.to_string(), Vec::new());
            return Ok(Next::Fail { job, why, faces });
        }
    };
    let members = view.members_to_move(job.group, job.key, job.cursor, PERSONS)?;
    if members.is_empty() {
        return Ok(Next::Finish(job));
    }
    let mut work = Work {
        job: job.key,
        space,
        cursor: job.cursor,
        persons: Vec::new(),
        crops: Vec::new(),
    };
    for (member, person) in members {
        let mut lost = Vec::new();
        for face in view.face_keys(person)? {
            if view.vector(face, target)?.is_some() {
                continue;
            }
            match view.crop(face)? {
                Some(image) => work.crops.push(Crop {
                    face: FaceId(face.0),
                    image,
                }),
                None => lost.push(face),
            }
        }
        if !lost.is_empty() {
            let (why, faces) = ("no crop of a face was kept".to_owned(), ids(&lost));
            return Ok(Next::Fail { job, why, faces });
        }
        work.persons.push(person);
        work.cursor = member;
        if work.crops.len() >= faces {
            break;
        }
    }
    Ok(Next::Piece(work))
}

/// The switch, unless members have come behind the cursor's back: then the job starts over with those.
fn finish(inner: &Inner, tx: &mut Transaction<'_>, job: JobKey) -> Result<(), CoreError> {
    let Some(job) = at_work(tx, job)? else {
        return Ok(());
    };
    let left = tx.members_to_move(job.group, job.key, 0, 1)?;
    if !left.is_empty() {
        return Ok(tx.advance_job(job.key, 0, 0)?);
    }
    match tx.group_by_key(job.group)? {
        Some(group) => Ok(tx.finish_job(&job, &group, inner.clock.now_ms())?),
        None => Ok(()),
    }
}

fn fail(inner: &Inner, job: &JobRow, why: String, faces: &[FaceId]) -> Result<(), CoreError> {
    tracing::warn!(job = job.id, why, "a job has failed");
    let (key, now_ms) = (job.key, inner.clock.now_ms());
    let faces: Vec<String> = faces.iter().map(FaceId::to_string).collect();
    inner.store.write(move |tx| match at_work(tx, key)? {
        Some(job) => Ok(tx.fail_job(&job, &why, &faces, now_ms)?),
        None => Ok(()),
    })
}

/// The job, if it is still at work: its group may have been deleted meanwhile.
fn at_work(tx: &Transaction<'_>, job: JobKey) -> Result<Option<JobRow>, CoreError> {
    let Some(job) = tx.job_by_key(job)? else {
        return Ok(None);
    };
    let group = tx.group_by_key(job.group)?;
    let moving = group.and_then(|group| group.moving);
    Ok(moving.is_some_and(|moving| moving.job == job.key).then_some(job))
}

/// Puts a person into the gallery of the target space when all its faces have vectors there. Gives the faces moved; what
/// is not moved is met again.
fn move_person(tx: &mut Transaction<'_>, job: &JobRow, person: PersonKey) -> Result<u64, CoreError> {
    let groups: Vec<PersonGroupRow> = tx.groups_of_person(person)?;
    let waits = groups.iter().any(|group| group.key == job.group && !group.moved);
    let vectors = tx.person_vectors(person, job.target())?;
    if !waits || vectors.len() != tx.face_keys(person)?.len() {
        return Ok(0);
    }
    let fused = embedding::fuse(vectors.iter().map(|(_, vector)| vector));
    tx.move_member(job, person, &vectors, fused.as_ref())?;
    Ok(vectors.len() as u64)
}
