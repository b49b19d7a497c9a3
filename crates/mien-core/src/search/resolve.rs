//! From hits (rows of an index) to candidates (persons).

use super::{Candidate, Details, Passes, SearchOptions, Target};
use crate::error::CoreError;
use crate::person::{Membership, gender, membership};
use crate::search::scope::Scope;
use crate::value::{FaceId, PersonId, PersonName};
use mien_index::Hit;
use mien_store::{FaceKey, NamedPersonRow, PersonKey, View};
use std::collections::{BTreeSet, HashMap};

/// What the caller asked for.
pub(super) struct Wanted<'a> {
    pub(super) target: Target,
    pub(super) options: &'a SearchOptions,
    pub(super) passes: Passes,
}

/// Hits looked up at a time from each list, at least.
const FEWEST_HITS: usize = 16;

/// Candidates for each probe and list of hits. `None` when a list was cut off at `top` hits before it gave enough
/// different persons.
///
/// All lists are looked up together, a part of each at a time: mostly one query for persons, and one for their groups.
pub(super) fn resolve(
    view: &View<'_>,
    scope: &Scope<'_>,
    wanted: &Wanted<'_>,
    hits: Vec<Vec<Vec<Hit>>>,
    top: usize,
) -> Result<Option<Vec<Vec<Vec<Candidate>>>>, CoreError> {
    let mut probes: Vec<Vec<List<'_>>> = hits
        .iter()
        .map(|lists| lists.iter().map(|hits| List::new(scope, wanted, hits)).collect())
        .collect();
    let part = wanted.options.candidates.max(FEWEST_HITS);
    loop {
        let keys: BTreeSet<u64> = probes.iter().flatten().flat_map(|list| list.next(part)).collect();
        if keys.is_empty() {
            break;
        }
        let persons = persons(view, wanted.target, keys)?;
        for list in probes.iter_mut().flatten() {
            list.take(scope, wanted.target, part, &persons);
        }
    }
    let cut_off = |list: &List<'_>| list.hits >= top && (top as u64) < scope.faces && !list.complete();
    if probes.iter().flatten().any(cut_off) {
        return Ok(None);
    }
    let groups = match wanted.options.details {
        true => Some(groups(view, probes.iter().flatten())?),
        false => None,
    };
    let lists = |lists: Vec<List<'_>>| lists.into_iter().map(|list| list.finish(groups.as_ref())).collect();
    Ok(Some(probes.into_iter().map(lists).collect()))
}

/// Persons by the keys of hits. A key that the store no longer has was deleted while the search ran.
fn persons(view: &View<'_>, target: Target, keys: BTreeSet<u64>) -> Result<HashMap<u64, NamedPersonRow>, CoreError> {
    Ok(match target {
        Target::Faces => {
            let faces: Vec<FaceKey> = keys.into_iter().map(FaceKey).collect();
            let persons = view.named_persons_of_faces(&faces)?;
            persons.into_iter().map(|(face, person)| (face.0, person)).collect()
        }
        Target::Persons => {
            let persons: Vec<PersonKey> = keys.into_iter().map(PersonKey).collect();
            let persons = view.named_persons(&persons)?;
            persons.into_iter().map(|(key, person)| (key.0, person)).collect()
        }
    })
}

type Groups = HashMap<PersonKey, Vec<Membership>>;

/// The groups of all candidates.
fn groups<'a>(view: &View<'_>, lists: impl Iterator<Item = &'a List<'a>>) -> Result<Groups, CoreError> {
    let persons: BTreeSet<PersonKey> = lists.flat_map(|list| &list.seen).copied().collect();
    let persons: Vec<PersonKey> = persons.into_iter().collect();
    let groups = view.groups_of_persons(&persons)?.into_iter();
    Ok(groups
        .map(|(person, rows)| (person, rows.into_iter().map(membership).collect()))
        .collect())
}

/// One list of hits on its way to candidates.
struct List<'a> {
    /// Hits in all.
    hits: usize,
    /// Those that pass the threshold and have not been looked at.
    rest: &'a [Hit],
    /// Some do not pass it, so that no hits after the list would either.
    below: bool,
    /// Candidates that are enough.
    enough: usize,
    seen: BTreeSet<PersonKey>,
    /// Best first, each person once.
    found: Vec<(NamedPersonRow, Candidate)>,
}

impl<'a> List<'a> {
    fn new(scope: &Scope<'_>, wanted: &Wanted<'_>, hits: &'a [Hit]) -> Self {
        let passing = hits.partition_point(|hit| {
            let score = scope.loaded.space.curve.score(hit.similarity, scope.version);
            wanted.passes.score(score, wanted.options.threshold)
        });
        Self {
            hits: hits.len(),
            rest: &hits[..passing],
            below: passing < hits.len(),
            enough: wanted.options.candidates,
            seen: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Keys of the next hits to look up.
    fn next(&self, part: usize) -> impl Iterator<Item = u64> {
        let part = if self.found.len() == self.enough { 0 } else { part };
        self.rest.iter().take(part).map(|hit| hit.key)
    }

    /// Takes these hits in.
    fn take(&mut self, scope: &Scope<'_>, target: Target, part: usize, persons: &HashMap<u64, NamedPersonRow>) {
        let (part, rest) = self.rest.split_at(part.min(self.rest.len()));
        self.rest = rest;
        for hit in part {
            if self.found.len() == self.enough {
                return;
            }
            let Some(row) = persons.get(&hit.key).filter(|row| self.seen.insert(row.key)) else {
                continue;
            };
            let candidate = Candidate {
                person: PersonId::stored(row.id.clone()),
                face: (target == Target::Faces).then_some(FaceId(hit.key)),
                score: scope.loaded.space.curve.score(hit.similarity, scope.version),
                cosine: hit.similarity,
                details: None,
            };
            self.found.push((row.clone(), candidate));
        }
    }

    /// Whether hits after the list could not add any candidate.
    fn complete(&self) -> bool {
        self.below || self.found.len() == self.enough
    }

    fn finish(self, groups: Option<&Groups>) -> Vec<Candidate> {
        let details = |row: NamedPersonRow, groups: &Groups| Details {
            gender: gender(row.gender),
            groups: groups.get(&row.key).cloned().unwrap_or_default(),
            name: PersonName::stored(row.name),
        };
        let candidate = |(row, candidate)| Candidate {
            details: groups.map(|groups| details(row, groups)),
            ..candidate
        };
        self.found.into_iter().map(candidate).collect()
    }
}
