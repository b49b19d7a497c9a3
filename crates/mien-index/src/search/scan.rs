use super::ranking::Ranking;
use crate::code::Layout;
use crate::kernel::Kernels;
use crate::probe::Probe;
use crate::run::View;
use crate::space::Space;
use crate::vectors::Vectors;
use crate::{Hit, IndexError};

/// Rows scanned at a time for one probe; the bar can rise in between.
pub(super) const ROWS_ALONE: usize = 4096;

/// Rows scanned at a time when several probes share them: their codes stay in the first-level cache.
pub(super) const ROWS_SHARED: usize = 512;

/// Middle codes looked at between full comparisons.
const STEP: usize = 128;

/// Who looks for rows of a gallery, and where what is found goes.
#[derive(Clone, Copy)]
pub(super) struct Want<'a> {
    pub(super) probe: &'a Probe,
    pub(super) ranking: &'a Ranking,
    pub(super) gallery: u64,
    /// The gallery's place in the query.
    pub(super) order: u32,
}

/// One thread's passes over rows: scan codes, check middle codes, compare full vectors.
pub(super) struct Scanner<'a, K> {
    kernels: K,
    layout: Layout,
    vectors: &'a Vectors,
    rows: [Vec<u32>; 4],
    slots: Vec<u32>,
    within: Vec<u32>,
    waiting: Vec<u32>,
}

impl<'a, K: Kernels> Scanner<'a, K> {
    pub(super) fn new(kernels: K, space: &Space, vectors: &'a Vectors) -> Self {
        let rows = std::array::from_fn(|_| Vec::with_capacity(ROWS_ALONE));
        let (slots, within) = (Vec::with_capacity(ROWS_ALONE), Vec::with_capacity(ROWS_ALONE));
        Self {
            kernels,
            layout: space.layout,
            vectors,
            rows,
            slots,
            within,
            waiting: Vec::with_capacity(STEP),
        }
    }

    /// Rows `first..first + count` of a run, for all who want them; `first` starts a block.
    pub(super) fn scan(
        &mut self,
        view: &View,
        first: usize,
        count: usize,
        wants: &[Want<'_>],
    ) -> Result<(), IndexError> {
        let codes = view.run.codes(&self.layout, first, count);
        let test = |want: &Want<'_>| want.probe.scan_test(want.ranking.least());
        for wants in wants.chunks(4) {
            self.rows.iter_mut().for_each(Vec::clear);
            if let [a, b, c, d] = wants {
                let probes = [a, b, c, d].map(|want| &want.probe.scan);
                self.kernels
                    .scan_four(&codes, probes, [a, b, c, d].map(test), &mut self.rows);
            } else {
                for (want, rows) in wants.iter().zip(&mut self.rows) {
                    self.kernels.scan(&codes, &want.probe.scan, test(want), rows);
                }
            }
            for (number, want) in wants.iter().enumerate() {
                if !self.rows[number].is_empty() {
                    self.follow(view, number, *want)?;
                }
            }
        }
        Ok(())
    }

    /// Looks closer at the rows that passed the scan.
    fn follow(&mut self, view: &View, number: usize, want: Want<'_>) -> Result<(), IndexError> {
        let mut slots = std::mem::take(&mut self.slots);
        slots.clear();
        let rows = self.rows[number].iter();
        if view.dead.count() == 0 {
            slots.extend(rows.map(|row| view.run.slots()[*row as usize]));
        } else {
            let alive = rows.filter(|row| !view.dead.contains(**row));
            slots.extend(alive.map(|row| view.run.slots()[*row as usize]));
        }
        let done = if self.layout.middle_lines > 0 {
            self.narrow(&slots, want)
        } else {
            self.compare(&slots, want)
        };
        self.slots = slots;
        done
    }

    /// Compares those rows in full that their middle codes do not rule out.
    fn narrow(&mut self, mut slots: &[u32], want: Want<'_>) -> Result<(), IndexError> {
        while !slots.is_empty() {
            let (part, first, count) = self.vectors.checked_middle_part(slots)?;
            let (here, later) = slots.split_at(count);
            slots = later;
            self.within.clear();
            self.within.extend(here.iter().map(|slot| slot - first));
            for within in self.within.chunks(STEP) {
                // Full comparisons raise the bar, so the test is made anew for each step.
                let test = want.probe.middle_test(want.ranking.least());
                self.waiting.clear();
                self.kernels
                    .middle_filter(&part, within, &want.probe.middle, test, &mut self.waiting);
                self.waiting.iter_mut().for_each(|slot| *slot += first);
                self.compare(&self.waiting, want)?;
            }
        }
        Ok(())
    }

    /// Compares every row in full.
    pub(super) fn compare(&self, slots: &[u32], want: Want<'_>) -> Result<(), IndexError> {
        const AHEAD: usize = 4;
        slots
            .iter()
            .take(AHEAD)
            .for_each(|slot| self.vectors.prefetch_full(*slot));
        for (at, slot) in slots.iter().enumerate() {
            if let Some(later) = slots.get(at + AHEAD) {
                self.vectors.prefetch_full(*later);
            }
            self.compare_one(*slot, want)?;
        }
        Ok(())
    }

    fn compare_one(&self, slot: u32, want: Want<'_>) -> Result<(), IndexError> {
        let similarity = self.kernels.dot(self.vectors.checked_full(slot)?, &want.probe.full);
        if similarity >= want.ranking.least() {
            let key = self.vectors.key(slot);
            want.ranking.offer(
                Hit {
                    gallery: want.gallery,
                    key,
                    similarity,
                },
                want.order,
            );
        }
        Ok(())
    }
}
