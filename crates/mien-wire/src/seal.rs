//! The envelope around every answer (BEHAVIOUR 10).

use serde::Serialize;

use crate::code::Code;
use crate::language::Language;
use crate::refusal::Refusal;

/// The exact `Content-Type` of every answer. With a charset behind it the Python SDK does not see errors (BEHAVIOUR 10.3).
pub const CONTENT_TYPE: &str = "application/json";

/// The body of an answer: `{"Response":{…,"RequestId":"…"}}`, to be sent with status 200 (BEHAVIOUR 10.2) and
/// [`CONTENT_TYPE`].
///
/// `outcome` is either the fields of the answer, anything that serialises to a JSON object or to null (no fields), or
/// the refusal. Fields that do not serialise to an object are answered as `InternalError`.
pub fn seal<T: Serialize + ?Sized>(request_id: &str, outcome: Result<&T, &Refusal>, language: Language) -> Vec<u8> {
    let fields = match outcome {
        Ok(fields) => object(fields),
        Err(refusal) => error(refusal, language),
    };
    let fields = fields
        .or_else(|| error(&Refusal::new(Code::InternalError), language))
        .unwrap_or_default();
    let request_id = serde_json::to_vec(request_id).unwrap_or_else(|_| b"\"\"".to_vec());

    let mut body = Vec::with_capacity(fields.len() + request_id.len() + 32);
    body.extend_from_slice(b"{\"Response\":{");
    body.extend_from_slice(&fields);
    if !fields.is_empty() {
        body.push(b',');
    }
    body.extend_from_slice(b"\"RequestId\":");
    body.extend_from_slice(&request_id);
    body.extend_from_slice(b"}}");
    body
}

/// The members of the object that `fields` serialises to, without its braces.
fn object<T: Serialize + ?Sized>(fields: &T) -> Option<Vec<u8>> {
    let text = serde_json::to_vec(fields).ok()?;
    if text == b"null" {
        return Some(Vec::new());
    }
    let inner = text.strip_prefix(b"{")?.strip_suffix(b"}")?;
    Some(inner.trim_ascii().to_vec())
}

fn error(refusal: &Refusal, language: Language) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Failure<'a> {
        error: Detail<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Detail<'a> {
        code: &'a str,
        message: &'a str,
    }
    object(&Failure {
        error: Detail {
            code: refusal.code().as_str(),
            message: refusal.message(language),
        },
    })
}
