//! One random operation on both sides.

use super::state::{Creation, Group, Person, Refusal, rounded};
use super::{Twins, saw};
use crate::world::{DIM, Seen, Steps as _, V2, V3, curve, field, gid, kind, pid, score};
use mien_core::*;
use std::fmt::Debug;

/// Both refuse for the same reason, or both do it.
#[track_caller]
pub fn agree<A: Debug, B>(real: Result<A, CoreError>, model: Result<B, Refusal>) -> Option<(A, B)> {
    match (real, model) {
        (Ok(real), Ok(model)) => {
            saw("done");
            Some((real, model))
        }
        (Err(error), Err(refusal)) if kind(&error) == refusal => {
            saw(refusal);
            None
        }
        (real, model) => panic!("the domain says {real:?}, the model {:?}", model.map(drop)),
    }
}

fn text(text: &str) -> FieldText {
    FieldText::parse(text, Charset::Default).unwrap()
}

impl Twins {
    pub fn operate(&mut self) {
        type Operation = fn(&mut Twins);
        let weights: [(u32, Operation); 21] = [
            (5, Self::create_group),
            (4, Self::modify_group),
            (1, Self::delete_group),
            (18, Self::create_person),
            (12, Self::copy_person),
            (2, Self::delete_person),
            (4, Self::leave),
            (4, Self::modify_person),
            (5, Self::modify_texts),
            (16, Self::add_faces),
            (5, Self::delete_faces),
            (3, Self::read_group),
            (3, Self::read_person),
            (2, Self::list_groups),
            (4, Self::list_members),
            (12, Self::search),
            (8, Self::verify),
            (3, Self::upgrade),
            (4, Self::roll_back),
            (2, Self::work),
            (2, Self::list_jobs),
        ];
        let mut pick = self.random.u32(0..weights.iter().map(|(weight, _)| weight).sum());
        for (weight, operation) in weights {
            if pick < weight {
                return operation(self);
            }
            pick -= weight;
        }
    }

    pub fn account(&mut self) -> usize {
        self.random.usize(0..self.accounts.len())
    }

    pub fn id_of_group(&mut self) -> String {
        format!("g{}", self.random.u32(0..6))
    }

    pub fn id_of_person(&mut self) -> String {
        format!("p{}", self.random.u32(0..12))
    }

    pub fn ids_of_groups(&mut self) -> Vec<String> {
        let mut ids: Vec<String> = (0..self.random.usize(1..=3)).map(|_| self.id_of_group()).collect();
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        ids
    }

    /// One of 30 directions whose cosines are multiples of 1/4: far apart, or equal.
    pub fn embedding(&mut self) -> Vec<f32> {
        let pick = self.random.usize(0..30);
        let mut vector = vec![0.0; DIM];
        for i in 0..4 {
            vector[(pick * 3 + i * 5) % DIM] = if (pick >> i) & 1 == 0 { 0.5 } else { -0.5 };
        }
        vector
    }

    /// A face, mostly with a crop.
    fn seen(&mut self, embedding: &[f32]) -> Seen {
        if self.random.u8(0..7) == 0 {
            crate::world::enrolled(embedding)
        } else {
            crate::world::with_crop(embedding)
        }
    }

    fn name(&mut self) -> String {
        format!("name {}", self.random.u32(0..12))
    }

    fn texts(&mut self) -> Vec<(u64, String)> {
        let mut indexes: Vec<u64> = (0..3).filter(|_| self.random.u8(0..5) == 0).collect();
        self.random.shuffle(&mut indexes);
        indexes
            .into_iter()
            .map(|index| (index, format!("text {}", self.random.u32(0..100))))
            .collect()
    }

    fn create_group(&mut self) {
        let (at, id, name) = (self.account(), self.id_of_group(), self.name());
        let version = if self.random.u8(0..4) == 0 { V2 } else { V3 };
        let fields: Vec<String> = (0..self.random.usize(0..=3))
            .map(|number| format!("field {number}"))
            .collect();
        let tag = if self.random.bool() { "tag" } else { "" };
        let new = NewGroup {
            id: gid(&id),
            name: GroupName::parse(&name, Charset::Default).unwrap(),
            tag: Tag::parse(tag, Charset::Default).unwrap(),
            fields: FieldNames::new(fields.iter().map(|name| field(name)).collect(), 3).unwrap(),
            version,
        };
        let group = Group {
            name,
            tag: tag.to_owned(),
            fields,
            version,
            members: Vec::new(),
            moving_to: None,
            rolled_back: false,
        };
        let real = self.core().create_group(self.accounts[at].0, new);
        agree(real, self.accounts[at].1.create_group(&self.limits, &id, group));
    }

