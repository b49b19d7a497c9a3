//! RevertGroupFaceModelVersion: starts to move the group of a finished job back, once per group (BEHAVIOUR 9 "Revert*").

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
pub(super) use crate::reply::Empty as Reply;

arguments! {
    job: required Text<'a> = JOB_ID,
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    call.core.revert_job(call.account, &arguments.job)?;
    Ok(Reply {})
}
