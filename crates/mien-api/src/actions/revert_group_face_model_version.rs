//! RevertGroupFaceModelVersion: no upgrade can be started, so every JobId is unknown.

use mien_wire::Code;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::refusals::valued;
pub(super) use crate::reply::Empty as Reply;

arguments! {
    job: required Text<'a> = JOB_ID,
}

pub(super) fn run(_call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let job: String = arguments.job.chars().take(64).collect();
    Err(valued(Code::FailedOperationUpgradeJobIdNotExist, &job).into())
}
