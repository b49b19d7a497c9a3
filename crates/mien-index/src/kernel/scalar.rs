//! The kernels in plain Rust: what all others must equal, and what runs where there is no other.

use half::f16;

use super::{DOT_LANES, Kernels, Line, Scale, Test};
use crate::code::ROWS_PER_BLOCK;
use crate::probe::MiddleProbe;

/// Plain Rust, always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scalar;

impl Kernels for Scalar {
    fn sums(self, planes: &[Line], words: usize, tables: &[Line]) -> [i32; ROWS_PER_BLOCK] {
        std::array::from_fn(|row| sum(planes, row, words, tables))
    }

    fn passing(self, sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16 {
        passing(sums, factors, scale, test)
    }

    fn middle(self, code: &[Line], probe: &MiddleProbe) -> i32 {
        let mut sum = 0;
        for ((line, low), high) in code.iter().zip(&probe.low).zip(&probe.high) {
            for byte in 0..64 {
                sum += i32::from(line.0[byte] & 15) * i32::from(low.0[byte].cast_signed());
                sum += i32::from(line.0[byte] >> 4) * i32::from(high.0[byte].cast_signed());
            }
        }
        sum
    }

    fn dot(self, row: &[u16], probe: &[f32]) -> f32 {
        let mut lanes = [0.0_f32; DOT_LANES];
        for (row, probe) in row.chunks_exact(DOT_LANES).zip(probe.chunks_exact(DOT_LANES)) {
            for lane in 0..DOT_LANES {
                lanes[lane] = f16::from_bits(row[lane]).to_f32().mul_add(probe[lane], lanes[lane]);
            }
        }
        fold(&mut lanes)
    }

    fn hadamard(self, values: &mut [f32], signs: &[f32], scratch: &mut [f32]) {
        hadamard(values, signs, scratch);
    }
}

/// Sum of the table entries that a row's bits choose, planes weighted by powers of two.
fn sum(planes: &[Line], row: usize, words: usize, tables: &[Line]) -> i32 {
    let mut sum = 0_i32;
    for plane in planes.chunks_exact(words) {
        sum <<= 1;
        for (word, tables) in plane.iter().zip(tables.chunks_exact(2)) {
            for position in 0..4 {
                let byte = usize::from(word.0[row * 4 + position]);
                sum += i32::from(tables[0].0[position * 16 + (byte & 15)]);
                sum += i32::from(tables[1].0[position * 16 + (byte >> 4)]);
            }
        }
    }
    sum
}

pub(super) fn passing(sums: &[i32; ROWS_PER_BLOCK], factors: &Line, scale: Scale, test: Test) -> u16 {
    let read = |at: usize| f16::from_le_bytes([factors.0[at], factors.0[at + 1]]).to_f32();
    sums.iter().enumerate().fold(0, |passing, (row, sum)| {
        let (factor, spread) = (read(row * 2), read(32 + row * 2));
        let estimate = (*sum as f32).mul_add(scale.scale, scale.offset);
        let passes = estimate.mul_add(factor, spread * test.width) >= test.least;
        passing | u16::from(passes) << row
    })
}

pub(super) fn fold(lanes: &mut [f32; DOT_LANES]) -> f32 {
    let mut half = DOT_LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Butterflies at strides of 16 and more, a transposition, and butterflies for the four index bits that were too close together:
/// a Hadamard transform with its output permuted, and every loop is wide.
#[inline(always)]
pub(super) fn hadamard(values: &mut [f32], signs: &[f32], scratch: &mut [f32]) {
    const NEAR: usize = 16;
    let far = values.len() / NEAR;
    for (value, sign) in values.iter_mut().zip(signs) {
        *value *= sign;
    }
    butterflies(values, NEAR, values.len());
    for (column, row) in scratch.chunks_exact_mut(far).enumerate() {
        for (at, value) in row.iter_mut().enumerate() {
            *value = values[at * NEAR + column];
        }
    }
    values.copy_from_slice(scratch);
    butterflies(values, far, values.len());
}

#[inline(always)]
fn butterflies(values: &mut [f32], first: usize, end: usize) {
    let mut stride = first;
    while stride < end {
        for pair in values.chunks_exact_mut(stride * 2) {
            let (left, right) = pair.split_at_mut(stride);
            for (left, right) in left.iter_mut().zip(right) {
                (*left, *right) = (*left + *right, *left - *right);
            }
        }
        stride *= 2;
    }
}
