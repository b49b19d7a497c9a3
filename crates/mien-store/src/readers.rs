//! Read connections, opened when needed and kept for the next reader.

use crate::connection;
use crate::error::{Doing, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Idle connections to keep; a burst may open more.
const KEPT: usize = 16;

pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs `work` on one snapshot of the data.
    pub(crate) fn snapshot<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.take()?;
        let transaction = connection.unchecked_transaction().doing("starting to read")?;
        let result = work(&transaction);
        // A read transaction has nothing to commit; it only must end before the connection serves again.
        transaction.finish().doing("ending to read")?;
        self.keep(connection);
        result
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| connection::reader(&self.path), Ok)
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}
