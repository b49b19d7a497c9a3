//! What can go wrong in the store.

use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("a statement failed: {context}")]
    Statement {
        /// What was being done.
        context: &'static str,
        /// Why.
        source: rusqlite::Error,
    },
}
