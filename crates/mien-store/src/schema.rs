//! The schema and its versions, counted in `PRAGMA user_version`.

use crate::error::{Doing, StoreError};
use rusqlite::{Connection, TransactionBehavior};

/// One step per version, in order; a step never changes once released.
const STEPS: &[&str] = &[include_str!("schema/001.sql"), include_str!("schema/002.sql")];

/// Brings the database to the newest version, all steps in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = STEPS.len() as u32;
    if version(connection)? == known {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("starting a migration")?;
    // Read again under the write lock: another process may have migrated in between.
    let found = version(&transaction)?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for step in &STEPS[found as usize..] {
        transaction.execute_batch(step).doing("migrating the schema")?;
    }
    if found == 0 {
        set_meta(&transaction, INCARNATION, &new_incarnation()?)?;
        set_meta(&transaction, KEYS_VERSION, "0")?;
    }
    transaction
        .pragma_update(None, "user_version", known)
        .doing("setting the schema version")?;
    transaction.commit().doing("committing a migration")
}

/// Name of the random id of this copy of the data; see [`crate::Store::incarnation`].
pub(crate) const INCARNATION: &str = "incarnation";

/// Name of the counter of changes to accounts and keys.
pub(crate) const KEYS_VERSION: &str = "keys_version";

pub(crate) fn new_incarnation() -> Result<String, StoreError> {
    let random = getrandom::u64().map_err(|error| StoreError::Impossible(format!("no random numbers: {error}")))?;
    Ok(format!("{random:016x}"))
}

pub(crate) fn set_meta(connection: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    connection
        .execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            [name, value],
        )
        .doing("writing meta data")?;
    Ok(())
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .doing("reading the schema version")
}
