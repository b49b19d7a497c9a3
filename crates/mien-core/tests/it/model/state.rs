//! The plain in-memory model: BTreeMaps and lists, brute-force search, refusals by name. Written from BEHAVIOUR 6 to 13,
//! with nothing of the domain's code but its score curve.

use crate::world::{DIM, curve};
use half::f16;
use mien_core::{FaceId, JobState, Limits, ModelVersion, UniquePersonControl};
use std::collections::{BTreeMap, BTreeSet};

pub type Refusal = &'static str;

#[derive(Default)]
pub struct Account {
    pub groups: BTreeMap<String, Group>,
    pub persons: BTreeMap<String, Person>,
    /// Ids of groups in order of creation.
    pub order: Vec<String>,
    /// What is kept of each face.
    pub kept: BTreeMap<FaceId, Kept>,
    /// Jobs, oldest first.
    pub jobs: Vec<Job>,
}

/// What a face can be moved with.
pub struct Kept {
    pub crop: bool,
    /// Versions of the groups of its person when it was enrolled, and of those it was being moved to.
    pub enrolled: BTreeSet<ModelVersion>,
}

/// A move of a group.
#[derive(Clone)]
pub struct Job {
    pub id: String,
    pub group: String,
    /// Whether the group is still that of the job and not another one of the same id.
    pub group_lives: bool,
    pub from: ModelVersion,
    pub to: ModelVersion,
    pub state: JobState,
    pub rolling_back: bool,
}

#[derive(Clone)]
pub struct Group {
    pub name: String,
    pub tag: String,
    pub fields: Vec<String>,
    pub version: ModelVersion,
    /// Persons in order of joining, with their texts.
    pub members: Vec<(String, Vec<String>)>,
    pub moving_to: Option<ModelVersion>,
    pub rolled_back: bool,
}

#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub gender: i64,
    pub version: ModelVersion,
    pub faces: Vec<(FaceId, Vec<f32>)>,
    /// Ids of groups in order of joining.
    pub groups: Vec<String>,
}

/// What creating a person came to.
pub enum Creation {
    Create,
    /// All persons that may be named as the similar one (of equal similarity).
    Similar(Vec<String>),
}

impl Account {
    pub fn group(&self, id: &str) -> Result<&Group, Refusal> {
        self.groups.get(id).ok_or("GroupNotFound")
    }

    pub fn person(&self, id: &str) -> Result<&Person, Refusal> {
        self.persons.get(id).ok_or("PersonNotFound")
    }

    pub fn faces(&self) -> u64 {
        self.persons.values().map(|person| person.faces.len() as u64).sum()
    }

    pub fn group_faces(&self, id: &str) -> u64 {
        self.groups[id]
            .members
            .iter()
            .map(|(person, _)| self.persons[person].faces.len() as u64)
            .sum()
    }

    pub fn create_group(&mut self, limits: &Limits, id: &str, group: Group) -> Result<(), Refusal> {
        if self.groups.contains_key(id) {
            return Err("GroupExists");
        }
        if self.groups.values().any(|other| other.name == group.name) {
            return Err("GroupNameExists");
        }
        if self.groups.len() as u64 >= limits.groups_per_account {
            return Err("TooManyGroups");
        }
        self.groups.insert(id.to_owned(), group);
        self.order.push(id.to_owned());
        Ok(())
    }

    pub fn modify_group(
        &mut self,
        id: &str,
        name: Option<&str>,
        tag: Option<&str>,
        renames: &[(u64, String)],
    ) -> Result<(), Refusal> {
        let mut fields = self.group(id)?.fields.clone();
        if renames.iter().any(|(index, _)| *index >= fields.len() as u64) {
            return Err("GroupFieldOutOfRange");
        }
        if self
            .groups
            .iter()
            .any(|(other, group)| other != id && Some(group.name.as_str()) == name)
        {
            return Err("GroupNameExists");
        }
        for (index, name) in renames {
            fields[*index as usize] = name.clone();
        }
        if fields.iter().collect::<BTreeSet<_>>().len() < fields.len() {
            return Err("GroupFieldExists");
        }
        let group = self.groups.get_mut(id).ok_or("GroupNotFound")?;
        group.fields = fields;
        if let Some(name) = name {
            group.name = name.to_owned();
        }
        if let Some(tag) = tag {
            group.tag = tag.to_owned();
        }
        Ok(())
    }

