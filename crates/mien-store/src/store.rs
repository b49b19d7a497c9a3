//! The store: one database file, one writer, many readers.

use crate::backup;
use crate::connection::{self, Durability};
use crate::error::StoreError;
use crate::readers::Readers;
use crate::row::{Change, Vector};
use crate::schema;
use crate::transaction::Transaction;
use crate::view::View;
use crate::writer::{Follower, Writer};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to open a [`Store`].
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When an answered write is on disk.
    pub durability: Durability,
}

/// A store. Cheap to clone; all clones are the same store. Closes when the last clone is dropped, after the writes that
/// wait.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    incarnation: String,
    readers: Readers,
    writer: Writer,
}

impl Store {
    /// Opens or creates the database file and brings its schema up to date.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        let mut connection = connection::writer(path, options.durability)?;
        schema::migrate(&mut connection)?;
        let incarnation = View::new(&connection)
            .meta(schema::INCARNATION)?
            .ok_or_else(|| StoreError::Impossible("the database has no incarnation".to_owned()))?;
        let (readers, writer) = (Readers::new(path), Writer::start(connection)?);
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                incarnation,
                readers,
                writer,
            }),
        })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Random id of this copy of the data. A backup has another one, so that an index that followed the original does
    /// not pass for an index of the copy, whose change log goes another way.
    pub fn incarnation(&self) -> &str {
        &self.inner.incarnation
    }

    /// Reads one consistent snapshot of the data.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&View<'_>) -> Result<T, E>) -> Result<T, E> {
        self.inner.readers.snapshot(|connection| work(&View::new(connection)))
    }

    /// Writes: `work` runs on the writer's thread, alone. When it answers an error or panics, nothing of it is kept.
    /// Comes back when the write is durable ([`Durability`]) and the follower has seen its changes.
    pub fn write<T, E>(&self, work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.writer.write(work)
    }

    /// Hands every change that commits from now on to `follower`, until the guard is dropped. One follower at a time:
    /// a further one replaces it.
    pub fn follow(&self, follower: impl Follower + 'static) -> Result<Following, StoreError> {
        self.inner.writer.follow(Some(Box::new(follower)))?;
        Ok(Following { store: self.clone() })
    }

    /// Copies the data as it is now to the new file `to` while the store goes on serving. The copy is complete or
    /// absent, and is opened like any store. It has an [incarnation](Self::incarnation) of its own.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        backup::backup(&self.inner.path, to)
    }

    /// Looks for damage in one snapshot of the data; gives one text per finding.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        self.read(|view| view.check())
    }
}

/// Ends following when dropped.
pub struct Following {
    store: Store,
}

impl Drop for Following {
    fn drop(&mut self) {
        // The only failure is a store that is closed, which follows nobody.
        let _ = self.store.inner.writer.follow(None);
    }
}

impl<F: FnMut(&[Change<Vector>]) + Send> Follower for F {
    fn committed(&mut self, changes: &[Change<Vector>]) {
        self(changes);
    }
}
