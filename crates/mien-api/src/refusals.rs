//! From what went wrong in the domain and in the picture to the code the client gets: one exhaustive mapping each, so that
//! a new condition does not compile before somebody decides its code.

use std::error::Error;
use std::fmt::Display;

use mien_core::{CoreError, Invalid, Value};
use mien_vision::picture::PictureError;
use mien_vision::vision::VisionError;
use mien_wire::{Code, Language, Refusal};

use crate::answer::Stop;

/// A refusal whose message adds what exactly was wrong: in English only, because it is prose.
pub(crate) fn explained(code: Code, detail: &dyn Display) -> Refusal {
    let english = with_detail(code.message(Language::English), '.', ": ", &detail.to_string());
    Refusal::explained(code, english, code.message(Language::Chinese))
}

/// A refusal whose message adds the value it is about, in both languages.
pub(crate) fn valued(code: Code, value: &dyn Display) -> Refusal {
    let value = value.to_string();
    let english = with_detail(code.message(Language::English), '.', ": ", &value);
    let chinese = with_detail(code.message(Language::Chinese), '。', "：", &value);
    Refusal::explained(code, english, chinese)
}

fn with_detail(general: &str, stop: char, colon: &str, detail: &str) -> String {
    format!(
        "{}{colon}{}{stop}",
        general.trim_end_matches(stop),
        detail.trim_end_matches('.')
    )
}

