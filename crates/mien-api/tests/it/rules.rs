//! Every rule of BEHAVIOUR 1 to 11 has a test that names it, and the rules that no other file is about.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::photos::{bmp, encoded, photo, sitter};
use crate::requests::world;
use crate::world::{BEGIN_MS, V2018, World, code_of};

/// A test names a rule by `rule_9_3` in its own name; `contract/rules.json` lists the rules.
#[test]
fn every_rule_has_a_test_that_names_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let rules: Value = serde_json::from_slice(&fs::read(root.join("contract/rules.json")).unwrap()).unwrap();
    let rules: BTreeSet<String> = rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(rules.len() > 80);
    let mut named = BTreeSet::new();
    for package in fs::read_dir(root.join("crates")).unwrap() {
        collect(&package.unwrap().path().join("tests"), &mut named);
    }
    let untested: Vec<_> = rules.difference(&named).collect();
    let unknown: Vec<_> = named.difference(&rules).filter(|rule| !section(rule)).collect();
    assert!(untested.is_empty(), "no test names {untested:?}");
    assert!(unknown.is_empty(), "tests name rules that there are not: {unknown:?}");
}

/// A test may be about a whole section, or about the messages of section 14.
fn section(rule: &str) -> bool {
    ["2", "3", "5", "14"].contains(&rule)
}

/// Rules in the names of the test functions below a folder.
fn collect(folder: &Path, named: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, named);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                if let Some((_, name)) = line.split_once("fn ").filter(|_| is_test) {
                    let name = name.split('(').next().unwrap_or_default();
                    named.extend(name.split("rule_").skip(1).map(number).filter(|rule| !rule.is_empty()));
                }
                is_test = line.starts_with("#[test]")
                    || line.starts_with("#[tokio::test")
                    || is_test && (line.starts_with("#[") || line.starts_with("//"));
            }
        }
    }
}

/// `9_3_created_once` is 9.3, `4_order` is 4.
fn number(text: &str) -> String {
    let parts: Vec<&str> = text.split('_').take(2).collect();
    let numeric = |part: &&&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().take_while(numeric).copied().collect::<Vec<_>>().join(".")
}

#[test]
fn rule_6_6_ids_and_times_have_their_form() {
    let world = world();
    let mut requests = BTreeSet::new();
    for _ in 0..20 {
        let answer = world.ok("GetGroupInfo", json!({"GroupId": "crew"}));
        let id = answer["RequestId"].as_str().unwrap().to_owned();
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
        assert!(
            id.bytes()
                .all(|byte| byte == b'-' || b"0123456789abcdef".contains(&byte)),
            "{id}"
        );
        assert!(requests.insert(id));
        for time in ["CreationTimestamp", "UpdateTimestamp"] {
            assert!(answer[time].is_null() || answer[time] == json!(BEGIN_MS), "{time}");
        }
    }
    let faces = world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}));
    for face in faces["FaceIds"].as_array().unwrap() {
        let text = face.as_str().unwrap();
        assert!(text.len() == 19 && text.parse::<u64>().is_ok(), "{text}");
    }
}

#[test]
fn rule_7_8_a_score_is_of_a_hundred() {
    let image = sitter(1).photo();
    let same = World::new().ok("CompareFace", json!({"ImageA": image, "ImageB": image}));
    assert_eq!(same["Score"], json!(100.0));
}

/// 8.7: the frame of a face may begin before the picture and end behind it.
#[test]
fn rule_8_7_frames_may_leave_the_picture() {
    let beyond = sitter(1).at(-7, -9).sized(100, 90);
    let seen = World::new().ok("DetectFace", json!({"Image": photo(&[beyond])}));
    let face = &seen["FaceInfos"][0];
    assert_eq!(
        (&face["X"], &face["Y"], &face["Width"], &face["Height"]),
        (&json!(-7), &json!(-9), &json!(100), &json!(90))
    );
}