    pub fn delete_group(&mut self, id: &str) -> Result<(), Refusal> {
        let group = self.groups.remove(id).ok_or("GroupNotFound")?;
        for job in self.jobs.iter_mut().filter(|job| job.group_lives && job.group == id) {
            job.group_lives = false;
            job.rolling_back = false;
            if job.state == JobState::Moving {
                job.state = JobState::Failed;
            }
        }
        self.order.retain(|other| other != id);
        for (member, _) in group.members {
            if let Some(person) = self.persons.get_mut(&member) {
                person.groups.retain(|other| other != id);
            }
        }
        self.persons.retain(|_, person| !person.groups.is_empty());
        self.settle();
        Ok(())
    }

    pub fn admit_person(&self, limits: &Limits, group: &str, id: &str, texts: &[(u64, String)]) -> Result<(), Refusal> {
        let found = self.group(group)?;
        if texts.iter().any(|(index, _)| *index >= found.fields.len() as u64) {
            return Err("PersonFieldOutOfRange");
        }
        if self.persons.contains_key(id) {
            return Err("PersonExists");
        }
        self.admit_faces(limits, &[group.to_owned()], 1)
    }

    fn admit_faces(&self, limits: &Limits, groups: &[String], more: u64) -> Result<(), Refusal> {
        let full = |group: &String| self.group_faces(group) + more > limits.faces_per_group(self.groups[group].version);
        if groups.iter().any(full) {
            return Err("GroupFull");
        }
        if self.faces() + more > limits.faces_per_account {
            return Err("AccountFull");
        }
        Ok(())
    }

    /// Whether a person with this face may be created under `control` (BEHAVIOUR 7.5).
    pub fn creation(&self, group: &str, control: UniquePersonControl, face: &[f32]) -> Creation {
        let faces = self.group_faces(group);
        let Some(far) = control.far().filter(|_| faces > 0) else {
            return Creation::Create;
        };
        let threshold = (10.0 + 10.0 * (faces as f64 / far).log10()).clamp(30.0, 100.0);
        let best = self.groups[group]
            .members
            .iter()
            .map(|(id, _)| (self.persons[id].best(face), id));
        let best: Vec<(f32, &String)> = best.collect();
        let top = best.iter().map(|(cosine, _)| *cosine).fold(-1.0, f32::max);
        if curve().score(top, ModelVersion::V3).value() < threshold {
            return Creation::Create;
        }
        Creation::Similar(
            best.iter()
                .filter(|(cosine, _)| *cosine >= top - 2e-3)
                .map(|(_, id)| (*id).clone())
                .collect(),
        )
    }

    pub fn insert_person(&mut self, group: &str, id: &str, mut person: Person, texts: &[(u64, String)]) {
        let target = self.groups.get_mut(group).unwrap();
        let mut set = vec![String::new(); target.fields.len()];
        texts
            .iter()
            .for_each(|(index, text)| set[*index as usize] = text.clone());
        target.members.push((id.to_owned(), set));
        person.version = target.version;
        person.groups = vec![group.to_owned()];
        self.persons.insert(id.to_owned(), person);
    }

