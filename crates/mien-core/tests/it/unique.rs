//! BEHAVIOUR 7.5: UniquePersonControl.

use crate::world::*;
use mien_core::*;
use std::collections::BTreeSet;
use std::thread;

fn unique(group: &str, id: &str, level: u64) -> NewPerson {
    NewPerson {
        unique: UniquePersonControl::parse(level).unwrap(),
        ..new_person(group, id)
    }
}

fn create(world: &World, new: NewPerson, embedding: &[f32]) -> Created {
    world.enrol(world.account, new, enrolled(embedding)).unwrap()
}

/// A group of ten faces along ten axes.
fn crowd() -> World {
    let world = World::new();
    for id in ["g", "other"] {
        world.add_group(id);
    }
    for number in 0..10 {
        world.add_person("g", &format!("p{number}"), &axis(number));
    }
    world
}

#[test]
fn a_similar_person_prevents_the_creation() {
    let world = crowd();
    let created = create(&world, unique("g", "new", 1), &leaning(3, 12, 0.9));
    let Created::Similar {
        person,
        face,
        score,
        frame,
        version,
    } = created
    else {
        panic!("{created:?}")
    };
    assert_eq!(person, pid("p3"));
    assert_eq!(world.person(world.account, &pid("p3")).unwrap().faces, [face]);
    assert!((score.value() - 97.3).abs() < 0.2, "{score:?}");
    assert_eq!((frame.x, version), (-2, V3));
    refused(world.person(world.account, &pid("new")), "PersonNotFound");
    world.check_store();
}

#[test]
fn the_level_and_the_size_of_the_group_set_the_threshold() {
    // Ten faces: 40, 50, 60, 70 for the levels 1 to 4.
    for (level, threshold) in [(1, 40.0), (2, 50.0), (3, 60.0), (4, 70.0)] {
        for (above, expect_created) in [(0.5, false), (-0.5, true)] {
            let world = crowd();
            let cosine = (threshold + above - 10.0) / 97.0;
            let created = create(&world, unique("g", "new", level), &leaning(3, 12, cosine as f32));
            let is_created = matches!(created, Created::Person { .. });
            assert_eq!(
                is_created, expect_created,
                "level {level}, {above} above {threshold}: {created:?}"
            );
        }
    }
}

#[test]
fn only_the_group_itself_is_looked_at() {
    let world = crowd();
    assert!(matches!(
        create(&world, unique("other", "a", 1), &axis(3)),
        Created::Person { .. }
    ));
    assert!(matches!(
        create(&world, unique("other", "b", 1), &axis(3)),
        Created::Similar { .. }
    ));
    assert!(
        matches!(
            create(&world, new_person("other", "c"), &axis(3)),
            Created::Person { .. }
        ),
        "switched off"
    );
}

#[test]
fn deleted_persons_are_no_longer_similar() {
    let world = crowd();
    world.delete_person(world.account, &pid("p3")).unwrap();
    assert!(matches!(
        create(&world, unique("g", "new", 1), &axis(3)),
        Created::Person { .. }
    ));
}

#[test]
fn the_scale_of_version_2_changes_nothing() {
    // FAR decides, whatever the scale on which scores are shown.
    let world = World::new();
    world.create_group(world.account, new_group("old", V2)).unwrap();
    create(&world, new_person("old", "a"), &axis(0));
    // Level 4 among one face: 60 on the 3.0 scale, a cosine of 0.515.
    let created = create(&world, unique("old", "b", 4), &leaning(0, 1, 0.5));
    assert!(matches!(created, Created::Person { .. }), "{created:?}");
    // Among two 63, a cosine of 0.546.
    let created = create(&world, unique("old", "c", 4), &leaning(0, 2, 0.56));
    assert!(matches!(created, Created::Similar { .. }), "{created:?}");
}

#[test]
fn of_simultaneous_twins_one_is_created() {
    let world = World::new();
    world.add_group("g");
    for round in 0..10 {
        let created: BTreeSet<usize> = thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|number| {
                    let world = &world;
                    scope.spawn(move || create(world, unique("g", &format!("{round}-{number}"), 4), &axis(round)))
                })
                .collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            let created = outcomes
                .enumerate()
                .filter(|(_, created)| matches!(created, Created::Person { .. }));
            created.map(|(number, _)| number).collect()
        });
        assert_eq!(created.len(), 1, "round {round}: {created:?}");
    }
    assert_eq!(world.group_size(world.account, &gid("g")).unwrap().persons, 10);
}

#[test]
fn simultaneous_strangers_are_all_created() {
    // Cosines of 0.36 to one another: 45 on the 3.0 scale, below any threshold of level 4, but 75 on that of 2.0.
    let world = World::new();
    for round in 0..10 {
        let group = format!("g{round}");
        world.create_group(world.account, new_group(&group, V2)).unwrap();
        let created = thread::scope(|scope| {
            let threads: Vec<_> = (1..7)
                .map(|number| {
                    let (world, new) = (&world, unique(&group, &format!("{round}-{number}"), 4));
                    scope.spawn(move || create(world, new, &leaning(0, number, 0.6)))
                })
                .collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            outcomes
                .filter(|created| matches!(created, Created::Person { .. }))
                .count()
        });
        assert_eq!(created, 6, "round {round}");
    }
}
