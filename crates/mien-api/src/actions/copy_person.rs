//! CopyPerson: all faces, name and gender to further groups, texts empty (BEHAVIOUR 9 "CopyPerson").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    id: required Text<'a> = PERSON_ID,
    groups: required Vec<Text<'a>> = GROUP_IDS,
}

fields! {
    /// The groups joined.
    Reply {
        joined: u64 = "SucGroupNum",
        group_ids: Vec<String> = "SucGroupIds",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let id = values::person_id(&arguments.id)?;
    let groups = values::group_ids(&arguments.groups, call.limits().groups_per_copy)?;

    let joined = call.core.copy_person(call.account, &id, &groups)?;
    Ok(Reply {
        joined: joined.len() as u64,
        group_ids: joined.iter().map(ToString::to_string).collect(),
    })
}