/// A failure that is the server's own: the cause goes to the log, the client learns only the code.
fn failure(code: Code, error: &(dyn Error + 'static)) -> Stop {
    Stop::Fail {
        code,
        cause: chain(error),
    }
}

/// An error with all its sources.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}

/// The refusal of a value that one of the domain's constructors did not take. `name` is the parameter.
pub(crate) fn invalid(error: &Invalid, name: &str) -> Refusal {
    let code = invalid_code(error);
    let value = match error {
        Invalid::Empty { .. } | Invalid::NoGroups => return Refusal::about(code, name),
        Invalid::TooLong { length, max, .. } => format!("{length} > {max}"),
        Invalid::Illegal { character, .. } => format!("{character:?}"),
        Invalid::Gender(number) => number.to_string(),
        Invalid::ModelVersion(text) => format!("{text:?}"),
        Invalid::UniquePersonControl(level) => level.to_string(),
        Invalid::Score(score) => score.to_string(),
        Invalid::TooManyGroups { given, max } => format!("{given} > {max}"),
        Invalid::TooManyGroupFields { index, max } | Invalid::TooManyPersonTexts { index, max } => {
            format!("[{index}] >= {max}")
        }
        Invalid::DuplicateGroupField(field) => format!("{field:?}"),
        Invalid::DuplicatePersonText(index) => format!("[{index}]"),
        Invalid::PageLimit { given, max } => format!("{given}, 1 - {max}"),
    };
    valued(code, &value)
}

fn invalid_code(error: &Invalid) -> Code {
    match error {
        Invalid::Empty { .. } | Invalid::NoGroups => Code::MissingParameterErrorParameterEmpty,
        Invalid::TooLong { value, .. } => too_long(*value),
        Invalid::Illegal { value, .. } => illegal(*value),
        Invalid::Gender(_) => Code::InvalidParameterValuePersonGenderIllegal,
        Invalid::ModelVersion(_) => Code::InvalidParameterValueFaceModelVersionIllegal,
        Invalid::UniquePersonControl(_) => Code::InvalidParameterValueUniquePersonControlIllegal,
        Invalid::Score(_) => Code::InvalidParameterValueFaceMatchThresholdIllegal,
        Invalid::TooManyGroups { .. } => Code::InvalidParameterValueGroupIdsExceed,
        Invalid::TooManyGroupFields { .. } => Code::InvalidParameterValueGroupExDescriptionsExceed,
        Invalid::TooManyPersonTexts { .. } => Code::InvalidParameterValuePersonExDescriptionInfosExceed,
        Invalid::DuplicateGroupField(_) => Code::InvalidParameterValueGroupExDescriptionsNameIdentical,
        Invalid::DuplicatePersonText(_) => Code::InvalidParameterValuePersonExDescriptionsNameIdentical,
        Invalid::PageLimit { .. } => Code::InvalidParameterValueLimitExceed,
    }
}

fn too_long(value: Value) -> Code {
    match value {
        Value::GroupId => Code::InvalidParameterValueGroupIdTooLong,
        Value::GroupName => Code::InvalidParameterValueGroupNameTooLong,
        Value::Tag => Code::InvalidParameterValueGroupTagTooLong,
        Value::FieldName => Code::InvalidParameterValueGroupExDescriptionsNameTooLong,
        Value::PersonId => Code::InvalidParameterValuePersonIdTooLong,
        Value::PersonName => Code::InvalidParameterValuePersonNameTooLong,
        Value::FieldText => Code::InvalidParameterValuePersonExDescriptionsNameTooLong,
    }
}

fn illegal(value: Value) -> Code {
    match value {
        Value::GroupId => Code::InvalidParameterValueGroupIdIllegal,
        Value::GroupName => Code::InvalidParameterValueGroupNameIllegal,
        Value::Tag => Code::InvalidParameterValueGroupTagIllegal,
        Value::FieldName => Code::InvalidParameterValueGroupExDescriptionsNameIllegal,
        Value::PersonId => Code::InvalidParameterValuePersonIdIllegal,
        Value::PersonName => Code::InvalidParameterValuePersonNameIllegal,
        Value::FieldText => Code::InvalidParameterValuePersonExDescriptionsNameIllegal,
    }
}

/// The refusal of an operation of the domain.
pub(crate) fn domain(error: &CoreError) -> Stop {
    let code = domain_code(error);
    let value = match error {
        CoreError::KeyNotFound(id) => id.clone(),
        CoreError::AccountNotFound(account) => account.0.to_string(),
        CoreError::GroupNotFound(group) | CoreError::GroupExists(group) => group.to_string(),
        CoreError::JobNotFound(job) => job.chars().take(64).collect(),
        CoreError::GroupNameExists(name) => name.to_string(),
        CoreError::GroupFieldExists(field) => field.to_string(),
        CoreError::PersonNotFound(person) | CoreError::PersonExists(person) => person.to_string(),
        CoreError::GroupFieldOutOfRange { index, fields } | CoreError::PersonFieldOutOfRange { index, fields } => {
            format!("[{index}] >= {fields}")
        }
        CoreError::NotInGroup { person, group } | CoreError::AlreadyInGroup { person, group } => {
            format!("{person}, {group}")
        }
        CoreError::TooManyGroups { max }
        | CoreError::TooManyGroupsOfPerson { max }
        | CoreError::AccountFull { max }
        | CoreError::PersonFull { max } => max.to_string(),
        CoreError::GroupFull { group, max } => format!("{group}, {max}"),
        CoreError::TooManyImages { given, max } => format!("{given} > {max}"),
        CoreError::SearchTooLarge { faces, max } => format!("{faces} > {max}"),
        CoreError::OffsetExceeded { offset, total } => format!("{offset} > {total}"),
        CoreError::UnsupportedVersion(version) | CoreError::VersionNotLoaded(version) => version.to_string(),
        CoreError::LastFace | CoreError::NoFaceInGroups => return Refusal::new(code).into(),
        CoreError::AcrossVersions(_)
        | CoreError::SpaceNotLoaded { .. }
        | CoreError::CannotUpgrade { .. }
        | CoreError::LostFaces { .. }
        | CoreError::CannotRollBack { .. } => return explained(code, error).into(),
        CoreError::SpaceChanged
        | CoreError::BadEmbedding(_)
        | CoreError::SpaceConflict(_)
        | CoreError::IndexStopped(_)
        | CoreError::NoRandomness
        | CoreError::Io { .. }
        | CoreError::InUse
        | CoreError::Store(_)
        | CoreError::Index(_) => return failure(code, error),
    };
    valued(code, &value).into()
}

fn domain_code(error: &CoreError) -> Code {
    match error {
        CoreError::AccountNotFound(_) => Code::AuthFailureUnauthorizedOperation,
        CoreError::KeyNotFound(_) => Code::AuthFailureSecretIdNotFound,
        CoreError::GroupNotFound(_) => Code::InvalidParameterValueGroupIdNotExist,
        CoreError::GroupExists(_) => Code::InvalidParameterValueGroupIdAlreadyExist,
        CoreError::GroupNameExists(_) => Code::InvalidParameterValueGroupNameAlreadyExist,
        CoreError::TooManyGroups { .. } => Code::InvalidParameterValueGroupNumExceed,
        CoreError::GroupFieldOutOfRange { .. } => Code::InvalidParameterValueGroupExDescriptionsExceed,
        CoreError::GroupFieldExists(_) => Code::FailedOperationDuplicatedGroupDescription,
        CoreError::PersonNotFound(_) => Code::InvalidParameterValuePersonIdNotExist,
        CoreError::PersonExists(_) => Code::InvalidParameterValuePersonIdAlreadyExist,
        CoreError::PersonFieldOutOfRange { .. } => Code::InvalidParameterValuePersonExDescriptionInfosExceed,
        CoreError::NotInGroup { .. } => Code::FailedOperationGroupPersonMapNotExist,
        CoreError::AlreadyInGroup { .. } => Code::FailedOperationGroupPersonMapExist,
        CoreError::TooManyGroupsOfPerson { .. } => Code::InvalidParameterValueGroupNumPerPersonExceed,
        CoreError::AcrossVersions(_) => Code::FailedOperationAcrossVersionsError,
        CoreError::UnsupportedVersion(_) => Code::InvalidParameterValueUnsupportedGroupFaceModelVersion,
        CoreError::VersionNotLoaded(_) => Code::InvalidParameterValueFaceModelVersionIllegal,
        CoreError::SpaceNotLoaded { .. } => Code::FailedOperationServerError,
        CoreError::GroupFull { .. } => Code::InvalidParameterValueGroupFaceNumExceed,
        CoreError::AccountFull { .. } => Code::InvalidParameterValueAccountFaceNumExceed,
        CoreError::PersonFull { .. } => Code::InvalidParameterValuePersonFaceNumExceed,
        CoreError::TooManyImages { .. } => Code::InvalidParameterValueUploadFaceNumExceed,
        CoreError::LastFace => Code::InvalidParameterValueDeleteFaceNumExceed,
        CoreError::NoFaceInGroups => Code::InvalidParameterValueNoFaceInGroups,
        CoreError::SearchTooLarge { .. } => Code::FailedOperationSearchFacesExceed,
        CoreError::OffsetExceeded { .. } => Code::InvalidParameterValueOffsetExceed,
        CoreError::JobNotFound(_) => Code::FailedOperationUpgradeJobIdNotExist,
        CoreError::CannotUpgrade { .. } => Code::FailedOperationGroupCannotUpgrade,
        CoreError::LostFaces { .. } => Code::FailedOperationGroupLostFaces,
        CoreError::CannotRollBack { .. } => Code::FailedOperationJobCannnotRollback,
        CoreError::SpaceChanged
        | CoreError::BadEmbedding(_)
        | CoreError::SpaceConflict(_)
        | CoreError::IndexStopped(_)
        | CoreError::NoRandomness
        | CoreError::Io { .. }
        | CoreError::InUse
        | CoreError::Store(_)
        | CoreError::Index(_) => Code::InternalError,
    }
}

/// The refusal of a picture.
pub(crate) fn picture(error: &PictureError) -> Refusal {
    let code = picture_code(error);
    match error {
        PictureError::NotDecodable { reason } => explained(code, reason),
        PictureError::Empty
        | PictureError::TooManyBytes { .. }
        | PictureError::TooLarge { .. }
        | PictureError::TooSmall { .. } => explained(code, error),
    }
}

pub(crate) fn picture_code(error: &PictureError) -> Code {
    match error {
        PictureError::TooManyBytes { .. } => Code::FailedOperationImageSizeExceed,
        PictureError::Empty | PictureError::NotDecodable { .. } => Code::FailedOperationImageDecodeFailed,
        PictureError::TooLarge { .. } => Code::FailedOperationImageResolutionExceed,
        PictureError::TooSmall { .. } => Code::FailedOperationImageResolutionTooSmall,
    }
}

/// The refusal of what was, or was not, seen in a picture.
pub(crate) fn vision(error: &VisionError) -> Stop {
    let code = vision_code(error);
    match error {
        VisionError::NoFace => Refusal::new(code).into(),
        VisionError::FaceTooSmall { .. } | VisionError::Missing(_) => explained(code, error).into(),
        VisionError::Engine { .. } | VisionError::Output { .. } => failure(code, error),
    }
}

pub(crate) fn vision_code(error: &VisionError) -> Code {
    match error {
        VisionError::NoFace => Code::InvalidParameterValueNoFaceInPhoto,
        VisionError::FaceTooSmall { .. } => Code::FailedOperationFaceSizeTooSmall,
        // A retry cannot help, so it is not ServerError: this server does not offer what was asked for.
        VisionError::Missing(_) => Code::ActionOffline,
        VisionError::Engine { .. } | VisionError::Output { .. } => Code::FailedOperationServerError,
    }
}