    fn modify_group(&mut self) {
        let (at, id) = (self.account(), self.id_of_group());
        let name = self.random.bool().then(|| self.name());
        let tag = self.random.bool().then(|| format!("tag {}", self.random.u8(0..5)));
        let mut renames: Vec<(u64, String)> = Vec::new();
        for index in 0..3 {
            let name = format!("field {}", self.random.u8(0..4));
            if self.random.u8(0..3) == 0 && renames.iter().all(|(_, other)| *other != name) {
                renames.push((index, name));
            }
        }
        let change = GroupChange {
            name: name
                .as_deref()
                .map(|name| GroupName::parse(name, Charset::Default).unwrap()),
            tag: tag.as_deref().map(|tag| Tag::parse(tag, Charset::Default).unwrap()),
            fields: FieldRenames::new(renames.iter().map(|(index, name)| (*index, field(name))).collect(), 3).unwrap(),
        };
        let real = self.core().modify_group(self.accounts[at].0, &gid(&id), change);
        agree(
            real,
            self.accounts[at]
                .1
                .modify_group(&id, name.as_deref(), tag.as_deref(), &renames),
        );
    }

    fn delete_group(&mut self) {
        let (at, id) = (self.account(), self.id_of_group());
        let real = self.core().delete_group(self.accounts[at].0, &gid(&id));
        agree(real, self.accounts[at].1.delete_group(&id));
    }

    fn create_person(&mut self) {
        let (at, group, id) = (self.account(), self.id_of_group(), self.id_of_person());
        let (name, texts, embedding) = (self.name(), self.texts(), self.embedding());
        let gender = self.random.i64(0..3);
        let level = if self.random.bool() { self.random.u64(0..=4) } else { 0 };
        let new = NewPerson {
            group: gid(&group),
            id: pid(&id),
            name: PersonName::parse(&name, Charset::Default).unwrap(),
            gender: Gender::parse(gender).unwrap(),
            texts: FieldTexts::new(texts.iter().map(|(index, given)| (*index, text(given))).collect(), 3).unwrap(),
            unique: UniquePersonControl::parse(level).unwrap(),
        };
        let face = self.seen(&embedding);
        let cropped = face.crop.is_some();
        let (account, control) = (self.accounts[at].0, new.unique);
        let admitted = self.accounts[at].1.admit_person(&self.limits, &group, &id, &texts);
        agree(self.core().check_create_person(account, &new).map(drop), admitted);
        let real = self.core().enrol(account, new, face);
        let Some((real, ())) = agree(real, admitted) else {
            return;
        };
        let model = &mut self.accounts[at].1;
        match (real, model.creation(&group, control, &embedding)) {
            (Created::Person { face, version }, Creation::Create) => {
                let faces = vec![(face, rounded(&embedding))];
                let person = Person {
                    name,
                    gender,
                    version,
                    faces,
                    groups: Vec::new(),
                };
                model.insert_person(&group, &id, person, &texts);
                model.keep(&id, face, cropped);
                assert_eq!(model.persons[&id].version, version);
                self.learn(face);
            }
            (Created::Similar { person, face, .. }, Creation::Similar(similar)) => {
                saw("similar");
                assert!(
                    similar.iter().any(|id| *id == person.to_string()),
                    "{person} is not one of {similar:?}"
                );
                assert!(
                    model.persons[person.as_str()]
                        .faces
                        .iter()
                        .any(|(other, _)| *other == face)
                );
            }
            (real, Creation::Create) => panic!("{real:?}, but nobody is similar"),
            (real, Creation::Similar(similar)) => panic!("{real:?}, but similar are {similar:?}"),
        }
    }

    fn copy_person(&mut self) {
        let (at, id, groups) = (self.account(), self.id_of_person(), self.ids_of_groups());
        let ids = GroupIds::parse(groups.iter().map(String::as_str), 100).unwrap();
        let real = self.core().copy_person(self.accounts[at].0, &pid(&id), &ids);
        if let Some((real, model)) = agree(real, self.accounts[at].1.copy_person(&self.limits, &id, &groups)) {
            assert_eq!(real.iter().map(GroupId::as_str).collect::<Vec<_>>(), model);
        }
    }

    fn delete_person(&mut self) {
        let (at, id) = (self.account(), self.id_of_person());
        let real = self.core().delete_person(self.accounts[at].0, &pid(&id));
        agree(real, self.accounts[at].1.delete_person(&id));
    }

    fn leave(&mut self) {
        let (at, id, group) = (self.account(), self.id_of_person(), self.id_of_group());
        let real = self
            .core()
            .delete_person_from_group(self.accounts[at].0, &pid(&id), &gid(&group));
        agree(real, self.accounts[at].1.leave(&id, &group));
    }

    fn modify_person(&mut self) {
        let (at, id) = (self.account(), self.id_of_person());
        let name = self.random.bool().then(|| self.name());
        let gender = self.random.bool().then(|| self.random.i64(0..3));
        let change = PersonChange {
            name: name
                .as_deref()
                .map(|name| PersonName::parse(name, Charset::Default).unwrap()),
            gender: gender.map(|gender| Gender::parse(gender).unwrap()),
        };
        let real = self.core().modify_person(self.accounts[at].0, &pid(&id), change);
        let model = self.accounts[at].1.persons.get_mut(&id).ok_or("PersonNotFound");
        if let Some(((), person)) = agree(real, model) {
            person.name = name.unwrap_or_else(|| person.name.clone());
            person.gender = gender.unwrap_or(person.gender);
        }
    }

