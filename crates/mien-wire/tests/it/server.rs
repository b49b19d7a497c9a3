//! A server's side for the tests: a key ring, requests that can be altered, and a check over tables.

use std::fmt::Debug;

use mien_wire::client::{Call, Credentials, Signed};
use mien_wire::{Caller, Code, Key, KeyRing, Limits, Opened, Params, Policy, Refusal, Request, Secret, open, verify};

pub const SECRET_ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
pub const SECRET: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
pub const NOW_S: i64 = 1_700_000_000;
pub const ACCOUNT: u64 = 7;

/// Holds one key.
pub struct Ring {
    pub secret_id: String,
    pub key: Key,
}

impl Default for Ring {
    fn default() -> Ring {
        Ring::of(SECRET_ID, SECRET)
    }
}

impl Ring {
    pub fn of(secret_id: &str, secret: &str) -> Ring {
        let key = Key {
            secret: Secret::new(secret),
            account: ACCOUNT,
            token: None,
            expires_s: None,
            enabled: true,
        };
        Ring {
            secret_id: secret_id.to_owned(),
            key,
        }
    }

    pub fn with_token(token: Option<&str>) -> Ring {
        let mut ring = Ring::default();
        ring.key.token = token.map(Secret::new);
        ring
    }
}

impl KeyRing for Ring {
    fn key(&self, secret_id: &str) -> Result<Option<Key>, Refusal> {
        Ok((secret_id == self.secret_id).then(|| self.key.clone()))
    }
}

/// A request that can be altered before it is served.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl From<Signed> for Sent {
    fn from(signed: Signed) -> Sent {
        let headers = signed
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
            .collect();
        Sent {
            method: signed.method.into(),
            path: "/".into(),
            query: signed.query,
            headers,
            body: signed.body,
        }
    }
}

impl Sent {
    /// A request without a signature.
    pub fn plain(method: &str, query: &str, headers: &[(&str, &str)], body: &[u8]) -> Sent {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect();
        Sent {
            method: method.into(),
            path: "/".into(),
            query: query.into(),
            headers,
            body: body.to_vec(),
        }
    }

    /// Replaces a header or adds it.
    pub fn set(mut self, name: &str, value: impl AsRef<[u8]>) -> Sent {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub fn without(mut self, name: &str) -> Sent {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    /// Adds a header even if it is there already.
    pub fn and(mut self, name: &str, value: &str) -> Sent {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    pub fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        String::from_utf8(found.expect("header is there").1.clone()).expect("header is text")
    }

    /// Alters the `Authorization` header.
    pub fn authorization(self, alter: impl Fn(&str) -> String) -> Sent {
        let value = alter(&self.header("Authorization"));
        self.set("Authorization", value)
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Sent {
        self.body = body.as_ref().to_vec();
        self
    }

    /// What `look` sees of the borrowed request.
    pub fn seen<T>(&self, look: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        look(&Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        })
    }

    /// What `look` sees of the opened request, or the code of the refusal.
    pub fn opened<T>(&self, look: impl FnOnce(&Opened<'_>) -> T) -> Result<T, Refusal> {
        self.seen(|request| open(request, &Limits::default()).map(|opened| look(&opened)))
    }

    /// Opens and verifies.
    pub fn serve(&self, ring: &Ring, now_s: i64, policy: &Policy) -> Result<Caller, Refusal> {
        self.opened(|opened| verify(opened, ring, now_s, policy))?
    }

    /// Opens, verifies with the usual key and clock, and decodes: steps 1 to 8 of BEHAVIOUR 4.
    pub fn outcome(&self) -> Result<(), Code> {
        let served = self.opened(|opened| {
            verify(opened, &Ring::default(), NOW_S, &Policy::default())?;
            Params::decode(opened).map(|_| ())
        });
        served.and_then(|inner| inner).map_err(|refusal| refusal.code())
    }
}

pub fn credentials() -> Credentials {
    Credentials {
        secret_id: SECRET_ID.into(),
        secret: Secret::new(SECRET),
        token: None,
    }
}

pub fn call() -> Call<'static> {
    Call::new("iai.tencentcloudapi.com", "GetGroupList", "2020-03-03", NOW_S)
}

/// Compares the outcome of every row of a table and lists all that differ.
pub fn check<I: Debug, T: PartialEq + Debug>(rows: impl IntoIterator<Item = (I, T)>, outcome: impl Fn(&I) -> T) {
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|(input, expected)| {
            let got = outcome(&input);
            (got != expected).then(|| format!("{input:?}: expected {expected:?}, got {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}
