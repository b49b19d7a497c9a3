//! SIGKILL at random points: nothing answered is lost, nothing is half there.
//!
//! The test runs itself again as a child that writes from several threads and reports each answered write over its
//! standard output. The parent kills the child after a random number of reports, opens the database and compares.

use crate::world::{insert_group, insert_person, open};
use mien_store::{AccountKey, GroupKey, SpaceKey, Store, StoreError};
use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

const ROUNDS: u64 = 8;
const WRITERS: u64 = 4;
const CHILD: &str = "MIEN_STORE_CRASH_CHILD";

#[test]
fn answered_writes_survive_sigkill() {
    if let Ok(directory) = env::var(CHILD) {
        write_until_killed(Path::new(&directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let mut answered = BTreeSet::new();
    let mut random = u64::from(std::process::id()) | 1;
    for round in 0..ROUNDS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let reports = 1 + random % 150;
        answered.extend(run_and_kill(directory.path(), round, reports as usize));
        compare(directory.path(), &answered);
    }
    assert!(answered.len() as u64 >= ROUNDS);
}

/// Starts the child and kills it after `reports` reports. Gives all ids that it has reported.
fn run_and_kill(directory: &Path, round: u64, reports: usize) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::answered_writes_survive_sigkill", "--nocapture"])
        .env(CHILD, directory)
        .env("MIEN_STORE_CRASH_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    // The test harness of the child prints lines of its own. The last line may be cut off by the kill.
    let id = |line: String| {
        line.strip_prefix("answered ")
            .and_then(|rest| rest.strip_suffix(" ."))
            .map(str::to_owned)
    };
    let mut ids: Vec<String> = lines.by_ref().filter_map(id).take(reports).collect();
    assert_eq!(ids.len(), reports, "the child ended by itself");
    child.kill().unwrap();
    ids.extend(lines.filter_map(id));
    child.wait().unwrap();
    ids
}

fn compare(directory: &Path, answered: &BTreeSet<String>) {
    let store = open(&directory.join("mien.db"));
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let account = AccountKey(1);
    let found: BTreeSet<String> = store
        .read::<_, StoreError>(|view| {
            let persons = view.persons(account, mien_store::PersonKey(0), 1_000_000)?;
            for person in &persons {
                assert_eq!(
                    view.person_vectors(person.key, person.space)?.len(),
                    1,
                    "person {} is half there",
                    person.id
                );
                assert_eq!(view.group_count(person.key)?, 1);
            }
            Ok(persons.into_iter().map(|person| person.id).collect())
        })
        .unwrap();
    let lost: Vec<&String> = answered.difference(&found).collect();
    assert!(lost.is_empty(), "answered but gone: {lost:?}");
    // What was written but not yet reported may be there; only that.
    assert!(found.len() <= answered.len() + (WRITERS * ROUNDS) as usize);
}

fn write_until_killed(directory: &Path) -> ! {
    let round = env::var("MIEN_STORE_CRASH_ROUND").unwrap();
    let store = open(&directory.join("mien.db"));
    let (account, space, group) = prepare(&store);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, round) = (&store, &round);
            scope.spawn(move || {
                for number in 0.. {
                    let id = format!("{round}-{writer}-{number}");
                    let new = id.clone();
                    store
                        .write(move |tx| insert_person(tx, account, space, group, &new))
                        .unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "answered {id} .").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
    unreachable!("the writers go on until the process is killed")
}

fn prepare(store: &Store) -> (AccountKey, SpaceKey, GroupKey) {
    store
        .write(|tx| {
            let space = tx.ensure_space("model", 3, crate::world::DIM)?;
            let account = match tx.accounts()?.first() {
                Some(account) => account.key,
                None => tx.insert_account("test", 1)?,
            };
            let group = match tx.group(account, "g")? {
                Some(group) => group.key,
                None => insert_group(tx, account, space, "g")?,
            };
            Ok::<_, StoreError>((account, space, group))
        })
        .unwrap()
}
