//! BEHAVIOUR 9: CreatePerson, CopyPerson, DeletePerson, DeletePersonFromGroup, the Get and Modify actions.

use crate::world::*;
use mien_core::*;

fn texts_in(world: &World, group: &str, person: &str) -> Vec<String> {
    let (groups, _) = world.person_groups(world.account, &pid(person), page(0, 100)).unwrap();
    let membership = groups
        .items
        .into_iter()
        .find(|membership| membership.group == gid(group))
        .unwrap();
    membership.texts.iter().map(ToString::to_string).collect()
}

fn groups_of(world: &World, person: &str) -> Vec<String> {
    let (groups, _) = world.person_groups(world.account, &pid(person), page(0, 100)).unwrap();
    groups
        .items
        .iter()
        .map(|membership| membership.group.to_string())
        .collect()
}

#[test]
fn a_new_person_reads_back_as_given() {
    let world = World::new();
    world
        .create_group(
            world.account,
            NewGroup {
                fields: fields(&["a", "b", "c"]),
                ..new_group("g", V2)
            },
        )
        .unwrap();
    let new = NewPerson {
        name: PersonName::parse("韦小宝", Charset::Default).unwrap(),
        gender: Gender::Male,
        texts: texts(&[(2, "two"), (0, "")]),
        ..new_person("g", "p")
    };
    assert_eq!(world.check_create_person(world.account, &new).unwrap()[0].version, V2);
    let created = world.enrol(world.account, new.clone(), enrolled(&axis(0))).unwrap();
    let Created::Person { face, version } = created else {
        panic!("{created:?}")
    };
    assert_eq!(version, V2);
    let digits = face.to_string().len();
    assert!((18..=19).contains(&digits), "6.6: about 19 digits, not {digits}");

    let person = world.person(world.account, &pid("p")).unwrap();
    assert_eq!(
        (&person.id, &person.name, person.gender),
        (&new.id, &new.name, new.gender)
    );
    assert_eq!(person.faces, [face]);
    assert!(person.created_ms >= START_MS);
    // Unset fields read back as "".
    assert_eq!(texts_in(&world, "g", "p"), ["", "", "two"]);
    let (members, size) = world.group_persons(world.account, &gid("g"), page(0, 10)).unwrap();
    assert_eq!(
        members.iter().map(|member| &member.person).collect::<Vec<_>>(),
        [&person]
    );
    assert_eq!(
        size,
        GroupSize {
            persons: 1,
            faces: 1,
            version: V2
        }
    );
    assert_eq!(world.group_size(world.account, &gid("g")).unwrap(), size);
}

#[test]
fn create_person_refuses_in_order_and_leaves_nothing() {
    let world = World::limited(Limits {
        faces_per_group_v3: 2,
        faces_per_account: 3,
        ..Limits::default()
    });
    world
        .create_group(
            world.account,
            NewGroup {
                fields: fields(&["a"]),
                ..new_group("g", V3)
            },
        )
        .unwrap();
    for id in ["other", "third"] {
        world.add_group(id);
    }
    world.add_person("g", "p", &axis(0));
    let attempt = |new: &NewPerson, expected: &str| {
        refused(world.check_create_person(world.account, new), expected);
        refused(world.enrol(world.account, new.clone(), enrolled(&axis(1))), expected);
    };
    let beyond = texts(&[(1, "x")]);
    attempt(
        &NewPerson {
            texts: beyond.clone(),
            ..new_person("none", "p")
        },
        "GroupNotFound",
    );
    attempt(
        &NewPerson {
            texts: beyond,
            ..new_person("g", "p")
        },
        "PersonFieldOutOfRange",
    );
    // PersonId is unique over all groups.
    attempt(&new_person("other", "p"), "PersonExists");
    world.add_person("g", "q", &axis(1));
    attempt(&new_person("g", "p"), "PersonExists");
    attempt(&new_person("g", "r"), "GroupFull");
    world.add_person("other", "r", &axis(2));
    attempt(&new_person("third", "s"), "AccountFull");
    refused(world.person(world.account, &pid("s")), "PersonNotFound");
    world.check_store();
}

#[test]
fn an_embedding_that_is_none_is_refused() {
    let world = World::new();
    world.add_group("g");
    let zero = [0.0; DIM];
    let mut not_a_number = axis(0);
    not_a_number[3] = f32::NAN;
    let mut infinite = axis(0);
    infinite[3] = f32::INFINITY;
    for embedding in [&zero[..], &not_a_number, &infinite, &axis(0)[1..], &[]] {
        refused(
            world.enrol(world.account, new_person("g", "p"), enrolled(embedding)),
            "BadEmbedding",
        );
    }
    // Any other length is brought to unit length.
    world.add_person("g", "p", &axis(0).iter().map(|value| value * 1e-3).collect::<Vec<_>>());
    assert_eq!(world.found(&["g"], Target::Faces, &axis(0)), [("p".to_owned(), 100)]);
}

