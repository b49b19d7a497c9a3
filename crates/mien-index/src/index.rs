use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::background::Background;
use crate::kernel::Isa;
use crate::snapshot::Snapshot;
use crate::space::Space;
use crate::writer::{Writer, prepare};
use crate::{Change, Config, Hit, IndexError, Query, Stats, disk, search};

/// A searchable space. All methods take `&self`; searches run beside writes and never wait for them.
#[derive(Debug)]
pub struct Index {
    shared: Arc<Shared>,
    background: Background,
}

/// What callers and the background work on together.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) space: Space,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) snapshot: ArcSwap<Snapshot>,
    writer: Mutex<Writer>,
    /// One checkpoint at a time; holds what the last one wrote.
    pub(crate) checkpoint: Mutex<disk::Last>,
    /// Held open: the system lock on it keeps other processes out of the directory.
    _lock: Option<File>,
}

/// Changes after which the background makes a checkpoint of its own.
const CHANGES_PER_CHECKPOINT: usize = 200_000;

impl Index {
    /// Opens the index kept in `dir`, creating it when there is none. Ready at once: codes are read in, vectors are mapped.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] when a file cannot be trusted: remove the directory, open again and replay everything.
    /// [`IndexError::Io`] when the system refuses or another process has the directory open.
    pub fn open(dir: &Path, config: Config) -> Result<Self, IndexError> {
        Ok(Self::start(disk::open(dir, config, Isa::best())?))
    }

    /// An empty index that keeps nothing on disk.
    pub fn in_memory(config: Config) -> Self {
        Self::in_memory_with(config, Isa::best())
    }

    /// The same on one of [`Index::instruction_sets`] instead of the best; `None` when the processor does not have it.
    pub fn in_memory_on(config: Config, instruction_set: &str) -> Option<Self> {
        let isa = Isa::all().into_iter().find(|isa| isa.name() == instruction_set)?;
        Some(Self::in_memory_with(config, isa))
    }

