use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong in an index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A vector or probe has the wrong number of values, or a space has an impossible dimension.
    #[error("vector of {found} dimensions where {expected} are wanted")]
    Dimension {
        /// Dimension of the space.
        expected: usize,
        /// Dimension given.
        found: usize,
    },
    /// A code width outside 1 to 4 bits.
    #[error("code width of {0} bits, allowed are 1 to 4")]
    Bits(u8),
    /// A vector is zero or holds a value that is not finite: it has no direction.
    #[error("vector has no direction (zero or not finite)")]
    NoDirection,
    /// A change arrived with a sequence number that does not follow the ones before.
    #[error("change {seq} comes after change {applied}")]
    Sequence {
        /// Number of the change.
        seq: u64,
        /// Last number applied.
        applied: u64,
    },
    /// A file of the index is missing, cut short, altered or from another version or space: delete the directory and replay all.
    #[error("index file {path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The operating system refused.
    #[error("{doing} {path}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> IndexError {
    IndexError::Damaged {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

pub(crate) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> IndexError {
    IndexError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
