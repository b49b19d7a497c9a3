//! Persons (BEHAVIOUR 7.5, 9 "CreatePerson" to "ModifyPersonGroupInfo").

use serde_json::{Value, json};

use crate::photos::{Grade, photo, sitter};
use crate::requests::world;
use crate::world::{BEGIN_MS, World, text};

fn new_person(id: &str, image: String) -> Value {
    json!({"GroupId": "crew", "PersonId": id, "PersonName": "N", "Image": image})
}

/// FaceId, FaceRect, SimilarPersonId "", the version of the group; 6.6: FaceId is a decimal of about 19 digits.
#[test]
fn rule_9_3_and_rule_6_6_a_person_is_created_with_its_largest_face() {
    let world = world();
    let image = photo(&[
        sitter(7).at(1, 2).sized(50, 60),
        sitter(8).at(-12, -3).sized(90, 95),
        sitter(9).sized(60, 60),
    ]);
    let reply = world.ok("CreatePerson", new_person("dan", image));
    let id = text(&reply["FaceId"]);
    assert!(id.len() >= 18 && id.parse::<u64>().is_ok(), "{id}");
    assert_eq!(reply["FaceRect"], json!({"X": -12, "Y": -3, "Width": 90, "Height": 95}));
    assert_eq!(
        (&reply["SimilarPersonId"], &reply["FaceModelVersion"]),
        (&json!(""), &json!("3.0"))
    );
    let verified = world.ok("VerifyFace", json!({"PersonId": "dan", "Image": sitter(8).photo()}));
    assert_eq!(verified["IsMatch"], json!(true));
}

/// Descriptions by index into the fields of the group; unset fields read back as "".
#[test]
fn rule_9_3_descriptions_go_to_their_fields() {
    let world = world();
    let mut body = new_person("dan", sitter(7).photo());
    body["Gender"] = json!(2);
    body["PersonExDescriptionInfos"] = json!([{"PersonExDescriptionIndex": 2, "PersonExDescription": "B-7"}, {"PersonExDescriptionIndex": 0, "PersonExDescription": "Red"}]);
    world.ok("CreatePerson", body);
    let list = world.ok("GetPersonList", json!({"GroupId": "crew"}));
    let dan = list["PersonInfos"]
        .as_array()
        .unwrap()
        .iter()
        .find(|person| person["PersonId"] == "dan")
        .unwrap();
    assert_eq!(dan["PersonExDescriptions"], json!(["Red", "", "B-7"]));
    assert_eq!(
        (&dan["Gender"], &dan["CreationTimestamp"]),
        (&json!(2), &json!(BEGIN_MS))
    );
    assert_eq!(
        (&list["PersonNum"], &list["FaceNum"], &list["FaceModelVersion"]),
        (&json!(3), &json!(4), &json!("3.0"))
    );
    let beyond = json!([{"PersonExDescriptionIndex": 3, "PersonExDescription": "x"}]);
    let mut body = new_person("eve", sitter(9).photo());
    body["PersonExDescriptionInfos"] = beyond.clone();
    world.refused(
        "CreatePerson",
        body,
        "InvalidParameterValue.PersonExDescriptionInfosExceed",
    );
    world.refused(
        "ModifyPersonGroupInfo",
        json!({"GroupId": "crew", "PersonId": "dan", "PersonExDescriptionInfos": beyond}),
        "InvalidParameterValue.PersonExDescriptionInfosExceed",
    );
}

/// 6.3: PersonId is unique over all groups; names may repeat.
#[test]
fn rule_6_3_person_ids_are_unique_over_groups() {
    let world = world();
    let body =
        |group: &str| json!({"GroupId": group, "PersonId": "ann", "PersonName": "N", "Image": sitter(9).photo()});
    world.refused(
        "CreatePerson",
        body("guests"),
        "InvalidParameterValue.PersonIdAlreadyExist",
    );
    world.ok(
        "CreatePerson",
        json!({"GroupId": "guests", "PersonId": "ann2", "PersonName": "ann name", "Image": sitter(9).photo()}),
    );
}

/// CreatePerson is atomic: no person on any error.
#[test]
fn rule_9_3_nobody_is_created_on_an_error() {
    let world = world();
    let cases = [
        (photo(&[]), "InvalidParameterValue.NoFaceInPhoto"),
        (sitter(7).sized(33, 90).photo(), "FailedOperation.FaceSizeTooSmall"),
        (
            sitter(crate::photos::BREAKS_THE_EMBEDDER).photo(),
            "FailedOperation.ServerError",
        ),
    ];
    for (image, code) in cases {
        world.refused("CreatePerson", new_person("dan", image), code);
        world.refused(
            "GetPersonBaseInfo",
            json!({"PersonId": "dan"}),
            "InvalidParameterValue.PersonIdNotExist",
        );
    }
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "crew"}))["PersonNum"],
        json!(2)
    );
}

