//! Opening, reopening, foreign files.

use crate::world::{World, open};
use mien_store::{Options, Store, StoreError};

#[test]
fn a_reopened_store_holds_what_was_written() {
    let world = World::new();
    let group = world.group("g");
    let (person, face) = world.person(group, "p");
    let incarnation = world.store.incarnation().to_owned();

    let again = open(&world.path("mien.db"));
    let rows = again
        .read::<_, StoreError>(|view| {
            Ok((
                view.group(world.account, "g")?,
                view.person(world.account, "p")?,
                view.faces(person)?,
            ))
        })
        .unwrap();
    assert_eq!(rows.0.unwrap().key, group);
    assert_eq!(rows.1.unwrap().key, person);
    assert_eq!(
        rows.2.iter().map(|row| (row.key, row.frame.x)).collect::<Vec<_>>(),
        [(face, -3)]
    );
    assert_eq!(again.incarnation(), incarnation);
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let world = World::new();
    rusqlite::Connection::open(world.path("mien.db"))
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = Store::open(&world.path("mien.db"), Options::default()).err().unwrap();
    assert!(matches!(refused, StoreError::TooNew { found: 99, .. }), "{refused}");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    let text = "not a database, but somebody's notes ".repeat(50);
    std::fs::write(&path, &text).unwrap();
    assert!(Store::open(&path, Options::default()).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_missing_directory_is_an_error_that_names_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let error = Store::open(&directory.path().join("no/mien.db"), Options::default())
        .err()
        .unwrap();
    assert!(error.to_string().contains("no/mien.db"), "{error}");
}

#[test]
fn two_processes_may_open_the_file() {
    // The command line creates keys while the server runs: two stores on one file stand for two processes.
    let world = World::new();
    let other = open(&world.path("mien.db"));
    let before = world.store.read::<_, StoreError>(|view| view.keys_version()).unwrap();
    other.write(|tx| tx.insert_account("from the other side", 5)).unwrap();
    let after = world
        .store
        .read::<_, StoreError>(|view| Ok((view.keys_version()?, view.accounts()?.len())))
        .unwrap();
    assert!(after.0 > before);
    assert_eq!(after.1, 2);
}
