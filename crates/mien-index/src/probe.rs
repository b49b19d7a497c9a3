use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::bound::{FLOAT_SLACK, width};
use crate::code::Layout;
use crate::kernel::{Line, Scale, Test};
use crate::rotation::Mixed;
use crate::space::Space;

/// A probe made ready for all passes.
#[derive(Debug)]
pub(crate) struct Probe {
    /// Unit length, padded like a stored full vector.
    pub(crate) full: Vec<f32>,
    pub(crate) scan: ScanProbe,
    pub(crate) middle: MiddleProbe,
    reach: f32,
    middle_rounding: f32,
}

/// Look-up tables of a probe: for each word of 32 dimensions a line for the low nibbles and one for the high nibbles, each 4 byte
/// positions by 16 values. An entry is the probe's inner product with the signs of four bits, shifted and scaled to 0..=255.
#[derive(Debug)]
pub(crate) struct ScanProbe {
    pub(crate) tables: Vec<Line>,
    /// For the sums of a scan.
    pub(crate) scan: Scale,
    /// For those of a 1-bit scan twice and the second bits once.
    pub(crate) second: Scale,
}

/// A probe in 8 bits for the middle code.
#[derive(Debug)]
pub(crate) struct MiddleProbe {
    /// Signed values that meet the low nibbles.
    pub(crate) low: Vec<Line>,
    /// Signed values that meet the high nibbles.
    pub(crate) high: Vec<Line>,
    /// A row's inner product is `sum * scale + offset`.
    pub(crate) scale: f32,
    pub(crate) offset: f32,
}

impl Probe {
    pub(crate) fn new(space: &Space, unit: &[f32]) -> Self {
        let layout = &space.layout;
        let rotated = space.encoder.rotate_probe(unit);
        let mut full = unit.to_vec();
        full.resize(layout.full, 0.0);
        let mut random = Mixed(xxh3_64_with_seed(bytemuck::cast_slice(unit), space.seed));
        let scan = ScanProbe::new(layout, &rotated, space.rounding_reach, &mut random);
        let (middle, step) = MiddleProbe::new(layout, &rotated, &mut random);
        Self {
            full,
            scan,
            middle,
            reach: space.reach,
            middle_rounding: step * space.rounding_reach,
        }
    }

    /// What a row's scan code, also with second bits, must show when rows of cosine `least` and more are wanted.
    pub(crate) fn scan_test(&self, least: f32) -> Test {
        Test {
            width: width(self.reach, least),
            least: least - FLOAT_SLACK,
        }
    }

    /// What a row's middle code must show. The rounding of the probe counts as often as the code is long, `sqrt(length² + spread²)`
    /// in units of the estimate, which is at most `1.001 + spread`.
    pub(crate) fn middle_test(&self, least: f32) -> Test {
        Test {
            width: width(self.reach, least) + self.middle_rounding,
            least: least - FLOAT_SLACK - 1.001 * self.middle_rounding,
        }
    }
}

impl ScanProbe {
    fn new(layout: &Layout, rotated: &[f32], rounding_reach: f32, random: &mut Mixed) -> Self {
        let groups: Vec<[f32; 16]> = rotated.chunks_exact(4).map(products_with_signs).collect();
        let least_of = |group: &[f32; 16]| group.iter().copied().fold(f32::INFINITY, f32::min);
        let most_of = |group: &[f32; 16]| group.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let range = groups
            .iter()
            .map(|group| most_of(group) - least_of(group))
            .fold(f32::MIN_POSITIVE, f32::max);
        let scale = range / 254.0;
        let mut tables = vec![Line::ZERO; layout.words * 2];
        let mut least_sum = 0.0;
        for (number, group) in groups.iter().enumerate() {
            let least = least_of(group);
            least_sum += least;
            // Group g covers dimensions 4g to 4g + 4: byte g / 2 of the row, low nibble first, and 4 bytes make a word.
            let (word, position) = (number / 8, number % 8 / 2);
            let entries = &mut tables[word * 2 + number % 2].0[position * 16..][..16];
            for (entry, value) in entries.iter_mut().zip(group) {
                *entry = ((value - least) / scale + random.next_unit()) as u8;
            }
        }
        let scale_for = |planes: usize| {
            let weight = ((1 << planes) - 1) as f32;
            let rounding = rounding_reach * weight * scale * (groups.len() as f32).sqrt();
            Scale {
                scale,
                offset: weight * least_sum + rounding,
            }
        };
        Self {
            tables,
            scan: scale_for(layout.planes),
            second: scale_for(2),
        }
    }
}

fn products_with_signs(values: &[f32]) -> [f32; 16] {
    std::array::from_fn(|bits| {
        values
            .iter()
            .enumerate()
            .map(|(at, value)| if bits >> at & 1 == 1 { *value } else { -value })
            .sum()
    })
}

impl MiddleProbe {
    /// Also gives the rounding step.
    fn new(layout: &Layout, rotated: &[f32], random: &mut Mixed) -> (Self, f32) {
        let largest = rotated
            .iter()
            .fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
        let step = largest / 126.0;
        let mut values: Vec<i8> = rotated
            .iter()
            .map(|value| (value / step + random.next_unit()).floor() as i8)
            .collect();
        let sum: i32 = values.iter().map(|value| i32::from(*value)).sum();
        values.resize(layout.middle_lines * 128, 0);
        let lines = |skip: usize| {
            let halves = values.chunks_exact(64).skip(skip).step_by(2);
            halves
                .map(|half| Line(std::array::from_fn(|at| half[at].cast_unsigned())))
                .collect()
        };
        let (low, high) = (lines(0), lines(1));
        (
            Self {
                low,
                high,
                scale: 2.0 * step,
                offset: -15.0 * sum as f32 * step,
            },
            step,
        )
    }

    /// A probe of so many lines without any value.
    pub(crate) fn zeros(lines: usize) -> Self {
        Self {
            low: vec![Line::ZERO; lines],
            high: vec![Line::ZERO; lines],
            scale: 0.0,
            offset: 0.0,
        }
    }

    #[cfg(test)]
    pub(crate) fn of_lines(low: Vec<Line>, high: Vec<Line>) -> Self {
        Self {
            low,
            high,
            scale: 1.0,
            offset: 0.0,
        }
    }
}
