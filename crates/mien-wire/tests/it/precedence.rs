//! Which fault is reported first: BEHAVIOUR 4.

use mien_wire::client::{V1, tc3_json, v1_form};
use mien_wire::v1::Digest;
use mien_wire::{Code, Key, KeyRing, Language, Params, Policy, Refusal, Secret, verify};

use crate::server::{NOW_S, Ring, SECRET_ID, Sent, call, check, credentials};

/// Serves with the ring and clock of the negative cases and decodes.
fn outcome(sent: &Sent, ring: &Ring, now_s: i64) -> Result<(), Code> {
    let served = sent.opened(|opened| {
        verify(opened, ring, now_s, &Policy::default())?;
        Params::decode(opened).map(|_| ())
    });
    served.and_then(|inner| inner).map_err(|refusal| refusal.code())
}

#[test]
fn rule_4_order_of_a_tc3_request_with_every_fault_mended_one_after_the_other() {
    let good: Sent = tc3_json(&call(), &credentials(), b"not json".to_vec()).into();
    let ring = Ring::with_token(Some("token"));
    let mut sent = Sent {
        method: "PUT".into(),
        ..good.clone()
    }
    .body(vec![b' '; 11 << 20])
    .set("Content-Type", "text/plain")
    .set("X-TC-Timestamp", "")
    .set("X-TC-Action", "")
    .set("X-TC-Version", "")
    .set("Authorization", "nonsense");
    let mut steps = Vec::new();
    let mut expect = |sent: &Sent, now_s: i64, code: Result<(), Code>, step: &str| {
        let got = outcome(sent, &ring, now_s);
        if got != code {
            steps.push(format!("{step}: expected {code:?}, got {got:?}"));
        }
    };
    let late = NOW_S + 301;
    expect(&sent, late, Err(Code::UnsupportedProtocol), "method");
    sent.method = "POST".into();
    expect(&sent, late, Err(Code::RequestSizeLimitExceeded), "size");
    sent = sent.body("not json");
    expect(&sent, late, Err(Code::InvalidParameter), "content type");
    sent = sent.set("Content-Type", "application/json");
    expect(&sent, late, Err(Code::MissingParameter), "timestamp absent");
    sent = sent.set("X-TC-Timestamp", "soon");
    expect(&sent, late, Err(Code::InvalidParameter), "timestamp not an integer");
    sent = sent.set("X-TC-Timestamp", NOW_S.to_string());
    expect(&sent, late, Err(Code::MissingParameter), "action absent");
    sent = sent.set("X-TC-Action", "GetGroupList");
    expect(&sent, late, Err(Code::MissingParameter), "version absent");
    sent = sent.set("X-TC-Version", "2020-03-03");
    expect(&sent, late, Err(Code::AuthFailureInvalidAuthorization), "authorization");
    let unknown = good
        .header("Authorization")
        .replace(SECRET_ID, "AKIDunknown")
        .replace("2023-11-14", "2023-11-13");
    sent = sent.set("Authorization", &unknown);
    expect(&sent, late, Err(Code::AuthFailureSignatureExpire), "clock");
    expect(&sent, NOW_S, Err(Code::AuthFailureSecretIdNotFound), "key");
    sent = sent.set("Authorization", unknown.replace("AKIDunknown", ""));
    expect(&sent, NOW_S, Err(Code::AuthFailureInvalidSecretId), "empty key id");
    sent = sent.set(
        "Authorization",
        good.header("Authorization").replace("2023-11-14", "2023-11-13"),
    );
    expect(&sent, NOW_S, Err(Code::AuthFailureTokenFailure), "token");
    sent = sent.set("X-TC-Token", "token");
    expect(&sent, NOW_S, Err(Code::AuthFailureSignatureFailure), "date");
    sent = sent.set("Authorization", good.header("Authorization"));
    sent = sent.body("not json ");
    expect(&sent, NOW_S, Err(Code::AuthFailureSignatureFailure), "body");
    sent = sent.body("not json");
    expect(&sent, NOW_S, Err(Code::InvalidParameter), "json");
    assert!(steps.is_empty(), "{}", steps.join("\n"));
}

#[test]
fn rule_4_order_of_the_common_parameters_of_v1() {
    let missing = |name| Err((Code::MissingParameter, Some(name)));
    let invalid = |name| Err((Code::InvalidParameter, Some(name)));
    let rows = [
        ("Nonce=x", missing("`Timestamp`")),
        ("Nonce=x&Timestamp=", missing("`Timestamp`")),
        ("Nonce=x&Timestamp=1.5", invalid("`Timestamp`")),
        ("Nonce=x&Timestamp=1", missing("`Action`")),
        ("Nonce=x&Timestamp=1&Action=A", missing("`Version`")),
        ("Timestamp=1&Action=A&Version=V&SecretId=x", missing("`Nonce`")),
        ("Timestamp=1&Action=A&Version=V&Nonce=x", invalid("`Nonce`")),
        ("Timestamp=1&Action=A&Version=V&Nonce=1", missing("`SecretId`")),
        (
            "Timestamp=1&Action=A&Version=V&Nonce=1&SecretId=",
            missing("`Signature`"),
        ),
        ("Timestamp=1&Action=A&Version=V&Nonce=1&SecretId=x&Signature=y", Ok(())),
        // A bare request.
        ("", missing("`Timestamp`")),
        ("Timestamp=1", missing("`Action`")),
        ("Timestamp=1&Action=A", missing("`Version`")),
        ("Timestamp=1&Action=A&Version=V", missing("`Signature`")),
    ];
    check(rows, |query| {
        Sent::plain("GET", query, &[], b"").opened(|_| ()).map_err(|refusal| {
            let message = refusal.message(Language::English);
            let named = [
                "`Timestamp`",
                "`Action`",
                "`Version`",
                "`Nonce`",
                "`SecretId`",
                "`Signature`",
            ];
            (refusal.code(), named.into_iter().find(|name| message.contains(name)))
        })
    });
}

