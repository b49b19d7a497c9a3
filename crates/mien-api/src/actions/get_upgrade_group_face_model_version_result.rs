//! GetUpgradeGroupFaceModelVersionResult: how far a job is (BEHAVIOUR 9 "GetUpgrade*").

use mien_core::{Job, JobState};

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
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

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let job = call.core.job(call.account, &arguments.job)?;
    Ok(Reply {
        ended_ms: job.ended_ms.unwrap_or(0),
        progress: job.progress_percent,
        status: status(job.state).into(),
        started_ms: job.started_ms,
        from: job.from.as_str(),
        to: job.to.as_str(),
        group_id: job.group.to_string(),
        failed_faces_url: failed_faces_url(&job),
    })
}

/// 0 at work, 1 done, 2 rolled back, 3 failed.
pub(super) fn status(state: JobState) -> u8 {
    match state {
        JobState::Moving => 0,
        JobState::Moved => 1,
        JobState::RolledBack => 2,
        JobState::Failed => 3,
    }
}

/// The list of faces that the job failed on. The server hosts no files, so the address holds the list itself (RFC 2397).
fn failed_faces_url(job: &Job) -> String {
    if job.failed_faces.is_empty() {
        return String::new();
    }
    let ids: Vec<String> = job.failed_faces.iter().map(|id| format!("%22{id}%22")).collect();
    format!("data:application/json,%5B{}%5D", ids.join(","))
}
