//! GetGroupList: groups in order of creation (BEHAVIOUR 9 "Groups").

use mien_core::Group;

use crate::arguments::arguments;
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::reply::galleries::GroupInfo;
use crate::values;

arguments! {
    offset: optional u64 = OFFSET,
    limit: optional u64 = LIMIT,
}

fields! {
    /// A page of groups and the number of all.
    Reply {
        groups: Vec<GroupInfo> = "GroupInfos",
        total: Option<u64> = "GroupNum",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let page = values::page(arguments.offset, arguments.limit, call.limits().groups_per_page)?;
    let groups = call.core.groups(call.account, page)?;
    Ok(Reply {
        groups: groups.items.into_iter().map(info).collect(),
        total: Some(groups.total),
    })
}

fn info(group: Group) -> GroupInfo {
    GroupInfo {
        name: group.name.to_string(),
        id: group.id.to_string(),
        description_names: Some(group.fields.iter().map(ToString::to_string).collect()),
        tag: Some(group.tag.to_string()),
        face_model_version: Some(group.version.as_str()),
        created_ms: Some(group.created_ms),
        updated_ms: group.updated_ms,
    }
}
