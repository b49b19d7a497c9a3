//! Keys, who may ask for them, and the proof that a request was signed with one.

use std::fmt;

use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// The secret half of a key. It is wiped from memory when dropped and never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text of the secret.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What the server knows about a SecretId.
#[derive(Clone, Debug)]
pub struct Key {
    /// The secret that signs.
    pub secret: Secret,
    /// The account whose groups and persons the key reaches.
    pub account: u64,
    /// The token of a temporary key; `None` for a permanent key, which ignores tokens (BEHAVIOUR 2.12).
    pub token: Option<Secret>,
    /// When a temporary key ends, in seconds since the Unix epoch.
    pub expires_s: Option<i64>,
    /// A disabled key is answered like an unknown one.
    pub enabled: bool,
}

/// Where keys are looked up.
pub trait KeyRing {
    /// The key of a SecretId, or `None` when there is none. A ring that cannot look refuses, with
    /// [`Code::InternalError`](crate::Code::InternalError) for instance.
    fn key(&self, secret_id: &str) -> Result<Option<Key>, Refusal>;
}

/// How strictly callers are verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Largest distance between the request's time and the server's, in seconds, itself allowed (BEHAVIOUR 2.11).
    pub clock_skew_s: u64,
    /// Refuse credential scopes of another service than `iai` on any host, not only on `iai.*` (BEHAVIOUR 2.10).
    pub strict_service: bool,
    /// The account of requests with `Authorization: SKIP`; `None` refuses them (BEHAVIOUR 2.13).
    pub anonymous: Option<u64>,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            clock_skew_s: 300,
            strict_service: false,
            anonymous: None,
        }
    }
}

/// A verified caller. Only [`verify`](crate::verify) makes one, so whoever holds it has checked the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    account: u64,
    secret_id: Option<String>,
}

impl Caller {
    pub(crate) fn signed(account: u64, secret_id: &str) -> Caller {
        Caller {
            account,
            secret_id: Some(secret_id.to_owned()),
        }
    }

    pub(crate) fn anonymous(account: u64) -> Caller {
        Caller {
            account,
            secret_id: None,
        }
    }

    /// The account whose data the caller reaches.
    pub fn account(&self) -> u64 {
        self.account
    }

    /// The id of the key that signed; `None` for anonymous access.
    pub fn secret_id(&self) -> Option<&str> {
        self.secret_id.as_deref()
    }
}
