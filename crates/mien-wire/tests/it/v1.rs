//! HmacSHA1 and HmacSHA256 over the parameters: BEHAVIOUR 3.

use mien_wire::client::{V1, query, v1_form, v1_query};
use mien_wire::v1::{self, Digest};
use mien_wire::{Code, Params, Policy, Secret};

use crate::server::{NOW_S, Ring, SECRET, SECRET_ID, Sent, call, check, credentials};

const SHA1: V1 = V1 {
    nonce: 1,
    digest: Digest::Sha1,
};

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// All required parameters, with these in place of the usual ones.
fn parameters(other: &[(&str, &str)]) -> Vec<(String, String)> {
    let now = NOW_S.to_string();
    let usual = [
        ("Action", "GetGroupList"),
        ("Version", "2020-03-03"),
        ("Timestamp", &now),
        ("Nonce", "1"),
        ("SecretId", SECRET_ID),
    ];
    let mut all = pairs(&usual);
    all.retain(|(name, _)| !other.iter().any(|(key, _)| key == name));
    all.extend(pairs(other));
    all
}

/// Signs these parameters exactly and sends them as a GET.
fn signed(parameters: &[(String, String)], digest: Digest) -> Sent {
    let text = v1::string_to_sign("GET", b"iai.tencentcloudapi.com", parameters);
    let mut all = parameters.to_vec();
    all.push(("Signature".into(), v1::signature(&Secret::new(SECRET), digest, &text)));
    Sent::plain("GET", &query(&all), &[("Host", "iai.tencentcloudapi.com")], b"")
}

#[test]
fn rule_3_1_keys_are_sorted_by_their_bytes_and_values_are_not_escaped() {
    let parameters = pairs(&[
        ("GroupIds.2", "c"),
        ("a", "x y&=%20"),
        ("GroupIds.10", "b"),
        ("Signature", "no"),
        ("Z", "中"),
    ]);
    let text = v1::string_to_sign("GET", b"h:1", &parameters);
    assert_eq!(
        String::from_utf8(text).expect("text"),
        "GETh:1/?GroupIds.10=b&GroupIds.2=c&Z=中&a=x y&=%20"
    );
}

#[test]
fn rule_3_2_get_and_post_differ_in_the_method_only() {
    let get = Sent::from(v1_query(&call(), &credentials(), SHA1, &pairs(&[("Limit", "1")])));
    let post = Sent::from(v1_form(&call(), &credentials(), SHA1, &pairs(&[("Limit", "1")])));
    assert_eq!((get.outcome(), post.outcome()), (Ok(()), Ok(())));
    let swapped = Sent {
        body: get.query.clone().into_bytes(),
        ..post
    };
    assert_eq!(swapped.outcome(), Err(Code::AuthFailureSignatureFailure));
}

#[test]
fn rule_3_3_sha256_only_by_its_exact_name() {
    let rows = [
        ((Some("HmacSHA256"), Digest::Sha256), Ok(())),
        (
            (Some("HmacSHA256"), Digest::Sha1),
            Err(Code::AuthFailureSignatureFailure),
        ),
        ((Some("HmacSHA1"), Digest::Sha1), Ok(())),
        ((Some("hmacsha256"), Digest::Sha1), Ok(())),
        (
            (Some("hmacsha256"), Digest::Sha256),
            Err(Code::AuthFailureSignatureFailure),
        ),
        ((Some("MD5"), Digest::Sha1), Ok(())),
        ((Some(""), Digest::Sha1), Ok(())),
        ((None, Digest::Sha1), Ok(())),
        ((None, Digest::Sha256), Err(Code::AuthFailureSignatureFailure)),
    ];
    check(rows, |(method, digest)| {
        let method: Vec<(&str, &str)> = method.iter().map(|method| ("SignatureMethod", *method)).collect();
        signed(&parameters(&method), *digest).outcome()
    });
}

#[test]
fn rule_3_4_plus_is_a_space_and_escapes_are_read_in_either_case() {
    let sent = signed(&parameters(&[("Url", "a b/ü+"), ("Tag", "")]), Digest::Sha1);
    let forms = [
        sent.query.clone(),
        sent.query.replace("%20", "+"),
        sent.query.replace("%2F", "%2f").replace("%C3%BC", "%c3%Bc"),
        sent.query.replace("%2F", "/").replace("%C3%BC", "ü"),
        sent.query.replace("&", "&&") + "&",
        sent.query.replace("Tag=&", "Tag&"),
    ];
    for query in forms {
        let sent = Sent { query, ..sent.clone() };
        assert_eq!(sent.outcome(), Ok(()), "{}", sent.query);
        let url = sent.opened(|opened| {
            Params::decode(opened)
                .expect("decodes")
                .text("Url")
                .map(|url| url.map(String::from))
        });
        assert_eq!(url, Ok(Ok(Some("a b/ü+".into()))), "{}", sent.query);
    }
    let plus = Sent {
        query: sent.query.replace("%2B", "+"),
        ..sent
    };
    assert_eq!(plus.outcome(), Err(Code::AuthFailureSignatureFailure));
}

