use super::ranking::Ranking;
use crate::code::Layout;
use crate::kernel::{Kernels, Test};
use crate::probe::Probe;
use crate::run::View;
use crate::space::Space;
use crate::vectors::Vectors;
use crate::{Hit, IndexError};

/// Rows scanned at a time for one probe; the bar can rise in between.
pub(super) const ROWS_ALONE: usize = 4096;

/// Rows scanned at a time when several probes share them: their codes stay in the second-level cache.
pub(super) const ROWS_SHARED: usize = 1024;

/// Rows between asking for a row's memory and reading it.
const AHEAD: usize = 12;

/// Rows that wait for the full comparison before it is made, so that their memory has time to come.
const WAITING: usize = 16;

/// One thread's passes over rows: scan codes, check middle codes, compare full vectors.
pub(super) struct Scanner<'a, K> {
    kernels: K,
    layout: Layout,
    vectors: &'a Vectors,
    rows: Vec<u32>,
    slots: Vec<u32>,
    waiting: Vec<u32>,
}

impl<'a, K: Kernels> Scanner<'a, K> {
    pub(super) fn new(kernels: K, space: &Space, vectors: &'a Vectors) -> Self {
        let (rows, slots) = (Vec::with_capacity(ROWS_ALONE), Vec::with_capacity(ROWS_ALONE));
        Self {
            kernels,
            layout: space.layout,
            vectors,
            rows,
            slots,
            waiting: Vec::with_capacity(WAITING),
        }
    }

    /// Rows `first..first + count` of a run; `first` starts a block.
    #[expect(clippy::too_many_arguments, reason = "what, for whom, into which ranking")]
    pub(super) fn scan(
        &mut self,
        view: &View,
        first: usize,
        count: usize,
        probe: &Probe,
        ranking: &Ranking,
        gallery: u64,
        order: u32,
    ) -> Result<(), IndexError> {
        let codes = view.run.codes(&self.layout, first, count);
        self.rows.clear();
        self.kernels
            .scan(&codes, &probe.scan, probe.scan_test(ranking.least()), &mut self.rows);
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut slots = std::mem::take(&mut self.slots);
        slots.clear();
        let alive = self.rows.iter().filter(|row| !view.dead.contains(**row));
        slots.extend(alive.map(|row| view.run.slots()[*row as usize]));
        let done = if self.layout.middle_lines > 0 {
            self.narrow(&slots, probe, ranking, gallery, order)
        } else {
            self.compare(&slots, probe, ranking, gallery, order)
        };
        self.slots = slots;
        done
    }

    /// Compares those rows in full that their middle codes do not rule out.
    fn narrow(
        &mut self,
        slots: &[u32],
        probe: &Probe,
        ranking: &Ranking,
        gallery: u64,
        order: u32,
    ) -> Result<(), IndexError> {
        let mut least = ranking.least();
        let mut test = probe.middle_test(least);
        self.waiting.clear();
        slots
            .iter()
            .take(AHEAD)
            .for_each(|slot| self.vectors.prefetch_middle(*slot));
        for (at, slot) in slots.iter().enumerate() {
            if let Some(later) = slots.get(at + AHEAD) {
                self.vectors.prefetch_middle(*later);
            }
            if self.ruled_out(*slot, probe, test)? {
                continue;
            }
            self.vectors.prefetch_full(*slot);
            self.waiting.push(*slot);
            if self.waiting.len() == WAITING {
                self.compare_waiting(probe, ranking, gallery, order)?;
                if ranking.least() > least {
                    least = ranking.least();
                    test = probe.middle_test(least);
                }
            }
        }
        self.compare_waiting(probe, ranking, gallery, order)
    }

    fn ruled_out(&self, slot: u32, probe: &Probe, test: Test) -> Result<bool, IndexError> {
        let (code, factors) = self.vectors.checked_middle(slot)?;
        let estimate = factors.factor * probe.middle.product(self.kernels.middle(code, &probe.middle));
        Ok(estimate + factors.spread * test.width < test.least)
    }

    fn compare_waiting(
        &mut self,
        probe: &Probe,
        ranking: &Ranking,
        gallery: u64,
        order: u32,
    ) -> Result<(), IndexError> {
        let waiting = std::mem::take(&mut self.waiting);
        let done = waiting
            .iter()
            .try_for_each(|slot| self.compare_one(*slot, probe, ranking, gallery, order));
        self.waiting = waiting;
        self.waiting.clear();
        done
    }

    /// Compares every row in full.
    pub(super) fn compare(
        &mut self,
        slots: &[u32],
        probe: &Probe,
        ranking: &Ranking,
        gallery: u64,
        order: u32,
    ) -> Result<(), IndexError> {
        const AHEAD: usize = 4;
        slots
            .iter()
            .take(AHEAD)
            .for_each(|slot| self.vectors.prefetch_full(*slot));
        for (at, slot) in slots.iter().enumerate() {
            if let Some(later) = slots.get(at + AHEAD) {
                self.vectors.prefetch_full(*later);
            }
            self.compare_one(*slot, probe, ranking, gallery, order)?;
        }
        Ok(())
    }

    fn compare_one(
        &self,
        slot: u32,
        probe: &Probe,
        ranking: &Ranking,
        gallery: u64,
        order: u32,
    ) -> Result<(), IndexError> {
        let similarity = self.kernels.dot(self.vectors.checked_full(slot)?, &probe.full);
        if similarity >= ranking.least() {
            ranking.offer(
                Hit {
                    gallery,
                    key: self.vectors.key(slot),
                    similarity,
                },
                order,
            );
        }
        Ok(())
    }
}
