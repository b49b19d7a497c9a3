//! Every documented code is sent by some request, or stands in the table of unreachable codes with its reason.

use std::collections::BTreeSet;

use mien_api::Rate;
use mien_api::compatibility::UNREACHABLE;
use mien_core::ModelVersion;
use mien_wire::client::{self, Credentials};
use mien_wire::{Code, Header, Refusal, Request, Secret};
use serde_json::{Value, json};

use crate::contract::contract;
use crate::photos::{Grade, ReadingEyes, bmp, encoded, photo, sitter};
use crate::requests::{valid, world, world_with};
use crate::world::{HOST, Setup, V2020, World, code_of};

#[test]
fn every_code_is_sent_or_explained() {
    let unreachable: BTreeSet<Code> = UNREACHABLE.iter().map(|(code, _)| *code).collect();
    let mut wrong = Vec::new();
    let mut sent = BTreeSet::new();
    for (code, answer) in simple_cases().into_iter().chain(special_cases()) {
        if answer != code.as_str() {
            wrong.push(format!("{code}: {answer:?} was sent"));
        }
        if unreachable.contains(&code) {
            wrong.push(format!("{code} is sent and stands among the unreachable"));
        }
        sent.insert(code);
    }
    for code in Code::all() {
        if !sent.contains(&code) && !unreachable.contains(&code) {
            wrong.push(format!("{code} is neither sent nor explained"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(UNREACHABLE.iter().all(|(_, reason)| reason.ends_with('.')));
}

/// What the contract marks as never sent is not sent.
#[test]
fn never_means_never() {
    let contract = contract();
    for (code, entry) in contract["errors"].as_object().unwrap() {
        let explained = UNREACHABLE.iter().any(|(unreachable, _)| unreachable.as_str() == code);
        match entry["emit"].as_str().unwrap() {
            "never" => assert!(explained, "{code} is never to be sent"),
            "yes" => assert!(
                !explained
                    || ["AuthFailure.TokenFailure", "FailedOperation.ConflictOperation"].contains(&code.as_str()),
                "{code} is to be sent"
            ),
            _ => {}
        }
    }
    assert_eq!(contract["errors"].as_object().unwrap().len(), Code::all().count());
}

/// Codes that one request to the prepared world shows.
fn simple_cases() -> Vec<(Code, String)> {
    let image = sitter(1).photo();
    let with = |action: &str, name: &str, value: Value| {
        let mut body = valid(action);
        body[name] = value;
        (action.to_owned(), body)
    };
    let person = |name: &str, value: Value| with("CreatePerson", name, value);
    let group = |name: &str, value: Value| with("CreateGroup", name, value);
    let search = |name: &str, value: Value| with("SearchFaces", name, value);
    let field = |index: u64, text: &str| json!({"PersonExDescriptionIndex": index, "PersonExDescription": text});
    let long = |length: usize| json!("x".repeat(length));
    let cases = [
        (
            Code::FailedOperationAcrossVersionsError,
            search("GroupIds", json!(["crew", "old"])),
        ),
        (
            Code::FailedOperationDuplicatedGroupDescription,
            with(
                "ModifyGroup",
                "GroupExDescriptionInfos",
                json!([{"GroupExDescriptionIndex": 0, "GroupExDescription": "Floor"}]),
            ),
        ),
        (
            Code::FailedOperationFaceQualityNotQualified,
            (
                "VerifyFace".to_owned(),
                json!({"PersonId": "ann", "Image": sitter(1).graded(Grade::Blurred).photo(), "QualityControl": 1}),
            ),
        ),
        (
            Code::FailedOperationFaceSizeTooSmall,
            search("MinFaceSize", json!(1000)),
        ),
        (
            Code::FailedOperationGroupCannotUpgrade,
            with("UpgradeGroupFaceModelVersion", "GroupId", json!("crew")),
        ),
        (
            Code::FailedOperationGroupPersonMapExist,
            with("CopyPerson", "GroupIds", json!(["crew"])),
        ),
        (
            Code::FailedOperationGroupPersonMapNotExist,
            with("DeletePersonFromGroup", "GroupId", json!("guests")),
        ),
        (Code::FailedOperationImageDecodeFailed, person("Image", json!("????"))),
        (
            Code::FailedOperationImageDownloadError,
            person("Url", json!("http://nowhere.example/")),
        ),
        (
            Code::FailedOperationImageResolutionExceed,
            person("Image", json!(encoded(&bmp(2001, 64, &[])))),
        ),
        (
            Code::FailedOperationImageResolutionTooSmall,
            person("Image", json!(encoded(&bmp(63, 64, &[])))),
        ),
        (Code::FailedOperationImageSizeExceed, person("Image", long(5_242_884))),
        (Code::FailedOperationSearchFacesExceed, search("MaxFaceNum", json!(11))),
        (
            Code::FailedOperationServerError,
            person("Image", json!(sitter(crate::photos::BREAKS_THE_EMBEDDER).photo())),
        ),
        (
            Code::FailedOperationUpgradeJobIdNotExist,
            ("RevertGroupFaceModelVersion".to_owned(), json!({"JobId": "1"})),
        ),
        (Code::InvalidAction, ("Nothing".to_owned(), json!({}))),
        (Code::InvalidParameter, search("MaxFaceNum", json!(-1))),
        (
            Code::InvalidParameterInvalidParameter,
            ("AnalyzeFace".to_owned(), json!({"Image": image, "Mode": 2})),
        ),
        (
            Code::InvalidParameterValueDeleteFaceNumExceed,
            ("DeleteFace".to_owned(), Value::Null),
        ),
        (
            Code::InvalidParameterValueFaceMatchThresholdIllegal,
            search("FaceMatchThreshold", json!(101)),
        ),
        (
            Code::InvalidParameterValueFaceModelVersionIllegal,
            group("FaceModelVersion", json!("1.0")),
        ),
        (
            Code::InvalidParameterValueGroupExDescriptionsExceed,
            group("GroupExDescriptions", json!(["1", "2", "3", "4", "5", "6"])),
        ),
        (
            Code::InvalidParameterValueGroupExDescriptionsNameIdentical,
            group("GroupExDescriptions", json!(["a", "a"])),
        ),
        (
            Code::InvalidParameterValueGroupExDescriptionsNameIllegal,
            group("GroupExDescriptions", json!(["<"])),
        ),
        (
            Code::InvalidParameterValueGroupExDescriptionsNameTooLong,
            group("GroupExDescriptions", json!([long(31)])),
        ),
        (
            Code::InvalidParameterValueGroupIdAlreadyExist,
            group("GroupId", json!("crew")),
        ),
        (
            Code::InvalidParameterValueGroupIdIllegal,
            group("GroupId", json!("a b")),
        ),
        (
            Code::InvalidParameterValueGroupIdNotExist,
            search("GroupIds", json!(["none"])),
        ),
        (Code::InvalidParameterValueGroupIdTooLong, group("GroupId", long(65))),
        (
            Code::InvalidParameterValueGroupIdsExceed,
            search("GroupIds", json!(vec!["crew"; 101])),
        ),
        (
            Code::InvalidParameterValueGroupNameAlreadyExist,
            group("GroupName", json!("crew name")),
        ),
        (
            Code::InvalidParameterValueGroupNameIllegal,
            group("GroupName", json!("<")),
        ),
        (
            Code::InvalidParameterValueGroupNameTooLong,
            group("GroupName", long(61)),
        ),
        (Code::InvalidParameterValueGroupTagIllegal, group("Tag", json!("<"))),
        (Code::InvalidParameterValueGroupTagTooLong, group("Tag", long(41))),
        (Code::InvalidParameterValueImageEmpty, person("Image", json!(""))),
        (
            Code::InvalidParameterValueLimitExceed,
            ("GetGroupList".to_owned(), json!({"Limit": 1001})),
        ),
        (
            Code::InvalidParameterValueNoFaceInGroups,
            search("GroupIds", json!(["guests"])),
        ),
        (
            Code::InvalidParameterValueNoFaceInPhoto,
            search("Image", json!(photo(&[]))),
        ),
        (
            Code::InvalidParameterValueOffsetExceed,
            ("GetGroupList".to_owned(), json!({"Offset": 9})),
        ),
        (
            Code::InvalidParameterValuePersonExDescriptionInfosExceed,
            person("PersonExDescriptionInfos", json!([field(5, "a")])),
        ),
        (
            Code::InvalidParameterValuePersonExDescriptionsNameIdentical,
            person("PersonExDescriptionInfos", json!([field(0, "a"), field(0, "b")])),
        ),
        (
            Code::InvalidParameterValuePersonExDescriptionsNameIllegal,
            person("PersonExDescriptionInfos", json!([field(0, "<")])),
        ),
        (
            Code::InvalidParameterValuePersonExDescriptionsNameTooLong,
            person("PersonExDescriptionInfos", json!([field(0, &"x".repeat(61))])),
        ),
        (
            Code::InvalidParameterValuePersonFaceNumExceed,
            with("CreateFace", "Images", json!(vec![image.clone(); 4])),
        ),
        (
            Code::InvalidParameterValuePersonGenderIllegal,
            person("Gender", json!(-1)),
        ),
        (
            Code::InvalidParameterValuePersonIdAlreadyExist,
            person("PersonId", json!("ann")),
        ),
        (
            Code::InvalidParameterValuePersonIdIllegal,
            person("PersonId", json!("a b")),
        ),
        (
            Code::InvalidParameterValuePersonIdNotExist,
            ("GetPersonBaseInfo".to_owned(), json!({"PersonId": "none"})),
        ),
        (Code::InvalidParameterValuePersonIdTooLong, person("PersonId", long(65))),
        (
            Code::InvalidParameterValuePersonNameIllegal,
            person("PersonName", json!("<")),
        ),
        (
            Code::InvalidParameterValuePersonNameTooLong,
            person("PersonName", long(61)),
        ),
        (
            Code::InvalidParameterValueQualityControlIllegal,
            person("QualityControl", json!(5)),
        ),
        (
            Code::InvalidParameterValueSearchPersonsExceed,
            search("MaxPersonNum", json!(101)),
        ),
        (
            Code::InvalidParameterValueUniquePersonControlIllegal,
            person("UniquePersonControl", json!(5)),
        ),
        (
            Code::InvalidParameterValueUnsupportedGroupFaceModelVersion,
            with("VerifyPerson", "PersonId", json!("cem")),
        ),
        (
            Code::InvalidParameterValueUploadFaceNumExceed,
            with("CreateFace", "Images", json!(vec![image.clone(); 5])),
        ),
        (Code::InvalidParameterValueUrlIllegal, person("Url", json!("nowhere"))),
        (
            Code::LimitExceededErrorFaceNumExceed,
            ("DetectFace".to_owned(), json!({"Image": image, "MaxFaceNum": 121})),
        ),
        (Code::MissingParameter, ("DeleteGroup".to_owned(), json!({}))),
        (
            Code::MissingParameterErrorParameterEmpty,
            ("DeleteGroup".to_owned(), json!({"GroupId": ""})),
        ),
    ];
    let world = world();
    let bens = world.ok("GetPersonBaseInfo", json!({"PersonId": "ben"}))["FaceIds"].clone();
    let answer = |(code, (action, body)): (Code, (String, Value))| {
        let body = if body.is_null() {
            json!({"PersonId": "ben", "FaceIds": bens})
        } else {
            body
        };
        (code, world.code(&action, body))
    };
    cases.into_iter().map(answer).collect()
}

/// Codes that need another server, another key or a request that no client would sign.
fn special_cases() -> Vec<(Code, String)> {
    let blind = World::with(Setup {
        eyes: ReadingEyes { analysis: false },
        ..Setup::default()
    });
    let mut cases = vec![
        (
            Code::ActionOffline,
            blind.code("AnalyzeFace", json!({"Image": sitter(1).photo()})),
        ),
        (Code::InternalError, edge_refusal(Code::InternalError)),
        (Code::ServiceUnavailable, edge_refusal(Code::ServiceUnavailable)),
    ];
    cases.extend(limit_cases());
    cases.extend(key_cases());
    cases.extend(frame_cases());
    let legacy = World::configured(|config| config.legacy_person_codes = true);
    cases.push((
        Code::ResourceNotFoundErrorPersonNotExisted,
        legacy.code("DeletePerson", json!({"PersonId": "x"})),
    ));
    let forgetful = world_with(World::configured(|config| config.crops = None));
    cases.push((
        Code::FailedOperationGroupLostFaces,
        forgetful.code("UpgradeGroupFaceModelVersion", valid("UpgradeGroupFaceModelVersion")),
    ));
    let moved = World::new();
    moved.ok("RevertGroupFaceModelVersion", valid("RevertGroupFaceModelVersion"));
    cases.push((
        Code::FailedOperationJobCannnotRollback,
        moved.code("RevertGroupFaceModelVersion", valid("RevertGroupFaceModelVersion")),
    ));
    let strict = World::configured(|config| config.refuse_unknown_parameters = true);
    cases.push((Code::UnknownParameter, strict.code("GetGroupList", json!({"X": 1}))));
    let late = World::configured(|config| config.deadline = std::time::Duration::ZERO);
    cases.push((
        Code::FailedOperationRequestTimeout,
        late.code("DetectFace", json!({"Image": sitter(1).photo()})),
    ));
    cases
}

fn limit_cases() -> Vec<(Code, String)> {
    let groups = World::limited(|limits| limits.groups_per_account = 0);
    let small = World::limited(|limits| {
        limits.faces_per_group_v3 = 1;
        limits.groups_per_person = 1;
    });
    small.group("a");
    small.group("b");
    small.person("a", "p", &sitter(1).photo());
    let full = World::limited(|limits| limits.faces_per_account = 0);
    full.group("a");
    let person = json!({"GroupId": "a", "PersonId": "q", "PersonName": "q", "Image": sitter(2).photo()});
    let hourly = Rate {
        calls: 1.try_into().unwrap(),
        period: std::time::Duration::from_secs(3600),
    };
    let slow = World::configured(|config| config.rates = [("GetGroupList".to_owned(), hourly)].into());
    slow.ok("GetGroupList", json!({}));
    vec![
        (
            Code::InvalidParameterValueGroupNumExceed,
            groups.code("CreateGroup", json!({"GroupId": "a", "GroupName": "a"})),
        ),
        (
            Code::InvalidParameterValueGroupFaceNumExceed,
            small.code("CreatePerson", person.clone()),
        ),
        (
            Code::InvalidParameterValueGroupNumPerPersonExceed,
            small.code("CopyPerson", json!({"PersonId": "p", "GroupIds": ["b"]})),
        ),
        (
            Code::InvalidParameterValueAccountFaceNumExceed,
            full.code("CreatePerson", person),
        ),
        (Code::RequestLimitExceeded, slow.code("GetGroupList", json!({}))),
    ]
}

fn key_cases() -> Vec<(Code, String)> {
    let world = World::configured(|config| config.policy.anonymous = Some(999_999));
    let call = |credentials: &Credentials, offset_s: i64, version: &str| {
        let call = client::Call::new(HOST, "GetGroupList", version, world.now_s() + offset_s);
        code_of(&world.send(&client::tc3_json(&call, credentials, b"{}".to_vec())))
    };
    let named = |secret_id: &str| Credentials {
        secret_id: secret_id.to_owned(),
        ..world.alice.clone()
    };
    let wrong = Credentials {
        secret: Secret::new("wrong"),
        ..world.alice.clone()
    };
    let skip = |authorization: &str| {
        let call = client::Call::new(HOST, "CreateGroup", V2020, world.now_s());
        let mut signed = client::tc3_json(&call, &world.alice, b"{\"GroupId\":\"a\",\"GroupName\":\"a\"}".to_vec());
        for (name, value) in &mut signed.headers {
            if name.eq_ignore_ascii_case("authorization") {
                *value = authorization.to_owned();
            }
        }
        code_of(&world.send(&signed))
    };
    vec![
        (Code::AuthFailureSignatureExpire, call(&world.alice, 301, V2020)),
        (
            Code::AuthFailureSecretIdNotFound,
            call(&named("AKIDnobodynobodynobodynobodynobody12"), 0, V2020),
        ),
        (Code::AuthFailureInvalidSecretId, call(&named("not a key"), 0, V2020)),
        (Code::AuthFailureSignatureFailure, call(&wrong, 0, V2020)),
        (Code::NoSuchVersion, call(&world.alice, 0, "2019-01-01")),
        (Code::AuthFailureInvalidAuthorization, skip("TC3-HMAC-SHA512 nothing")),
        // Anonymous callers act for an account that does not exist.
        (Code::AuthFailureUnauthorizedOperation, skip("SKIP")),
    ]
}

fn frame_cases() -> Vec<(Code, String)> {
    let world = World::new();
    let raw = |method: &str, query: &str| {
        let headers: [Header<'_>; 1] = [("Host", HOST.as_bytes())];
        let request = Request {
            method,
            path: "/",
            query,
            headers: &headers,
            body: b"",
        };
        let reply = world.api.call(&request, |_| unreachable!("nothing is fetched"));
        reply.record.code.unwrap().as_str().to_owned()
    };
    let call = client::Call::new(HOST, "GetGroupList", V2020, world.now_s());
    let multipart = client::tc3_multipart(&call, &world.alice, "line", b"--line\r\nnonsense".to_vec());
    vec![
        (Code::UnsupportedProtocol, raw("PUT", "")),
        (Code::RequestSizeLimitExceeded, raw("GET", &"x".repeat(40_000))),
        (Code::InvalidRequest, code_of(&world.send(&multipart))),
    ]
}

fn edge_refusal(code: Code) -> String {
    let world = World::new();
    let request = Request {
        method: "GET",
        path: "/",
        query: "",
        headers: &[],
        body: b"",
    };
    world
        .api
        .refuse(&request, None, &Refusal::new(code), None)
        .record
        .code
        .unwrap()
        .as_str()
        .to_owned()
}

/// A version without an embedder is illegal here, and said so.
#[test]
fn versions_without_an_embedder_are_refused() {
    let world = World::with(Setup {
        versions: vec![ModelVersion::V3],
        ..Setup::default()
    });
    let code = "InvalidParameterValue.FaceModelVersionIllegal";
    world.refused(
        "CreateGroup",
        json!({"GroupId": "a", "GroupName": "a", "FaceModelVersion": "2.0"}),
        code,
    );
    let images = json!({"ImageA": sitter(1).photo(), "ImageB": sitter(1).photo(), "FaceModelVersion": "2.0"});
    world.refused("CompareFace", images, code);
    world.ok("CreateGroup", json!({"GroupId": "a", "GroupName": "a"}));
}
