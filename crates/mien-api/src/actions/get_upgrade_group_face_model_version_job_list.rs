//! GetUpgradeGroupFaceModelVersionJobList: no upgrade can be started, so there is none to list.

use mien_core::CoreError;

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
    if page.offset() > 0 {
        return Err(CoreError::OffsetExceeded {
            offset: page.offset(),
            total: 0,
        }
        .into());
    }
    Ok(Reply {
        jobs: Vec::new(),
        total: 0,
    })
}
