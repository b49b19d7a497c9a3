//! GetPersonList: persons of a group in order of joining, with totals (BEHAVIOUR 9 "GetPersonList").

use mien_core::Member;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::reply::galleries::PersonInfo;
use crate::values;

arguments! {
    group: required Text<'a> = GROUP_ID,
    offset: optional u64 = OFFSET,
    limit: optional u64 = LIMIT,
}

fields! {
    /// A page of persons and the size of the group.
    Reply {
        persons: Vec<PersonInfo> = "PersonInfos",
        person_total: Option<u64> = "PersonNum",
        face_total: Option<u64> = "FaceNum",
        face_model_version: Option<&'static str> = "FaceModelVersion",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let group = values::group_id(&arguments.group)?;
    let page = values::page(arguments.offset, arguments.limit, call.limits().persons_per_page)?;
    let (members, size) = call.core.group_persons(call.account, &group, page)?;
    Ok(Reply {
        persons: members.into_iter().map(info).collect(),
        person_total: Some(size.persons),
        face_total: Some(size.faces),
        face_model_version: Some(size.version.as_str()),
    })
}

fn info(Member { person, texts }: Member) -> PersonInfo {
    PersonInfo {
        name: person.name.to_string(),
        id: person.id.to_string(),
        gender: person.gender.number(),
        descriptions: texts.iter().map(ToString::to_string).collect(),
        face_ids: person.faces.iter().map(ToString::to_string).collect(),
        created_ms: person.created_ms,
    }
}
