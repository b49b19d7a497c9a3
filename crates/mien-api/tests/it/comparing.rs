//! CompareFace, CompareMaskFace, DetectFaceSimilarity, VerifyFace, VerifyPerson (BEHAVIOUR 7.1, 7.7, 9, 13 #1).

use serde_json::{Value, json};

use crate::photos::{Grade, photo, sitter};
use crate::requests::world;
use crate::world::{V2018, World};

fn score(reply: &Value) -> f64 {
    reply["Score"].as_f64().unwrap()
}

/// 7.1: score = 10 - 10 log10 FAR on 3.0, 30 more on 2.0; CompareFace has both.
#[test]
fn rule_7_1_each_version_has_its_scale() {
    let world = World::new();
    let body = |version: &str| json!({"ImageA": sitter(1).photo(), "ImageB": sitter(1).off(60).photo(), "FaceModelVersion": version});
    // Cosine 0.4 is a FAR of 1e-4.
    for (version, expect) in [("3.0", 50.0), ("2.0", 80.0), ("", 50.0)] {
        let reply = world.ok("CompareFace", body(version));
        assert!((score(&reply) - expect).abs() < 0.01, "{version} {reply}");
        assert_eq!(reply["FaceModelVersion"], if version == "2.0" { "2.0" } else { "3.0" });
    }
    // Upper faces have a curve of their own: FAR is 1e-6 to the power of 0.4 / 0.9.
    assert!((score(&world.ok("CompareMaskFace", body("3.0"))) - 36.67).abs() < 0.01);
    world.refused(
        "CompareMaskFace",
        body("2.0"),
        "InvalidParameterValue.FaceModelVersionIllegal",
    );
}

/// 7.2: DetectFaceSimilarity is 30 - 10 log10 FAR with two decimals.
#[test]
fn rule_7_2_similarity_has_its_own_scale() {
    let world = World::new();
    let reply = |off: u8| {
        world.ok(
            "DetectFaceSimilarity",
            json!({"ImageA": sitter(1).photo(), "ImageB": sitter(1).off(off).photo()}),
        )
    };
    assert_eq!(score(&reply(60)), 70.0);
    assert_eq!(score(&reply(0)), 100.0);
    assert_eq!(score(&reply(100)), 30.0);
    let odd = score(&reply(37));
    assert_eq!((odd * 100.0).round() / 100.0, odd);
}

/// 13 #1: largest by default and with 1, most confident with 0; FaceMatchingStrategy is not in 2018-03-01.
#[test]
fn rule_9_13_and_rule_11_1_the_strategy_chooses_the_face() {
    let world = World::new();
    let two = photo(&[
        sitter(1).sized(90, 90).confidence(60),
        sitter(2).sized(50, 50).confidence(99),
    ]);
    let body = |strategy: Value| json!({"ImageA": two, "ImageB": sitter(1).photo(), "FaceMatchingStrategy": strategy});
    for (strategy, same) in [(Value::Null, true), (json!(1), true), (json!(0), false)] {
        assert_eq!(
            score(&world.ok("CompareFace", body(strategy.clone()))) > 50.0,
            same,
            "{strategy}"
        );
    }
    world.refused("CompareFace", body(json!(2)), "InvalidParameter.InvalidParameter");
    // Ignored where it is not defined, whatever its value.
    let reply = world.call_as(&world.alice, V2018, "CompareFace", body(json!("nonsense")));
    assert!(score(&reply) > 50.0, "{reply}");
}

/// UrlA/ImageA and UrlB/ImageB independently; Url wins; A is looked at before B.
#[test]
fn rule_9_13_and_rule_5_8_the_two_images_are_independent() {
    let mut world = World::new();
    let file = crate::photos::bmp(80, 80, &[sitter(5)]);
    world
        .web
        .insert("http://pictures.example/five".to_owned(), Ok(file.into()));
    let url = "http://pictures.example/five";
    let cases = [
        json!({"UrlA": url, "ImageB": sitter(5).photo()}),
        json!({"ImageA": sitter(5).photo(), "UrlB": url}),
        json!({"UrlA": url, "UrlB": url}),
        json!({"UrlA": url, "ImageA": sitter(1).photo(), "ImageB": sitter(5).photo()}),
        json!({"UrlA": "", "ImageA": sitter(5).photo(), "UrlB": url, "ImageB": ""}),
    ];
    for action in ["CompareFace", "CompareMaskFace", "DetectFaceSimilarity"] {
        for body in &cases {
            assert!(score(&world.ok(action, body.clone())) > 99.0, "{action}");
        }
        for body in [
            json!({}),
            json!({"ImageA": sitter(5).photo()}),
            json!({"ImageB": sitter(5).photo()}),
            json!({"ImageA": "", "UrlB": url}),
        ] {
            world.refused(action, body, "InvalidParameterValue.ImageEmpty");
        }
        world.refused(
            action,
            json!({"ImageA": photo(&[]), "ImageB": "broken!"}),
            "InvalidParameterValue.NoFaceInPhoto",
        );
        world.refused(
            action,
            json!({"ImageA": "broken!", "ImageB": photo(&[])}),
            "FailedOperation.ImageDecodeFailed",
        );
    }
}

