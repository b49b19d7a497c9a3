//! DeletePerson: from all groups, with all faces (BEHAVIOUR 9 "DeletePerson").

use crate::actions::delete_face::person_missing;
use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;
use crate::values;

arguments! {
    id: required Text<'a> = PERSON_ID,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let id = values::person_id(&arguments.id)?;
    call.core
        .delete_person(call.account, &id)
        .map_err(|error| person_missing(call, error))?;
    Ok(Reply {})
}
