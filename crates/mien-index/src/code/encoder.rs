use half::f16;
use half::slice::HalfFloatSliceExt;

use super::{Layout, ROWS_PER_BLOCK};
use crate::bound::LEAST_WEIGHT;
use crate::kernel::Line;
use crate::rotation::Rotation;

/// Turns stored vectors into codes.
#[derive(Debug)]
pub(crate) struct Encoder {
    layout: Layout,
    rotation: Rotation,
    reach: f32,
}

/// Room for one vector at a time.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    rotated: Vec<f32>,
    levels: Vec<u8>,
    transform: Vec<f32>,
}

/// What turns the middle code's inner product into an estimate: see `bound.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(crate) struct Factors {
    pub(crate) factor: f32,
    pub(crate) spread: f32,
}

/// Factors of the codes that lie with the full vector.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct CloseFactors {
    /// Factor and spread of the 2-bit code, f16 bits.
    pub(crate) second: [u16; 2],
    pub(crate) middle: Factors,
}

/// A code's relation to the vector: `factor` times the code's inner product is the estimate, `spread` its scale of error.
struct Fit {
    factor: f64,
    spread: f64,
    code_length: f64,
}

/// Step of the levels for 1 to 4 bits, in standard deviations of a coordinate: least squared error for normal values (Max 1960).
const STEPS: [f32; 4] = [1.596, 0.996, 0.586, 0.335];

impl Encoder {
    pub(crate) fn new(layout: Layout, rotation: Rotation, reach: f32) -> Self {
        Self {
            layout,
            rotation,
            reach,
        }
    }

    /// Takes a stored vector (f16 bits) up; the other methods work on it.
    pub(crate) fn rotate(&self, stored: &[u16], scratch: &mut Scratch) {
        scratch.rotated.clear();
        scratch.rotated.resize(self.layout.padded.max(stored.len()), 0.0);
        as_floats(stored).convert_to_f32_slice(&mut scratch.rotated[..stored.len()]);
        scratch.rotated.truncate(self.layout.padded);
        self.rotation.apply(&mut scratch.rotated, &mut scratch.transform);
    }

    /// Rotates a probe.
    pub(crate) fn rotate_probe(&self, probe: &[f32]) -> Vec<f32> {
        let mut rotated = probe.to_vec();
        rotated.resize(self.layout.padded, 0.0);
        self.rotation.apply(&mut rotated, &mut Vec::new());
        rotated
    }

    /// Writes the scan code of the vector taken up as row `row` of `lines`.
    pub(crate) fn scan_code(&self, scratch: &mut Scratch, lines: &mut [Line], row: usize) {
        let block = self.layout.block_lines();
        let lines = &mut lines[row / ROWS_PER_BLOCK * block..][..block];
        let row = row % ROWS_PER_BLOCK;
        let fit = levels(scratch, self.layout.planes as u32);
        let (planes, factors) = lines.split_at_mut(block - 1);
        for (number, plane) in planes.chunks_exact_mut(self.layout.words).enumerate() {
            let shift = self.layout.planes - 1 - number;
            for (word, levels) in plane.iter_mut().zip(scratch.levels.chunks_exact(32)) {
                let bits = levels
                    .iter()
                    .rev()
                    .fold(0_u32, |bits, level| bits << 1 | u32::from(level >> shift & 1));
                word.0[row * 4..][..4].copy_from_slice(&bits.to_le_bytes());
            }
        }
        let [factor, spread] = self.halves(&fit);
        factors[0].0[row * 2..][..2].copy_from_slice(&factor.to_le_bytes());
        factors[0].0[32 + row * 2..][..2].copy_from_slice(&spread.to_le_bytes());
    }

