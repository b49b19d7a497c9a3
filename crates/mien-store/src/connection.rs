//! Connections to the database file, set up alike.

use crate::error::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// When an answered write is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Before it is answered: it survives a crash of the process and of the machine.
    #[default]
    Full,
    /// Some time later: it survives a crash of the process, not one of the machine. For tests and throw-away data.
    Off,
}

/// Another process (a command that creates a key) holds the write lock for milliseconds only.
const WAIT_FOR_OTHER_PROCESSES: Duration = Duration::from_secs(10);

/// Every statement text of this crate fits.
const CACHED_STATEMENTS: usize = 128;

/// A connection that writes.
pub(crate) fn writer(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, |connection| {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // A checkpoint costs two fsyncs; every 16 MB instead of every 4 MB of log.
        connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
        connection.pragma_update(None, "journal_size_limit", 64 << 20)
    })
}

/// A connection that reads.
pub(crate) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, |connection| {
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -8192)?;
        connection.pragma_update(None, "mmap_size", 1_i64 << 30)
    })
}

/// A connection to a copy that nobody else has open yet; leaves no journal behind.
pub(crate) fn copy(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, |_| Ok(()))
}

fn open(
    path: &Path,
    flags: OpenFlags,
    set_up: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<Connection, StoreError> {
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.busy_timeout(WAIT_FOR_OTHER_PROCESSES)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        set_up(&connection)?;
        Ok(connection)
    });
    opened.map_err(|source| StoreError::Open {
        path: path.to_owned(),
        source: Arc::new(source),
    })
}
