//! A domain in a directory of its own, and short ways to fill it.

use mien_core::*;
use mien_store::{Durability, Options, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

pub const DIM: usize = 16;
pub const V2: ModelVersion = ModelVersion::V2;
pub const V3: ModelVersion = ModelVersion::V3;

/// Goes on by a millisecond whenever somebody looks.
#[derive(Default)]
pub struct StepClock(AtomicU64);

/// Where the clock of the tests starts.
pub const START_MS: u64 = 1_700_000_000_000;

impl Clock for StepClock {
    fn now_ms(&self) -> u64 {
        START_MS + self.0.fetch_add(1, Ordering::Relaxed)
    }
}

pub struct World {
    core: Option<Core>,
    pub account: AccountId,
    limits: Limits,
    spaces: Vec<Space>,
    clock: Arc<dyn Clock>,
    directory: TempDir,
}

impl World {
    pub fn new() -> Self {
        Self::with(Limits::default(), vec![space(V3), space(V2)])
    }

    pub fn limited(limits: Limits) -> Self {
        Self::with(limits, vec![space(V3), space(V2)])
    }

    pub fn with(limits: Limits, spaces: Vec<Space>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(StepClock::default());
        let mut world = Self {
            core: None,
            account: AccountId(0),
            limits,
            spaces,
            clock,
            directory,
        };
        world.open();
        world.account = world.accounts().create("test").unwrap();
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn close(&mut self) {
        self.core = None;
    }

    pub fn open(&mut self) {
        self.core = Some(self.try_open().unwrap());
    }

    pub fn try_open(&self) -> Result<Core, CoreError> {
        let store = open_store(&self.path("mien.db"), Durability::Off);
        let (spaces, limits) = (self.spaces.clone(), self.limits.clone());
        Core::open(
            store,
            &self.path("index"),
            spaces,
            limits.into(),
            Arc::clone(&self.clock),
        )
    }

    pub fn restart(&mut self) {
        self.close();
        self.open();
    }

    pub fn set_spaces(&mut self, spaces: Vec<Space>) {
        self.spaces = spaces;
    }

    /// Creates a group of version 3.0.
    pub fn add_group(&self, id: &str) {
        self.create_group(self.account, new_group(id, V3)).unwrap();
    }

    /// Creates a person with one face.
    pub fn add_person(&self, group: &str, id: &str, embedding: &[f32]) -> FaceId {
        match self
            .enrol(self.account, new_person(group, id), enrolled(embedding))
            .unwrap()
        {
            Created::Person { face, .. } => face,
            similar => panic!("{similar:?}"),
        }
    }

    /// Adds a face to a person, however different.
    pub fn add_face(&self, person: &str, embedding: &[f32]) -> FaceId {
        let added = self
            .add_seen::<()>(self.account, &pid(person), vec![Ok(enrolled(embedding))], score(0.0))
            .unwrap();
        match &added.images[..] {
            [Addition::Added { face, .. }] => *face,
            other => panic!("{other:?}"),
        }
    }

    pub fn copy(&self, person: &str, groups: &[&str]) {
        self.copy_person(self.account, &pid(person), &gids(groups)).unwrap();
    }

    /// Persons found, best first, with their scores rounded.
    pub fn found(&self, groups: &[&str], target: Target, probe: &[f32]) -> Vec<(String, i64)> {
        let options = SearchOptions {
            candidates: 100,
            threshold: None,
            details: false,
        };
        let found = self
            .hunt(self.account, &gids(groups), target, &[probe.to_vec()], &options)
            .unwrap();
        found.probes[0]
            .candidates
            .iter()
            .map(|found| (found.person.to_string(), found.score.value().round() as i64))
            .collect()
    }

    /// The store is sound and the indexes hold what it says.
    #[track_caller]
    pub fn check_store(&self) {
        assert_eq!(self.check().unwrap(), Vec::<String>::new());
    }
}

impl std::ops::Deref for World {
    type Target = Core;

    fn deref(&self) -> &Core {
        self.core.as_ref().unwrap()
    }
}

pub fn open_store(path: &Path, durability: Durability) -> Store {
    Store::open(path, Options { durability }).unwrap()
}

/// A space whose 3.0 score is 10 + 97 x cosine between 0 and 0.9: no cosine that is a multiple of 1/4 falls on a
/// round score.
pub fn space(version: ModelVersion) -> Space {
    Space {
        version,
        fingerprint: format!("model {version}"),
        dim: DIM,
        curve: curve(),
    }
}

pub fn curve() -> Curve {
    let far = 10f64.powf(-9.7 * 0.9);
    Curve::new(vec![Point { cosine: 0.0, far: 1.0 }, Point { cosine: 0.9, far }]).unwrap()
}

/// Unit vector along one axis.
pub fn axis(number: usize) -> Vec<f32> {
    (0..DIM).map(|i| if i == number { 1.0 } else { 0.0 }).collect()
}

/// Unit vector with this cosine to one axis, leaning towards another.
pub fn leaning(from: usize, towards: usize, cosine: f32) -> Vec<f32> {
    let mut vector = vec![0.0; DIM];
    vector[from] = cosine;
    vector[towards] = (1.0 - cosine * cosine).sqrt();
    vector
}

/// A face as the tests see it: the same embedding in all spaces, and a crop that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub frame: Frame,
    pub embedding: Vec<f32>,
    pub crop: Option<Vec<u8>>,
}

pub fn enrolled(embedding: &[f32]) -> Seen {
    Seen {
        frame: Frame {
            x: -2,
            y: 3,
            width: 40,
            height: 50,
        },
        embedding: embedding.to_vec(),
        crop: None,
    }
}

/// The same with a crop from which [`embed_crop`] makes the embedding again.
pub fn with_crop(embedding: &[f32]) -> Seen {
    Seen {
        crop: Some(embedding.iter().flat_map(|value| value.to_le_bytes()).collect()),
        ..enrolled(embedding)
    }
}

pub fn embed_crop(image: &[u8]) -> Result<Vec<f32>, String> {
    let values = image.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let values: Vec<f32> = values.collect();
    if values.len() == DIM {
        Ok(values)
    } else {
        Err("not a crop".to_owned())
    }
}

impl Seen {
    pub fn in_spaces(self, spaces: &[Arc<Space>]) -> Enrolled {
        Enrolled {
            frame: self.frame,
            embeddings: spaces
                .iter()
                .map(|space| Embedding::new(space, self.embedding.clone()))
                .collect(),
            crop: self.crop,
        }
    }
}

/// Operations as a caller does them: the check, then the look at the picture, then the operation itself.
pub trait Steps {
    fn steps(&self) -> &Core;

    fn enrol(&self, account: AccountId, person: NewPerson, face: Seen) -> Result<Created, CoreError> {
        let spaces = self.steps().check_create_person(account, &person)?;
        self.steps().create_person(account, person, face.in_spaces(&spaces))
    }

    fn add_seen<R: Send + 'static>(
        &self,
        account: AccountId,
        person: &PersonId,
        images: Vec<Result<Seen, R>>,
        threshold: Score,
    ) -> Result<Additions<R>, CoreError> {
        let spaces = self.steps().check_add_faces(account, person, images.len())?;
        let images = images
            .into_iter()
            .map(|image| image.map(|seen| seen.in_spaces(&spaces)))
            .collect();
        self.steps().add_faces(account, person, images, threshold)
    }

    fn hunt(
        &self,
        account: AccountId,
        groups: &GroupIds,
        target: Target,
        probes: &[Vec<f32>],
        options: &SearchOptions,
    ) -> Result<Search<Found>, CoreError> {
        let space = self.steps().check_search(account, groups, target)?;
        self.steps()
            .search(account, groups, target, &embedded(&space, probes), options)
    }

    fn hunt_by_group(
        &self,
        account: AccountId,
        groups: &GroupIds,
        target: Target,
        probes: &[Vec<f32>],
        options: &SearchOptions,
    ) -> Result<Search<Vec<FoundInGroup>>, CoreError> {
        let space = self.steps().check_search(account, groups, target)?;
        self.steps()
            .search_by_group(account, groups, target, &embedded(&space, probes), options)
    }

    fn prove(
        &self,
        account: AccountId,
        person: &PersonId,
        target: Target,
        probe: &[f32],
    ) -> Result<Verified, CoreError> {
        let space = self.steps().check_verify(account, person, target)?;
        self.steps()
            .verify(account, person, target, &Embedding::new(&space, probe.to_vec()))
    }

    /// One piece of the work that jobs have; whether there was one.
    fn work_once(&self, faces: usize) -> bool {
        let Some(work) = self.steps().work(faces).unwrap() else {
            return false;
        };
        let embeddings = work.crops().iter().map(|crop| embed_crop(&crop.image)).collect();
        self.steps().hand_in(work, embeddings).unwrap();
        true
    }
}