    /// Factor and spread as f16 bits.
    fn halves(&self, fit: &Fit) -> [u16; 2] {
        let factor = f16::from_f64(fit.factor);
        // What rounding the factor can cost is added to the spread, which always counts at least LEAST_WEIGHT times reach.
        let rounding = (factor.to_f64() - fit.factor).abs() * fit.code_length / f64::from(self.reach * LEAST_WEIGHT);
        [factor.to_bits(), round_up(fit.spread + rounding).to_bits()]
    }

    /// Writes the second bits of the vector taken up: bit i of byte j is that of dimension 8j + i.
    pub(crate) fn second_code(&self, scratch: &mut Scratch, lines: &mut [Line]) -> [u16; 2] {
        let fit = levels(scratch, 2);
        let bytes = lines.iter_mut().flat_map(|line| &mut line.0);
        for (byte, levels) in bytes.zip(scratch.levels.chunks_exact(8)) {
            *byte = levels.iter().rev().fold(0, |bits, level| bits << 1 | level & 1);
        }
        self.halves(&fit)
    }

    /// Writes the middle code of the vector taken up. Line j holds dimensions 128j to 128j + 64 in the low nibbles, the next 64 in
    /// the high ones.
    pub(crate) fn middle_code(&self, scratch: &mut Scratch, lines: &mut [Line]) -> Factors {
        let fit = levels(scratch, 4);
        scratch.levels.resize(lines.len() * 128, 0);
        for (line, levels) in lines.iter_mut().zip(scratch.levels.chunks_exact(128)) {
            let (low, high) = levels.split_at(64);
            for ((byte, low), high) in line.0.iter_mut().zip(low).zip(high) {
                *byte = low | high << 4;
            }
        }
        // A millionth on top covers rounding to f32.
        Factors {
            factor: fit.factor as f32,
            spread: (fit.spread * 1.000_001 + 1e-6) as f32,
        }
    }
}

/// Levels of the rotated vector on an even grid of `1 << bits` cells. The first bit is the sign whatever the grid's step.
fn levels(scratch: &mut Scratch, bits: u32) -> Fit {
    let values = &scratch.rotated;
    let squared: f32 = lanes(values, |value| value * value);
    let deviation = (squared / values.len() as f32).sqrt();
    let (half, top) = (1_i32 << (bits - 1), (1 << bits) as f32 - 1.0);
    let (per_step, most) = (1.0 / (STEPS[bits as usize - 1] * deviation), (half - 1) as f32);
    scratch.levels.resize(values.len(), 0);
    for (level, value) in scratch.levels.iter_mut().zip(values) {
        let steps = (value.abs() * per_step).min(most) as i32;
        *level = if *value < 0.0 { half - 1 - steps } else { half + steps } as u8;
    }
    let (mut product, mut code) = ([0.0_f32; 16], [0.0_f32; 16]);
    for (values, levels) in values.chunks_exact(16).zip(scratch.levels.chunks_exact(16)) {
        for lane in 0..16 {
            let level = f32::from(levels[lane]) * 2.0 - top;
            product[lane] += level * values[lane];
            code[lane] += level * level;
        }
    }
    let product: f64 = product.iter().copied().map(f64::from).sum();
    let code: f64 = code.iter().copied().map(f64::from).sum();
    let squared = f64::from(squared);
    let cosine_squared = product * product / (code * squared);
    Fit {
        factor: squared / product,
        spread: squared.sqrt() * (1.0 / cosine_squared - 1.0).max(0.0).sqrt(),
        code_length: code.sqrt(),
    }
}

fn lanes(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; 16];
    for values in values.chunks_exact(16) {
        for lane in 0..16 {
            sums[lane] += term(values[lane]);
        }
    }
    sums.iter().sum()
}

fn round_up(value: f64) -> f16 {
    let nearest = f16::from_f64(value);
    if nearest.to_f64() >= value {
        nearest
    } else {
        f16::from_bits(nearest.to_bits() + 1)
    }
}

fn as_floats(bits: &[u16]) -> &[f16] {
    use half::slice::HalfBitsSliceExt;
    bits.reinterpret_cast()
}
