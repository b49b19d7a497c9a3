use crate::kernel::{Isa, Kernels, with_kernels};

/// A random rotation: three rounds of random signs and a Hadamard transform.
///
/// Dimensions are padded with zeros to a multiple of 64. Where that is no power of two, each round transforms the first and then
/// the last `power` dimensions (the greatest power of two that fits), which overlap and so mix with each other.
#[derive(Debug)]
pub(crate) struct Rotation {
    padded: usize,
    power: usize,
    signs: Vec<f32>,
    isa: Isa,
}

const ROUNDS: usize = 3;

/// A sequence of well-mixed numbers from a seed (SplitMix64, Steele et al. 2014).
#[derive(Debug, Clone)]
pub(crate) struct Mixed(pub(crate) u64);

impl Mixed {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in 0 ≤ x < 1.
    pub(crate) fn next_unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u32 << 24) as f32
    }
}

impl Rotation {
    pub(crate) fn new(padded: usize, seed: u64, isa: Isa) -> Self {
        let power = if padded.is_power_of_two() {
            padded
        } else {
            padded.next_power_of_two() / 2
        };
        let parts = if power == padded { 1 } else { 2 };
        let mut random = Mixed(seed);
        let scale = 1.0 / (power as f32).sqrt();
        let signs = (0..ROUNDS * parts * power)
            .map(|_| if random.next() & 1 == 0 { scale } else { -scale })
            .collect();
        Self {
            padded,
            power,
            signs,
            isa,
        }
    }

    /// Rotates `values` (padded length) in place.
    pub(crate) fn apply(&self, values: &mut [f32], scratch: &mut Vec<f32>) {
        scratch.resize(self.power, 0.0);
        let mut signs = self.signs.chunks_exact(self.power);
        let mut transform = |values: &mut [f32]| {
            if let Some(signs) = signs.next() {
                with_kernels!(self.isa, kernels => kernels.hadamard(values, signs, scratch));
            }
        };
        for _ in 0..ROUNDS {
            transform(&mut values[..self.power]);
            if self.power < self.padded {
                transform(&mut values[self.padded - self.power..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_lengths_and_angles() {
        for padded in [64, 128, 192, 320, 512, 704, 1024, 1984, 2048] {
            let rotation = Rotation::new(padded, 7, Isa::best());
            let mut random = Mixed(padded as u64);
            let mut sample = || (0..padded).map(|_| random.next_unit() - 0.5).collect::<Vec<_>>();
            let (mut a, mut b) = (sample(), sample());
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            let before = [dot(&a, &a), dot(&b, &b), dot(&a, &b)];
            let mut scratch = Vec::new();
            rotation.apply(&mut a, &mut scratch);
            rotation.apply(&mut b, &mut scratch);
            for (before, after) in before.into_iter().zip([dot(&a, &a), dot(&b, &b), dot(&a, &b)]) {
                assert!(
                    (before - after).abs() < 1e-4 * padded as f64 / 64.0,
                    "{padded}: {before} {after}"
                );
            }
        }
    }

    #[test]
    fn spreads_a_single_dimension_over_all() {
        for padded in [64, 192, 512, 704] {
            let rotation = Rotation::new(padded, 3, Isa::best());
            for dimension in [0, 1, padded / 2, padded - 1] {
                let mut values = vec![0.0; padded];
                values[dimension] = 1.0;
                rotation.apply(&mut values, &mut Vec::new());
                let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
                assert!(
                    largest * (padded as f32).sqrt() < 5.5,
                    "{padded}/{dimension}: {largest}"
                );
            }
        }
    }
}
