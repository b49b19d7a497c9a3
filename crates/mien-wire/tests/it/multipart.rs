//! `multipart/form-data`: BEHAVIOUR 1.4.

use mien_wire::{Code, Params};

use crate::server::check;

fn params(body: &str) -> Result<Params<'_>, Code> {
    Params::from_multipart("B", body.as_bytes()).map_err(|refusal| refusal.code())
}

/// A part with these head lines.
fn part(head: &str, content: &str) -> String {
    format!("--B\r\n{head}\r\n\r\n{content}\r\n")
}

fn named(name: &str, content: &str) -> String {
    part(&format!("Content-Disposition: form-data; name=\"{name}\""), content)
}

#[test]
fn rule_1_4_parts_are_parameters_and_json_parts_hold_lists_and_objects() {
    let json = |name: &str, content: &str| {
        part(
            &format!("Content-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json"),
            content,
        )
    };
    let file = |name: &str, content: &str| {
        part(
            &format!(
                "Content-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: image/jpeg"
            ),
            content,
        )
    };
    let rows = [
        (vec![], "{}"),
        (vec![named("A", "x"), named("B", "")], r#"{"A":"x","B":""}"#),
        (
            vec![json("GroupIds", r#"["a","b"]"#), named("N", "1")],
            r#"{"GroupIds":["a","b"],"N":"1"}"#,
        ),
        (vec![json("O", r#"{"P":[1,{"Q":null}]}"#)], r#"{"O":{"P":[1,{}]}}"#),
        (vec![json("N", "null"), json("I", "5")], r#"{"I":5}"#),
        (vec![named("L.1", "b"), named("L.0", "a")], r#"{"L":["a","b"]}"#),
        (
            vec![json("L.0", r#"{"A":"x"}"#), named("L.1.A", "y")],
            r#"{"L":[{"A":"x"},{"A":"y"}]}"#,
        ),
        (
            vec![file("Image", "\u{0}\n\r binary")],
            "{\"Image\":\"\\u0000\\n\\r binary\"}",
        ),
        (vec![named("中文", "=&%20+")], r#"{"中文":"=&%20+"}"#),
        // The common names are parameters like any other here: TC3 has them in headers.
        (vec![named("Action", "x")], r#"{"Action":"x"}"#),
    ];
    for (parts, expected) in rows {
        let body = format!("{}--B--\r\n", parts.concat());
        assert_eq!(
            params(&body),
            Params::from_json(expected.as_bytes()).map_err(|refusal| refusal.code()),
            "{body}"
        );
    }
}

#[test]
fn rule_1_4_tolerated_forms() {
    let rows = [
        "--B--",
        "preamble\r\n--B\r\nContent-Disposition: form-data; name=A\r\n\r\nx\r\n--B--\r\nepilogue",
        "--B  \t\r\nCONTENT-DISPOSITION:Form-Data;  NAME = \"A\" ; x=y\r\nX-Other: 1\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; filename=\"name=\\\"Z\\\"; \"; name=\"A\"\r\n\r\nx\r\n--B--",
    ];
    for (at, body) in rows.into_iter().enumerate() {
        let params = params(body).unwrap_or_else(|code| panic!("{body}: {code}"));
        let expected = if at == 0 { Ok(None) } else { Ok(Some("x".into())) };
        assert_eq!(params.text("A"), expected, "{body}");
    }
    let escaped = "--B\r\nContent-Disposition: form-data; name=\"a\\\"b\\\\\"\r\n\r\nx\r\n--B--";
    assert_eq!(
        params(escaped).expect("decodes").names().collect::<Vec<_>>(),
        ["a\"b\\"]
    );
}

#[test]
fn rule_1_4_a_malformed_body_is_an_invalid_request() {
    let rows = [
        "",
        "--C--",
        "--B",
        "--B\r\n",
        "--Bx\r\n\r\n\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\nx",
        "--B\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\nx\r\n--B",
        "--B\r\nContent-Disposition: form-data; name=\"A\"\r\nx\r\n--B--",
        "--B\r\n\r\nno name\r\n--B--",
        "--B\r\nContent-Type: text/plain\r\n\r\nno name\r\n--B--",
        "--B\r\nContent-Disposition: attachment; name=\"A\"\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"A\r\n\r\nx\r\n--B--",
        "--B\r\nno colon\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\nx\r\n--Bnot\r\n--B--",
        "--B\nContent-Disposition: form-data; name=\"A\"\n\nx\n--B--",
    ];
    check(rows.map(|body| (body, Err(Code::InvalidRequest))), |body| {
        params(body).map(drop)
    });
    let long = format!("--B\r\nX: {}\r\n\r\nx\r\n--B--", "y".repeat(5000));
    assert_eq!(params(&long).map(drop), Err(Code::InvalidRequest));
    let not_text = Params::from_multipart(
        "B",
        b"--B\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--B--",
    );
    assert_eq!(
        not_text.map(drop).map_err(|refusal| refusal.code()),
        Err(Code::InvalidRequest)
    );
}

#[test]
fn rule_1_4_a_malformed_part_is_an_invalid_parameter() {
    let json = "--B\r\nContent-Disposition: form-data; name=\"A\"\r\nContent-Type: application/json\r\n\r\n[1\r\n--B--";
    let twice = format!("{}{}--B--", named("A", "1"), named("A", "2"));
    let bodies = [json, twice.as_str()];
    check(bodies.map(|body| (body, Err(Code::InvalidParameter))), |body| {
        params(body).map(drop)
    });
    let binary = Params::from_multipart(
        "B",
        b"--B\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\n\xff\r\n--B--",
    );
    assert_eq!(
        binary.map(drop).map_err(|refusal| refusal.code()),
        Err(Code::InvalidParameter)
    );
}