#[test]
fn copying_adds_the_person_with_all_faces_and_empty_texts() {
    let world = World::new();
    for id in ["a", "b", "c"] {
        world
            .create_group(
                world.account,
                NewGroup {
                    fields: fields(&["f"]),
                    ..new_group(id, V3)
                },
            )
            .unwrap();
    }
    let new = NewPerson {
        texts: texts(&[(0, "in a")]),
        ..new_person("a", "p")
    };
    world.enrol(world.account, new, enrolled(&axis(0))).unwrap();
    world.add_face("p", &axis(1));
    // Request order, each group once.
    let joined = world
        .copy_person(world.account, &pid("p"), &gids(&["c", "b", "c"]))
        .unwrap();
    assert_eq!(joined, [gid("c"), gid("b")]);
    assert_eq!(groups_of(&world, "p"), ["a", "c", "b"]);
    assert_eq!(texts_in(&world, "a", "p"), ["in a"]);
    assert_eq!(texts_in(&world, "b", "p"), [""]);
    for group in ["a", "b", "c"] {
        assert_eq!(world.group_size(world.account, &gid(group)).unwrap().faces, 2);
        assert_eq!(world.found(&[group], Target::Faces, &axis(1)), [("p".to_owned(), 100)]);
        assert_eq!(world.found(&[group], Target::Persons, &axis(1)).len(), 1);
    }
    // Faces count once for the account however many groups the person is in.
    assert_eq!(world.accounts().list().unwrap()[0].faces, 2);
    world.check_store();
}

#[test]
fn a_copy_is_refused_as_a_whole() {
    let world = World::limited(Limits {
        groups_per_person: 3,
        ..Limits::default()
    });
    for id in ["a", "b", "c", "d"] {
        world.add_group(id);
    }
    world.create_group(world.account, new_group("old", V2)).unwrap();
    world.add_person("a", "p", &axis(0));
    let attempt = |person: &str, groups: &[&str], expected: &str| {
        refused(world.copy_person(world.account, &pid(person), &gids(groups)), expected);
    };
    attempt("none", &["none"], "PersonNotFound");
    attempt("p", &["a", "old", "none"], "GroupNotFound");
    attempt("p", &["b", "old", "a"], "AlreadyInGroup");
    attempt("p", &["b", "old", "c", "d"], "AcrossVersions");
    attempt("p", &["b", "c", "d"], "TooManyGroupsOfPerson");
    assert_eq!(groups_of(&world, "p"), ["a"]);
    world.copy("p", &["b", "c"]);
}

#[test]
fn only_lack_of_room_drops_single_groups_of_a_copy() {
    let world = World::limited(Limits {
        faces_per_group_v3: 2,
        ..Limits::default()
    });
    for id in ["a", "full", "b", "full2"] {
        world.add_group(id);
    }
    world.add_person("full", "x", &axis(1));
    world.add_person("full2", "y", &axis(2));
    world.add_person("a", "p", &axis(0));
    world.add_face("p", &axis(3));
    let copied = world
        .copy_person(world.account, &pid("p"), &gids(&["full", "b", "full2"]))
        .unwrap();
    assert_eq!(copied, [gid("b")]);
    assert_eq!(groups_of(&world, "p"), ["a", "b"]);
    // None successful: the error.
    refused(
        world.copy_person(world.account, &pid("p"), &gids(&["full", "full2"])),
        "GroupFull",
    );
    world.check_store();
}

#[test]
fn deleting_a_person_takes_it_out_of_all_groups() {
    let world = World::new();
    for id in ["a", "b"] {
        world.add_group(id);
    }
    world.add_person("a", "p", &axis(0));
    world.add_person("b", "q", &axis(1));
    world.copy("p", &["b"]);
    world.delete_person(world.account, &pid("p")).unwrap();
    refused(world.delete_person(world.account, &pid("p")), "PersonNotFound");
    refused(world.person(world.account, &pid("p")), "PersonNotFound");
    assert_eq!(
        world.group_size(world.account, &gid("a")).unwrap(),
        GroupSize {
            persons: 0,
            faces: 0,
            version: V3
        }
    );
    for target in [Target::Faces, Target::Persons] {
        assert_eq!(world.found(&["b"], target, &axis(0)), [("q".to_owned(), 10)]);
    }
    world.check_store();
}

