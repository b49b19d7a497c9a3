//! NEON (64-bit ARM).
#![allow(unsafe_code)]

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(not(target_arch = "aarch64"))]
pub(crate) use absent::Neon;

#[cfg(not(target_arch = "aarch64"))]
mod absent {
    super::super::absent_kernels!(Neon, "NEON on a processor that cannot have it.");
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;

    use super::super::{DOT_LANES, Kernels, Line, Scale, Test, scalar};
    use crate::code::ROWS_PER_BLOCK;
    use crate::probe::MiddleProbe;

    /// Proof that the processor has NEON.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct Neon(());

    impl Neon {
        pub(crate) fn detect() -> Option<Self> {
            std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
        }
    }

    impl Kernels for Neon {
        fn sums(self, planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK] {
            // SAFETY: a value of this type exists only where the processor has NEON.
            unsafe { sums(planes, words, tables) }
        }

        fn passing(self, sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16 {
            scalar::passing(sums, factors, scale, test)
        }

        fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32 {
            // SAFETY: as above.
            unsafe { middle(code, probe) }
        }

        fn dot(self, row: &[u16], probe: &[f32]) -> f32 {
            // SAFETY: as above.
            unsafe { dot(row, probe) }
        }

        fn hadamard(self, values: &mut [f32], signs: &[f32], scratch: &mut [f32]) {
            scalar::hadamard(values, signs, scratch);
        }
    }

    /// `tbl` over four registers looks a nibble up by its byte position and value; pairwise adds bring a row's four bytes together.
    #[target_feature(enable = "neon")]
    fn sums(planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK] {
        let position = vreinterpretq_u8_u32(vdupq_n_u32(0x3020_1000));
        let nibble = vdupq_n_u8(15);
        let mut sums = [vdupq_n_u32(0); 4];
        for plane in planes.chunks_exact(words) {
            sums = sums.map(|sum| vaddq_u32(sum, sum));
            for (word, table) in plane.iter().zip(tables.chunks_exact(2)) {
                let (low, high) = (load_table(&table[0]), load_table(&table[1]));
                for (part, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: a line is four parts of 16 bytes.
                    let rows = unsafe { vld1q_u8(word.0.as_ptr().add(part * 16)) };
                    let first = vqtbl4q_u8(low, vorrq_u8(vandq_u8(rows, nibble), position));
                    let second = vqtbl4q_u8(high, vorrq_u8(vshrq_n_u8::<4>(rows), position));
                    *sum = vpadalq_u16(*sum, vpadalq_u8(vpaddlq_u8(first), second));
                }
            }
        }
        let mut all = [0_i32; ROWS_PER_BLOCK];
        for (part, sum) in sums.into_iter().enumerate() {
            // SAFETY: 16 values are four parts of four.
            unsafe { vst1q_s32(all.as_mut_ptr().add(part * 4), vreinterpretq_s32_u32(sum)) };
        }
        all
    }

    #[target_feature(enable = "neon")]
    fn middle(code: &[Line], probe: &MiddleProbe) -> i32 {
        let nibble = vdupq_n_u8(15);
        let mut sum = vdupq_n_s32(0);
        for ((line, low), high) in code.iter().zip(&probe.low).zip(&probe.high) {
            for part in 0..4 {
                // SAFETY: a line is four parts of 16 bytes.
                let (levels, low, high) = unsafe {
                    (
                        vld1q_u8(line.0.as_ptr().add(part * 16)),
                        vld1q_s8(low.0.as_ptr().add(part * 16).cast()),
                        vld1q_s8(high.0.as_ptr().add(part * 16).cast()),
                    )
                };
                let first = vreinterpretq_s8_u8(vandq_u8(levels, nibble));
                let second = vreinterpretq_s8_u8(vshrq_n_u8::<4>(levels));
                // Four products of at most 15 x 127 stay below 32,768.
                let products = vmull_s8(vget_low_s8(first), vget_low_s8(low));
                let products = vmlal_s8(products, vget_high_s8(first), vget_high_s8(low));
                let products = vmlal_s8(products, vget_low_s8(second), vget_low_s8(high));
                let products = vmlal_s8(products, vget_high_s8(second), vget_high_s8(high));
                sum = vpadalq_s16(sum, products);
            }
        }
        vaddvq_s32(sum)
    }

    #[target_feature(enable = "neon")]
    fn dot(row: &[u16], probe: &[f32]) -> f32 {
        let mut lanes = [vdupq_n_f32(0.0); 8];
        for (row, probe) in row.chunks_exact(DOT_LANES).zip(probe.chunks_exact(DOT_LANES)) {
            for (part, lane) in lanes.iter_mut().enumerate() {
                // SAFETY: both chunks hold 32 values and a part is 4 of them.
                let (row, probe) = unsafe {
                    (
                        vld1_u16(row.as_ptr().add(part * 4)),
                        vld1q_f32(probe.as_ptr().add(part * 4)),
                    )
                };
                *lane = vfmaq_f32(*lane, widen(row), probe);
            }
        }
        let mut all = [0.0_f32; DOT_LANES];
        for (part, lane) in lanes.into_iter().enumerate() {
            // SAFETY: 32 values are eight parts of four.
            unsafe { vst1q_f32(all.as_mut_ptr().add(part * 4), lane) };
        }
        scalar::fold(&mut all)
    }

    /// Finite f16 to f32: exponent and mantissa moved into place, then scaled by 2^112, which is exact, subnormals included.
    #[target_feature(enable = "neon")]
    #[inline]
    fn widen(bits: uint16x4_t) -> float32x4_t {
        let bits = vmovl_u16(bits);
        let magnitude = vshlq_n_u32::<13>(vandq_u32(bits, vdupq_n_u32(0x7fff)));
        let scaled = vmulq_f32(
            vreinterpretq_f32_u32(magnitude),
            vdupq_n_f32(f32::from_bits(0x7780_0000)),
        );
        let sign = vshlq_n_u32::<16>(vandq_u32(bits, vdupq_n_u32(0x8000)));
        vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(scaled), sign))
    }

    #[target_feature(enable = "neon")]
    #[inline]
    fn load_table(table: &Line) -> uint8x16x4_t {
        // SAFETY: a table is 64 bytes.
        unsafe { vld1q_u8_x4(table.0.as_ptr()) }
    }
}
