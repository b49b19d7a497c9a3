//! CreateFace and DeleteFace (BEHAVIOUR 9).

use serde_json::{Value, json};

use crate::photos::{Grade, bmp, encoded, photo, sitter};
use crate::requests::world;
use crate::world::{World, text};

/// Each image has its outcome; successes are listed in input order, with their frames.
#[test]
fn rule_9_8_partial_success_is_normal() {
    let world = world();
    let images = [
        sitter(1).off(10).at(-5, 7).sized(70, 80).photo(),
        photo(&[]),
        encoded(b"no picture"),
        sitter(1).off(12).sized(90, 99).photo(),
    ];
    let reply = world.ok(
        "CreateFace",
        json!({"PersonId": "ben", "Images": images, "FaceMatchThreshold": 0}),
    );
    // ben has the cosine 0 with sitter 1: score 10, above 0.
    assert_eq!(reply["RetCode"], json!([0, -1101, -1102, 0]));
    assert_eq!(
        (&reply["SucFaceNum"], &reply["SucIndexes"]),
        (&json!(2), &json!([0, 3]))
    );
    assert_eq!(
        reply["SucFaceRects"][0],
        json!({"X": -5, "Y": 7, "Width": 70, "Height": 80})
    );
    let faces = world.ok("GetPersonBaseInfo", json!({"PersonId": "ben"}))["FaceIds"].clone();
    assert_eq!(&faces.as_array().unwrap()[1..], reply["SucFaceIds"].as_array().unwrap());
}

/// The table of RetCode.
#[test]
fn rule_9_8_and_rule_7_4_ret_codes_tell_what_was_wrong() {
    let mut world = world();
    world.web.insert(
        "http://pictures.example/big".to_owned(),
        Err(mien_api::FetchError::TooLarge { limit_bytes: 1 }),
    );
    let cases = [
        (json!({"Images": [photo(&[])]}), -1101),
        (json!({"Images": [sitter(1).sized(33, 33).photo()]}), -1101),
        (json!({"Images": ["////"]}), -1102),
        (json!({"Images": [encoded(&bmp(63, 200, &[sitter(1)]))]}), -1109),
        (json!({"Images": [encoded(&bmp(2001, 64, &[sitter(1)]))]}), -1109),
        (json!({"Urls": ["http://pictures.example/big"]}), -1109),
        (json!({"Urls": ["http://pictures.example/none"]}), -1403),
        (
            json!({"Images": [sitter(1).graded(Grade::Blurred).photo()], "QualityControl": 1}),
            -1601,
        ),
        (json!({"Images": [sitter(9).photo()]}), -1604),
    ];
    for (mut body, code) in cases {
        body["PersonId"] = json!("ann");
        let reply = world.ok("CreateFace", body.clone());
        assert_eq!(reply["RetCode"], json!([code]), "{}", crate::world::shortened(&body));
        // All failed is still a success response.
        let nothing = (json!(0), json!([]), json!([]), json!([]));
        let given = (
            &reply["SucFaceNum"],
            &reply["SucFaceIds"],
            &reply["SucIndexes"],
            &reply["SucFaceRects"],
        );
        assert_eq!(given, (&nothing.0, &nothing.1, &nothing.2, &nothing.3));
    }
}

/// 7.6: strictly above the threshold, default 60; the best of the faces that the person had before the call counts.
#[test]
fn rule_7_6_and_rule_9_8_new_faces_must_resemble_the_person() {
    let world = world();
    let add = |images: Vec<String>, threshold: Value| {
        let mut body = json!({"PersonId": "ben", "Images": images});
        body["FaceMatchThreshold"] = threshold;
        world.ok("CreateFace", body)["RetCode"].clone()
    };
    // Cosine 0.45 is a score of 55: not above 60.
    assert_eq!(add(vec![sitter(2).off(55).photo()], Value::Null), json!([-1604]));
    assert_eq!(add(vec![sitter(2).off(55).photo()], json!(50)), json!([0]));
    // Cosine 0: a score of 10 is not above 10.
    assert_eq!(add(vec![sitter(9).photo()], json!(10)), json!([-1604]));
    // Two looks of a stranger in one call: the second is not helped by the first.
    assert_eq!(
        add(vec![sitter(9).photo(), sitter(9).photo()], json!(10)),
        json!([-1604, -1604])
    );
    assert_eq!(add(vec![sitter(9).photo()], json!(9.5)), json!([0]));
}