/// 7.4: a quality failure of either image is an error.
#[test]
fn rule_7_4_both_images_must_be_good_enough() {
    let world = World::new();
    for action in ["CompareFace", "CompareMaskFace", "DetectFaceSimilarity"] {
        for (a, b, level, code) in [
            (Grade::Perfect, Grade::Perfect, 4, ""),
            (Grade::Fair, Grade::Perfect, 2, ""),
            (
                Grade::Fair,
                Grade::Perfect,
                3,
                "FailedOperation.FaceQualityNotQualified",
            ),
            (
                Grade::Perfect,
                Grade::Blurred,
                1,
                "FailedOperation.FaceQualityNotQualified",
            ),
        ] {
            let body = json!({"ImageA": sitter(1).graded(a).photo(), "ImageB": sitter(1).graded(b).photo(), "QualityControl": level});
            world.refused(action, body, code);
        }
    }
}

/// VerifyFace: the best face; VerifyPerson: the fused feature. 7.7: the match is at 60 and above.
#[test]
fn rule_9_13_and_rule_7_7_verify_compares_with_the_person() {
    let world = World::new();
    world.group("crew");
    world.person("crew", "ann", &sitter(1).photo());
    world.face("ann", &sitter(2).photo());
    let reply = |action: &str, image: String| world.ok(action, json!({"PersonId": "ann", "Image": image}));
    // The best of two orthogonal faces is the face itself; their mean has the cosine 0.707 with each.
    let (best, fused) = (
        reply("VerifyFace", sitter(2).photo()),
        reply("VerifyPerson", sitter(2).photo()),
    );
    assert!(score(&best) > 99.0 && best["IsMatch"] == json!(true), "{best}");
    assert!(
        (score(&fused) - 80.7).abs() < 0.5 && fused["IsMatch"] == json!(true),
        "{fused}"
    );
    for (off, expect) in [(49, true), (51, false)] {
        let reply = reply("VerifyFace", sitter(1).off(off).photo());
        assert_eq!(reply["IsMatch"], json!(expect), "{reply}");
    }
    assert_eq!(best["FaceModelVersion"], "3.0");
    for action in ["VerifyFace", "VerifyPerson"] {
        world.refused(
            action,
            json!({"PersonId": "nobody", "Image": sitter(1).photo()}),
            "InvalidParameterValue.PersonIdNotExist",
        );
        let blurred = sitter(1).graded(Grade::Blurred).photo();
        world.refused(
            action,
            json!({"PersonId": "ann", "Image": blurred, "QualityControl": 1}),
            "FailedOperation.FaceQualityNotQualified",
        );
        world.refused(
            action,
            json!({"PersonId": "ann", "Image": sitter(1).turned().photo()}),
            "InvalidParameterValue.NoFaceInPhoto",
        );
        world.ok(
            action,
            json!({"PersonId": "ann", "Image": sitter(1).turned().photo(), "NeedRotateDetection": 1}),
        );
    }
}

/// 6.5: VerifyPerson needs 3.0, VerifyFace takes either. 7.7: the bound is 60 on either version.
#[test]
fn rule_6_5_fused_features_need_version_3() {
    let world = world();
    world.refused(
        "VerifyPerson",
        json!({"PersonId": "cem", "Image": sitter(3).photo()}),
        "InvalidParameterValue.UnsupportedGroupFaceModelVersion",
    );
    let reply = world.ok(
        "VerifyFace",
        json!({"PersonId": "cem", "Image": sitter(3).off(79).photo()}),
    );
    assert_eq!(
        (&reply["IsMatch"], &reply["FaceModelVersion"]),
        (&json!(true), &json!("2.0"))
    );
}
