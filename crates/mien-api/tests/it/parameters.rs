//! Every documented fault of every parameter of every action answers its documented code (BEHAVIOUR 5, 6, 8).

use mien_api::ACTIONS;
use serde_json::json;

use crate::requests::{faults, valid, world, writes};
use crate::world::{V2018, V2020, code_of, shortened};

#[test]
fn valid_requests_succeed_in_both_versions() {
    let mut wrong = Vec::new();
    let shared = world();
    for action in ACTIONS {
        for version in [V2018, V2020] {
            let fresh = writes(action).then(world);
            let world = fresh.as_ref().unwrap_or(&shared);
            let code = code_of(&world.call_as(&world.alice, version, action.name, valid(action.name)));
            let expect = match action.name {
                _ if version == V2018 && action.versions.len() == 1 => "InvalidAction",
                _ => "",
            };
            if code != expect {
                wrong.push(format!("{} {version}: {code}, expected {expect}", action.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rule_4_and_rule_5_7_every_documented_fault_has_its_code() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    // Every request fails, so one world serves them all.
    let world = world();
    for action in ACTIONS {
        for fault in faults(action.name) {
            let mut body = valid(action.name);
            fault.apply(&mut body);
            let code = world.code(action.name, body.clone());
            checked += 1;
            if code != fault.code {
                let what = &fault.what;
                wrong.push(format!(
                    "{} {what}: {code}, expected {} {}",
                    action.name,
                    fault.code,
                    shortened(&body)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checked} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(checked > 500, "only {checked} faults found in the contract");
}

/// 5.1: null is absent. 5.7: an absent required parameter is missing, an empty one is empty.
#[test]
fn rule_5_1_and_rule_5_7_null_is_absent() {
    let world = world();
    let cases = [
        ("GetGroupInfo", json!({"GroupId": null}), "MissingParameter"),
        (
            "GetGroupInfo",
            json!({"GroupId": ""}),
            "MissingParameter.ErrorParameterEmpty",
        ),
        ("GetGroupList", json!({"Offset": null, "Limit": null}), ""),
        (
            "CopyPerson",
            json!({"PersonId": "ann", "GroupIds": []}),
            "MissingParameter.ErrorParameterEmpty",
        ),
        (
            "CopyPerson",
            json!({"PersonId": "ann", "GroupIds": [""]}),
            "MissingParameter.ErrorParameterEmpty",
        ),
        (
            "ModifyPersonGroupInfo",
            json!({"GroupId": "crew", "PersonId": "ann",
            "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 0}]}),
            "MissingParameter",
        ),
        (
            "ModifyPersonGroupInfo",
            json!({"GroupId": "crew", "PersonId": "ann",
            "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 0, "PersonExDescription": ""}]}),
            "",
        ),
    ];
    for (action, body, code) in cases {
        world.refused(action, body, code);
    }
}

/// 5.3, 5.5: numbers as texts, texts as numbers.
#[test]
fn rule_5_3_and_rule_5_5_numbers_and_texts_stand_for_each_other() {
    let world = world();
    world.ok("CreateGroup", json!({"GroupId": 1001, "GroupName": 7}));
    assert_eq!(world.ok("GetGroupInfo", json!({"GroupId": "1001"}))["GroupName"], "7");
    assert_eq!(
        world.ok("GetGroupList", json!({"Limit": "2"}))["GroupInfos"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        world.ok("GetGroupList", json!({"Limit": 2.0}))["GroupInfos"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    world.refused("GetGroupList", json!({"Limit": 2.5}), "InvalidParameter");
    world.refused("GetGroupList", json!({"Limit": true}), "InvalidParameter");
    world.refused("GetGroupInfo", json!({"GroupId": true}), "InvalidParameter");
}

/// 5.4: uint64 refuses negatives at the gate, int64 lets them through to the rule of the parameter.
#[test]
fn rule_5_4_signed_and_unsigned_differ() {
    let world = world();
    world.refused(
        "ModifyPersonBaseInfo",
        json!({"PersonId": "ann", "Gender": -1}),
        "InvalidParameterValue.PersonGenderIllegal",
    );
    world.refused("GetGroupList", json!({"Offset": -1}), "InvalidParameter");
    let response = world.call(
        "ModifyPersonGroupInfo",
        json!({"GroupId": "crew", "PersonId": "ann",
        "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": -1, "PersonExDescription": "a"}]}),
    );
    assert_eq!(code_of(&response), "InvalidParameter");
    let message = response["Error"]["Message"].as_str().unwrap();
    assert!(
        message.contains("`PersonExDescriptionInfos.0.PersonExDescriptionIndex`"),
        "{message}"
    );
}
