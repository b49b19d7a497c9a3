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

#[test]
fn a_database_of_the_first_version_is_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mien.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../../src/schema/001.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO meta VALUES ('incarnation', '0123456789abcdef'), ('keys_version', '0');
         INSERT INTO accounts VALUES (1, 'test', 1, 1, 1);
         INSERT INTO spaces VALUES (1, 'model', 3, 2);
         INSERT INTO groups VALUES (1, 1, 'g', 'name', '', '[]', 1, 5, 5, 1, 1);
         INSERT INTO persons VALUES (1, 1, 'p', 'somebody', 0, 1, 5, 1);
         INSERT INTO members VALUES (1, 1, 1, '[]');
         INSERT INTO faces VALUES (9, 1, 0, 0, 1, 1, 5);
         INSERT INTO vectors VALUES (9, 1, x'003c0000');
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(old);
    let store = open(&path);
    assert_eq!(store.check().unwrap(), Vec::<String>::new());
    let person = store
        .read::<_, StoreError>(|view| view.person(mien_store::AccountKey(1), "p"))
        .unwrap()
        .unwrap();
    assert_eq!((person.space, person.faces), (mien_store::SpaceKey(1), 1));
}
