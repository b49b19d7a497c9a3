//! Verification 1:1 against a stored person, and comparison of two faces (BEHAVIOUR 9 "VerifyFace", "VerifyPerson").

use crate::account::AccountId;
use crate::embedding::{self, Embedding};
use crate::error::CoreError;
use crate::score::Score;
use crate::search::Target;
use crate::space::Space;
use crate::spaces::Loaded;
use crate::value::{ModelVersion, PersonId};
use crate::{Core, Inner, person};
use mien_store::{PersonRow, View};
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
    pub fn check_verify(&self, account: AccountId, person: &PersonId, target: Target) -> Result<Arc<Space>, CoreError> {
        let inner = &self.inner;
        let (_, loaded) = inner.store.read(|view| find(inner, view, account, person, target))?;
        Ok(Arc::clone(&loaded.space))
    }

    /// Compares a probe with the person's best face ([`Target::Faces`]) or fused vector ([`Target::Persons`]). Errors
    /// as [`Core::check_verify`], and [`CoreError::BadEmbedding`], [`CoreError::SpaceChanged`].
    pub fn verify(
        &self,
        account: AccountId,
        person: &PersonId,
        target: Target,
        probe: &Embedding,
    ) -> Result<Verified, CoreError> {
        let inner = &self.inner;
        let (loaded, faces) = inner.store.read(|view| {
            let (person, loaded) = find(inner, view, account, person, target)?;
            Ok::<_, CoreError>((loaded, view.person_vectors(person.key, person.space)?))
        })?;
        let space = &loaded.space;
        let probe = embedding::unit(probe.of(space)?, space.dim)?;
        let faces = faces.into_iter().map(|(_, vector)| vector);
        let compared: Vec<_> = match target {
            Target::Faces => faces.collect(),
            Target::Persons => embedding::fuse(&faces.collect::<Vec<_>>()).into_iter().collect(),
        };
        let cosines = compared
            .iter()
            .map(|vector| embedding::cosine(&vector.to_f32(), &probe));
        let score = space.curve.score(cosines.fold(-1.0, f32::max), space.version);
        Ok(Verified {
            score,
            matches: score >= Score::MATCH,
            version: space.version,
        })
    }
}

fn find<'a>(
    inner: &'a Inner,
    view: &View<'_>,
    account: AccountId,
    id: &PersonId,
    target: Target,
) -> Result<(PersonRow, &'a Loaded), CoreError> {
    let person = person::find(view, account, id)?;
    let version = inner.spaces.version(person.space);
    if target == Target::Persons && version == ModelVersion::V2 {
        return Err(CoreError::UnsupportedVersion(version));
    }
    let loaded = inner.spaces.of(person.space, || format!("person {}", person.id))?;
    Ok((person, loaded))
}
