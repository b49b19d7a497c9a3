//! UpgradeGroupFaceModelVersion, RevertGroupFaceModelVersion and what tells of their jobs (BEHAVIOUR 9).

use serde_json::{Value, json};

use crate::photos::{BREAKS_CROPS, sitter};
use crate::requests::{world, world_with};
use crate::world::{V2018, V2020, World, code_of, text};

const UPGRADE: &str = "UpgradeGroupFaceModelVersion";
const REVERT: &str = "RevertGroupFaceModelVersion";
const RESULT: &str = "GetUpgradeGroupFaceModelVersionResult";
const LIST: &str = "GetUpgradeGroupFaceModelVersionJobList";

fn upgrade(world: &World) -> String {
    text(&world.ok(UPGRADE, json!({"GroupId": "old", "FaceModelVersion": "3.0"}))["JobId"])
}

fn result(world: &World, job: &str) -> Value {
    world.ok(RESULT, json!({"JobId": job}))
}

/// Person and score of the best candidate, and the version.
fn found(world: &World) -> (String, f64, String) {
    let found = world.ok(
        "SearchFaces",
        json!({"GroupIds": ["old"], "Image": sitter(3).off(50).photo()}),
    );
    let best = &found["Results"][0]["Candidates"][0];
    let score = best["Score"].as_f64().unwrap().round();
    (text(&best["PersonId"]), score, text(&found["FaceModelVersion"]))
}

#[test]
fn rule_9_16_an_upgrade_runs_in_the_background_and_back() {
    let world = world();
    let old = ("cem".to_owned(), 90.0, "2.0".to_owned());
    let new = ("cem".to_owned(), 60.0, "3.0".to_owned());
    assert_eq!(found(&world), old);
    let job = upgrade(&world);
    world.pass_ms(5000);
    let running = result(&world, &job);
    for (field, value) in [
        ("Status", json!(0)),
        ("Progress", json!(0.0)),
        ("EndTimestamp", json!(0)),
        ("FromFaceModelVersion", json!("2.0")),
        ("ToFaceModelVersion", json!("3.0")),
        ("GroupId", json!("old")),
        ("FailedFacesUrl", json!("")),
    ] {
        assert_eq!(running[field], value, "{field}");
    }
    assert_eq!(found(&world), old);
    world.refused(
        UPGRADE,
        json!({"GroupId": "old", "FaceModelVersion": "3.0"}),
        "FailedOperation.GroupCannotUpgrade",
    );
    world.refused(REVERT, json!({"JobId": job}), "FailedOperation.JobCannnotRollback");

    world.work();
    let done = result(&world, &job);
    assert_eq!((&done["Status"], &done["Progress"]), (&json!(1), &json!(100.0)));
    assert_eq!(
        done["EndTimestamp"].as_u64().unwrap(),
        done["StartTime"].as_u64().unwrap() + 5000
    );
    assert_eq!(found(&world), new);
    assert_eq!(
        world.ok("GetGroupInfo", json!({"GroupId": "old"}))["FaceModelVersion"],
        "3.0"
    );
    assert_eq!(
        world.ok("VerifyPerson", json!({"PersonId": "cem", "Image": sitter(3).photo()}))["IsMatch"],
        true
    );
    world.ok("CopyPerson", json!({"PersonId": "cem", "GroupIds": ["crew"]}));

    world.ok(REVERT, json!({"JobId": job}));
    assert_eq!(found(&world), new);
    world.work();
    assert_eq!(result(&world, &job)["Status"], json!(2));
    assert_eq!(found(&world), old);
    world.refused(REVERT, json!({"JobId": job}), "FailedOperation.JobCannnotRollback");
    let listed = world.ok(LIST, json!({}));
    assert_eq!(
        (&listed["JobNum"], &listed["JobInfos"][0]["Status"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(listed["JobInfos"][0]["JobId"], json!(job));
}

#[test]
fn rule_9_16_a_crop_that_cannot_be_used_fails_the_job() {
    let world = world();
    let face = world.face("cem", &sitter(BREAKS_CROPS).photo());
    let job = upgrade(&world);
    world.work();
    let failed = result(&world, &job);
    assert_eq!(failed["Status"], json!(3));
    assert_eq!(
        failed["FailedFacesUrl"],
        json!(format!("data:application/json,%5B%22{face}%22%5D"))
    );
    assert_eq!(found(&world).2, "2.0");
}

#[test]
fn rule_9_16_without_crops_a_group_cannot_move() {
    let world = world_with(World::configured(|config| config.crops = None));
    let refused = world.call(UPGRADE, json!({"GroupId": "old", "FaceModelVersion": "3.0"}));
    assert_eq!(code_of(&refused), "FailedOperation.GroupLostFaces");
    let faces = world.ok("GetPersonBaseInfo", json!({"PersonId": "cem"}));
    let message = text(&refused["Error"]["Message"]);
    assert!(message.contains(faces["FaceIds"][0].as_str().unwrap()), "{message}");
    // A group without faces has nothing to lose.
    world.group_v2("empty");
    world.ok(UPGRADE, json!({"GroupId": "empty", "FaceModelVersion": "3.0"}));
    world.work();
    assert_eq!(
        world.ok("GetGroupInfo", json!({"GroupId": "empty"}))["FaceModelVersion"],
        "3.0"
    );
}

#[test]
fn kept_crops_are_unreadable_without_their_key() {
    let world = world();
    let job = upgrade(&world);
    let blind = World::configured(|config| config.crops = None);
    // The same data behind a server that lacks the key.
    let eyes = crate::photos::ReadingEyes { analysis: true };
    let other = mien_api::Api::new(
        std::sync::Arc::clone(world.api.core()),
        std::sync::Arc::new(eyes),
        std::sync::Arc::clone(&world.clock) as _,
        blind.api.config().clone(),
    );
    while other.work().unwrap() {}
    assert_eq!(result(&world, &job)["Status"], json!(3));
    assert_eq!(found(&world).2, "2.0");
}

#[test]
fn rule_9_16_jobs_belong_to_one_account_and_to_both_versions() {
    let world = world();
    let job = upgrade(&world);
    for action in [RESULT, REVERT] {
        let answer = world.call_as(&world.bob, V2020, action, json!({"JobId": job}));
        assert_eq!(code_of(&answer), "FailedOperation.UpgradeJobIdNotExist");
    }
    assert_eq!(world.call_as(&world.bob, V2020, LIST, json!({}))["JobNum"], json!(0));
    assert_eq!(world.call_as(&world.alice, V2018, LIST, json!({}))["JobNum"], json!(1));
    let pages = [
        (json!({"Offset": 1}), ""),
        (json!({"Offset": 2}), "InvalidParameterValue.OffsetExceed"),
        (json!({"Limit": 1001}), "InvalidParameterValue.LimitExceed"),
    ];
    for (page, code) in pages {
        world.refused(LIST, page, code);
    }
}
