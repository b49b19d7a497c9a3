//! DeleteGroup: persons whose only group it was go with it (BEHAVIOUR 9 "DeleteGroup").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;
use crate::values;

arguments! {
    id: required Text<'a> = GROUP_ID,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let id = values::group_id(&arguments.id)?;
    call.core.delete_group(call.account, &id)?;
    Ok(Reply {})
}