#[test]
fn rule_3_5_required_parameters_and_the_type_of_the_nonce() {
    for name in ["Action", "Version", "Timestamp", "Nonce", "SecretId"] {
        let mut lacking = parameters(&[]);
        lacking.retain(|(key, _)| key != name);
        assert_eq!(
            signed(&lacking, Digest::Sha1).outcome(),
            Err(Code::MissingParameter),
            "{name}"
        );
    }
    let rows = [
        ("1", Ok(())),
        ("18446744073709551615", Ok(())),
        ("9223372036854775808", Ok(())),
        ("18446744073709551616", Err(Code::InvalidParameter)),
        ("0", Err(Code::InvalidParameter)),
        ("-1", Err(Code::InvalidParameter)),
        ("+1", Err(Code::InvalidParameter)),
        ("1.0", Err(Code::InvalidParameter)),
        ("abc", Err(Code::InvalidParameter)),
        ("", Err(Code::MissingParameter)),
    ];
    check(rows, |nonce| {
        signed(&parameters(&[("Nonce", nonce)]), Digest::Sha1).outcome()
    });
}

#[test]
fn rule_3_6_a_repeated_request_is_served_again() {
    let sent = signed(&parameters(&[]), Digest::Sha1);
    for _ in 0..3 {
        assert_eq!(sent.outcome(), Ok(()));
    }
}

#[test]
fn rule_3_7_underscores_in_keys_may_be_signed_as_dots() {
    let now = NOW_S.to_string();
    let sent_as = parameters(&[("X_Y", "1"), ("Timestamp", &now)]);
    let signed_as: Vec<_> = sent_as
        .iter()
        .map(|(name, value)| (name.replace('_', "."), value.clone()))
        .collect();
    let text = v1::string_to_sign("GET", b"iai.tencentcloudapi.com", &signed_as);
    let mut all = sent_as.clone();
    all.push((
        "Signature".into(),
        v1::signature(&Secret::new(SECRET), Digest::Sha1, &text),
    ));
    let sent = Sent::plain("GET", &query(&all), &[("Host", "iai.tencentcloudapi.com")], b"");
    assert_eq!(sent.outcome(), Ok(()));
    assert_eq!(signed(&sent_as, Digest::Sha1).outcome(), Ok(()));
}

#[test]
fn rule_3_8_any_action_may_be_signed_with_v1() {
    let image = "A".repeat((1 << 20) - 1000);
    let sent = Sent::from(v1_form(&call(), &credentials(), SHA1, &pairs(&[("Image", &image)])));
    assert_eq!(sent.outcome(), Ok(()));
}

#[test]
fn rule_3_1_the_host_is_signed_with_its_port() {
    let call = mien_wire::client::Call {
        host: "127.0.0.1:8080",
        ..call()
    };
    let sent = Sent::from(v1_query(&call, &credentials(), SHA1, &[]));
    assert_eq!(sent.outcome(), Ok(()));
    assert_eq!(
        sent.clone().set("Host", "127.0.0.1").outcome(),
        Err(Code::AuthFailureSignatureFailure)
    );
    assert_eq!(sent.without("Host").outcome(), Err(Code::AuthFailureSignatureFailure));
}

#[test]
fn rule_3_1_a_signature_that_is_not_base64_does_not_match() {
    for signature in ["", "?", "AAAA", "o7X0c84jWmlK12d8N79W1zMG+VY"] {
        let mut all = parameters(&[("Signature", signature)]);
        all.push(("SignatureMethod".into(), "HmacSHA1".into()));
        let sent = Sent::plain("GET", &query(&all), &[("Host", "iai.tencentcloudapi.com")], b"");
        let expected = if signature.is_empty() {
            Code::MissingParameter
        } else {
            Code::AuthFailureSignatureFailure
        };
        assert_eq!(sent.outcome(), Err(expected), "{signature}");
    }
}

#[test]
fn rule_2_14_a_mismatch_shows_the_signed_text_without_token_and_long_values() {
    let image = "A".repeat(1000);
    let token = mien_wire::client::Credentials {
        token: Some("TEMPTOKEN".into()),
        ..credentials()
    };
    let sent = Sent::from(v1_query(
        &call(),
        &token,
        SHA1,
        &pairs(&[("Image", &image), ("Limit", "1")]),
    ));
    let sent = Sent {
        query: sent.query.replace("Limit=1", "Limit=2"),
        ..sent
    };
    let refusal = sent
        .serve(&Ring::with_token(Some("TEMPTOKEN")), NOW_S, &Policy::default())
        .expect_err("altered");
    assert_eq!(refusal.code(), Code::AuthFailureSignatureFailure);
    let mismatch = refusal.mismatch().expect("a mismatch");
    assert_eq!(mismatch.canonical_request, None);
    let text = &mismatch.string_to_sign;
    assert!(
        text.starts_with("GETiai.tencentcloudapi.com/?Action=GetGroupList&Image=AAAA"),
        "{text}"
    );
    assert!(
        text.contains("&Limit=2&") && text.contains("(1000 bytes)") && !text.contains("TEMPTOKEN"),
        "{text}"
    );
    assert!(!format!("{refusal:?}").contains(SECRET));
}
