use std::ops::Range;

use crate::code::ROWS_PER_BLOCK;

/// Probes that share a scan, at most.
const MOST_PROBES: usize = 4;

/// Rows that pass a scan for at least one of its probes, with the sums of every probe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) rows: Vec<u32>,
    /// For which probes each row passed, a bit for each; empty when there is one probe.
    pub(crate) passed: Vec<u8>,
    /// By probe; empty for probes that did not share the scan.
    pub(crate) sums: [Vec<i32>; MOST_PROBES],
}

impl Found {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.passed.clear();
        self.sums.iter_mut().for_each(Vec::clear);
    }

    /// Appends the rows of a block, `first` and those after it, that pass for at least one probe.
    pub(super) fn push_block<const N: usize>(
        &mut self,
        first: u32,
        sums: &[[i32; ROWS_PER_BLOCK]; N],
        passing: [u16; N],
    ) {
        let mut any = passing.iter().fold(0, |any, passing| any | passing);
        while any != 0 {
            let row = any.trailing_zeros();
            self.rows.push(first + row);
            for (all, sums) in self.sums.iter_mut().zip(sums) {
                all.push(sums[row as usize]);
            }
            if N > 1 {
                let bits = passing.iter().rev().map(|passing| (passing >> row & 1) as u8);
                self.passed.push(bits.fold(0, |passed, bit| passed << 1 | bit));
            }
            any &= any - 1;
        }
    }

    /// Drops the rows that are not wanted.
    pub(crate) fn retain(&mut self, wanted: impl Fn(u32) -> bool) {
        let mut kept = 0;
        for at in 0..self.rows.len() {
            if !wanted(self.rows[at]) {
                continue;
            }
            self.rows[kept] = self.rows[at];
            for sums in self.sums.iter_mut().filter(|sums| !sums.is_empty()) {
                sums[kept] = sums[at];
            }
            if !self.passed.is_empty() {
                self.passed[kept] = self.passed[at];
            }
            kept += 1;
        }
        self.rows.truncate(kept);
        self.passed.truncate(kept);
        self.sums.iter_mut().for_each(|sums| sums.truncate(kept));
    }

    /// Rows that passed for one of the probes.
    pub(crate) fn rows_of(&self, probe: usize) -> impl Iterator<Item = u32> {
        self.rows_of_range(probe, 0..self.rows.len())
    }

    /// Those of `range` among them.
    pub(crate) fn rows_of_range(&self, probe: usize, range: Range<usize>) -> impl Iterator<Item = u32> {
        let passed = move |at: &usize| self.passed.get(*at).is_none_or(|passed| passed >> probe & 1 == 1);
        range.filter(passed).map(|at| self.rows[at])
    }
}
