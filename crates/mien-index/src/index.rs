use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use half::f16;

use crate::{Change, Config, Hit, IndexError, Query};

/// A searchable space. All methods take `&self`; searches run beside writes.
pub struct Index {
    config: Config,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    applied: u64,
    galleries: HashMap<u64, BTreeMap<u64, Vec<f16>>>,
}

impl Index {
    /// Opens the index kept in `dir`, creating it when there is none.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when a file cannot be trusted: remove the directory, open again and replay everything.
    pub fn open(dir: &Path, config: Config) -> Result<Self, IndexError> {
        std::fs::create_dir_all(dir).map_err(|source| IndexError::Io {
            doing: "cannot create",
            path: dir.to_owned(),
            source,
        })?;
        Ok(Self::in_memory(config))
    }

    /// An empty index that keeps nothing on disk.
    pub fn in_memory(config: Config) -> Self {
        Self {
            config,
            state: RwLock::default(),
        }
    }

    /// Shape of the space.
    pub fn config(&self) -> Config {
        self.config
    }

    /// Sequence number of the last change contained; the owner replays what comes after it.
    pub fn applied(&self) -> u64 {
        self.read().applied
    }

    /// Applies one change; the next search sees it. A change with a number that is already contained is skipped.
    pub fn apply(&self, seq: u64, change: Change<'_>) -> Result<(), IndexError> {
        self.apply_all(&[(seq, change)])
    }

    /// Applies changes in ascending order of their numbers, which is much faster than one by one. Changes
    /// that share a number must come in one call. Either all are taken or, when one of them is not acceptable, none.
    pub fn apply_all(&self, changes: &[(u64, Change<'_>)]) -> Result<(), IndexError> {
        let mut last = None;
        for (seq, change) in changes {
            if last.is_some_and(|last| *seq < last) {
                return Err(IndexError::Sequence {
                    seq: *seq,
                    applied: last.unwrap_or_default(),
                });
            }
            last = Some(*seq);
            if let Change::Insert { vector, .. } = change {
                self.unit(vector)?;
            }
        }
        let mut state = self.write();
        let contained = state.applied;
        for (seq, change) in changes {
            if *seq <= contained {
                continue;
            }
            state.applied = *seq;
            match *change {
                Change::Insert { gallery, key, vector } => {
                    let vector = self.unit(vector)?.into_iter().map(f16::from_f32).collect();
                    state.galleries.entry(gallery).or_default().insert(key, vector);
                }
                Change::Remove { gallery, key } => {
                    if let Some(rows) = state.galleries.get_mut(&gallery) {
                        rows.remove(&key);
                    }
                }
                Change::DropGallery { gallery } => {
                    state.galleries.remove(&gallery);
                }
            }
        }
        Ok(())
    }

    /// The best hits of every probe over all galleries together: distinct keys, best first, equal similarities by key.
    pub fn search(&self, query: &Query<'_>) -> Result<Vec<Vec<Hit>>, IndexError> {
        let state = self.read();
        query
            .probes
            .iter()
            .map(|probe| {
                let probe = self.unit(probe)?;
                let mut best: HashMap<u64, Hit> = HashMap::new();
                for hit in query
                    .galleries
                    .iter()
                    .flat_map(|gallery| state.hits(*gallery, &probe, query.floor))
                {
                    let known = best.entry(hit.key).or_insert(hit);
                    if hit.similarity > known.similarity {
                        *known = hit;
                    }
                }
                Ok(top(best.into_values().collect(), query.top))
            })
            .collect()
    }

    /// The best hits of every probe in every gallery: result[probe][gallery], in the order of the query.
    pub fn search_each(&self, query: &Query<'_>) -> Result<Vec<Vec<Vec<Hit>>>, IndexError> {
        let state = self.read();
        query
            .probes
            .iter()
            .map(|probe| {
                let probe = self.unit(probe)?;
                Ok(query
                    .galleries
                    .iter()
                    .map(|gallery| top(state.hits(*gallery, &probe, query.floor), query.top))
                    .collect())
            })
            .collect()
    }

    /// Rows of a gallery; 0 when it is unknown.
    pub fn len(&self, gallery: u64) -> usize {
        self.read().galleries.get(&gallery).map_or(0, BTreeMap::len)
    }

    /// Whether a gallery has no rows.
    pub fn is_empty(&self, gallery: u64) -> bool {
        self.len(gallery) == 0
    }

    /// Whether `key` is in `gallery`.
    pub fn contains(&self, gallery: u64, key: u64) -> bool {
        self.read()
            .galleries
            .get(&gallery)
            .is_some_and(|rows| rows.contains_key(&key))
    }

    /// Exact cosine of `probe` and the stored vector of `key`, wherever it is; the best where galleries hold different vectors
    /// under the key. `None` when no gallery has the key.
    pub fn similarity(&self, key: u64, probe: &[f32]) -> Result<Option<f32>, IndexError> {
        let probe = self.unit(probe)?;
        let state = self.read();
        Ok(state
            .galleries
            .values()
            .filter_map(|rows| rows.get(&key))
            .map(|row| dot(row, &probe))
            .reduce(f32::max))
    }

    /// Makes everything applied so far durable; returns [`Index::applied`] as it will be found after a crash. Nothing to do for an
    /// index in memory.
    pub fn checkpoint(&self) -> Result<u64, IndexError> {
        Ok(0)
    }

    fn unit(&self, vector: &[f32]) -> Result<Vec<f32>, IndexError> {
        if vector.len() != self.config.dim() {
            return Err(IndexError::Dimension {
                expected: self.config.dim(),
                found: vector.len(),
            });
        }
        let norm = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        if !norm.is_finite() || norm == 0.0 {
            return Err(IndexError::NoDirection);
        }
        Ok(vector.iter().map(|value| (f64::from(*value) / norm) as f32).collect())
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hits(&self, gallery: u64, probe: &[f32], floor: f32) -> Vec<Hit> {
        let rows = self.galleries.get(&gallery).into_iter().flatten();
        rows.map(|(key, row)| Hit {
            gallery,
            key: *key,
            similarity: dot(row, probe),
        })
        .filter(|hit| hit.similarity >= floor)
        .collect()
    }
}

fn dot(row: &[f16], probe: &[f32]) -> f32 {
    row.iter().zip(probe).map(|(a, b)| a.to_f32() * b).sum()
}

fn top(mut hits: Vec<Hit>, top: usize) -> Vec<Hit> {
    hits.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.key.cmp(&b.key)));
    hits.truncate(top);
    hits
}
