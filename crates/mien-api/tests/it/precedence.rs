//! The order of errors (BEHAVIOUR 4, and `errors` of each action in the contract).

use mien_api::ACTIONS;
use mien_wire::client;
use serde_json::json;

use crate::contract::contract;
use crate::requests::{Fault, faults, valid, world};
use crate::world::{HOST, V2020, World, code_of, shortened};

/// Step 8 before step 9, and in step 9 the order of the action's list, for every pair of faults of different parameters.
#[test]
fn rule_4_of_two_faults_the_earlier_listed_answers() {
    let contract = contract();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    // Every request fails, so one world serves them all.
    let world = world();
    for action in ACTIONS {
        let listed: Vec<String> = serde_json::from_value(contract["actions"][action.name]["errors"].clone()).unwrap();
        let rank = |fault: &Fault| {
            listed
                .iter()
                .position(|code| *code == fault.code)
                .map_or(0, |index| index + 1)
        };
        let faults = faults(action.name);
        for (index, first) in faults.iter().enumerate() {
            for second in &faults[index + 1..] {
                if first.place == second.place || only_one_image_is_wrong(first, second) {
                    continue;
                }
                let mut body = valid(action.name);
                first.apply(&mut body);
                second.apply(&mut body);
                let expect = if rank(first) <= rank(second) { first } else { second };
                let code = world.code(action.name, body.clone());
                checked += 1;
                if code != expect.code {
                    wrong.push(format!(
                        "{} [{}] and [{}]: {code}, expected {} {}",
                        action.name,
                        first.what,
                        second.what,
                        expect.code,
                        shortened(&body)
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checked} wrong\n{}",
        wrong.len(),
        wrong[..wrong.len().min(60)].join("\n")
    );
    assert!(checked > 5000, "only {checked} pairs found");
}

/// A is processed before B, so between faults of the two pictures not the list but the order of the pictures decides.
fn only_one_image_is_wrong(first: &Fault, second: &Fault) -> bool {
    first.place.starts_with("Image") && second.place.starts_with("Image")
}

/// Step 6 before step 7: who cannot sign learns nothing about actions and versions.
#[test]
fn rule_4_a_wrong_signature_hides_the_action() {
    let world = World::new();
    let stranger = client::Credentials {
        secret: mien_wire::Secret::new("wrong"),
        ..world.alice.clone()
    };
    for (version, action) in [
        (V2020, "GetGroupList"),
        (V2020, "NoSuchThing"),
        ("1999-01-01", "GetGroupList"),
    ] {
        let response = world.call_as(&stranger, version, action, json!({}));
        assert_eq!(code_of(&response), "AuthFailure.SignatureFailure", "{version} {action}");
    }
}

/// Step 4 before 5 before 6 before 7 before 8.
#[test]
fn rule_4_the_steps_follow_one_another() {
    let world = World::new();
    let unknown = client::Credentials {
        secret_id: format!("AKID{}", "x".repeat(32)),
        ..world.alice.clone()
    };
    let at = |offset_s: i64, version, action| client::Call::new(HOST, action, version, world.now_s() + offset_s);
    let bad = b"{\"Limit\": -1}".to_vec();
    let cases = [
        (
            client::tc3_json(&at(-301, V2020, "No"), &unknown, bad.clone()),
            "AuthFailure.SignatureExpire",
        ),
        (
            client::tc3_json(&at(300, V2020, "No"), &unknown, bad.clone()),
            "AuthFailure.SecretIdNotFound",
        ),
        (
            client::tc3_json(&at(0, "No", "No"), &world.alice, bad.clone()),
            "NoSuchVersion",
        ),
        (
            client::tc3_json(&at(0, V2020, "No"), &world.alice, bad.clone()),
            "InvalidAction",
        ),
        (
            client::tc3_json(&at(0, V2020, "getGroupList"), &world.alice, bad.clone()),
            "InvalidAction",
        ),
        (
            client::tc3_json(&at(0, V2020, "GetGroupList"), &world.alice, bad),
            "InvalidParameter",
        ),
    ];
    for (signed, code) in cases {
        assert_eq!(code_of(&world.send(&signed)), code);
    }
}

/// Facts of BEHAVIOUR 4: illegal id before taken name, taken id before taken name, five addresses before any download.
#[test]
fn rule_4_documented_double_faults() {
    let world = world();
    world.refused(
        "CreateGroup",
        json!({"GroupId": "坏", "GroupName": "crew name"}),
        "InvalidParameterValue.GroupIdIllegal",
    );
    world.refused(
        "CreateGroup",
        json!({"GroupId": "crew", "GroupName": "crew name"}),
        "InvalidParameterValue.GroupIdAlreadyExist",
    );
    world.refused(
        "CreateGroup",
        json!({"GroupId": "other", "GroupName": "crew name"}),
        "InvalidParameterValue.GroupNameAlreadyExist",
    );
    let urls = vec!["http://nowhere.example/a.jpg"; 5];
    world.refused(
        "CreateFace",
        json!({"PersonId": "ann", "Urls": urls}),
        "InvalidParameterValue.UploadFaceNumExceed",
    );
    let image = crate::photos::sitter(1).photo();
    world.refused(
        "SearchFaces",
        json!({"GroupIds": ["crew"], "Image": image, "MaxFaceNum": 11}),
        "FailedOperation.SearchFacesExceed",
    );
}
