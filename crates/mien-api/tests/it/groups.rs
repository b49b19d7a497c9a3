//! Groups (BEHAVIOUR 6.2, 6.3, 9 "Groups", "DeleteGroup").

use serde_json::{Value, json};

use crate::photos::sitter;
use crate::requests::world;
use crate::world::{BEGIN_MS, World, text};

#[test]
fn rule_9_1_a_group_reads_back_as_it_was_created() {
    let world = World::new();
    let reply = world.ok(
        "CreateGroup",
        json!({"GroupId": "g-1%@#&_", "GroupName": "Büro 1, 二楼", "Tag": "no guests",
        "GroupExDescriptions": ["Team", "学号"]}),
    );
    assert_eq!(reply["FaceModelVersion"], "3.0");
    let info = world.ok("GetGroupInfo", json!({"GroupId": "g-1%@#&_"}));
    assert_eq!(info["GroupName"], "Büro 1, 二楼");
    assert_eq!(info["GroupExDescriptions"], json!(["Team", "学号"]));
    assert_eq!(info["Tag"], "no guests");
    assert_eq!(info["FaceModelVersion"], "3.0");
    // 6.6: milliseconds since the Unix epoch.
    assert_eq!(info["CreationTimestamp"], json!(BEGIN_MS));
}

/// GetGroupInfo: Tag "" and GroupExDescriptions [] when unset.
#[test]
fn rule_9_1_and_rule_10_6_unset_values_are_present_and_empty() {
    let world = World::new();
    world.ok("CreateGroup", json!({"GroupId": "a", "GroupName": "A"}));
    let info = world.ok("GetGroupInfo", json!({"GroupId": "a"}));
    assert_eq!((&info["Tag"], &info["GroupExDescriptions"]), (&json!(""), &json!([])));
    let listed = &world.ok("GetGroupList", json!({}))["GroupInfos"][0];
    assert_eq!(
        (&listed["Tag"], &listed["GroupExDescriptions"]),
        (&json!(""), &json!([]))
    );
}

/// 6.5: default 3.0, an empty text is the default, "2.0" is kept for good.
#[test]
fn rule_6_5_the_version_is_fixed_at_creation() {
    let world = World::new();
    for (id, given, kept) in [
        ("a", json!(null), "3.0"),
        ("b", json!(""), "3.0"),
        ("c", json!("3.0"), "3.0"),
        ("d", json!("2.0"), "2.0"),
    ] {
        let reply = world.ok(
            "CreateGroup",
            json!({"GroupId": id, "GroupName": id, "FaceModelVersion": given}),
        );
        assert_eq!(reply["FaceModelVersion"], kept);
        assert_eq!(
            world.ok("GetGroupInfo", json!({"GroupId": id}))["FaceModelVersion"],
            kept
        );
    }
}

/// 6.1, 6.2: ids count bytes, names count characters.
#[test]
fn rule_6_1_and_rule_6_2_lengths_are_counted_as_documented() {
    let world = World::new();
    world.ok(
        "CreateGroup",
        json!({"GroupId": "x".repeat(64), "GroupName": "名".repeat(60), "Tag": "签".repeat(40),
        "GroupExDescriptions": ["段".repeat(30)]}),
    );
    world.refused(
        "CreateGroup",
        json!({"GroupId": "b", "GroupName": "名".repeat(61)}),
        "InvalidParameterValue.GroupNameTooLong",
    );
}

/// 6.2: documented names with punctuation pass; markup and control characters do not.
#[test]
fn rule_6_2_names_of_the_documents_are_accepted() {
    let world = World::new();
    let names = [
        "Building 1, Zhuyuan Dormitory of XXX University",
        "Dormitory Building #1",
        "Cloud & Smart Industries Group",
        "John Smith",
        "O'Neil",
        "a·b (c): d/e.f",
    ];
    for (index, name) in names.iter().enumerate() {
        world.ok(
            "CreateGroup",
            json!({"GroupId": format!("g{index}"), "GroupName": name}),
        );
    }
    for name in [
        "<b>", "a\"b", "a\\b", "a*b", "a!b", "a?b", "a;b", "a|b", "😀", "a\u{7}b",
    ] {
        world.refused(
            "CreateGroup",
            json!({"GroupId": "z", "GroupName": name}),
            "InvalidParameterValue.GroupNameIllegal",
        );
    }
}

/// GetGroupList: creation time ascending, GroupNum is the total.
#[test]
fn rule_9_1_the_list_is_in_order_of_creation() {
    let world = World::new();
    for id in ["c", "a", "b"] {
        world.ok("CreateGroup", json!({"GroupId": id, "GroupName": id}));
        world.pass_ms(5);
    }
    let ids = |body: Value| -> (Vec<String>, Value) {
        let reply = world.ok("GetGroupList", body);
        (
            reply["GroupInfos"]
                .as_array()
                .unwrap()
                .iter()
                .map(|group| text(&group["GroupId"]))
                .collect(),
            reply["GroupNum"].clone(),
        )
    };
    assert_eq!(ids(json!({})), (vec!["c".into(), "a".into(), "b".into()], json!(3)));
    assert_eq!(ids(json!({"Offset": 1, "Limit": 1})), (vec!["a".into()], json!(3)));
    // 13 #17: an offset of the total is an empty page, beyond it an error. 13 #18: limit 0 is out of range.
    assert_eq!(ids(json!({"Offset": 3})), (vec![], json!(3)));
    world.refused(
        "GetGroupList",
        json!({"Offset": 4}),
        "InvalidParameterValue.OffsetExceed",
    );
    world.refused("GetGroupList", json!({"Limit": 0}), "InvalidParameterValue.LimitExceed");
    world.ok("GetGroupList", json!({"Limit": 1000}));
    world.refused(
        "GetGroupList",
        json!({"Limit": 1001}),
        "InvalidParameterValue.LimitExceed",
    );
}

