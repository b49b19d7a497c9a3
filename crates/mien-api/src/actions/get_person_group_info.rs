//! GetPersonGroupInfo: the groups of a person with one text per description field (BEHAVIOUR 9 "GetPersonGroupInfo").

use mien_core::Membership;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::reply::galleries::PersonGroupInfo;
use crate::values;

arguments! {
    id: required Text<'a> = PERSON_ID,
    offset: optional u64 = OFFSET,
    limit: optional u64 = LIMIT_100,
}

fields! {
    /// A page of groups and the number of all; GroupNum is an integer (BEHAVIOUR 13 #9).
    Reply {
        groups: Vec<PersonGroupInfo> = "PersonGroupInfos",
        total: Option<u64> = "GroupNum",
        face_model_version: Option<&'static str> = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let id = values::person_id(&arguments.id)?;
    let page = values::page(arguments.offset, arguments.limit, call.limits().person_groups_per_page)?;
    let (groups, version) = call.core.person_groups(call.account, &id, page)?;
    Ok(Reply {
        groups: groups.items.into_iter().map(PersonGroupInfo::from).collect(),
        total: Some(groups.total),
        face_model_version: Some(version.as_str()),
    })
}

impl From<Membership> for PersonGroupInfo {
    fn from(membership: Membership) -> Self {
        Self {
            group_id: membership.group.to_string(),
            descriptions: membership.texts.iter().map(ToString::to_string).collect(),
        }
    }
}
