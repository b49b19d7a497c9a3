//! Writing: every statement of the project that changes data, inside one transaction.
//!
//! Counters and the entries of the change log are kept here, by the statements that make them necessary, so that no
//! caller can forget them.

mod accounts;
mod changes;
mod faces;
mod groups;
mod jobs;
mod persons;

use crate::error::{Doing, StoreError};
use crate::row::{Change, Vector};
use crate::view::View;
use rusqlite::{Connection, Params};
use std::ops::Deref;

pub use faces::NewFaceRow;
pub use groups::NewGroupRow;
pub use jobs::NewJobRow;
pub use persons::NewPersonRow;

/// One write: all of it is kept or nothing. Reads through it see its own changes.
pub struct Transaction<'c> {
    view: View<'c>,
    changes: Vec<Change<Vector>>,
    last_face: u64,
}

impl<'c> Deref for Transaction<'c> {
    type Target = View<'c>;

    fn deref(&self) -> &View<'c> {
        &self.view
    }
}

impl<'c> Transaction<'c> {
    pub(crate) fn new(connection: &'c Connection, last_face: u64) -> Self {
        Self {
            view: View::new(connection),
            changes: Vec::new(),
            last_face,
        }
    }

    /// Changes logged so far.
    pub(crate) fn changes(&self) -> &[Change<Vector>] {
        &self.changes
    }

    /// Forgets the changes logged after the first `kept`; the caller has rolled their rows back.
    pub(crate) fn forget_changes(&mut self, kept: usize) {
        self.changes.truncate(kept);
    }

    pub(crate) fn last_face(&self) -> u64 {
        self.last_face
    }

    fn run(&self, doing: &'static str, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        let run = || self.connection.prepare_cached(sql)?.execute(params);
        run().doing(doing)
    }
}

fn json(texts: &[String]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}
