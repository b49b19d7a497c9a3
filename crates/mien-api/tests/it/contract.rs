//! The table of actions against the contract data, in both directions and both versions.

use std::collections::{BTreeMap, BTreeSet};

use mien_api::ACTIONS;
use mien_api::shape::{BOTH, Fallback, Kind, Length, Limits, Output, Param, Shape, Unit, Version};
use serde_json::{Value, json};

/// `contract/api.json`.
pub fn contract() -> Value {
    serde_json::from_str(include_str!("../../../../contract/api.json")).unwrap()
}

#[test]
fn both_versions_have_the_documented_actions() {
    let contract = contract();
    for version in BOTH {
        let documented: BTreeSet<&str> = contract["actions"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, action)| has_version(action, *version))
            .map(|(name, _)| name.as_str())
            .collect();
        let served: BTreeSet<&str> = ACTIONS
            .iter()
            .filter(|action| action.versions.contains(version))
            .map(|action| action.name)
            .collect();
        assert_eq!(served, documented, "{}", version.as_str());
    }
    assert!(ACTIONS.is_sorted_by_key(|action| action.name));
}

#[test]
fn parameters_are_the_documented_ones() {
    let contract = contract();
    let mut wrong = Vec::new();
    for action in ACTIONS {
        let documented = &contract["actions"][action.name];
        for version in action.versions {
            let expect: Vec<Value> = listed(documented, "params", *version).map(documented_param).collect();
            let given: Vec<Value> = action
                .params
                .iter()
                .filter(|param| param.versions.contains(version))
                .map(given_param)
                .collect();
            compare(
                &format!("{} {}", action.name, version.as_str()),
                &given,
                &expect,
                &mut wrong,
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn outputs_are_the_documented_ones() {
    let contract = contract();
    let mut wrong = Vec::new();
    for action in ACTIONS {
        let documented = &contract["actions"][action.name];
        for version in action.versions {
            let expect: Vec<Value> = listed(documented, "outputs", *version)
                .filter(|output| output["name"] != "RequestId")
                .map(documented_output)
                .collect();
            let given: Vec<Value> = action.outputs.iter().map(given_output).collect();
            compare(
                &format!("{} {}", action.name, version.as_str()),
                &given,
                &expect,
                &mut wrong,
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nested_types_are_the_documented_ones() {
    let contract = contract();
    let mut used: BTreeMap<&str, &Shape> = BTreeMap::new();
    for action in ACTIONS {
        action
            .outputs
            .iter()
            .for_each(|output| collect(&output.kind, &mut used));
        action.params.iter().for_each(|param| collect(&param.kind, &mut used));
    }
    let documented = contract["types"].as_object().unwrap();
    assert_eq!(
        used.keys().copied().collect::<BTreeSet<_>>(),
        documented.keys().map(String::as_str).collect()
    );
    let mut wrong = Vec::new();
    for (name, shape) in used {
        let expect: Vec<Value> = documented[name]
            .as_array()
            .unwrap()
            .iter()
            .map(documented_output)
            .collect();
        let given: Vec<Value> = shape.fields.iter().map(given_output).collect();
        compare(name, &given, &expect, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn collect<'k>(kind: &'k Kind, into: &mut BTreeMap<&'k str, &'k Shape>) {
    match kind {
        Kind::List(item) => collect(item, into),
        Kind::Object(shape) => {
            into.insert(shape.name, shape);
            shape.fields.iter().for_each(|field| collect(&field.kind, into));
        }
        Kind::Unsigned | Kind::Signed | Kind::Float | Kind::Text | Kind::Boolean => {}
    }
}

fn compare(what: &str, given: &[Value], expect: &[Value], wrong: &mut Vec<String>) {
    if given == expect {
        return;
    }
    for (given, expect) in given.iter().zip(expect) {
        if given != expect {
            wrong.push(format!("{what}\n  served     {given}\n  documented {expect}"));
        }
    }
    if given.len() != expect.len() {
        wrong.push(format!("{what}: {} served, {} documented", given.len(), expect.len()));
    }
}

fn has_version(entry: &Value, version: Version) -> bool {
    match entry.get("versions") {
        Some(versions) => versions.as_array().unwrap().contains(&json!(version.as_str())),
        None => true,
    }
}

fn listed<'c>(action: &'c Value, key: &str, version: Version) -> impl Iterator<Item = &'c Value> {
    action[key]
        .as_array()
        .unwrap()
        .iter()
        .filter(move |entry| has_version(entry, version))
}

fn documented_output(output: &Value) -> Value {
    json!({"name": output["name"], "type": output["type"], "nullable": output["nullable"]})
}

fn given_output(output: &Output) -> Value {
    json!({"name": output.name, "type": output.kind.to_string(), "nullable": output.nullable})
}

fn documented_param(param: &Value) -> Value {
    let words = param
        .get("enum_words")
        .or_else(|| param.get("enum").filter(|words| words[0].is_string()));
    json!({
        "name": param["name"],
        "type": param["type"],
        "required": param["required"],
        "length": param.get("string").filter(|string| string.get("min").is_some()).map(length),
        "items": param.get("array").map(|array| json!([array["min"], array["max"]])),
        "item_length": param.get("item_string").map(length),
        "low": param.get("min"),
        "high": param.get("max"),
        "below_high": param.get("max_exclusive").cloned().unwrap_or(json!(false)),
        "choices": param.get("enum").filter(|choices| choices[0].is_number()),
        "words": words,
        "default": param.get("default"),
    })
}

fn length(documented: &Value) -> Value {
    let bytes = documented["unit"].as_str().unwrap().starts_with("bytes");
    json!([
        documented["min"],
        documented.get("max"),
        if bytes { "bytes" } else { "characters" }
    ])
}

fn given_param(param: &Param) -> Value {
    let Limits {
        length,
        items,
        item_length,
        low,
        high,
        below_high,
        choices,
        words,
        default,
    } = param.limits;
    json!({
        "name": param.name,
        "type": param.kind.to_string(),
        "required": param.required,
        "length": length.map(text_length),
        "items": items.map(|items| json!([items.min, items.max])),
        "item_length": item_length.map(text_length),
        "low": low,
        "high": high,
        "below_high": below_high,
        "choices": (!choices.is_empty()).then_some(choices),
        "words": (!words.is_empty()).then_some(words),
        "default": default.map(|default| match default {
            Fallback::Number(number) => json!(number),
            Fallback::Word(word) => json!(word),
        }),
    })
}

fn text_length(length: Length) -> Value {
    json!([
        length.min,
        length.max,
        if length.unit == Unit::Bytes {
            "bytes"
        } else {
            "characters"
        }
    ])
}
