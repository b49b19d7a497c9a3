//! GetUpgradeGroupFaceModelVersionResult: no upgrade can be started, so every JobId is unknown.

use mien_wire::Code;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::refusals::valued;
use crate::reply::fields;

arguments! {
    job: required Text<'a> = JOB_ID,
}

fields! {
    /// How far a job is.
    Reply {
        ended_ms: u64 = "EndTimestamp",
        progress: f64 = "Progress",
        status: i64 = "Status",
        started_ms: u64 = "StartTime",
        from: &'static str = "FromFaceModelVersion",
        to: &'static str = "ToFaceModelVersion",
        group_id: String = "GroupId",
        failed_faces_url: String = "FailedFacesUrl",
    }
}

pub(super) fn run(_call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let job: String = arguments.job.chars().take(64).collect();
    Err(valued(Code::FailedOperationUpgradeJobIdNotExist, &job).into())
}
