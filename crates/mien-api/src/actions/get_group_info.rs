//! GetGroupInfo: all fields of one group; Tag "" and GroupExDescriptions [] when unset (BEHAVIOUR 9 "Groups").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    id: required Text<'a> = GROUP_ID,
}

fields! {
    /// One group.
    Reply {
        name: String = "GroupName",
        id: String = "GroupId",
        description_names: Vec<String> = "GroupExDescriptions",
        tag: String = "Tag",
        face_model_version: &'static str = "FaceModelVersion",
        created_ms: u64 = "CreationTimestamp",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let id = values::group_id(&arguments.id)?;
    let group = call.core.group(call.account, &id)?;
    Ok(Reply {
        name: group.name.to_string(),
        id: group.id.to_string(),
        description_names: group.fields.iter().map(ToString::to_string).collect(),
        tag: group.tag.to_string(),
        face_model_version: group.version.as_str(),
        created_ms: group.created_ms,
    })
}
