//! Every sample request of the documents and of the official command line is decoded, and every field of their sample
//! replies is known.

use mien_api::ACTIONS;
use mien_api::shape::Kind;
use mien_wire::client::{self, V1};
use mien_wire::v1::Digest;
use serde_json::{Value, json};

use crate::requests::world;
use crate::world::{HOST, World, code_of};

fn samples() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../../contract/samples.json")).unwrap()
}

/// No sample is refused for its form: what is left are answers about existence, relations and pictures, none of them
/// about a parameter that is missing, unknown, of a wrong type or badly written, unless the sample itself shows that.
#[test]
fn every_sample_is_decoded() {
    let strict = || World::configured(|config| config.refuse_unknown_parameters = true);
    let (world, other) = (strict(), strict());
    let mut wrong = Vec::new();
    let samples = samples();
    for sample in &samples {
        let code = code_of(&send(&world, sample));
        // The same requests in the same order, signed with v1, have the same answers.
        assert_eq!(code_of(&send_v1(&other, sample)), code, "v1 and TC3 differ: {sample}");
        let about_form = [
            "MissingParameter",
            "InvalidParameter",
            "UnknownParameter",
            "InvalidAction",
        ];
        let form =
            about_form.iter().any(|form| code == *form) || code.ends_with("Illegal") || code.ends_with("TooLong");
        if form && !shows(sample, &code) {
            wrong.push(format!("{code}: {sample}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(samples.len() > 150);
}

/// The sample is documented to fail so, or its text is (the English pages have lost the error objects of their samples).
fn shows(sample: &Value, code: &str) -> bool {
    let text = sample.to_string();
    sample["code"] == code
        || code == "InvalidParameterValue.GroupIdIllegal" && text.contains("Tencent Employees in Shenzhen")
        // This one puts quotation marks around its id.
        || code == "InvalidParameterValue.GroupIdIllegal" && text.contains("\\\"31\\\"")
        || code == "InvalidParameterValue.PersonGenderIllegal"
            && text.contains("[\"Gender\", \"-1\"]") | text.contains("[\"Gender\",\"-1\"]")
        || code == "InvalidParameter" && text.contains("ExDescriptionIndex\",\"-1\"")
}

fn call<'s>(world: &World, sample: &'s Value) -> client::Call<'s> {
    let text = |name: &str| sample[name].as_str().unwrap();
    client::Call::new(HOST, text("action"), text("version"), world.now_s())
}

fn send(world: &World, sample: &Value) -> Value {
    let call = call(world, sample);
    world.send(&match sample.get("json") {
        Some(body) => client::tc3_json(&call, &world.alice, body.to_string().into_bytes()),
        None => client::tc3_query(&call, &world.alice, client::query(&parameters(sample))),
    })
}

fn send_v1(world: &World, sample: &Value) -> Value {
    if sample.get("json").is_some() {
        return send(world, sample);
    }
    let v1 = V1 {
        nonce: 1,
        digest: Digest::Sha256,
    };
    world.send(&client::v1_query(
        &call(world, sample),
        &world.alice,
        v1,
        &parameters(sample),
    ))
}

fn parameters(sample: &Value) -> Vec<(String, String)> {
    serde_json::from_value(sample["query"].clone()).unwrap()
}

/// The samples that show a code which does not depend on stored data get that code.
#[test]
fn samples_of_refusals_are_refused_so() {
    let world = world();
    let mut checked = 0;
    for sample in samples() {
        let Some(code) = sample["code"].as_str() else { continue };
        let independent = code.ends_with("Illegal")
            || code.ends_with("LimitExceed")
            || code.ends_with("SearchFacesExceed")
            || code.ends_with("UploadFaceNumExceed");
        if independent {
            assert_eq!(code_of(&send(&world, &sample)), code, "{sample}");
            checked += 1;
        }
    }
    assert!(checked >= 6, "only {checked}");
}

/// The sample replies hold no field that this server does not know.
#[test]
fn every_field_of_a_sample_reply_is_known() {
    let mut wrong = Vec::new();
    for sample in samples() {
        let action = ACTIONS
            .iter()
            .find(|action| sample["action"] == json!(action.name))
            .unwrap();
        for path in sample["reply"].as_array().into_iter().flatten() {
            let path = path.as_str().unwrap();
            if path != "RequestId" && !known(path, action.outputs) {
                wrong.push(format!("{}: {path}", action.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn known(path: &str, outputs: &[mien_api::shape::Output]) -> bool {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(output) = outputs.iter().find(|output| output.name == name) else {
        return false;
    };
    match (rest, inner(&output.kind)) {
        (None, _) => true,
        (Some(rest), Kind::Object(shape)) => known(rest, shape.fields),
        (Some(_), _) => false,
    }
}

fn inner(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(item) => inner(item),
        other => other,
    }
}
