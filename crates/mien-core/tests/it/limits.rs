//! BEHAVIOUR 12: the limits and their defaults. Each is reached with a small value here or beside its operation.

use crate::world::*;
use mien_core::*;

#[test]
fn rule_6_7_and_rule_11_5_defaults() {
    let limits = Limits::default();
    assert_eq!(limits.groups_per_account, 100_000);
    assert_eq!(limits.faces_per_account, 50_000_000);
    assert_eq!(
        (limits.faces_per_group(V2), limits.faces_per_group(V3)),
        (1_000_000, 3_000_000)
    );
    assert_eq!(
        (
            limits.groups_per_person,
            limits.faces_per_person,
            limits.images_per_call
        ),
        (100, 5, 4)
    );
    assert_eq!((limits.fields_per_group, limits.groups_per_copy), (5, 100));
    assert_eq!(
        (
            limits.groups_per_search,
            limits.groups_per_search_by_group,
            limits.probes_per_search
        ),
        (100, 60, 10)
    );
    assert_eq!((limits.candidates, limits.candidates_by_group), (100, 10));
    assert_eq!(
        (
            limits.groups_per_page,
            limits.persons_per_page,
            limits.person_groups_per_page
        ),
        (1000, 1000, 100)
    );
}

#[test]
fn limits_are_read_from_a_configuration() {
    let limits: Limits = serde_json::from_str(r#"{"faces_per_person": 20}"#).unwrap();
    assert_eq!(
        limits,
        Limits {
            faces_per_person: 20,
            ..Limits::default()
        }
    );
    assert!(
        serde_json::from_str::<Limits>(r#"{"faces_per_perron": 20}"#).is_err(),
        "a slip of the pen is told"
    );
}

#[test]
fn groups_of_an_account() {
    let world = World::limited(Limits {
        groups_per_account: 2,
        ..Limits::default()
    });
    let other = world.accounts().create("other").unwrap();
    world.add_group("a");
    world.add_group("b");
    refused(world.create_group(world.account, new_group("b", V3)), "GroupExists");
    refused(world.create_group(world.account, new_group("c", V3)), "TooManyGroups");
    // Each account has its own count, and deleting makes room.
    world.create_group(other, new_group("c", V3)).unwrap();
    world.delete_group(world.account, &gid("a")).unwrap();
    world.add_group("c");
}

#[test]
fn faces_of_groups_by_version() {
    let world = World::limited(Limits {
        faces_per_group_v2: 1,
        faces_per_group_v3: 2,
        ..Limits::default()
    });
    world.add_group("new");
    world.create_group(world.account, new_group("old", V2)).unwrap();
    for (group, room) in [("new", 2), ("old", 1)] {
        for number in 0..room {
            world.add_person(group, &format!("{group}-{number}"), &axis(number));
        }
        refused(
            world.enrol(world.account, new_person(group, "x"), enrolled(&axis(9))),
            "GroupFull",
        );
    }
}
