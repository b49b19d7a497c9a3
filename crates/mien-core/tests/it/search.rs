//! BEHAVIOUR 9: SearchFaces, SearchPersons and their ByGroup forms; 7.6, 12, 13 #22, #28 to #30.

use crate::world::*;
use mien_core::*;

const ALL: SearchOptions = SearchOptions {
    candidates: 100,
    threshold: None,
    details: false,
};

fn ids(candidates: &[Candidate]) -> Vec<&str> {
    candidates.iter().map(|candidate| candidate.person.as_str()).collect()
}

/// Two groups; anna and bob in g, bob and carl in h.
fn town() -> World {
    let world = World::new();
    for id in ["g", "h"] {
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
    world.add_person("g", "anna", &axis(0));
    world.add_person("g", "bob", &axis(1));
    world.add_person("h", "carl", &axis(2));
    world.copy("bob", &["h"]);
    world
}

fn search(
    world: &World,
    groups: &[&str],
    target: Target,
    probes: &[Vec<f32>],
    options: &SearchOptions,
) -> Search<Found> {
    world
        .hunt(world.account, &gids(groups), target, probes, options)
        .unwrap()
}

#[test]
fn a_search_gives_persons_once_with_their_best_face() {
    let world = town();
    let near = world.add_face("bob", &leaning(1, 5, 0.9));
    world.add_face("bob", &leaning(1, 5, 0.5));
    let found = search(&world, &["g", "h"], Target::Faces, &[leaning(1, 5, 0.9)], &ALL);
    let candidates = &found.probes[0].candidates;
    // 13 #28: bob is in both groups, and has three faces, but appears once.
    assert_eq!(ids(candidates)[0], "bob");
    assert_eq!(candidates.len(), 3);
    assert_eq!(candidates[0].face, Some(near));
    assert_eq!(candidates[0].score.value(), 100.0);
    assert!(candidates.is_sorted_by(|a, b| a.score >= b.score));
    // 13 #29: faces over the distinct groups, bob's three in each.
    assert_eq!((found.faces, found.persons, found.version), (8, 4, V3));
    let again = search(&world, &["g", "h", "g"], Target::Faces, &[axis(0)], &ALL);
    assert_eq!(again.faces, 8, "a group named twice is searched once");
}

#[test]
fn many_faces_of_one_person_do_not_crowd_out_the_others() {
    let mut world = World::limited(Limits {
        faces_per_person: 50,
        ..Limits::default()
    });
    world.add_group("g");
    world.add_person("g", "crowd", &axis(0));
    for _ in 0..40 {
        world.add_face("crowd", &axis(0));
    }
    world.add_person("g", "second", &leaning(0, 1, 0.7));
    world.add_person("g", "third", &leaning(0, 1, 0.6));
    let two = SearchOptions { candidates: 2, ..ALL };
    let check = |world: &World| {
        let found = search(world, &["g"], Target::Faces, &[axis(0)], &two);
        assert_eq!(ids(&found.probes[0].candidates), ["crowd", "second"]);
        let by_group = world
            .hunt_by_group(world.account, &gids(&["g"]), Target::Faces, &[axis(0)], &two)
            .unwrap();
        assert_eq!(ids(&by_group.probes[0][0].candidates), ["crowd", "second"]);
    };
    check(&world);
    // Also when the limit has been lowered since the person was enrolled.
    let directory = world.path("");
    world.close();
    let store = open_store(&directory.join("mien.db"), mien_store::Durability::Off);
    let limits = Limits {
        faces_per_person: 1,
        ..Limits::default()
    };
    let clock = std::sync::Arc::new(StepClock::default());
    let core = Core::open(
        store,
        &directory.join("index"),
        vec![space(V3), space(V2)],
        limits.into(),
        clock,
    )
    .unwrap();
    let found = core
        .hunt(world.account, &gids(&["g"]), Target::Faces, &[axis(0)], &two)
        .unwrap();
    assert_eq!(ids(&found.probes[0].candidates), ["crowd", "second"]);
}

#[test]
fn persons_are_compared_by_their_fused_vector() {
    let world = town();
    world.add_face("bob", &axis(5));
    let found = search(&world, &["g"], Target::Persons, &[axis(1)], &ALL);
    let candidates = &found.probes[0].candidates;
    assert_eq!(ids(candidates), ["bob", "anna"]);
    assert!(candidates.iter().all(|candidate| candidate.face.is_none()));
    assert!(
        (candidates[0].cosine - std::f32::consts::FRAC_1_SQRT_2).abs() < 2e-3,
        "{candidates:?}"
    );
    assert_eq!((found.persons, found.faces), (2, 3));
}

#[test]
fn equal_scores_come_in_order_of_their_faces() {
    let world = World::new();
    world.add_group("g");
    for id in ["z", "a", "m"] {
        world.add_person("g", id, &axis(0));
    }
    let found = search(&world, &["g"], Target::Faces, &[axis(0)], &ALL);
    assert_eq!(ids(&found.probes[0].candidates), ["z", "a", "m"]);
}

#[test]
fn probes_are_answered_in_order_and_cut_to_what_is_wanted() {
    let world = town();
    let one = SearchOptions { candidates: 1, ..ALL };
    let found = search(&world, &["g", "h"], Target::Faces, &[axis(2), axis(0)], &one);
    let best: Vec<Vec<&str>> = found.probes.iter().map(|found| ids(&found.candidates)).collect();
    assert_eq!(best, [["carl"], ["anna"]]);
    // No probe (every face failed the quality check) still counts the groups.
    let none = search(&world, &["g", "h"], Target::Faces, &[], &ALL);
    assert_eq!((none.probes.len(), none.faces), (0, 4));
}

#[test]
fn details_only_when_wanted() {
    let world = town();
    world
        .modify_person_texts(world.account, &gid("h"), &pid("bob"), &texts(&[(0, "in h")]))
        .unwrap();
    let found = search(
        &world,
        &["g"],
        Target::Faces,
        &[axis(1)],
        &SearchOptions { details: true, ..ALL },
    );
    let details = found.probes[0].candidates[0].details.as_ref().unwrap();
    assert_eq!((details.name.as_str(), details.gender), ("somebody", Gender::Unset));
    // All groups of the person, also those not searched.
    let groups: Vec<(&str, &str)> = details
        .groups
        .iter()
        .map(|m| (m.group.as_str(), m.texts[0].as_str()))
        .collect();
    assert_eq!(groups, [("g", ""), ("h", "in h")]);
    let found = search(&world, &["g"], Target::Faces, &[axis(1)], &ALL);
    assert!(
        found.probes[0]
            .candidates
            .iter()
            .all(|candidate| candidate.details.is_none())
    );
}

/// The threshold at, just below and just above the score of the best candidate.
#[test]
fn thresholds_are_strict_or_not_by_action() {
    let world = town();
    let probe = leaning(0, 7, 0.5);
    for (target, strict, strict_by_group) in [(Target::Faces, true, false), (Target::Persons, false, true)] {
        let exact = search(&world, &["g"], target, std::slice::from_ref(&probe), &ALL).probes[0].candidates[0]
            .score
            .value();
        assert!((50.0..70.0).contains(&exact));
        for (threshold, passes, passes_by_group) in [
            (exact - 1e-9, true, true),
            (exact, !strict, !strict_by_group),
            (exact + 1e-9, false, false),
        ] {
            let options = SearchOptions {
                threshold: Some(score(threshold)),
                ..ALL
            };
            let found = search(&world, &["g"], target, std::slice::from_ref(&probe), &options);
            assert_eq!(
                found.probes[0].candidates.len(),
                usize::from(passes),
                "7.6 {target:?} {threshold} {exact}"
            );
            assert_eq!(found.probes[0].all_below_threshold, !passes);
            let by_group = world
                .hunt_by_group(
                    world.account,
                    &gids(&["g"]),
                    target,
                    std::slice::from_ref(&probe),
                    &options,
                )
                .unwrap();
            let number = by_group.probes[0][0].candidates.len();
            assert_eq!(
                number,
                usize::from(passes_by_group),
                "7.6 {target:?} by group {threshold} {exact}"
            );
        }
    }
}

#[test]
fn without_a_threshold_nothing_is_dropped() {
    let world = town();
    let opposite: Vec<f32> = (0..DIM).map(|_| -0.25).collect();
    for target in [Target::Faces, Target::Persons] {
        let found = search(&world, &["g", "h"], target, std::slice::from_ref(&opposite), &ALL);
        assert_eq!(found.probes[0].candidates.len(), 3);
        assert!(!found.probes[0].all_below_threshold);
    }
}

#[test]
fn by_group_each_group_answers_for_itself() {
    let world = town();
    world.add_group("empty");
    let options = SearchOptions { candidates: 1, ..ALL };
    let groups = gids(&["h", "empty", "g"]);
    for target in [Target::Faces, Target::Persons] {
        let found = world
            .hunt_by_group(world.account, &groups, target, &[axis(1), axis(0)], &options)
            .unwrap();
        let shape: Vec<Vec<(&str, Vec<&str>)>> = found
            .probes
            .iter()
            .map(|groups| {
                groups
                    .iter()
                    .map(|found| (found.group.as_str(), ids(&found.candidates)))
                    .collect()
            })
            .collect();
        // In the order of the request, also groups without a candidate; 13 #28: bob once per group.
        assert_eq!(shape[0], [("h", vec!["bob"]), ("empty", vec![]), ("g", vec!["bob"])]);
        assert_eq!(shape[1][2], ("g", vec!["anna"]));
        assert_eq!(found.persons, 4);
    }
}

#[test]
fn searches_are_refused_in_order() {
    let world = World::limited(Limits {
        faces_per_group_v3: 3,
        ..Limits::default()
    });
    for id in ["a", "b", "empty"] {
        world.add_group(id);
    }
    world.create_group(world.account, new_group("old", V2)).unwrap();
    world.add_person("old", "x", &axis(0));
    let attempt = |groups: &[&str], target: Target, expected: &str| {
        let groups = gids(groups);
        refused(world.check_search(world.account, &groups, target), expected);
        refused(world.hunt(world.account, &groups, target, &[axis(0)], &ALL), expected);
        refused(
            world.hunt_by_group(world.account, &groups, target, &[axis(0)], &ALL),
            expected,
        );
    };
    attempt(&["old", "a", "none"], Target::Persons, "GroupNotFound");
    // 13 #30: any group of 2.0 is reported first where persons are searched.
    attempt(&["a", "old"], Target::Persons, "UnsupportedVersion");
    attempt(&["old"], Target::Persons, "UnsupportedVersion");
    attempt(&["a", "old"], Target::Faces, "AcrossVersions");
    attempt(&["empty", "a"], Target::Faces, "NoFaceInGroups");
    for (group, number) in [("a", 0), ("a", 1), ("b", 2), ("b", 3)] {
        world.add_person(group, &format!("p{number}"), &axis(number));
    }
    // 13 #22: too many faces searched.
    attempt(&["a", "b"], Target::Faces, "SearchTooLarge");
    assert_eq!(search(&world, &["old"], Target::Faces, &[axis(0)], &ALL).version, V2);
}

#[test]
fn a_probe_that_is_none_is_refused() {
    let world = town();
    for probe in [vec![], vec![1.0; DIM - 1], vec![0.0; DIM], vec![f32::NAN; DIM]] {
        refused(
            world.hunt(world.account, &gids(&["g"]), Target::Faces, &[axis(0), probe], &ALL),
            "BadEmbedding",
        );
    }
}

#[test]
fn scores_follow_the_version_of_the_groups() {
    let world = town();
    world.create_group(world.account, new_group("old", V2)).unwrap();
    world.add_person("old", "p", &axis(0));
    let score = |group: &str| {
        let found = search(&world, &[group], Target::Faces, &[leaning(0, 9, 0.5)], &ALL);
        found.probes[0].candidates[0].score.value()
    };
    assert!(
        (score("old") - score("g") - 30.0).abs() < 0.2,
        "7.2: 2.0 lies 30 points higher"
    );
}
