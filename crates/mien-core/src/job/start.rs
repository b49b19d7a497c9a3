//! Whether a group may be moved, and the start of it.

use super::ids;
use crate::account::{AccountId, random_text};
use crate::error::CoreError;
use crate::value::{GroupId, ModelVersion};
use crate::{Inner, group};
use mien_store::{AccountKey, GroupRow, JobRow, JobStatus, NewJobRow, Transaction};

/// Faces that a refusal names.
const NAMED: usize = 20;

pub(super) fn upgrade(
    inner: &Inner,
    tx: &mut Transaction<'_>,
    account: AccountId,
    id: &GroupId,
    to: ModelVersion,
) -> Result<String, CoreError> {
    let group = group::find(tx, account, id)?;
    let target = inner.spaces.current(to)?.key;
    let version = inner.spaces.version(group.space);
    let cannot = |reason| CoreError::CannotUpgrade {
        group: id.clone(),
        reason,
    };
    if version > to || group.space == target {
        return Err(cannot("it has this face model version or a newer one"));
    }
    if group.moving.is_some() {
        return Err(cannot("another job is moving it"));
    }
    if tx.was_rolled_back(group.key)? {
        return Err(cannot("it was upgraded and rolled back before"));
    }
    let (lost, first) = tx.faces_lost(group.key, target, NAMED)?;
    if lost > 0 {
        return Err(CoreError::LostFaces {
            group: id.clone(),
            lost,
            first: ids(&first),
        });
    }
    let now_ms = inner.clock.now_ms();
    let mut random = random_text()?;
    random.truncate(8);
    // The form of the documented ids: account, kind, seconds, random.
    let job = format!("{}_upgrade_group_{}_{random}", account.0, now_ms / 1000);
    tx.insert_job(&NewJobRow {
        account: AccountKey(account.0),
        id: &job,
        group: &group,
        to: target,
        now_ms,
    })?;
    Ok(job)
}

pub(super) fn rollback(inner: &Inner, tx: &mut Transaction<'_>, account: AccountId, id: &str) -> Result<(), CoreError> {
    let job = tx
        .job(AccountKey(account.0), id)?
        .ok_or_else(|| CoreError::JobNotFound(id.to_owned()))?;
    let cannot = |reason: String| CoreError::CannotRollBack {
        job: id.to_owned(),
        reason,
    };
    let group = may_roll_back(tx, &job).map_err(|reason| match reason {
        Reason::Words(words) => cannot(words.to_owned()),
        Reason::Failure(error) => error,
    })?;
    let version = inner.spaces.version(job.from);
    inner
        .spaces
        .of(job.from, || format!("job {id}"))
        .map_err(|error| cannot(error.to_string()))?;
    let max = inner.limits.of(account).faces_per_group(version);
    if group.faces > max {
        return Err(cannot(format!(
            "the group has {} faces, one of version {version} may have {max}",
            group.faces
        )));
    }
    let (lost, _) = tx.faces_lost(group.key, job.from, 0)?;
    if lost > 0 {
        return Err(cannot(format!(
            "{lost} faces were enrolled after the upgrade without a crop being kept"
        )));
    }
    Ok(tx.start_rollback(&job, &group)?)
}

enum Reason {
    Words(&'static str),
    Failure(CoreError),
}

impl<E: Into<CoreError>> From<E> for Reason {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

fn may_roll_back(tx: &Transaction<'_>, job: &JobRow) -> Result<GroupRow, Reason> {
    match job.status {
        JobStatus::Moving => return Err(Reason::Words("it is still at work")),
        JobStatus::RolledBack => return Err(Reason::Words("it was rolled back before")),
        JobStatus::Failed => return Err(Reason::Words("it failed and changed nothing")),
        JobStatus::Moved if job.rolling_back => return Err(Reason::Words("it is being rolled back")),
        JobStatus::Moved => {}
    }
    let group = tx.group_by_key(job.group)?;
    let group = group.ok_or(Reason::Words("the group was deleted"))?;
    if group.moving.is_some() {
        return Err(Reason::Words("another job is moving the group"));
    }
    if group.space != job.to {
        return Err(Reason::Words("a later job has moved the group"));
    }
    if tx.was_rolled_back(group.key)? {
        return Err(Reason::Words("an upgrade of the group was rolled back before"));
    }
    Ok(group)
}
