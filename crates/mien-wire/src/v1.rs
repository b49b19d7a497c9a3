//! HmacSHA1 and HmacSHA256 over the parameters, the older signature (BEHAVIOUR 3).
//!
//! The functions here build texts and signatures and know nothing of requests; server and client share them.

mod check;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::Secret;
use crate::mac::{Hash, authenticate};

pub(crate) use check::{Check, check};

/// The parameter that carries the signature and is not itself signed.
pub(crate) const SIGNATURE: &str = "Signature";

/// The hash of a v1 signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digest {
    /// `HmacSHA1`, the default.
    #[default]
    Sha1,
    /// `HmacSHA256`.
    Sha256,
}

impl Digest {
    /// The hash that a value of `SignatureMethod` asks for: SHA-256 for exactly `HmacSHA256`, for anything else SHA-1
    /// (BEHAVIOUR 3.3).
    pub fn named(method: Option<&[u8]>) -> Digest {
        if method == Some(Digest::Sha256.as_str().as_bytes()) {
            Digest::Sha256
        } else {
            Digest::Sha1
        }
    }

    /// The value of `SignatureMethod`.
    pub fn as_str(self) -> &'static str {
        match self {
            Digest::Sha1 => "HmacSHA1",
            Digest::Sha256 => "HmacSHA256",
        }
    }

    fn hash(self) -> Hash {
        match self {
            Digest::Sha1 => Hash::Sha1,
            Digest::Sha256 => Hash::Sha256,
        }
    }
}

/// The text under the signature: method, host, `/?` and all parameters but `Signature`, sorted by the bytes of their
/// keys, with decoded values (BEHAVIOUR 3.1).
pub fn string_to_sign<K: AsRef<[u8]>, V: AsRef<[u8]>>(method: &str, host: &[u8], parameters: &[(K, V)]) -> Vec<u8> {
    let mut sorted: Vec<(&[u8], &[u8])> = parameters
        .iter()
        .map(|(key, value)| (key.as_ref(), value.as_ref()))
        .filter(|(key, _)| *key != SIGNATURE.as_bytes())
        .collect();
    sorted.sort_by_key(|(key, _)| *key);

    let length: usize = sorted.iter().map(|(key, value)| key.len() + value.len() + 2).sum();
    let mut text = Vec::with_capacity(length + host.len() + 16);
    for part in [method.as_bytes(), host, b"/?"] {
        text.extend_from_slice(part);
    }
    for (position, (key, value)) in sorted.iter().enumerate() {
        if position > 0 {
            text.push(b'&');
        }
        for part in [key, b"=".as_slice(), value] {
            text.extend_from_slice(part);
        }
    }
    text
}

/// The signature of `string_to_sign` in Base64.
pub fn signature(secret: &Secret, digest: Digest, string_to_sign: &[u8]) -> String {
    STANDARD.encode(authenticate(digest.hash(), secret.as_bytes(), string_to_sign).as_slice())
}