/// 13 #3: four images a call, five faces a person; nothing is processed when there would be more.
#[test]
fn rule_9_8_both_limits_hold() {
    let world = world();
    let looks = |count: usize| -> Vec<String> { (0..count).map(|index| sitter(1).off(index as u8).photo()).collect() };
    let add = |count: usize| json!({"PersonId": "ann", "Images": looks(count)});
    world.refused("CreateFace", add(5), "InvalidParameterValue.UploadFaceNumExceed");
    world.refused("CreateFace", add(4), "InvalidParameterValue.PersonFaceNumExceed");
    assert_eq!(world.ok("CreateFace", add(3))["SucFaceNum"], json!(3));
    world.refused("CreateFace", add(1), "InvalidParameterValue.PersonFaceNumExceed");
    assert_eq!(
        world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["FaceIds"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
}

/// Urls if it has entries, else Images; neither, or an empty entry, is ImageEmpty (5.8).
#[test]
fn rule_5_8_addresses_win_over_images() {
    let mut world = world();
    world.web.insert(
        "http://pictures.example/ann".to_owned(),
        Ok(bmp(80, 80, &[sitter(1).at(3, 4)]).into()),
    );
    let reply = world.ok(
        "CreateFace",
        json!({"PersonId": "ann", "Urls": ["http://pictures.example/ann"], "Images": ["broken"]}),
    );
    assert_eq!(reply["SucFaceRects"][0]["X"], json!(3));
    let reply = world.ok(
        "CreateFace",
        json!({"PersonId": "ann", "Urls": [], "Images": [sitter(1).photo()]}),
    );
    assert_eq!(reply["RetCode"], json!([0]));
    for images in [
        json!({}),
        json!({"Images": []}),
        json!({"Urls": [], "Images": []}),
        json!({"Images": [""]}),
        json!({"Urls": [""]}),
    ] {
        let mut body = images;
        body["PersonId"] = json!("ann");
        world.refused("CreateFace", body, "InvalidParameterValue.ImageEmpty");
    }
}

/// New faces join all groups of the person at once, and a search after the answer finds them.
#[test]
fn rule_9_8_faces_join_all_groups() {
    let world = world();
    world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["guests"]}));
    let face = world.face("ann", &sitter(40).photo());
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "guests"}))["FaceNum"],
        json!(3)
    );
    let found = world.ok(
        "SearchFaces",
        json!({"GroupIds": ["guests"], "Image": sitter(40).photo()}),
    );
    assert_eq!(found["Results"][0]["Candidates"][0]["FaceId"], json!(face));
}

/// What is wrong with the server ends the whole call: nothing is half-applied.
#[test]
fn a_broken_engine_adds_nothing() {
    let world = world();
    let images = [sitter(1).photo(), sitter(crate::photos::BREAKS_THE_EMBEDDER).photo()];
    world.refused(
        "CreateFace",
        json!({"PersonId": "ann", "Images": images}),
        "FailedOperation.ServerError",
    );
    assert_eq!(
        world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["FaceIds"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

/// DeleteFace: unknown ids are skipped, the last face stays, nothing is deleted when the list covers all.
#[test]
fn rule_9_9_the_last_face_stays() {
    let world = world();
    let faces = world.ok("GetPersonBaseInfo", json!({"PersonId": "ann"}))["FaceIds"].clone();
    let (first, second) = (text(&faces[0]), text(&faces[1]));
    world.refused(
        "DeleteFace",
        json!({"PersonId": "ann", "FaceIds": [first, second]}),
        "InvalidParameterValue.DeleteFaceNumExceed",
    );
    let strange = ["7", "", "abc", "-1", "99999999999999999999999"];
    let reply = world.ok("DeleteFace", json!({"PersonId": "ann", "FaceIds": strange}));
    assert_eq!((&reply["SucDeletedNum"], &reply["SucFaceIds"]), (&json!(0), &json!([])));
    // The face of somebody else is not a face of this person.
    let bens = world.ok("GetPersonBaseInfo", json!({"PersonId": "ben"}))["FaceIds"][0].clone();
    assert_eq!(
        world.ok("DeleteFace", json!({"PersonId": "ann", "FaceIds": [bens]}))["SucDeletedNum"],
        json!(0)
    );
    let reply = world.ok(
        "DeleteFace",
        json!({"PersonId": "ann", "FaceIds": [second, second, "7"]}),
    );
    assert_eq!(
        (&reply["SucDeletedNum"], &reply["SucFaceIds"]),
        (&json!(1), &json!([second]))
    );
    world.refused(
        "DeleteFace",
        json!({"PersonId": "ann", "FaceIds": [first]}),
        "InvalidParameterValue.DeleteFaceNumExceed",
    );
    world.refused(
        "DeleteFace",
        json!({"PersonId": "nobody", "FaceIds": ["1"]}),
        "InvalidParameterValue.PersonIdNotExist",
    );
}

/// 13 #2: the code of the old samples behind a switch, only in the two deleting actions.
#[test]
fn legacy_codes_are_a_switch() {
    let world = World::configured(|config| config.legacy_person_codes = true);
    world.refused(
        "DeletePerson",
        json!({"PersonId": "nobody"}),
        "ResourceNotFound.ErrorPersonNotExisted",
    );
    world.refused(
        "DeleteFace",
        json!({"PersonId": "nobody", "FaceIds": ["1"]}),
        "ResourceNotFound.ErrorPersonNotExisted",
    );
    world.refused(
        "GetPersonBaseInfo",
        json!({"PersonId": "nobody"}),
        "InvalidParameterValue.PersonIdNotExist",
    );
}
