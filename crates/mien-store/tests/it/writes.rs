//! Writes: all or nothing, one after another, answered after the commit.

use crate::world::{World, insert_group, insert_person};
use mien_store::{FaceKey, PersonKey, StoreError, View};
use std::collections::BTreeSet;
use std::thread;

#[test]
fn a_write_that_fails_leaves_nothing() {
    let world = World::new();
    let group = world.group("g");
    let (account, space) = (world.account, world.space);
    let refused: Result<(), StoreError> = world.store.write(move |tx| {
        insert_person(tx, account, space, group, "half")?;
        Err(StoreError::Closed)
    });
    assert!(refused.is_err());
    for table in ["persons", "members", "faces", "vectors", "crops", "changes"] {
        assert_eq!(world.count(table), 0, "{table}");
    }
    world.check();
}

#[test]
fn a_write_that_panics_leaves_nothing_and_the_store_goes_on() {
    let world = World::new();
    let (account, space) = (world.account, world.space);
    let refused: Result<(), StoreError> = world.store.write(move |tx| {
        insert_group(tx, account, space, "g")?;
        panic!("a fault of the program, made by a test")
    });
    assert!(matches!(refused, Err(StoreError::Panicked)));
    assert_eq!(world.count("groups"), 0);
    world.group("g");
    assert_eq!(world.count("groups"), 1);
}

#[test]
fn a_failing_write_does_not_touch_its_neighbours_in_the_batch() {
    let world = World::new();
    let (account, space) = (world.account, world.space);
    let store = &world.store;
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                for turn in 0..25 {
                    let id = format!("{number}-{turn}");
                    let fails = turn % 3 == 0;
                    let done = store.write(move |tx| {
                        insert_group(tx, account, space, &id)?;
                        if fails { Err(StoreError::Closed) } else { Ok(()) }
                    });
                    assert_eq!(done.is_err(), fails);
                }
            });
        }
    });
    // 25 turns, 9 of them (0, 3, .. 24) fail.
    assert_eq!(world.count("groups"), 8 * 16);
    world.check();
}

#[test]
fn an_answered_write_is_seen_by_every_reader() {
    let world = World::new();
    let (account, store) = (world.account, &world.store);
    thread::scope(|scope| {
        for number in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for turn in 0..20 {
                    let id = format!("{number}-{turn}");
                    let key = world.group(&id);
                    let found = store.read::<_, StoreError>(|view| view.group(account, &id)).unwrap();
                    assert_eq!(found.unwrap().key, key);
                }
            });
        }
    });
}

#[test]
fn many_are_read_as_one_by_one() {
    let world = World::new();
    let (g, h) = (world.group("g"), world.group("h"));
    let some: Vec<_> = (0..30).map(|number| world.person(g, &format!("p{number}"))).collect();
    let space = world.space;
    let copied: Vec<_> = some.iter().step_by(3).map(|(person, _)| *person).collect();
    world
        .store
        .write(move |tx| {
            let texts = ["a text".to_owned()];
            for person in &copied {
                tx.insert_member(*person, space, h, &texts, &[], None)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let read = |view: &View<'_>| {
        // Backwards, one of them twice, and keys of nobody, also such as SQLite has no number for.
        let mut faces: Vec<FaceKey> = some.iter().rev().map(|(_, face)| *face).collect();
        let mut persons: Vec<PersonKey> = some.iter().rev().map(|(person, _)| *person).collect();
        faces.extend([faces[3], FaceKey(0), FaceKey(10_000), FaceKey(u64::MAX)]);
        persons.extend([persons[3], PersonKey(0), PersonKey(10_000), PersonKey(u64::MAX)]);
        let (by_face, by_key) = (view.named_persons_of_faces(&faces)?, view.named_persons(&persons)?);
        let groups = view.groups_of_persons(&persons)?;
        assert_eq!((by_face.len(), by_key.len(), groups.len()), (30, 30, 30));
        for (person, face) in &some {
            let one = view.person_by_key(*person)?.unwrap();
            assert_eq!(by_face[face], by_key[person]);
            assert_eq!(by_key[person].key, *person);
            assert_eq!((&by_key[person].id, &by_key[person].name), (&one.id, &one.name));
            assert_eq!(by_key[person].gender, one.gender);
            assert_eq!(groups[person], view.person_groups(*person, 0, 100)?);
        }
        assert_eq!(groups[&some[0].0].len(), 2);
        assert!(view.named_persons(&[])?.is_empty() && view.groups_of_persons(&[])?.is_empty());
        Ok::<_, StoreError>(())
    };
    world.store.read(read).unwrap();
}

#[test]
fn a_read_sees_one_state_while_writes_go_on() {
    let world = World::new();
    world.group("first");
    let counts = world
        .store
        .read::<_, StoreError>(|view| {
            let before = view.groups(world.account, 0, 100)?.len();
            world.group("second");
            Ok((before, view.groups(world.account, 0, 100)?.len()))
        })
        .unwrap();
    assert_eq!(counts, (1, 1));
    assert_eq!(world.count("groups"), 2);
}

#[test]
fn face_ids_rise_and_never_repeat() {
    let world = World::new();
    let group = world.group("g");
    let (person, first) = world.person(group, "p");
    // The clock of the tests stands still, so only the counter part can rise.
    let faces: Vec<FaceKey> = (0..300).map(|i| world.person(group, &format!("p{i}")).1).collect();
    assert!(first < faces[0] && faces.is_sorted());
    assert_eq!(faces.iter().collect::<BTreeSet<_>>().len(), 300);

    let (account, last) = (world.account, faces[299]);
    world
        .store
        .write(move |tx| {
            for row in tx.persons(account, person, 1000)? {
                tx.delete_person(account, &row)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let again = crate::world::open(&world.path("mien.db"));
    let space = world.space;
    let (_, next) = again
        .write(move |tx| insert_person(tx, account, space, group, "next"))
        .unwrap();
    assert!(next > last, "ids of deleted faces must not come back");
    world.check();
}

#[test]
fn deleting_a_group_takes_the_persons_that_are_in_no_other() {
    let world = World::new();
    let (a, b) = (world.group("a"), world.group("b"));
    for number in 0..5 {
        world.person(a, &format!("only-a-{number}"));
    }
    let (both, _) = world.person(a, "both");
    let (account, space) = (world.account, world.space);
    world
        .store
        .write(move |tx| {
            let faces = tx.person_vectors(both, space)?;
            tx.insert_member(both, space, b, &["text".to_owned()], &faces, None)?;
            let row = tx.group(account, "a")?.unwrap();
            tx.delete_group(account, &row)
        })
        .unwrap();
    for (table, count) in [
        ("groups", 1),
        ("persons", 1),
        ("members", 1),
        ("faces", 1),
        ("vectors", 1),
        ("crops", 1),
    ] {
        assert_eq!(world.count(table), count, "{table}");
    }
    world.check();
}
