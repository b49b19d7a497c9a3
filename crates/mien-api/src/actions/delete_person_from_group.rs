//! DeletePersonFromGroup: out of the last group means deletion with all faces (BEHAVIOUR 9 "DeletePersonFromGroup").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;
use crate::values;

arguments! {
    person: required Text<'a> = PERSON_ID,
    group: required Text<'a> = GROUP_ID,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let person = values::person_id(&arguments.person)?;
    let group = values::group_id(&arguments.group)?;
    call.core.delete_person_from_group(call.account, &person, &group)?;
    Ok(Reply {})
}