    /// Instruction sets that this processor can search with, slowest first.
    pub fn instruction_sets() -> Vec<&'static str> {
        Isa::all().into_iter().map(Isa::name).collect()
    }

    fn in_memory_with(config: Config, isa: Isa) -> Self {
        let space = Space::new(config, disk::random_seed(), isa);
        let writer = Writer::new(&space, true);
        Self::start(Shared::new(space, None, writer, disk::Last::default(), None))
    }

    fn start(shared: Shared) -> Self {
        let shared = Arc::new(shared);
        let background = Background::start(Arc::clone(&shared));
        Self { shared, background }
    }

    /// Shape of the space.
    pub fn config(&self) -> Config {
        self.shared.space.config
    }

    pub(crate) fn unit(&self, vector: &[f32]) -> Result<Vec<f32>, IndexError> {
        self.shared.space.unit(vector)
    }

    /// Name of the instruction set that searches use.
    pub fn instruction_set(&self) -> &'static str {
        self.shared.space.isa.name()
    }

    /// Sequence number of the last change contained; the owner replays what comes after it.
    pub fn applied(&self) -> u64 {
        self.shared.snapshot.load().applied
    }

    /// Applies one change; the next search sees it. A change with a number that is already contained is skipped.
    ///
    /// # Errors
    /// As [`Index::apply_all`].
    pub fn apply(&self, seq: u64, change: Change<'_>) -> Result<(), IndexError> {
        self.apply_all(&[(seq, change)])
    }

    /// Applies changes in ascending order of their numbers, at once for every reader, and much faster than one by one. Changes that
    /// share a number must come in one call. Either all are taken or, on an error, none.
    ///
    /// # Errors
    /// [`IndexError::Dimension`] or [`IndexError::NoDirection`] for a vector that cannot be stored, [`IndexError::Sequence`] when
    /// numbers fall, [`IndexError::Io`] when the disk is full.
    pub fn apply_all(&self, changes: &[(u64, Change<'_>)]) -> Result<(), IndexError> {
        for pair in changes.windows(2) {
            if pair[1].0 < pair[0].0 {
                return Err(IndexError::Sequence {
                    seq: pair[1].0,
                    applied: pair[0].0,
                });
            }
        }
        let prepared = prepare(&self.shared.space, changes)?;
        let mut writer = self.shared.writer();
        let touched = writer.apply(&self.shared.space, self.shared.dir.as_ref(), changes, &prepared)?;
        self.shared.publish(&mut writer);
        self.pass_on(&mut writer, touched);
        Ok(())
    }

    /// Tells the background which galleries want tidying and when a checkpoint is due.
    fn pass_on(&self, writer: &mut Writer, touched: HashSet<u64>) {
        for gallery in touched {
            let wants = writer.galleries.get(&gallery).is_some_and(|rows| rows.work().is_some());
            if wants && writer.queued.insert(gallery) {
                self.background.tidy(gallery);
            }
        }
        if self.shared.dir.is_some() && writer.since_checkpoint >= CHANGES_PER_CHECKPOINT {
            writer.since_checkpoint = 0;
            self.background.checkpoint();
        }
    }

    /// The best hits of every probe over all galleries together: distinct keys, best first, equal similarities by key.
    ///
    /// # Errors
    /// [`IndexError::Dimension`] or [`IndexError::NoDirection`] for a probe, [`IndexError::Damaged`] when a stored vector that the
    /// search needs does not agree with its check sum.
    pub fn search(&self, query: &Query<'_>) -> Result<Vec<Vec<Hit>>, IndexError> {
        search::together(&self.shared.space, &self.shared.snapshot.load_full(), query)
    }

    /// The best hits of every probe in every gallery: result\[probe\]\[gallery\], in the order of the query.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn search_each(&self, query: &Query<'_>) -> Result<Vec<Vec<Vec<Hit>>>, IndexError> {
        search::each(&self.shared.space, &self.shared.snapshot.load_full(), query)
    }

    /// Rows of a gallery; 0 when it is unknown.
    pub fn len(&self, gallery: u64) -> usize {
        self.shared
            .snapshot
            .load()
            .galleries
            .get(&gallery)
            .map_or(0, crate::gallery::Gallery::len)
    }

    /// Whether a gallery has no rows.
    pub fn is_empty(&self, gallery: u64) -> bool {
        self.len(gallery) == 0
    }

    /// Whether `key` is in `gallery`.
    pub fn contains(&self, gallery: u64, key: u64) -> bool {
        let writer = self.shared.writer();
        let rows = writer.galleries.get(&gallery);
        rows.is_some_and(|rows| writer.slots_of(key).any(|slot| rows.has(slot)))
    }

    /// Exact cosine of `probe` and the stored vector of `key`, wherever it is; the best where galleries hold different vectors
    /// under the key. `None` when no gallery has the key.
    ///
    /// # Errors
    /// As [`Index::search`].
    pub fn similarity(&self, key: u64, probe: &[f32]) -> Result<Option<f32>, IndexError> {
        let unit = self.shared.space.unit(probe)?;
        let writer = self.shared.writer();
        let mut best: Option<f32> = None;
        for slot in writer.slots_of(key) {
            let similarity = search::similarity(&self.shared.space, &writer.vectors, slot, &unit)?;
            best = Some(best.map_or(similarity, |best| best.max(similarity)));
        }
        Ok(best)
    }

    /// Makes everything applied so far durable; returns what [`Index::applied`] will be after a crash. For an index in memory this
    /// does nothing and returns [`Index::applied`]. The background does the same from time to time.
    ///
    /// # Errors
    /// [`IndexError::Io`] when the system refuses; the last checkpoint stays whole.
    pub fn checkpoint(&self) -> Result<u64, IndexError> {
        disk::checkpoint(&self.shared)
    }

    /// Reads every stored vector and compares it with its check sum. Searches check the vectors that they use anyway.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] for the first that differs.
    pub fn verify(&self) -> Result<(), IndexError> {
        let snapshot = self.shared.snapshot.load_full();
        for slot in snapshot.galleries.values().flat_map(crate::gallery::Gallery::slots) {
            snapshot.vectors.checked_full(slot)?;
            snapshot.vectors.check_close(slot)?;
        }
        Ok(())
    }

    /// Waits until the background has nothing more to tidy.
    pub fn settle(&self) {
        self.background.settle();
    }

    /// Sizes.
    pub fn stats(&self) -> Stats {
        let writer = self.shared.writer();
        Stats::of(&writer)
    }
}

impl Shared {
    pub(crate) fn new(
        space: Space,
        dir: Option<PathBuf>,
        mut writer: Writer,
        last: disk::Last,
        lock: Option<File>,
    ) -> Self {
        let snapshot = ArcSwap::from_pointee(writer.snapshot());
        Self {
            space,
            dir,
            snapshot,
            writer: Mutex::new(writer),
            checkpoint: Mutex::new(last),
            _lock: lock,
        }
    }

    /// A writer that panicked left a state that was never published; every change starts from galleries that are whole, so going on
    /// is sound.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the writer's state what readers see from now on.
    pub(crate) fn publish(&self, writer: &mut Writer) {
        self.snapshot.store(Arc::new(writer.snapshot()));
    }
}
