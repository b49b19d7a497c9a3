//! Signing, languages, strict switches, rates and records (BEHAVIOUR 1, 2, 3, 5.2, 10, 13).

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mien_api::{Rate, Stage};
use mien_wire::client::{self, Credentials, V1};
use mien_wire::v1::Digest;
use mien_wire::{Code, Refusal, Secret};
use serde_json::{Value, json};

use crate::photos::sitter;
use crate::requests::world;
use crate::world::{BEGIN_MS, HOST, V2018, V2020, World, code_of};

fn call<'a>(world: &World, action: &'a str) -> client::Call<'a> {
    client::Call::new(HOST, action, V2020, world.now_s())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

/// 1.3, 3.2, 5.2: the same call as JSON, as a query, as a v1 query and as a v1 form, with either hash.
#[test]
fn rule_1_3_and_rule_5_2_every_way_of_sending_means_the_same() {
    let world = world();
    let parameters = pairs(&[
        ("GroupExDescriptionInfos.1.GroupExDescription", "Bay"),
        ("GroupExDescriptionInfos.1.GroupExDescriptionIndex", "2"),
        ("GroupExDescriptionInfos.0.GroupExDescriptionIndex", "0"),
        ("GroupExDescriptionInfos.0.GroupExDescription", "Cloud & Co"),
        ("GroupId", "crew"),
    ]);
    let json = json!({"GroupId": "crew", "GroupExDescriptionInfos": [
        {"GroupExDescriptionIndex": 0, "GroupExDescription": "Cloud & Co"},
        {"GroupExDescriptionIndex": 2, "GroupExDescription": "Bay"}]});
    let call = call(&world, "ModifyGroup");
    let v1 = |digest| V1 {
        nonce: u64::MAX,
        digest,
    };
    let ways = [
        client::tc3_json(&call, &world.alice, json.to_string().into_bytes()),
        client::tc3_query(&call, &world.alice, client::query(&parameters)),
        client::v1_query(&call, &world.alice, v1(Digest::Sha1), &parameters),
        client::v1_query(&call, &world.alice, v1(Digest::Sha256), &parameters),
        client::v1_form(&call, &world.alice, v1(Digest::Sha1), &parameters),
        client::v1_form(&call, &world.alice, v1(Digest::Sha256), &parameters),
    ];
    for signed in ways {
        world.ok("ModifyGroup", json!({"GroupId": "crew", "GroupExDescriptionInfos": [
            {"GroupExDescriptionIndex": 0, "GroupExDescription": "x"}, {"GroupExDescriptionIndex": 2, "GroupExDescription": "y"}]}));
        assert_eq!(code_of(&world.send(&signed)), "", "{} {}", signed.method, signed.query);
        assert_eq!(
            world.ok("GetGroupInfo", json!({"GroupId": "crew"}))["GroupExDescriptions"],
            json!(["Cloud & Co", "Floor", "Bay"])
        );
    }
}

/// 1.11: the language of messages; codes and fields do not change.
#[test]
fn rule_1_11_messages_come_in_two_languages() {
    let world = World::new();
    let message = |language: Option<&str>| {
        let call = client::Call {
            language,
            ..call(&world, "GetGroupInfo")
        };
        let response = world.send(&client::tc3_json(
            &call,
            &world.alice,
            b"{\"GroupId\":\"none\"}".to_vec(),
        ));
        assert_eq!(code_of(&response), "InvalidParameterValue.GroupIdNotExist");
        response["Error"]["Message"].as_str().unwrap().to_owned()
    };
    let english = message(None);
    assert!(english.is_ascii() && english.contains("none"), "{english}");
    assert_eq!(message(Some("en-US")), english);
    assert_eq!(message(Some("xx")), english);
    assert!(message(Some("zh-CN")).contains("人员库"));
}

/// 1.10, 13 #24: any region, or none, is fine.
#[test]
fn rule_1_10_the_region_is_ignored() {
    let world = World::new();
    for region in [None, Some(""), Some("ap-guangzhou"), Some("atlantis")] {
        let call = client::Call {
            region,
            ..call(&world, "GetGroupList")
        };
        assert_eq!(
            code_of(&world.send(&client::tc3_json(&call, &world.alice, b"{}".to_vec()))),
            ""
        );
    }
}

