//! Inner loops, one module per instruction set, all giving the same bits.
//!
//! An instruction set is chosen once per scan: [`Isa::best`] returns a token that can only be made where the processor has the
//! instructions, and everything below takes the token, so that a wrong kernel cannot be called.

/// A token type that cannot be made: stands for an instruction set of another processor family.
#[allow(unused_macros, reason = "which families are foreign depends on the target")]
macro_rules! absent_kernels {
    ($name:ident, $doc:literal) => {
        use crate::code::Codes;
        use crate::kernel::{Kernels, Line, Test};
        use crate::probe::{MiddleProbe, ScanProbe};

        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {}

        impl $name {
            pub(crate) fn detect() -> Option<Self> {
                None
            }
        }

        impl Kernels for $name {
            fn scan(self, _: &Codes<'_>, _: &ScanProbe, _: Test, _: &mut Vec<u32>) {
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
mod neon;
mod scalar;
#[cfg(test)]
mod tests;

use bytemuck::{Pod, Zeroable};

use crate::code::Codes;
use crate::probe::{MiddleProbe, ScanProbe};
use crate::vectors::MiddlePart;

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

/// The inner loops of a search.
pub(crate) trait Kernels: Copy + Send + Sync {
    /// Appends to `out` the numbers (from `codes.first`) of the rows that pass the test.
    fn scan(self, codes: &Codes<'_>, probe: &ScanProbe, test: Test, out: &mut Vec<u32>);

    /// The same for four probes at once, which read the codes once.
    fn scan_four(self, codes: &Codes<'_>, probes: [&ScanProbe; 4], tests: [Test; 4], out: &mut [Vec<u32>; 4]) {
        for ((probe, test), out) in probes.into_iter().zip(tests).zip(out) {
            self.scan(codes, probe, test, out);
        }
    }

    /// Sum over the dimensions of 4-bit level times probe value (8 bits, signed).
    fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32;

    /// Appends those of `slots` (numbers within the part) whose middle codes pass the test.
    fn middle_filter(self, part: &MiddlePart<'_>, slots: &[u32], probe: &MiddleProbe, test: Test, out: &mut Vec<u32>) {
        for slot in slots {
            let factors = part.factors(*slot);
            let product = (self.middle(part.code(*slot), probe) as f32).mul_add(probe.scale, probe.offset);
            if product.mul_add(factors[0], factors[1] * test.width) >= test.least {
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
