//! GetPersonListNum: totals of a group.

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    group: required Text<'a> = GROUP_ID,
}

fields! {
    /// Size of a group.
    Reply {
        persons: u64 = "PersonNum",
        faces: u64 = "FaceNum",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let group = values::group_id(&arguments.group)?;
    let size = call.core.group_size(call.account, &group)?;
    Ok(Reply {
        persons: size.persons,
        faces: size.faces,
    })
}
