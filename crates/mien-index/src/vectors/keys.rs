use crate::rotation::Mixed;

/// From key to slots, in about six bytes a slot: only slot numbers and a byte of each hash are kept, keys are read from the vectors.
///
/// A key has more than one slot when its vector differs between galleries. Shards keep the cost of growing a table below a
/// millisecond. (`hashbrown` doubles its tables, which would cost up to eleven bytes a slot.)
#[derive(Debug)]
pub(crate) struct Keys {
    shards: Box<[Shard]>,
}

#[derive(Debug, Default, Clone)]
struct Shard {
    /// 0 for an empty place, else part of the hash with the top bit set.
    tags: Vec<u8>,
    slots: Vec<u32>,
    used: usize,
}

const SHARDS: usize = 1024;

/// Share of a table that is filled before it grows by a sixth, in percent.
const FULL_PERCENT: usize = 86;

impl Keys {
    pub(crate) fn new() -> Self {
        Self {
            shards: vec![Shard::default(); SHARDS].into_boxed_slice(),
        }
    }

    /// Room for `slots` from the start.
    pub(crate) fn with_capacity(slots: usize) -> Self {
        // Shards differ in size like draws from a Poisson law: with two deviations on top few have to grow.
        let per_shard = slots / SHARDS;
        let places = (per_shard + per_shard.isqrt() * 2) * 100 / FULL_PERCENT + 1;
        let shard = Shard {
            tags: vec![0; places],
            slots: vec![0; places],
            used: 0,
        };
        Self {
            shards: vec![shard; SHARDS].into_boxed_slice(),
        }
    }

    /// Slots whose key may be `key`; the caller compares.
    pub(crate) fn candidates(&self, key: u64) -> impl Iterator<Item = u32> {
        let hash = hash(key);
        let shard = &self.shards[shard_of(hash)];
        shard
            .run(hash)
            .filter(move |place| shard.tags[*place] == tag(hash))
            .map(|place| shard.slots[place])
    }

    /// Adds a slot; `key_of` tells the key of a slot that was added before.
    pub(crate) fn insert(&mut self, key: u64, slot: u32, key_of: impl Fn(u32) -> u64) {
        let hash = hash(key);
        let shard = &mut self.shards[shard_of(hash)];
        if (shard.used + 1) * 100 > shard.slots.len() * FULL_PERCENT {
            shard.grow(key_of);
        }
        shard.put(hash, slot);
    }

    pub(crate) fn remove(&mut self, key: u64, slot: u32, key_of: impl Fn(u32) -> u64) {
        let hash = hash(key);
        self.shards[shard_of(hash)].remove(hash, slot, key_of);
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| size_of::<Shard>() + shard.tags.capacity() + shard.slots.capacity() * 4)
            .sum()
    }
}

impl Shard {
    /// Places from the hash's home to the next empty one.
    fn run(&self, hash: u64) -> impl Iterator<Item = usize> {
        let (home, places) = (self.home(hash), self.slots.len());
        (home..places).chain(0..home).take_while(|place| self.tags[*place] != 0)
    }

    fn home(&self, hash: u64) -> usize {
        ((u64::from(hash as u32) * self.slots.len() as u64) >> 32) as usize
    }

    fn put(&mut self, hash: u64, slot: u32) {
        let (home, places) = (self.home(hash), self.slots.len());
        if let Some(place) = (home..places).chain(0..home).find(|place| self.tags[*place] == 0) {
            self.tags[place] = tag(hash);
            self.slots[place] = slot;
            self.used += 1;
        }
    }

    fn grow(&mut self, key_of: impl Fn(u32) -> u64) {
        let places = (self.slots.len() + self.slots.len() / 6).max(self.slots.len() + 16);
        let old = std::mem::replace(
            self,
            Self {
                tags: vec![0; places],
                slots: vec![0; places],
                used: 0,
            },
        );
        for (tag, slot) in old.tags.into_iter().zip(old.slots) {
            if tag != 0 {
                self.put(hash(key_of(slot)), slot);
            }
        }
    }

    /// Closes the gap that the slot leaves, so that runs stay whole without tombstones.
    fn remove(&mut self, hash_of_slot: u64, slot: u32, key_of: impl Fn(u32) -> u64) {
        let found = self.run(hash_of_slot).find(|place| self.slots[*place] == slot);
        let Some(mut gap) = found else { return };
        let places = self.slots.len();
        self.used -= 1;
        let mut place = gap;
        loop {
            place = (place + 1) % places;
            if self.tags[place] == 0 {
                break;
            }
            // An entry may move to the gap when its home is not between the gap and itself.
            let home = self.home(hash(key_of(self.slots[place])));
            if (place + places - home) % places >= (place + places - gap) % places {
                self.tags[gap] = self.tags[place];
                self.slots[gap] = self.slots[place];
                gap = place;
            }
        }
        self.tags[gap] = 0;
    }
}

fn hash(key: u64) -> u64 {
    Mixed(key).next()
}

fn tag(hash: u64) -> u8 {
    (hash >> 32) as u8 | 0x80
}

fn shard_of(hash: u64) -> usize {
    (hash >> 54) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn behaves_like_a_map_of_lists() {
        let mut random = Mixed(5);
        let (mut keys, mut model) = (Keys::new(), HashMap::<u32, u64>::new());
        for slot in 0..200_000_u32 {
            // Few distinct keys, so that runs are long and keys have several slots.
            let key = random.next() % 50_000;
            keys.insert(key, slot, |slot| model[&slot]);
            model.insert(slot, key);
            if random.next().is_multiple_of(3) {
                let slot = (random.next() % u64::from(slot + 1)) as u32;
                if let Some(key) = model.get(&slot).copied() {
                    keys.remove(key, slot, |slot| model[&slot]);
                    model.remove(&slot);
                }
            }
        }
        let mut expected = HashMap::<u64, Vec<u32>>::new();
        for (slot, key) in &model {
            expected.entry(*key).or_default().push(*slot);
        }
        for key in 0..50_000 {
            let mut found: Vec<u32> = keys
                .candidates(key)
                .filter(|slot| model.get(slot) == Some(&key))
                .collect();
            let mut expected = expected.remove(&key).unwrap_or_default();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "key {key}");
        }
        assert!(keys.bytes() < model.len() * 8 + SHARDS * 256);
    }
}