/// The default page has ten rows.
#[test]
fn rule_9_1_ten_rows_by_default() {
    let world = World::new();
    for index in 0..12 {
        world.ok(
            "CreateGroup",
            json!({"GroupId": format!("g{index}"), "GroupName": format!("g{index}")}),
        );
    }
    let reply = world.ok("GetGroupList", json!({}));
    assert_eq!(
        (reply["GroupInfos"].as_array().unwrap().len(), &reply["GroupNum"]),
        (10, &json!(12))
    );
}

/// ModifyGroup: only what is given changes, own name is fine, an empty tag clears, persons keep their texts.
#[test]
fn rule_9_1_modify_changes_only_what_is_given() {
    let world = world();
    world.ok(
        "ModifyPersonGroupInfo",
        json!({"GroupId": "crew", "PersonId": "ann",
        "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 1, "PersonExDescription": "third"}]}),
    );
    world.pass_ms(7);
    world.ok(
        "ModifyGroup",
        json!({"GroupId": "crew", "GroupName": "crew name", "Tag": "t"}),
    );
    world.ok(
        "ModifyGroup",
        json!({"GroupId": "crew",
        "GroupExDescriptionInfos": [{"GroupExDescriptionIndex": 1, "GroupExDescription": "Storey"}]}),
    );
    let info = world.ok("GetGroupInfo", json!({"GroupId": "crew"}));
    assert_eq!((&info["GroupName"], &info["Tag"]), (&json!("crew name"), &json!("t")));
    assert_eq!(info["GroupExDescriptions"], json!(["Team", "Storey", "Badge"]));
    assert_eq!(
        world.ok("GetPersonGroupInfo", json!({"PersonId": "ann"}))["PersonGroupInfos"][0]["PersonExDescriptions"],
        json!(["", "third", ""])
    );
    world.ok("ModifyGroup", json!({"GroupId": "crew", "Tag": ""}));
    assert_eq!(world.ok("GetGroupInfo", json!({"GroupId": "crew"}))["Tag"], "");
    let listed = world.ok("GetGroupList", json!({}))["GroupInfos"][0].clone();
    assert_eq!(listed["UpdateTimestamp"], json!(BEGIN_MS + 7));
    assert_eq!(listed["CreationTimestamp"], json!(BEGIN_MS));
}

/// ModifyGroup: a name that another field has, an index that does not exist, a name that another group has.
#[test]
fn rule_9_1_and_rule_6_3_modify_refuses_collisions() {
    let world = world();
    let rename = |index: u64, name: &str| json!({"GroupId": "crew", "GroupExDescriptionInfos": [{"GroupExDescriptionIndex": index, "GroupExDescription": name}]});
    world.refused(
        "ModifyGroup",
        rename(0, "Floor"),
        "FailedOperation.DuplicatedGroupDescription",
    );
    world.refused(
        "ModifyGroup",
        rename(3, "Desk"),
        "InvalidParameterValue.GroupExDescriptionsExceed",
    );
    world.ok("ModifyGroup", rename(0, "Team"));
    world.refused(
        "ModifyGroup",
        json!({"GroupId": "crew", "GroupName": "guests name"}),
        "InvalidParameterValue.GroupNameAlreadyExist",
    );
    // Two fields may change names with each other in one request.
    world.ok(
        "ModifyGroup",
        json!({"GroupId": "crew", "GroupExDescriptionInfos": [
        {"GroupExDescriptionIndex": 0, "GroupExDescription": "Floor"},
        {"GroupExDescriptionIndex": 1, "GroupExDescription": "Team"}]}),
    );
}

/// DeleteGroup: persons whose only group it was are deleted with all faces; the others lose only its descriptions.
#[test]
fn rule_9_2_delete_group_takes_its_own_persons() {
    let world = world();
    world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["guests"]}));
    world.ok("DeleteGroup", json!({"GroupId": "crew"}));
    world.refused(
        "GetGroupInfo",
        json!({"GroupId": "crew"}),
        "InvalidParameterValue.GroupIdNotExist",
    );
    world.refused(
        "GetPersonBaseInfo",
        json!({"PersonId": "ben"}),
        "InvalidParameterValue.PersonIdNotExist",
    );
    let groups = world.ok("GetPersonGroupInfo", json!({"PersonId": "ann"}));
    assert_eq!(
        (&groups["GroupNum"], &groups["PersonGroupInfos"][0]["GroupId"]),
        (&json!(1), &json!("guests"))
    );
    assert_eq!(
        world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["FaceIds"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // The id and name are free again, and nobody of the old group is found.
    world.group("crew");
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "crew"}))["PersonNum"],
        json!(0)
    );
    let found = world.ok(
        "SearchFaces",
        json!({"GroupIds": ["guests"], "Image": sitter(2).photo()}),
    );
    assert!(
        found["Results"][0]["Candidates"]
            .as_array()
            .unwrap()
            .iter()
            .all(|found| found["PersonId"] == "ann")
    );
}

/// 12: groups of an account.
#[test]
fn groups_are_limited() {
    let world = World::limited(|limits| limits.groups_per_account = 2);
    world.group("a");
    world.group("b");
    world.refused(
        "CreateGroup",
        json!({"GroupId": "c", "GroupName": "c"}),
        "InvalidParameterValue.GroupNumExceed",
    );
    world.ok("DeleteGroup", json!({"GroupId": "a"}));
    world.group("c");
}
