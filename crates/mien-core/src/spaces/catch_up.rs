//! Opening an index and bringing it up to the store: replay of the change log, or building anew from the tables when
//! the index is missing, damaged, or older than the log reaches back.

use super::{Prepared, apply};
use crate::embedding;
use crate::error::CoreError;
use mien_index::{Change as IndexChange, Config, Index, IndexError};
use mien_store::{Change, FaceKey, GroupKey, Operation, PersonKey, SpaceKey, Store, StoreError, Stream, View};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Changes handed to the index at once.
const CHUNK: usize = 4096;

/// Opens the index of one stream of a space in its own directory below `directory`.
pub(super) fn open(
    store: &Store,
    directory: &Path,
    space: SpaceKey,
    dim: usize,
    stream: Stream,
) -> Result<Index, CoreError> {
    let name = match stream {
        Stream::Faces => "faces",
        Stream::Persons => "persons",
    };
    let parent = directory.join(store.incarnation()).join(format!("space-{}", space.0));
    let place = Place {
        directory: parent.join(name),
        building: parent.join(format!("{name}.new")),
    };
    create(&parent)?;
    remove(&place.building)?;
    let config = Config::new(dim)?;
    let source = Source { store, space, stream };
    if let Some(index) = sound(&place.directory, config)? {
        if source.reaches(index.applied())? {
            source.replay(&index)?;
            return Ok(index);
        }
        tracing::warn!(path = %place.directory.display(), "a search index is out of step and is built anew");
    }
    source.rebuild(&place, config)
}

/// The index of a directory, unless it cannot be trusted.
fn sound(directory: &Path, config: Config) -> Result<Option<Index>, CoreError> {
    match Index::open(directory, config) {
        Ok(index) => Ok(Some(index)),
        Err(IndexError::Damaged { path, reason }) => {
            tracing::warn!(path = %path.display(), reason, "a search index is damaged and is built anew");
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}

struct Place {
    directory: PathBuf,
    building: PathBuf,
}

struct Source<'a> {
    store: &'a Store,
    space: SpaceKey,
    stream: Stream,
}

impl Source<'_> {
    /// Whether the log can bring an index up to date that holds all changes up to `applied`.
    fn reaches(&self, applied: u64) -> Result<bool, StoreError> {
        self.store
            .read(|view| Ok(applied >= view.trimmed(self.space, self.stream)? && applied <= view.last_change()?))
    }

    fn replay(&self, index: &Index) -> Result<(), CoreError> {
        self.store.read(|view| {
            loop {
                let changes = view.changes(self.space, self.stream, index.applied(), CHUNK)?;
                if changes.is_empty() {
                    return Ok(());
                }
                let prepared: Result<Vec<_>, StoreError> = changes
                    .iter()
                    .map(|change| Ok((change.seq, self.prepare(view, change)?)))
                    .collect();
                apply(index, &prepared?)?;
            }
        })
    }

    /// Insertions take the vector of now. A key that is gone by now is removed instead: a later change in the log
    /// removes it anyway.
    fn prepare(&self, view: &View<'_>, change: &Change<()>) -> Result<Prepared, StoreError> {
        Ok(match change.operation {
            Operation::Insert { gallery, key, .. } => {
                let vector = match self.stream {
                    Stream::Faces => view.vector(FaceKey(key), self.space)?,
                    Stream::Persons => {
                        let faces = view.person_vectors(PersonKey(key), self.space)?;
                        embedding::fuse(faces.iter().map(|(_, vector)| vector))
                    }
                };
                match vector {
                    Some(vector) => Operation::Insert {
                        gallery,
                        key,
                        vector: vector.to_f32(),
                    },
                    None => Operation::Remove { gallery, key },
                }
            }
            Operation::Remove { gallery, key } => Operation::Remove { gallery, key },
            Operation::Drop { gallery } => Operation::Drop { gallery },
        })
    }

    /// Builds beside the old index and takes its place only when all is on disk.
    fn rebuild(&self, place: &Place, config: Config) -> Result<Index, CoreError> {
        let index = Index::open(&place.building, config)?;
        self.store.read(|view| {
            let mut filling = Filling {
                index: &index,
                rows: 0,
                waiting: Vec::new(),
            };
            match self.stream {
                Stream::Faces => view.each_vector(self.space, |face, _, vector, groups| {
                    filling.add(face.0, &vector.to_f32(), groups)
                })?,
                Stream::Persons => view.each_person(self.space, |person, faces, groups| {
                    let fused = embedding::fuse(faces.iter().map(|(_, vector)| vector));
                    fused.map_or(Ok(()), |fused| filling.add(person.0, &fused.to_f32(), groups))
                })?,
            }
            filling.finish(view.last_change()?)
        })?;
        index.checkpoint()?;
        drop(index);
        remove(&place.directory)?;
        fs::rename(&place.building, &place.directory).map_err(|error| io("rename", &place.building, error))?;
        let index = Index::open(&place.directory, config)?;
        if self.reaches(index.applied())? {
            return Ok(index);
        }
        Err(CoreError::IndexStopped(
            "a new index has not kept what was written to it".to_owned(),
        ))
    }
}

/// An index being filled. Rows are numbered from 1: each was logged at least once under a number of its own, so the
/// numbers stay below that of the last change, which the index is brought to at the end.
struct Filling<'a> {
    index: &'a Index,
    rows: u64,
    waiting: Vec<(u64, Prepared)>,
}

impl Filling<'_> {
    fn add(&mut self, key: u64, vector: &[f32], groups: &[GroupKey]) -> Result<(), CoreError> {
        for gallery in groups {
            self.rows += 1;
            let operation = Operation::Insert {
                gallery: *gallery,
                key,
                vector: vector.to_vec(),
            };
            self.waiting.push((self.rows, operation));
        }
        if self.waiting.len() >= CHUNK {
            apply(self.index, &self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }

    fn finish(self, last: u64) -> Result<(), CoreError> {
        apply(self.index, &self.waiting)?;
        if last > self.rows {
            self.index.apply(last, IndexChange::Remove { gallery: 0, key: 0 })?;
        }
        Ok(())
    }
}

/// Removes indexes of other copies of the data: the store was replaced by a backup.
pub(super) fn remove_foreign(store: &Store, directory: &Path) -> Result<(), CoreError> {
    create(directory)?;
    for entry in fs::read_dir(directory).map_err(|error| io("read", directory, error))? {
        let entry = entry.map_err(|error| io("read", directory, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let incarnation = name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if incarnation && name != store.incarnation() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn create(directory: &Path) -> Result<(), CoreError> {
    fs::create_dir_all(directory).map_err(|error| io("create", directory, error))
}

fn remove(directory: &Path) -> Result<(), CoreError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io("remove", directory, error)),
        _ => Ok(()),
    }
}

fn io(doing: &'static str, path: &Path, source: io::Error) -> CoreError {
    CoreError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