/// 7.4: a quality failure is an error in CreatePerson. 7.3: the levels.
#[test]
fn rule_7_3_and_rule_7_4_quality_levels_refuse_more_and_more() {
    let world = world();
    let refused_from = [
        (Grade::Blurred, 1),
        (Grade::Poor, 2),
        (Grade::Fair, 3),
        (Grade::Slight, 4),
        (Grade::Perfect, 5),
    ];
    for (index, (grade, from)) in refused_from.into_iter().enumerate() {
        for level in 0..=4 {
            let mut body = new_person(
                &format!("q{index}-{level}"),
                sitter(20 + index as u8).graded(grade).photo(),
            );
            body["QualityControl"] = json!(level);
            let expect = if level >= from {
                "FailedOperation.FaceQualityNotQualified"
            } else {
                ""
            };
            world.refused("CreatePerson", body, expect);
        }
    }
}

/// 7.5: levels 1 to 4 are a FAR of 1 % to 0.001 % over N faces: the bound is 10 + 10 log10(N / FAR), at least 30. Here the group
/// holds 3 faces, so level 1 is 34.8 and level 4 is 64.8.
#[test]
fn rule_7_5_a_similar_person_prevents_creation() {
    let world = world();
    // This look has the cosine 0.50 with ann's second one: a score of 59.6.
    let similar = sitter(1).off(80).photo();
    for (level, prevented) in [(0, false), (4, false), (3, true), (1, true)] {
        let mut body = new_person(&format!("u{level}"), similar.clone());
        body["UniquePersonControl"] = json!(level);
        // Each of these sees the group as it was: the person is taken out again.
        let reply = world.ok("CreatePerson", body);
        if prevented {
            assert_eq!(
                (&reply["SimilarPersonId"], &reply["FaceId"]),
                (&json!("ann"), &json!("")),
                "level {level}"
            );
            assert_eq!(
                reply["FaceRect"],
                json!({"X": 20, "Y": 10, "Width": 120, "Height": 150})
            );
            world.refused(
                "GetPersonBaseInfo",
                json!({"PersonId": format!("u{level}")}),
                "InvalidParameterValue.PersonIdNotExist",
            );
        } else {
            assert_eq!(reply["SimilarPersonId"], "", "level {level}");
            world.ok("DeletePerson", json!({"PersonId": format!("u{level}")}));
        }
    }
    // Only the target group is looked at.
    let body = json!({"GroupId": "guests", "PersonId": "v", "PersonName": "V", "Image": sitter(1).photo(), "UniquePersonControl": 1});
    assert_eq!(world.ok("CreatePerson", body)["SimilarPersonId"], "");
}

/// CopyPerson: all faces, name and gender, texts empty; SucGroupIds in the order of the request; duplicates once.
#[test]
fn rule_9_4_copies_share_everything_but_texts() {
    let world = world();
    world.group("third");
    world.ok(
        "ModifyPersonGroupInfo",
        json!({"GroupId": "crew", "PersonId": "ann",
        "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 0, "PersonExDescription": "Red"}]}),
    );
    let reply = world.ok(
        "CopyPerson",
        json!({"PersonId": "ann", "GroupIds": ["third", "guests", "third"]}),
    );
    assert_eq!(
        (&reply["SucGroupNum"], &reply["SucGroupIds"]),
        (&json!(2), &json!(["third", "guests"]))
    );
    let groups = world.ok("GetPersonGroupInfo", json!({"PersonId": "ann"}));
    let expect = json!([
        {"GroupId": "crew", "PersonExDescriptions": ["Red", "", ""]},
        {"GroupId": "third", "PersonExDescriptions": ["", "", ""]},
        {"GroupId": "guests", "PersonExDescriptions": ["", "", ""]},
    ]);
    assert_eq!((&groups["PersonGroupInfos"], &groups["GroupNum"]), (&expect, &json!(3)));
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "third"}))["FaceNum"],
        json!(2)
    );
    // The change of a name shows everywhere.
    world.ok("ModifyPersonBaseInfo", json!({"PersonId": "ann", "PersonName": "Anna"}));
    assert_eq!(
        world.ok("GetPersonList", json!({"GroupId": "third"}))["PersonInfos"][0]["PersonName"],
        "Anna"
    );
}

