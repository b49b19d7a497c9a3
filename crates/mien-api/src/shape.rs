//! What the contract says about names and types, as data: the table `ACTIONS`, the contract test and the documentation read it.

use std::fmt;

/// The API versions, which select the action set (BEHAVIOUR 1.9). Both see the same groups and persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2018-03-01`.
    V2018,
    /// `2020-03-03`.
    V2020,
}

/// Both versions.
pub const BOTH: &[Version] = &[Version::V2018, Version::V2020];

/// Only the newer version.
pub const SINCE_2020: &[Version] = &[Version::V2020];

impl Version {
    /// The text of `X-TC-Version`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2018 => "2018-03-01",
            Self::V2020 => "2020-03-03",
        }
    }

    /// The version with this text; names are case-sensitive.
    pub fn parse(text: &str) -> Option<Self> {
        BOTH.iter().copied().find(|version| version.as_str() == text)
    }
}

/// The type of a value on the wire. Unsigned integers refuse negative numbers before any other check (BEHAVIOUR 5.4).
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `uint64`.
    Unsigned,
    /// `int64`.
    Signed,
    /// `float`.
    Float,
    /// `string`.
    Text,
    /// `bool`.
    Boolean,
    /// `list<…>`.
    List(&'static Kind),
    /// One of the nested types.
    Object(&'static Shape),
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => out.write_str("uint64"),
            Self::Signed => out.write_str("int64"),
            Self::Float => out.write_str("float"),
            Self::Text => out.write_str("string"),
            Self::Boolean => out.write_str("bool"),
            Self::List(item) => write!(out, "list<{item}>"),
            Self::Object(shape) => out.write_str(shape.name),
        }
    }
}

/// A nested type.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the contract.
    pub name: &'static str,
    /// Its fields in the order they are written.
    pub fields: &'static [Output],
}

/// One field of a reply or of a nested type.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Its name in the contract.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether it may be `null`. A declared field is never left out (BEHAVIOUR 10.6).
    pub nullable: bool,
}

/// One parameter of an action.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name in the contract.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether a request without it is refused with `MissingParameter`.
    pub required: bool,
    /// Whether an empty value is refused with `MissingParameter.ErrorParameterEmpty` (BEHAVIOUR 5.7).
    pub filled: bool,
    /// The versions that have it.
    pub versions: &'static [Version],
    /// What is documented about its value.
    pub limits: Limits,
}

/// What is documented about the value of a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Length of a text.
    pub length: Option<Length>,
    /// Number of entries of a list.
    pub items: Option<Items>,
    /// Length of each text of a list.
    pub item_length: Option<Length>,
    /// Smallest value.
    pub low: Option<u64>,
    /// Largest value.
    pub high: Option<u64>,
    /// The largest value itself is refused.
    pub below_high: bool,
    /// The permitted numbers.
    pub choices: &'static [i64],
    /// The permitted words.
    pub words: &'static [&'static str],
    /// What counts when it is absent.
    pub default: Option<Fallback>,
}

/// What counts when a parameter is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// A number.
    Number(u64),
    /// A word.
    Word(&'static str),
}

/// The permitted length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Shortest.
    pub min: usize,
    /// Longest; `None`: not documented.
    pub max: Option<usize>,
    /// Counted in bytes of UTF-8 (ids, Base64) or in Unicode scalars (names).
    pub unit: Unit,
}

/// How the length of a text is counted (BEHAVIOUR 6.1, 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalars.
    Characters,
}

/// The permitted number of entries of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items {
    /// Fewest.
    pub min: usize,
    /// Most; `None`: not documented.
    pub max: Option<usize>,
}
