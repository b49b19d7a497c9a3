//! From what went wrong in the domain and in the picture to the code the client gets: one exhaustive mapping each, so that
//! a new condition does not compile before somebody decides its code.

use std::error::Error;
use std::fmt::Display;

use mien_core::{CoreError, Invalid, Value};
use mien_vision::picture::PictureError;
use mien_vision::vision::VisionError;
use mien_wire::{Code, Language, Refusal};

use crate::answer::Stop;

/// A refusal whose English message adds what exactly was wrong. The Chinese message is the general one of the code.
pub(crate) fn explained(code: Code, detail: &dyn Display) -> Refusal {
    let general = code.message(Language::English).trim_end_matches('.');
    Refusal::explained(code, format!("{general}: {detail}."), code.message(Language::Chinese))
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
    match error {
        Invalid::Empty { .. } | Invalid::NoGroups => Refusal::about(code, name),
        _ => explained(code, error),
    }
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
    match domain_code(error) {
        code @ Code::InternalError => failure(code, error),
        code => explained(code, error).into(),
    }
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
        CoreError::BadEmbedding(_)
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
    explained(picture_code(error), error)
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
