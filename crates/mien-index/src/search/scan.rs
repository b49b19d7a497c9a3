use std::ops::Range;

use super::ranking::Ranking;
use crate::code::{Codes, Layout};
use crate::kernel::{Candidates, Found, Kernels};
use crate::probe::Probe;
use crate::run::View;
use crate::space::Space;
use crate::vectors::{ClosePart, Vectors};
use crate::{Hit, IndexError};

/// Rows scanned at a time for one probe; the bar can rise in between.
pub(super) const ROWS_ALONE: usize = 4096;

/// Rows scanned at a time when several probes share them: their codes stay in the first-level cache.
pub(super) const ROWS_SHARED: usize = 512;

/// Probes that share the work of a pass.
const SHARING: usize = 4;

/// Rows looked closer at between full comparisons while every place of the ranking is free, and each row taken in may raise the bar.
const FIRST_STEP: usize = 128;

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
    found: Found,
    /// By probe, what a pass left over for the next.
    left: [Vec<u32>; SHARING],
    waiting: Vec<u32>,
}

impl<'a, K: Kernels> Scanner<'a, K> {
    pub(super) fn new(kernels: K, space: &Space, vectors: &'a Vectors) -> Self {
        Self {
            kernels,
            layout: space.layout,
            vectors,
            found: Found::default(),
            left: Default::default(),
            waiting: Vec::new(),
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
        for wants in wants.chunks(SHARING) {
            match <[Want<'_>; SHARING]>::try_from(wants) {
                Ok(wants) => self.pass(view, &codes, wants)?,
                Err(_) => wants.iter().try_for_each(|want| self.pass(view, &codes, [*want]))?,
            }
        }
        Ok(())
    }

    /// Scans for probes that share the work, and looks closer at what passed.
    fn pass<const N: usize>(&mut self, view: &View, codes: &Codes<'_>, wants: [Want<'_>; N]) -> Result<(), IndexError> {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        let tests = wants.map(|want| want.probe.scan_test(want.ranking.least()));
        self.kernels
            .scan(codes, wants.map(|want| &want.probe.scan), tests, &mut found);
        if view.dead.count() > 0 {
            found.retain(|row| !view.dead.contains(row));
        }
        let slots = view.run.slots();
        found.rows.iter_mut().for_each(|row| *row = slots[*row as usize]);
        let done = if found.rows.is_empty() {
            Ok(())
        } else if self.layout.middle_lines > 0 {
            self.narrow(&found, wants)
        } else {
            self.compare_found(&found, wants)
        };
        self.found = found;
        done
    }

    fn compare_found<const N: usize>(&mut self, found: &Found, wants: [Want<'_>; N]) -> Result<(), IndexError> {
        for (probe, want) in wants.into_iter().enumerate() {
            self.waiting.clear();
            self.waiting.extend(found.rows_of(probe));
            self.compare(&self.waiting, want)?;
        }
        Ok(())
    }

    /// Compares those rows in full that neither their second bits nor their middle codes rule out.
    fn narrow<const N: usize>(&mut self, found: &Found, wants: [Want<'_>; N]) -> Result<(), IndexError> {
        let mut start = 0;
        while start < found.rows.len() {
            let (part, count) = self.vectors.checked_close_part(&found.rows[start..])?;
            let end = start + count;
            // Later on long lists are better: the memory of what is left of them is asked for well ahead.
            let all_full = wants.iter().all(|want| want.ranking.least().is_finite());
            let step = if all_full { count } else { FIRST_STEP };
            while start < end {
                let until = end.min(start + step);
                self.second(&part, found, start..until, wants);
                for (probe, want) in wants.into_iter().enumerate() {
                    self.waiting.clear();
                    self.kernels.middle_filter(
                        &part,
                        &self.left[probe],
                        &want.probe.middle,
                        want.probe.middle_test(want.ranking.least()),
                        &mut self.waiting,
                    );
                    self.compare(&self.waiting, want)?;
                }
                start = until;
            }
        }
        Ok(())
    }

    /// Leaves over, for each probe, those rows in `range` that it wants to see more of.
    fn second<const N: usize>(
        &mut self,
        part: &ClosePart<'_>,
        found: &Found,
        range: Range<usize>,
        wants: [Want<'_>; N],
    ) {
        self.left.iter_mut().for_each(Vec::clear);
        if self.layout.second_lines == 0 {
            for (probe, left) in self.left.iter_mut().enumerate().take(N) {
                left.extend(found.rows_of_range(probe, range.clone()));
            }
            return;
        }
        let candidates = Candidates {
            slots: &found.rows[range.clone()],
            sums: std::array::from_fn(|probe| &found.sums[probe][range.clone()]),
        };
        let tests = wants.map(|want| want.probe.scan_test(want.ranking.least()));
        let mut left: [Vec<u32>; N] = std::array::from_fn(|probe| std::mem::take(&mut self.left[probe]));
        self.kernels
            .second_filter(part, candidates, wants.map(|want| &want.probe.scan), tests, &mut left);
        for (to, left) in self.left.iter_mut().zip(left) {
            *to = left;
        }
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