#[test]
fn rule_4_and_rule_1_7_a_request_without_a_credential_says_what_it_lacks_first() {
    let rows = [
        (vec![], "`Timestamp`"),
        (vec![("X-TC-Timestamp", "1")], "`Action`"),
        (vec![("X-TC-Timestamp", "1"), ("X-TC-Action", "A")], "`Version`"),
        (
            vec![("X-TC-Timestamp", "1"), ("X-TC-Action", "A"), ("X-TC-Version", "V")],
            "`Authorization`",
        ),
    ];
    check(rows, |headers| {
        let refusal = Sent::plain("POST", "", headers, b"{}")
            .opened(|_| ())
            .expect_err("it is not signed");
        assert_eq!(refusal.code(), Code::MissingParameter);
        ["`Timestamp`", "`Action`", "`Version`", "`Authorization`"]
            .into_iter()
            .find(|name| refusal.message(Language::Chinese).contains(name))
            .unwrap_or_default()
    });
}

#[test]
fn rule_4_keys_unknown_disabled_or_not_of_an_api_kind() {
    let sent: Sent = tc3_json(&call(), &credentials(), b"{}".to_vec()).into();
    let mut ring = Ring::default();
    assert_eq!(outcome(&sent, &ring, NOW_S), Ok(()));
    ring.key.enabled = false;
    assert_eq!(outcome(&sent, &ring, NOW_S), Err(Code::AuthFailureSecretIdNotFound));
    let rows = [
        ("AKIDnobody", Err(Code::AuthFailureSecretIdNotFound)),
        ("", Err(Code::AuthFailureInvalidSecretId)),
        ("a b", Err(Code::AuthFailureInvalidSecretId)),
        ("密钥", Err(Code::AuthFailureInvalidSecretId)),
    ];
    check(rows, |id| {
        outcome(
            &sent.clone().authorization(|text| text.replace(SECRET_ID, id)),
            &Ring::default(),
            NOW_S,
        )
    });
    let long = "A".repeat(129);
    let sent = sent.authorization(|text| text.replace(SECRET_ID, &long));
    assert_eq!(
        outcome(&sent, &Ring::default(), NOW_S),
        Err(Code::AuthFailureInvalidSecretId)
    );
}

#[test]
fn rule_4_tokens_of_temporary_keys_in_both_schemes() {
    let with = |token: Option<&str>| mien_wire::client::Credentials {
        token: token.map(str::to_owned),
        ..credentials()
    };
    let tc3 = |token: Option<&str>| Sent::from(tc3_json(&call(), &with(token), b"{}".to_vec()));
    let v1 = |token: Option<&str>| {
        Sent::from(v1_form(
            &call(),
            &with(token),
            V1 {
                nonce: 1,
                digest: Digest::Sha256,
            },
            &[],
        ))
    };
    let rows = [
        ((Some("right"), Some("right")), Ok(())),
        ((Some("right"), Some("wrong")), Err(Code::AuthFailureTokenFailure)),
        ((Some("right"), Some("righ")), Err(Code::AuthFailureTokenFailure)),
        ((Some("right"), Some("")), Err(Code::AuthFailureTokenFailure)),
        ((Some("right"), None), Err(Code::AuthFailureTokenFailure)),
        // A permanent key ignores tokens.
        ((None, Some("any")), Ok(())),
        ((None, None), Ok(())),
    ];
    check(rows, |(held, sent)| {
        outcome(&tc3(*sent), &Ring::with_token(*held), NOW_S)
    });
    check(rows, |(held, sent)| {
        outcome(&v1(*sent), &Ring::with_token(*held), NOW_S)
    });

    let mut ring = Ring::with_token(Some("right"));
    ring.key.expires_s = Some(NOW_S + 1);
    assert_eq!(outcome(&tc3(Some("right")), &ring, NOW_S), Ok(()));
    assert_eq!(
        outcome(&tc3(Some("right")), &ring, NOW_S + 1),
        Err(Code::AuthFailureTokenFailure)
    );
}

#[test]
fn rule_4_a_key_ring_that_cannot_look_is_not_taken_for_an_unknown_key() {
    struct Broken;
    impl KeyRing for Broken {
        fn key(&self, _: &str) -> Result<Option<Key>, Refusal> {
            Err(Refusal::new(Code::InternalError))
        }
    }
    let sent: Sent = tc3_json(&call(), &credentials(), b"{}".to_vec()).into();
    let served = sent.opened(|opened| verify(opened, &Broken, NOW_S, &Policy::default()).map(|_| ()));
    assert_eq!(
        served.and_then(|inner| inner).map_err(|refusal| refusal.code()),
        Err(Code::InternalError)
    );
}

#[test]
fn rule_4_secrets_are_never_printed() {
    let ring = Ring::with_token(Some("TEMPTOKEN"));
    let printed = format!("{:?} {:?} {:?}", ring.key, credentials(), Secret::new("Gu5t9xGAR"));
    assert!(
        !printed.contains("Gu5t9xGAR") && !printed.contains("TEMPTOKEN"),
        "{printed}"
    );
}
