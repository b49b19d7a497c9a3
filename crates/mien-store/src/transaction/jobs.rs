//! Jobs that move groups to another space.
//!
//! A job fills the gallery of the group in the target space while searches still run in the old one. The switch is one
//! small write: the group names the other space, and the gallery that nobody searches any more is dropped.

use super::{Transaction, json};
use crate::error::StoreError;
use crate::row::{AccountKey, FaceKey, GroupRow, JobKey, JobRow, JobStatus, PersonKey, SpaceKey, Vector};
use rusqlite::params;

/// A job to start.
#[derive(Clone, Debug)]
pub struct NewJobRow<'a> {
    /// Account of the group.
    pub account: AccountKey,
    /// Id that clients will see.
    pub id: &'a str,
    /// The group.
    pub group: &'a GroupRow,
    /// Space to move it to.
    pub to: SpaceKey,
    /// Time of the start.
    pub now_ms: u64,
}

impl Transaction<'_> {
    /// Starts a job on a group that no other job moves.
    pub fn insert_job(&mut self, job: &NewJobRow<'_>) -> Result<JobKey, StoreError> {
        let group = job.group;
        let sql = "INSERT INTO jobs (account, job_id, grp, group_id, from_space, to_space, status, total, started_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let values = params![
            job.account,
            job.id,
            group.key,
            group.id,
            group.space,
            job.to,
            JobStatus::Moving.number(),
            group.faces as i64,
            job.now_ms as i64,
        ];
        self.run("starting a job", sql, values)?;
        let key = JobKey(self.connection.last_insert_rowid() as u64);
        self.set_moving(group, key, job.to)?;
        Ok(key)
    }

    /// Starts to move the group of a finished job back.
    pub fn start_rollback(&mut self, job: &JobRow, group: &GroupRow) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET rolling_back = 1, cursor = 0, done = 0, total = ?2, failure = '', \
                   failed_faces = '[]' WHERE id = ?1";
        self.run("starting a roll-back", sql, params![job.key, group.faces as i64])?;
        // Memberships still carry the mark of the way there.
        let sql = "UPDATE members SET moved = 0 WHERE grp = ?1 AND moved = ?2";
        self.run("starting a roll-back", sql, params![group.key, job.key])?;
        self.set_moving(group, job.key, job.from)
    }

    /// Puts a member's faces, which all have their vectors now, into the gallery of the target space.
    pub fn move_member(
        &mut self,
        job: &JobRow,
        person: PersonKey,
        faces: &[(FaceKey, Vector)],
        fused: Option<&Vector>,
    ) -> Result<(), StoreError> {
        self.fill_gallery(person, job.target(), job.group, faces, fused)?;
        let sql = "UPDATE members SET moved = ?3 WHERE person = ?1 AND grp = ?2";
        self.run("moving a person", sql, params![person, job.group, job.key])
            .map(drop)
    }

    /// Notes how far a job is: memberships up to `cursor` have been looked at, `done` more faces are moved.
    pub fn advance_job(&mut self, job: JobKey, cursor: u64, done: u64) -> Result<(), StoreError> {
        let sql = "UPDATE jobs SET cursor = ?2, done = done + ?3 WHERE id = ?1";
        self.run("noting progress", sql, params![job, cursor as i64, done as i64])
            .map(drop)
    }

    /// Lets the group be searched in the target space, in which all its members are.
    pub fn finish_job(&mut self, job: &JobRow, group: &GroupRow, now_ms: u64) -> Result<(), StoreError> {
        self.drop_gallery(group.key, group.space)?;
        let sql = "UPDATE groups SET space = ?2, moving_to = NULL, job = NULL, updated_ms = ?3 WHERE id = ?1";
        self.run(
            "switching a group",
            sql,
            params![group.key, job.target(), now_ms as i64],
        )?;
        let status = if job.rolling_back {
            JobStatus::RolledBack
        } else {
            JobStatus::Moved
        };
        let sql = "UPDATE jobs SET status = ?2, rolling_back = 0, done = ?3, total = ?3, ended_ms = ?4 WHERE id = ?1";
        let values = params![job.key, status.number(), group.faces as i64, now_ms as i64];
        self.run("ending a job", sql, values).map(drop)
    }

    /// Gives a job up: the group, if it still exists, stays where it is searched. A roll-back that is given up leaves the
    /// job as done.
    pub fn fail_job(&mut self, job: &JobRow, failure: &str, faces: &[String], now_ms: u64) -> Result<(), StoreError> {
        if let Some(group) = self.group_by_key(job.group)?
            && group.moving.is_some_and(|moving| moving.job == job.key)
        {
            self.drop_gallery(group.key, job.target())?;
            let sql = "UPDATE groups SET moving_to = NULL, job = NULL WHERE id = ?1";
            self.run("giving up a job", sql, [group.key])?;
        }
        let status = if job.rolling_back {
            JobStatus::Moved
        } else {
            JobStatus::Failed
        };
        let sql = "UPDATE jobs SET status = ?2, rolling_back = 0, failure = ?3, failed_faces = ?4, \
                   ended_ms = coalesce(ended_ms, ?5) WHERE id = ?1";
        let values = params![job.key, status.number(), failure, json(faces), now_ms as i64];
        self.run("giving up a job", sql, values).map(drop)
    }

    fn set_moving(&mut self, group: &GroupRow, job: JobKey, to: SpaceKey) -> Result<(), StoreError> {
        let sql = "UPDATE groups SET moving_to = ?2, job = ?3 WHERE id = ?1";
        self.run("starting a job", sql, params![group.key, to, job]).map(drop)
    }
}