/// The original bills such calls; here they are counted for their account like any other.
#[test]
fn rule_10_8_a_picture_without_a_face_counts_as_a_call() {
    let world = World::new();
    let call = mien_wire::client::Call::new(crate::world::HOST, "DetectFace", crate::world::V2020, world.now_s());
    let body = json!({"Image": encoded(&bmp(64, 64, &[]))}).to_string().into_bytes();
    let record = world
        .reply(&mien_wire::client::tc3_json(&call, &world.alice, body))
        .record;
    assert_eq!(record.code.unwrap().as_str(), "InvalidParameterValue.NoFaceInPhoto");
    assert_eq!(
        (record.action, record.secret_id),
        (Some("DetectFace"), Some(world.alice.secret_id.clone()))
    );
    assert!(record.account.is_some());
}

fn old(world: &World, action: &str, body: Value) -> Value {
    world.call_as(&world.alice, V2018, action, body)
}

#[test]
fn rule_11_2_the_old_version_has_the_newer_fields() {
    let world = world();
    let body = json!({"PersonId": "ann", "Images": [sitter(1).off(5).photo(), sitter(40).photo()],
        "FaceMatchThreshold": 20, "QualityControl": 4, "NeedRotateDetection": 1});
    let added = old(&world, "CreateFace", body);
    assert_eq!(
        (&added["SucIndexes"], &added["RetCode"], &added["FaceModelVersion"]),
        (&json!([0]), &json!([0, -1604]), &json!("3.0"))
    );
    assert_eq!(added["SucFaceRects"].as_array().unwrap().len(), 1);
}

#[test]
fn rule_11_3_and_rule_11_4_the_old_version_has_the_same_limits_and_codes() {
    let world = world();
    let image = sitter(1).photo();
    let search = |name: &str, value: Value| {
        let mut body = json!({"GroupIds": ["crew"], "Image": image});
        body[name] = value;
        ("SearchFaces", body)
    };
    let cases = [
        (
            ("DetectFace", json!({"Image": encoded(&bmp(2001, 64, &[]))})),
            "FailedOperation.ImageResolutionExceed",
        ),
        (
            ("DetectFace", json!({"Image": encoded(&bmp(63, 64, &[]))})),
            "FailedOperation.ImageResolutionTooSmall",
        ),
        (search("MinFaceSize", json!(1000)), "FailedOperation.FaceSizeTooSmall"),
        (
            search("QualityControl", json!(5)),
            "InvalidParameterValue.QualityControlIllegal",
        ),
        (
            search("FaceMatchThreshold", json!(101)),
            "InvalidParameterValue.FaceMatchThresholdIllegal",
        ),
        (
            search("GroupIds", json!(["crew", "old"])),
            "FailedOperation.AcrossVersionsError",
        ),
        (
            ("GetGroupInfo", json!({"GroupId": "x".repeat(65)})),
            "InvalidParameterValue.GroupIdTooLong",
        ),
    ];
    for ((action, body), code) in cases {
        assert_eq!(code_of(&old(&world, action, body)), code, "{action}");
    }
    // A job that failed has Status 3 also where only the newer documents know it.
    world.face("cem", &sitter(crate::photos::BREAKS_CROPS).photo());
    let job = old(
        &world,
        "UpgradeGroupFaceModelVersion",
        json!({"GroupId": "old", "FaceModelVersion": "3.0"}),
    );
    world.work();
    let result = old(
        &world,
        "GetUpgradeGroupFaceModelVersionResult",
        json!({"JobId": job["JobId"]}),
    );
    assert_eq!(result["Status"], json!(3));
}

#[test]
fn rule_11_6_an_unused_group_stays() {
    let world = world();
    world.pass_ms(3 * 365 * 24 * 3600 * 1000);
    assert_eq!(world.ok("GetGroupList", json!({}))["GroupNum"], json!(3));
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "crew"}))["PersonNum"],
        json!(2)
    );
}
