//! Values that clients give: each constructor knows what is wrong with its input (BEHAVIOUR 6.1 to 6.5).

mod id;
mod list;
mod option;
mod text;

pub use id::{FaceId, GroupId, PersonId};
pub use list::{FieldNames, FieldRenames, FieldTexts, GroupIds, Page};
pub use option::{Gender, ModelVersion, UniquePersonControl};
pub use text::{Charset, FieldName, FieldText, GroupName, PersonName, Tag};

use std::fmt;

/// What kind of value was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Id of a group.
    GroupId,
    /// Name of a group.
    GroupName,
    /// Tag of a group.
    Tag,
    /// Name of a description field of a group.
    FieldName,
    /// Id of a person.
    PersonId,
    /// Name of a person.
    PersonName,
    /// Text of a person in a description field of a group.
    FieldText,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GroupId => "group id",
            Self::GroupName => "group name",
            Self::Tag => "group tag",
            Self::FieldName => "description field name",
            Self::PersonId => "person id",
            Self::PersonName => "person name",
            Self::FieldText => "person description",
        })
    }
}

/// Why a value was refused. Existence and uniqueness are not looked at here; see [`crate::CoreError`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Invalid {
    /// A value that must not be empty is empty.
    #[error("the {value} is empty")]
    Empty {
        /// The kind of value.
        value: Value,
    },
    /// Longer than allowed: ids count bytes, all other texts count characters (BEHAVIOUR 6.1, 6.2).
    #[error("the {value} has a length of {length}, the limit is {max}")]
    TooLong {
        /// The kind of value.
        value: Value,
        /// Its length, in bytes for ids and in Unicode scalars for texts.
        length: usize,
        /// The longest length allowed, in the same unit.
        max: usize,
    },
    /// A character that the kind of value does not allow.
    #[error("the {value} contains {character:?}, which is not allowed")]
    Illegal {
        /// The kind of value.
        value: Value,
        /// The first character that is not allowed.
        character: char,
    },
    /// Gender other than 0, 1 and 2 (BEHAVIOUR 6.4).
    #[error("gender {0} is not one of 0, 1 and 2")]
    Gender(i64),
    /// Model version other than "2.0" and "3.0" (BEHAVIOUR 6.5).
    #[error("face model version {0:?} is neither \"2.0\" nor \"3.0\"")]
    ModelVersion(String),
    /// Uniqueness level above 4 (BEHAVIOUR 7.5).
    #[error("unique person control {0} is not in 0 to 4")]
    UniquePersonControl(u64),
    /// A score or threshold that is not in 0 to 100 (BEHAVIOUR 7.6).
    #[error("score {0} is not in the range 0 to 100")]
    Score(f64),
    /// A list of groups was given and is empty.
    #[error("the list of group ids is empty")]
    NoGroups,
    /// More groups in one request than allowed.
    #[error("{given} group ids were given, the limit is {max}")]
    TooManyGroups {
        /// Number given, duplicates included.
        given: usize,
        /// The limit.
        max: usize,
    },
    /// More description fields than a group may have, or an index that no group can have.
    #[error("description field {index} is beyond the {max} fields that a group may have")]
    TooManyGroupFields {
        /// The offending index, counted from 0.
        index: u64,
        /// Number of fields that a group may have.
        max: usize,
    },
    /// The same as [`Invalid::TooManyGroupFields`] where a person's texts are given.
    #[error("person description {index} is beyond the {max} fields that a group may have")]
    TooManyPersonTexts {
        /// The offending index, counted from 0.
        index: u64,
        /// Number of fields that a group may have.
        max: usize,
    },
    /// A field name, or the index of a field to rename, appears twice in one request.
    #[error("description field {0:?} appears twice")]
    DuplicateGroupField(String),
    /// The index of a person's text appears twice in one request.
    #[error("person description {0} appears twice")]
    DuplicatePersonText(u64),
    /// A page of no rows or of more rows than allowed (BEHAVIOUR 13 #18).
    #[error("limit {given} is not in the range 1 to {max}")]
    PageLimit {
        /// The limit asked for.
        given: u64,
        /// The longest page of this list.
        max: u64,
    },
}
