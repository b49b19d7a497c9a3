use super::ranking::Ranking;
use crate::code::{Codes, Layout};
use crate::kernel::{Candidates, Found, Kernels, MOST_PROBES};
use crate::probe::Probe;
use crate::run::View;
use crate::space::Space;
use crate::vectors::Vectors;
use crate::{Hit, IndexError};

/// Rows scanned at a time, at most; the bar can rise in between.
const MOST_ROWS: usize = 4096;

/// The same at the beginning, while each row taken in may raise the bar by much.
const FEWEST_ROWS: usize = 256;

/// The same while a ranking without a floor has free places, so that every row passes.
const FIRST_ROWS: usize = 128;

/// Middle codes of a probe that are asked for a step before they are read. What exceeds it is asked for on the way.
const MIDDLE_AHEAD: usize = 64;

/// Full vectors of a probe that are asked for a step before they are read.
const FULL_AHEAD: usize = 16;

/// Who looks for rows of a gallery, and where what is found goes.
#[derive(Clone, Copy)]
pub(super) struct Want<'a> {
    pub(super) probe: &'a Probe,
    pub(super) ranking: &'a Ranking,
    pub(super) gallery: u64,
    /// The gallery's place in the query.
    pub(super) order: u32,
}

/// One thread's passes over rows: scan codes, check second bits, check middle codes, compare full vectors.
///
/// What the codes of some rows let through is asked for from memory and read only after the codes of the next rows have been
/// scanned, so that nobody waits for it. The lists are by probe; slots in them ascend.
pub(super) struct Scanner<'a, K> {
    kernels: K,
    layout: Layout,
    vectors: &'a Vectors,
    wants: Vec<Want<'a>>,
    found: Found,
    /// Rows whose middle codes have not been asked for yet.
    fresh: Vec<Vec<u32>>,
    /// Rows whose middle codes come next.
    middle: Vec<Vec<u32>>,
    /// Rows whose full vectors come next.
    full: Vec<Vec<u32>>,
    /// Rows scanned since the wants came.
    seen: usize,
}

impl<'a, K: Kernels> Scanner<'a, K> {
    pub(super) fn new(kernels: K, space: &Space, vectors: &'a Vectors) -> Self {
        Self {
            kernels,
            layout: space.layout,
            vectors,
            wants: Vec::new(),
            found: Found::default(),
            fresh: Vec::new(),
            middle: Vec::new(),
            full: Vec::new(),
            seen: 0,
        }
    }

    /// Whose rows are scanned from now on, after those of others are finished.
    pub(super) fn turn_to(&mut self, wants: Vec<Want<'a>>) -> Result<(), IndexError> {
        self.finish()?;
        for lists in [&mut self.fresh, &mut self.middle, &mut self.full] {
            lists.resize_with(wants.len(), Vec::new);
        }
        (self.wants, self.seen) = (wants, 0);
        Ok(())
    }

    /// Rows `first..first + count` of a run; `first` starts a block. Some may still wait afterwards: the next rows must be later ones of
    /// the same run, or [`Self::finish`] must come between.
    pub(super) fn scan(&mut self, view: &View, first: usize, count: usize) -> Result<(), IndexError> {
        let end = first + count;
        let mut first = first;
        while first < end {
            let any_free = self.any_free();
            let step = match any_free {
                true => FIRST_ROWS,
                // What waits has not raised the bar yet: that shall be a part of what was seen.
                false => (self.seen / 4)
                    .next_multiple_of(FEWEST_ROWS)
                    .clamp(FEWEST_ROWS, MOST_ROWS),
            };
            let count = step.min(end - first);
            self.scan_step(view, &view.run.codes(&self.layout, first, count))?;
            if any_free {
                self.finish()?;
            }
            self.seen += count;
            first += count;
        }
        Ok(())
    }

    /// Takes up everything that waits.
    pub(super) fn finish(&mut self) -> Result<(), IndexError> {
        while [&self.fresh, &self.middle, &self.full]
            .into_iter()
            .flatten()
            .any(|list| !list.is_empty())
        {
            self.advance()?;
        }
        Ok(())
    }

