//! The loaded spaces with their indexes, and how the indexes follow the store.

mod catch_up;
mod upkeep;

pub(crate) use upkeep::Upkeep;

use crate::error::CoreError;
use crate::space::Space;
use crate::value::ModelVersion;
use mien_index::{Change as IndexChange, Index};
use mien_store::{Change, Operation, SpaceKey, SpaceRow, Store, Stream, Vector};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// All spaces: those loaded, and those that the store has groups of.
pub(crate) struct Spaces {
    loaded: Vec<Loaded>,
    known: Vec<SpaceRow>,
}

/// A space that can be searched.
pub(crate) struct Loaded {
    pub(crate) key: SpaceKey,
    pub(crate) space: Arc<Space>,
    faces: Follow,
    persons: Follow,
}

/// An index and whether it still follows.
struct Follow {
    index: Index,
    stopped: OnceLock<String>,
}

impl Spaces {
    /// Registers the spaces in the store and brings their indexes up to date.
    pub(crate) fn open(store: &Store, directory: &Path, spaces: Vec<Space>) -> Result<Self, CoreError> {
        catch_up::remove_foreign(store, directory)?;
        let mut loaded: Vec<Loaded> = Vec::new();
        for space in spaces {
            let (fingerprint, version, dim) = (space.fingerprint.clone(), number(space.version), space.dim);
            let wanted = fingerprint.clone();
            let key = store.write(move |tx| tx.ensure_space(&wanted, version, dim).map_err(CoreError::from))?;
            let known = store.read(|view| view.space(key))?;
            let agrees = known.is_some_and(|row| (row.version, row.dim) == (version, dim));
            if !agrees || loaded.iter().any(|other| other.key == key) {
                return Err(CoreError::SpaceConflict(fingerprint));
            }
            let open = |stream| catch_up::open(store, directory, key, dim, stream).map(Follow::new);
            let (faces, persons) = (open(Stream::Faces)?, open(Stream::Persons)?);
            loaded.push(Loaded {
                key,
                space: Arc::new(space),
                faces,
                persons,
            });
        }
        Ok(Self {
            loaded,
            known: store.read(|view| view.spaces())?,
        })
    }

    /// The spaces that can be searched.
    pub(crate) fn loaded(&self) -> &[Loaded] {
        &self.loaded
    }

    /// The space that new groups of a version get.
    pub(crate) fn current(&self, version: ModelVersion) -> Result<&Loaded, CoreError> {
        let found = self.loaded.iter().find(|loaded| loaded.space.version == version);
        found.ok_or(CoreError::VersionNotLoaded(version))
    }

    /// The space of a group or person, which must be loaded; `subject` says of whom, in words.
    pub(crate) fn of(&self, key: SpaceKey, subject: impl FnOnce() -> String) -> Result<&Loaded, CoreError> {
        self.loaded
            .iter()
            .find(|loaded| loaded.key == key)
            .ok_or_else(|| CoreError::SpaceNotLoaded {
                subject: subject(),
                fingerprint: self.row(key).map_or_else(String::new, |row| row.fingerprint.clone()),
            })
    }

    /// Version of a space, loaded or not.
    pub(crate) fn version(&self, key: SpaceKey) -> ModelVersion {
        match self.row(key) {
            Some(row) if row.version == number(ModelVersion::V2) => ModelVersion::V2,
            _ => ModelVersion::V3,
        }
    }

    /// Applies committed changes; those of spaces that are not loaded stay in the log for later.
    pub(crate) fn apply(&self, changes: &[Change<Vector>]) {
        for loaded in &self.loaded {
            for stream in Stream::ALL {
                let of_stream = changes
                    .iter()
                    .filter(|change| (change.space, change.stream) == (loaded.key, stream));
                loaded.follow(stream).apply(of_stream);
            }
        }
    }

    fn row(&self, key: SpaceKey) -> Option<&SpaceRow> {
        self.known.iter().find(|row| row.key == key)
    }
}

impl Loaded {
    /// The index of a stream, if it holds all that was answered.
    pub(crate) fn index(&self, stream: Stream) -> Result<&Index, CoreError> {
        let follow = self.follow(stream);
        match follow.stopped.get() {
            Some(reason) => Err(CoreError::IndexStopped(reason.clone())),
            None => Ok(&follow.index),
        }
    }

    fn follow(&self, stream: Stream) -> &Follow {
        match stream {
            Stream::Faces => &self.faces,
            Stream::Persons => &self.persons,
        }
    }
}

impl Follow {
    fn new(index: Index) -> Self {
        Self {
            index,
            stopped: OnceLock::new(),
        }
    }

    /// The writes are committed, so a failure here cannot refuse them: the index stops instead, and says so to every
    /// search until a restart has repaired it.
    fn apply<'a>(&self, changes: impl Iterator<Item = &'a Change<Vector>>) {
        let changes: Vec<(u64, Prepared)> = changes.map(|change| (change.seq, prepare(&change.operation))).collect();
        if changes.is_empty() || self.stopped.get().is_some() {
            return;
        }
        if let Err(error) = apply(&self.index, &changes) {
            tracing::error!(%error, "a search index has stopped following the store");
            let _ = self.stopped.set(error.to_string());
        }
    }
}

/// A change with its vector as the index takes it.
pub(crate) type Prepared = Operation<Vec<f32>>;

pub(crate) fn apply(index: &Index, changes: &[(u64, Prepared)]) -> Result<(), mien_index::IndexError> {
    let changes: Vec<(u64, IndexChange<'_>)> = changes
        .iter()
        .map(|(seq, operation)| {
            let change = match operation {
                Operation::Insert { gallery, key, vector } => IndexChange::Insert {
                    gallery: gallery.0,
                    key: *key,
                    vector,
                },
                Operation::Remove { gallery, key } => IndexChange::Remove {
                    gallery: gallery.0,
                    key: *key,
                },
                Operation::Drop { gallery } => IndexChange::DropGallery { gallery: gallery.0 },
            };
            (*seq, change)
        })
        .collect();
    index.apply_all(&changes)
}

fn prepare(operation: &Operation<Vector>) -> Prepared {
    match operation {
        Operation::Insert { gallery, key, vector } => Operation::Insert {
            gallery: *gallery,
            key: *key,
            vector: vector.to_f32(),
        },
        Operation::Remove { gallery, key } => Operation::Remove {
            gallery: *gallery,
            key: *key,
        },
        Operation::Drop { gallery } => Operation::Drop { gallery: *gallery },
    }
}

fn number(version: ModelVersion) -> u8 {
    match version {
        ModelVersion::V2 => 2,
        ModelVersion::V3 => 3,
    }
}
