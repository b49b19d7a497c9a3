//! The error codes of the contract: every code that the API documents, in one table.
//!
//! Clients switch on the code string; the message is for people and may change (BEHAVIOUR 14), so its wording is our own.

mod table;

use std::fmt;
use std::str::FromStr;

use crate::language::Language;

pub use table::Code;

/// Who answers with a code: the gateway in front of every action, or the face recognition service itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Transport, authentication, routing, parameter types, rates.
    Gateway,
    /// The rules of the actions.
    Business,
}

/// One row of the table of codes.
pub(crate) struct Row {
    code: Code,
    text: &'static str,
    level: Level,
    english: &'static str,
    chinese: &'static str,
}

impl Code {
    /// The code as it goes on the wire, for example `AuthFailure.SignatureExpire`.
    pub fn as_str(self) -> &'static str {
        self.row().text
    }

    /// Whether the gateway or the service answers with this code.
    pub fn level(self) -> Level {
        self.row().level
    }

    /// The general message of this code; a [`Refusal`](crate::Refusal) may say more.
    pub fn message(self, language: Language) -> &'static str {
        match language {
            Language::English => self.row().english,
            Language::Chinese => self.row().chinese,
        }
    }

    /// All codes in alphabetical order of their text.
    pub fn all() -> impl Iterator<Item = Code> {
        table::ROWS.iter().map(|row| row.code)
    }

    fn row(self) -> &'static Row {
        &table::ROWS[self as usize]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text is none of the contract's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an error code of the contract")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        table::ROWS
            .iter()
            .find(|row| row.text == text)
            .map(|row| row.code)
            .ok_or(UnknownCode)
    }
}
