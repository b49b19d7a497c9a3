use std::collections::HashSet;
use std::sync::Arc;

use crate::run::{Run, View};
use crate::space::Space;
use crate::vectors::Vectors;

/// Rows of one gallery at one moment: coded runs, and loose rows that are compared in full.
///
/// New rows are loose. A gallery below [`LOOSE_ROWS`] stays so and costs four bytes a row; above, the background turns loose rows into
/// a run and merges runs.
#[derive(Debug, Clone)]
pub(crate) struct Gallery {
    pub(crate) runs: Arc<[View]>,
    pub(crate) loose: Arc<[u32]>,
}

/// Loose rows from which a run is worth its while: comparing a thousand vectors in full takes some 30 µs.
pub(crate) const LOOSE_ROWS: usize = 1024;

/// Loose rows at which the writer itself makes a run, when the background does not keep up.
pub(crate) const LOOSE_LIMIT: usize = 16 * LOOSE_ROWS;

/// Rows of a run, at most.
const RUN_ROWS: usize = 8 << 20;

/// A run is merged with those after it unless it has this many times their rows.
const RATIO: usize = 3;

impl Gallery {
    pub(crate) fn len(&self) -> usize {
        self.loose.len() + self.runs.iter().map(View::live).sum::<usize>()
    }

    /// Every row's slot.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.loose.iter().copied().chain(self.runs.iter().flat_map(View::alive))
    }

    pub(crate) fn has(&self, slot: u32) -> bool {
        self.loose.contains(&slot) || self.runs.iter().any(|view| view.find(slot).is_some())
    }

    /// What the background should do next.
    pub(crate) fn work(&self) -> Option<Work> {
        if !self.runs.is_empty() && self.len() < LOOSE_ROWS / 2 {
            return Some(Work::Loosen);
        }
        if self.loose.len() >= LOOSE_ROWS {
            return Some(Work::Encode);
        }
        let mostly_dead = self
            .runs
            .iter()
            .position(|view| view.dead.count() * 4 > view.run.rows());
        let mut rest = 0;
        let mut crowded = None;
        for (at, view) in self.runs.iter().enumerate().rev() {
            if rest > 0 && view.live() < RATIO * rest && view.live() + rest <= RUN_ROWS {
                crowded = Some(at);
            }
            rest += view.live();
        }
        crowded.map(Work::MergeFrom).or(mostly_dead.map(Work::Rewrite))
    }
}

/// A step of tidying a gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Turn the loose rows into a run.
    Encode,
    /// Merge this run and all after it.
    MergeFrom(usize),
    /// Write this run again without its deleted rows.
    Rewrite(usize),
    /// Give the codes up: few rows are left.
    Loosen,
}

/// A gallery while a change is being made.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) runs: Vec<View>,
    pub(crate) loose: Vec<u32>,
    fresh: HashSet<u32>,
}

impl Draft {
    pub(crate) fn of(gallery: Option<&Gallery>) -> Self {
        gallery.map_or_else(Self::default, |gallery| Self {
            runs: gallery.runs.to_vec(),
            loose: gallery.loose.to_vec(),
            fresh: HashSet::new(),
        })
    }

    pub(crate) fn insert(&mut self, slot: u32) {
        self.fresh.insert(slot);
    }

    /// Takes the row out; false when it is not there.
    pub(crate) fn remove(&mut self, slot: u32) -> bool {
        if self.fresh.remove(&slot) {
            return true;
        }
        if let Some(at) = self.loose.iter().position(|other| *other == slot) {
            self.loose.swap_remove(at);
            return true;
        }
        for view in &mut self.runs {
            if let Some(row) = view.find(slot) {
                Arc::make_mut(&mut view.dead).insert(row);
                return true;
            }
        }
        false
    }

    pub(crate) fn has(&self, slot: u32) -> bool {
        self.loose.contains(&slot)
            || self.fresh.contains(&slot)
            || self.runs.iter().any(|view| view.find(slot).is_some())
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.loose
            .iter()
            .chain(&self.fresh)
            .copied()
            .chain(self.runs.iter().flat_map(View::alive))
    }

    /// The finished gallery; `None` when no row is left. Many new rows at once become a run at once.
    pub(crate) fn finish(mut self, space: &Space, vectors: &Vectors, threads: usize) -> Option<Gallery> {
        let bulk = self.fresh.len() >= LOOSE_ROWS || self.loose.len() + self.fresh.len() >= LOOSE_LIMIT;
        self.loose.extend(self.fresh.drain());
        if bulk {
            let rows = std::mem::take(&mut self.loose);
            self.runs.push(View::new(Run::encode(space, vectors, rows, threads)));
        }
        self.runs.retain(|view| view.live() > 0);
        if self.runs.is_empty() && self.loose.is_empty() {
            return None;
        }
        Some(Gallery {
            runs: self.runs.into(),
            loose: self.loose.into(),
        })
    }
}
