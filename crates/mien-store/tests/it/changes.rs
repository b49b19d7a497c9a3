//! The change log and its follower.

use crate::world::{World, insert_face, vector};
use mien_store::{Change, Operation, StoreError, Stream, Vector};
use std::sync::{Arc, Mutex};
use std::thread;

type Seen = Arc<Mutex<Vec<Change<Vector>>>>;

fn watch(world: &World) -> (Seen, mien_store::Following) {
    let seen: Seen = Arc::default();
    let into = Arc::clone(&seen);
    let following = world
        .store
        .follow(move |changes: &[Change<Vector>]| into.lock().unwrap().extend_from_slice(changes));
    (seen, following.unwrap())
}

fn logged(world: &World, stream: Stream, after: u64) -> Vec<Change<()>> {
    world
        .store
        .read::<_, StoreError>(|view| view.changes(world.space, stream, after, 10_000))
        .unwrap()
}

#[test]
fn the_follower_has_seen_a_change_before_it_is_answered() {
    let world = World::new();
    let (seen, _following) = watch(&world);
    let group = world.group("g");
    assert!(
        seen.lock().unwrap().is_empty(),
        "a group without persons is nothing to an index"
    );
    let (person, face) = world.person(group, "p");
    let operations: Vec<_> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|change| (change.stream, change.operation.clone()))
        .collect();
    let vector = vector(person.0);
    assert_eq!(
        operations,
        [
            (
                Stream::Faces,
                Operation::Insert {
                    gallery: group,
                    key: face.0,
                    vector: vector.clone()
                }
            ),
            (
                Stream::Persons,
                Operation::Insert {
                    gallery: group,
                    key: person.0,
                    vector
                }
            ),
        ]
    );
}

#[test]
fn a_write_that_fails_shows_no_change() {
    let world = World::new();
    let (seen, _following) = watch(&world);
    let group = world.group("g");
    let (account, space) = (world.account, world.space);
    let (person, _) = world.person(group, "p");
    seen.lock().unwrap().clear();
    let refused: Result<(), StoreError> = world.store.write(move |tx| {
        insert_face(tx, account, space, person)?;
        Err(StoreError::Closed)
    });
    assert!(refused.is_err());
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(logged(&world, Stream::Faces, 0).len(), 1);
}

#[test]
fn the_log_and_the_follower_agree_in_order_under_concurrent_writes() {
    let world = World::new();
    let (seen, following) = watch(&world);
    let group = world.group("g");
    thread::scope(|scope| {
        for number in 0..6 {
            let world = &world;
            scope.spawn(move || {
                for turn in 0..15 {
                    world.person(group, &format!("{number}-{turn}"));
                }
            });
        }
    });
    drop(following);
    world.person(group, "after the follower has left");
    let seen = seen.lock().unwrap();
    assert!(seen.is_sorted_by_key(|change| change.seq));
    for stream in Stream::ALL {
        let followed: Vec<u64> = seen
            .iter()
            .filter(|change| change.stream == stream)
            .map(|change| change.seq)
            .collect();
        let mut logged: Vec<u64> = logged(&world, stream, 0).iter().map(|change| change.seq).collect();
        assert_eq!(logged.len(), 91);
        logged.pop();
        assert_eq!(followed, logged);
    }
}

#[test]
fn trimming_forgets_one_stream_and_remembers_how_far() {
    let world = World::new();
    let group = world.group("g");
    for number in 0..4 {
        world.person(group, &number.to_string());
    }
    let space = world.space;
    let through = logged(&world, Stream::Faces, 0)[2].seq;
    world
        .store
        .write(move |tx| tx.trim(space, Stream::Faces, through))
        .unwrap();
    let trimmed = |stream| {
        world
            .store
            .read::<_, StoreError>(|view| view.trimmed(space, stream))
            .unwrap()
    };
    assert_eq!((trimmed(Stream::Faces), trimmed(Stream::Persons)), (through, 0));
    assert_eq!(logged(&world, Stream::Faces, 0).len(), 1);
    assert_eq!(logged(&world, Stream::Persons, 0).len(), 4);

    let inserted = |after| {
        world
            .store
            .read::<_, StoreError>(|view| view.faces_inserted(space, group, after))
            .unwrap()
    };
    assert_eq!(inserted(through - 1), None, "the log does not reach back that far");
    assert_eq!(inserted(through).unwrap().len(), 1);

    // Numbers go on where they were, also when the whole log is empty.
    let last = world.store.read::<_, StoreError>(|view| view.last_change()).unwrap();
    world
        .store
        .write(move |tx| {
            Stream::ALL
                .into_iter()
                .try_for_each(|stream| tx.trim(space, stream, u64::MAX >> 1))
        })
        .unwrap();
    assert_eq!(
        trimmed(Stream::Faces),
        last,
        "what has not happened yet cannot be trimmed"
    );
    world.person(group, "next");
    assert!(logged(&world, Stream::Faces, 0)[0].seq > last);
}

#[test]
fn every_vector_is_given_with_the_groups_of_its_person() {
    let world = World::new();
    let (a, b) = (world.group("a"), world.group("b"));
    let (one, one_face) = world.person(a, "one");
    let (two, two_face) = world.person(b, "two");
    let space = world.space;
    world
        .store
        .write(move |tx| {
            let faces = tx.person_vectors(one, space)?;
            tx.insert_member(one, space, b, &[], &faces, None)
        })
        .unwrap();
    let (mut faces, mut persons) = (Vec::new(), Vec::new());
    world
        .store
        .read::<_, StoreError>(|view| {
            view.each_vector(space, |face, person, vector, groups| {
                faces.push((face, person, vector, groups.to_vec()));
                Ok::<_, StoreError>(())
            })?;
            view.each_person(space, |person, vectors, groups| {
                persons.push((person, vectors.len(), groups.to_vec()));
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(
        faces,
        [
            (one_face, one, vector(one.0), vec![a, b]),
            (two_face, two, vector(two.0), vec![b])
        ]
    );
    assert_eq!(persons, [(one, 1, vec![a, b]), (two, 1, vec![b])]);
}
