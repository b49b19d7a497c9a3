//! From hits (rows of an index) to candidates (persons).

use super::{Candidate, Details, Passes, SearchOptions, Target};
use crate::error::CoreError;
use crate::person::{gender, memberships};
use crate::search::scope::Scope;
use crate::value::{FaceId, PersonId, PersonName};
use mien_index::Hit;
use mien_store::{FaceKey, PersonKey, PersonRow, View};
use std::collections::BTreeSet;

/// What the caller asked for.
pub(super) struct Wanted<'a> {
    pub(super) target: Target,
    pub(super) options: &'a SearchOptions,
    pub(super) passes: Passes,
}

/// Candidates for each probe and list of hits. `None` when a list was cut off at `top` hits before it gave enough
/// different persons.
pub(super) fn resolve(
    view: &View<'_>,
    scope: &Scope<'_>,
    wanted: &Wanted<'_>,
    hits: Vec<Vec<Vec<Hit>>>,
    top: usize,
) -> Result<Option<Vec<Vec<Vec<Candidate>>>>, CoreError> {
    let mut probes = Vec::with_capacity(hits.len());
    for lists in hits {
        let mut candidates = Vec::with_capacity(lists.len());
        for list in lists {
            let cut_off = list.len() >= top && (top as u64) < scope.faces;
            let (found, complete) = persons(view, scope, wanted, list)?;
            if cut_off && !complete {
                return Ok(None);
            }
            candidates.push(found);
        }
        probes.push(candidates);
    }
    Ok(Some(probes))
}

/// The persons of one list of hits, best first, each once, and whether further hits could not add any.
fn persons(
    view: &View<'_>,
    scope: &Scope<'_>,
    wanted: &Wanted<'_>,
    hits: Vec<Hit>,
) -> Result<(Vec<Candidate>, bool), CoreError> {
    let (mut seen, mut candidates) = (BTreeSet::new(), Vec::new());
    for hit in hits {
        let score = scope.loaded.space.curve.score(hit.similarity, scope.version);
        let enough = candidates.len() == wanted.options.candidates;
        if enough || !wanted.passes.score(score, wanted.options.threshold) {
            return Ok((candidates, true));
        }
        let (key, face) = match wanted.target {
            Target::Persons => (Some(PersonKey(hit.key)), None),
            Target::Faces => (view.person_of_face(FaceKey(hit.key))?, Some(FaceId(hit.key))),
        };
        // A key that the store no longer has was deleted while the search ran.
        let Some(key) = key.filter(|key| seen.insert(*key)) else {
            continue;
        };
        let Some(row) = view.person_by_key(key)? else { continue };
        candidates.push(Candidate {
            face,
            score,
            cosine: hit.similarity,
            details: wanted.options.details.then(|| details(view, &row)).transpose()?,
            person: PersonId::stored(row.id),
        });
    }
    let enough = candidates.len() == wanted.options.candidates;
    Ok((candidates, enough))
}

fn details(view: &View<'_>, row: &PersonRow) -> Result<Details, CoreError> {
    Ok(Details {
        name: PersonName::stored(row.name.clone()),
        gender: gender(row),
        groups: memberships(view, row, 0, i64::MAX as u64)?,
    })
}
