//! The outside of a request: steps 1 to 3 of BEHAVIOUR 4, before anything is looked up or computed.

mod head;
mod limits;
mod media;

use std::borrow::Cow;

use crate::code::Code;
use crate::language::Language;
use crate::pairs::Pair;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::tc3::Credential;

pub use limits::Limits;

use head::Head;
use media::Media;

/// The signature scheme of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// TC3-HMAC-SHA256, in the `Authorization` header.
    Tc3,
    /// HmacSHA1 or HmacSHA256, among the parameters.
    V1,
}

/// A request whose outside is in order. Nothing in it is proven yet: that is for [`verify`](crate::verify).
#[derive(Debug)]
pub struct Opened<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) head: Head<'a>,
    pub(crate) by_scheme: ByScheme<'a>,
}

/// What each scheme carries.
#[derive(Debug)]
pub(crate) enum ByScheme<'a> {
    Tc3 {
        credential: Credential<'a>,
        payload: Payload,
    },
    /// The parameters are decoded already, because v1 signs decoded parameters.
    V1 {
        secret_id: Cow<'a, str>,
        parameters: Vec<Pair<'a>>,
    },
}

/// Where the parameters of a TC3 request are.
#[derive(Debug)]
pub(crate) enum Payload {
    Json,
    Multipart { boundary: String },
    Query,
}

/// Opens a request: its method, size, content type, common parameters and the shape of its credential, in this order.
///
/// # Errors
/// `UnsupportedProtocol`, `InvalidRequest`, `RequestSizeLimitExceeded`, `MissingParameter`, `InvalidParameter`,
/// `AuthFailure.InvalidAuthorization`.
pub fn open<'a>(request: &Request<'a>, limits: &Limits) -> Result<Opened<'a>, Refusal> {
    method(request)?;
    limits.admit(request)?;
    let media = Media::of(request);
    // An Authorization header decides for TC3, whatever it holds (BEHAVIOUR 1.7).
    if request.header("Authorization").is_some() {
        open_tc3(request, media)
    } else {
        open_v1(request, media)
    }
}

impl<'a> Opened<'a> {
    /// The request that was opened.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }

    /// How the request is signed.
    pub fn scheme(&self) -> Scheme {
        match self.by_scheme {
            ByScheme::Tc3 { .. } => Scheme::Tc3,
            ByScheme::V1 { .. } => Scheme::V1,
        }
    }

    /// The action asked for: not empty, not compared with the contract.
    pub fn action(&self) -> &str {
        &self.head.action
    }

    /// The API version asked for: not empty, not compared with the contract.
    pub fn version(&self) -> &str {
        &self.head.version
    }

    /// The client's clock, in seconds since the Unix epoch.
    pub fn timestamp_s(&self) -> i64 {
        self.head.timestamp_s
    }

    /// The language for messages.
    pub fn language(&self) -> Language {
        self.head.language
    }

    /// The id of the key that is said to have signed; `None` for `Authorization: SKIP`.
    pub fn secret_id(&self) -> Option<&str> {
        match &self.by_scheme {
            ByScheme::Tc3 {
                credential: Credential::Signed(authorization),
                ..
            } => Some(authorization.secret_id),
            ByScheme::Tc3 {
                credential: Credential::Skipped,
                ..
            } => None,
            ByScheme::V1 { secret_id, .. } => Some(secret_id),
        }
    }
}

/// GET and POST to `/` (BEHAVIOUR 1.1, 1.2).
fn method(request: &Request<'_>) -> Result<(), Refusal> {
    if !matches!(request.method, "GET" | "POST") {
        return Err(Refusal::new(Code::UnsupportedProtocol));
    }
    if !matches!(request.path, "/" | "") {
        return Err(Refusal::explained(
            Code::InvalidRequest,
            "The API is served at the path / only.",
            "API 只在路径 / 上提供。",
        ));
    }
    Ok(())
}

fn open_tc3<'a>(request: &Request<'a>, media: Media) -> Result<Opened<'a>, Refusal> {
    let payload = match media {
        _ if request.method == "GET" => Payload::Query,
        // Without a content type the signature lacks a header that it must cover: the credential is refused below.
        Media::Json | Media::Absent => Payload::Json,
        Media::Multipart {
            boundary: Some(boundary),
        } => Payload::Multipart { boundary },
        Media::Multipart { boundary: None } => {
            return Err(Refusal::explained(
                Code::InvalidRequest,
                "The multipart content type has no valid boundary.",
                "multipart 的 Content-Type 没有有效的 boundary。",
            ));
        }
        Media::Form | Media::Other => {
            return Err(Refusal::explained(
                Code::InvalidParameter,
                "A POST signed with TC3-HMAC-SHA256 must be application/json or multipart/form-data.",
                "使用 TC3-HMAC-SHA256 签名的 POST 请求必须是 application/json 或 multipart/form-data。",
            ));
        }
    };
    let head = Head::of_headers(request)?;
    let credential = Credential::parse(request)?;
    Ok(Opened {
        request: *request,
        head,
        by_scheme: ByScheme::Tc3 { credential, payload },
    })
}

fn open_v1<'a>(request: &Request<'a>, media: Media) -> Result<Opened<'a>, Refusal> {
    let form = match media {
        _ if request.method == "GET" => request.query.as_bytes(),
        Media::Form | Media::Absent => request.body,
        Media::Json | Media::Multipart { .. } | Media::Other => return Err(head::unsigned_post(request)),
    };
    let parameters = head::pairs_of(form)?;
    let (head, secret_id) = Head::of_pairs(&parameters, request)?;
    Ok(Opened {
        request: *request,
        head,
        by_scheme: ByScheme::V1 { secret_id, parameters },
    })
}
