//! Codes of rows and how they lie in memory.
//!
//! A code has 1 to 4 bits per dimension of the rotated vector: level n stands for the odd number `2n + 1 - 2^bits`. Codes of 16 rows
//! form a block: for each bit plane (highest first), for each word of 32 dimensions, one line of 64 bytes with 32 bits of every row;
//! then one line of factors (16 factors, 16 spreads, f16).
//!
//! With the full vector lie two codes for the rows that a scan lets through: the middle code of 4 bits per dimension, and, where the
//! scan has one bit, the second bit of the 2-bit code whose first bit is the scan's.

mod encoder;

use crate::Config;
use crate::kernel::{DOT_LANES, Line};

pub(crate) use encoder::{CloseFactors, Encoder, Factors, Scratch};

/// Rows of a block.
pub(crate) const ROWS_PER_BLOCK: usize = 16;

/// Sizes that follow from the shape of a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) dim: usize,
    /// Dimensions after padding, a multiple of 64.
    pub(crate) padded: usize,
    /// Bits per dimension in the scan.
    pub(crate) planes: usize,
    /// Words of 32 dimensions in a plane.
    pub(crate) words: usize,
    /// Values of a stored full vector, `dim` padded for [`crate::kernel::Kernels::dot`].
    pub(crate) full: usize,
    /// Lines of a second bit plane; 0 where the scan has more than one bit.
    pub(crate) second_lines: usize,
    /// Lines of a middle code; 0 where the scan's code is fine enough to go to the full vector at once.
    pub(crate) middle_lines: usize,
}

impl Layout {
    pub(crate) fn new(config: Config) -> Self {
        let (dim, planes) = (config.dim(), usize::from(config.bits()));
        let padded = dim.next_multiple_of(64);
        let second_lines = if planes == 1 { padded.div_ceil(512) } else { 0 };
        let middle_lines = if planes <= 2 { padded.div_ceil(128) } else { 0 };
        Self {
            dim,
            padded,
            planes,
            words: padded / 32,
            full: dim.next_multiple_of(DOT_LANES),
            second_lines,
            middle_lines,
        }
    }

    pub(crate) fn block_lines(&self) -> usize {
        self.planes * self.words + 1
    }

    /// Lines that hold the codes of so many rows.
    pub(crate) fn lines_for(&self, rows: usize) -> usize {
        rows.div_ceil(ROWS_PER_BLOCK) * self.block_lines()
    }
}

/// Codes of consecutive rows, starting at a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Codes<'a> {
    pub(crate) lines: &'a [Line],
    pub(crate) words: usize,
    pub(crate) planes: usize,
    /// Rows, the last block may be part empty.
    pub(crate) rows: usize,
    /// Number of the first row.
    pub(crate) first: u32,
}

impl<'a> Codes<'a> {
    pub(crate) fn block_lines(&self) -> usize {
        self.planes * self.words + 1
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = &'a [Line]> {
        self.lines.chunks_exact(self.block_lines())
    }

    pub(crate) fn rows_of_block(&self, number: usize) -> usize {
        self.rows.saturating_sub(number * ROWS_PER_BLOCK).min(ROWS_PER_BLOCK)
    }
}

/// Copies the code of row `from` in `source` to row `to` in `target`.
pub(crate) fn copy_row(layout: &Layout, source: &[Line], from: usize, target: &mut [Line], to: usize) {
    let block = layout.block_lines();
    let source = &source[from / ROWS_PER_BLOCK * block..][..block];
    let target = &mut target[to / ROWS_PER_BLOCK * block..][..block];
    let (from, to) = (from % ROWS_PER_BLOCK, to % ROWS_PER_BLOCK);
    let words = block - 1;
    for (source, target) in source[..words].iter().zip(&mut target[..words]) {
        target.0[to * 4..][..4].copy_from_slice(&source.0[from * 4..][..4]);
    }
    for offset in [0, 32] {
        target[words].0[offset + to * 2..][..2].copy_from_slice(&source[words].0[offset + from * 2..][..2]);
    }
}
