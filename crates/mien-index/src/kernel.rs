//! Inner loops, one module per instruction set, all giving the same bits.
//!
//! An instruction set is chosen once per scan: [`Isa::best`] returns a token that can only be made where the processor has the
//! instructions, and everything below takes the token, so that a wrong kernel cannot be called.

/// A token type that cannot be made: stands for an instruction set of another processor family.
#[allow(unused_macros, reason = "which families are foreign depends on the target")]
macro_rules! absent_kernels {
    ($name:ident, $doc:literal) => {
        use crate::code::ROWS_PER_BLOCK;
        use crate::kernel::{Kernels, Line, Scale, Test};
        use crate::probe::MiddleProbe;

        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {}

        impl $name {
            pub(crate) fn detect() -> Option<Self> {
                None
            }
        }

        impl Kernels for $name {
            fn sums(self, _: &[Line], _: usize, _: &[Line]) -> [i32; ROWS_PER_BLOCK] {
                match self {}
            }

            fn passing(self, _: &[i32; ROWS_PER_BLOCK], _: &Line, _: Scale, _: Test) -> u16 {
                match self {}
            }

            fn middle(self, _: &[Line], _: &MiddleProbe) -> i32 {
                match self {}
            }

            fn dot(self, _: &[u16], _: &[f32]) -> f32 {
                match self {}
            }

            fn hadamard(self, _: &mut [f32], _: &[f32], _: &mut [f32]) {
                match self {}
            }
        }
    };
}
#[allow(unused_imports, reason = "as above")]
use absent_kernels;

mod avx2;
mod avx512;
mod found;
mod neon;
mod scalar;
#[cfg(test)]
mod tests;

use bytemuck::{Pod, Zeroable};

use crate::code::{Codes, ROWS_PER_BLOCK};
use crate::probe::{MiddleProbe, ScanProbe};
use crate::vectors::ClosePart;

pub(crate) use found::{Found, MOST_PROBES};

pub(crate) use avx2::Avx2;
pub(crate) use avx512::Avx512;
pub(crate) use neon::Neon;
pub(crate) use scalar::Scalar;

/// One cache line; the unit in which codes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u8; 64]);

impl Line {
    pub(crate) const ZERO: Self = Self([0; 64]);
}

/// Partial sums that [`Kernels::dot`] keeps: value i goes to lane i mod 32, lanes are folded in halves at the end. Fixed, so that
/// every kernel gives the same float.
pub(crate) const DOT_LANES: usize = 32;

/// What a row must reach in a scan: `estimate + spread * width >= least`, see `bound.rs`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Test {
    pub(crate) width: f32,
    pub(crate) least: f32,
}

/// What turns a sum of table entries into an inner product: `sum * scale + offset`, the probe's rounding allowed for in its favour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) scale: f32,
    pub(crate) offset: f32,
}

/// Slots that passed a scan for at least one of N probes, with the sums of each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidates<'a, const N: usize> {
    pub(crate) slots: &'a [u32],
    pub(crate) sums: [&'a [i32]; N],
}

/// The inner loops of a search.
pub(crate) trait Kernels: Copy + Send + Sync {
    /// Sums of the table entries that the bits of the 16 rows of a block choose, each plane counting twice as much as the next.
    fn sums(self, planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK];

