//! Exact nearest-neighbour search over unit vectors, grouped in galleries.
//!
//! Rows, dimensions and keys; no persons. One [`Index`] holds one space (one embedder). A row is a pair (gallery, key) with a
//! vector; search returns the keys whose stored vectors have the highest cosine with a probe, exactly as brute force over the
//! stored (f16) vectors would.
//!
//! Vectors are scaled to unit length on the way in. Changes carry the sequence number of the owner's change log; after a restart
//! the owner replays from [`Index::applied`].

mod ahead;
mod background;
pub mod bench;
mod bound;
mod change;
mod code;
mod config;
mod disk;
mod error;
mod gallery;
mod index;
mod kernel;
mod lines;
mod probe;
mod query;
mod rotation;
mod run;
mod search;
mod snapshot;
mod space;
mod stats;
mod vectors;
mod writer;

pub use change::Change;
pub use config::Config;
pub use error::IndexError;
pub use index::Index;
pub use query::{Hit, Query};
pub use stats::Stats;
