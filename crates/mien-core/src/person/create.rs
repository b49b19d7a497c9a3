//! Creating a person, unless the group holds a similar one (BEHAVIOUR 9 "CreatePerson", 7.5).

use super::{Created, NewPerson, check_fields, find, place_texts};
use crate::account::AccountId;
use crate::embedding;
use crate::error::CoreError;
use crate::face::{self, Enrolled};
use crate::score::Score;
use crate::space::Space;
use crate::spaces::Loaded;
use crate::value::{FaceId, ModelVersion, PersonId};
use crate::{Inner, group};
use mien_index::Query;
use mien_store::{AccountKey, FaceKey, GroupKey, GroupRow, NewPersonRow, SpaceKey, Stream, Transaction, Vector, View};
use std::sync::Arc;

/// Searches for a similar person are made before the write; when what they found has gone by then, they are made again.
const ATTEMPTS: usize = 16;

pub(super) fn check(inner: &Inner, account: AccountId, person: &NewPerson) -> Result<Vec<Arc<Space>>, CoreError> {
    let group = inner.store.read(|view| admit(inner, view, account, person))?;
    let spaces = spaces(inner, &group)?;
    Ok(spaces.into_iter().map(|loaded| Arc::clone(&loaded.space)).collect())
}

pub(super) fn create(
    inner: &Arc<Inner>,
    account: AccountId,
    person: NewPerson,
    face: Enrolled,
) -> Result<Created, CoreError> {
    let group = inner.store.read(|view| admit(inner, view, account, &person))?;
    let vectors = face::vectors(&face, &spaces(inner, &group)?)?;
    let new = Arc::new(New {
        account,
        person,
        face,
        vectors,
    });
    for _ in 0..ATTEMPTS {
        let seen = look(inner, &new)?;
        let (inner_too, new) = (Arc::clone(inner), Arc::clone(&new));
        if let Some(created) = inner
            .store
            .write(move |tx| write(&inner_too, tx, &new, seen.as_ref()))?
        {
            return Ok(created);
        }
    }
    Err(CoreError::IndexStopped("it lags behind the store".to_owned()))
}

/// A checked person to create.
struct New {
    account: AccountId,
    person: NewPerson,
    face: Enrolled,
    vectors: Vec<(SpaceKey, Vector)>,
}

impl New {
    /// The vector to search the group with.
    fn probe(&self, space: SpaceKey) -> Result<Vec<f32>, CoreError> {
        let found = self.vectors.iter().find(|(of, _)| *of == space);
        found.map(|(_, vector)| vector.to_f32()).ok_or(CoreError::SpaceChanged)
    }
}

/// The result of looking for a similar person before the write.
struct Seen {
    /// Key of the group looked at; it may have been deleted and created again since.
    group: GroupKey,
    /// Space it was searched in.
    space: SpaceKey,
    /// Changes up to this number were looked at.
    through: u64,
    /// Score from which a person counted as similar; `None` when the group was empty.
    threshold: Option<Score>,
    /// The most similar face if it reaches the threshold, and its cosine.
    best: Option<(FaceKey, f32)>,
}

/// All checks but that for similar persons. Gives the group.
fn admit(inner: &Inner, view: &View<'_>, account: AccountId, person: &NewPerson) -> Result<GroupRow, CoreError> {
    let group = group::find(view, account, &person.group)?;
    check_fields(&person.texts, &group)?;
    if view.person(AccountKey(account.0), person.id.as_str())?.is_some() {
        return Err(CoreError::PersonExists(person.id.clone()));
    }
    face::check_group_room(inner, account, group.space, &group.id, group.faces, 1)?;
    face::check_account_room(inner, view, account, 1)?;
    Ok(group)
}

fn loaded<'a>(inner: &'a Inner, group: &GroupRow) -> Result<&'a Loaded, CoreError> {
    inner.spaces.of(group.space, || format!("group {}", group.id))
}

/// The space that the group is searched in, and the one that it is being moved to.
fn spaces<'a>(inner: &'a Inner, group: &GroupRow) -> Result<Vec<&'a Loaded>, CoreError> {
    let mut spaces = vec![loaded(inner, group)?];
    if let Some(moving) = group.moving {
        spaces.push(inner.spaces.of(moving.to, || format!("group {}", group.id))?);
    }
    Ok(spaces)
}

