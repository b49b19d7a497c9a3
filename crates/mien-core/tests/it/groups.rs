//! BEHAVIOUR 9 "Groups", "DeleteGroup"; 6.3; 13 #17.

use crate::world::{START_MS, V2, V3, World, axis, field, fields, gid, new_group, page, pid, refused};
use mien_core::*;

fn name(text: &str) -> GroupName {
    GroupName::parse(text, Charset::Default).unwrap()
}

fn tag(text: &str) -> Tag {
    Tag::parse(text, Charset::Default).unwrap()
}

fn renames(given: &[(u64, &str)]) -> FieldRenames {
    FieldRenames::new(given.iter().map(|(index, name)| (*index, field(name))).collect(), 5).unwrap()
}

fn change(world: &World, change: GroupChange) -> Result<(), CoreError> {
    world.modify_group(world.account, &gid("g"), change)
}

#[test]
fn a_new_group_reads_back_as_given() {
    let world = World::new();
    let new = NewGroup {
        tag: tag("t"),
        fields: fields(&["floor", "room"]),
        version: V2,
        ..new_group("g", V2)
    };
    let created = world.create_group(world.account, new).unwrap();
    assert_eq!(created.id, gid("g"));
    assert_eq!(created.name, name("name of g"));
    assert_eq!(created.tag, tag("t"));
    assert_eq!(created.fields, [field("floor"), field("room")]);
    assert_eq!((created.version, created.persons, created.faces), (V2, 0, 0));
    // 6.6: milliseconds since the Unix epoch.
    assert!(created.created_ms >= START_MS && created.created_ms == created.updated_ms);
    assert_eq!(world.group(world.account, &gid("g")).unwrap(), created);
}

#[test]
fn ids_and_names_are_unique_in_an_account_and_the_id_is_looked_at_first() {
    // 6.3, and 4: taken id and taken name give GroupIdAlreadyExist.
    let world = World::new();
    world.add_group("g");
    refused(world.create_group(world.account, new_group("g", V3)), "GroupExists");
    let same_name = NewGroup {
        name: name("name of g"),
        ..new_group("h", V3)
    };
    refused(world.create_group(world.account, same_name), "GroupNameExists");
    // Ids are case-sensitive (6.1).
    world
        .create_group(
            world.account,
            NewGroup {
                name: name("another"),
                ..new_group("G", V3)
            },
        )
        .unwrap();
}

#[test]
fn a_version_without_a_model_cannot_be_created() {
    let world = World::with(Limits::default(), vec![crate::world::space(V3)]);
    refused(
        world.create_group(world.account, new_group("g", V2)),
        "VersionNotLoaded",
    );
    refused(world.space(V2), "VersionNotLoaded");
}

#[test]
fn groups_are_listed_in_order_of_creation() {
    let world = World::new();
    for id in ["c", "a", "b"] {
        world.add_group(id);
    }
    let list = |offset, limit| {
        let listed = world.groups(world.account, page(offset, limit)).unwrap();
        (
            listed
                .items
                .iter()
                .map(|group| group.id.to_string())
                .collect::<Vec<_>>()
                .join(""),
            listed.total,
        )
    };
    assert_eq!(list(0, 10), ("cab".to_owned(), 3));
    assert_eq!(list(1, 1), ("a".to_owned(), 3));
    assert_eq!(list(2, 10), ("b".to_owned(), 3));
    // 13 #17: the end itself is an empty page, beyond it an error.
    assert_eq!(list(3, 10), (String::new(), 3));
    refused(world.groups(world.account, page(4, 10)), "OffsetExceeded");
    refused(world.groups(world.account, page(u64::MAX, 10)), "OffsetExceeded");
}

#[test]
fn modify_changes_only_what_is_given() {
    let world = World::new();
    let new = NewGroup {
        tag: tag("t"),
        fields: fields(&["a", "b"]),
        ..new_group("g", V3)
    };
    let before = world.create_group(world.account, new).unwrap();
    change(
        &world,
        GroupChange {
            name: Some(name("new")),
            ..GroupChange::default()
        },
    )
    .unwrap();
    change(
        &world,
        GroupChange {
            fields: renames(&[(1, "c")]),
            ..GroupChange::default()
        },
    )
    .unwrap();
    let after = world.group(world.account, &gid("g")).unwrap();
    let expected = Group {
        name: name("new"),
        fields: vec![field("a"), field("c")],
        updated_ms: after.updated_ms,
        ..before.clone()
    };
    assert_eq!(after, expected);
    assert!(after.updated_ms > before.updated_ms);
    // An empty tag clears it.
    change(
        &world,
        GroupChange {
            tag: Some(Tag::empty()),
            ..GroupChange::default()
        },
    )
    .unwrap();
    assert_eq!(world.group(world.account, &gid("g")).unwrap().tag, Tag::empty());
}

