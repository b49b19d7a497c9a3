//! The change log.

use super::View;
use crate::error::StoreError;
use crate::row::{Change, FaceKey, GroupKey, Operation, SpaceKey, Stream};
use crate::view::number;
use rusqlite::{Row, params};

impl View<'_> {
    /// The largest number that a change ever had; 0 when there never was one.
    pub fn last_change(&self) -> Result<u64, StoreError> {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'changes'";
        Ok(self
            .one("reading the change log", sql, [], |row| number(row, 0))?
            .unwrap_or(0))
    }

    /// Changes of a stream after `after`, in order, at most `limit`.
    pub fn changes(
        &self,
        space: SpaceKey,
        stream: Stream,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Change<()>>, StoreError> {
        let sql = "SELECT seq, space, stream, operation, gallery, key FROM changes \
                   WHERE seq > ?3 AND space = ?1 AND stream = ?2 ORDER BY seq LIMIT ?4";
        let params = params![space, stream.number(), after as i64, limit as i64];
        self.all("reading the change log", sql, params, change_row)
    }

    /// Number up to which changes of a stream have been trimmed.
    pub fn trimmed(&self, space: SpaceKey, stream: Stream) -> Result<u64, StoreError> {
        let sql = "SELECT trimmed FROM streams WHERE space = ?1 AND stream = ?2";
        let found = self.one("reading the change log", sql, params![space, stream.number()], |row| {
            number(row, 0)
        })?;
        Ok(found.unwrap_or(0))
    }

    /// Faces that joined a gallery after change `after`; `None` when the log no longer reaches back that far.
    pub fn faces_inserted(
        &self,
        space: SpaceKey,
        gallery: GroupKey,
        after: u64,
    ) -> Result<Option<Vec<FaceKey>>, StoreError> {
        if self.trimmed(space, Stream::Faces)? > after {
            return Ok(None);
        }
        let sql = "SELECT key FROM changes WHERE seq > ?3 AND space = ?1 AND gallery = ?2 \
                   AND stream = 0 AND operation = 0 ORDER BY seq";
        let keys = self.all(
            "reading the change log",
            sql,
            params![space, gallery, after as i64],
            |row| row.get(0),
        )?;
        Ok(Some(keys))
    }
}

fn change_row(row: &Row<'_>) -> rusqlite::Result<Change<()>> {
    let impossible = |column, value| rusqlite::Error::IntegralValueOutOfRange(column, value);
    let (stream, operation): (i64, i64) = (row.get(2)?, row.get(3)?);
    let (gallery, key) = (row.get(4)?, row.get::<_, i64>(5)? as u64);
    Ok(Change {
        seq: number(row, 0)?,
        space: row.get(1)?,
        stream: Stream::from_number(stream).ok_or_else(|| impossible(2, stream))?,
        operation: match operation {
            0 => Operation::Insert {
                gallery,
                key,
                vector: (),
            },
            1 => Operation::Remove { gallery, key },
            2 => Operation::Drop { gallery },
            other => return Err(impossible(3, other)),
        },
    })
}
