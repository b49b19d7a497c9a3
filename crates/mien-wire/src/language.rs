//! The language of error messages (BEHAVIOUR 1.11).

use crate::pairs::find_text;
use crate::request::Request;

/// Largest form in which [`Language::asked`] looks for the parameter, in bytes.
const SEARCHED_BYTES: usize = 1 << 20;

/// The language of `Error.Message`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `en-US`, also when no language or an unknown one is asked for.
    #[default]
    English,
    /// `zh-CN`, what the Python SDK asks for unless told otherwise.
    Chinese,
}

impl Language {
    /// The language that a request asks for, found even in requests that are refused: in the header `X-TC-Language`;
    /// without an `Authorization` header also in the parameter `Language` of the query or of a form body.
    pub fn asked(request: &Request<'_>) -> Language {
        if let Some(value) = request.header("X-TC-Language") {
            return Language::named(value);
        }
        if request.header("Authorization").is_some() {
            return Language::English;
        }
        let body = if request.body.len() <= SEARCHED_BYTES {
            request.body
        } else {
            &[]
        };
        find_text(request.query.as_bytes(), "Language")
            .or_else(|| find_text(body, "Language"))
            .map_or(Language::English, |value| Language::named(&value))
    }

    /// The language tag as it stands in a request.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en-US",
            Language::Chinese => "zh-CN",
        }
    }

    pub(crate) fn named(tag: &[u8]) -> Language {
        if tag.eq_ignore_ascii_case(Language::Chinese.tag().as_bytes()) {
            Language::Chinese
        } else {
            Language::English
        }
    }
}
