use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use half::f16;
use half::slice::HalfFloatSliceExt;
use rpds::HashTrieMapSync;

use crate::code::{CloseFactors, Scratch};
use crate::gallery::{Draft, Gallery};
use crate::kernel::Line;
use crate::rotation::Mixed;
use crate::snapshot::Snapshot;
use crate::space::Space;
use crate::vectors::keys::Keys;
use crate::vectors::slots::Slots;
use crate::vectors::{Stored, Vectors};
use crate::{Change, IndexError};

/// The mutable side: one at a time holds it and makes the next snapshot.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) applied: u64,
    /// Last change in a durable checkpoint; `u64::MAX` for an index in memory.
    pub(crate) durable: u64,
    pub(crate) galleries: HashTrieMapSync<u64, Gallery>,
    pub(crate) vectors: Vectors,
    pub(crate) slots: Slots,
    pub(crate) keys: Keys,
    /// Sum over all named slots of a mix of slot and key, which the manifest keeps to check keys at open.
    pub(crate) keys_sum: u64,
    /// Galleries that the background was told about.
    pub(crate) queued: HashSet<u64>,
    pub(crate) since_checkpoint: usize,
}

/// Vectors are prepared on several threads from so many on.
const PARALLEL: usize = 256;

impl Writer {
    pub(crate) fn new(space: &Space, in_memory: bool) -> Self {
        Self {
            applied: 0,
            durable: if in_memory { u64::MAX } else { 0 },
            galleries: HashTrieMapSync::default(),
            vectors: Vectors::new(space.layout),
            slots: Slots::new(),
            keys: Keys::new(),
            keys_sum: 0,
            queued: HashSet::new(),
            since_checkpoint: 0,
        }
    }

