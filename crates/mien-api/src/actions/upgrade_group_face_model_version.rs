//! UpgradeGroupFaceModelVersion: starts the job that moves a group to a newer version (BEHAVIOUR 9 "Upgrade*"). It needs the
//! crops of the faces; where none were kept the answer is `GroupLostFaces`.

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::reply::fields;
use crate::values;

arguments! {
    group: required Text<'a> = GROUP_ID,
    version: required Text<'a> = TARGET_VERSION,
}

fields! {
    /// The job that does it.
    Reply { job_id: String = "JobId" }
}

pub(super) fn run(call: &Call<'_>, arguments: Arguments<'_>) -> Outcome<Reply> {
    let group = values::group_id(&arguments.group)?;
    let version = values::model_version_3(Some(&arguments.version))?;
    let job_id = call.core.upgrade_group(call.account, &group, version)?;
    Ok(Reply { job_id })
}
