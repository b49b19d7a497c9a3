//! Reading and searching on both sides.

use super::operations::agree;
use super::state::{Account, Person, cosine};
use super::{Twins, saw};
use crate::world::{Steps as _, curve, gid, page, pid};
use mien_core::*;

/// Half precision and the way an index scales vectors move a cosine by less.
const COSINE: f32 = 2e-3;

impl Twins {
    /// Everything that can be read, of every account.
    pub fn compare_all(&self) {
        for (id, model) in &self.accounts {
            let listed = self.core().groups(*id, page(0, 1000)).unwrap();
            let ids: Vec<&str> = listed.items.iter().map(|group| group.id.as_str()).collect();
            assert_eq!(ids, model.order);
            listed.items.iter().for_each(|group| compare_group(group, model));
            for group in &model.order {
                self.compare_members(*id, model, group, 0, 1000);
            }
            for (person, expected) in &model.persons {
                self.compare_person(*id, model, person, expected);
            }
            self.compare_jobs(*id, model);
        }
        let accounts = self.core().accounts().list().unwrap();
        let counts: Vec<(u64, u64)> = accounts.iter().map(|account| (account.groups, account.faces)).collect();
        let expected: Vec<(u64, u64)> = self
            .accounts
            .iter()
            .map(|(_, model)| (model.groups.len() as u64, model.faces()))
            .collect();
        assert_eq!(counts, expected);
    }

    pub fn read_group(&mut self) {
        let (at, id) = (self.account(), self.id_of_group());
        let (account, model) = &self.accounts[at];
        if let Some((group, _)) = agree(self.core().group(*account, &gid(&id)), model.group(&id)) {
            compare_group(&group, model);
        }
        if let Some((size, group)) = agree(self.core().group_size(*account, &gid(&id)), model.group(&id)) {
            let expected = (group.members.len() as u64, model.group_faces(&id), group.version);
            assert_eq!((size.persons, size.faces, size.version), expected);
        }
    }

    pub fn read_person(&mut self) {
        let (at, id) = (self.account(), self.id_of_person());
        let (account, model) = &self.accounts[at];
        if let Some((_, expected)) = agree(self.core().person(*account, &pid(&id)), model.person(&id)) {
            self.compare_person(*account, model, &id, expected);
        }
    }

    pub fn list_groups(&mut self) {
        let (at, offset, limit) = (self.account(), self.random.u64(0..8), self.random.u64(1..4));
        let (account, model) = &self.accounts[at];
        let expected = slice(&model.order, offset, limit);
        if let Some((listed, expected)) = agree(self.core().groups(*account, page(offset, limit)), expected) {
            assert_eq!(
                listed.items.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(),
                expected
            );
            assert_eq!(listed.total, model.order.len() as u64);
        }
    }

    pub fn list_members(&mut self) {
        let (at, group, person) = (self.account(), self.id_of_group(), self.id_of_person());
        let (offset, limit) = (self.random.u64(0..8), self.random.u64(1..4));
        let (account, model) = &self.accounts[at];
        self.compare_members(*account, model, &group, offset, limit);
        let expected = model
            .person(&person)
            .and_then(|person| slice(&person.groups, offset, limit));
        let real = self.core().person_groups(*account, &pid(&person), page(offset, limit));
        if let Some(((listed, version), expected)) = agree(real, expected) {
            assert_eq!(
                (listed.total, version),
                (
                    model.persons[&person].groups.len() as u64,
                    model.persons[&person].version
                )
            );
            compare_memberships(&listed.items, model, &person, expected);
        }
    }

    fn compare_members(&self, account: AccountId, model: &Account, group: &str, offset: u64, limit: u64) {
        let expected = model
            .group(group)
            .and_then(|group| slice(&group.members, offset, limit));
        let real = self.core().group_persons(account, &gid(group), page(offset, limit));
        let Some(((members, size), expected)) = agree(real, expected) else {
            return;
        };
        assert_eq!(members.len(), expected.len());
        for (member, (id, texts)) in members.iter().zip(expected) {
            assert_eq!(member.person.id.as_str(), id);
            compare_base(&member.person, &model.persons[id]);
            assert_eq!(member.texts.iter().map(FieldText::as_str).collect::<Vec<_>>(), *texts);
        }
        assert_eq!(
            (size.persons, size.faces),
            (model.groups[group].members.len() as u64, model.group_faces(group))
        );
    }

