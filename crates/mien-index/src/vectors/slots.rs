use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};

use super::FreeSlot;

/// Life of the slots: how often each is named, and when a slot that is named no more can be used again.
///
/// A reader holds the [`Epoch`] that was current when it took its snapshot. Slots that a change lets go are retired under the epoch
/// of the snapshots that still name them, and become free when that epoch and all before it are gone and, for an index on disk, a
/// checkpoint that no longer names them is durable.
#[derive(Debug)]
pub(crate) struct Slots {
    /// Rows that name a slot, up to [`MANY`].
    named: Vec<u8>,
    /// The count of slots that are named [`MANY`] times and more.
    often: HashMap<u32, u32>,
    free: Vec<u32>,
    /// Slots from here on were never used.
    fresh: u32,
    retired: VecDeque<Retired>,
    epoch: Arc<Epoch>,
    leaving: Vec<u32>,
}

/// Held by every snapshot.
#[derive(Debug)]
pub(crate) struct Epoch(());

#[derive(Debug)]
struct Retired {
    epoch: Weak<Epoch>,
    after: u64,
    slots: Vec<u32>,
}

const MANY: u8 = u8::MAX;

impl Slots {
    pub(crate) fn new() -> Self {
        Self {
            named: Vec::new(),
            often: HashMap::new(),
            free: Vec::new(),
            fresh: 0,
            retired: VecDeque::new(),
            epoch: Arc::new(Epoch(())),
            leaving: Vec::new(),
        }
    }

    /// For an index that is opened: all of the first `total` slots are there and none is named.
    pub(crate) fn opened(total: usize) -> Self {
        Self {
            named: vec![0; total],
            fresh: total as u32,
            ..Self::new()
        }
    }

    /// Free slots among the first `total`.
    pub(crate) fn available(&self, total: usize) -> usize {
        self.free.len() + total - self.fresh as usize
    }

    /// A free slot, counted as named once. `None` when none of the first `total` is free.
    pub(crate) fn take(&mut self, total: usize) -> Option<FreeSlot> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if (self.fresh as usize) < total => {
                self.fresh += 1;
                self.fresh - 1
            }
            None => return None,
        };
        self.name(slot);
        Some(FreeSlot(slot))
    }

    /// One more row names the slot.
    pub(crate) fn name(&mut self, slot: u32) {
        let at = slot as usize;
        if at >= self.named.len() {
            // Grows by an eighth: a doubled vector would hold twice the memory.
            let wanted = (at + 1)
                .max(self.named.len() + self.named.len() / 8)
                .next_multiple_of(4096);
            self.named.reserve_exact(wanted - self.named.len());
            self.named.resize(wanted, 0);
        }
        match self.named[at] {
            MANY => *self.often.entry(slot).or_insert(u32::from(MANY)) += 1,
            count => {
                self.named[at] = count + 1;
            }
        }
    }

    /// One row less names the slot; true when it was the last.
    pub(crate) fn forget(&mut self, slot: u32) -> bool {
        let Some(named) = self.named.get_mut(slot as usize) else {
            return false;
        };
        if let Some(count) = self.often.get_mut(&slot) {
            *count -= 1;
            if *count == u32::from(MANY) {
                self.often.remove(&slot);
            }
            return false;
        }
        *named = named.saturating_sub(1);
        let last = *named == 0;
        if last {
            self.leaving.push(slot);
        }
        last
    }

    pub(crate) fn is_named(&self, slot: u32) -> bool {
        self.named.get(slot as usize).is_some_and(|named| *named > 0)
    }

    /// The epoch for the next snapshot, which has change `seq` in it. Slots let go since the last call are retired.
    pub(crate) fn epoch(&mut self, seq: u64) -> Arc<Epoch> {
        if !self.leaving.is_empty() {
            let epoch = Arc::downgrade(&self.epoch);
            self.retired.push_back(Retired {
                epoch,
                after: seq,
                slots: std::mem::take(&mut self.leaving),
            });
            self.epoch = Arc::new(Epoch(()));
        }
        Arc::clone(&self.epoch)
    }

    /// Frees what no reader and, up to change `durable`, no checkpoint names.
    pub(crate) fn reclaim(&mut self, durable: u64) {
        while let Some(first) = self.retired.front() {
            if first.after > durable || first.epoch.strong_count() > 0 {
                break;
            }
            let slots = self
                .retired
                .pop_front()
                .map(|retired| retired.slots)
                .unwrap_or_default();
            self.free.extend(slots);
        }
    }

    /// After everything that the manifest names was named: the rest is free.
    pub(crate) fn settle(&mut self) {
        let free = self.named.iter().enumerate().rev().filter(|(_, named)| **named == 0);
        self.free = free.map(|(slot, _)| slot as u32).collect();
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.named.capacity() + self.free.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_waits_for_readers_and_for_the_checkpoint() {
        let mut slots = Slots::new();
        let reader = slots.epoch(1);
        let slot = slots.take(1).map(|slot| slot.number());
        assert_eq!(slot, Some(0));
        assert!(slots.take(1).is_none());
        let named_by = slots.epoch(1);
        assert!(slots.forget(0));
        drop(slots.epoch(2));
        slots.reclaim(1);
        assert!(slots.take(1).is_none(), "readers and the last checkpoint still name it");
        drop((reader, named_by));
        slots.reclaim(1);
        assert!(slots.take(1).is_none(), "the last checkpoint still names it");
        slots.reclaim(2);
        assert!(slots.take(1).is_some());
    }

    #[test]
    fn counts_more_names_than_a_byte_holds() {
        let mut slots = Slots::new();
        slots.take(1).expect("free");
        for _ in 0..999 {
            slots.name(0);
        }
        for _ in 0..999 {
            assert!(!slots.forget(0));
        }
        assert!(slots.forget(0));
    }
}
