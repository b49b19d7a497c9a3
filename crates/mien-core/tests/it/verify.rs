//! BEHAVIOUR 9: VerifyFace, VerifyPerson, CompareFace; 7.1, 7.7.

use crate::world::*;
use mien_core::*;

fn two_faces() -> World {
    let world = World::new();
    world.add_group("g");
    world.create_group(world.account, new_group("old", V2)).unwrap();
    world.add_person("g", "p", &axis(0));
    world.add_face("p", &axis(1));
    world.add_person("old", "q", &axis(0));
    world
}

#[test]
fn faces_by_the_best_persons_by_the_fused_vector() {
    let world = two_faces();
    let verify = |target| world.prove(world.account, &pid("p"), target, &axis(1)).unwrap();
    assert_eq!(
        verify(Target::Faces),
        Verified {
            score: score(100.0),
            matches: true,
            version: V3
        }
    );
    let fused = verify(Target::Persons);
    assert!((fused.score.value() - 78.6).abs() < 0.3 && fused.matches, "{fused:?}");
    // The same scale and the same fused vector as a search (7.2).
    let found = world.found(&["g"], Target::Persons, &axis(1));
    assert_eq!(found, [("p".to_owned(), fused.score.value().round() as i64)]);
}

#[test]
fn a_match_is_a_score_of_60_on_either_version() {
    let world = two_faces();
    for (person, cosine, expected) in [
        ("p", 0.51, false),
        ("p", 0.52, true),
        ("q", 0.20, false),
        ("q", 0.21, true),
        ("q", 0.0, false),
    ] {
        let verified = world
            .prove(world.account, &pid(person), Target::Faces, &leaning(0, 9, cosine))
            .unwrap();
        assert_eq!(verified.matches, expected, "7.7: {person} {cosine} {verified:?}");
        assert_eq!(verified.matches, verified.score >= Score::MATCH);
    }
}

#[test]
fn verification_is_refused_in_order() {
    let world = two_faces();
    let attempt = |person: &str, target: Target, expected: &str| {
        refused(world.check_verify(world.account, &pid(person), target), expected);
        refused(world.prove(world.account, &pid(person), target, &axis(0)), expected);
    };
    attempt("none", Target::Faces, "PersonNotFound");
    attempt("none", Target::Persons, "PersonNotFound");
    attempt("q", Target::Persons, "UnsupportedVersion");
    assert_eq!(
        world
            .check_verify(world.account, &pid("q"), Target::Faces)
            .unwrap()
            .version,
        V2
    );
    refused(
        world.prove(world.account, &pid("p"), Target::Faces, &[1.0]),
        "BadEmbedding",
    );
}

#[test]
fn two_pictures_are_compared_in_the_space_of_a_version() {
    let world = two_faces();
    let compare = |version| {
        world
            .space(version)
            .unwrap()
            .score(&axis(0), &leaning(0, 1, 0.25))
            .unwrap()
            .value()
    };
    assert!((compare(V3) - 34.25).abs() < 1e-3);
    assert!((compare(V2) - 64.25).abs() < 1e-3);
    refused(world.space(V3).unwrap().score(&axis(0), &[]), "BadEmbedding");
}
