//! The exact answers of every action, and of the refusals that carry a message of their own.

use std::collections::BTreeMap;

use mien_api::ACTIONS;
use mien_wire::client;
use serde_json::{Value, json};

use crate::photos::sitter;
use crate::requests::{valid, world, writes};
use crate::world::{HOST, V2020, World};

#[test]
fn rule_10_1_and_rule_10_6_answers_of_every_action() {
    let shared = world();
    for action in ACTIONS {
        let fresh = writes(action).then(world);
        let world = fresh.as_ref().unwrap_or(&shared);
        let mut response = sorted(world.call(action.name, valid(action.name)));
        steady(&mut response, &mut BTreeMap::new());
        insta::assert_json_snapshot!(action.name, response);
    }
}

#[test]
fn details_of_searches() {
    for action in [
        "SearchFaces",
        "SearchPersons",
        "SearchFacesReturnsByGroup",
        "SearchPersonsReturnsByGroup",
    ] {
        let world = world();
        world.ok("CopyPerson", json!({"PersonId": "ann", "GroupIds": ["guests"]}));
        let body = json!({"GroupIds": ["guests", "crew"], "Image": sitter(1).photo(), "NeedPersonInfo": 1});
        let mut response = sorted(world.ok(action, body));
        steady(&mut response, &mut BTreeMap::new());
        insta::assert_json_snapshot!(format!("{action}_details"), response);
    }
}

#[test]
fn refusals_in_both_languages() {
    let world = world();
    let cases = [
        ("GetGroupInfo", json!({})),
        ("GetGroupInfo", json!({"GroupId": ""})),
        ("GetGroupInfo", json!({"GroupId": "坏"})),
        ("GetGroupInfo", json!({"GroupId": "x".repeat(65)})),
        ("GetGroupInfo", json!({"GroupId": "none"})),
        ("GetGroupList", json!({"Limit": -1})),
        ("GetGroupList", json!({"Limit": 1001})),
        ("GetGroupList", json!({"Offset": 10})),
        ("CreateGroup", json!({"GroupId": "a", "GroupName": "<b>"})),
        (
            "CreateGroup",
            json!({"GroupId": "a", "GroupName": "a", "FaceModelVersion": "4.0"}),
        ),
        ("CompareMaskFace", json!({"FaceModelVersion": "2.0"})),
        (
            "ModifyPersonGroupInfo",
            json!({"GroupId": "crew", "PersonId": "ann", "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": -1}]}),
        ),
        (
            "ModifyPersonGroupInfo",
            json!({"GroupId": "crew", "PersonId": "ann", "PersonExDescriptionInfos": [{"PersonExDescriptionIndex": 4, "PersonExDescription": ""}]}),
        ),
        ("SearchFaces", json!({"GroupIds": ["crew"], "MaxFaceNum": 11})),
        ("SearchFaces", json!({"GroupIds": ["crew"], "QualityControl": 9})),
        ("DetectFace", json!({"Url": "ftp://a"})),
        ("DetectFace", json!({"Url": "http://nowhere.example/a.jpg"})),
        ("DetectFace", json!({"Image": "*"})),
        ("DetectFace", json!({"Image": "QUFBQQ=="})),
        ("DetectFace", json!({"Image": sitter(1).sized(20, 20).photo()})),
        ("DetectFaceAttributes", json!({"FaceAttributesType": "Aura"})),
        ("RevertGroupFaceModelVersion", json!({"JobId": "1"})),
    ];
    let mut lines = Vec::new();
    for (action, body) in cases {
        let [english, chinese] = ["en-US", "zh-CN"].map(|language| message(&world, language, action, &body));
        let shown: String = sorted(body.clone()).to_string().chars().take(100).collect();
        let code = world.code(action, body);
        lines.push(format!("{action} {shown}\n  {code}\n  {english}\n  {chinese}"));
    }
    insta::assert_snapshot!("refusals", lines.join("\n"));
}

fn message(world: &World, language: &str, action: &str, body: &Value) -> String {
    let call = client::Call {
        language: Some(language),
        ..client::Call::new(HOST, action, V2020, world.now_s())
    };
    let response = world.send(&client::tc3_json(&call, &world.alice, body.to_string().into_bytes()));
    response["Error"]["Message"].as_str().unwrap().to_owned()
}

/// Fields by name: whether a JSON object keeps the order of its fields depends on features that other crates switch on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let by_name: BTreeMap<String, Value> =
                fields.into_iter().map(|(name, field)| (name, sorted(field))).collect();
            Value::Object(by_name.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Request ids and face ids differ from run to run; scores differ in their last digits by processor.
fn steady(value: &mut Value, faces: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match name.as_str() {
                    "RequestId" => *field = json!("[request id]"),
                    "JobId" => *field = json!("[job id]"),
                    "FaceId" | "FaceIds" | "SucFaceIds" => name_faces(field, faces),
                    "Score" if field.is_f64() => *field = json!((field.as_f64().unwrap() * 10.0).round() / 10.0),
                    _ => steady(field, faces),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| steady(item, faces)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn name_faces(value: &mut Value, faces: &mut BTreeMap<String, String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| name_faces(item, faces)),
        Value::String(id) if !id.is_empty() => {
            let next = format!("[face {}]", faces.len() + 1);
            *id = faces.entry(id.clone()).or_insert(next).clone();
        }
        _ => {}
    }
}