    fn compare_person(&self, account: AccountId, model: &Account, id: &str, expected: &Person) {
        compare_base(&self.core().person(account, &pid(id)).unwrap(), expected);
        let (groups, version) = self.core().person_groups(account, &pid(id), page(0, 100)).unwrap();
        assert_eq!(version, expected.version);
        compare_memberships(&groups.items, model, id, &expected.groups);
    }

    pub fn search(&mut self) {
        let (at, groups) = (self.account(), self.ids_of_groups());
        let target = if self.random.bool() {
            Target::Faces
        } else {
            Target::Persons
        };
        let probes: Vec<Vec<f32>> = (0..self.random.usize(1..=3)).map(|_| self.embedding()).collect();
        // Between the scores that faces can have; fused persons may come close.
        let threshold = [None, Some(20.0), Some(50.0), Some(70.0), Some(90.0)][self.random.usize(0..5)];
        let options = SearchOptions {
            candidates: self.random.usize(1..8),
            threshold: threshold.map(|threshold| Score::parse(threshold).unwrap()),
            details: self.random.bool(),
        };
        let by_group = self.random.bool();
        let (account, model) = &self.accounts[at];
        let ids = GroupIds::parse(groups.iter().map(String::as_str), 100).unwrap();
        let scope = model.scope(&self.limits, &groups, target == Target::Persons);
        agree(self.core().check_search(*account, &ids, target).map(drop), scope);
        let found = if by_group {
            let found = self.core().hunt_by_group(*account, &ids, target, &probes, &options);
            agree(found, scope).map(|(found, scope)| {
                assert_eq!((found.version, found.faces, found.persons), scope);
                let named = |found: &FoundInGroup| found.group.as_str().to_owned();
                found
                    .probes
                    .iter()
                    .for_each(|probe| assert_eq!(probe.iter().map(named).collect::<Vec<_>>(), groups));
                found
                    .probes
                    .into_iter()
                    .map(|probe| probe.into_iter().map(|found| found.candidates).collect())
                    .collect()
            })
        } else {
            let found = self.core().hunt(*account, &ids, target, &probes, &options);
            agree(found, scope).map(|(found, scope)| {
                assert_eq!((found.version, found.faces, found.persons), scope);
                let below =
                    |found: &Found| found.all_below_threshold == (threshold.is_some() && found.candidates.is_empty());
                assert!(found.probes.iter().all(below));
                found.probes.into_iter().map(|found| vec![found.candidates]).collect()
            })
        };
        let Some(found): Option<Vec<Vec<Vec<Candidate>>>> = found else {
            return;
        };
        assert_eq!(found.len(), probes.len());
        for (lists, probe) in found.iter().zip(&probes) {
            let searched: Vec<Vec<String>> = if by_group {
                groups.iter().map(|group| vec![group.clone()]).collect()
            } else {
                vec![groups.clone()]
            };
            assert_eq!(lists.len(), searched.len());
            for (candidates, groups) in lists.iter().zip(searched) {
                let hunt = Hunt {
                    model,
                    groups,
                    target,
                    probe,
                    options: &options,
                };
                hunt.compare(candidates);
            }
        }
    }
}

/// One list of candidates to be checked.
struct Hunt<'a> {
    model: &'a Account,
    groups: Vec<String>,
    target: Target,
    probe: &'a [f32],
    options: &'a SearchOptions,
}

