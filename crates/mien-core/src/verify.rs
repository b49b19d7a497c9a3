//! Verification 1:1 against a stored person, and comparison of two faces (BEHAVIOUR 9 "VerifyFace", "VerifyPerson").

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::score::Score;
use crate::search::Target;
use crate::space::Space;
use crate::value::{ModelVersion, PersonId};
use std::sync::Arc;

/// Outcome of a verification.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verified {
    /// How similar, on the scale of the version.
    pub score: Score,
    /// Whether it counts as the same person: score at or above [`Score::MATCH`] (BEHAVIOUR 7.7).
    pub matches: bool,
    /// Version of the person's groups.
    pub version: ModelVersion,
}

impl Core {
    /// All checks of a verification that need no picture. Gives the space to embed the probe in.
    ///
    /// Errors, in this order: [`CoreError::PersonNotFound`], [`CoreError::UnsupportedVersion`] (persons only),
    /// [`CoreError::SpaceNotLoaded`].
    pub fn check_verify(
        &self,
        _account: AccountId,
        _person: &PersonId,
        _target: Target,
    ) -> Result<Arc<Space>, CoreError> {
        todo!()
    }

    /// Compares a probe with the person's best face ([`Target::Faces`]) or fused vector ([`Target::Persons`]). Errors
    /// as [`Core::check_verify`], and [`CoreError::BadEmbedding`].
    pub fn verify(
        &self,
        _account: AccountId,
        _person: &PersonId,
        _target: Target,
        _probe: &[f32],
    ) -> Result<Verified, CoreError> {
        todo!()
    }

    /// The space that new groups of a version get, which is also the one to compare two pictures in.
    ///
    /// Errors: [`CoreError::VersionNotLoaded`].
    pub fn space(&self, _version: ModelVersion) -> Result<Arc<Space>, CoreError> {
        todo!()
    }
}
