//! What the wire can answer instead of a result: a code and a message in both languages.

use std::borrow::Cow;
use std::fmt;

use crate::code::Code;
use crate::language::Language;

/// Longest name that a message repeats, in bytes; names of unknown parameters come from the client.
const NAME_BYTES: usize = 64;

/// A refused request: the code, what to tell the client, and for signatures what the server computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: Code,
    words: Option<Box<Words>>,
    mismatch: Option<Box<Mismatch>>,
}

/// What the server signed when a signature did not match: for the log or a debug mode, never for the answer. It holds
/// neither the key nor the right signature; tokens and long values are shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The canonical request of TC3 (BEHAVIOUR 2.2); `None` in v1.
    pub canonical_request: Option<String>,
    /// The text under the signature (BEHAVIOUR 2.8, 3.1).
    pub string_to_sign: String,
    /// In how many forms the request was tried (BEHAVIOUR 2.14: at most 8).
    pub forms_tried: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    english: Cow<'static, str>,
    chinese: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with the general message of the code.
    pub fn new(code: Code) -> Refusal {
        Refusal {
            code,
            words: None,
            mismatch: None,
        }
    }

    /// A refusal with its own message in English and Chinese.
    pub fn explained(
        code: Code,
        english: impl Into<Cow<'static, str>>,
        chinese: impl Into<Cow<'static, str>>,
    ) -> Refusal {
        let words = Words {
            english: english.into(),
            chinese: chinese.into(),
        };
        Refusal {
            words: Some(Box::new(words)),
            ..Refusal::new(code)
        }
    }

    /// A refusal whose message names the parameter or header it is about, as a dotted path such as `GroupIds.0`.
    pub fn about(code: Code, name: &str) -> Refusal {
        let name = shortened(name);
        let (english, chinese) = match code {
            Code::MissingParameter => (
                format!("Required parameter `{name}` is missing."),
                format!("缺少必要的参数 `{name}`。"),
            ),
            Code::MissingParameterErrorParameterEmpty => (
                format!("Required parameter `{name}` must not be empty."),
                format!("必要的参数 `{name}` 不能为空。"),
            ),
            Code::InvalidParameter => (
                format!("Parameter `{name}` does not have the right type."),
                format!("参数 `{name}` 的类型不正确。"),
            ),
            Code::UnknownParameter => (
                format!("Parameter `{name}` is not defined for this action."),
                format!("该接口没有定义参数 `{name}`。"),
            ),
            other => (
                format!("{} (`{name}`)", other.message(Language::English)),
                format!("{}（`{name}`）", other.message(Language::Chinese)),
            ),
        };
        Refusal::explained(code, english, chinese)
    }

    /// The code of the refusal.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The message in that language.
    pub fn message(&self, language: Language) -> &str {
        match (&self.words, language) {
            (None, _) => self.code.message(language),
            (Some(words), Language::English) => &words.english,
            (Some(words), Language::Chinese) => &words.chinese,
        }
    }

    /// For `AuthFailure.SignatureFailure` by a wrong signature: what the server computed.
    pub fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_deref()
    }

    pub(crate) fn with_mismatch(self, mismatch: Mismatch) -> Refusal {
        Refusal {
            mismatch: Some(Box::new(mismatch)),
            ..self
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Refusal {
        Refusal::new(code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message(Language::English))
    }
}

impl std::error::Error for Refusal {}

pub(crate) fn shortened(name: &str) -> Cow<'_, str> {
    if name.len() <= NAME_BYTES {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("{}…", &name[..name.floor_char_boundary(NAME_BYTES)]))
}
