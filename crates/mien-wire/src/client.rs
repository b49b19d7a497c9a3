//! The client side: signs requests as the official SDKs do.

use crate::key::Secret;
use crate::pairs::escaped;
use crate::request::{Header, Request};
use crate::tc3::{self, TERMINATOR, UNSIGNED_PAYLOAD};
use crate::v1::{self, Digest, SIGNATURE};

const FORM: &str = "application/x-www-form-urlencoded";

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

/// What to call and when. [`Call::new`] fills the rest with what the SDKs send.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The `Host` header, with the port if the URL has one.
    pub host: &'a str,
    /// The action.
    pub action: &'a str,
    /// The API version.
    pub version: &'a str,
    /// The client's clock, in seconds since the Unix epoch.
    pub timestamp_s: i64,
    /// `zh-CN` or `en-US`.
    pub language: Option<&'a str>,
    /// The server ignores it.
    pub region: Option<&'a str>,
    /// The service in the credential scope of TC3, `iai`.
    pub service: &'a str,
    /// Whether TC3 leaves the body out of the signature.
    pub unsigned_payload: bool,
}

/// How to sign with v1.
#[derive(Clone, Copy, Debug)]
pub struct V1 {
    /// A positive random number.
    pub nonce: u64,
    /// The hash.
    pub digest: Digest,
}

/// A signed request, ready to be sent to the path `/`.
#[derive(Clone, Debug)]
pub struct Signed {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The raw query, without `?`.
    pub query: String,
    /// All headers, `Host` among them, without `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl<'a> Call<'a> {
    /// A call of the service `iai` without language and region.
    pub fn new(host: &'a str, action: &'a str, version: &'a str, timestamp_s: i64) -> Call<'a> {
        Call {
            host,
            action,
            version,
            timestamp_s,
            language: None,
            region: None,
            service: "iai",
            unsigned_payload: false,
        }
    }
}

impl Signed {
    /// The headers as [`Request`] takes them.
    pub fn headers(&self) -> Vec<Header<'_>> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect()
    }

    /// The request as a server sees it; `headers` are [`Signed::headers`].
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
pub fn tc3_json(call: &Call<'_>, credentials: &Credentials, body: Vec<u8>) -> Signed {
    tc3(call, credentials, "POST", String::new(), "application/json", body)
}

/// Signs a POST with a multipart body with TC3.
pub fn tc3_multipart(call: &Call<'_>, credentials: &Credentials, boundary: &str, body: Vec<u8>) -> Signed {
    let content_type = format!("multipart/form-data; boundary={boundary}");
    tc3(call, credentials, "POST", String::new(), &content_type, body)
}

/// Signs a GET with TC3. The query is signed as given: escape it with [`query`] or otherwise.
pub fn tc3_query(call: &Call<'_>, credentials: &Credentials, query: String) -> Signed {
    tc3(call, credentials, "GET", query, FORM, Vec::new())
}

/// Signs a GET with v1, with the parameters and the signature in the query.
pub fn v1_query(call: &Call<'_>, credentials: &Credentials, v1: V1, parameters: &[(String, String)]) -> Signed {
    let query = v1_parameters(call, credentials, v1, "GET", parameters);
    Signed {
        method: "GET",
        query,
        headers: plain_headers(call),
        body: Vec::new(),
    }
}

/// Signs a POST with v1, with the parameters and the signature in a form body.
pub fn v1_form(call: &Call<'_>, credentials: &Credentials, v1: V1, parameters: &[(String, String)]) -> Signed {
    let body = v1_parameters(call, credentials, v1, "POST", parameters).into_bytes();
    Signed {
        method: "POST",
        query: String::new(),
        headers: plain_headers(call),
        body,
    }
}

/// Parameters as a query or form body, escaped by RFC 3986.
pub fn query(parameters: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| format!("{}={}", escaped(name.as_bytes()), escaped(value.as_bytes()));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn tc3(
    call: &Call<'_>,
    credentials: &Credentials,
    method: &'static str,
    query: String,
    content_type: &str,
    body: Vec<u8>,
) -> Signed {
    let timestamp = call.timestamp_s.to_string();
    // Outside the calendar nothing can be signed so that a server accepts it; the empty date says as much.
    let date = tc3::date(call.timestamp_s).unwrap_or_default();
    let payload = if call.unsigned_payload {
        UNSIGNED_PAYLOAD.as_bytes()
    } else {
        &body
    };
    let signed = [
        ("content-type", content_type.as_bytes()),
        ("host", call.host.as_bytes()),
    ];
    let canonical = tc3::canonical_request(method, &query, &signed, &tc3::sha256_hex(payload));
    let text = tc3::string_to_sign(&timestamp, &date, call.service, &canonical);
    let signature = tc3::signature(&credentials.secret, &date, call.service, &text);
    let authorization = format!(
        "{} Credential={}/{date}/{}/{TERMINATOR}, SignedHeaders=content-type;host, Signature={signature}",
        tc3::ALGORITHM,
        credentials.secret_id,
        call.service,
    );
    let mut headers = vec![
        ("Content-Type", content_type),
        ("Host", call.host),
        ("X-TC-Action", call.action),
        ("X-TC-Timestamp", &timestamp),
        ("X-TC-Version", call.version),
        ("Authorization", &authorization),
    ];
    headers.extend(call.region.map(|region| ("X-TC-Region", region)));
    headers.extend(call.language.map(|language| ("X-TC-Language", language)));
    headers.extend(credentials.token.as_deref().map(|token| ("X-TC-Token", token)));
    headers.extend(
        call.unsigned_payload
            .then_some(("X-TC-Content-SHA256", UNSIGNED_PAYLOAD)),
    );
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Signed {
        method,
        query,
        headers,
        body,
    }
}

/// All parameters with the common ones and the signature, escaped.
fn v1_parameters(
    call: &Call<'_>,
    credentials: &Credentials,
    v1: V1,
    method: &str,
    parameters: &[(String, String)],
) -> String {
    let (timestamp, nonce) = (call.timestamp_s.to_string(), v1.nonce.to_string());
    let mut common = vec![
        ("Action", call.action),
        ("Version", call.version),
        ("Timestamp", &timestamp),
        ("Nonce", &nonce),
        ("SecretId", &credentials.secret_id),
        ("SignatureMethod", v1.digest.as_str()),
    ];
    common.extend(call.region.map(|region| ("Region", region)));
    common.extend(call.language.map(|language| ("Language", language)));
    common.extend(credentials.token.as_deref().map(|token| ("Token", token)));
    let common = common
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut all: Vec<(String, String)> = parameters.iter().cloned().chain(common).collect();
    let text = v1::string_to_sign(method, call.host.as_bytes(), &all);
    all.push((
        SIGNATURE.to_owned(),
        v1::signature(&credentials.secret, v1.digest, &text),
    ));
    query(&all)
}

fn plain_headers(call: &Call<'_>) -> Vec<(String, String)> {
    vec![
        ("Content-Type".to_owned(), FORM.to_owned()),
        ("Host".to_owned(), call.host.to_owned()),
    ]
}
