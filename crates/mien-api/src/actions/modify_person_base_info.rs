//! ModifyPersonBaseInfo: name and gender, visible in every group (BEHAVIOUR 9, 13 #10).

use mien_core::PersonChange;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;
use crate::values;

arguments! {
    id: required Text<'a> = PERSON_ID,
    name: optional Text<'a> = NEW_PERSON_NAME,
    gender: optional i64 = NEW_GENDER,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let charset = call.config.charset;
    let id = values::person_id(&arguments.id)?;
    let name = arguments
        .name
        .map(|name| values::person_name(&name, charset))
        .transpose()?;
    let gender = arguments.gender.map(values::gender).transpose()?;

    call.core
        .modify_person(call.account, &id, PersonChange { name, gender })?;
    Ok(Reply {})
}
