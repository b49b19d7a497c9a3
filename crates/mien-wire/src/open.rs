//! temporary
use crate::{Code, Language, Refusal, Request};
/// Sizes that requests may have, in bytes (BEHAVIOUR 1.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The query of any request, and an ignored body of a GET.
    pub query_bytes: usize,
    /// The body of a POST signed with v1.
    pub v1_body_bytes: usize,
    /// The body of a POST signed with TC3.
    pub tc3_body_bytes: usize,
}
impl Default for Limits {
    fn default() -> Limits {
        Limits {
            query_bytes: 32 << 10,
            v1_body_bytes: 1 << 20,
            tc3_body_bytes: (10 << 20) + (64 << 10),
        }
    }
}
impl Limits {
    /// The largest body that a request with this method and these headers may have: what a server reads at most.
    pub fn body_bytes(&self, head: &Request<'_>) -> usize {
        if head.header("Authorization").is_some() {
            self.tc3_body_bytes
        } else {
            self.v1_body_bytes
        }
    }
    /// The refusal of a body longer than [`Limits::body_bytes`], for servers that stop reading there.
    pub fn body_too_large(&self, _head: &Request<'_>) -> Refusal {
        Refusal::new(Code::RequestSizeLimitExceeded)
    }
}
/// The signature scheme of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// TC3-HMAC-SHA256, in the `Authorization` header.
    Tc3,
    /// HmacSHA1 or HmacSHA256, among the parameters.
    V1,
}
/// A request whose frame is in order: steps 1 to 3 of BEHAVIOUR 4. Nothing in it is proven yet.
#[derive(Debug)]
pub struct Opened<'a> {
    request: Request<'a>,
}
impl<'a> Opened<'a> {
    /// The request it was opened from.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }
    /// How it is signed.
    pub fn scheme(&self) -> Scheme {
        Scheme::Tc3
    }
    /// The action asked for, not empty, not checked against the contract.
    pub fn action(&self) -> &str {
        ""
    }
    /// The API version asked for, not empty, not checked.
    pub fn version(&self) -> &str {
        ""
    }
    /// The client's clock, in seconds since the Unix epoch.
    pub fn timestamp_s(&self) -> i64 {
        0
    }
    /// The language for messages.
    pub fn language(&self) -> Language {
        Language::English
    }
    /// The id of the key said to have signed; `None` for `Authorization: SKIP`.
    pub fn secret_id(&self) -> Option<&str> {
        None
    }
}
/// Opens a request: method, size, content type, common parameters, shape of the credential.
pub fn open<'a>(request: &Request<'a>, _limits: &Limits) -> Result<Opened<'a>, Refusal> {
    Ok(Opened { request: *request })
}