    fn modify_texts(&mut self) {
        let (at, id, group, texts) = (self.account(), self.id_of_person(), self.id_of_group(), self.texts());
        let given = FieldTexts::new(texts.iter().map(|(index, given)| (*index, text(given))).collect(), 3).unwrap();
        let real = self
            .core()
            .modify_person_texts(self.accounts[at].0, &gid(&group), &pid(&id), &given);
        agree(real, self.accounts[at].1.modify_texts(&group, &id, &texts));
    }

    fn add_faces(&mut self) {
        let (at, id) = (self.account(), self.id_of_person());
        let images: Vec<Option<Vec<f32>>> = (0..self.random.usize(1..=5))
            .map(|_| (self.random.u8(0..5) > 0).then(|| self.embedding()))
            .collect();
        // Between the scores that the embeddings can have.
        let threshold = [0.0, 0.0, 0.0, 20.0, 50.0, 70.0, 90.0][self.random.usize(0..7)];
        let given = images
            .iter()
            .map(|image| image.as_deref().map(|image| self.seen(image)).ok_or("no face"))
            .collect::<Vec<_>>();
        let cropped: Vec<bool> = given
            .iter()
            .map(|image| image.as_ref().is_ok_and(|seen| seen.crop.is_some()))
            .collect();
        let account = self.accounts[at].0;
        let admitted = self.accounts[at].1.admit_addition(&self.limits, &id, images.len());
        agree(
            self.core().check_add_faces(account, &pid(&id), images.len()).map(drop),
            admitted,
        );
        let real = self.core().add_seen(account, &pid(&id), given, score(threshold));
        let Some((real, ())) = agree(real, admitted) else {
            return;
        };
        let person = self.accounts[at].1.persons.get_mut(&id).unwrap();
        let before = person.clone();
        let (mut added, mut kept) = (Vec::new(), Vec::new());
        assert_eq!((real.images.len(), real.version), (images.len(), before.version));
        for ((outcome, image), cropped) in real.images.into_iter().zip(images).zip(cropped) {
            let best = image
                .as_deref()
                .map(|image| curve().score(before.best(image), before.version).value());
            match (outcome, image, best) {
                (Addition::Refused("no face"), None, _) => {}
                (Addition::Added { face, .. }, Some(image), Some(best)) if best > threshold => {
                    saw("added");
                    person.faces.push((face, rounded(&image)));
                    added.push(face);
                    kept.push((face, cropped));
                }
                (Addition::TooDifferent { best: told }, Some(_), Some(best)) if best <= threshold => {
                    saw("too different");
                    assert!((told.value() - best).abs() < 0.3, "{told:?} instead of {best}");
                }
                (outcome, image, best) => panic!("{outcome:?} for {image:?} of score {best:?} over {threshold}"),
            }
        }
        for (face, cropped) in kept {
            self.accounts[at].1.keep(&id, face, cropped);
        }
        added.into_iter().for_each(|face| self.learn(face));
    }

    fn delete_faces(&mut self) {
        let (at, id) = (self.account(), self.id_of_person());
        let own: Vec<FaceId> = self.accounts[at]
            .1
            .persons
            .get(&id)
            .map_or(Vec::new(), |person| person.faces.iter().map(|f| f.0).collect());
        let mut faces: Vec<FaceId> = own.into_iter().filter(|_| self.random.u8(0..3) > 0).collect();
        if !self.faces.is_empty() {
            let strange = self.faces[self.random.usize(0..self.faces.len())];
            faces.push(strange);
        }
        self.random.shuffle(&mut faces);
        faces.extend(faces.first().copied());
        let real = self.core().delete_faces(self.accounts[at].0, &pid(&id), &faces);
        if let Some((real, model)) = agree(real, self.accounts[at].1.delete_faces(&id, &faces)) {
            assert_eq!(real, model);
        }
    }

    fn verify(&mut self) {
        let (at, id, probe) = (self.account(), self.id_of_person(), self.embedding());
        let target = if self.random.bool() {
            Target::Faces
        } else {
            Target::Persons
        };
        let account = self.accounts[at].0;
        let model = self.accounts[at].1.admit_verification(&id, target == Target::Persons);
        agree(
            self.core().check_verify(account, &pid(&id), target).map(drop),
            model.as_ref().map(drop).map_err(|e| *e),
        );
        let real = self.core().prove(account, &pid(&id), target, &probe);
        if let Some((real, person)) = agree(real, model) {
            let cosine = match target {
                Target::Faces => person.best(&probe),
                Target::Persons => person.fused(&probe),
            };
            let expected = curve().score(cosine, person.version).value();
            assert!(
                (real.score.value() - expected).abs() < 0.3,
                "{real:?} instead of {expected}"
            );
            assert_eq!(
                (real.matches, real.version),
                (real.score >= Score::MATCH, person.version)
            );
        }
    }
}
