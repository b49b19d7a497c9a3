//! Transport and routing: BEHAVIOUR 1.

use mien_wire::client::{V1, tc3_json, tc3_query, v1_form, v1_query};
use mien_wire::v1::Digest;
use mien_wire::{Code, Language, Limits, Scheme, open};

use crate::server::{Sent, call, check, credentials};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn json() -> Sent {
    tc3_json(&call(), &credentials(), b"{}".to_vec()).into()
}

fn get() -> Sent {
    tc3_query(&call(), &credentials(), "Limit=1".into()).into()
}

fn form() -> Sent {
    v1_form(
        &call(),
        &credentials(),
        V1 {
            nonce: 1,
            digest: Digest::Sha1,
        },
        &[("Limit".into(), "1".into())],
    )
    .into()
}

fn code(sent: &Sent) -> Result<(), Code> {
    sent.opened(|_| ()).map_err(|refusal| refusal.code())
}

#[test]
fn rule_1_1_one_path_and_any_host() {
    check(
        [
            ("/", Ok(())),
            ("", Ok(())),
            ("/iai", Err(Code::InvalidRequest)),
            ("//", Err(Code::InvalidRequest)),
        ],
        |path| {
            code(&Sent {
                path: (*path).into(),
                ..json()
            })
        },
    );
    for host in [
        "face.internal",
        "127.0.0.1:8080",
        "[::1]:8080",
        "iai.ap-shanghai.tencentcloudapi.com",
        "LOCALHOST",
    ] {
        let call = mien_wire::client::Call { host, ..call() };
        assert_eq!(
            Sent::from(tc3_json(&call, &credentials(), b"{}".to_vec())).outcome(),
            Ok(()),
            "{host}"
        );
    }
}

#[test]
fn rule_1_2_only_get_and_post() {
    check(
        ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "get", "Post", "", "GET "]
            .map(|method| (method, Err(Code::UnsupportedProtocol))),
        |method| {
            code(&Sent {
                method: (*method).into(),
                ..json()
            })
        },
    );
    assert_eq!((code(&json()), code(&get())), (Ok(()), Ok(())));
}

#[test]
fn rule_1_3_and_rule_1_4_content_types_by_scheme() {
    let multipart = "multipart/form-data; boundary=x";
    let rows = [
        (("tc3", JSON), Ok(())),
        (("tc3", multipart), Ok(())),
        (("tc3", "multipart/form-data"), Err(Code::InvalidRequest)),
        (("tc3", "multipart/form-data; boundary="), Err(Code::InvalidRequest)),
        (("tc3", "multipart/form-data; boundary=\"x"), Err(Code::InvalidRequest)),
        (("tc3", FORM), Err(Code::InvalidParameter)),
        (("tc3", "text/plain"), Err(Code::InvalidParameter)),
        (("tc3", "application/jsonx"), Err(Code::InvalidParameter)),
        (("v1", FORM), Ok(())),
        (("v1", JSON), Err(Code::InvalidParameter)),
        (("v1", multipart), Err(Code::InvalidParameter)),
        (("v1", "text/plain"), Err(Code::InvalidParameter)),
        (("get", FORM), Ok(())),
        (("get", JSON), Ok(())),
    ];
    check(rows, |(kind, content_type)| {
        let base = match *kind {
            "tc3" => json(),
            "v1" => form(),
            _ => get(),
        };
        code(&base.set("Content-Type", content_type))
    });
}

#[test]
fn rule_1_4_only_the_media_type_counts_in_any_case() {
    check(
        [
            ("application/json; charset=utf-8", Ok(())),
            ("application/json;charset=UTF-8", Ok(())),
            ("Application/JSON", Ok(())),
            (" application/json ; x=y", Ok(())),
            ("MULTIPART/Form-Data; charset=utf-8; Boundary=\"a b\"", Ok(())),
        ],
        |content_type| code(&json().set("Content-Type", content_type)),
    );
    let content_type = "Application/X-WWW-Form-Urlencoded; charset=utf-8";
    assert_eq!(code(&form().set("Content-Type", content_type)), Ok(()));
}

#[test]
fn rule_1_4_v1_with_json_is_an_invalid_parameter() {
    let body = br#"{"Action":"GetGroupList","SecretId":"x","Signature":"y","Nonce":1}"#;
    let sent = Sent::plain("POST", "", &[("Content-Type", JSON)], body);
    assert_eq!(code(&sent), Err(Code::InvalidParameter));
    let sent = Sent::plain("POST", "Signature=y", &[("Content-Type", JSON)], b"{}");
    assert_eq!(code(&sent), Err(Code::InvalidParameter));
}

