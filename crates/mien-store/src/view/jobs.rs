//! Jobs that move groups to another space.

use super::{View, number, texts};
use crate::error::StoreError;
use crate::row::{AccountKey, FaceKey, GroupKey, JobKey, JobRow, JobStatus, PersonKey, SpaceKey};
use rusqlite::{Row, params};

const JOB: &str = "SELECT id, account, job_id, grp, group_id, from_space, to_space, status, rolling_back, cursor, done, \
                   total, started_ms, ended_ms, failure, failed_faces FROM jobs";

impl View<'_> {
    /// One job by the id that clients see.
    pub fn job(&self, account: AccountKey, id: &str) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("{JOB} WHERE account = ?1 AND job_id = ?2");
        self.one("reading a job", &sql, params![account, id], job_row)
    }

    /// One job by key.
    pub fn job_by_key(&self, key: JobKey) -> Result<Option<JobRow>, StoreError> {
        self.one("reading a job", &format!("{JOB} WHERE id = ?1"), [key], job_row)
    }

    /// The oldest job that is at work, of any account.
    pub fn job_at_work(&self) -> Result<Option<JobRow>, StoreError> {
        let sql = format!("{JOB} WHERE status = 0 OR rolling_back = 1 ORDER BY id LIMIT 1");
        self.one("looking for work", &sql, [], job_row)
    }

    /// Jobs of an account, newest first.
    pub fn jobs(&self, account: AccountKey, offset: u64, limit: u64) -> Result<Vec<JobRow>, StoreError> {
        let sql = format!("{JOB} WHERE account = ?1 ORDER BY id DESC LIMIT ?3 OFFSET ?2");
        self.all(
            "listing jobs",
            &sql,
            params![account, offset as i64, limit as i64],
            job_row,
        )
    }

    /// Number of jobs of an account.
    pub fn job_count(&self, account: AccountKey) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM jobs WHERE account = ?1";
        Ok(self
            .one("counting jobs", sql, [account], |row| number(row, 0))?
            .unwrap_or(0))
    }

    /// Whether a job of the group was ever rolled back.
    pub fn was_rolled_back(&self, group: GroupKey) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM jobs WHERE grp = ?1 AND status = 2 LIMIT 1";
        Ok(self.one("reading jobs of a group", sql, [group], |_| Ok(()))?.is_some())
    }

    /// Memberships of a group after `cursor` that a job has not moved yet, in order of joining, with their persons.
    pub fn members_to_move(
        &self,
        group: GroupKey,
        job: JobKey,
        cursor: u64,
        limit: u64,
    ) -> Result<Vec<(u64, PersonKey)>, StoreError> {
        let sql = "SELECT id, person FROM members WHERE grp = ?1 AND id > ?3 AND moved <> ?2 ORDER BY id LIMIT ?4";
        let values = params![group, job, cursor as i64, limit as i64];
        self.all("listing what is to move", sql, values, |row| {
            Ok((number(row, 0)?, row.get(1)?))
        })
    }

    /// Faces of a group that have neither a vector in a space nor a crop to make one from: their number, and the first
    /// of them.
    pub fn faces_lost(
        &self,
        group: GroupKey,
        space: SpaceKey,
        limit: usize,
    ) -> Result<(usize, Vec<FaceKey>), StoreError> {
        let sql = "SELECT f.id FROM members m JOIN faces f ON f.person = m.person WHERE m.grp = ?1 \
                   AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.face = f.id AND v.space = ?2) \
                   AND NOT EXISTS (SELECT 1 FROM crops c WHERE c.face = f.id) ORDER BY f.id";
        let mut faces: Vec<FaceKey> =
            self.all("looking for lost faces", sql, params![group, space], |row| row.get(0))?;
        let lost = faces.len();
        faces.truncate(limit);
        Ok((lost, faces))
    }
}

fn job_row(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let status: i64 = row.get(7)?;
    Ok(JobRow {
        key: row.get(0)?,
        account: row.get(1)?,
        id: row.get(2)?,
        group: row.get(3)?,
        group_id: row.get(4)?,
        from: row.get(5)?,
        to: row.get(6)?,
        status: JobStatus::from_number(status).ok_or(rusqlite::Error::IntegralValueOutOfRange(7, status))?,
        rolling_back: row.get(8)?,
        cursor: number(row, 9)?,
        done: number(row, 10)?,
        total: number(row, 11)?,
        started_ms: number(row, 12)?,
        ended_ms: row.get::<_, Option<i64>>(13)?.map(|time| time.max(0) as u64),
        failure: row.get(14)?,
        failed_faces: texts(row, 15)?,
    })
}
