//! Faces of persons: add and delete (BEHAVIOUR 9 "CreateFace", "DeleteFace").

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::score::Score;
use crate::space::Space;
use crate::value::{FaceId, ModelVersion, PersonId};
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
    /// Its embedding in the space that the matching `check_*` named. Brought to unit length here.
    pub embedding: Vec<f32>,
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
    /// All checks of [`Core::add_faces`] that need no picture. Gives the space to embed the faces in.
    ///
    /// Errors, in this order: [`CoreError::TooManyImages`], [`CoreError::PersonNotFound`], [`CoreError::PersonFull`],
    /// [`CoreError::GroupFull`], [`CoreError::AccountFull`] (each counting all `images`),
    /// [`CoreError::SpaceNotLoaded`].
    pub fn check_add_faces(
        &self,
        _account: AccountId,
        _person: &PersonId,
        _images: usize,
    ) -> Result<Arc<Space>, CoreError> {
        todo!()
    }

    /// Adds faces to a person in all its groups. Each image is a face or the caller's reason why there is none, which
    /// comes back in the outcome. A face is stored when its best score against the faces that the person had before
    /// the call is above `threshold`. Errors as [`Core::check_add_faces`], and [`CoreError::BadEmbedding`].
    pub fn add_faces<R: Send + 'static>(
        &self,
        _account: AccountId,
        _person: &PersonId,
        _images: Vec<Result<Enrolled, R>>,
        _threshold: Score,
    ) -> Result<Additions<R>, CoreError> {
        todo!()
    }

    /// Deletes faces of a person; ids of other faces are skipped. Gives those deleted, in the order of the request.
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::LastFace`] when no face would be left.
    pub fn delete_faces(
        &self,
        _account: AccountId,
        _person: &PersonId,
        _faces: &[FaceId],
    ) -> Result<Vec<FaceId>, CoreError> {
        todo!()
    }
}
