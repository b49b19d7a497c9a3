//! DetectFace, DetectFaceAttributes, AnalyzeFace, AnalyzeDenseLandmarks, DetectLiveFace* (BEHAVIOUR 6.4, 6.5, 8, 9).

use serde_json::{Value, json};

use crate::photos::{Grade, ReadingEyes, bmp, encoded, photo, sitter};
use crate::world::{Setup, World};

fn blind() -> World {
    World::with(Setup {
        eyes: ReadingEyes { analysis: false },
        ..Setup::default()
    })
}

/// Frames, largest first, at most MaxFaceNum (0 is the default 1), never an error for more; X and Y may be negative.
#[test]
fn rule_8_7_and_rule_8_10_detect_gives_frames_largest_first() {
    let world = World::new();
    let image = encoded(&bmp(
        300,
        100,
        &[
            sitter(1).at(-7, -9).sized(40, 40),
            sitter(2).sized(90, 80),
            sitter(3).sized(50, 50),
        ],
    ));
    let widths = |faces: Value| -> Vec<i64> {
        let reply = world.ok("DetectFace", json!({"Image": image, "MaxFaceNum": faces}));
        assert_eq!(
            (&reply["ImageWidth"], &reply["ImageHeight"]),
            (&json!(300), &json!(100))
        );
        reply["FaceInfos"]
            .as_array()
            .unwrap()
            .iter()
            .map(|face| face["Width"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(widths(Value::Null), [90]);
    assert_eq!(widths(json!(0)), [90]);
    assert_eq!(widths(json!(2)), [90, 50]);
    assert_eq!(widths(json!(120)), [90, 50, 40]);
    let reply = world.ok(
        "DetectFace",
        json!({"Image": image, "MaxFaceNum": 3, "FaceModelVersion": "2.0"}),
    );
    assert_eq!(
        (&reply["FaceInfos"][2]["X"], &reply["FaceInfos"][2]["Y"]),
        (&json!(-7), &json!(-9))
    );
    assert_eq!(reply["FaceModelVersion"], "2.0");
    world.refused(
        "DetectFace",
        json!({"Image": image, "MaxFaceNum": 121}),
        "LimitExceeded.ErrorFaceNumExceed",
    );
    world.refused(
        "DetectFace",
        json!({"Image": image, "MinFaceSize": 81}),
        "FailedOperation.FaceSizeTooSmall",
    );
}

/// Not asked for: placeholders as in the documented sample, also for a switch that is neither 0 nor 1.
#[test]
fn rule_9_14_unrequested_values_are_placeholders() {
    for world in [World::new(), blind()] {
        for switches in [json!({}), json!({"NeedFaceAttributes": 0, "NeedQualityDetection": 2})] {
            let mut body = switches;
            body["Image"] = json!(sitter(1).photo());
            let face = world.ok("DetectFace", body)["FaceInfos"][0].clone();
            assert_eq!(
                face["FaceAttributesInfo"],
                json!({"Gender": 0, "Age": 0, "Expression": 0, "Glass": false, "Pitch": 0, "Yaw": 0,
                "Roll": 0, "Beauty": 0, "Hat": false, "Mask": false, "Hair": {"Length": 0, "Bang": 0, "Color": 0}, "EyeOpen": true})
            );
            assert_eq!(
                face["FaceQualityInfo"],
                json!({"Score": 0, "Sharpness": 0, "Brightness": 0,
                "Completeness": {"Eyebrow": 0, "Eye": 0, "Nose": 0, "Cheek": 0, "Mouth": 0, "Chin": 0}})
            );
        }
    }
}

/// Asked for but not determined: null where the contract allows it, never an invented value.
#[test]
fn rule_10_6_undetermined_values_are_null() {
    let body = json!({"Image": sitter(1).photo(), "NeedFaceAttributes": 1, "NeedQualityDetection": 1});
    let face = blind().ok("DetectFace", body)["FaceInfos"][0].clone();
    assert_eq!(face["FaceQualityInfo"], Value::Null);
    let attributes = &face["FaceAttributesInfo"];
    let nothing = (&Value::Null, &Value::Null, &Value::Null, &Value::Null);
    assert_eq!(
        (
            &attributes["Hat"],
            &attributes["Mask"],
            &attributes["Hair"],
            &attributes["EyeOpen"]
        ),
        nothing
    );
}

/// 6.4: the codings of DetectFace: gender 0-49 female, bangs inverted; poses clamped to their ranges.
#[test]
fn rule_6_4_requested_values_are_those_seen() {
    let world = World::new();
    let body =
        json!({"Image": sitter(11).graded(Grade::Slight).photo(), "NeedFaceAttributes": 1, "NeedQualityDetection": 1});
    let face = world.ok("DetectFace", body)["FaceInfos"][0].clone();
    assert_eq!(
        face["FaceAttributesInfo"],
        json!({"Gender": 25, "Age": 31, "Expression": 50, "Glass": true, "Pitch": 12, "Yaw": -30,
        "Roll": 3, "Beauty": 61, "Hat": true, "Mask": false, "Hair": {"Length": 3, "Bang": 0, "Color": 2}, "EyeOpen": false})
    );
    assert_eq!(
        face["FaceQualityInfo"],
        json!({"Score": 95, "Sharpness": 82, "Brightness": 33,
        "Completeness": {"Eyebrow": 99, "Eye": 99, "Nose": 99, "Cheek": 99, "Mouth": 99, "Chin": 99}})
    );
}

/// Attributes for the 5 largest faces, quality for the 30 largest; placeholders beyond.
#[test]
fn rule_9_14_only_the_largest_faces_are_analysed() {
    let world = World::configured(|config| config.analysis.faces_with_quality = 6);
    let faces: Vec<_> = (0..8)
        .map(|index| sitter(index).sized(100 - u16::from(index), 100))
        .collect();
    let body = json!({"Image": photo(&faces), "MaxFaceNum": 8, "NeedFaceAttributes": 1, "NeedQualityDetection": 1});
    let found = world.ok("DetectFace", body)["FaceInfos"].clone();
    let determined = |field: &str, value: &str| -> Vec<bool> {
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|face| face[field][value] != json!(0))
            .collect()
    };
    assert_eq!(
        determined("FaceAttributesInfo", "Age"),
        [true, true, true, true, true, false, false, false]
    );
    assert_eq!(
        determined("FaceQualityInfo", "Score"),
        [true, true, true, true, true, true, false, false]
    );
    let reply = world.ok(
        "DetectFaceAttributes",
        json!({"Image": photo(&faces), "MaxFaceNum": 8, "FaceAttributesType": "Age"}),
    );
    let ages: Vec<bool> = reply["FaceDetailInfos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|face| face["FaceDetailAttributesInfo"]["Age"] != json!(0))
        .collect();
    assert_eq!(ages, [true, true, true, true, true, false, false, false]);
}

/// DetectFaceAttributes: words of any case; "" is None; what was not asked for is 0 (13 #14). Age at most 65.
#[test]
fn rule_9_14_attributes_are_chosen_by_words() {
    let world = World::new();
    let attributes = |words: Value| {
        let reply = world.ok(
            "DetectFaceAttributes",
            json!({"Image": sitter(50).photo(), "FaceAttributesType": words}),
        );
        reply["FaceDetailInfos"][0]["FaceDetailAttributesInfo"].clone()
    };
    let nothing = attributes(Value::Null);
    assert_eq!(attributes(json!("")), nothing);
    assert_eq!(attributes(json!("none")), nothing);
    assert_eq!(
        (&nothing["Age"], &nothing["Eye"]["Glass"]),
        (&json!(0), &json!({"Type": 0, "Probability": 0.0}))
    );
    let eye = attributes(json!("eye"));
    assert_eq!(eye["Eye"]["Glass"], json!({"Type": 2, "Probability": 0.75}));
    assert_eq!((&eye["Age"], &eye["Nose"]["Type"]), (&json!(0), &json!(0)));
    let all = attributes(json!(
        " Age,BEAUTY , emotion,Eye,Eyebrow,Gender,Hair,Hat,Headpose,Mask,Mouth,Moustache,Nose,Shape,Skin,Smile"
    ));
    assert_eq!(
        (&all["Age"], &all["Beauty"], &all["Smile"]),
        (&json!(65), &json!(61), &json!(50))
    );
    // 6.4: bangs as seen here, inverted in DetectFace.
    assert_eq!(
        (&all["Hair"]["Bang"]["Type"], &all["Gender"]["Type"]),
        (&json!(1), &json!(1))
    );
    // Not determined: type 0 with probability 0.
    assert_eq!(all["Skin"], json!({"Type": 0, "Probability": 0.0}));
    world.refused(
        "DetectFaceAttributes",
        json!({"Image": sitter(1).photo(), "FaceAttributesType": "Aura"}),
        "InvalidParameter.InvalidParameter",
    );
}

/// AnalyzeFace: 90 points; mode 0 all faces, at most 10, 1 the largest. AnalyzeDenseLandmarks: at most 5.
#[test]
fn rule_9_15_modes_choose_the_faces() {
    let world = World::new();
    let faces: Vec<_> = (0..12)
        .map(|index| sitter(index).at(i16::from(index), 0).sized(60, 60 + u16::from(index)))
        .collect();
    let image = photo(&faces);
    for (action, list, most) in [
        ("AnalyzeFace", "FaceShapeSet", 10),
        ("AnalyzeDenseLandmarks", "DenseFaceShapeSet", 5),
    ] {
        let count = |mode: Value| {
            world.ok(action, json!({"Image": image, "Mode": mode}))[list]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(
            (count(Value::Null), count(json!(0)), count(json!(1))),
            (most, most, 1),
            "{action}"
        );
        world.refused(
            action,
            json!({"Image": image, "Mode": 2}),
            "InvalidParameter.InvalidParameter",
        );
    }
    let shape = world.ok("AnalyzeFace", json!({"Image": image, "Mode": 1}))["FaceShapeSet"][0].clone();
    let counts: Vec<usize> = [
        "FaceProfile",
        "LeftEye",
        "RightEye",
        "LeftEyeBrow",
        "RightEyeBrow",
        "Mouth",
        "Nose",
        "LeftPupil",
        "RightPupil",
    ]
    .iter()
    .map(|part| shape[part].as_array().unwrap().len())
    .collect();
    assert_eq!(counts, [21, 8, 8, 8, 8, 22, 13, 1, 1]);
    // The largest face lies at x = 11; coordinates are rounded integers.
    assert_eq!(shape["FaceProfile"][0], json!({"X": 11, "Y": 2}));
    world.refused(
        "AnalyzeDenseLandmarks",
        json!({"Image": image, "FaceModelVersion": "2.0"}),
        "InvalidParameterValue.FaceModelVersionIllegal",
    );
}

/// DetectLiveFaceAccurate: 0 to 100; the face must exceed 100 x 100. DetectLiveFace on its own scale.
#[test]
fn rule_9_15_liveness_has_two_scales() {
    let world = World::new();
    let image = |liveness: u8| json!({"Image": sitter(1).liveness(liveness).photo()});
    assert_eq!(world.ok("DetectLiveFaceAccurate", image(95))["Score"], json!(95.0));
    for action in ["DetectLiveFaceAccurate", "DetectLiveFace"] {
        world.refused(
            action,
            json!({"Image": sitter(1).sized(100, 300).photo()}),
            "FailedOperation.FaceSizeTooSmall",
        );
        world.ok(action, json!({"Image": sitter(1).sized(101, 101).photo()}));
    }
    for (accurate, score, alive) in [(0, 0.0, false), (20, 43.5, false), (40, 87.0, true), (100, 100.0, true)] {
        let reply = world.ok("DetectLiveFace", image(accurate));
        assert_eq!((&reply["Score"], &reply["IsLiveness"]), (&json!(score), &json!(alive)));
    }
}

/// What the model pack cannot do answers a documented code, never a value; QualityControl does not pass unseen.
#[test]
fn missing_models_are_said() {
    let world = blind();
    world.group("crew");
    world.person("crew", "ann", &sitter(1).photo());
    let image = sitter(1).photo();
    let cases = [
        (
            "DetectFaceAttributes",
            json!({"Image": image, "FaceAttributesType": "Age"}),
        ),
        ("AnalyzeFace", json!({"Image": image})),
        ("AnalyzeDenseLandmarks", json!({"Image": image})),
        ("DetectLiveFace", json!({"Image": image})),
        ("DetectLiveFaceAccurate", json!({"Image": image})),
        (
            "CompareFace",
            json!({"ImageA": image, "ImageB": image, "QualityControl": 1}),
        ),
        (
            "CreatePerson",
            json!({"GroupId": "crew", "PersonId": "x", "PersonName": "x", "Image": image, "QualityControl": 1}),
        ),
        (
            "CreateFace",
            json!({"PersonId": "ann", "Images": [image], "QualityControl": 1}),
        ),
        (
            "SearchFaces",
            json!({"GroupIds": ["crew"], "Image": image, "QualityControl": 1}),
        ),
        (
            "VerifyFace",
            json!({"PersonId": "ann", "Image": image, "QualityControl": 4}),
        ),
    ];
    for (action, body) in cases {
        let response = world.call(action, body);
        assert_eq!(response["Error"]["Code"], "ActionOffline", "{action} {response}");
        assert!(
            response["Error"]["Message"].as_str().unwrap().contains("model"),
            "{response}"
        );
    }
    // Nothing that needs an absent model was asked for.
    world.ok(
        "DetectFaceAttributes",
        json!({"Image": image, "FaceAttributesType": "None"}),
    );
}
