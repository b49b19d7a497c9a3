//! Search 1:N by single faces and by fused persons, over all groups or group by group (BEHAVIOUR 9, 7.2, 7.6).

mod resolve;
mod scope;

use crate::Core;
use crate::account::AccountId;
use crate::embedding::{self, Embedding};
use crate::error::CoreError;
use crate::person::Membership;
use crate::score::Score;
use crate::space::Space;
use crate::value::{FaceId, Gender, GroupId, GroupIds, ModelVersion, PersonId, PersonName};
use mien_index::{Hit, Query};
use resolve::Wanted;
use scope::Scope;
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
    pub fn check_search(&self, account: AccountId, groups: &GroupIds, target: Target) -> Result<Arc<Space>, CoreError> {
        scope::find(&self.inner, account, groups, target).map(|scope| Arc::clone(&scope.loaded.space))
    }

    /// The persons with the most similar faces over all groups. Passes scores above the threshold of
    /// [`Target::Faces`], at or above that of [`Target::Persons`]. Errors as [`Core::check_search`], and
    /// [`CoreError::BadEmbedding`], [`CoreError::SpaceChanged`].
    pub fn search(
        &self,
        account: AccountId,
        groups: &GroupIds,
        target: Target,
        probes: &[Embedding],
        options: &SearchOptions,
    ) -> Result<Search<Found>, CoreError> {
        let scope = scope::find(&self.inner, account, groups, target)?;
        let passes = match target {
            Target::Faces => Passes::Above,
            Target::Persons => Passes::AtOrAbove,
        };
        let wanted = Wanted {
            target,
            options,
            passes,
        };
        let galleries: Vec<u64> = scope.groups.iter().map(|group| group.key.0).collect();
        let found = self.candidates(account, &scope, probes, &wanted, |query| {
            let hits = scope.index()?.search(&Query {
                galleries: &galleries,
                ..query
            })?;
            Ok(hits.into_iter().map(|hits| vec![hits]).collect())
        })?;
        let found = found.into_iter().map(|lists| {
            let candidates: Vec<Candidate> = lists.into_iter().flatten().collect();
            let all_below_threshold = options.threshold.is_some() && candidates.is_empty();
            Found {
                candidates,
                all_below_threshold,
            }
        });
        Ok(scope.answer(found.collect()))
    }

    /// The same for each group on its own, in the order of the request, also groups without a candidate. Passes scores
    /// at or above the threshold of [`Target::Faces`], above that of [`Target::Persons`].
    pub fn search_by_group(
        &self,
        account: AccountId,
        groups: &GroupIds,
        target: Target,
        probes: &[Embedding],
        options: &SearchOptions,
    ) -> Result<Search<Vec<FoundInGroup>>, CoreError> {
        let scope = scope::find(&self.inner, account, groups, target)?;
        let passes = match target {
            Target::Faces => Passes::AtOrAbove,
            Target::Persons => Passes::Above,
        };
        let wanted = Wanted {
            target,
            options,
            passes,
        };
        let galleries: Vec<u64> = scope.groups.iter().map(|group| group.key.0).collect();
        let found = self.candidates(account, &scope, probes, &wanted, |query| {
            Ok(scope.index()?.search_each(&Query {
                galleries: &galleries,
                ..query
            })?)
        })?;
        let by_group = |lists: Vec<Vec<Candidate>>| {
            let named = groups.as_slice().iter().cloned().zip(lists);
            named
                .map(|(group, candidates)| FoundInGroup { group, candidates })
                .collect()
        };
        Ok(scope.answer(found.into_iter().map(by_group).collect()))
    }

    /// Candidates per probe and list of hits. Several hits may be faces of one person, so more hits than candidates
    /// are asked for, and still more when that was not enough.
    fn candidates(
        &self,
        account: AccountId,
        scope: &Scope<'_>,
        probes: &[Embedding],
        wanted: &Wanted<'_>,
        search: impl Fn(Query<'_>) -> Result<Vec<Vec<Vec<Hit>>>, CoreError>,
    ) -> Result<Vec<Vec<Vec<Candidate>>>, CoreError> {
        let probes: Vec<Vec<f32>> = probes
            .iter()
            .map(|probe| embedding::unit(probe.of(&scope.loaded.space)?, scope.loaded.space.dim))
            .collect::<Result<_, _>>()?;
        let probes: Vec<&[f32]> = probes.iter().map(Vec::as_slice).collect();
        let floor = scope.loaded.space.curve.floor(wanted.options.threshold, scope.version);
        let hits_per_person = match wanted.target {
            Target::Faces => self.inner.limits.of(account).faces_per_person.max(1) as usize,
            Target::Persons => 1,
        };
        let mut top = wanted.options.candidates.saturating_mul(hits_per_person);
        loop {
            let threads = self.inner.threads(scope.faces);
            let hits = search(Query {
                probes: &probes,
                galleries: &[],
                top,
                floor,
                threads,
            })?;
            let resolved = self.inner.store.read(|view| {
                scope
                    .still(view)
                    .and_then(|()| resolve::resolve(view, scope, wanted, hits, top))
            })?;
            match resolved {
                Some(candidates) => return Ok(candidates),
                None => top = top.saturating_mul(4).min(scope.faces as usize),
            }
        }
    }
}

/// Which scores pass a threshold (BEHAVIOUR 7.6).
#[derive(Clone, Copy)]
enum Passes {
    Above,
    AtOrAbove,
}

impl Passes {
    fn score(self, score: Score, threshold: Option<Score>) -> bool {
        match (self, threshold) {
            (_, None) => true,
            (Self::Above, Some(threshold)) => score > threshold,
            (Self::AtOrAbove, Some(threshold)) => score >= threshold,
        }
    }
}
