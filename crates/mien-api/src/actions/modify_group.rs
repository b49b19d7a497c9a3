//! ModifyGroup: only what is given changes; persons keep their texts (BEHAVIOUR 9 "Groups").

use mien_core::GroupChange;

use crate::arguments::{Entry, OfGroup, Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;
use crate::values;

arguments! {
    id: required Text<'a> = GROUP_ID,
    name: optional Text<'a> = NEW_GROUP_NAME,
    renames: optional Vec<Entry<OfGroup>> = FIELD_RENAMES,
    tag: optional Text<'a> = TAG,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let charset = call.config.charset;
    let id = values::group_id(&arguments.id)?;
    let name = arguments
        .name
        .map(|name| values::group_name(&name, charset))
        .transpose()?;
    let tag = arguments.tag.map(|tag| values::tag(&tag, charset)).transpose()?;
    let fields = values::field_renames(&arguments.renames.unwrap_or_default(), charset, call.limits())?;

    call.core
        .modify_group(call.account, &id, GroupChange { name, tag, fields })?;
    Ok(Reply {})
}