#[test]
fn out_of_the_last_group_means_deletion() {
    let world = World::new();
    for id in ["a", "b"] {
        world.add_group(id);
    }
    world.add_person("a", "p", &axis(0));
    world.add_person("b", "q", &axis(1));
    world.copy("p", &["b"]);
    let leave = |person: &str, group: &str| world.delete_person_from_group(world.account, &pid(person), &gid(group));
    refused(leave("p", "none"), "GroupNotFound");
    refused(leave("q", "a"), "NotInGroup");
    // Also when the person exists nowhere, as in the documented example.
    refused(leave("nobody", "a"), "NotInGroup");
    leave("p", "a").unwrap();
    refused(leave("p", "a"), "NotInGroup");
    assert_eq!(groups_of(&world, "p"), ["b"]);
    leave("p", "b").unwrap();
    refused(world.person(world.account, &pid("p")), "PersonNotFound");
    world.check_store();
}

#[test]
fn persons_are_listed_in_order_of_joining() {
    let world = World::new();
    for id in ["a", "b"] {
        world.add_group(id);
    }
    for (number, id) in ["z", "m", "k"].into_iter().enumerate() {
        world.add_person("a", id, &axis(number));
    }
    world.add_person("b", "first-in-b", &axis(5));
    world.copy("m", &["b"]);
    world.copy("z", &["b"]);
    let list = |group: &str, offset, limit| {
        let (members, _) = world
            .group_persons(world.account, &gid(group), page(offset, limit))
            .unwrap();
        members
            .iter()
            .map(|member| member.person.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(list("a", 0, 10), ["z", "m", "k"]);
    assert_eq!(list("b", 0, 10), ["first-in-b", "m", "z"]);
    assert_eq!(list("b", 1, 1), ["m"]);
    // 13 #17.
    assert!(list("b", 3, 10).is_empty());
    refused(
        world.group_persons(world.account, &gid("b"), page(4, 10)),
        "OffsetExceeded",
    );
    refused(
        world.group_persons(world.account, &gid("none"), page(9, 10)),
        "GroupNotFound",
    );
    let groups = |offset| world.person_groups(world.account, &pid("z"), page(offset, 1));
    let (listed, version) = groups(1).unwrap();
    assert_eq!((listed.items[0].group.as_str(), listed.total, version), ("b", 2, V3));
    assert!(groups(2).unwrap().0.items.is_empty());
    refused(groups(3), "OffsetExceeded");
    refused(
        world.person_groups(world.account, &pid("none"), page(9, 1)),
        "PersonNotFound",
    );
}

#[test]
fn name_and_gender_change_in_every_group() {
    let world = World::new();
    world.add_group("g");
    world.add_person("g", "p", &axis(0));
    let name = PersonName::parse("new name", Charset::Default).unwrap();
    let modify = |change| world.modify_person(world.account, &pid("p"), change);
    modify(PersonChange {
        name: Some(name.clone()),
        gender: None,
    })
    .unwrap();
    modify(PersonChange {
        name: None,
        gender: Some(Gender::Female),
    })
    .unwrap();
    let person = world.person(world.account, &pid("p")).unwrap();
    assert_eq!((&person.name, person.gender), (&name, Gender::Female));
    // 13 #10: gender 0 is accepted.
    modify(PersonChange {
        name: None,
        gender: Some(Gender::Unset),
    })
    .unwrap();
    assert_eq!(world.person(world.account, &pid("p")).unwrap().gender, Gender::Unset);
    refused(
        world.modify_person(world.account, &pid("none"), PersonChange::default()),
        "PersonNotFound",
    );
}

#[test]
fn texts_belong_to_one_person_in_one_group() {
    let world = World::new();
    for id in ["a", "b"] {
        world
            .create_group(
                world.account,
                NewGroup {
                    fields: fields(&["f", "g"]),
                    ..new_group(id, V3)
                },
            )
            .unwrap();
    }
    world.add_person("a", "p", &axis(0));
    world.copy("p", &["b"]);
    let modify = |group: &str, person: &str, given: &[(u64, &str)]| {
        world.modify_person_texts(world.account, &gid(group), &pid(person), &texts(given))
    };
    modify("a", "p", &[(0, "x"), (1, "y")]).unwrap();
    modify("a", "p", &[(1, "z")]).unwrap();
    assert_eq!(texts_in(&world, "a", "p"), ["x", "z"]);
    assert_eq!(texts_in(&world, "b", "p"), ["", ""]);
    modify("a", "p", &[(0, "")]).unwrap();
    assert_eq!(texts_in(&world, "a", "p"), ["", "z"]);
    refused(modify("none", "p", &[(2, "x")]), "GroupNotFound");
    refused(modify("a", "none", &[(2, "x")]), "PersonFieldOutOfRange");
    refused(modify("a", "none", &[(1, "x")]), "NotInGroup");
}
