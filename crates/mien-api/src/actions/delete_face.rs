//! DeleteFace: ids that are not faces of the person are skipped; the last face stays (BEHAVIOUR 9 "DeleteFace").

use mien_core::{CoreError, FaceId};
use mien_wire::{Code, Refusal};

use crate::answer::Stop;
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    person: required Text<'a> = PERSON_ID,
    faces: required Vec<Text<'a>> = FACE_IDS,
}

fields! {
    /// The faces deleted.
    Reply {
        deleted: u64 = "SucDeletedNum",
        face_ids: Vec<String> = "SucFaceIds",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let person = values::person_id(&arguments.person)?;
    let faces: Vec<FaceId> = arguments.faces.iter().filter_map(|text| FaceId::parse(text)).collect();

    let deleted = call
        .core
        .delete_faces(call.account, &person, &faces)
        .map_err(|error| person_missing(call, error))?;
    Ok(Reply {
        deleted: deleted.len() as u64,
        face_ids: deleted.iter().map(ToString::to_string).collect(),
    })
}

/// An unknown person in the two deleting actions: the code of the tables, or that of the old samples (BEHAVIOUR 13 #2).
pub(super) fn person_missing(call: &Call<'_>, error: CoreError) -> Stop {
    match error {
        CoreError::PersonNotFound(_) if call.config.legacy_person_codes => {
            Refusal::new(Code::ResourceNotFoundErrorPersonNotExisted).into()
        }
        error => error.into(),
    }
}