#[test]
fn modify_refuses_in_order() {
    let world = World::new();
    world
        .create_group(
            world.account,
            NewGroup {
                fields: fields(&["a", "b"]),
                ..new_group("g", V3)
            },
        )
        .unwrap();
    world.add_group("other");
    let taken = Some(name("name of other"));
    let wrong = |name: &Option<GroupName>, fields: &[(u64, &str)], expected| {
        let given = GroupChange {
            name: name.clone(),
            fields: renames(fields),
            ..GroupChange::default()
        };
        refused(change(&world, given), expected);
    };
    refused(
        world.modify_group(world.account, &gid("none"), GroupChange::default()),
        "GroupNotFound",
    );
    wrong(&taken, &[(2, "c")], "GroupFieldOutOfRange");
    wrong(&taken, &[(1, "a")], "GroupNameExists");
    // New name equal to another field's name: FailedOperation.DuplicatedGroupDescription.
    wrong(&None, &[(1, "a")], "GroupFieldExists");
    assert_eq!(
        world.group(world.account, &gid("g")).unwrap().fields,
        [field("a"), field("b")]
    );
    // Its own name is fine, and so is an exchange of two names.
    let own = GroupChange {
        name: Some(name("name of g")),
        fields: renames(&[(0, "a")]),
        ..GroupChange::default()
    };
    change(&world, own).unwrap();
    change(
        &world,
        GroupChange {
            fields: renames(&[(0, "b"), (1, "a")]),
            ..GroupChange::default()
        },
    )
    .unwrap();
    assert_eq!(
        world.group(world.account, &gid("g")).unwrap().fields,
        [field("b"), field("a")]
    );
}

#[test]
fn renaming_a_field_keeps_the_texts_of_persons() {
    let world = World::new();
    world
        .create_group(
            world.account,
            NewGroup {
                fields: fields(&["a", "b"]),
                ..new_group("g", V3)
            },
        )
        .unwrap();
    world.add_person("g", "p", &axis(0));
    world
        .modify_person_texts(
            world.account,
            &gid("g"),
            &pid("p"),
            &crate::world::texts(&[(1, "text")]),
        )
        .unwrap();
    change(
        &world,
        GroupChange {
            fields: renames(&[(1, "c")]),
            ..GroupChange::default()
        },
    )
    .unwrap();
    let (members, _) = world.group_persons(world.account, &gid("g"), page(0, 10)).unwrap();
    assert_eq!(
        members[0].texts.iter().map(FieldText::as_str).collect::<Vec<_>>(),
        ["", "text"]
    );
}

#[test]
fn deleting_a_group_deletes_the_persons_that_are_in_no_other() {
    let world = World::new();
    for id in ["a", "b"] {
        world.add_group(id);
    }
    world.add_person("a", "only-a", &axis(0));
    world.add_person("a", "both", &axis(1));
    world.add_person("b", "only-b", &axis(2));
    world.copy("both", &["b"]);
    world.delete_group(world.account, &gid("a")).unwrap();

    refused(world.group(world.account, &gid("a")), "GroupNotFound");
    refused(world.delete_group(world.account, &gid("a")), "GroupNotFound");
    refused(world.person(world.account, &pid("only-a")), "PersonNotFound");
    let (groups, _) = world.person_groups(world.account, &pid("both"), page(0, 10)).unwrap();
    assert_eq!(
        groups
            .items
            .iter()
            .map(|membership| membership.group.as_str())
            .collect::<Vec<_>>(),
        ["b"]
    );
    for target in [Target::Faces, Target::Persons] {
        assert_eq!(world.found(&["b"], target, &axis(1))[0], ("both".to_owned(), 100));
        assert!(
            world
                .found(&["b"], target, &axis(0))
                .iter()
                .all(|(id, _)| id != "only-a")
        );
    }
    // Ids, names and persons are free again, and a new group of the same id is empty.
    world.add_group("a");
    assert_eq!(world.group(world.account, &gid("a")).unwrap().faces, 0);
    world.add_person("a", "only-a", &axis(3));
    assert_eq!(
        world.found(&["a"], Target::Faces, &axis(0)),
        [("only-a".to_owned(), 10)]
    );
    world.check_store();
}
