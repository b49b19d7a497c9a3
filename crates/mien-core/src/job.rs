//! Jobs that move a group to another face model version and back (BEHAVIOUR 9 "Upgrade*").
//!
//! The faces of the group are embedded again from the crops that were kept of them. Meanwhile the group answers from its
//! old space; the switch is one write. A job survives a restart: whoever does the work asks [`Core::work`] and goes on.

mod start;
mod work;

use crate::Core;
use crate::account::AccountId;
use crate::error::CoreError;
use crate::group::{self, Listed};
use crate::spaces::Spaces;
use crate::value::{FaceId, GroupId, ModelVersion, Page};
use mien_store::{AccountKey, JobRow, JobStatus};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

pub use work::{Crop, Work};

/// A move of a group to another version.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The group, which may be deleted by now.
    pub group: GroupId,
    /// Version before.
    pub from: ModelVersion,
    /// Version after.
    pub to: ModelVersion,
    /// How it stands.
    pub state: JobState,
    /// Faces moved of those that there are to move, in percent. During a roll-back that of the way back.
    pub progress_percent: f64,
    /// Start, milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// End of the move, or of the roll-back; `None` while it is at work.
    pub ended_ms: Option<u64>,
    /// Why it failed; empty when it did not.
    pub failure: String,
    /// Faces that it failed on.
    pub failed_faces: Vec<String>,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobState {
    /// At work.
    Moving,
    /// The group has the new version.
    Moved,
    /// The group has the old version again.
    RolledBack,
    /// The group has kept the old version.
    Failed,
}

impl Core {
    /// Starts to move a group to a version. Gives the id of the job.
    ///
    /// Errors, in this order: [`CoreError::GroupNotFound`], [`CoreError::VersionNotLoaded`],
    /// [`CoreError::CannotUpgrade`] when the group has the version or a newer one, is being moved, or was moved and rolled
    /// back before, [`CoreError::LostFaces`].
    pub fn upgrade_group(&self, account: AccountId, id: &GroupId, to: ModelVersion) -> Result<String, CoreError> {
        let (inner, id) = (Arc::clone(&self.inner), id.clone());
        let job = self
            .inner
            .store
            .write(move |tx| start::upgrade(&inner, tx, account, &id, to))?;
        self.inner.bell.ring();
        Ok(job)
    }

    /// Starts to move the group of a finished job back to the version that it had.
    ///
    /// Errors, in this order: [`CoreError::JobNotFound`], [`CoreError::CannotRollBack`].
    pub fn revert_job(&self, account: AccountId, id: &str) -> Result<(), CoreError> {
        let (inner, id) = (Arc::clone(&self.inner), id.to_owned());
        self.inner
            .store
            .write(move |tx| start::rollback(&inner, tx, account, &id))?;
        self.inner.bell.ring();
        Ok(())
    }

    /// One job.
    ///
    /// Errors: [`CoreError::JobNotFound`].
    pub fn job(&self, account: AccountId, id: &str) -> Result<Job, CoreError> {
        let row = self.inner.store.read(|view| {
            let found = view.job(AccountKey(account.0), id)?;
            found.ok_or_else(|| CoreError::JobNotFound(id.to_owned()))
        })?;
        Ok(job(&self.inner.spaces, row))
    }

    /// Jobs of the account, newest first.
    ///
    /// Errors, in this order: [`CoreError::AccountNotFound`], [`CoreError::OffsetExceeded`].
    pub fn jobs(&self, account: AccountId, page: Page) -> Result<Listed<Job>, CoreError> {
        let (rows, total) = self.inner.store.read(|view| {
            group::find_account(view, account)?;
            let total = view.job_count(AccountKey(account.0))?;
            page.check(total)?;
            Ok::<_, CoreError>((view.jobs(AccountKey(account.0), page.offset, page.limit)?, total))
        })?;
        Ok(Listed {
            items: rows.into_iter().map(|row| job(&self.inner.spaces, row)).collect(),
            total,
        })
    }

    /// The next piece of work of the oldest job, at most about `faces` of them; `None` when no job is at work. Ends jobs
    /// that have nothing left to do.
    pub fn work(&self, faces: usize) -> Result<Option<Work>, CoreError> {
        work::next(&self.inner, faces)
    }

    /// Hands a piece of work in: an embedding for each of [`Work::crops`], in order, or why there is none, which fails the
    /// job.
    pub fn hand_in(&self, work: Work, embeddings: Vec<Result<Vec<f32>, String>>) -> Result<(), CoreError> {
        work::hand_in(&self.inner, work, embeddings)
    }

    /// Waits until a job may have been started, at most for this time.
    pub fn await_work(&self, at_most: Duration) {
        self.inner.bell.wait(at_most);
    }

    /// Wakes who waits in [`Core::await_work`].
    pub fn wake_workers(&self) {
        self.inner.bell.ring();
    }
}

/// Rings when a job is started.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    waiting: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.waiting.notify_all();
    }

    fn wait(&self, at_most: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.waiting.wait_timeout_while(rung, at_most, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

fn job(spaces: &Spaces, row: JobRow) -> Job {
    let state = match row.status {
        JobStatus::Moving => JobState::Moving,
        JobStatus::Moved => JobState::Moved,
        JobStatus::RolledBack => JobState::RolledBack,
        JobStatus::Failed => JobState::Failed,
    };
    let at_work = row.status == JobStatus::Moving || row.rolling_back;
    let ended = matches!(row.status, JobStatus::Moved | JobStatus::RolledBack) && !row.rolling_back;
    Job {
        id: row.id,
        group: GroupId::stored(row.group_id),
        from: spaces.version(row.from),
        to: spaces.version(row.to),
        state,
        progress_percent: if ended {
            100.0
        } else {
            // Persons that join meanwhile are moved too, so more may be done than there was at the start.
            100.0 * row.done.min(row.total) as f64 / row.total.max(1) as f64
        },
        started_ms: row.started_ms,
        ended_ms: row.ended_ms.filter(|_| !at_work),
        failure: row.failure,
        failed_faces: row.failed_faces,
    }
}

fn ids(faces: &[mien_store::FaceKey]) -> Vec<FaceId> {
    faces.iter().map(|face| FaceId(face.0)).collect()
}
