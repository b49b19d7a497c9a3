//! Faces of persons: add and delete (BEHAVIOUR 9 "CreateFace", "DeleteFace").

use crate::account::AccountId;
use crate::embedding::{self, Embedding};
use crate::error::CoreError;
use crate::score::Score;
use crate::space::Space;
use crate::spaces::Loaded;
use crate::value::{FaceId, GroupId, ModelVersion, PersonId};
use crate::{Core, Inner, group, person};
use mien_store::{
    AccountKey, FaceKey, FrameRow, NewFaceRow, PersonGroupRow, PersonKey, PersonRow, SpaceKey, Transaction, Vector,
    View,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Frame of a face in its image, in pixels; it may leave the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// A face ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolled {
    /// Where it was in its image.
    pub frame: Frame,
    /// Its embeddings, one in each space that the matching `check_*` named. Brought to unit length here.
    pub embeddings: Vec<Embedding>,
    /// An aligned crop to keep, when the operator wants that (DESIGN 3 "Privacy"). Stored as given.
    pub crop: Option<Vec<u8>>,
}

/// What became of one image of [`Core::add_faces`].
#[derive(Clone, Debug, PartialEq)]
pub enum Addition<R> {
    /// Stored.
    Added {
        /// Its id.
        face: FaceId,
        /// Its frame, as given.
        frame: Frame,
    },
    /// Not stored: not similar enough to the faces that the person already has.
    TooDifferent {
        /// Score against the most similar one.
        best: Score,
    },
    /// Not stored: the caller had no face for this image.
    Refused(R),
}

/// Outcome of [`Core::add_faces`].
#[derive(Clone, Debug, PartialEq)]
pub struct Additions<R> {
    /// One entry per image, in order.
    pub images: Vec<Addition<R>>,
    /// Version of the person's groups.
    pub version: ModelVersion,
}

impl Core {
    /// All checks of [`Core::add_faces`] that need no picture. Gives the spaces to embed the faces in: several while the
    /// person is in groups of several spaces, or in one that is being moved.
    ///
    /// Errors, in this order: [`CoreError::TooManyImages`], [`CoreError::PersonNotFound`], [`CoreError::PersonFull`],
    /// [`CoreError::GroupFull`], [`CoreError::AccountFull`] (each counting all `images`),
    /// [`CoreError::SpaceNotLoaded`].
    pub fn check_add_faces(
        &self,
        account: AccountId,
        person: &PersonId,
        images: usize,
    ) -> Result<Vec<Arc<Space>>, CoreError> {
        let inner = &self.inner;
        let admitted = inner.store.read(|view| admit(inner, view, account, person, images))?;
        let spaces = admitted.spaces(inner)?;
        Ok(spaces.into_iter().map(|loaded| Arc::clone(&loaded.space)).collect())
    }

