use std::sync::Arc;

use rpds::HashTrieMapSync;

use crate::gallery::Gallery;
use crate::vectors::Vectors;
use crate::vectors::slots::Epoch;

/// Everything that a search reads, as it was after one change. Never changes; while it is held, no slot that it names is reused.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) applied: u64,
    pub(crate) galleries: HashTrieMapSync<u64, Gallery>,
    pub(crate) vectors: Vectors,
    /// Held, never read: while it lives, slots are not reused.
    pub(crate) _epoch: Arc<Epoch>,
}
