//! TC3-HMAC-SHA256: BEHAVIOUR 2.

use mien_wire::client::{Call, tc3_json, tc3_query};
use mien_wire::{Code, Language, Policy, Refusal, Secret, tc3};

use crate::server::{ACCOUNT, NOW_S, Ring, SECRET, SECRET_ID, Sent, call, check, credentials};

const BODY: &[u8] = br#"{"Limit":10}"#;

fn sent() -> Sent {
    tc3_json(&call(), &credentials(), BODY.to_vec()).into()
}

fn served(sent: &Sent) -> Result<(), Refusal> {
    sent.serve(&Ring::default(), NOW_S, &Policy::default()).map(|_| ())
}

fn code(sent: &Sent) -> Result<(), Code> {
    served(sent).map_err(|refusal| refusal.code())
}

/// A request signed over exactly these texts, whatever is sent.
struct Forged<'a> {
    method: &'a str,
    query: &'a str,
    headers: &'a [(&'a str, &'a str)],
    payload: &'a [u8],
    service: &'a str,
}

impl Default for Forged<'_> {
    fn default() -> Self {
        let headers = &[
            ("content-type", "application/json"),
            ("host", "iai.tencentcloudapi.com"),
        ];
        Forged {
            method: "POST",
            query: "",
            headers,
            payload: BODY,
            service: "iai",
        }
    }
}

impl Forged<'_> {
    fn over(&self, sent: Sent) -> Sent {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let canonical = tc3::canonical_request(self.method, self.query, &headers, &tc3::sha256_hex(self.payload));
        let date = tc3::date(NOW_S).expect("a date");
        let text = tc3::string_to_sign(&NOW_S.to_string(), &date, self.service, &canonical);
        let signature = tc3::signature(&Secret::new(SECRET), &date, self.service, &text);
        let names = self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        sent.set(
            "Authorization",
            format!(
                "TC3-HMAC-SHA256 Credential={SECRET_ID}/{date}/{}/tc3_request, SignedHeaders={names}, Signature={signature}",
                self.service
            ),
        )
    }
}

