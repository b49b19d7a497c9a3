//! Hostile input: nothing panics, nothing is expensive.

use mien_wire::client::{tc3_json, tc3_query};
use mien_wire::{Code, Language, Limits, Params, Policy, Request, open, verify};
use proptest::prelude::*;

use crate::server::{NOW_S, Ring, Sent, call, credentials};

fn json(body: &[u8]) -> Result<(), Code> {
    Params::from_json(body).map(drop).map_err(|refusal| refusal.code())
}

fn form(body: &[u8]) -> Result<(), Code> {
    Params::from_form(body).map(drop).map_err(|refusal| refusal.code())
}

#[test]
fn rule_5_2_deep_nesting_is_refused() {
    let deep =
        |open: &str, close: &str, levels: usize| format!("{{\"A\":{}1{}}}", open.repeat(levels), close.repeat(levels));
    assert_eq!(json(deep("[", "]", 15).as_bytes()), Ok(()));
    for levels in [16, 100, 127, 128, 1000, 1_000_000] {
        assert_eq!(
            json(deep("[", "]", levels).as_bytes()),
            Err(Code::InvalidParameter),
            "{levels}"
        );
        assert_eq!(
            json(deep("{\"A\":", "}", levels).as_bytes()),
            Err(Code::InvalidParameter),
            "{levels}"
        );
        assert_eq!(json(&b"[".repeat(levels)), Err(Code::InvalidParameter), "{levels}");
        assert_eq!(
            form(format!("{}=1", "A.".repeat(levels)).as_bytes()),
            if levels == 16 {
                Ok(())
            } else {
                Err(Code::InvalidParameter)
            },
            "{levels}"
        );
        assert_eq!(
            form(format!("A{}=1", ".0".repeat(levels)).as_bytes()),
            if levels == 16 {
                Ok(())
            } else {
                Err(Code::InvalidParameter)
            },
            "{levels}"
        );
    }
}

#[test]
fn rule_5_2_thousands_of_values_are_cheap_and_millions_are_refused() {
    let keys = |count: usize| (0..count).map(|key| format!("k{key}=v")).collect::<Vec<_>>().join("&");
    assert_eq!(form(keys(9_000).as_bytes()), Ok(()));
    assert_eq!(form(keys(100_000).as_bytes()), Err(Code::InvalidParameter));
    let json_keys = |count: usize| {
        format!(
            "{{{}}}",
            (0..count)
                .map(|key| format!("\"k{key}\":1"))
                .collect::<Vec<_>>()
                .join(",")
        )
    };
    assert_eq!(json(json_keys(9_000).as_bytes()), Ok(()));
    assert_eq!(json(json_keys(100_000).as_bytes()), Err(Code::InvalidParameter));
    assert_eq!(
        json(format!("{{\"A\":[{}1]}}", "1,".repeat(5_000_000)).as_bytes()),
        Err(Code::InvalidParameter)
    );
    assert_eq!(
        json(format!("{{\"A\":[{}null]}}", "null,".repeat(2_000_000)).as_bytes()),
        Err(Code::InvalidParameter)
    );
    assert_eq!(
        json(format!("{{\"A\":[{}[]]}}", "[],".repeat(3_000_000)).as_bytes()),
        Err(Code::InvalidParameter)
    );
    // Lists whose indexes are far apart or all the same.
    let sparse = (0..5_000_u64)
        .map(|index| format!("L.{}=v", index * 800_000_000_000))
        .collect::<Vec<_>>()
        .join("&");
    assert_eq!(form(sparse.as_bytes()), Ok(()));
    assert_eq!(
        form("L.4000000000=v&".repeat(50_000).as_bytes()),
        Err(Code::InvalidParameter)
    );
    // Long shared paths: every level counts.
    let paths = (0..9_000)
        .map(|key| format!("a{key}.0.b.0.c.0.d=v"))
        .collect::<Vec<_>>()
        .join("&");
    assert_eq!(form(paths.as_bytes()), Err(Code::InvalidParameter));
}

#[test]
fn rule_3_an_unsigned_form_of_many_parameters_is_refused_before_it_is_signed() {
    let body = format!("Signature=x&{}", "a=1&".repeat(200_000));
    let sent = Sent::plain(
        "POST",
        "",
        &[("Content-Type", "application/x-www-form-urlencoded")],
        body.as_bytes(),
    );
    let refusal = sent.opened(|_| ()).expect_err("too many");
    assert_eq!(refusal.code(), Code::InvalidParameter);
    assert!(refusal.message(Language::English).contains("10000"), "{refusal}");
}

