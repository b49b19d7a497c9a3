//! The parameters of a request as one tree, whatever form they were sent in (BEHAVIOUR 5).

mod dotted;
mod json;
mod multipart;
mod number;
mod read;
mod tree;

use std::borrow::Cow;

use crate::code::Code;
use crate::open::{ByScheme, Opened, Payload};
use crate::pairs::{Pair, pairs};
use crate::refusal::Refusal;

use tree::{Budget, Object, Value};

/// Parameters of a v1 request that belong to the protocol, and what a TC3 request may repeat of them in its query
/// (BEHAVIOUR 1.8, 1.12): never parameters of an action.
const OF_PROTOCOL: [&str; 11] = [
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "Token",
    "Version",
];

/// The parameters of a request, or of one object among them, behind typed readers.
///
/// Texts are borrowed from the request where they hold no escapes: an image is not copied. Absent and null are the
/// same. A parameter given twice is refused. Depth and number of values are bounded.
#[derive(Clone, Debug, PartialEq)]
pub struct Params<'a> {
    fields: Fields<'a>,
    /// The dotted path of this object with a dot behind it; empty for the whole.
    prefix: String,
}

#[derive(Clone, Debug)]
enum Fields<'a> {
    Owned(Object<'a>),
    Borrowed(&'a Object<'a>),
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Fields<'_>) -> bool {
        self.object() == other.object()
    }
}

impl<'a> Fields<'a> {
    fn object(&self) -> &Object<'a> {
        match self {
            Fields::Owned(object) => object,
            Fields::Borrowed(object) => object,
        }
    }
}

impl<'a> Params<'a> {
    /// Decodes the JSON, query, form or multipart parameters of a request.
    ///
    /// # Errors
    /// `InvalidParameter`; `InvalidRequest` for a malformed multipart body.
    pub fn decode(opened: &'a Opened<'_>) -> Result<Params<'a>, Refusal> {
        let request = &opened.request;
        match &opened.by_scheme {
            ByScheme::Tc3 {
                payload: Payload::Json, ..
            } => Params::from_json(request.body),
            ByScheme::Tc3 {
                payload: Payload::Multipart { boundary },
                ..
            } => Params::from_multipart(boundary, request.body),
            ByScheme::Tc3 {
                payload: Payload::Query,
                ..
            } => Params::from_form(request.query.as_bytes()),
            ByScheme::V1 { parameters, .. } => {
                let borrowed = |(key, value): &'a Pair<'_>| (Cow::Borrowed(&**key), Cow::Borrowed(&**value));
                Params::from_pairs(parameters.iter().map(borrowed))
            }
        }
    }

    /// Decodes a JSON body: one object, or nothing at all (BEHAVIOUR 5.1).
    ///
    /// # Errors
    /// `InvalidParameter`.
    pub fn from_json(body: &'a [u8]) -> Result<Params<'a>, Refusal> {
        if body.trim_ascii().is_empty() {
            return Ok(Params::whole(Object::default()));
        }
        match json::parse(body, &Budget::default())? {
            Some(Value::Object(object)) => Ok(Params::whole(object)),
            None => Ok(Params::whole(Object::default())),
            Some(_) => Err(Refusal::explained(
                Code::InvalidParameter,
                "The request body must be a JSON object.",
                "请求体必须是 JSON 对象。",
            )),
        }
    }

    /// Decodes a query or form body, without the common parameters (BEHAVIOUR 5.2).
    ///
    /// # Errors
    /// `InvalidParameter`.
    pub fn from_form(form: &'a [u8]) -> Result<Params<'a>, Refusal> {
        Params::from_pairs(pairs(form))
    }

    /// Decodes a multipart body: each part is a parameter, parts of type `application/json` hold lists and objects
    /// (BEHAVIOUR 1.4).
    ///
    /// # Errors
    /// `InvalidRequest` for a malformed body, `InvalidParameter` for a malformed part.
    pub fn from_multipart(boundary: &str, body: &'a [u8]) -> Result<Params<'a>, Refusal> {
        let budget = Budget::default();
        let mut entries = Vec::new();
        for part in multipart::parts(boundary, body) {
            let part = part?;
            let value = match part.is_json {
                true => json::parse(part.content, &budget)?,
                false => Some(text(&part.name, Cow::Borrowed(part.content))?),
            };
            entries.extend(value.map(|value| (part.name, value)));
        }
        dotted::tree(entries, &budget).map(Params::whole)
    }

    fn from_pairs(pairs: impl Iterator<Item = Pair<'a>>) -> Result<Params<'a>, Refusal> {
        let mut entries = Vec::new();
        for (key, value) in pairs.filter(|(key, _)| !OF_PROTOCOL.iter().any(|name| **key == *name.as_bytes())) {
            let name = utf8(key).ok_or_else(|| {
                Refusal::explained(
                    Code::InvalidParameter,
                    "The name of a parameter is not valid UTF-8.",
                    "参数名不是有效的 UTF-8。",
                )
            })?;
            let value = text(&name, value)?;
            entries.push((name, value));
        }
        dotted::tree(entries, &Budget::default()).map(Params::whole)
    }

    fn whole(object: Object<'a>) -> Params<'a> {
        Params {
            fields: Fields::Owned(object),
            prefix: String::new(),
        }
    }
}

/// A text value; not UTF-8 is refused (BEHAVIOUR 1.6).
fn text<'a>(name: &str, value: Cow<'a, [u8]>) -> Result<Value<'a>, Refusal> {
    utf8(value).map(Value::Text).ok_or_else(|| {
        let name = crate::refusal::shortened(name);
        Refusal::explained(
            Code::InvalidParameter,
            format!("Parameter `{name}` is not valid UTF-8."),
            format!("参数 `{name}` 不是有效的 UTF-8。"),
        )
    })
}

fn utf8(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}