#[test]
fn rule_2_1_shape_of_the_authorization_header() {
    let refused = Err(Code::AuthFailureInvalidAuthorization);
    type Alter = fn(&str) -> String;
    type Row = ((&'static str, Alter), Result<(), Code>);
    let rows: Vec<Row> = vec![
        (("no space after commas", |text| text.replace(", ", ",")), Ok(())),
        (
            ("more spaces", |text| {
                text.replace(", ", " ,\t ").replace("256 ", "256   ")
            }),
            Ok(()),
        ),
        (
            ("another order", |text| {
                let (start, rest) = text.split_once(' ').expect("algorithm");
                let fields: Vec<&str> = rest.split(", ").collect();
                format!("{start} {}, {}, {}", fields[2], fields[0], fields[1])
            }),
            Ok(()),
        ),
        (("empty", |_| String::new()), refused),
        (("algorithm only", |_| "TC3-HMAC-SHA256".into()), refused),
        (("other algorithm", |text| text.replace("TC3-", "TC4-")), refused),
        (
            ("algorithm in lower case", |text| {
                text.replace("TC3-HMAC-SHA256", "tc3-hmac-sha256")
            }),
            refused,
        ),
        (
            ("algorithm glued", |text| text.replace("SHA256 Cred", "SHA256Cred")),
            refused,
        ),
        (
            ("no credential", |text| text.replace("Credential=", "Credentials=")),
            refused,
        ),
        (
            ("no signed headers", |text| {
                text.replace("SignedHeaders=content-type;host, ", "")
            }),
            refused,
        ),
        (
            ("no signature", |text| {
                text.split(", Signature").next().unwrap_or_default().into()
            }),
            refused,
        ),
        (
            ("a field twice", |text| format!("{text}, Signature={}", "0".repeat(64))),
            refused,
        ),
        (("an unknown field", |text| format!("{text}, Extra=1")), refused),
        (("a trailing comma", |text| format!("{text},")), refused),
        (("scope of three parts", |text| text.replace("/iai/", "/")), refused),
        (
            ("scope of five parts", |text| text.replace("/iai/", "/iai/iai/")),
            refused,
        ),
        (
            ("date of another form", |text| text.replace("2023-11-14", "20231114")),
            refused,
        ),
        (
            ("date of another length", |text| text.replace("2023-11-14", "2023-11-1")),
            refused,
        ),
        (("service empty", |text| text.replace("/iai/", "//")), refused),
        (("terminator empty", |text| text.replace("/tc3_request", "/")), refused),
        (
            ("signature in upper case", |text| {
                let (start, signature) = text.rsplit_once('=').expect("signature");
                format!("{start}={}", signature.to_uppercase())
            }),
            refused,
        ),
        (("signature too short", |text| text[..text.len() - 1].into()), refused),
        (("signature too long", |text| format!("{text}0")), refused),
        (
            ("signature not hexadecimal", |text| {
                format!("{}g", &text[..text.len() - 1])
            }),
            refused,
        ),
        (
            ("other signature", |text| {
                let (start, _) = text.rsplit_once('=').expect("signature");
                format!("{start}={}", "0".repeat(64))
            }),
            Err(Code::AuthFailureSignatureFailure),
        ),
        (
            ("other terminator", |text| text.replace("tc3_request", "tc4_request")),
            Err(Code::AuthFailureSignatureFailure),
        ),
        (
            ("other date", |text| text.replace("2023-11-14", "2023-99-99")),
            Err(Code::AuthFailureSignatureFailure),
        ),
    ];
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|((what, alter), expected)| {
            let got = code(&sent().authorization(alter));
            (got != expected).then(|| format!("{what}: expected {expected:?}, got {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(code(&sent().set("Authorization", b"TC3-HMAC-SHA256 \xff")), refused);
}

#[test]
fn rule_2_2_each_canonical_header_ends_its_line_and_an_empty_line_follows() {
    let canonical = tc3::canonical_request("POST", "", &[("a", b"1"), ("b", b"2")], "hash");
    assert_eq!(
        String::from_utf8(canonical).expect("text"),
        "POST\n/\n\na:1\nb:2\n\na;b\nhash"
    );
}

#[test]
fn rule_2_3_the_query_is_signed_as_sent_or_sorted_and_escaped_anew() {
    let sent = |query: &str| Sent::from(tc3_query(&call(), &credentials(), query.into()));
    let as_sent = [
        "Url=a+b*~&Limit=1",
        "b=1&a=2",
        "a=%2a",
        "a",
        "&&a=1&",
        "%%%=%",
        "a=\u{4e2d}",
    ];
    check(as_sent.map(|query| (query, Ok(()))), |query| code(&sent(query)));

    let headers = &[
        ("content-type", "application/x-www-form-urlencoded"),
        ("host", "iai.tencentcloudapi.com"),
    ];
    let sorted = Forged {
        method: "GET",
        query: "Limit=1&Url=a%20b%2A~%E4%B8%AD",
        headers,
        payload: b"",
        ..Forged::default()
    };
    check(
        [
            ("Url=a+b*~%e4%b8%ad&Limit=1", Ok(())),
            ("Limit=1&Url=a%20b%2A%7E\u{4e2d}", Ok(())),
            ("Limit=2&Url=a+b*~%e4%b8%ad", Err(Code::AuthFailureSignatureFailure)),
        ],
        |query| code(&sorted.over(sent(query))),
    );
}

#[test]
fn rule_2_3_the_query_of_a_post_is_not_signed_and_not_read() {
    let sent = Sent {
        query: "Limit=1000&Signature=x".into(),
        ..sent()
    };
    assert_eq!(code(&sent), Ok(()));
    let limit = sent.opened(|opened| mien_wire::Params::decode(opened).expect("decodes").uint64("Limit"));
    assert_eq!(limit, Ok(Ok(Some(10))));
}

#[test]
fn rule_2_4_header_values_are_trimmed_and_signed_verbatim_or_in_lower_case() {
    let wire = "application/json; charset=UTF-8";
    let forge = |signed: &'static str| {
        let headers: &'static [(&str, &str)] = match signed {
            "verbatim" => &[
                ("content-type", "application/json; charset=UTF-8"),
                ("host", "iai.tencentcloudapi.com"),
            ],
            "lower" => &[
                ("content-type", "application/json; charset=utf-8"),
                ("host", "iai.tencentcloudapi.com"),
            ],
            _ => &[
                ("content-type", "APPLICATION/JSON; CHARSET=UTF-8"),
                ("host", "iai.tencentcloudapi.com"),
            ],
        };
        Forged {
            headers,
            ..Forged::default()
        }
        .over(sent().set("Content-Type", format!("  {wire}\t ")))
    };
    check(
        [
            ("verbatim", Ok(())),
            ("lower", Ok(())),
            ("upper", Err(Code::AuthFailureSignatureFailure)),
        ],
        |signed| code(&forge(signed)),
    );
}

#[test]
fn rule_2_5_content_type_and_host_must_be_signed_and_others_may_be() {
    let refused = Err(Code::AuthFailureInvalidAuthorization);
    let rows = [
        ("content-type;host", Ok(())),
        ("Content-Type;HOST", Ok(())),
        ("content-type", refused),
        ("host", refused),
        ("", refused),
        ("content-type;host;", refused),
        ("content-type;host;x-tc-absent", refused),
        ("content-type;host;host", refused),
        ("content-type,host", refused),
        ("host;content-type", Err(Code::AuthFailureSignatureFailure)),
    ];
    check(rows, |names| {
        code(&sent().authorization(|text| text.replace("content-type;host", names)))
    });
    let extra = Forged {
        headers: &[
            ("content-type", "application/json"),
            ("host", "iai.tencentcloudapi.com"),
            ("x-tc-action", "getgrouplist"),
            ("x-tc-version", "2020-03-03"),
        ],
        ..Forged::default()
    };
    assert_eq!(code(&extra.over(sent())), Ok(()));
    assert_eq!(
        code(&extra.over(sent()).set("X-TC-Action", "DeleteGroup")),
        Err(Code::AuthFailureSignatureFailure)
    );
    assert_eq!(code(&sent().without("Content-Type")), refused);
    assert_eq!(code(&sent().without("Host")), refused);
    // Far more headers than any client signs.
    let many: Vec<String> = (0..40).map(|number| format!("x-{number}")).collect();
    let crowded = many.iter().fold(sent(), |sent, name| sent.set(name, "1"));
    let names = format!("content-type;host;{}", many.join(";"));
    assert_eq!(
        code(&crowded.authorization(|text| text.replace("content-type;host", &names))),
        refused
    );
}

#[test]
fn rule_2_6_host_with_and_without_port() {
    let forge = |signed: &str, wire: &str| {
        let headers = [("content-type", "application/json"), ("host", signed)];
        Forged {
            headers: &headers,
            ..Forged::default()
        }
        .over(sent().set("Host", wire))
    };
    let failed = Err(Code::AuthFailureSignatureFailure);
    let rows = [
        (("mien.local:8080", "mien.local:8080"), Ok(())),
        (("mien.local", "mien.local:8080"), Ok(())),
        (("mien.local", "Mien.Local:8080"), Ok(())),
        (("[::1]", "[::1]:8080"), Ok(())),
        (("[::1]", "[::1]"), Ok(())),
        (("mien.local:8080", "mien.local"), failed),
        (("mien.local", "mien.local:"), failed),
        (("mien.local", "mien.local:80a"), failed),
        (("mien.local", "other.local:8080"), failed),
        (("[:", "[::1]"), failed),
    ];
    check(rows, |(signed, wire)| code(&forge(signed, wire)));
}

#[test]
fn rule_2_7_hash_of_the_payload() {
    // The body of a GET is not signed, nor read.
    let get = Sent::from(tc3_query(&call(), &credentials(), "Limit=1".into())).body("ignored");
    assert_eq!(code(&get), Ok(()));
    let unsigned = Call {
        unsigned_payload: true,
        ..call()
    };
    let sent = Sent::from(tc3_json(&unsigned, &credentials(), BODY.to_vec()));
    assert_eq!(code(&sent.clone().body("{}")), Ok(()));
    assert_eq!(
        code(&sent.clone().without("X-TC-Content-SHA256")),
        Err(Code::AuthFailureSignatureFailure)
    );
    assert_eq!(
        code(&sent.set("X-TC-Content-SHA256", "unsigned-payload")),
        Err(Code::AuthFailureSignatureFailure)
    );
    // A signed body stays signed when somebody adds the header.
    let signed = Sent::from(tc3_json(&call(), &credentials(), BODY.to_vec()));
    let stripped = signed.clone().set("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD");
    assert_eq!(code(&stripped), Err(Code::AuthFailureSignatureFailure));
    assert_eq!(code(&signed.set("X-TC-Content-SHA256", tc3::sha256_hex(BODY))), Ok(()));
}

#[test]
fn rule_2_8_the_timestamp_is_signed_as_it_was_sent() {
    assert_eq!(
        code(&sent().set("X-TC-Timestamp", "01700000000")),
        Err(Code::AuthFailureSignatureFailure)
    );
    assert_eq!(
        code(&sent().set("X-TC-Timestamp", "1700000001")),
        Err(Code::AuthFailureSignatureFailure)
    );
}

#[test]
fn rule_2_9_the_date_is_the_utc_date_of_the_timestamp() {
    check(
        [
            (0, Some("1970-01-01")),
            (1_709_251_199, Some("2024-02-29")),
            (1_709_251_200, Some("2024-03-01")),
            (-1, Some("1969-12-31")),
            (253_402_300_799, Some("9999-12-31")),
            (253_402_300_800, None),
            (i64::MIN, None),
            (i64::MAX, None),
        ],
        |timestamp| {
            tc3::date(*timestamp)
                .as_deref()
                .map(|date| Box::leak(date.to_owned().into_boxed_str()) as &str)
        },
    );
    let refusal =
        served(&sent().authorization(|text| text.replace("2023-11-14", "2023-11-13"))).expect_err("wrong day");
    assert_eq!(refusal.code(), Code::AuthFailureSignatureFailure);
    assert!(refusal.message(Language::English).contains("UTC date"), "{refusal}");
}

#[test]
fn rule_2_10_the_service_of_the_scope_signs_and_must_be_iai_on_iai_hosts() {
    let failed = Err(Code::AuthFailureSignatureFailure);
    let rows = [
        (("iai", "iai.tencentcloudapi.com", false), Ok(())),
        (("cvm", "iai.tencentcloudapi.com", false), failed),
        (("cvm", "IAI.ap-shanghai.tencentcloudapi.com", false), failed),
        (("127", "127.0.0.1:8080", false), Ok(())),
        (("localhost:8080", "localhost:8080", false), Ok(())),
        (("iai", "localhost:8080", true), Ok(())),
        (("localhost:8080", "localhost:8080", true), failed),
    ];
    check(rows, |(service, host, strict_service)| {
        let headers = [("content-type", "application/json"), ("host", *host)];
        let sent = Forged {
            headers: &headers,
            service,
            ..Forged::default()
        }
        .over(sent().set("Host", host));
        let policy = Policy {
            strict_service: *strict_service,
            ..Policy::default()
        };
        sent.serve(&Ring::default(), NOW_S, &policy)
            .map(|_| ())
            .map_err(|refusal| refusal.code())
    });
    // The key of one service does not sign for another.
    let sent = sent()
        .set("Host", "localhost")
        .authorization(|text| text.replace("/iai/", "/cvm/"));
    assert_eq!(code(&sent), failed);
}

#[test]
fn rule_2_11_the_clock() {
    let expired = Err(Code::AuthFailureSignatureExpire);
    let rows = [
        (NOW_S, Ok(())),
        (NOW_S + 300, Ok(())),
        (NOW_S - 300, Ok(())),
        (NOW_S + 301, expired),
        (NOW_S - 301, expired),
        (i64::MAX, expired),
        (i64::MIN, expired),
    ];
    check(rows, |now_s| {
        sent()
            .serve(&Ring::default(), *now_s, &Policy::default())
            .map(|_| ())
            .map_err(|refusal| refusal.code())
    });
    let narrow = Policy {
        clock_skew_s: 10,
        ..Policy::default()
    };
    let served = sent()
        .serve(&Ring::default(), NOW_S + 11, &narrow)
        .map_err(|refusal| refusal.code());
    assert_eq!(served.err(), Some(Code::AuthFailureSignatureExpire));
    let invalid = [
        "abc",
        "1.7e9",
        "1700000000.0",
        "+1700000000",
        "0x10",
        "99999999999999999999",
        "-",
        "1 700",
    ];
    check(invalid.map(|text| (text, Err(Code::InvalidParameter))), |text| {
        code(&sent().set("X-TC-Timestamp", text))
    });
    check(["-5", "9223372036854775807", "0"].map(|text| (text, expired)), |text| {
        code(&sent().set("X-TC-Timestamp", text))
    });
}

#[test]
fn rule_2_12_the_token_header_is_not_signed() {
    let sent = sent().set("X-TC-Token", "added later");
    assert_eq!(code(&sent), Ok(()));
    let caller = sent.serve(&Ring::with_token(Some("added later")), NOW_S, &Policy::default());
    assert_eq!(caller.map(|caller| caller.account()), Ok(ACCOUNT));
}

#[test]
fn rule_2_13_skip_passes_only_as_configured_anonymous_access() {
    let sent = sent().set("Authorization", "SKIP");
    assert_eq!(code(&sent), Err(Code::AuthFailureInvalidAuthorization));
    assert_eq!(sent.opened(|opened| opened.secret_id().map(str::to_owned)), Ok(None));
    let policy = Policy {
        anonymous: Some(3),
        ..Policy::default()
    };
    let caller = sent
        .serve(&Ring::default(), NOW_S, &policy)
        .expect("anonymous access is on");
    assert_eq!((caller.account(), caller.secret_id()), (3, None));
    check(
        ["skip", "SKIP x"].map(|text| (text, Err(Code::AuthFailureInvalidAuthorization))),
        |text| code(&sent.clone().set("Authorization", text)),
    );
}

#[test]
fn rule_2_14_a_mismatch_tells_what_was_signed_but_neither_key_nor_signature() {
    let refusal = served(&sent().body("{}")).expect_err("altered");
    let mismatch = refusal.mismatch().expect("a mismatch");
    let canonical = mismatch.canonical_request.as_deref().expect("TC3 has one");
    let expected = tc3::canonical_request(
        "POST",
        "",
        &[
            ("content-type", b"application/json"),
            ("host", b"iai.tencentcloudapi.com"),
        ],
        &tc3::sha256_hex(b"{}"),
    );
    assert_eq!(canonical.as_bytes(), expected);
    let text = tc3::string_to_sign(&NOW_S.to_string(), "2023-11-14", "iai", &expected);
    assert_eq!(mismatch.string_to_sign, text);
    let right = tc3::signature(&Secret::new(SECRET), "2023-11-14", "iai", &text);
    let told = format!("{refusal:?} {refusal}");
    assert!(!told.contains(SECRET) && !told.contains(&right), "{told}");
    // It is for the log: the answer has the general message.
    assert_eq!(
        refusal.message(Language::English),
        Code::AuthFailureSignatureFailure.message(Language::English)
    );

    let headers = [
        ("content-type", "application/json"),
        ("host", "iai.tencentcloudapi.com"),
        ("x-tc-token", "TEMP"),
    ];
    let signed = Forged {
        headers: &headers,
        ..Forged::default()
    }
    .over(sent().set("X-TC-Token", "TEMP"));
    assert_eq!(code(&signed), Ok(()));
    let refusal = served(&signed.body("{}")).expect_err("altered");
    assert!(!format!("{refusal:?}").contains("TEMP"), "{refusal:?}");
}

#[test]
fn rule_2_14_at_most_eight_forms_are_tried_and_none_twice() {
    let tried = |sent: &Sent| {
        let refusal = served(&sent.clone().authorization(wrong)).expect_err("wrong signature");
        refusal.mismatch().map(|mismatch| mismatch.forms_tried)
    };
    let get = |query: &str, host: &str| {
        let call = Call {
            host,
            service: "x",
            ..call()
        };
        Sent::from(tc3_query(&call, &credentials(), query.into()))
    };
    let rows = [
        (sent(), Some(1)),
        (sent().set("Host", "Local:1"), Some(4)),
        (
            sent().set("Content-Type", "Application/Json").set("Host", "local"),
            Some(2),
        ),
        (get("a=1", "local"), Some(1)),
        (get("b=2&a=1", "local"), Some(2)),
        (get("b=2&a=1", "local:1"), Some(4)),
        (get("b=2&a=1", "Local:1"), Some(8)),
    ];
    check(rows, tried);
}

/// The same header with another signature.
fn wrong(authorization: &str) -> String {
    let (start, _) = authorization.rsplit_once('=').expect("signature");
    format!("{start}={}", "0".repeat(64))
}