    pub fn copy_person(&mut self, limits: &Limits, id: &str, groups: &[String]) -> Result<Vec<String>, Refusal> {
        let person = self.person(id)?.clone();
        let targets: Vec<&Group> = groups.iter().map(|group| self.group(group)).collect::<Result<_, _>>()?;
        if groups.iter().any(|group| person.groups.contains(group)) {
            return Err("AlreadyInGroup");
        }
        let known = |version| person.groups.iter().any(|group| self.groups[group].version == version);
        if targets.iter().any(|target| !known(target.version)) {
            return Err("AcrossVersions");
        }
        if (person.groups.len() + groups.len()) as u64 > limits.groups_per_person {
            return Err("TooManyGroupsOfPerson");
        }
        let room = |group: &&String| {
            let max = limits.faces_per_group(self.groups[*group].version);
            self.group_faces(group) + person.faces.len() as u64 <= max
        };
        let joined: Vec<String> = groups.iter().filter(room).cloned().collect();
        if joined.is_empty() {
            return Err("GroupFull");
        }
        for group in &joined {
            let target = self.groups.get_mut(group).unwrap();
            target
                .members
                .push((id.to_owned(), vec![String::new(); target.fields.len()]));
            self.persons.get_mut(id).unwrap().groups.push(group.clone());
        }
        self.settle();
        Ok(joined)
    }

    pub fn delete_person(&mut self, id: &str) -> Result<(), Refusal> {
        self.persons.remove(id).ok_or("PersonNotFound")?;
        self.groups
            .values_mut()
            .for_each(|group| group.members.retain(|(member, _)| member != id));
        Ok(())
    }

    pub fn leave(&mut self, id: &str, group: &str) -> Result<(), Refusal> {
        self.group(group)?;
        let person = self
            .persons
            .get_mut(id)
            .filter(|person| person.groups.iter().any(|other| other == group));
        let person = person.ok_or("NotInGroup")?;
        person.groups.retain(|other| other != group);
        if person.groups.is_empty() {
            return self.delete_person(id);
        }
        self.groups
            .get_mut(group)
            .unwrap()
            .members
            .retain(|(member, _)| member != id);
        self.settle();
        Ok(())
    }

    pub fn modify_texts(&mut self, group: &str, id: &str, texts: &[(u64, String)]) -> Result<(), Refusal> {
        let target = self.groups.get_mut(group).ok_or("GroupNotFound")?;
        if texts.iter().any(|(index, _)| *index >= target.fields.len() as u64) {
            return Err("PersonFieldOutOfRange");
        }
        let (_, set) = target
            .members
            .iter_mut()
            .find(|(member, _)| member == id)
            .ok_or("NotInGroup")?;
        texts
            .iter()
            .for_each(|(index, text)| set[*index as usize] = text.clone());
        Ok(())
    }

    pub fn admit_addition(&self, limits: &Limits, id: &str, images: usize) -> Result<(), Refusal> {
        if images > limits.images_per_call {
            return Err("TooManyImages");
        }
        let person = self.person(id)?;
        if (person.faces.len() + images) as u64 > limits.faces_per_person {
            return Err("PersonFull");
        }
        self.admit_faces(limits, &person.groups, images as u64)
    }

    pub fn delete_faces(&mut self, id: &str, faces: &[FaceId]) -> Result<Vec<FaceId>, Refusal> {
        let person = self.persons.get_mut(id).ok_or("PersonNotFound")?;
        let mut left: Vec<FaceId> = person.faces.iter().map(|(face, _)| *face).collect();
        let mut deleted = Vec::new();
        for face in faces {
            if let Some(position) = left.iter().position(|other| other == face) {
                left.remove(position);
                deleted.push(*face);
            }
        }
        if left.is_empty() {
            return Err("LastFace");
        }
        person.faces.retain(|(face, _)| left.contains(face));
        Ok(deleted)
    }