/// 13 #23: unknown parameters are ignored, and refused by the strict switch; parameters of the other version count as unknown.
#[test]
fn strictness_is_a_switch() {
    let body = json!({"GroupId": "crew", "Surprise": 1});
    let world = world();
    world.ok("GetGroupInfo", body.clone());
    let strict = crate::requests::world_with(World::configured(|config| config.refuse_unknown_parameters = true));
    strict.refused("GetGroupInfo", body.clone(), "UnknownParameter");
    let response = strict.call("GetGroupInfo", body);
    assert!(
        response["Error"]["Message"].as_str().unwrap().contains("`Surprise`"),
        "{response}"
    );
    let images = json!({"ImageA": sitter(1).photo(), "ImageB": sitter(1).photo(), "FaceMatchingStrategy": 1});
    strict.ok("CompareFace", images.clone());
    assert_eq!(
        code_of(&strict.call_as(&strict.alice, V2018, "CompareFace", images)),
        "UnknownParameter"
    );
    // The common parameters of v1 are not parameters of the action.
    let v1 = V1 {
        nonce: 1,
        digest: Digest::Sha1,
    };
    let signed = client::v1_query(
        &call(&strict, "GetGroupInfo"),
        &strict.alice,
        v1,
        &pairs(&[("GroupId", "crew")]),
    );
    assert_eq!(code_of(&strict.send(&signed)), "");
}

/// 6.2: strict and lenient charsets are switches.
#[test]
fn rule_6_2_charsets_are_a_switch() {
    use mien_core::Charset;
    for (charset, name, code) in [
        (Charset::Strict, "部门_A-1", ""),
        (Charset::Strict, "Building 1", "InvalidParameterValue.GroupNameIllegal"),
        (Charset::Default, "Building 1", ""),
        (Charset::Default, "why?", "InvalidParameterValue.GroupNameIllegal"),
        (Charset::Lenient, "why? <b> 😀", ""),
        (Charset::Lenient, "a\u{0}b", "InvalidParameterValue.GroupNameIllegal"),
    ] {
        let world = World::configured(|config| config.charset = charset);
        world.refused("CreateGroup", json!({"GroupId": "a", "GroupName": name}), code);
    }
}

/// 12, 13 #27: the rate is per account and action, and answers the code that the SDKs retry on.
#[test]
fn rule_6_7_rates_are_per_account_and_action() {
    let hourly = |calls| Rate {
        calls: NonZeroU32::new(calls).unwrap(),
        period: Duration::from_secs(3600),
    };
    let world = World::configured(|config| {
        config.rates.insert("GetGroupList".to_owned(), hourly(2));
    });
    world.ok("GetGroupList", json!({}));
    // A refused call counts as well; one of the parameters does not come before the rate.
    world.refused("GetGroupList", json!({"Limit": 0}), "InvalidParameterValue.LimitExceed");
    world.refused("GetGroupList", json!({}), "RequestLimitExceeded");
    world.refused("GetGroupList", json!({"Limit": -1}), "RequestLimitExceeded");
    world.refused(
        "GetGroupInfo",
        json!({"GroupId": "none"}),
        "InvalidParameterValue.GroupIdNotExist",
    );
    assert_eq!(
        code_of(&world.call_as(&world.bob, V2020, "GetGroupList", json!({}))),
        ""
    );
}

/// The documented rates: 50 CreateFace a second, 10 upgrades of groups, nothing else limited.
#[test]
fn the_documented_rates_are_the_default() {
    let rates = mien_api::Config::default().rates;
    let calls = |calls| Rate::per_second(NonZeroU32::new(calls).unwrap());
    let expected = [("CreateFace", 50), ("UpgradeGroupFaceModelVersion", 10)];
    let expected = expected.map(|(action, number)| (action.to_owned(), calls(number)));
    assert_eq!(rates.into_iter().collect::<Vec<_>>(), expected);
}

/// A signature mismatch tells what the server signed only in the debug mode, and never a secret.
#[test]
fn mismatches_are_explained_on_request() {
    for debug in [false, true] {
        let world = World::configured(|config| config.debug_signatures = debug);
        let wrong = Credentials {
            secret: Secret::new("not the secret of the key"),
            ..world.alice.clone()
        };
        let response = world.call_as(&wrong, V2020, "GetGroupList", json!({}));
        assert_eq!(code_of(&response), "AuthFailure.SignatureFailure");
        let message = response["Error"]["Message"].as_str().unwrap();
        assert_eq!(
            message.contains("TC3-HMAC-SHA256") && message.contains("content-type:application/json"),
            debug,
            "{message}"
        );
    }
}

