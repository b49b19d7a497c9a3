//! Accounts never see one another (issue: several accounts on one server).

use mien_api::ACTIONS;
use serde_json::json;

use crate::photos::sitter;
use crate::requests::{valid, world};
use crate::world::{V2018, V2020, code_of};

/// Whatever alice has, bob is told that it does not exist.
#[test]
fn another_account_sees_nothing() {
    let world = world();
    for action in ACTIONS {
        let code = code_of(&world.call_as(&world.bob, V2020, action.name, valid(action.name)));
        let expect = match action.name {
            "CreateGroup" | "GetGroupList" | "GetUpgradeGroupFaceModelVersionJobList" => "",
            "CompareFace"
            | "CompareMaskFace"
            | "DetectFaceSimilarity"
            | "DetectFace"
            | "DetectFaceAttributes"
            | "AnalyzeFace"
            | "AnalyzeDenseLandmarks"
            | "DetectLiveFace"
            | "DetectLiveFaceAccurate" => "",
            "GetUpgradeGroupFaceModelVersionResult" | "RevertGroupFaceModelVersion" => {
                "FailedOperation.UpgradeJobIdNotExist"
            }
            name if name.starts_with("Search")
                || name.contains("Group") && !name.contains("GetPersonGroup")
                || name == "CreatePerson"
                || name.starts_with("GetPersonList") =>
            {
                if name == "CopyPerson" {
                    ""
                } else {
                    "InvalidParameterValue.GroupIdNotExist"
                }
            }
            _ => "InvalidParameterValue.PersonIdNotExist",
        };
        assert_eq!(code, expect, "{}", action.name);
    }
    let groups = world.call_as(&world.bob, V2020, "GetGroupList", json!({}));
    assert_eq!(
        (&groups["GroupNum"], &groups["GroupInfos"][0]["GroupId"]),
        (&json!(1), &json!("new"))
    );
}

/// The same ids and names exist in both accounts and stay apart.
#[test]
fn ids_are_unique_per_account_only() {
    let world = world();
    let bob = |action: &str, body| {
        let response = world.call_as(&world.bob, V2020, action, body);
        assert_eq!(code_of(&response), "", "{action} {response}");
        response
    };
    bob("CreateGroup", json!({"GroupId": "crew", "GroupName": "crew name"}));
    bob(
        "CreatePerson",
        json!({"GroupId": "crew", "PersonId": "ann", "PersonName": "Other", "Image": sitter(30).photo()}),
    );
    let found = bob("SearchFaces", json!({"GroupIds": ["crew"], "Image": sitter(1).photo()}));
    assert_eq!(found["FaceNum"], json!(1));
    bob("DeleteGroup", json!({"GroupId": "crew"}));
    assert_eq!(
        world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["PersonName"],
        "ann name"
    );
    let found = world.ok(
        "SearchFaces",
        json!({"GroupIds": ["crew"], "Image": sitter(30).photo()}),
    );
    assert_eq!(found["FaceNum"], json!(3));
}

/// 1.9: both versions see the same groups and persons.
#[test]
fn versions_share_everything() {
    let world = world();
    let old = |action: &str, body| world.call_as(&world.alice, V2018, action, body);
    assert_eq!(
        old("GetGroupInfo", json!({"GroupId": "crew"}))["GroupName"],
        "crew name"
    );
    assert_eq!(
        code_of(&old("CreateGroup", json!({"GroupId": "made-2018", "GroupName": "x"}))),
        ""
    );
    world.ok("GetGroupInfo", json!({"GroupId": "made-2018"}));
    assert_eq!(
        code_of(&old("CompareMaskFace", valid("CompareMaskFace"))),
        "InvalidAction"
    );
}
