//! The store.

use crate::error::StoreError;
use std::path::Path;

/// When an answered write is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Before it is answered.
    #[default]
    Full,
    /// Some time later: a crash of the machine may lose it. For tests and throw-away data.
    Off,
}

/// How to open a [`Store`].
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When an answered write is on disk.
    pub durability: Durability,
}

/// A store. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Opens or creates the database file.
    pub fn open(_path: &Path, _options: Options) -> Result<Self, StoreError> {
        todo!()
    }
}