/// CopyPerson fails as a whole when one target is wrong (13 #16).
#[test]
fn rule_9_4_a_wrong_target_stops_the_copy() {
    let world = world();
    let cases = [
        (json!(["guests", "crew"]), "FailedOperation.GroupPersonMapExist"),
        (json!(["guests", "nobody"]), "InvalidParameterValue.GroupIdNotExist"),
        (json!(["guests", "old"]), "FailedOperation.AcrossVersionsError"),
    ];
    for (groups, code) in cases {
        world.refused("CopyPerson", json!({"PersonId": "ann", "GroupIds": groups}), code);
        assert_eq!(
            world.ok("GetPersonGroupInfo", json!({"PersonId": "ann"}))["GroupNum"],
            json!(1)
        );
    }
    world.refused(
        "CopyPerson",
        json!({"PersonId": "nobody", "GroupIds": ["guests"]}),
        "InvalidParameterValue.PersonIdNotExist",
    );
}

/// 12: groups of a person; room in the targets.
#[test]
fn copies_are_limited() {
    let world = World::limited(|limits| {
        limits.groups_per_person = 2;
        limits.faces_per_group_v3 = 1;
    });
    for group in ["a", "b", "c", "full"] {
        world.group(group);
    }
    world.person("a", "ann", &sitter(1).photo());
    world.person("full", "ben", &sitter(2).photo());
    world.refused(
        "CopyPerson",
        json!({"PersonId": "ann", "GroupIds": ["b", "c"]}),
        "InvalidParameterValue.GroupNumPerPersonExceed",
    );
    world.refused(
        "CopyPerson",
        json!({"PersonId": "ann", "GroupIds": ["full"]}),
        "InvalidParameterValue.GroupFaceNumExceed",
    );
    assert_eq!(
        world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["b"]}))["SucGroupIds"],
        json!(["b"])
    );
}

/// CopyPerson: only capacity drops single groups; the others are joined and reported.
#[test]
fn rule_9_4_full_targets_are_left_out() {
    let world = World::limited(|limits| limits.faces_per_group_v3 = 1);
    for group in ["a", "b", "full"] {
        world.group(group);
    }
    world.person("a", "ann", &sitter(1).photo());
    world.person("full", "ben", &sitter(2).photo());
    let reply = world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["full", "b"]}));
    assert_eq!(
        (&reply["SucGroupNum"], &reply["SucGroupIds"]),
        (&json!(1), &json!(["b"]))
    );
}

/// DeletePerson: from all groups, with faces. 13 #2: the code of an unknown person.
#[test]
fn rule_9_5_deleted_persons_are_gone_everywhere() {
    let world = world();
    world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["guests"]}));
    world.ok("DeletePerson", json!({"PersonId": "ann"}));
    world.refused(
        "DeletePerson",
        json!({"PersonId": "ann"}),
        "InvalidParameterValue.PersonIdNotExist",
    );
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "guests"}))["PersonNum"],
        json!(0)
    );
    let found = world.ok(
        "SearchFaces",
        json!({"GroupIds": ["crew", "guests"], "Image": sitter(1).photo()}),
    );
    assert!(
        found["Results"][0]["Candidates"]
            .as_array()
            .unwrap()
            .iter()
            .all(|found| found["PersonId"] == "ben")
    );
}