#[test]
fn rule_1_5_sizes() {
    let limits = Limits::default();
    let rows = [
        (("get", 32 << 10), Ok(())),
        (("get", (32 << 10) + 1), Err(Code::RequestSizeLimitExceeded)),
        (("v1", 1 << 20), Ok(())),
        (("v1", (1 << 20) + 1), Err(Code::RequestSizeLimitExceeded)),
        (("tc3", (10 << 20) + (64 << 10)), Ok(())),
        (
            ("tc3", (10 << 20) + (64 << 10) + 1),
            Err(Code::RequestSizeLimitExceeded),
        ),
        (("get body", (32 << 10) + 1), Err(Code::RequestSizeLimitExceeded)),
        (("post query", (32 << 10) + 1), Err(Code::RequestSizeLimitExceeded)),
    ];
    check(rows, |(kind, bytes)| {
        let long = "a".repeat(*bytes);
        code(&match *kind {
            "get" => Sent { query: long, ..get() },
            "get body" => get().body(long),
            "post query" => Sent { query: long, ..json() },
            "v1" => {
                let mut body = form().body;
                body.extend_from_slice(b"&Image=");
                body.resize(*bytes, b'a');
                form().body(body)
            }
            _ => json().body(long),
        })
    });
    // What a server may read before it knows more.
    let room = |sent: &Sent| sent.seen(|request| limits.body_bytes(request));
    assert_eq!(
        [room(&get()), room(&form()), room(&json())],
        [32 << 10, 1 << 20, (10 << 20) + (64 << 10)]
    );
    let refusal = json().seen(|request| limits.body_too_large(request));
    assert_eq!(refusal.code(), Code::RequestSizeLimitExceeded);
    // Two images of 5 MiB in Base64 fit into one CompareFace.
    let body = format!(r#"{{"ImageA":"{0}","ImageB":"{0}"}}"#, "A".repeat(5 << 20));
    assert_eq!(
        Sent::from(tc3_json(&call(), &credentials(), body.into_bytes())).outcome(),
        Ok(())
    );
}

#[test]
fn rule_1_6_invalid_utf8_in_a_parameter_is_an_invalid_parameter() {
    let bodies: [&[u8]; 4] = [
        b"{\"GroupId\":\"\xff\"}",
        b"{\"\xff\":1}",
        b"\xff",
        b"{\"GroupId\":\"\xed\xa0\x80\"}",
    ];
    check(bodies.map(|body| (body, Err(Code::InvalidParameter))), |body| {
        Sent::from(tc3_json(&call(), &credentials(), body.to_vec())).outcome()
    });
    check(
        ["GroupId=%FF", "%FF=1", "GroupIds.0=%C3%28"].map(|query| (query, Err(Code::InvalidParameter))),
        |query| Sent::from(tc3_query(&call(), &credentials(), (*query).into())).outcome(),
    );
    // In common parameters too.
    let sent = json().set("X-TC-Action", b"\xff");
    assert_eq!(code(&sent), Err(Code::InvalidParameter));
}

#[test]
fn rule_1_7_the_scheme_is_chosen_by_what_is_there() {
    assert_eq!(json().opened(|opened| opened.scheme()), Ok(Scheme::Tc3));
    assert_eq!(get().opened(|opened| opened.scheme()), Ok(Scheme::Tc3));
    assert_eq!(form().opened(|opened| opened.scheme()), Ok(Scheme::V1));
    // An Authorization header wins over v1 parameters, whatever it holds.
    let both = Sent {
        query: "Signature=x&SecretId=y&Nonce=1".into(),
        ..get()
    };
    assert_eq!(both.opened(|opened| opened.scheme()), Ok(Scheme::Tc3));
    assert_eq!(
        code(&form().set("Authorization", "Basic eA==")),
        Err(Code::InvalidParameter)
    );
    // Any one of the three makes it v1, which then lacks the others.
    check(
        ["Signature=x", "SecretId=x", "Nonce=1"].map(|query| (query, Err(Code::MissingParameter))),
        |query| {
            code(&Sent::plain(
                "GET",
                &format!("Timestamp=1&Action=a&Version=v&{query}"),
                &[],
                b"",
            ))
        },
    );
    // None of them: nothing is signed.
    assert_eq!(
        code(&Sent::plain("GET", "Timestamp=1&Action=a&Version=v", &[], b"")),
        Err(Code::MissingParameter)
    );
    assert_eq!(code(&json().without("Authorization")), Err(Code::MissingParameter));
}

#[test]
fn rule_1_8_common_parameters_stand_in_headers_for_tc3_and_in_parameters_for_v1() {
    let sent = Sent::from(tc3_query(
        &call(),
        &credentials(),
        "Action=DeleteGroup&Version=1&Timestamp=x&Limit=2".into(),
    ));
    assert_eq!(sent.outcome(), Ok(()));
    let seen = sent.opened(|opened| {
        let params = mien_wire::Params::decode(opened).expect("decodes");
        let names: Vec<String> = params.names().map(str::to_owned).collect();
        (
            opened.action().to_owned(),
            opened.version().to_owned(),
            opened.timestamp_s(),
            names,
        )
    });
    // The copies in the query are neither used nor passed on.
    assert_eq!(
        seen,
        Ok((
            "GetGroupList".into(),
            "2020-03-03".into(),
            1_700_000_000,
            vec!["Limit".into()]
        ))
    );

    let sent = form().set("X-TC-Action", "DeleteGroup").set("X-TC-Timestamp", "x");
    assert_eq!(
        sent.opened(|opened| opened.action().to_owned()),
        Ok("GetGroupList".into())
    );
    assert_eq!(
        code(&json().without("X-TC-Action").set("Action", "GetGroupList")),
        Err(Code::MissingParameter)
    );
}

#[test]
fn rule_1_8_a_header_given_twice_with_two_values_has_no_meaning() {
    check(
        [
            (("X-TC-Action", "DeleteGroup"), Err(Code::InvalidParameter)),
            (("X-TC-Version", "2018-03-01"), Err(Code::InvalidParameter)),
            (("X-TC-Timestamp", "1700000001"), Err(Code::InvalidParameter)),
            (("X-TC-Action", "GetGroupList"), Ok(())),
            (("Authorization", "SKIP"), Err(Code::AuthFailureInvalidAuthorization)),
            (("Host", "other"), Err(Code::AuthFailureInvalidAuthorization)),
            (
                ("Content-Type", "text/plain"),
                Err(Code::AuthFailureInvalidAuthorization),
            ),
        ],
        |(name, value)| code(&json().and(name, value)),
    );
    let twice = String::from_utf8(form().body).expect("text") + "&Action=DeleteGroup";
    assert_eq!(code(&form().body(twice)), Err(Code::InvalidParameter));
}

#[test]
fn rule_1_9_action_and_version_are_handed_on_as_sent() {
    for (action, version) in [("getGroupList", "2020-03-03"), ("Nonsense", "1999-01-01")] {
        let call = mien_wire::client::Call {
            action,
            version,
            ..call()
        };
        let sent = Sent::from(tc3_json(&call, &credentials(), b"{}".to_vec()));
        let seen = sent.opened(|opened| (opened.action().to_owned(), opened.version().to_owned()));
        assert_eq!(seen, Ok((action.to_owned(), version.to_owned())));
    }
}

#[test]
fn rule_1_10_region_is_ignored_also_when_empty() {
    for region in ["", "ap-guangzhou", "nowhere", "\u{7f}"] {
        assert_eq!(json().set("X-TC-Region", region).outcome(), Ok(()), "{region:?}");
        let call = mien_wire::client::Call {
            region: Some(region),
            ..call()
        };
        let scheme = V1 {
            nonce: 1,
            digest: Digest::Sha1,
        };
        assert_eq!(
            Sent::from(v1_query(&call, &credentials(), scheme, &[])).outcome(),
            Ok(()),
            "{region:?}"
        );
    }
}

#[test]
fn rule_1_11_language_of_messages() {
    let tc3 = |tag: &str| json().set("X-TC-Language", tag);
    let v1 = |tag: &str| {
        let call = mien_wire::client::Call {
            language: Some(tag),
            ..call()
        };
        Sent::from(v1_form(
            &call,
            &credentials(),
            V1 {
                nonce: 1,
                digest: Digest::Sha1,
            },
            &[],
        ))
    };
    let rows = [
        ("zh-CN", Language::Chinese),
        ("zh-cn", Language::Chinese),
        ("en-US", Language::English),
        ("fr-FR", Language::English),
        ("", Language::English),
    ];
    for make in [&tc3 as &dyn Fn(&str) -> Sent, &v1] {
        for (tag, expected) in rows {
            assert_eq!(make(tag).opened(|opened| opened.language()), Ok(expected), "{tag}");
            // Also of requests that are refused before they are opened.
            let refused = Sent {
                method: "PUT".into(),
                ..make(tag)
            };
            assert_eq!(refused.seen(Language::asked), expected, "{tag}");
        }
    }
    assert_eq!(json().opened(|opened| opened.language()), Ok(Language::English));
    let query = Sent::plain("GET", "Language=zh-CN", &[], b"");
    assert_eq!(query.seen(Language::asked), Language::Chinese);
}

#[test]
fn rule_1_12_client_and_trace_headers_are_ignored() {
    let sent = json()
        .set("X-TC-RequestClient", "SDK_NODEJS_4.0")
        .set("X-TC-TraceId", b"\xff\x00");
    assert_eq!(sent.outcome(), Ok(()));
    let with_client = [("RequestClient".to_owned(), "SDK_PYTHON_3.1".to_owned())];
    let sent = Sent::from(v1_form(
        &call(),
        &credentials(),
        V1 {
            nonce: 1,
            digest: Digest::Sha1,
        },
        &with_client,
    ));
    let names = sent.opened(|opened| mien_wire::Params::decode(opened).expect("decodes").names().count());
    assert_eq!((sent.outcome(), names), (Ok(()), Ok(0)));
}

#[test]
fn rule_1_7_a_bare_request_is_refused_without_a_look_at_its_body() {
    let limits = Limits::default();
    let sent = Sent::plain("POST", "", &[], b"");
    assert_eq!(
        sent.seen(|request| open(request, &limits).map(|_| ()))
            .map_err(|refusal| refusal.code()),
        Err(Code::MissingParameter)
    );
}
