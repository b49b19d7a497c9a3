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
    let mut body = b"{\"Response\":".to_vec();
    let written = match outcome {
        Ok(fields) => write_fields(&mut body, fields),
        Err(refusal) => write_error(&mut body, refusal, language),
    };
    written.or_else(|| write_error(&mut body, &Refusal::new(Code::InternalError), language));
    body.extend_from_slice(b"\"RequestId\":");
    body.extend_from_slice(&serde_json::to_vec(request_id).unwrap_or_else(|_| b"\"\"".to_vec()));
    body.extend_from_slice(b"}}");
    body
}

/// Appends the object that `fields` serialises to, ready for one more field: `{` or `{"A":1,`. Appends nothing and
/// gives `None` when it does not serialise to an object.
fn write_fields<T: Serialize + ?Sized>(body: &mut Vec<u8>, fields: &T) -> Option<()> {
    let start = body.len();
    let written = serde_json::to_writer(&mut *body, fields).is_ok();
    let inner = match body.get(start..).unwrap_or_default() {
        _ if !written => None,
        b"null" => Some(0),
        [b'{', inner @ .., b'}'] => Some(inner.trim_ascii_end().len()),
        _ => None,
    };
    match inner {
        None => body.truncate(start),
        Some(0) => {
            body.truncate(start);
            body.push(b'{');
        }
        Some(length) => {
            body.truncate(start + 1 + length);
            body.push(b',');
        }
    }
    inner.map(|_| ())
}

fn write_error(body: &mut Vec<u8>, refusal: &Refusal, language: Language) -> Option<()> {
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
    let error = Detail {
        code: refusal.code().as_str(),
        message: refusal.message(language),
    };
    write_fields(body, &Failure { error })
}