/// A signature mismatch is always logged with what the server signed.
#[test]
fn mismatches_are_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let world = World::new();
    let wrong = Credentials {
        secret: Secret::new("not the secret of the key"),
        ..world.alice.clone()
    };
    tracing::subscriber::with_default(subscriber, || world.call_as(&wrong, V2020, "GetGroupList", json!({})));
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in [
        "WARN",
        "signature does not match",
        "content-type:application/json",
        &world.alice.secret_id,
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A disabled key is answered like an unknown one; enabling it brings it back.
#[test]
fn disabled_keys_are_unknown() {
    let world = World::new();
    let keys = world.api.core().accounts();
    keys.disable_key(&world.alice.secret_id).unwrap();
    world.refused("GetGroupList", json!({}), "AuthFailure.SecretIdNotFound");
    assert_eq!(
        code_of(&world.call_as(&world.bob, V2020, "GetGroupList", json!({}))),
        ""
    );
    keys.enable_key(&world.alice.secret_id).unwrap();
    world.ok("GetGroupList", json!({}));
}

/// An inference deadline that has passed is FailedOperation.RequestTimeout, before anything is written.
#[test]
fn a_passed_deadline_stops_the_call() {
    let world = World::configured(|config| config.deadline = Duration::ZERO);
    world.group("crew");
    let body = json!({"GroupId": "crew", "PersonId": "a", "PersonName": "a", "Image": sitter(1).photo()});
    world.refused("CreatePerson", body, "FailedOperation.RequestTimeout");
    assert_eq!(
        world.ok("GetPersonListNum", json!({"GroupId": "crew"}))["PersonNum"],
        json!(0)
    );
}

/// Each request leaves one record.
#[test]
fn records_say_what_happened() {
    let world = world();
    let body = json!({"GroupIds": ["crew"], "Image": sitter(1).photo()})
        .to_string()
        .into_bytes();
    let bytes_in = body.len();
    let reply = world.reply(&client::tc3_json(&call(&world, "SearchFaces"), &world.alice, body));
    let record = reply.record;
    assert_eq!(
        (record.action, record.version.unwrap().as_str(), record.code),
        (Some("SearchFaces"), V2020, None)
    );
    assert_eq!(
        (record.arrived_ms, record.bytes_in, record.bytes_out),
        (BEGIN_MS, bytes_in, reply.body.len())
    );
    assert_eq!(record.secret_id.as_ref(), Some(&world.alice.secret_id));
    assert!(record.account.is_some() && record.cause.is_none() && !record.is_internal());
    let answer: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(answer["Response"]["RequestId"], json!(record.request_id));
    assert_eq!(
        record.total(),
        Stage::ALL.iter().map(|stage| record.stage(*stage)).sum::<u64>()
    );
    assert!(
        record.stage(Stage::Verify) > 0 && record.stage(Stage::Images) > 0,
        "{:?}",
        record.micros
    );

    let unsigned = client::Signed {
        method: "GET",
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let record = world.reply(&unsigned).record;
    assert_eq!(
        (record.account, record.action, record.code),
        (None, None, Some(Code::MissingParameter))
    );
}

/// What is the server's fault is told to the log with its cause, to the client as a code alone.
#[test]
fn causes_stay_in_the_record() {
    let world = world();
    let body = json!({"Image": sitter(crate::photos::BREAKS_THE_DETECTOR).photo()})
        .to_string()
        .into_bytes();
    let reply = world.reply(&client::tc3_json(&call(&world, "DetectFace"), &world.alice, body));
    assert_eq!(reply.record.code, Some(Code::FailedOperationServerError));
    assert_eq!(reply.record.cause.as_deref(), Some("detector: broken on purpose"));
    assert!(reply.record.is_internal());
    assert!(!String::from_utf8(reply.body).unwrap().contains("on purpose"));
}

/// What only the edge sees is answered in the same envelope, with the same id as the admitted request.
#[test]
fn the_edge_can_refuse() {
    let world = World::new();
    let signed = client::tc3_json(&call(&world, "GetGroupList"), &world.alice, b"{}".to_vec());
    let headers = signed.headers();
    let request = signed.request(&headers);
    let refusal = Refusal::new(Code::ServiceUnavailable);
    let early = world.api.refuse(&request, None, &refusal, None);
    assert_eq!(
        (early.record.account, early.record.code),
        (None, Some(Code::ServiceUnavailable))
    );
    let admitted = world.api.admit(&request).unwrap();
    assert_eq!(admitted.action().name, "GetGroupList");
    let late = world
        .api
        .refuse(&request, Some(&admitted), &refusal, Some("a panic".to_owned()));
    assert_eq!(
        (late.record.account, late.record.action),
        (Some(admitted.account()), Some("GetGroupList"))
    );
    let body: Value = serde_json::from_slice(&late.body).unwrap();
    crate::shapes::check_envelope(&body);
    assert_eq!(body["Response"]["Error"]["Code"], "ServiceUnavailable");
}
