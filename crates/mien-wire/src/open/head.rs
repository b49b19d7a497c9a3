//! The common parameters: in headers for TC3, among the parameters for v1 (BEHAVIOUR 1.8, 3.5). `Timestamp` is
//! checked first, then `Action` and `Version`, then what only v1 has (BEHAVIOUR 4).

use std::borrow::Cow;

use crate::code::Code;
use crate::language::Language;
use crate::pairs::{Pair, pairs};
use crate::params::Params;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::v1::SIGNATURE;

/// Most parameters of a v1 request: they are decoded before the signature is known to be right.
const PARAMETERS: usize = 10_000;

/// Any of these among the parameters makes a request without `Authorization` one of v1 (BEHAVIOUR 1.7).
const SIGNS_OF_V1: [&str; 3] = [SIGNATURE, "SecretId", "Nonce"];

/// What every request carries.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub action: Cow<'a, str>,
    pub version: Cow<'a, str>,
    /// As sent, because TC3 signs this text.
    pub timestamp: Cow<'a, str>,
    pub timestamp_s: i64,
    pub language: Language,
    pub token: Option<Cow<'a, [u8]>>,
}

impl<'a> Head<'a> {
    /// From the `X-TC-*` headers.
    pub(crate) fn of_headers(request: &Request<'a>) -> Result<Head<'a>, Refusal> {
        let required = |name| header(request, name)?.ok_or_else(|| Refusal::about(Code::MissingParameter, name));
        let timestamp = required("X-TC-Timestamp")?;
        Ok(Head {
            timestamp_s: integer("X-TC-Timestamp", timestamp)?,
            timestamp: Cow::Borrowed(timestamp),
            action: Cow::Borrowed(required("X-TC-Action")?),
            version: Cow::Borrowed(required("X-TC-Version")?),
            language: Language::asked(request),
            token: request.header("X-TC-Token").map(Cow::Borrowed),
        })
    }

    /// From decoded parameters, with the SecretId.
    pub(crate) fn of_pairs(pairs: &[Pair<'a>], request: &Request<'a>) -> Result<(Head<'a>, Cow<'a, str>), Refusal> {
        if !SIGNS_OF_V1
            .iter()
            .any(|sign| pairs.iter().any(|(key, _)| **key == *sign.as_bytes()))
        {
            return Err(unsigned(request, pairs));
        }
        let required = |name| {
            parameter(pairs, name)?
                .filter(|value| !value.is_empty())
                .ok_or_else(|| Refusal::about(Code::MissingParameter, name))
        };
        let timestamp = required("Timestamp")?;
        let timestamp_s = integer("Timestamp", &timestamp)?;
        let (action, version) = (required("Action")?, required("Version")?);
        nonce(&required("Nonce")?)?;
        let secret_id =
            parameter(pairs, "SecretId")?.ok_or_else(|| Refusal::about(Code::MissingParameter, "SecretId"))?;
        required(SIGNATURE)?;
        let language = parameter(pairs, "Language")?;
        let language = language.map_or(Language::English, |tag| Language::named(tag.as_bytes()));
        let token = parameter(pairs, "Token")?.map(|token| match token {
            Cow::Borrowed(token) => Cow::Borrowed(token.as_bytes()),
            Cow::Owned(token) => Cow::Owned(token.into_bytes()),
        });
        Ok((
            Head {
                action,
                version,
                timestamp,
                timestamp_s,
                language,
                token,
            },
            secret_id,
        ))
    }
}

/// All parameters of a v1 request.
pub(crate) fn pairs_of(form: &[u8]) -> Result<Vec<Pair<'_>>, Refusal> {
    let found: Vec<Pair<'_>> = pairs(form).take(PARAMETERS + 1).collect();
    if found.len() > PARAMETERS {
        return Err(Refusal::explained(
            Code::InvalidParameter,
            format!("The request has more than {PARAMETERS} parameters."),
            format!("请求的参数超过 {PARAMETERS} 个。"),
        ));
    }
    Ok(found)
}

/// The refusal of a POST without an `Authorization` header whose content type is not a form: v1 in the wrong content
/// type, or no signature at all (BEHAVIOUR 1.4, 1.7).
pub(crate) fn unsigned_post(request: &Request<'_>) -> Refusal {
    let is_sign = |name: &[u8]| SIGNS_OF_V1.iter().any(|sign| name == sign.as_bytes());
    let in_pairs = |text| pairs(text).any(|(name, _)| is_sign(&name));
    let in_json = |text| Params::from_json(text).is_ok_and(|body| SIGNS_OF_V1.iter().any(|sign| body.has(sign)));
    if in_pairs(request.query.as_bytes()) || in_pairs(request.body) || in_json(request.body) {
        return Refusal::explained(
            Code::InvalidParameter,
            "A POST with its signature among the parameters must be application/x-www-form-urlencoded.",
            "签名放在参数中的 POST 请求必须是 application/x-www-form-urlencoded。",
        );
    }
    unsigned(request, &[])
}

/// The refusal of a request with no signature of either scheme: what it lacks first, wherever that may stand.
fn unsigned(request: &Request<'_>, pairs: &[Pair<'_>]) -> Refusal {
    let sent = |name: &'static str| match header(request, &format!("X-TC-{name}")) {
        Ok(None) => parameter(pairs, name).map(|value| value.is_some_and(|value| !value.is_empty())),
        other => other.map(|value| value.is_some()),
    };
    for name in ["Timestamp", "Action", "Version"] {
        match sent(name) {
            Ok(true) => {}
            Ok(false) => return Refusal::about(Code::MissingParameter, name),
            Err(refusal) => return refusal,
        }
    }
    Refusal::explained(
        Code::MissingParameter,
        "The request is not signed: it has neither an `Authorization` header nor a `Signature` parameter.",
        "请求没有签名：既没有 `Authorization` 请求头，也没有 `Signature` 参数。",
    )
}

/// A header as text; an empty one counts as absent. Sent twice with different values it has no meaning.
fn header<'a>(request: &Request<'a>, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = request.values(name);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.any(|other| other != value) {
        return Err(twice(name));
    }
    let text = std::str::from_utf8(value).map_err(|_| Refusal::about(Code::InvalidParameter, name))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A parameter as text.
fn parameter<'a>(pairs: &[Pair<'a>], name: &str) -> Result<Option<Cow<'a, str>>, Refusal> {
    let mut values = pairs
        .iter()
        .filter(|(key, _)| **key == *name.as_bytes())
        .map(|(_, value)| value);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(twice(name));
    }
    text(value)
        .map(Some)
        .ok_or_else(|| Refusal::about(Code::InvalidParameter, name))
}

fn text<'a>(bytes: &Cow<'a, [u8]>) -> Option<Cow<'a, str>> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => std::str::from_utf8(bytes).ok().map(|text| Cow::Owned(text.to_owned())),
    }
}

fn integer(name: &str, text: &str) -> Result<i64, Refusal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = if plain { text.parse().ok() } else { None };
    value.ok_or_else(|| Refusal::about(Code::InvalidParameter, name))
}

/// A positive integer of up to 64 bits; repeats are allowed (BEHAVIOUR 3.5, 3.6).
fn nonce(text: &str) -> Result<(), Refusal> {
    let positive = text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u64>().is_ok_and(|nonce| nonce > 0);
    if positive {
        Ok(())
    } else {
        Err(Refusal::about(Code::InvalidParameter, "Nonce"))
    }
}

fn twice(name: &str) -> Refusal {
    Refusal::explained(
        Code::InvalidParameter,
        format!("`{name}` is given more than once."),
        format!("`{name}` 出现了多次。"),
    )
}
