use crate::code::ROWS_PER_BLOCK;

/// Probes that share a scan, at most.
pub(crate) const MOST_PROBES: usize = 8;

/// What a scan let through: for all probes together, or for each by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Rows that pass for at least one probe.
    pub(crate) rows: Vec<u32>,
    /// By probe, the sums of these rows; empty for probes that did not share the scan.
    pub(crate) sums: [Vec<i32>; MOST_PROBES],
    /// By probe, the rows that pass for it.
    pub(crate) each: [Vec<u32>; MOST_PROBES],
}

impl Found {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.sums.iter_mut().for_each(Vec::clear);
        self.each.iter_mut().for_each(Vec::clear);
    }

    /// Appends the rows of a block, `first` and those after it, that pass.
    pub(super) fn push_block<const N: usize, const TOGETHER: bool>(
        &mut self,
        first: u32,
        sums: &[[i32; ROWS_PER_BLOCK]; N],
        passing: [u16; N],
    ) {
        if !TOGETHER {
            for (rows, passing) in self.each.iter_mut().zip(passing) {
                rows.extend(bits(passing).map(|row| first + row));
            }
            return;
        }
        for row in bits(passing.iter().fold(0, |any, passing| any | passing)) {
            self.rows.push(first + row);
            for (all, sums) in self.sums.iter_mut().zip(sums) {
                all.push(sums[row as usize]);
            }
        }
    }

    /// Drops the rows that are not wanted.
    pub(crate) fn retain(&mut self, wanted: impl Fn(u32) -> bool) {
        self.each.iter_mut().for_each(|rows| rows.retain(|row| wanted(*row)));
        let mut kept = 0;
        for at in 0..self.rows.len() {
            if !wanted(self.rows[at]) {
                continue;
            }
            self.rows[kept] = self.rows[at];
            for sums in self.sums.iter_mut().filter(|sums| !sums.is_empty()) {
                sums[kept] = sums[at];
            }
            kept += 1;
        }
        self.rows.truncate(kept);
        self.sums.iter_mut().for_each(|sums| sums.truncate(kept));
    }

    /// Puts slots in the places of their rows.
    pub(crate) fn rows_to_slots(&mut self, slots: &[u32]) {
        let rows = self.each.iter_mut().chain([&mut self.rows]).flatten();
        rows.for_each(|row| *row = slots[*row as usize]);
    }
}

/// Numbers of the bits that are set.
fn bits(mut set: u16) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros());
        set &= set.wrapping_sub(1);
        lowest
    })
}