    fn any_free(&self) -> bool {
        self.wants.iter().any(|want| !want.ranking.least().is_finite())
    }

    fn scan_step(&mut self, view: &View, codes: &Codes<'_>) -> Result<(), IndexError> {
        let mut probe = 0;
        while probe < self.wants.len() {
            probe += match self.wants.len() - probe {
                MOST_PROBES.. => self.pass::<MOST_PROBES>(view, codes, probe)?,
                4.. => self.pass::<4>(view, codes, probe)?,
                2.. => self.pass::<2>(view, codes, probe)?,
                _ => self.pass::<1>(view, codes, probe)?,
            };
        }
        self.advance()
    }

    /// Scans for N probes that share the work, and gives N.
    fn pass<const N: usize>(&mut self, view: &View, codes: &Codes<'_>, from: usize) -> Result<usize, IndexError> {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        let wants: [Want<'_>; N] = std::array::from_fn(|probe| self.wants[from + probe]);
        let tests = wants.map(|want| want.probe.scan_test(want.ranking.least()));
        let probes = wants.map(|want| &want.probe.scan);
        let together = self.layout.second_lines > 0;
        match together {
            true => self.kernels.scan::<N, true>(codes, probes, tests, &mut found),
            false => self.kernels.scan::<N, false>(codes, probes, tests, &mut found),
        }
        if view.dead.count() > 0 {
            found.retain(|row| !view.dead.contains(row));
        }
        found.rows_to_slots(view.run.slots());
        if together {
            self.second(&found, wants, from)?;
        } else {
            for (fresh, rows) in self.fresh[from..].iter_mut().zip(&mut found.each).take(N) {
                fresh.append(rows);
            }
        }
        self.found = found;
        Ok(N)
    }

    /// Leaves over, for each probe, those rows that it wants to see more of.
    fn second<const N: usize>(&mut self, found: &Found, wants: [Want<'_>; N], from: usize) -> Result<(), IndexError> {
        let mut start = 0;
        while start < found.rows.len() {
            let (part, count) = self.vectors.checked_close_part(&found.rows[start..])?;
            let range = start..start + count;
            let candidates = Candidates {
                slots: &found.rows[range.clone()],
                sums: std::array::from_fn(|probe| &found.sums[probe][range.clone()]),
            };
            let tests = wants.map(|want| want.probe.scan_test(want.ranking.least()));
            let probes = wants.map(|want| &want.probe.scan);
            let left = &mut self.fresh[from..from + N];
            self.kernels.second_filter(&part, candidates, probes, tests, left);
            start += count;
        }
        Ok(())
    }

    /// Takes everything a step further.
    fn advance(&mut self) -> Result<(), IndexError> {
        if self.layout.middle_lines == 0 {
            std::mem::swap(&mut self.fresh, &mut self.middle);
        }
        for fresh in &self.fresh {
            self.vectors.prefetch_middle(&fresh[..fresh.len().min(MIDDLE_AHEAD)]);
        }
        for (probe, want) in self.wants.iter().enumerate() {
            self.compare(&self.full[probe], *want)?;
            self.full[probe].clear();
        }
        for probe in 0..self.wants.len() {
            self.check_middle(probe)?;
            let ahead = self.full[probe].iter().take(FULL_AHEAD);
            ahead.for_each(|slot| self.vectors.prefetch_full(*slot));
        }
        std::mem::swap(&mut self.fresh, &mut self.middle);
        Ok(())
    }

    /// Moves those rows on whose middle codes do not rule them out.
    fn check_middle(&mut self, probe: usize) -> Result<(), IndexError> {
        let (rows, full) = (&mut self.middle[probe], &mut self.full[probe]);
        if self.layout.middle_lines == 0 {
            full.append(rows);
            return Ok(());
        }
        let want = &self.wants[probe];
        let test = want.probe.middle_test(want.ranking.least());
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let (part, count) = self.vectors.checked_close_part(rest)?;
            self.kernels
                .middle_filter(&part, &rest[..count], &want.probe.middle, test, full);
            rest = &rest[count..];
        }
        rows.clear();
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