impl Steps for Core {
    fn steps(&self) -> &Core {
        self
    }
}

impl Steps for World {
    fn steps(&self) -> &Core {
        self
    }
}

fn embedded(space: &Arc<Space>, probes: &[Vec<f32>]) -> Vec<Embedding> {
    probes
        .iter()
        .map(|probe| Embedding::new(space, probe.clone()))
        .collect()
}

pub fn gid(text: &str) -> GroupId {
    GroupId::parse(text).unwrap()
}

pub fn pid(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

pub fn gids(texts: &[&str]) -> GroupIds {
    GroupIds::parse(texts.iter().copied(), 100).unwrap()
}

pub fn score(value: f64) -> Score {
    Score::parse(value).unwrap()
}

pub fn page(offset: u64, limit: u64) -> Page {
    Page::parse(Some(offset), Some(limit), 1000).unwrap()
}

pub fn new_group(id: &str, version: ModelVersion) -> NewGroup {
    NewGroup {
        id: gid(id),
        name: GroupName::parse(&format!("name of {id}"), Charset::Default).unwrap(),
        tag: Tag::empty(),
        fields: FieldNames::default(),
        version,
    }
}

pub fn fields(names: &[&str]) -> FieldNames {
    FieldNames::new(names.iter().map(|name| field(name)).collect(), 5).unwrap()
}

pub fn field(name: &str) -> FieldName {
    FieldName::parse(name, Charset::Default).unwrap()
}

pub fn texts(texts: &[(u64, &str)]) -> FieldTexts {
    let parse = |text: &str| FieldText::parse(text, Charset::Default).unwrap();
    FieldTexts::new(texts.iter().map(|(index, text)| (*index, parse(text))).collect(), 5).unwrap()
}

pub fn new_person(group: &str, id: &str) -> NewPerson {
    NewPerson {
        group: gid(group),
        id: pid(id),
        name: PersonName::parse("somebody", Charset::Default).unwrap(),
        gender: Gender::Unset,
        texts: FieldTexts::default(),
        unique: UniquePersonControl::Off,
    }
}

/// Name of the variant: what a wire code would be chosen by.
pub fn kind(error: &CoreError) -> String {
    let debug = format!("{error:?}");
    debug
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The refusal that was expected, or what came instead.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, CoreError>, expected: &str) {
    match result {
        Err(error) if kind(&error) == expected => {}
        other => panic!("{expected} expected, {other:?} came"),
    }
}

/// Copies a directory and all in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
