//! Recomputing a TC3 signature from a request in the few forms that clients are known to sign.

use std::borrow::Cow;

use crate::code::Code;
use crate::key::{Policy, Secret};
use crate::mac::{Hash, authentic};
use crate::pairs::{escaped, pairs};
use crate::refusal::{Mismatch, Refusal};
use crate::request::Request;
use crate::tc3::{
    Authorization, TERMINATOR, UNSIGNED_PAYLOAD, canonical_request, date, sha256_hex, signing_key, string_to_sign,
};

/// The service of this API; the first label of its official hosts.
const SERVICE: &str = "iai";

/// Headers whose values are credentials: left out of what is logged.
const HIDDEN: [&str; 3] = ["authorization", "cookie", "x-tc-token"];

/// A request under a TC3 signature.
pub(crate) struct Check<'a> {
    pub request: &'a Request<'a>,
    pub authorization: &'a Authorization<'a>,
    /// The text of `X-TC-Timestamp` and its value.
    pub timestamp: (&'a str, i64),
}

/// Accepts or refuses the signature (BEHAVIOUR 2.3 to 2.10, 2.14).
pub(crate) fn check(check: &Check<'_>, secret: &Secret, policy: &Policy) -> Result<(), Refusal> {
    scope(check, policy)?;
    let authorization = check.authorization;
    let key = signing_key(secret, authorization.date, authorization.service);
    let sign =
        |canonical: &[u8]| string_to_sign(check.timestamp.0, authorization.date, authorization.service, canonical);
    let payload = payload_sha256(check.request);

    let mut tried: Vec<Vec<u8>> = Vec::new();
    for query in queries(check.request) {
        for headers in forms_of_headers(&authorization.signed) {
            let canonical = canonical_request(check.request.method, &query, &as_slices(&headers), &payload);
            if tried.contains(&canonical) {
                continue;
            }
            if authentic(
                Hash::Sha256,
                &key,
                sign(&canonical).as_bytes(),
                &authorization.signature,
            ) {
                return Ok(());
            }
            tried.push(canonical);
        }
    }
    Err(mismatch(check, &payload, tried.len(), sign))
}

/// The scope must be of the request's day, of this service and of this scheme.
fn scope(check: &Check<'_>, policy: &Policy) -> Result<(), Refusal> {
    let Authorization {
        date: day,
        service,
        terminator,
        signed,
        ..
    } = check.authorization;
    if date(check.timestamp.1).as_deref() != Some(*day) {
        return Err(failed(
            "The date in Credential is not the UTC date of X-TC-Timestamp.",
            "Credential 中的日期与 X-TC-Timestamp 的 UTC 日期不一致。",
        ));
    }
    if *terminator != TERMINATOR {
        return Err(failed(
            "The scope in Credential does not end in tc3_request.",
            "Credential 没有以 tc3_request 结尾。",
        ));
    }
    let host = signed
        .iter()
        .find(|(name, _)| name == "host")
        .map(|(_, host)| *host)
        .unwrap_or_default();
    let official = host.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"iai."));
    if *service != SERVICE && (official || policy.strict_service) {
        return Err(failed(
            "The service in Credential is not iai.",
            "Credential 中的服务不是 iai。",
        ));
    }
    Ok(())
}

/// The hash of the payload: of a literal, of nothing for GET, else of the raw body (BEHAVIOUR 2.7).
fn payload_sha256(request: &Request<'_>) -> String {
    if request.header("X-TC-Content-SHA256") == Some(UNSIGNED_PAYLOAD.as_bytes()) {
        return sha256_hex(UNSIGNED_PAYLOAD.as_bytes());
    }
    sha256_hex(if request.method == "GET" { b"" } else { request.body })
}

/// The forms of the query that clients sign: none for POST; for GET as sent, else sorted and escaped anew (BEHAVIOUR 2.3).
fn queries<'a>(request: &Request<'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let (method, query) = (request.method, request.query);
    let sent = if method == "GET" { query } else { "" };
    let sorted = std::iter::once_with(move || Cow::Owned(rfc3986(query))).take(usize::from(method == "GET"));
    std::iter::once(Cow::Borrowed(sent)).chain(sorted)
}

fn rfc3986(query: &str) -> String {
    let mut sorted: Vec<(String, String)> = pairs(query.as_bytes())
        .map(|(key, value)| (escaped(&key).to_string(), escaped(&value).to_string()))
        .collect();
    sorted.sort();
    sorted
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// The forms of the signed headers: as sent; values in lower case (BEHAVIOUR 2.4); both also with a host without its
/// port (BEHAVIOUR 2.6). With two queries that makes eight forms at most.
fn forms_of_headers<'a>(signed: &'a [(String, &'a [u8])]) -> impl Iterator<Item = Headers<'a>> {
    [(true, false), (true, true), (false, false), (false, true)]
        .into_iter()
        .map(|(port, lower)| {
            let form = |(name, value): &'a (String, &'a [u8])| {
                let value = if name == "host" && !port {
                    without_port(value)
                } else {
                    value
                };
                let value = if lower {
                    Cow::Owned(value.to_ascii_lowercase())
                } else {
                    Cow::Borrowed(value)
                };
                (name.as_str(), value)
            };
            signed.iter().map(form).collect()
        })
}

type Headers<'a> = Vec<(&'a str, Cow<'a, [u8]>)>;

fn as_slices<'a>(headers: &'a Headers<'_>) -> Vec<(&'a str, &'a [u8])> {
    headers.iter().map(|(name, value)| (*name, &**value)).collect()
}

/// The host without `:port`; the colons inside `[::1]` stay.
fn without_port(host: &[u8]) -> &[u8] {
    match memchr::memrchr(b':', host) {
        Some(colon) if colon + 1 < host.len() && host[colon + 1..].iter().all(u8::is_ascii_digit) => &host[..colon],
        _ => host,
    }
}

/// The refusal with what the server would have signed first.
fn mismatch(check: &Check<'_>, payload: &str, forms_tried: usize, sign: impl Fn(&[u8]) -> String) -> Refusal {
    let query = queries(check.request).next().unwrap_or_default();
    let visible = |(name, value): &(String, &[u8])| -> (String, Vec<u8>) {
        let hidden = HIDDEN.contains(&name.as_str());
        (name.clone(), if hidden { b"(hidden)".to_vec() } else { value.to_vec() })
    };
    let shown: Vec<(String, Vec<u8>)> = check.authorization.signed.iter().map(visible).collect();
    let shown: Vec<(&str, &[u8])> = shown
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let signed: Vec<(&str, &[u8])> = check
        .authorization
        .signed
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let canonical = |headers: &[(&str, &[u8])]| canonical_request(check.request.method, &query, headers, payload);
    Refusal::new(Code::AuthFailureSignatureFailure).with_mismatch(Mismatch {
        canonical_request: Some(String::from_utf8_lossy(&canonical(&shown)).into_owned()),
        string_to_sign: sign(&canonical(&signed)),
        forms_tried,
    })
}

fn failed(english: &'static str, chinese: &'static str) -> Refusal {
    Refusal::explained(Code::AuthFailureSignatureFailure, english, chinese)
}
