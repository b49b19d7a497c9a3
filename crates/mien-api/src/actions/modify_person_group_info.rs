//! ModifyPersonGroupInfo: texts of one person in one group (BEHAVIOUR 9 "ModifyPersonGroupInfo").

use crate::arguments::{Entry, OfPerson, Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;
use crate::values;

arguments! {
    group: required Text<'a> = GROUP_ID,
    person: required Text<'a> = PERSON_ID,
    texts: required Vec<Entry<OfPerson>> = NEW_FIELD_TEXTS,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let person = values::person_id(&arguments.person)?;
    let group = values::group_id(&arguments.group)?;
    let texts = values::field_texts(&arguments.texts, call.config.charset, call.limits())?;

    call.core.modify_person_texts(call.account, &group, &person, &texts)?;
    Ok(Reply {})
}
