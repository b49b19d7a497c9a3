//! Accounts never see one another (issue: several accounts on one server).

use mien_api::ACTIONS;
use mien_core::Limits;
use mien_wire::client;
use serde_json::json;

use crate::photos::{bmp, encoded, sitter};
use crate::requests::{valid, world};
use crate::world::{HOST, Setup, V2018, V2020, World, code_of};

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
fn rule_6_3_ids_are_unique_per_account_only() {
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
fn rule_1_9_and_rule_11_1_versions_share_everything() {
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

/// Limits and rates of an account of its own; the others keep the general ones.
#[test]
fn an_account_may_have_limits_of_its_own() {
    let hourly = |calls: u32| mien_api::Rate {
        calls: calls.try_into().unwrap(),
        period: std::time::Duration::from_secs(3600),
    };
    let mut setup = Setup {
        limits_of_bob: Some(Limits {
            groups_per_account: 1,
            faces_per_person: 1,
            persons_per_page: 2,
            ..Limits::default()
        }),
        ..Setup::default()
    };
    setup.config.rates = [("GetPersonList".to_owned(), hourly(1))].into();
    let own = [("GetPersonList".to_owned(), hourly(2))].into();
    setup.config.account_rates = [(2, own)].into();
    let world = World::with(setup);
    let bob = |action: &str, body| code_of(&world.call_as(&world.bob, V2020, action, body));
    for id in ["a", "b"] {
        world.group(id);
        let code = bob("CreateGroup", json!({"GroupId": id, "GroupName": id}));
        assert_eq!(
            code,
            if id == "a" {
                ""
            } else {
                "InvalidParameterValue.GroupNumExceed"
            }
        );
    }
    let person = json!({"GroupId": "a", "PersonId": "p", "PersonName": "p", "Image": sitter(1).photo()});
    assert_eq!(bob("CreatePerson", person.clone()), "");
    world.ok("CreatePerson", person);
    let face = json!({"PersonId": "p", "Images": [sitter(1).off(5).photo()]});
    assert_eq!(
        bob("CreateFace", face.clone()),
        "InvalidParameterValue.PersonFaceNumExceed"
    );
    world.ok("CreateFace", face);
    let page = json!({"GroupId": "a", "Limit": 3});
    world.ok("GetPersonList", page.clone());
    world.refused("GetPersonList", page.clone(), "RequestLimitExceeded");
    assert_eq!(bob("GetPersonList", page), "InvalidParameterValue.LimitExceed");
    assert_eq!(bob("GetPersonList", json!({"GroupId": "a"})), "");
    assert_eq!(bob("GetPersonList", json!({"GroupId": "a"})), "RequestLimitExceeded");
}

/// Every limit of BEHAVIOUR 12 is reached with a small value.
#[test]
fn rule_6_7_small_limits_are_reached() {
    let mut setup = Setup {
        limits: Limits {
            groups_per_account: 3,
            groups_per_person: 2,
            faces_per_person: 2,
            images_per_call: 1,
            fields_per_group: 3,
            groups_per_copy: 1,
            groups_per_search: 2,
            groups_per_search_by_group: 1,
            probes_per_search: 2,
            candidates: 3,
            candidates_by_group: 2,
            groups_per_page: 4,
            persons_per_page: 5,
            person_groups_per_page: 6,
            jobs_per_page: 7,
            faces_per_group_v3: 3,
            ..Limits::default()
        },
        ..Setup::default()
    };
    let config = &mut setup.config;
    config.analysis.faces = 8;
    config.analysis.live_face_px = 200;
    config.image_characters = 40_000;
    config.picture_limits.max_other_long_edge = 100;
    config.picture_limits.min_short_edge = 62;
    config.request_limits.query_bytes = 3000;
    let world = World::with(setup);
    ["a", "b", "c"].into_iter().for_each(|id| world.group(id));
    let image = || sitter(1).photo();
    world.person("a", "p", &image());
    world.ok("CopyPerson", json!({"PersonId": "p", "GroupIds": ["b"]}));
    let two = json!(["a", "b"]);
    let cases = [
        (
            "CreateGroup",
            json!({"GroupId": "d", "GroupName": "d"}),
            "GroupNumExceed",
        ),
        (
            "CreateGroup",
            json!({"GroupId": "d", "GroupName": "d", "GroupExDescriptions": ["1", "2", "3", "4"]}),
            "GroupExDescriptionsExceed",
        ),
        (
            "CopyPerson",
            json!({"PersonId": "p", "GroupIds": ["c"]}),
            "GroupNumPerPersonExceed",
        ),
        (
            "CopyPerson",
            json!({"PersonId": "p", "GroupIds": ["a", "c"]}),
            "GroupIdsExceed",
        ),
        (
            "CreateFace",
            json!({"PersonId": "p", "Images": [image(), image()]}),
            "UploadFaceNumExceed",
        ),
        (
            "SearchFaces",
            json!({"GroupIds": ["a", "b", "c"], "Image": image()}),
            "GroupIdsExceed",
        ),
        (
            "SearchFacesReturnsByGroup",
            json!({"GroupIds": two, "Image": image()}),
            "GroupIdsExceed",
        ),
        (
            "SearchPersons",
            json!({"GroupIds": two, "Image": image(), "MaxPersonNum": 4}),
            "SearchPersonsExceed",
        ),
        (
            "SearchPersonsReturnsByGroup",
            json!({"GroupIds": ["a"], "Image": image(), "MaxPersonNumPerGroup": 3}),
            "SearchPersonsExceed",
        ),
        (
            "SearchFaces",
            json!({"GroupIds": two, "Image": image(), "MaxFaceNum": 3}),
            "SearchFacesExceed",
        ),
        ("GetGroupList", json!({"Limit": 5}), "LimitExceed"),
        ("GetPersonList", json!({"GroupId": "a", "Limit": 6}), "LimitExceed"),
        (
            "GetPersonGroupInfo",
            json!({"PersonId": "p", "Limit": 7}),
            "LimitExceed",
        ),
        (
            "GetUpgradeGroupFaceModelVersionJobList",
            json!({"Limit": 8}),
            "LimitExceed",
        ),
        (
            "DetectFace",
            json!({"Image": image(), "MaxFaceNum": 9}),
            "ErrorFaceNumExceed",
        ),
        ("DetectLiveFaceAccurate", json!({"Image": image()}), "FaceSizeTooSmall"),
        ("DetectFace", json!({"Image": "A".repeat(40_004)}), "ImageSizeExceed"),
        (
            "DetectFace",
            json!({"Image": encoded(&bmp(101, 64, &[]))}),
            "ImageResolutionExceed",
        ),
        (
            "DetectFace",
            json!({"Image": encoded(&bmp(64, 61, &[]))}),
            "ImageResolutionTooSmall",
        ),
    ];
    for (action, body, code) in cases {
        let sent = world.code(action, body);
        assert!(
            sent.ends_with(&format!(".{code}")),
            "{action}: {sent} instead of {code}"
        );
    }
    world.ok("CreateFace", json!({"PersonId": "p", "Images": [image()]}));
    let face = json!({"PersonId": "p", "Images": [image()]});
    world.refused("CreateFace", face, "InvalidParameterValue.PersonFaceNumExceed");
    world.person("c", "q", &sitter(2).photo());
    let groups = json!({"GroupIds": ["a", "b"], "Image": image()});
    world.refused("SearchFaces", groups, "FailedOperation.SearchFacesExceed");
    let call = client::Call::new(HOST, "GetGroupInfo", V2020, world.now_s());
    let query = client::query(&[("GroupId".to_owned(), "x".repeat(3000))]);
    let answer = world.send(&client::tc3_query(&call, &world.alice, query));
    assert_eq!(code_of(&answer), "RequestSizeLimitExceeded");
}
