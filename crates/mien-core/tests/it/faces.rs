//! BEHAVIOUR 9: CreateFace, DeleteFace; 7.6.

use crate::world::*;
use mien_core::*;
use std::thread;

type Outcome = Addition<&'static str>;

fn add(world: &World, person: &str, images: Vec<Result<Seen, &'static str>>, threshold: f64) -> Vec<Outcome> {
    world
        .add_seen(world.account, &pid(person), images, score(threshold))
        .unwrap()
        .images
}

fn one_person() -> World {
    let world = World::new();
    world.add_group("g");
    world.add_person("g", "p", &axis(0));
    world
}

#[test]
fn each_image_has_its_own_outcome_in_order() {
    let world = one_person();
    let near = enrolled(&leaning(0, 1, 0.75));
    let far = enrolled(&leaning(0, 1, 0.25));
    let images = vec![Ok(near.clone()), Err("no face"), Ok(far), Ok(near)];
    let outcomes = add(&world, "p", images, 60.0);
    let kinds: Vec<&str> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Addition::Added { frame, .. } if (frame.x, frame.height) == (-2, 50) => "added",
            Addition::Added { .. } => "wrong frame",
            Addition::TooDifferent { best } if (best.value() - 34.25).abs() < 0.1 => "different",
            Addition::TooDifferent { .. } => "wrong score",
            Addition::Refused(reason) => reason,
        })
        .collect();
    assert_eq!(kinds, ["added", "no face", "different", "added"]);
    assert_eq!(world.person(world.account, &pid("p")).unwrap().faces.len(), 3);
    world.check_store();
}

#[test]
fn all_failed_is_a_success_that_changes_nothing() {
    let world = one_person();
    let outcomes = add(&world, "p", vec![Err("a"), Err("b")], 60.0);
    assert_eq!(outcomes, [Addition::Refused("a"), Addition::Refused("b")]);
    assert_eq!(world.person(world.account, &pid("p")).unwrap().faces.len(), 1);
}

#[test]
fn the_threshold_is_strict() {
    // 7.6: "above" in CreateFace.
    let world = one_person();
    let exactly = space(V3).score(&axis(0), &leaning(0, 1, 0.5)).unwrap().value();
    let stored = {
        // The stored vectors are rounded, so the score to compare with is that of the domain itself.
        let outcomes = add(&world, "p", vec![Ok(enrolled(&leaning(0, 1, 0.5)))], 100.0);
        let Addition::TooDifferent { best } = &outcomes[0] else {
            panic!("{outcomes:?}")
        };
        best.value()
    };
    assert!((stored - exactly).abs() < 0.1);
    let same = add(&world, "p", vec![Ok(enrolled(&leaning(0, 1, 0.5)))], stored);
    assert!(matches!(same[0], Addition::TooDifferent { .. }), "{same:?}");
    let below = add(&world, "p", vec![Ok(enrolled(&leaning(0, 1, 0.5)))], stored - 1e-9);
    assert!(matches!(below[0], Addition::Added { .. }), "{below:?}");
}

#[test]
fn similarity_is_the_best_over_the_faces_before_the_call() {
    let world = one_person();
    world.add_face("p", &axis(1));
    // Near the second face only: the best counts.
    let outcomes = add(&world, "p", vec![Ok(enrolled(&leaning(1, 2, 0.9)))], 60.0);
    assert!(matches!(outcomes[0], Addition::Added { .. }));
    // Two images alike: the first does not vouch for the second.
    let stranger = enrolled(&axis(7));
    let outcomes = add(&world, "p", vec![Ok(stranger.clone()), Ok(stranger)], 50.0);
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Addition::TooDifferent { .. })),
        "{outcomes:?}"
    );
}

#[test]
fn faces_join_all_groups_of_the_person_at_once() {
    let world = one_person();
    world.add_group("h");
    world.copy("p", &["h"]);
    world.add_face("p", &axis(3));
    for group in ["g", "h"] {
        assert_eq!(world.group_size(world.account, &gid(group)).unwrap().faces, 2);
        assert_eq!(world.found(&[group], Target::Faces, &axis(3)), [("p".to_owned(), 100)]);
        // The fused vector of two right-angled faces has a cosine of 0.707 to each.
        assert_eq!(world.found(&[group], Target::Persons, &axis(3)), [("p".to_owned(), 79)]);
    }
}

#[test]
fn add_faces_refuses_in_order() {
    let world = World::limited(Limits {
        images_per_call: 3,
        faces_per_person: 4,
        faces_per_group_v3: 4,
        faces_per_account: 5,
        ..Limits::default()
    });
    for id in ["g", "h"] {
        world.add_group(id);
    }
    world.add_person("g", "p", &axis(0));
    let attempt = |person: &str, images: usize, expected: &str| {
        let given = vec![Ok::<_, ()>(enrolled(&axis(0))); images];
        refused(world.check_add_faces(world.account, &pid(person), images), expected);
        refused(world.add_seen(world.account, &pid(person), given, score(0.0)), expected);
    };
    attempt("none", 4, "TooManyImages");
    attempt("none", 3, "PersonNotFound");
    world.add_face("p", &axis(0));
    attempt("p", 3, "PersonFull");
    world.add_person("g", "q", &axis(1));
    world.copy("q", &["h"]);
    // Group g holds three faces and takes one more; images that fail count as well.
    attempt("p", 2, "GroupFull");
    attempt("q", 2, "GroupFull");
    world.add_person("h", "r", &axis(2));
    world.add_group("i");
    world.add_person("i", "s", &axis(3));
    attempt("s", 1, "AccountFull");
    assert_eq!(world.person(world.account, &pid("s")).unwrap().faces.len(), 1);
    world.check_store();
}

