//! The mutations of `contract/vectors.json`, each with the code that it must get.

use mien_wire::client::{V1, v1_form};
use mien_wire::v1::Digest;
use mien_wire::{Code, Limits, Policy, Secret, open, tc3, v1};

use crate::server::{Ring, SECRET, SECRET_ID, Sent, call, credentials};
use crate::vectors::{VECTORS, Vector, form, sdk};

#[test]
fn rule_4_every_negative_case_gets_its_code() {
    let mut wrong = Vec::new();
    for case in &VECTORS.negative {
        let got = mutated(sdk(&case.base), &case.mutation);
        let expected = case.expect.split(' ').next().unwrap_or_default();
        let got = got.as_ref().map_or_else(|code| code.as_str(), |()| "ok");
        if got != expected.trim_end_matches(':') {
            wrong.push(format!(
                "{}: {}: expected {}, got {got}",
                case.base, case.mutation, case.expect
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn mutated(base: &Vector, mutation: &str) -> Result<(), Code> {
    let (sent, now_s) = (base.sent(), base.now_s());
    let (sent, now_s) = match mutation {
        "server clock = timestamp + 301 s" => (sent, now_s + 301),
        "server clock = timestamp + 300 s" => (sent, now_s + 300),
        "server clock = timestamp - 301 s (client in the future)" => (sent, now_s - 301),
        "append one space to the body" => {
            let body = [sent.body.as_slice(), b" "].concat();
            (sent.body(body), now_s)
        }
        "Credential SecretId replaced by an unknown AKID... id" => (
            sent.authorization(|text| text.replace(SECRET_ID, "AKID00000000000000000000000000000000")),
            now_s,
        ),
        "Credential date 2024-02-29 instead of 2024-03-01 (re-signed with it)" => {
            let canonical = base.canonical_request.as_deref().unwrap_or_default();
            let text = tc3::string_to_sign(&now_s.to_string(), "2024-02-29", "iai", canonical.as_bytes());
            let signature = tc3::signature(&Secret::new(SECRET), "2024-02-29", "iai", &text);
            let resigned = |text: &str| {
                text.replace("2024-03-01", "2024-02-29")
                    .replace(&base.signature, &signature)
            };
            (sent.authorization(resigned), now_s)
        }
        "Authorization: SKIP" => (sent.set("Authorization", "SKIP"), now_s),
        "Authorization without Signature=" => (
            sent.authorization(|text| text.split(", Signature=").next().unwrap_or_default().to_owned()),
            now_s,
        ),
        "SignedHeaders=content-type (host missing)" => (
            sent.authorization(|text| text.replace("content-type;host", "content-type")),
            now_s,
        ),
        "X-TC-Token removed or altered" => {
            let altered = sent.clone().set("X-TC-Token", "TEMPTOKENexample=?");
            let altered = altered
                .serve(&base.ring(), now_s, &Policy::default())
                .map_err(|refusal| refusal.code());
            assert_eq!(altered.err(), Some(Code::AuthFailureTokenFailure));
            (sent.without("X-TC-Token"), now_s)
        }
        "X-TC-Timestamp header absent" => (sent.without("X-TC-Timestamp"), now_s),
        "Signature parameter absent" => {
            let query = sent.query.split("&Signature=").next().unwrap_or_default().to_owned();
            (Sent { query, ..sent }, now_s)
        }
        "Signature double URL-encoded (%253D)" => {
            let (start, signature) = sent.query.split_once("&Signature=").expect("it is signed");
            let query = format!("{start}&Signature={}", signature.replace('%', "%25"));
            (Sent { query, ..sent.clone() }, now_s)
        }
        "SignatureMethod=MD5 (any value other than HmacSHA256) with a valid HmacSHA1 signature over it" => {
            (resigned(sent, "SignatureMethod", "MD5"), now_s)
        }
        "Nonce=abc (re-signed)" => (resigned(sent, "Nonce", "abc"), now_s),
        "form body larger than 1 MB" => {
            let image = vec![("Image".to_owned(), "A".repeat(1 << 20))];
            (
                v1_form(
                    &call(),
                    &credentials(),
                    V1 {
                        nonce: 1,
                        digest: Digest::Sha1,
                    },
                    &image,
                )
                .into(),
                now_s,
            )
        }
        unknown => panic!("no such mutation: {unknown}"),
    };
    sent.serve(&base.ring(), now_s, &Policy::default())
        .map(|_| ())
        .map_err(|refusal| refusal.code())
}

/// A v1 form with one parameter set anew and signed again with SHA-1.
fn resigned(sent: Sent, name: &str, value: &str) -> Sent {
    let body = String::from_utf8(sent.body.clone()).expect("text");
    let mut parameters = form(&body);
    parameters.retain(|(key, _)| key != "Signature" && key != name);
    parameters.push((name.to_owned(), value.to_owned()));
    let text = v1::string_to_sign("POST", b"iai.tencentcloudapi.com", &parameters);
    parameters.push((
        "Signature".to_owned(),
        v1::signature(&Secret::new(SECRET), Digest::Sha1, &text),
    ));
    sent.body(mien_wire::client::query(&parameters))
}

#[test]
fn rule_1_5_the_size_message_names_the_way_out() {
    let image = vec![("Image".to_owned(), "A".repeat(1 << 20))];
    let sent = Sent::from(v1_form(
        &call(),
        &credentials(),
        V1 {
            nonce: 1,
            digest: Digest::Sha1,
        },
        &image,
    ));
    let refusal = sent
        .seen(|request| open(request, &Limits::default()).map(|_| ()))
        .expect_err("too large");
    assert!(
        refusal
            .message(mien_wire::Language::English)
            .contains("TC3-HMAC-SHA256"),
        "{refusal}"
    );
    let ring = Ring::default();
    assert_eq!(
        sent.serve(&ring, 0, &Policy::default())
            .map_err(|refusal| refusal.code()),
        Err(refusal.code())
    );
}