impl Hunt<'_> {
    fn compare(&self, candidates: &[Candidate]) {
        saw(if candidates.is_empty() { "nobody found" } else { "found" });
        let mut expected: Vec<(&String, f32)> = Vec::new();
        for (id, person) in &self.model.persons {
            if person.groups.iter().any(|group| self.groups.contains(group)) {
                let cosine = match self.target {
                    Target::Faces => person.best(self.probe),
                    Target::Persons => person.fused(self.probe),
                };
                expected.push((id, cosine));
            }
        }
        for candidate in candidates {
            let known = expected.iter().find(|(id, _)| **id == candidate.person.to_string());
            let (id, cosine) = known.unwrap_or_else(|| panic!("{candidate:?} is not in {:?}", self.groups));
            assert!(
                (candidate.cosine - cosine).abs() < COSINE,
                "{candidate:?} instead of {cosine}"
            );
            self.compare_candidate(candidate, &self.model.persons[*id]);
        }
        self.compare_order(candidates);
        self.compare_completeness(candidates, &expected);
    }

    fn compare_candidate(&self, candidate: &Candidate, person: &Person) {
        let version = self.model.groups[&self.groups[0]].version;
        assert_eq!(candidate.score, curve().score(candidate.cosine, version));
        match (self.target, candidate.face) {
            (Target::Persons, None) => {}
            (Target::Faces, Some(face)) => {
                let (_, vector) = person.faces.iter().find(|(other, _)| *other == face).unwrap();
                assert!((cosine(vector, self.probe) - candidate.cosine).abs() < COSINE);
            }
            (target, face) => panic!("{face:?} in a search of {target:?}"),
        }
        assert_eq!(candidate.details.is_some(), self.options.details);
        if let Some(details) = &candidate.details {
            assert_eq!(
                (details.name.as_str(), details.gender.number()),
                (person.name.as_str(), person.gender)
            );
            compare_memberships(&details.groups, self.model, candidate.person.as_str(), &person.groups);
        }
    }

    /// Best first, equal cosines by face id; each person once.
    fn compare_order(&self, candidates: &[Candidate]) {
        let ordered = |a: &Candidate, b: &Candidate| a.cosine > b.cosine || (a.cosine == b.cosine && a.face <= b.face);
        assert!(candidates.is_sorted_by(ordered), "{candidates:#?}");
        let distinct: std::collections::BTreeSet<&PersonId> = candidates.iter().map(|found| &found.person).collect();
        assert_eq!(distinct.len(), candidates.len());
    }

    /// Nobody is missing who scores clearly more than the last one, or than the threshold when there is still room.
    fn compare_completeness(&self, candidates: &[Candidate], expected: &[(&String, f32)]) {
        assert!(candidates.len() <= self.options.candidates);
        let full = candidates.len() == self.options.candidates;
        let last = candidates
            .last()
            .filter(|_| full)
            .map_or(f32::NEG_INFINITY, |last| last.cosine);
        let version = self.model.groups[&self.groups[0]].version;
        let threshold = self.options.threshold.map_or(f64::NEG_INFINITY, Score::value);
        for (id, cosine) in expected {
            let score = curve().score(*cosine, version).value();
            let found = candidates.iter().any(|candidate| candidate.person.as_str() == *id);
            let clear = (score - threshold).abs() > 0.3;
            assert!(
                found || *cosine <= last + COSINE || score < threshold || !clear,
                "{id} with {cosine} is missing"
            );
            assert!(
                !found || score > threshold || !clear,
                "{id} with {score} is below {threshold}"
            );
        }
    }
}

/// The page of a list, or the refusal of an offset beyond its end (BEHAVIOUR 13 #17).
pub fn slice<T>(list: &[T], offset: u64, limit: u64) -> Result<&[T], &'static str> {
    let offset = offset as usize;
    if offset > list.len() {
        Err("OffsetExceeded")
    } else {
        Ok(&list[offset..list.len().min(offset + limit as usize)])
    }
}

fn compare_group(group: &Group, model: &Account) {
    let expected = &model.groups[group.id.as_str()];
    assert_eq!(
        (group.name.as_str(), group.tag.as_str(), group.version),
        (expected.name.as_str(), expected.tag.as_str(), expected.version)
    );
    assert_eq!(
        group.fields.iter().map(FieldName::as_str).collect::<Vec<_>>(),
        expected.fields
    );
    let size = (expected.members.len() as u64, model.group_faces(group.id.as_str()));
    assert_eq!((group.persons, group.faces), size);
    assert!(group.created_ms <= group.updated_ms);
}

fn compare_base(real: &mien_core::Person, expected: &Person) {
    assert_eq!(
        (real.name.as_str(), real.gender.number()),
        (expected.name.as_str(), expected.gender)
    );
    assert_eq!(
        real.faces,
        expected.faces.iter().map(|(face, _)| *face).collect::<Vec<_>>()
    );
}

fn compare_memberships(real: &[Membership], model: &Account, person: &str, groups: &[String]) {
    assert_eq!(
        real.iter()
            .map(|membership| membership.group.as_str())
            .collect::<Vec<_>>(),
        groups
    );
    for membership in real {
        let members = &model.groups[membership.group.as_str()].members;
        let (_, texts) = members.iter().find(|(member, _)| member == person).unwrap();
        assert_eq!(
            membership.texts.iter().map(FieldText::as_str).collect::<Vec<_>>(),
            *texts
        );
    }
}