    /// Applies changes that were checked; `prepared` has one entry for each insert, in order. Fails before anything is changed.
    pub(crate) fn apply(
        &mut self,
        space: &Space,
        dir: Option<&PathBuf>,
        changes: &[(u64, Change<'_>)],
        prepared: &[Stored],
    ) -> Result<HashSet<u64>, IndexError> {
        self.slots.reclaim(self.durable);
        let wanted = self.slots_wanted(changes, prepared);
        while self.slots.available(self.vectors.slots()) < wanted {
            self.vectors.grow(dir.map(PathBuf::as_path))?;
        }
        let contained = self.applied;
        let mut drafts: HashMap<u64, Draft> = HashMap::new();
        let mut prepared = prepared.iter();
        for (seq, change) in changes {
            let vector = matches!(change, Change::Insert { .. })
                .then(|| prepared.next())
                .flatten();
            if *seq <= contained {
                continue;
            }
            self.applied = *seq;
            self.since_checkpoint += 1;
            let (Change::Insert { gallery, .. } | Change::Remove { gallery, .. } | Change::DropGallery { gallery }) =
                *change;
            let draft = drafts
                .entry(gallery)
                .or_insert_with(|| Draft::of(self.galleries.get(&gallery)));
            match (*change, vector) {
                (Change::Insert { key, .. }, Some(vector)) => {
                    insert(
                        draft,
                        key,
                        vector,
                        &self.vectors,
                        &mut self.slots,
                        &mut self.keys,
                        &mut self.keys_sum,
                    );
                }
                (Change::Remove { key, .. } | Change::Insert { key, .. }, _) => {
                    remove(
                        draft,
                        key,
                        &self.vectors,
                        &mut self.slots,
                        &mut self.keys,
                        &mut self.keys_sum,
                    );
                }
                (Change::DropGallery { .. }, _) => {
                    for slot in std::mem::take(draft).slots() {
                        forget(slot, &self.vectors, &mut self.slots, &mut self.keys, &mut self.keys_sum);
                    }
                }
            }
        }
        let threads = threads();
        let touched = drafts.keys().copied().collect();
        for (gallery, draft) in drafts {
            match draft.finish(space, &self.vectors, threads) {
                Some(finished) => self.galleries.insert_mut(gallery, finished),
                None => {
                    self.galleries.remove_mut(&gallery);
                }
            }
        }
        Ok(touched)
    }

    /// Slots that the changes may need: one for each insert, but for those that surely share a slot that is there.
    fn slots_wanted(&self, changes: &[(u64, Change<'_>)], prepared: &[Stored]) -> usize {
        if prepared.len() != changes.len() {
            return prepared.len();
        }
        let mut keys = HashSet::with_capacity(changes.len());
        let mut shares = |(change, vector): &(&(u64, Change<'_>), &Stored)| {
            let Change::Insert { key, .. } = change.1 else {
                return false;
            };
            // A second insert of a key may come when the first has let the shared slot go.
            keys.insert(key)
                && self
                    .slots_of(key)
                    .any(|slot| self.vectors.full(slot) == vector.full.as_slice())
        };
        prepared.len() - changes.iter().zip(prepared).filter(|pair| shares(pair)).count()
    }

    pub(crate) fn snapshot(&mut self) -> Snapshot {
        Snapshot {
            applied: self.applied,
            galleries: self.galleries.clone(),
            vectors: self.vectors.clone(),
            _epoch: self.slots.epoch(self.applied),
        }
    }

    /// Slots that hold a vector of `key`.
    pub(crate) fn slots_of(&self, key: u64) -> impl Iterator<Item = u32> {
        self.keys
            .candidates(key)
            .filter(move |slot| self.vectors.key(*slot) == key)
    }

    /// Takes a slot up that the manifest names, at open.
    pub(crate) fn adopt(&mut self, slot: u32) {
        if !self.slots.is_named(slot) {
            let key = self.vectors.key(slot);
            let vectors = &self.vectors;
            self.keys.insert(key, slot, |slot| vectors.key(slot));
            self.keys_sum = self.keys_sum.wrapping_add(slot_key_mix(slot, key));
        }
        self.slots.name(slot);
    }
}

/// Vectors as they will be stored, in the order of the inserts.
pub(crate) fn prepare(space: &Space, changes: &[(u64, Change<'_>)]) -> Result<Vec<Stored>, IndexError> {
    let vectors = changes.iter().filter_map(|(_, change)| match change {
        Change::Insert { vector, .. } => Some(*vector),
        _ => None,
    });
    let vectors: Vec<&[f32]> = vectors.collect();
    let threads = if vectors.len() < PARALLEL { 1 } else { threads() };
    let part = vectors.len().div_ceil(threads).max(1);
    let prepare = |vectors: &[&[f32]]| {
        let mut scratch = Scratch::default();
        vectors
            .iter()
            .map(|vector| prepare_one(space, vector, &mut scratch))
            .collect::<Result<Vec<_>, _>>()
    };
    if threads == 1 {
        return prepare(&vectors);
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = vectors
            .chunks(part)
            .map(|vectors| scope.spawn(move || prepare(vectors)))
            .collect();
        let mut all = Vec::with_capacity(vectors.len());
        for part in parts {
            match part.join() {
                Ok(part) => all.append(&mut part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(all)
    })
}

fn prepare_one(space: &Space, vector: &[f32], scratch: &mut Scratch) -> Result<Stored, IndexError> {
    let mut unit = space.unit(vector)?;
    unit.resize(space.layout.full, 0.0);
    let mut stored = vec![f16::ZERO; unit.len()];
    stored.convert_from_f32_slice(&unit);
    let full: Vec<u16> = stored.into_iter().map(f16::to_bits).collect();
    let (second, middle) = (space.layout.second_lines, space.layout.middle_lines);
    let mut close = vec![Line::ZERO; second + middle];
    let mut factors = CloseFactors::default();
    if !close.is_empty() {
        space.encoder.rotate(&full, scratch);
        factors.middle = space.encoder.middle_code(scratch, &mut close[second..]);
    }
    if second > 0 {
        factors.second = space.encoder.second_code(scratch, &mut close[..second]);
    }
    Ok(Stored { full, close, factors })
}

fn insert(
    draft: &mut Draft,
    key: u64,
    vector: &Stored,
    vectors: &Vectors,
    slots: &mut Slots,
    keys: &mut Keys,
    keys_sum: &mut u64,
) {
    let same_key: Vec<u32> = keys.candidates(key).filter(|slot| vectors.key(*slot) == key).collect();
    let mut shared = same_key
        .iter()
        .copied()
        .filter(|slot| vectors.full(*slot) == vector.full.as_slice());
    let shared = shared.next();
    if shared.is_some_and(|slot| draft.has(slot)) {
        return;
    }
    // Named before the old row lets go of it: the slot may be the same gallery's only by another row.
    if let Some(slot) = shared {
        slots.name(slot);
    }
    for slot in same_key {
        if draft.remove(slot) {
            forget(slot, vectors, slots, keys, keys_sum);
        }
    }
    if let Some(slot) = shared {
        draft.insert(slot);
        return;
    }
    // `apply` made sure of enough slots.
    if let Some(slot) = slots.take(vectors.slots()) {
        vectors.write(&slot, key, vector);
        keys.insert(key, slot.number(), |slot| vectors.key(slot));
        *keys_sum = keys_sum.wrapping_add(slot_key_mix(slot.number(), key));
        draft.insert(slot.number());
    }
}

fn remove(draft: &mut Draft, key: u64, vectors: &Vectors, slots: &mut Slots, keys: &mut Keys, keys_sum: &mut u64) {
    let same_key: Vec<u32> = keys.candidates(key).filter(|slot| vectors.key(*slot) == key).collect();
    for slot in same_key {
        if draft.remove(slot) {
            forget(slot, vectors, slots, keys, keys_sum);
        }
    }
}

fn forget(slot: u32, vectors: &Vectors, slots: &mut Slots, keys: &mut Keys, keys_sum: &mut u64) {
    if slots.forget(slot) {
        let key = vectors.key(slot);
        keys.remove(key, slot, |slot| vectors.key(slot));
        *keys_sum = keys_sum.wrapping_sub(slot_key_mix(slot, key));
    }
}

fn slot_key_mix(slot: u32, key: u64) -> u64 {
    Mixed(Mixed(u64::from(slot)).next() ^ key).next()
}

pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
