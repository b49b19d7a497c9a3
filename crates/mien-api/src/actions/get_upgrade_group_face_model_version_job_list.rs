//! GetUpgradeGroupFaceModelVersionJobList: the jobs of the account, newest first (BEHAVIOUR 9 "GetUpgrade*").

use super::get_upgrade_group_face_model_version_result::status;
use crate::arguments::arguments;
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::reply::galleries::UpgradeJobInfo;
use crate::values;

arguments! {
    offset: optional u64 = OFFSET,
    limit: optional u64 = LIMIT,
}

fields! {
    /// A page of jobs and the number of all.
    Reply {
        jobs: Vec<UpgradeJobInfo> = "JobInfos",
        total: u64 = "JobNum",
    }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let page = values::page(arguments.offset, arguments.limit, call.limits().jobs_per_page)?;
    let listed = call.core.jobs(call.account, page)?;
    let info = |job: mien_core::Job| UpgradeJobInfo {
        status: status(job.state).into(),
        started_ms: job.started_ms,
        from: job.from.as_str(),
        to: job.to.as_str(),
        group_id: job.group.to_string(),
        job_id: job.id,
    };
    Ok(Reply {
        jobs: listed.items.into_iter().map(info).collect(),
        total: listed.total,
    })
}
