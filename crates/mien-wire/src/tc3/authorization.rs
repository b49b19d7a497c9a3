//! The `Authorization` header (BEHAVIOUR 2.1, 2.5).

use crate::code::Code;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::tc3::ALGORITHM;

/// What the SDKs send when told not to sign (BEHAVIOUR 2.13).
const SKIP: &str = "SKIP";

/// Most headers that a client may sign: bounds the work on a header that anyone may send.
const SIGNED_HEADERS: usize = 32;

/// What the `Authorization` header holds.
#[derive(Debug)]
pub(crate) enum Credential<'a> {
    Signed(Authorization<'a>),
    Skipped,
}

/// A well-formed TC3 header whose signed headers are all there.
#[derive(Debug)]
pub(crate) struct Authorization<'a> {
    pub secret_id: &'a str,
    pub date: &'a str,
    pub service: &'a str,
    /// The last part of the scope, `tc3_request` if the client is right.
    pub terminator: &'a str,
    /// Names in lower case with their values, in the order of `SignedHeaders`.
    pub signed: Vec<(String, &'a [u8])>,
    pub signature: [u8; 32],
}

impl<'a> Credential<'a> {
    /// Parses the header `Authorization` of `request`.
    pub(crate) fn parse(request: &Request<'a>) -> Result<Credential<'a>, Refusal> {
        let mut values = request.values("Authorization");
        let value = values.next().unwrap_or_default();
        if values.next().is_some() {
            return Err(refused(
                "The Authorization header is given twice.",
                "Authorization 头出现了两次。",
            ));
        }
        let text = std::str::from_utf8(value).map_err(|_| Refusal::new(Code::AuthFailureInvalidAuthorization))?;
        if text == SKIP {
            return Ok(Credential::Skipped);
        }
        Authorization::parse(text, request).map(Credential::Signed)
    }
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str, request: &Request<'a>) -> Result<Authorization<'a>, Refusal> {
        let fields = text
            .strip_prefix(ALGORITHM)
            .filter(|fields| fields.starts_with(|first: char| first.is_ascii_whitespace()))
            .ok_or_else(|| {
                refused(
                    "The Authorization header does not start with TC3-HMAC-SHA256.",
                    "Authorization 头不是以 TC3-HMAC-SHA256 开头。",
                )
            })?;
        let [credential, names, signature] = three_fields(fields)?;
        let [secret_id, date, service, terminator] = scope(credential)?;
        Ok(Authorization {
            secret_id,
            date,
            service,
            terminator,
            signed: signed_headers(names, request)?,
            signature: digest(signature)?,
        })
    }
}

/// The values of `Credential`, `SignedHeaders` and `Signature`, in any order, each once, spaces around commas optional.
fn three_fields(text: &str) -> Result<[&str; 3], Refusal> {
    const NAMES: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];
    let mut values = [None; 3];
    for piece in text.split(',') {
        let place = piece.trim().split_once('=').and_then(|(name, value)| {
            let place = NAMES.iter().position(|known| *known == name)?;
            Some((place, value.trim()))
        });
        match place {
            Some((place, value)) if values[place].is_none() => values[place] = Some(value),
            _ => {
                return Err(refused(
                    "The Authorization header must hold Credential, SignedHeaders and Signature, each once.",
                    "Authorization 头必须且只能各包含一次 Credential、SignedHeaders 和 Signature。",
                ));
            }
        }
    }
    match values {
        [Some(credential), Some(names), Some(signature)] => Ok([credential, names, signature]),
        _ => Err(refused(
            "The Authorization header lacks Credential, SignedHeaders or Signature.",
            "Authorization 头缺少 Credential、SignedHeaders 或 Signature。",
        )),
    }
}

fn scope(credential: &str) -> Result<[&str; 4], Refusal> {
    let mut parts = credential.split('/');
    match [parts.next(), parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(secret_id), Some(date), Some(service), Some(terminator), None]
            if is_date(date) && !service.is_empty() && !terminator.is_empty() =>
        {
            Ok([secret_id, date, service, terminator])
        }
        _ => Err(refused(
            "Credential must be SecretId/date/service/tc3_request with the date as yyyy-mm-dd.",
            "Credential 必须是 SecretId/日期/服务/tc3_request，日期格式为 yyyy-mm-dd。",
        )),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| {
            if at == 4 || at == 7 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
}

/// The signed headers with their values. A header that was sent twice cannot be signed: which one counts is unclear.
fn signed_headers<'a>(names: &str, request: &Request<'a>) -> Result<Vec<(String, &'a [u8])>, Refusal> {
    let mut signed: Vec<(String, &'a [u8])> = Vec::new();
    for name in names.split(';') {
        let name = name.trim().to_ascii_lowercase();
        let values: Vec<&'a [u8]> = request.values(&name).take(2).collect();
        let [value] = values[..] else {
            return Err(refused(
                "SignedHeaders names a header that was not sent exactly once.",
                "SignedHeaders 中的某个请求头没有发送，或发送了多次。",
            ));
        };
        if signed.len() == SIGNED_HEADERS || signed.iter().any(|(known, _)| *known == name) {
            return Err(refused(
                "SignedHeaders names too many headers, or one twice.",
                "SignedHeaders 中的请求头过多或重复。",
            ));
        }
        signed.push((name, value));
    }
    if ["content-type", "host"]
        .iter()
        .all(|required| signed.iter().any(|(name, _)| name == required))
    {
        Ok(signed)
    } else {
        Err(refused(
            "SignedHeaders must name content-type and host.",
            "SignedHeaders 必须包含 content-type 和 host。",
        ))
    }
}

fn digest(signature: &str) -> Result<[u8; 32], Refusal> {
    let mut digest = [0; 32];
    match base16ct::lower::decode(signature, &mut digest) {
        Ok(decoded) if decoded.len() == 32 => Ok(digest),
        _ => Err(refused(
            "Signature must be 64 hexadecimal digits in lower case.",
            "Signature 必须是 64 位小写十六进制数。",
        )),
    }
}

fn refused(english: &'static str, chinese: &'static str) -> Refusal {
    Refusal::explained(Code::AuthFailureInvalidAuthorization, english, chinese)
}
