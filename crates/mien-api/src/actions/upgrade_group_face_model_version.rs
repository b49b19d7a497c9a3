//! UpgradeGroupFaceModelVersion: embeds the faces of a 2.0 group again. That needs the face images, which are not kept, so
//! a group with faces answers `GroupLostFaces` (BEHAVIOUR 9 "Upgrade*").

use mien_core::ModelVersion;
use mien_wire::Code;

use crate::arguments::{Text, arguments};
use crate::call::{Call, Outcome};
use crate::refusals::explained;
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
    values::model_version_3(Some(&arguments.version))?;
    let group = call.core.group(call.account, &group)?;
    let refusal = match group.version {
        ModelVersion::V3 => explained(
            Code::FailedOperationGroupCannotUpgrade,
            &"the group already has version 3.0",
        ),
        ModelVersion::V2 => explained(Code::FailedOperationGroupLostFaces, &"the server keeps no face images"),
    };
    Err(refusal.into())
}
