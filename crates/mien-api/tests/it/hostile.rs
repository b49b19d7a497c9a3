//! Whatever a client with a key sends: an answer in the envelope with a known code, no panic, no InternalError.

use mien_api::ACTIONS;
use mien_wire::Code;
use mien_wire::client::{self, V1};
use mien_wire::v1::Digest;
use serde_json::{Value, json};

use crate::requests::{valid, world, writes};
use crate::world::{HOST, V2020, World, code_of};

/// Values that nobody means.
fn junk() -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!(-0.0),
        json!("NaN"),
        json!("Infinity"),
        json!("-0"),
        json!("1e400"),
        json!(" 1"),
        json!("\u{0}"),
        json!("\u{202e}\u{feff}"),
        json!("../../etc/passwd"),
        json!("' OR 1=1 --"),
        json!("x".repeat(100_000)),
        json!([]),
        json!([[]]),
        json!([null]),
        json!([""]),
        json!(["a", 1, true]),
        json!(vec![0; 1000]),
        json!({}),
        json!([{}]),
        json!([{"PersonExDescriptionIndex": u64::MAX, "PersonExDescription": ""}]),
        json!([{"GroupExDescriptionIndex": u64::MAX, "GroupExDescription": "a"}]),
        json!("http://[::1]:99999/"),
        json!("http://a b/"),
        json!("data:;base64,"),
        deep,
    ]
}

fn check(code: &str, what: &str) {
    assert!(code.is_empty() || code.parse::<Code>().is_ok(), "{what}: {code}");
    assert_ne!(code, "InternalError", "{what}");
}

#[test]
fn junk_in_every_parameter_is_answered() {
    let shared = world();
    for action in ACTIONS {
        let fresh = writes(action).then(world);
        let world = fresh.as_ref().unwrap_or(&shared);
        for param in action.params {
            for value in junk() {
                let mut body = valid(action.name);
                body[param.name] = value.clone();
                let code = world.code(action.name, body);
                check(
                    &code,
                    &format!("{} {} {}", action.name, param.name, crate::world::shortened(&value)),
                );
            }
        }
    }
}

#[test]
fn junk_in_forms_is_answered() {
    let world = world();
    let keys = [
        "",
        ".",
        "..",
        "GroupIds",
        "GroupIds.",
        "GroupIds.0",
        "GroupIds.0.0",
        "GroupIds.-1",
        "GroupIds.99999999999",
        "Image.0",
        "\u{0}",
    ];
    let values = ["", "a", "-1", "\u{0}", "crew", "{}", "[]", "null"];
    for (index, key) in keys.iter().enumerate() {
        for value in values {
            let pairs = [
                (key.to_string(), value.to_owned()),
                ("GroupIds.1".to_owned(), "crew".to_owned()),
            ];
            let call = client::Call::new(HOST, "SearchFaces", V2020, world.now_s());
            let nonce = index as u64 + 1;
            let signed = client::v1_form(
                &call,
                &world.alice,
                V1 {
                    nonce,
                    digest: Digest::Sha1,
                },
                &pairs,
            );
            check(&code_of(&world.send(&signed)), &format!("{key:?}={value:?}"));
        }
    }
}

#[test]
fn bodies_that_are_no_object_are_answered() {
    let world = World::new();
    let bodies: [&[u8]; 12] = [
        b"",
        b" ",
        b"null",
        b"1",
        b"[]",
        b"\"a\"",
        b"{",
        b"{}}",
        b"{\"a\":1,}",
        b"\xff\xfe",
        b"{\"Limit\":1e999}",
        b"{\"Limit\":1,\"Limit\":2}",
    ];
    for body in bodies {
        let call = client::Call::new(HOST, "GetGroupList", V2020, world.now_s());
        let response = world.send(&client::tc3_json(&call, &world.alice, body.to_vec()));
        check(&code_of(&response), &String::from_utf8_lossy(body));
    }
}
