use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Hit;

/// The best rows so far of one probe, for all threads, with distinct keys.
#[derive(Debug)]
pub(super) struct Ranking {
    top: usize,
    /// Bits of the cosine that a row must reach: the floor, or the last place's once all places are taken. Only rises.
    least: AtomicU32,
    best: Mutex<Vec<Place>>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    hit: Hit,
    order: u32,
}

impl Ranking {
    pub(super) fn new(top: usize, floor: f32) -> Self {
        Self {
            top,
            least: AtomicU32::new(floor.to_bits()),
            best: Mutex::default(),
        }
    }

    /// Cosine below which a row cannot count.
    pub(super) fn least(&self) -> f32 {
        f32::from_bits(self.least.load(Ordering::Relaxed))
    }

    /// Takes a row in if it is good enough. `order` is the gallery's place in the query.
    pub(super) fn offer(&self, hit: Hit, order: u32) {
        if hit.similarity < self.least() {
            return;
        }
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Place { hit, order };
        if let Some(at) = best.iter().position(|other| other.hit.key == hit.key) {
            let known = best[at];
            if known.hit.similarity > hit.similarity || (known.hit.similarity == hit.similarity && known.order <= order)
            {
                return;
            }
            best.remove(at);
        }
        let at = best.partition_point(|other| {
            let better = other.hit.similarity > hit.similarity;
            better || (other.hit.similarity == hit.similarity && other.hit.key < hit.key)
        });
        best.insert(at, place);
        best.truncate(self.top);
        if best.len() == self.top
            && let Some(last) = best.last()
        {
            let least = last.hit.similarity.max(self.least());
            self.least.store(least.to_bits(), Ordering::Relaxed);
        }
    }

    pub(super) fn into_hits(self) -> Vec<Hit> {
        let best = self.best.into_inner().unwrap_or_else(PoisonError::into_inner);
        best.into_iter().map(|place| place.hit).collect()
    }
}