    /// Adds faces to a person in all its groups. Each image is a face or the caller's reason why there is none, which
    /// comes back in the outcome. A face is stored when its best score against the faces that the person had before
    /// the call is above `threshold`. Errors as [`Core::check_add_faces`], and [`CoreError::BadEmbedding`],
    /// [`CoreError::SpaceChanged`].
    pub fn add_faces<R: Send + 'static>(
        &self,
        account: AccountId,
        person: &PersonId,
        images: Vec<Result<Enrolled, R>>,
        threshold: Score,
    ) -> Result<Additions<R>, CoreError> {
        let (inner, person) = (Arc::clone(&self.inner), person.clone());
        self.inner
            .store
            .write(move |tx| add(&inner, tx, account, &person, images, threshold))
    }

    /// Deletes faces of a person; ids of other faces are skipped. Gives those deleted, in the order of the request.
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::LastFace`] when no face would be left.
    pub fn delete_faces(
        &self,
        account: AccountId,
        person: &PersonId,
        faces: &[FaceId],
    ) -> Result<Vec<FaceId>, CoreError> {
        let (person, faces) = (person.clone(), faces.to_vec());
        self.inner.store.write(move |tx| delete(tx, account, &person, &faces))
    }
}

/// Whether a group has room for `more` faces.
pub(crate) fn check_group_room(
    inner: &Inner,
    account: AccountId,
    space: SpaceKey,
    group: &str,
    faces: u64,
    more: u64,
) -> Result<(), CoreError> {
    let max = inner.limits.of(account).faces_per_group(inner.spaces.version(space));
    if faces + more > max {
        return Err(CoreError::GroupFull {
            group: GroupId::stored(group.to_owned()),
            max,
        });
    }
    Ok(())
}

/// Whether an account has room for `more` faces.
pub(crate) fn check_account_room(
    inner: &Inner,
    view: &View<'_>,
    account: AccountId,
    more: u64,
) -> Result<(), CoreError> {
    let max = inner.limits.of(account).faces_per_account;
    if group::find_account(view, account)?.faces + more > max {
        return Err(CoreError::AccountFull { max });
    }
    Ok(())
}

/// Stores one face of a person. The caller tells the change log about the fused vector.
pub(crate) fn insert(
    inner: &Inner,
    tx: &mut Transaction<'_>,
    account: AccountId,
    person: &PersonRow,
    face: &Enrolled,
    vectors: &[(SpaceKey, Vector)],
) -> Result<FaceId, CoreError> {
    let Frame { x, y, width, height } = face.frame;
    let key = tx.insert_face(&NewFaceRow {
        account: AccountKey(account.0),
        person: person.key,
        frame: FrameRow { x, y, width, height },
        vectors,
        crop: face.crop.as_deref(),
        now_ms: inner.clock.now_ms(),
    })?;
    Ok(FaceId(key.0))
}

/// The vectors of a face to store, in each of these spaces.
pub(crate) fn vectors(face: &Enrolled, spaces: &[&Loaded]) -> Result<Vec<(SpaceKey, Vector)>, CoreError> {
    let vector = |loaded: &&Loaded| {
        let values = embedding::in_space(&face.embeddings, &loaded.space)?;
        Ok((loaded.key, embedding::stored(values, loaded.space.dim)?))
    };
    spaces.iter().map(vector).collect()
}

/// The fused vectors of a person: one for each space in which it is in a gallery.
pub(crate) fn fused(view: &View<'_>, person: PersonKey) -> Result<Vec<(SpaceKey, Vector)>, CoreError> {
    let groups = view.groups_of_person(person)?;
    let spaces: BTreeSet<SpaceKey> = groups.iter().flat_map(PersonGroupRow::galleries).collect();
    let mut fused = Vec::with_capacity(spaces.len());
    for space in spaces {
        let vectors = view.person_vectors(person, space)?;
        fused.extend(embedding::fuse(vectors.iter().map(|(_, vector)| vector)).map(|vector| (space, vector)));
    }
    Ok(fused)
}

/// A person that may get more faces.
struct Admitted {
    person: PersonRow,
    groups: Vec<PersonGroupRow>,
}

impl Admitted {
    /// The spaces in which a new face needs a vector, that of the person first.
    fn spaces<'a>(&self, inner: &'a Inner) -> Result<Vec<&'a Loaded>, CoreError> {
        let mut keys = vec![self.person.space];
        for space in self.groups.iter().flat_map(PersonGroupRow::spaces) {
            if !keys.contains(&space) {
                keys.push(space);
            }
        }
        let loaded = |key| inner.spaces.of(key, || format!("person {}", self.person.id));
        keys.into_iter().map(loaded).collect()
    }
}

fn admit(
    inner: &Inner,
    view: &View<'_>,
    account: AccountId,
    id: &PersonId,
    images: usize,
) -> Result<Admitted, CoreError> {
    let limits = inner.limits.of(account);
    let max = limits.images_per_call;
    if images > max {
        return Err(CoreError::TooManyImages { given: images, max });
    }
    let person = person::find(view, account, id)?;
    let (max, images) = (limits.faces_per_person, images as u64);
    if person.faces + images > max {
        return Err(CoreError::PersonFull { max });
    }
    let groups = view.groups_of_person(person.key)?;
    for group in &groups {
        check_group_room(inner, account, group.space, &group.id, group.faces, images)?;
    }
    check_account_room(inner, view, account, images)?;
    Ok(Admitted { person, groups })
}

fn add<R>(
    inner: &Inner,
    tx: &mut Transaction<'_>,
    account: AccountId,
    id: &PersonId,
    images: Vec<Result<Enrolled, R>>,
    threshold: Score,
) -> Result<Additions<R>, CoreError> {
    let admitted = admit(inner, tx, account, id, images.len())?;
    let (spaces, person) = (admitted.spaces(inner)?, &admitted.person);
    let space = &spaces[0].space;
    let before = tx.person_vectors(person.key, person.space)?;
    let known: Vec<Vec<f32>> = before.iter().map(|(_, vector)| vector.to_f32()).collect();
    let (mut outcomes, mut any) = (Vec::with_capacity(images.len()), false);
    for image in images {
        let face = match image {
            Ok(face) => face,
            Err(reason) => {
                outcomes.push(Addition::Refused(reason));
                continue;
            }
        };
        let vectors = vectors(&face, &spaces)?;
        let probe = vectors[0].1.to_f32();
        let best = known
            .iter()
            .map(|known| embedding::cosine(known, &probe))
            .fold(-1.0, f32::max);
        let best = space.curve.score(best, space.version);
        if best > threshold {
            let key = insert(inner, tx, account, person, &face, &vectors)?;
            outcomes.push(Addition::Added {
                face: key,
                frame: face.frame,
            });
            any = true;
        } else {
            outcomes.push(Addition::TooDifferent { best });
        }
    }
    if any {
        log_fused(tx, person.key)?;
    }
    Ok(Additions {
        images: outcomes,
        version: space.version,
    })
}

fn delete(
    tx: &mut Transaction<'_>,
    account: AccountId,
    id: &PersonId,
    faces: &[FaceId],
) -> Result<Vec<FaceId>, CoreError> {
    let person = person::find(tx, account, id)?;
    let mut left: BTreeSet<FaceKey> = tx.face_keys(person.key)?.into_iter().collect();
    let deleted: Vec<FaceId> = faces
        .iter()
        .copied()
        .filter(|face| left.remove(&FaceKey(face.0)))
        .collect();
    if deleted.is_empty() {
        return Ok(deleted);
    }
    if left.is_empty() {
        return Err(CoreError::LastFace);
    }
    for face in &deleted {
        tx.delete_face(AccountKey(account.0), person.key, FaceKey(face.0))?;
    }
    log_fused(tx, person.key)?;
    Ok(deleted)
}

fn log_fused(tx: &mut Transaction<'_>, person: PersonKey) -> Result<(), CoreError> {
    let fused = fused(tx, person)?;
    Ok(tx.log_fused(person, &fused)?)
}