#[test]
fn rule_2_1_long_headers_are_cheap() {
    let good = Sent::from(tc3_json(&call(), &credentials(), b"{}".to_vec()));
    for long in [
        "host;".repeat(20_000),
        "x".repeat(100_000),
        ";".repeat(100_000),
        ",".repeat(100_000),
    ] {
        let outcome = good
            .clone()
            .authorization(|text| text.replace("content-type;host", &long))
            .outcome();
        assert_eq!(outcome, Err(Code::AuthFailureInvalidAuthorization));
    }
    let outcome = good
        .set(
            "Authorization",
            "TC3-HMAC-SHA256 ".to_owned() + &"Credential=/".repeat(10_000),
        )
        .outcome();
    assert_eq!(outcome, Err(Code::AuthFailureInvalidAuthorization));
}

/// Opens, verifies and decodes; whatever comes out is fine.
fn serve(request: &Request<'_>) {
    let _ = Language::asked(request);
    let _ = Limits::default().body_bytes(request);
    if let Ok(opened) = open(request, &Limits::default()) {
        let _ = verify(&opened, &Ring::default(), NOW_S, &Policy::default());
        let _ = Params::decode(&opened).map(|params| look(&params));
    }
}

/// Reads everything as every type.
fn look(params: &Params<'_>) {
    for name in params.names() {
        let _ = (
            params.text(name),
            params.uint64(name),
            params.int64(name),
            params.float(name),
            params.boolean(name),
        );
        let _ = params.texts(name);
        for inner in params.objects(name).into_iter().flatten().flatten() {
            look(&inner);
        }
        if let Ok(Some(inner)) = params.object(name) {
            look(&inner);
        }
    }
    let _ = params.refuse_unknown(&["A"]);
}

/// Text that looks like the protocol, so that parsers get past their first step.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        "[\\PC\r\n]{0,6}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            "TC3-HMAC-SHA256 ", "Credential=", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2023-11-14/iai/tc3_request", ", ",
            "SignedHeaders=content-type;host", "Signature=", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "{\"A\":", "\"B\"", "[", "]", "}", ",", ":", "null", "1e5", "-1", "\\u0041", "\\ud800", "A.0.B=1&", "A.1=", "&", "=", "%", "%4", "%41", "+",
            "--B", "\r\n", "\r\n--B", "--", "Content-Disposition: form-data; name=\"A\"", "Content-Type: application/json", "\r\n\r\n", "\"", "\\",
            "Action=a&Version=v&Timestamp=1700000000&Nonce=1&SecretId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE&Signature=AAAA&",
        ])
        .prop_map(|text: &str| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic_the_decoders(bytes in pieces(), boundary in "[B-]{0,2}") {
        for params in [Params::from_json(&bytes), Params::from_form(&bytes), Params::from_multipart(&boundary, &bytes), Params::from_multipart("B", &bytes)] {
            let _ = params.map(|params| look(&params));
        }
    }

    #[test]
    fn arbitrary_requests_never_panic(
        method in prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), ".{0,4}"],
        query in pieces(), body in pieces(), authorization in prop::option::of(pieces()),
        host in pieces(), timestamp in prop_oneof![Just(b"1700000000".to_vec()), pieces()],
        content_type in prop::sample::select(vec!["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B", "x"]),
        others in prop::collection::vec(("[a-zA-Z-]{0,12}", pieces()), 0..4),
    ) {
        let query = String::from_utf8_lossy(&query).into_owned();
        let mut headers: Vec<(String, Vec<u8>)> = others;
        headers.extend([("Host".into(), host), ("Content-Type".into(), content_type.as_bytes().to_vec())]);
        headers.extend([("X-TC-Timestamp".into(), timestamp), ("X-TC-Action".into(), b"A".to_vec()), ("X-TC-Version".into(), b"V".to_vec())]);
        headers.extend(authorization.map(|value| ("Authorization".into(), value)));
        Sent { method, path: "/".into(), query, headers, body }.seen(serve);
    }

    #[test]
    fn arbitrary_authorization_over_a_sound_request_never_panics(authorization in pieces(), query in pieces()) {
        let query = String::from_utf8_lossy(&query).into_owned();
        let sent = Sent::from(tc3_query(&call(), &credentials(), query));
        sent.seen(serve);
        sent.set("Authorization", authorization).seen(serve);
    }

    #[test]
    fn rule_2_whatever_body_and_host_our_client_signs_our_server_accepts(body in any::<Vec<u8>>(), host in "[a-zA-Z0-9.-]{1,20}(:[0-9]{1,5})?", now in 0_i64..4_102_444_800) {
        let call = mien_wire::client::Call { host: &host, timestamp_s: now, ..call() };
        let sent = Sent::from(tc3_json(&call, &credentials(), body));
        let served = sent.serve(&Ring::default(), now, &Policy::default());
        prop_assert!(served.is_ok(), "{served:?}");
    }
}
