//! The change log.

use super::Transaction;
use crate::error::StoreError;
use crate::row::{Change, Operation, SpaceKey, Stream, Vector};
use rusqlite::params;

impl Transaction<'_> {
    pub(super) fn log(
        &mut self,
        space: SpaceKey,
        stream: Stream,
        operation: Operation<Vector>,
    ) -> Result<(), StoreError> {
        let (number, gallery, key) = match &operation {
            Operation::Insert { gallery, key, .. } => (0, *gallery, *key),
            Operation::Remove { gallery, key } => (1, *gallery, *key),
            Operation::Drop { gallery } => (2, *gallery, 0),
        };
        let sql = "INSERT INTO changes (space, stream, operation, gallery, key) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(
            "logging a change",
            sql,
            params![space, stream.number(), number, gallery, key as i64],
        )?;
        let seq = self.connection.last_insert_rowid() as u64;
        self.changes.push(Change {
            seq,
            space,
            stream,
            operation,
        });
        Ok(())
    }

    /// Forgets the changes of a stream up to `through`, which its index holds durably.
    pub fn trim(&mut self, space: SpaceKey, stream: Stream, through: u64) -> Result<(), StoreError> {
        let through = through.min(self.last_change()?);
        if through <= self.trimmed(space, stream)? {
            return Ok(());
        }
        let sql = "DELETE FROM changes WHERE seq <= ?3 AND space = ?1 AND stream = ?2";
        self.run(
            "trimming the change log",
            sql,
            params![space, stream.number(), through as i64],
        )?;
        let sql = "INSERT INTO streams (space, stream, trimmed) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (space, stream) DO UPDATE SET trimmed = ?3";
        self.run(
            "trimming the change log",
            sql,
            params![space, stream.number(), through as i64],
        )
        .map(drop)
    }
}