    /// Version of the groups of a search and the faces and persons in them.
    pub fn scope(&self, limits: &Limits, groups: &[String], fused: bool) -> Result<(ModelVersion, u64, u64), Refusal> {
        let found: Vec<&Group> = groups.iter().map(|group| self.group(group)).collect::<Result<_, _>>()?;
        if fused && found.iter().any(|group| group.version == ModelVersion::V2) {
            return Err("UnsupportedVersion");
        }
        let version = found[0].version;
        if found.iter().any(|group| group.version != version) {
            return Err("AcrossVersions");
        }
        let faces = groups.iter().map(|group| self.group_faces(group)).sum();
        if faces == 0 {
            return Err("NoFaceInGroups");
        }
        if faces > limits.faces_per_group(version) {
            return Err("SearchTooLarge");
        }
        Ok((
            version,
            faces,
            found.iter().map(|group| group.members.len() as u64).sum(),
        ))
    }

    /// A person has the newest version of its groups.
    pub fn settle(&mut self) {
        for person in self.persons.values_mut() {
            let versions = person.groups.iter().map(|group| self.groups[group].version);
            person.version = versions.max().unwrap();
        }
    }

    /// Notes what a new face of a person can be moved with.
    pub fn keep(&mut self, person: &str, face: FaceId, crop: bool) {
        let groups = self.persons[person].groups.iter().map(|group| &self.groups[group]);
        let enrolled = groups.flat_map(|group| std::iter::once(group.version).chain(group.moving_to));
        let enrolled = enrolled.collect();
        self.kept.insert(face, Kept { crop, enrolled });
    }

    /// Faces of a group that cannot be moved to a version.
    pub fn lost(&self, group: &str, to: ModelVersion) -> usize {
        let members = self.groups[group].members.iter();
        let faces = members.flat_map(|(person, _)| self.persons[person].faces.iter());
        faces
            .filter(|(face, _)| !self.kept[face].crop && !self.kept[face].enrolled.contains(&to))
            .count()
    }

    pub fn upgrade(&self, group: &str, to: ModelVersion) -> Result<usize, Refusal> {
        let found = self.group(group)?;
        if found.version >= to || found.moving_to.is_some() || found.rolled_back {
            return Err("CannotUpgrade");
        }
        match self.lost(group, to) {
            0 => Ok(found.members.len()),
            _ => Err("LostFaces"),
        }
    }

    pub fn roll_back(&mut self, limits: &Limits, id: &str) -> Result<(), Refusal> {
        let at = self.jobs.iter().position(|job| job.id == id).ok_or("JobNotFound")?;
        let job = self.jobs[at].clone();
        if job.state != JobState::Moved || job.rolling_back || !job.group_lives {
            return Err("CannotRollBack");
        }
        let group = &self.groups[&job.group];
        let room = self.group_faces(&job.group) <= limits.faces_per_group(job.from);
        let here = group.version == job.to && group.moving_to.is_none() && !group.rolled_back;
        if !here || !room || self.lost(&job.group, job.from) > 0 {
            return Err("CannotRollBack");
        }
        self.jobs[at].rolling_back = true;
        self.groups.get_mut(&job.group).unwrap().moving_to = Some(job.from);
        Ok(())
    }

    pub fn admit_verification(&self, id: &str, fused: bool) -> Result<&Person, Refusal> {
        let person = self.person(id)?;
        if fused && person.version == ModelVersion::V2 {
            return Err("UnsupportedVersion");
        }
        Ok(person)
    }
}

impl Person {
    /// Cosine of the most similar face.
    pub fn best(&self, probe: &[f32]) -> f32 {
        self.faces
            .iter()
            .map(|(_, face)| cosine(face, probe))
            .fold(-1.0, f32::max)
    }

    /// Cosine of the normalised mean of the faces; of the oldest face when there is no mean.
    pub fn fused(&self, probe: &[f32]) -> f32 {
        let mut sum = [0.0; DIM];
        for (_, face) in &self.faces {
            (0..DIM).for_each(|i| sum[i] += face[i]);
        }
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length < 1e-3 {
            cosine(&self.faces[0].1, probe)
        } else {
            cosine(&sum, probe)
        }
    }
}

pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// As precise as the store keeps it.
pub fn rounded(values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| f16::from_f32(*value).to_f32()).collect()
}
