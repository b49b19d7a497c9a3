//! Lists and pages, with the limits on their length.

use super::{FieldName, FieldText, GroupId, Invalid};
use std::collections::BTreeSet;

/// Groups of one request, each once, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupIds(Vec<GroupId>);

impl GroupIds {
    /// Checks the number first (duplicates count), then each id. Duplicates are then taken once.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>, max: usize) -> Result<Self, Invalid> {
        let texts: Vec<&str> = texts.into_iter().collect();
        if texts.is_empty() {
            return Err(Invalid::NoGroups);
        }
        if texts.len() > max {
            return Err(Invalid::TooManyGroups {
                given: texts.len(),
                max,
            });
        }
        let mut seen = BTreeSet::new();
        let mut ids = Vec::with_capacity(texts.len());
        for text in texts {
            let id = GroupId::parse(text)?;
            if seen.insert(id.clone()) {
                ids.push(id);
            }
        }
        Ok(Self(ids))
    }

    /// The groups in order.
    pub fn as_slice(&self) -> &[GroupId] {
        &self.0
    }
}

/// Names of the description fields of a new group, in order, all different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldNames(Vec<FieldName>);

impl FieldNames {
    /// Checks number and uniqueness; `max` is [`crate::Limits::fields_per_group`].
    pub fn new(names: Vec<FieldName>, max: usize) -> Result<Self, Invalid> {
        if names.len() > max {
            return Err(Invalid::TooManyGroupFields {
                index: names.len() as u64 - 1,
                max,
            });
        }
        let mut seen = BTreeSet::new();
        for name in &names {
            if !seen.insert(name.as_str()) {
                return Err(Invalid::DuplicateGroupField(name.as_str().to_owned()));
            }
        }
        Ok(Self(names))
    }

    /// The names in order.
    pub fn as_slice(&self) -> &[FieldName] {
        &self.0
    }
}

/// New names for existing description fields of a group, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldRenames(Vec<(u64, FieldName)>);

impl FieldRenames {
    /// Checks number, indexes below `max`, and that neither an index nor a name appears twice.
    pub fn new(renames: Vec<(u64, FieldName)>, max: usize) -> Result<Self, Invalid> {
        let beyond = renames
            .iter()
            .map(|(index, _)| *index)
            .find(|index| *index >= max as u64);
        if let Some(index) = beyond.or_else(|| (renames.len() > max).then(|| renames.len() as u64 - 1)) {
            return Err(Invalid::TooManyGroupFields { index, max });
        }
        let (mut indexes, mut names) = (BTreeSet::new(), BTreeSet::new());
        for (index, name) in &renames {
            if !indexes.insert(*index) {
                return Err(Invalid::DuplicateGroupField(index.to_string()));
            }
            if !names.insert(name.as_str()) {
                return Err(Invalid::DuplicateGroupField(name.as_str().to_owned()));
            }
        }
        Ok(Self(renames))
    }

    /// Index and new name, as given.
    pub fn as_slice(&self) -> &[(u64, FieldName)] {
        &self.0
    }
}

/// Texts of a person for description fields of one group, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldTexts(Vec<(u64, FieldText)>);

impl FieldTexts {
    /// Checks number, indexes below `max`, and that no index appears twice.
    pub fn new(texts: Vec<(u64, FieldText)>, max: usize) -> Result<Self, Invalid> {
        let beyond = texts.iter().map(|(index, _)| *index).find(|index| *index >= max as u64);
        if let Some(index) = beyond.or_else(|| (texts.len() > max).then(|| texts.len() as u64 - 1)) {
            return Err(Invalid::TooManyPersonTexts { index, max });
        }
        let mut indexes = BTreeSet::new();
        match texts.iter().find(|(index, _)| !indexes.insert(*index)) {
            Some((index, _)) => Err(Invalid::DuplicatePersonText(*index)),
            None => Ok(Self(texts)),
        }
    }

    /// Index and text, as given.
    pub fn as_slice(&self) -> &[(u64, FieldText)] {
        &self.0
    }
}

/// Part of a list: rows `offset` to `offset + limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub(crate) offset: u64,
    pub(crate) limit: u64,
}

impl Page {
    /// Length of a page when none is asked for (BEHAVIOUR 9).
    pub const DEFAULT_LIMIT: u64 = 10;

    /// Absent offset is 0, absent limit is 10. A limit of 0 or above `max` is refused (BEHAVIOUR 13 #18). An offset
    /// beyond the end is refused by the list itself ([`crate::CoreError::OffsetExceeded`], 13 #17).
    pub fn parse(offset: Option<u64>, limit: Option<u64>, max: u64) -> Result<Self, Invalid> {
        let limit = limit.unwrap_or(Self::DEFAULT_LIMIT.min(max));
        if limit == 0 || limit > max {
            return Err(Invalid::PageLimit { given: limit, max });
        }
        Ok(Self {
            offset: offset.unwrap_or(0),
            limit,
        })
    }

    /// Rows to skip.
    pub fn offset(self) -> u64 {
        self.offset
    }

    /// Rows to give at most.
    pub fn limit(self) -> u64 {
        self.limit
    }
}
