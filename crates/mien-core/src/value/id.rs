//! Ids: of groups and persons, chosen by clients, and of faces, chosen by the server.

use super::{Invalid, Value};
use std::fmt;

/// Longest id in bytes (BEHAVIOUR 6.1).
pub const MAX_ID_BYTES: usize = 64;

/// Id of a group: unique in its account, case-sensitive, at most 64 bytes of `A-Z a-z 0-9 - % @ # & _`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(String);

/// Id of a person: unique in its account over all groups; same form as [`GroupId`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(String);

impl GroupId {
    /// Checks the text: empty, then too long, then charset.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check(text, Value::GroupId).map(|()| Self(text.to_owned()))
    }

    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The id as the client wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PersonId {
    /// Checks the text: empty, then too long, then charset.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check(text, Value::PersonId).map(|()| Self(text.to_owned()))
    }

    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The id as the client wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(text: &str, value: Value) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::Empty { value });
    }
    if text.len() > MAX_ID_BYTES {
        return Err(Invalid::TooLong {
            value,
            length: text.len(),
            max: MAX_ID_BYTES,
        });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-%@#&_".contains(c);
    match text.chars().find(|c| !allowed(*c)) {
        Some(character) => Err(Invalid::Illegal { value, character }),
        None => Ok(()),
    }
}

/// Id of a face: an unsigned number of about 19 decimal digits, given by the server, unique over all accounts
/// (BEHAVIOUR 6.6). Later faces have larger ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub(crate) u64);

impl FaceId {
    /// Reads the decimal form. `None` when the text cannot be the id of any face: such ids are treated as
    /// unknown, not as errors (BEHAVIOUR 9, DeleteFace).
    pub fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
        if !digits || text.starts_with('0') {
            return None;
        }
        text.parse().ok().map(Self)
    }

    /// The number itself.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for FaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
