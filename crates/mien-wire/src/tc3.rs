//! TC3-HMAC-SHA256, the signature in the `Authorization` header (BEHAVIOUR 2).
//!
//! The functions here build texts and signatures and know nothing of requests; server and client share them.

mod authorization;
mod check;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::key::Secret;
use crate::mac::{Hash, authenticate};

pub(crate) use authorization::{Authorization, Credential};
pub(crate) use check::{Check, check};

/// The name of the algorithm, at the start of the `Authorization` header and of the string to sign.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The value of `X-TC-Content-SHA256` that leaves the body out of the signature (BEHAVIOUR 2.7).
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The last part of every credential scope.
pub const TERMINATOR: &str = "tc3_request";

/// The canonical request (BEHAVIOUR 2.2). `headers` are the signed ones, names in lower case, in the order of
/// `SignedHeaders`; each ends its line, and one more empty line follows.
pub fn canonical_request(method: &str, query: &str, headers: &[(&str, &[u8])], payload_sha256: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(256 + query.len());
    for part in [method, "\n/\n", query, "\n"] {
        text.extend_from_slice(part.as_bytes());
    }
    for (name, value) in headers {
        for part in [name.as_bytes(), b":", value, b"\n"] {
            text.extend_from_slice(part);
        }
    }
    text.push(b'\n');
    for (position, (name, _)) in headers.iter().enumerate() {
        if position > 0 {
            text.push(b';');
        }
        text.extend_from_slice(name.as_bytes());
    }
    text.push(b'\n');
    text.extend_from_slice(payload_sha256.as_bytes());
    text
}

/// The text under the signature (BEHAVIOUR 2.8). `timestamp` is the text of `X-TC-Timestamp`.
pub fn string_to_sign(timestamp: &str, date: &str, service: &str, canonical_request: &[u8]) -> String {
    format!(
        "{ALGORITHM}\n{timestamp}\n{date}/{service}/{TERMINATOR}\n{}",
        sha256_hex(canonical_request)
    )
}

/// The signature of `string_to_sign`: 64 hexadecimal digits in lower case.
pub fn signature(secret: &Secret, date: &str, service: &str, string_to_sign: &str) -> String {
    let key = signing_key(secret, date, service);
    base16ct::lower::encode_string(&authenticate(Hash::Sha256, &key, string_to_sign.as_bytes()))
}

/// The UTC date of a Unix time, as it stands in the credential scope: `2024-02-29`. `None` outside the years 0 to 9999.
pub fn date(timestamp_s: i64) -> Option<String> {
    let date = OffsetDateTime::from_unix_timestamp(timestamp_s).ok()?.date();
    let (year, month, day) = date.to_calendar_date();
    (year >= 0).then(|| format!("{year:04}-{:02}-{day:02}", u8::from(month)))
}

/// The SHA-256 of `bytes` in hexadecimal digits, as payload hashes are written.
pub fn sha256_hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// The key that signs on that day for that service.
fn signing_key(secret: &Secret, date: &str, service: &str) -> Zeroizing<Vec<u8>> {
    let secret = Zeroizing::new([b"TC3", secret.as_bytes()].concat());
    let key = authenticate(Hash::Sha256, &secret, date.as_bytes());
    let key = authenticate(Hash::Sha256, &key, service.as_bytes());
    authenticate(Hash::Sha256, &key, TERMINATOR.as_bytes())
}