/// Searches the group for a similar person, if that is wanted.
fn look(inner: &Inner, new: &New) -> Result<Option<Seen>, CoreError> {
    if new.person.unique.far().is_none() {
        return Ok(None);
    }
    let group = inner
        .store
        .read(|view| group::find(view, new.account, &new.person.group))?;
    let loaded = loaded(inner, &group)?;
    let index = loaded.index(Stream::Faces)?;
    // Read before the search, so that the search has seen at least the changes up to here.
    let through = index.applied();
    let threshold = new.person.unique.threshold(group.faces);
    let probe = new.probe(group.space)?;
    let query = Query {
        probes: &[&probe],
        galleries: &[group.key.0],
        top: 1,
        floor: loaded.space.curve.floor(threshold, ModelVersion::V3),
        threads: inner.threads(group.faces),
    };
    let hit = index.search(&query)?.into_iter().flatten().next();
    Ok(Some(Seen {
        group: group.key,
        space: group.space,
        through,
        threshold,
        best: hit.map(|hit| (FaceKey(hit.key), hit.similarity)),
    }))
}

/// The write itself; `None` when the search must be made again.
fn write(
    inner: &Inner,
    tx: &mut Transaction<'_>,
    new: &New,
    seen: Option<&Seen>,
) -> Result<Option<Created>, CoreError> {
    let group = admit(inner, tx, new.account, &new.person)?;
    let loaded = loaded(inner, &group)?;
    for space in spaces(inner, &group)? {
        new.probe(space.key)?;
    }
    let version = loaded.space.version;
    let similar = seen.map_or(Ok(Similarity::Nobody), |seen| similar(tx, loaded, new, &group, seen))?;
    match similar {
        Similarity::Unknown => Ok(None),
        Similarity::Person { person, face, cosine } => Ok(Some(Created::Similar {
            person,
            face,
            score: loaded.space.curve.score(cosine, version),
            frame: new.face.frame,
            version,
        })),
        Similarity::Nobody => insert(inner, tx, new, &group).map(|face| Some(Created::Person { face, version })),
    }
}

enum Similarity {
    Nobody,
    Person {
        person: PersonId,
        face: FaceId,
        cosine: f32,
    },
    Unknown,
}

/// Brings what the search has seen up to the moment of the write: faces that joined the group since are compared one
/// by one, and the face found must still be there. The score asked for rises with the size of the group; if it has
/// fallen since, the search was too strict.
fn similar(
    tx: &Transaction<'_>,
    loaded: &Loaded,
    new: &New,
    group: &GroupRow,
    seen: &Seen,
) -> Result<Similarity, CoreError> {
    let Some(threshold) = new.person.unique.threshold(group.faces) else {
        return Ok(Similarity::Nobody);
    };
    let too_strict = seen.threshold.is_some_and(|at_the_search| at_the_search > threshold);
    if (seen.group, seen.space) != (group.key, group.space) || too_strict {
        return Ok(Similarity::Unknown);
    }
    let Some(joined) = tx.faces_inserted(loaded.key, group.key, seen.through)? else {
        return Ok(Similarity::Unknown);
    };
    let (mut best, probe) = (seen.best, new.probe(group.space)?);
    for face in joined {
        let Some(vector) = tx.vector(face, loaded.key)? else {
            continue;
        };
        let cosine = embedding::cosine(&vector.to_f32(), &probe);
        if best.is_none_or(|(_, cosine_of_best)| cosine > cosine_of_best) {
            best = Some((face, cosine));
        }
    }
    let near = |cosine| loaded.space.curve.score(cosine, ModelVersion::V3) >= threshold;
    let Some((face, cosine)) = best.filter(|(_, cosine)| near(*cosine)) else {
        return Ok(Similarity::Nobody);
    };
    let person = tx
        .person_of_face_in(face, group.key)?
        .map(|key| tx.person_by_key(key))
        .transpose()?
        .flatten();
    Ok(match person {
        Some(row) => Similarity::Person {
            person: PersonId::stored(row.id),
            face: FaceId(face.0),
            cosine,
        },
        None => Similarity::Unknown,
    })
}

fn insert(inner: &Inner, tx: &mut Transaction<'_>, new: &New, group: &GroupRow) -> Result<FaceId, CoreError> {
    let (account, now_ms) = (AccountKey(new.account.0), inner.clock.now_ms());
    let person = tx.insert_person(&NewPersonRow {
        account,
        id: new.person.id.as_str(),
        name: new.person.name.as_str(),
        gender: new.person.gender.number() as u8,
        now_ms,
    })?;
    let mut texts = Vec::new();
    place_texts(&mut texts, &new.person.texts);
    tx.insert_member(person, group.space, group.key, &texts, &[], None)?;
    let row = find(tx, new.account, &new.person.id)?;
    let face = face::insert(inner, tx, new.account, &row, &new.face, &new.vectors)?;
    tx.log_fused(person, &new.vectors)?;
    Ok(face)
}