/// DeletePersonFromGroup: one group; out of the last group means deletion. Not a member: GroupPersonMapNotExist, also when
/// the person exists nowhere; unknown group first.
#[test]
fn rule_9_5_leaving_the_last_group_deletes() {
    let world = world();
    world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["guests"]}));
    let leave = |person: &str, group: &str| json!({"PersonId": person, "GroupId": group});
    world.ok("DeletePersonFromGroup", leave("ann", "crew"));
    world.refused(
        "DeletePersonFromGroup",
        leave("ann", "crew"),
        "FailedOperation.GroupPersonMapNotExist",
    );
    assert_eq!(
        world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["FaceIds"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    world.ok("DeletePersonFromGroup", leave("ann", "guests"));
    world.refused(
        "GetPersonBaseInfo",
        json!({"PersonId": "ann"}),
        "InvalidParameterValue.PersonIdNotExist",
    );
    world.refused(
        "DeletePersonFromGroup",
        leave("nobody", "guests"),
        "FailedOperation.GroupPersonMapNotExist",
    );
    world.refused(
        "DeletePersonFromGroup",
        leave("ben", "nobody"),
        "InvalidParameterValue.GroupIdNotExist",
    );
}

/// ModifyPersonBaseInfo: absent keeps, 0 is accepted (13 #10). ModifyPersonGroupInfo: texts not named stay.
#[test]
fn rule_9_7_modifications_keep_the_rest() {
    let world = world();
    world.ok("ModifyPersonBaseInfo", json!({"PersonId": "ann", "Gender": 1}));
    world.ok("ModifyPersonBaseInfo", json!({"PersonId": "ann", "PersonName": "Anna"}));
    let info = world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}));
    assert_eq!((&info["PersonName"], &info["Gender"]), (&json!("Anna"), &json!(1)));
    world.ok("ModifyPersonBaseInfo", json!({"PersonId": "ann", "Gender": 0}));
    assert_eq!(
        world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["Gender"],
        json!(0)
    );

    let texts = |texts: Value| json!({"GroupId": "crew", "PersonId": "ann", "PersonExDescriptionInfos": texts});
    world.ok("ModifyPersonGroupInfo", texts(json!([{"PersonExDescriptionIndex": 0, "PersonExDescription": "a"}, {"PersonExDescriptionIndex": 2, "PersonExDescription": "c"}])));
    world.ok(
        "ModifyPersonGroupInfo",
        texts(json!([{"PersonExDescriptionIndex": 0, "PersonExDescription": ""}])),
    );
    assert_eq!(
        world.ok("GetPersonGroupInfo", json!({"PersonId": "ann"}))["PersonGroupInfos"][0]["PersonExDescriptions"],
        json!(["", "", "c"])
    );
    world.refused(
        "ModifyPersonGroupInfo",
        json!({"GroupId": "guests", "PersonId": "ann",
        "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 0, "PersonExDescription": "a"}]}),
        "FailedOperation.GroupPersonMapNotExist",
    );
}

/// GetPersonList: in order of joining. GetPersonBaseInfo: faces oldest first. GetPersonGroupInfo: at most 100 a page.
#[test]
fn rule_9_6_lists_are_in_order_of_joining() {
    let world = world();
    world.ok("CopyPerson", json!({"PersonId": "ben", "GroupIds": ["guests"]}));
    world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["guests"]}));
    let list = world.ok("GetPersonList", json!({"GroupId": "guests"}));
    let ids: Vec<String> = list["PersonInfos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| text(&person["PersonId"]))
        .collect();
    assert_eq!(ids, ["ben", "ann"]);
    let third = world.face("ann", &sitter(1).off(9).photo());
    let faces = world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["FaceIds"].clone();
    assert_eq!(faces.as_array().unwrap().last().unwrap(), &json!(third));
    world.ok("GetPersonGroupInfo", json!({"PersonId": "ann", "Limit": 100}));
    world.refused(
        "GetPersonGroupInfo",
        json!({"PersonId": "ann", "Limit": 101}),
        "InvalidParameterValue.LimitExceed",
    );
    assert_eq!(
        world.ok("GetPersonGroupInfo", json!({"PersonId": "ann", "Offset": 2}))["PersonGroupInfos"],
        json!([])
    );
    world.refused(
        "GetPersonGroupInfo",
        json!({"PersonId": "ann", "Offset": 3}),
        "InvalidParameterValue.OffsetExceed",
    );
    world.refused(
        "GetPersonList",
        json!({"GroupId": "guests", "Offset": 3}),
        "InvalidParameterValue.OffsetExceed",
    );
}

/// 12: faces of a group (by version) and of an account.
#[test]
fn faces_are_limited() {
    let world = World::limited(|limits| {
        limits.faces_per_group_v2 = 1;
        limits.faces_per_group_v3 = 2;
        limits.faces_per_account = 4;
    });
    world.group("crew");
    world.group("other");
    world.group_v2("old");
    let person = |group: &str, id: &str, who: u8| json!({"GroupId": group, "PersonId": id, "PersonName": "N", "Image": sitter(who).photo()});
    world.ok("CreatePerson", person("crew", "a", 1));
    world.ok("CreatePerson", person("crew", "b", 2));
    world.refused(
        "CreatePerson",
        person("crew", "c", 3),
        "InvalidParameterValue.GroupFaceNumExceed",
    );
    world.ok("CreatePerson", person("old", "d", 4));
    world.refused(
        "CreatePerson",
        person("old", "e", 5),
        "InvalidParameterValue.GroupFaceNumExceed",
    );
    world.ok("CreatePerson", person("other", "f", 6));
    world.refused(
        "CreatePerson",
        person("other", "g", 7),
        "InvalidParameterValue.AccountFaceNumExceed",
    );
}
