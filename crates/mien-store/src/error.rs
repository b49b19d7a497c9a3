//! What can go wrong in the store.

use std::path::PathBuf;
use std::sync::Arc;

/// A failure of the store. Domain conditions (not found, taken) are not errors here.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database could not be opened.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: Arc<rusqlite::Error>,
    },
    /// The database was written by a newer program.
    #[error("the database has schema version {found}, this program knows versions up to {known}")]
    TooNew {
        /// Version of the file.
        found: u32,
        /// Newest version known.
        known: u32,
    },
    /// A statement failed.
    #[error("the database failed while {doing}")]
    Statement {
        /// What was being done.
        doing: &'static str,
        /// Why.
        source: Arc<rusqlite::Error>,
    },
    /// A row holds what this program never writes.
    #[error("the database holds an impossible value: {0}")]
    Impossible(String),
    /// A file operation failed.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The write panicked; nothing of it is kept.
    #[error("a write failed by a fault of the program")]
    Panicked,
    /// The writer has stopped.
    #[error("the store is closed")]
    Closed,
}

/// Adds what was being done to an error of the database.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Statement {
            doing,
            source: Arc::new(source),
        })
    }
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }
}
