//! GetPersonBaseInfo: name, gender and faces, oldest first (BEHAVIOUR 9 "GetPersonBaseInfo").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    id: required Text<'a> = PERSON_ID,
}

fields! {
    /// One person.
    Reply {
        name: String = "PersonName",
        gender: i64 = "Gender",
        face_ids: Vec<String> = "FaceIds",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let id = values::person_id(&arguments.id)?;
    let person = call.core.person(call.account, &id)?;
    Ok(Reply {
        name: person.name.to_string(),
        gender: person.gender.number(),
        face_ids: person.faces.iter().map(ToString::to_string).collect(),
    })
}
