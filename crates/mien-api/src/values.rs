//! Parameter values become domain values here; each parser knows the code of what it refuses.

use mien_core::{
    Charset, FieldName, FieldNames, FieldRenames, FieldText, FieldTexts, Gender, GroupId, GroupIds, GroupName, Invalid,
    Limits, ModelVersion, Page, PersonId, PersonName, Score, Tag, UniquePersonControl,
};
use mien_wire::{Code, Refusal};

use crate::arguments::{Entry, OfGroup, OfPerson, Text};
use crate::refusals::{explained, invalid, valued};

pub(crate) fn group_id(text: &str) -> Result<GroupId, Refusal> {
    GroupId::parse(text).map_err(|error| invalid(&error, "GroupId"))
}

pub(crate) fn group_ids(texts: &[Text<'_>], max: usize) -> Result<GroupIds, Refusal> {
    GroupIds::parse(texts.iter().map(AsRef::as_ref), max).map_err(|error| invalid(&error, "GroupIds"))
}

pub(crate) fn group_name(text: &str, charset: Charset) -> Result<GroupName, Refusal> {
    GroupName::parse(text, charset).map_err(|error| invalid(&error, "GroupName"))
}

pub(crate) fn tag(text: &str, charset: Charset) -> Result<Tag, Refusal> {
    Tag::parse(text, charset).map_err(|error| invalid(&error, "Tag"))
}

/// Number, then each name, then uniqueness.
pub(crate) fn field_names(texts: &[Text<'_>], charset: Charset, limits: &Limits) -> Result<FieldNames, Refusal> {
    let name = "GroupExDescriptions";
    let max = limits.fields_per_group;
    if texts.len() > max {
        return Err(invalid(
            &Invalid::TooManyGroupFields {
                index: texts.len() as u64 - 1,
                max,
            },
            name,
        ));
    }
    let names: Result<Vec<FieldName>, Invalid> = texts.iter().map(|text| FieldName::parse(text, charset)).collect();
    names
        .and_then(|names| FieldNames::new(names, max))
        .map_err(|error| invalid(&error, name))
}

/// Number and indexes, then each name, then uniqueness.
pub(crate) fn field_renames(
    entries: &[Entry<OfGroup>],
    charset: Charset,
    limits: &Limits,
) -> Result<FieldRenames, Refusal> {
    let name = "GroupExDescriptionInfos";
    let max = limits.fields_per_group;
    if let Some(index) = beyond(entries.iter().map(|entry| entry.index), max) {
        return Err(invalid(&Invalid::TooManyGroupFields { index, max }, name));
    }
    let renames: Result<Vec<(u64, FieldName)>, Invalid> = entries
        .iter()
        .map(|entry| Ok((entry.index, FieldName::parse(&entry.text, charset)?)))
        .collect();
    renames
        .and_then(|renames| FieldRenames::new(renames, max))
        .map_err(|error| invalid(&error, name))
}

pub(crate) fn person_id(text: &str) -> Result<PersonId, Refusal> {
    PersonId::parse(text).map_err(|error| invalid(&error, "PersonId"))
}

pub(crate) fn person_name(text: &str, charset: Charset) -> Result<PersonName, Refusal> {
    PersonName::parse(text, charset).map_err(|error| invalid(&error, "PersonName"))
}

pub(crate) fn gender(number: i64) -> Result<Gender, Refusal> {
    Gender::parse(number).map_err(|error| invalid(&error, "Gender"))
}

/// Number, indexes and uniqueness, then each text.
pub(crate) fn field_texts(
    entries: &[Entry<OfPerson>],
    charset: Charset,
    limits: &Limits,
) -> Result<FieldTexts, Refusal> {
    let name = "PersonExDescriptionInfos";
    let max = limits.fields_per_group;
    if let Some(index) = beyond(entries.iter().map(|entry| entry.index), max) {
        return Err(invalid(&Invalid::TooManyPersonTexts { index, max }, name));
    }
    let mut indexes = std::collections::BTreeSet::new();
    if let Some(entry) = entries.iter().find(|entry| !indexes.insert(entry.index)) {
        return Err(invalid(&Invalid::DuplicatePersonText(entry.index), name));
    }
    let texts: Result<Vec<(u64, FieldText)>, Invalid> = entries
        .iter()
        .map(|entry| Ok((entry.index, FieldText::parse(&entry.text, charset)?)))
        .collect();
    texts
        .and_then(|texts| FieldTexts::new(texts, max))
        .map_err(|error| invalid(&error, name))
}

/// The first index that no group can have; for too many entries the last position.
fn beyond(mut indexes: impl ExactSizeIterator<Item = u64>, max: usize) -> Option<u64> {
    let count = indexes.len();
    if count > max {
        return Some(count as u64 - 1);
    }
    indexes.find(|index| *index >= max as u64)
}

pub(crate) fn unique_person_control(level: Option<u64>) -> Result<UniquePersonControl, Refusal> {
    UniquePersonControl::parse(level.unwrap_or(0)).map_err(|error| invalid(&error, "UniquePersonControl"))
}

/// "2.0" or "3.0"; absent or empty is "3.0" (BEHAVIOUR 6.5).
pub(crate) fn model_version(text: Option<&str>) -> Result<ModelVersion, Refusal> {
    ModelVersion::parse(text.unwrap_or_default()).map_err(|error| invalid(&error, "FaceModelVersion"))
}

/// The same for actions that only have 3.0.
pub(crate) fn model_version_3(text: Option<&str>) -> Result<ModelVersion, Refusal> {
    match model_version(text)? {
        ModelVersion::V3 => Ok(ModelVersion::V3),
        ModelVersion::V2 => Err(explained(
            Code::InvalidParameterValueFaceModelVersionIllegal,
            &"this action has face model version \"3.0\" only",
        )),
    }
}

/// A score from 0 to 100.
pub(crate) fn threshold(value: f64) -> Result<Score, Refusal> {
    Score::parse(value).map_err(|error| invalid(&error, "FaceMatchThreshold"))
}

/// A score from 0 to below 100 (BEHAVIOUR 7.6).
pub(crate) fn threshold_below_100(value: f64) -> Result<Score, Refusal> {
    Score::parse_below_100(value).map_err(|error| invalid(&error, "FaceMatchThreshold"))
}

pub(crate) fn page(offset: Option<u64>, limit: Option<u64>, max: u64) -> Result<Page, Refusal> {
    Page::parse(offset, limit, max).map_err(|error| invalid(&error, "Limit"))
}

/// How good a face must be, 0 (anything) to 4 (BEHAVIOUR 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QualityControl(u8);

impl QualityControl {
    pub(crate) fn parse(level: Option<u64>) -> Result<Self, Refusal> {
        match level.unwrap_or(0) {
            level @ 0..=4 => Ok(Self(level as u8)),
            level => Err(valued(Code::InvalidParameterValueQualityControlIllegal, &level)),
        }
    }

    pub(crate) fn level(self) -> u8 {
        self.0
    }
}

/// A number of things wanted: absent or 0 is the default (BEHAVIOUR 13 #19), above `max` is refused with `code`.
pub(crate) fn count(name: &str, value: Option<u64>, default: u64, max: u64, code: Code) -> Result<usize, Refusal> {
    match value.unwrap_or(0) {
        0 => Ok(default.min(max) as usize),
        value if value <= max => Ok(value as usize),
        value => Err(valued(code, &format_args!("{name} {value} > {max}"))),
    }
}

/// 0 or 1, anything else is refused: Mode, FaceMatchingStrategy.
pub(crate) fn zero_or_one(name: &str, value: u64) -> Result<bool, Refusal> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(valued(
            Code::InvalidParameterInvalidParameter,
            &format_args!("{name} {other}, 0 - 1"),
        )),
    }
}

/// Smallest face in pixels, default 34 (BEHAVIOUR 8).
pub(crate) fn min_face_px(value: Option<u64>) -> u32 {
    value.map_or(34, |px| u32::try_from(px).unwrap_or(u32::MAX))
}