#[test]
fn a_bad_embedding_leaves_nothing_of_the_call() {
    let world = one_person();
    let images = vec![Ok::<_, ()>(enrolled(&axis(0))), Ok(enrolled(&[1.0]))];
    refused(
        world.add_seen(world.account, &pid("p"), images, score(0.0)),
        "BadEmbedding",
    );
    assert_eq!(world.person(world.account, &pid("p")).unwrap().faces.len(), 1);
    assert_eq!(world.group_size(world.account, &gid("g")).unwrap().faces, 1);
}

#[test]
fn deleting_skips_unknown_faces_and_never_takes_the_last() {
    let world = one_person();
    let first = world.person(world.account, &pid("p")).unwrap().faces[0];
    let second = world.add_face("p", &axis(1));
    let third = world.add_face("p", &axis(2));
    let strange = world.add_person("g", "q", &axis(9));
    let delete = |faces: &[FaceId]| world.delete_faces(world.account, &pid("p"), faces);
    refused(
        world.delete_faces(world.account, &pid("none"), &[first]),
        "PersonNotFound",
    );
    // All faces, whatever else is listed: nothing is deleted.
    refused(delete(&[third, strange, first, second]), "LastFace");
    assert_eq!(
        world.person(world.account, &pid("p")).unwrap().faces,
        [first, second, third]
    );
    // The order of the request; unknown and repeated ids are skipped.
    let unknown = FaceId::parse("12345").unwrap();
    assert_eq!(
        delete(&[third, unknown, strange, third, first]).unwrap(),
        [third, first]
    );
    assert_eq!(world.person(world.account, &pid("p")).unwrap().faces, [second]);
    assert_eq!(delete(&[third, unknown]).unwrap(), []);
    refused(delete(&[second]), "LastFace");
    // Searches no longer find them; the fused vector is that of the face left.
    assert_eq!(
        world.found(&["g"], Target::Faces, &axis(2)),
        [("p".to_owned(), 10), ("q".to_owned(), 10)]
    );
    assert_eq!(world.found(&["g"], Target::Persons, &axis(1))[0], ("p".to_owned(), 100));
    assert_eq!(world.person(world.account, &pid("q")).unwrap().faces, [strange]);
    world.check_store();
}

#[test]
fn faces_that_cancel_one_another_out_do_not_stop_the_index() {
    let world = one_person();
    let opposite: Vec<f32> = axis(0).iter().map(|value| -value).collect();
    world.add_face("p", &opposite);
    // No mean direction: the oldest face stands for the person.
    assert_eq!(world.found(&["g"], Target::Persons, &axis(0)), [("p".to_owned(), 100)]);
    assert_eq!(world.found(&["g"], Target::Faces, &opposite), [("p".to_owned(), 100)]);
}

#[test]
fn concurrent_writes_on_one_person_follow_one_another() {
    let world = World::limited(Limits {
        faces_per_person: 10,
        ..Limits::default()
    });
    world.add_group("g");
    world.add_person("g", "p", &axis(0));
    let refusals: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                let world = &world;
                scope.spawn(move || {
                    let attempt = || {
                        let images = vec![Ok::<_, ()>(enrolled(&axis(0)))];
                        world.add_seen(world.account, &pid("p"), images, score(0.0))
                    };
                    (0..5)
                        .filter(|_| attempt().is_err_and(|error| kind(&error) == "PersonFull"))
                        .count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // 30 attempts, 9 places: each place is given once.
    assert_eq!(refusals, 21);
    assert_eq!(world.person(world.account, &pid("p")).unwrap().faces.len(), 10);
    assert_eq!(world.group_size(world.account, &gid("g")).unwrap().faces, 10);
    world.check_store();
}

#[test]
fn a_crop_is_kept_only_when_given() {
    let mut world = one_person();
    let with = Seen {
        crop: Some(vec![9; 100]),
        ..enrolled(&axis(0))
    };
    let outcomes = add(&world, "p", vec![Ok(with)], 0.0);
    let Addition::Added { face, .. } = outcomes[0] else {
        panic!("{outcomes:?}")
    };
    let without = world.person(world.account, &pid("p")).unwrap().faces[0];
    world.close();
    let store = open_store(&world.path("mien.db"), mien_store::Durability::Off);
    let crop = |face: FaceId| {
        store
            .read(|view| view.crop(mien_store::FaceKey(face.number())))
            .unwrap()
    };
    let crop: (Result<_, mien_store::StoreError>, _) = (Ok(crop(face)), crop(without));
    assert_eq!((crop.0.unwrap(), crop.1), (Some(vec![9; 100]), None));
}
