//! Seeded model test: random operations of several accounts against the domain and against a plain in-memory model,
//! with restarts in between (BEHAVIOUR 6 to 9, 12, 13).
//!
//! `MIEN_MODEL_OPS` sets the number of operations, `MIEN_MODEL_SEED` the seed; a failure prints both.

mod compare;
mod jobs;
mod operations;
mod state;

use crate::world::{StepClock, V2, V3, copy, open_store, space};
use fastrand::Rng;
use mien_core::{AccountId, Clock, Core, FaceId, Limits};
use mien_store::Durability;
use state::Account;
use std::collections::BTreeMap;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const OPERATIONS: u64 = 100_000;
const SEED: u64 = 20_200_303;

/// The domain and the model side by side.
pub struct Twins {
    core: Option<Core>,
    accounts: Vec<(AccountId, Account)>,
    limits: Limits,
    random: Rng,
    clock: Arc<dyn Clock>,
    directory: TempDir,
    /// Ids of faces that exist or existed: to delete again, or as if they were another person's.
    faces: Vec<FaceId>,
    last_face: Option<FaceId>,
}

/// How often each kind of answer was met, refusals by name.
static SEEN: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

fn saw(answer: &str) {
    *SEEN.lock().unwrap().entry(answer.to_owned()).or_default() += 1;
}

/// How the domain is closed before it is opened again from disk.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Clean,
    IndexLost,
    Crash,
}

/// Every answer that the operations can get; a long run must meet each of them.
const ANSWERS: &[&str] = &[
    "done",
    "AccountFull",
    "CannotRollBack",
    "CannotUpgrade",
    "JobNotFound",
    "LostFaces",
    "AcrossVersions",
    "AlreadyInGroup",
    "GroupExists",
    "GroupFieldExists",
    "GroupFieldOutOfRange",
    "GroupFull",
    "GroupNameExists",
    "GroupNotFound",
    "LastFace",
    "NoFaceInGroups",
    "NotInGroup",
    "OffsetExceeded",
    "PersonExists",
    "PersonFieldOutOfRange",
    "PersonFull",
    "PersonNotFound",
    "SearchTooLarge",
    "TooManyGroups",
    "TooManyGroupsOfPerson",
    "TooManyImages",
    "UnsupportedVersion",
    "similar",
    "added",
    "too different",
    "found",
    "nobody found",
    "moved",
    "rolled back",
];

#[test]
fn random_operations_agree_with_the_model() {
    let number = |name: &str, default| env::var(name).map_or(default, |text| text.parse::<u64>().unwrap());
    let (operations, seed) = (number("MIEN_MODEL_OPS", OPERATIONS), number("MIEN_MODEL_SEED", SEED));
    let mut twins = Twins::new(seed);
    for done in 0..operations {
        let ran = catch_unwind(AssertUnwindSafe(|| twins.step(done)));
        if let Err(panic) = ran {
            eprintln!(
                "operation {done} fails: MIEN_MODEL_SEED={seed} MIEN_MODEL_OPS={}",
                done + 1
            );
            resume_unwind(panic);
        }
    }
    twins.compare_all();
    let seen = SEEN.lock().unwrap();
    println!("{operations} operations with seed {seed} agree: {seen:#?}");
    if operations >= OPERATIONS {
        let never: Vec<_> = ANSWERS.iter().filter(|answer| !seen.contains_key(**answer)).collect();
        assert!(never.is_empty(), "never met: {never:?}");
    }
}

impl Twins {
    fn new(seed: u64) -> Self {
        let mut twins = Self {
            core: None,
            accounts: Vec::new(),
            limits: Limits {
                groups_per_account: 5,
                faces_per_account: 26,
                faces_per_group_v2: 12,
                faces_per_group_v3: 15,
                groups_per_person: 3,
                faces_per_person: 5,
                images_per_call: 4,
                fields_per_group: 3,
                ..Limits::default()
            },
            random: Rng::with_seed(seed),
            clock: Arc::new(StepClock::default()),
            directory: tempfile::tempdir().unwrap(),
            faces: Vec::new(),
            last_face: None,
        };
        twins.open();
        for name in ["one", "two", "three"] {
            let id = twins.core().accounts().create(name).unwrap();
            twins.accounts.push((id, Account::default()));
        }
        twins
    }

    fn core(&self) -> &Core {
        self.core.as_ref().unwrap()
    }

    fn open(&mut self) {
        let path: &Path = self.directory.path();
        let store = open_store(&path.join("mien.db"), Durability::Off);
        let spaces = vec![space(V3), space(V2)];
        let core = Core::open(
            store,
            &path.join("index"),
            spaces,
            self.limits.clone().into(),
            Arc::clone(&self.clock),
        );
        self.core = Some(core.unwrap());
    }

    fn step(&mut self, done: u64) {
        match self.random.u32(0..4000) {
            0 => self.restart(Stop::Clean),
            1 => self.restart(Stop::IndexLost),
            2 => self.restart(Stop::Crash),
            3..=7 => self.compare_all(),
            _ => self.operate(),
        }
        // The check reads everything: now and then only.
        if done % 5000 == 4999 {
            self.check();
        }
    }

    fn restart(&mut self, stop: Stop) {
        // What a crash leaves is what is on disk while the domain is open.
        let image = tempfile::tempdir().unwrap();
        if stop == Stop::Crash {
            copy(self.directory.path(), image.path());
        }
        self.core = None;
        match stop {
            Stop::Clean => {}
            Stop::IndexLost => std::fs::remove_dir_all(self.directory.path().join("index")).unwrap(),
            Stop::Crash => self.directory = image,
        }
        self.open();
        self.check();
        self.compare_all();
    }

    /// The store is sound and the indexes hold what it says.
    fn check(&self) {
        assert_eq!(self.core().check().unwrap(), Vec::<String>::new());
    }

    /// New ids are larger than all before, over all accounts.
    fn learn(&mut self, face: FaceId) {
        assert!(self.last_face < Some(face), "{face} after {:?}", self.last_face);
        self.last_face = Some(face);
        self.faces.push(face);
        if self.faces.len() > 300 {
            self.faces.drain(..150);
        }
    }
}
