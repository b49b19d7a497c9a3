//! Every reply has exactly the declared fields, of the declared types, null only where the contract says so
//! (BEHAVIOUR 10.1, 10.4, 10.5, 10.6).

use mien_api::ACTIONS;
use mien_api::shape::{Kind, Output};
use serde_json::Value;

pub fn check_envelope(body: &Value) {
    let outer = body.as_object().unwrap();
    assert_eq!(outer.keys().collect::<Vec<_>>(), ["Response"]);
    let response = outer["Response"].as_object().unwrap();
    let request_id = response["RequestId"].as_str().unwrap();
    let groups: Vec<usize> = request_id.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "{request_id}");
    assert!(
        request_id
            .chars()
            .all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c))
    );
    if let Some(error) = response.get("Error") {
        assert_eq!(response.len(), 2, "an error stands alone: {body}");
        let error = error.as_object().unwrap();
        assert_eq!(error.len(), 2);
        assert!(!error["Code"].as_str().unwrap().is_empty());
        assert!(!error["Message"].as_str().unwrap().is_empty());
    }
}

/// The fields of a reply against the table.
pub fn check_reply(action: &str, response: &Value) {
    let outputs = ACTIONS.iter().find(|row| row.name == action).unwrap().outputs;
    let mut fields = response.as_object().unwrap().clone();
    assert!(fields.remove("RequestId").is_some());
    check_fields(action, outputs, &Value::Object(fields));
}

fn check_fields(path: &str, outputs: &[Output], value: &Value) {
    let fields = value
        .as_object()
        .unwrap_or_else(|| panic!("{path} is not an object: {value}"));
    let mut expected: Vec<&str> = outputs.iter().map(|output| output.name).collect();
    let mut given: Vec<&str> = fields.keys().map(String::as_str).collect();
    expected.sort_unstable();
    given.sort_unstable();
    assert_eq!(given, expected, "{path}");
    for output in outputs {
        let path = format!("{path}.{}", output.name);
        match &fields[output.name] {
            Value::Null => assert!(output.nullable, "{path} may not be null"),
            value => check_kind(&path, &output.kind, value),
        }
    }
}

fn check_kind(path: &str, kind: &Kind, value: &Value) {
    match kind {
        Kind::Unsigned => assert!(value.is_u64(), "{path} is not an unsigned integer: {value}"),
        Kind::Signed => assert!(value.is_i64(), "{path} is not an integer: {value}"),
        Kind::Float => assert!(value.is_number(), "{path} is not a number: {value}"),
        Kind::Text => assert!(value.is_string(), "{path} is not a text: {value}"),
        Kind::Boolean => assert!(value.is_boolean(), "{path} is not true or false: {value}"),
        Kind::List(item) => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{path} is not a list: {value}"));
            items.iter().for_each(|value| check_kind(path, item, value));
        }
        Kind::Object(shape) => check_fields(path, shape.fields, value),
    }
}
