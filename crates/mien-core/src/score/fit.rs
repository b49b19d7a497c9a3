//! Fitting a curve to a sample of impostor pairs.

use super::{Curve, CurveError, Point};

/// Bins of the histogram over the cosine range -1 to 1: a width of 1e-4, far below the step between two points.
const BINS: usize = 20_000;

/// A point needs this many pairs at or above it: its relative standard error is then 1/7.
const PAIRS_AT_A_POINT: u64 = 50;

/// Histogram of the cosines of impostor pairs (two faces of different persons).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impostors {
    bins: Vec<u64>,
    pairs: u64,
}

impl Default for Impostors {
    fn default() -> Self {
        Self::new()
    }
}

impl Impostors {
    /// An empty sample.
    pub fn new() -> Self {
        Self {
            bins: vec![0; BINS],
            pairs: 0,
        }
    }

    /// Counts one pair. Values outside of -1 to 1 (rounding) go to the nearest bin; a value that is not a number is
    /// not counted.
    pub fn add(&mut self, cosine: f32) {
        if cosine.is_nan() {
            return;
        }
        let bin = ((f64::from(cosine) + 1.0) * 0.5 * BINS as f64).clamp(0.0, (BINS - 1) as f64) as usize;
        self.bins[bin] += 1;
        self.pairs += 1;
    }

    /// Adds all pairs of another sample (one per thread, say).
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            *mine += theirs;
        }
        self.pairs += other.pairs;
    }

    /// Number of pairs counted.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }

    /// Share of pairs with at least this cosine, to the width of a bin.
    pub fn far(&self, cosine: f64) -> f64 {
        let edge = ((cosine + 1.0) * 0.5 * BINS as f64).round().clamp(0.0, BINS as f64) as usize;
        let above: u64 = self.bins[edge..].iter().sum();
        above as f64 / self.pairs.max(1) as f64
    }
}

pub(super) fn fit(impostors: &Impostors) -> Result<Curve, CurveError> {
    let needed = PAIRS_AT_A_POINT * 100;
    if impostors.pairs < needed {
        return Err(CurveError::TooFewPairs {
            pairs: impostors.pairs,
            needed,
        });
    }
    let mut points: Vec<Point> = Vec::new();
    for far in targets(impostors.pairs) {
        let cosine = quantile(impostors, far);
        if points.last().is_none_or(|last| cosine > last.cosine) {
            points.push(Point { cosine, far });
        }
    }
    Curve::new(points)
}

/// FARs to place points at, falling: the body, then quarter decades as far as the sample supports them.
fn targets(pairs: u64) -> impl Iterator<Item = f64> {
    let last = PAIRS_AT_A_POINT as f64 / pairs as f64;
    let quarters = (2..).map(|quarter| 10f64.powf(-0.25 * f64::from(quarter)));
    [0.99, 0.9, 0.75, 0.5]
        .into_iter()
        .chain(quarters.take_while(move |far| *far >= last))
}

/// Cosine that the share `far` of pairs reaches, interpolated inside its bin.
fn quantile(impostors: &Impostors, far: f64) -> f64 {
    let wanted = far * impostors.pairs as f64;
    let mut above = 0.0;
    for bin in (0..BINS).rev() {
        let here = impostors.bins[bin] as f64;
        if above + here >= wanted && here > 0.0 {
            let from_top = (wanted - above) / here;
            return (bin as f64 + 1.0 - from_top) * 2.0 / BINS as f64 - 1.0;
        }
        above += here;
    }
    -1.0
}
