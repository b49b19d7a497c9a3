//! Reading: every query of the project, on one snapshot of the data.

mod accounts;
mod changes;
mod faces;
mod groups;
mod jobs;
mod persons;

use crate::error::{Doing, StoreError};
use crate::row::Vector;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, Row};

/// One consistent state of the data: a snapshot, or the state inside a write.
#[derive(Clone, Copy)]
pub struct View<'c> {
    pub(crate) connection: &'c Connection,
}

impl<'c> View<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    pub(crate) fn one<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let query = || self.connection.prepare_cached(sql)?.query_row(params, read).optional();
        query().doing(doing)
    }

    pub(crate) fn all<T>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let query = || {
            self.connection
                .prepare_cached(sql)?
                .query_map(params, read)?
                .collect::<rusqlite::Result<_>>()
        };
        query().doing(doing)
    }

    /// Runs `each` on every row; an error of `each` ends the run.
    pub(crate) fn each<E: From<StoreError>>(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl Params,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<Result<(), E>>,
    ) -> Result<(), E> {
        let mut statement = self.connection.prepare_cached(sql).doing(doing)?;
        let mut rows = statement.query(params).doing(doing)?;
        while let Some(row) = rows.next().doing(doing)? {
            each(row).doing(doing)??;
        }
        Ok(())
    }
}

/// A list of keys as one parameter, for `json_each`.
pub(crate) fn json_list(keys: impl IntoIterator<Item = u64>) -> String {
    let keys: Vec<i64> = keys.into_iter().map(|key| key as i64).collect();
    serde_json::Value::from(keys).to_string()
}

/// SQLite stores signed numbers; counters and times of this schema are never negative.
pub(crate) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|number| number.max(0) as u64)
}

pub(crate) fn texts(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let json = row.get_ref(column)?.as_str()?;
    serde_json::from_str(json).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

pub(crate) fn vector(row: &Row<'_>, column: usize) -> rusqlite::Result<Vector> {
    match row.get_ref(column)? {
        ValueRef::Blob(bytes) => Ok(Vector::from_bytes(bytes)),
        other => Err(rusqlite::Error::InvalidColumnType(
            column,
            "value".to_owned(),
            other.data_type(),
        )),
    }
}
