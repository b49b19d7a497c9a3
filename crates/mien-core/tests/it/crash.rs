//! SIGKILL at random points: an answered enrolment is found by a search after the restart.
//!
//! The test runs itself again as a child that enrols from several threads and reports each answer over its standard
//! output. The parent kills the child after a random number of reports, opens the domain and searches.

use crate::world::*;
use mien_core::*;
use mien_store::Durability;
use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

const ROUNDS: u64 = 6;
const WRITERS: u64 = 3;
const CHILD: &str = "MIEN_CORE_CRASH_CHILD";

#[test]
fn an_answered_enrolment_is_found_after_sigkill() {
    if let Ok(directory) = env::var(CHILD) {
        enrol_until_killed(Path::new(&directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let mut answered = BTreeMap::new();
    let mut random = fastrand::Rng::new();
    for round in 0..ROUNDS {
        answered.extend(run_and_kill(directory.path(), round, random.usize(1..120)));
        compare(directory.path(), &answered);
    }
}

/// Starts the child and kills it after `reports` reports. Gives persons and faces that it has reported.
fn run_and_kill(directory: &Path, round: u64, reports: usize) -> Vec<(String, String)> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::an_answered_enrolment_is_found_after_sigkill",
            "--nocapture",
        ])
        .env(CHILD, directory)
        .env("MIEN_CORE_CRASH_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    // The test harness of the child prints lines of its own. The last line may be cut off by the kill.
    let report = |line: String| {
        let (person, face) = line.strip_prefix("answered ")?.strip_suffix(" .")?.split_once(' ')?;
        Some((person.to_owned(), face.to_owned()))
    };
    let mut answers: Vec<_> = lines.by_ref().filter_map(report).take(reports).collect();
    assert_eq!(answers.len(), reports, "the child ended by itself");
    child.kill().unwrap();
    answers.extend(lines.filter_map(report));
    child.wait().unwrap();
    answers
}

fn compare(directory: &Path, answered: &BTreeMap<String, String>) {
    let core = open(directory);
    let options = SearchOptions {
        candidates: 100,
        threshold: Some(score(99.0)),
        details: false,
    };
    for (person, face) in answered {
        let probe = [embedding(person)];
        let faces = core
            .hunt(AccountId(1), &gids(&["g"]), Target::Faces, &probe, &options)
            .unwrap();
        let found = faces.probes[0]
            .candidates
            .iter()
            .find(|found| found.person == pid(person));
        let found = found.unwrap_or_else(|| panic!("{person} was answered but is not found"));
        assert_eq!(found.face.map(|face| face.to_string()).as_ref(), Some(face));
        let persons = core
            .hunt(AccountId(1), &gids(&["g"]), Target::Persons, &probe, &options)
            .unwrap();
        assert!(
            persons.probes[0]
                .candidates
                .iter()
                .any(|found| found.person == pid(person)),
            "{person}"
        );
    }
    let size = core.group_size(AccountId(1), &gid("g")).unwrap();
    assert_eq!(size.persons, size.faces);
    assert_eq!(core.check().unwrap(), Vec::<String>::new());
}

fn enrol_until_killed(directory: &Path) -> ! {
    let round = env::var("MIEN_CORE_CRASH_ROUND").unwrap();
    let core = open(directory);
    if core.accounts().list().unwrap().is_empty() {
        let account = core.accounts().create("test").unwrap();
        assert_eq!(account, AccountId(1));
    }
    let _ = core.create_group(AccountId(1), new_group("g", V3));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (core, round) = (&core, &round);
            scope.spawn(move || {
                for number in 0.. {
                    let id = format!("{round}-{writer}-{number}");
                    let new = new_person("g", &id);
                    let created = core.enrol(AccountId(1), new, enrolled(&embedding(&id))).unwrap();
                    let Created::Person { face, .. } = created else {
                        panic!("{created:?}")
                    };
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "answered {id} {face} .").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
    unreachable!("the writers go on until the process is killed")
}

fn open(directory: &Path) -> Core {
    let store = open_store(&directory.join("mien.db"), Durability::Full);
    Core::open(
        store,
        &directory.join("index"),
        vec![space(V3)],
        Limits::default().into(),
        Arc::new(SystemClock),
    )
    .unwrap()
}

/// A direction of its own for each person.
fn embedding(person: &str) -> Vec<f32> {
    let seed = person.bytes().fold(17u64, |seed, byte| {
        seed.wrapping_mul(1_099_511_628_211) ^ u64::from(byte)
    });
    let mut random = fastrand::Rng::with_seed(seed);
    (0..DIM).map(|_| random.f32() - 0.5).collect()
}