    /// Rows of a block that pass the test, a bit for each.
    fn passing(self, sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16;

    /// Appends to `out` the rows (numbers from `codes.first`) that pass. `TOGETHER`: those that pass for at least one of the probes,
    /// with the sums of all; otherwise each probe's own.
    fn scan<const N: usize, const TOGETHER: bool>(
        self,
        codes: &Codes<'_>,
        probes: [&ScanProbe; N],
        tests: [Test; N],
        out: &mut Found,
    ) {
        for (number, block) in codes.blocks().enumerate() {
            let (planes, factors) = block.split_at(block.len() - 1);
            let sums = probes.map(|probe| self.sums(planes, codes.words, &probe.tables));
            let within = ((1_u32 << codes.rows_of_block(number)) - 1) as u16;
            let passing = std::array::from_fn(|probe| {
                within & self.passing(&sums[probe], &factors[0], probes[probe].scan, tests[probe])
            });
            out.push_block::<N, TOGETHER>(codes.first + (number * ROWS_PER_BLOCK) as u32, &sums, passing);
        }
    }

    /// Appends to each probe's list in `out` those slots whose scan codes pass its test together with their second bits.
    fn second_filter<const N: usize>(
        self,
        part: &ClosePart<'_>,
        candidates: Candidates<'_, N>,
        probes: [&ScanProbe; N],
        tests: [Test; N],
        out: &mut [Vec<u32>],
    ) {
        let words = probes[0].tables.len() / 2;
        let mut block = vec![Line::ZERO; words + 1];
        for (number, slots) in candidates.slots.chunks(ROWS_PER_BLOCK).enumerate() {
            part.second_block(slots, words, &mut block);
            for probe in 0..N {
                let scanned = &candidates.sums[probe][number * ROWS_PER_BLOCK..];
                let mut sums = self.sums(&block[..words], words, &probes[probe].tables);
                for (sum, scanned) in sums.iter_mut().zip(scanned) {
                    *sum += 2 * scanned;
                }
                let passing = self.passing(&sums, &block[words], probes[probe].second, tests[probe]);
                let passed = slots.iter().enumerate().filter(|(row, _)| passing >> row & 1 == 1);
                out[probe].extend(passed.map(|(_, slot)| slot));
            }
        }
    }

    /// Sum over the dimensions of 4-bit level times probe value (8 bits, signed).
    fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32;

    /// Appends those of `slots` (all in the part) whose middle codes pass the test.
    fn middle_filter(self, part: &ClosePart<'_>, slots: &[u32], probe: &MiddleProbe, test: Test, out: &mut Vec<u32>) {
        for slot in slots {
            let factors = part.middle_factors(*slot);
            let product = (self.middle(part.middle(*slot), probe) as f32).mul_add(probe.scale, probe.offset);
            if product.mul_add(factors.factor, factors.spread * test.width) >= test.least {
                out.push(*slot);
            }
        }
    }

    /// Inner product of a stored row (f16 bits) and a probe; both as long, a multiple of [`DOT_LANES`].
    fn dot(self, row: &[u16], probe: &[f32]) -> f32;

    /// Multiplies by `signs`, then a Hadamard transform (not scaled, rows in another order), of a power of two of at least 64 values;
    /// `scratch` is as long.
    fn hadamard(self, values: &mut [f32], signs: &[f32], scratch: &mut [f32]);
}

/// An instruction set that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    Scalar(Scalar),
    Avx2(Avx2),
    Avx512(Avx512),
    Neon(Neon),
}

impl Isa {
    /// The fastest of [`Isa::all`].
    pub(crate) fn best() -> Self {
        let wide = Avx512::detect()
            .map(Self::Avx512)
            .or_else(|| Avx2::detect().map(Self::Avx2));
        wide.or_else(|| Neon::detect().map(Self::Neon))
            .unwrap_or(Self::Scalar(Scalar))
    }

    /// Every instruction set that this processor has, slowest first.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Scalar(Scalar)];
        all.extend(Neon::detect().map(Self::Neon));
        all.extend(Avx2::detect().map(Self::Avx2));
        all.extend(Avx512::detect().map(Self::Avx512));
        all
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scalar(_) => "scalar",
            Self::Avx2(_) => "avx2",
            Self::Avx512(_) => "avx512",
            Self::Neon(_) => "neon",
        }
    }
}

/// Runs `$body` with `$kernels` bound to the kernels of `$isa`.
macro_rules! with_kernels {
    ($isa:expr, $kernels:ident => $body:expr) => {
        match $isa {
            $crate::kernel::Isa::Scalar($kernels) => $body,
            $crate::kernel::Isa::Avx2($kernels) => $body,
            $crate::kernel::Isa::Avx512($kernels) => $body,
            $crate::kernel::Isa::Neon($kernels) => $body,
        }
    };
}
pub(crate) use with_kernels;
