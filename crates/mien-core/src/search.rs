//! Search 1:N by single faces and by fused persons, over all groups or group by group (BEHAVIOUR 9, 7.2, 7.6).

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::person::Membership;
use crate::score::Score;
use crate::space::Space;
use crate::value::{FaceId, Gender, GroupId, GroupIds, ModelVersion, PersonId, PersonName};
use std::sync::Arc;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Each stored face on its own.
    Faces,
    /// One fused vector per person; version 3.0 only.
    Persons,
}

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchOptions {
    /// Candidates wanted for each probe (in a search by group: for each probe and group).
    pub candidates: usize,
    /// Drops candidates below it; whether a score equal to it passes depends on the search (BEHAVIOUR 7.6).
    pub threshold: Option<Score>,
    /// Whether [`Candidate::details`] are wanted.
    pub details: bool,
}

/// A person found.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub person: PersonId,
    /// Its best face; `None` in a search of fused persons.
    pub face: Option<FaceId>,
    /// How similar, on the scale of the version.
    pub score: Score,
    /// The cosine behind the score.
    pub cosine: f32,
    /// Only when wanted.
    pub details: Option<Details>,
}

/// More about a person found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Name.
    pub name: PersonName,
    /// Gender.
    pub gender: Gender,
    /// All groups of the person, also those not searched, in order of joining.
    pub groups: Vec<Membership>,
}

/// What was found for one probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Best first; each person once.
    pub candidates: Vec<Candidate>,
    /// A threshold was given and left no candidate (RetCode -1604, BEHAVIOUR 9 "SearchFaces").
    pub all_below_threshold: bool,
}

/// What was found in one group.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundInGroup {
    /// The group.
    pub group: GroupId,
    /// Best first; each person once.
    pub candidates: Vec<Candidate>,
}

/// Outcome of a search: one entry of `probes` per probe, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Search<T> {
    /// One entry per probe.
    pub probes: Vec<T>,
    /// Faces in the searched groups; a person in two of them counts twice (BEHAVIOUR 13 #29).
    pub faces: u64,
    /// Persons in the searched groups, counted in the same way.
    pub persons: u64,
    /// Version of the groups.
    pub version: ModelVersion,
}

impl Core {
    /// All checks of a search that need no picture. Gives the space to embed the probes in.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::UnsupportedVersion`] (persons only),
    /// [`CoreError::AcrossVersions`], [`CoreError::NoFaceInGroups`], [`CoreError::SearchTooLarge`],
    /// [`CoreError::SpaceNotLoaded`].
    pub fn check_search(
        &self,
        _account: AccountId,
        _groups: &GroupIds,
        _target: Target,
    ) -> Result<Arc<Space>, CoreError> {
        todo!()
    }

    /// The persons with the most similar faces over all groups. Passes scores above the threshold of
    /// [`Target::Faces`], at or above that of [`Target::Persons`]. Errors as [`Core::check_search`], and
    /// [`CoreError::BadEmbedding`].
    pub fn search(
        &self,
        _account: AccountId,
        _groups: &GroupIds,
        _target: Target,
        _probes: &[Vec<f32>],
        _options: &SearchOptions,
    ) -> Result<Search<Found>, CoreError> {
        todo!()
    }

    /// The same for each group on its own, in the order of the request, also groups without a candidate. Passes scores
    /// at or above the threshold of [`Target::Faces`], above that of [`Target::Persons`].
    pub fn search_by_group(
        &self,
        _account: AccountId,
        _groups: &GroupIds,
        _target: Target,
        _probes: &[Vec<f32>],
        _options: &SearchOptions,
    ) -> Result<Search<Vec<FoundInGroup>>, CoreError> {
        todo!()
    }
}
