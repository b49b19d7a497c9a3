//! From cosine to score: one calibrated curve per embedder (BEHAVIOUR 7.1, 7.2; DESIGN 3 "Scores").
//!
//! `score = 10 - 10 log10(FAR)` for version 3.0 and 30 points more for 2.0, where FAR is the share of random impostor
//! pairs that are at least as similar. In a search over N faces a stranger is accepted with probability FAR of a pair
//! times N, so the same scale serves 1:1 and 1:N.

mod fit;

pub use fit::Impostors;

use crate::value::{Invalid, ModelVersion, UniquePersonControl};
use serde::{Deserialize, Serialize};

/// A similarity score or a threshold on one: 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Score(f64);

impl Score {
    /// From this score on two faces count as the same person in a verification (BEHAVIOUR 7.7).
    pub const MATCH: Self = Self(60.0);

    /// Checks the range 0 to 100, both ends included.
    pub fn parse(value: f64) -> Result<Self, Invalid> {
        if (0.0..=100.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Invalid::Score(value))
        }
    }

    /// Checks the range 0 to 100 without 100 itself, as SearchFacesReturnsByGroup and SearchPersons document it
    /// (BEHAVIOUR 7.6).
    pub fn parse_below_100(value: f64) -> Result<Self, Invalid> {
        if (0.0..100.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Invalid::Score(value))
        }
    }

    /// The number, 0 to 100.
    pub fn value(self) -> f64 {
        self.0
    }

    fn clamped(value: f64) -> Self {
        Self(value.clamp(0.0, 100.0))
    }
}

/// One measured point of a [`Curve`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Cosine of two embeddings, -1 to 1.
    pub cosine: f64,
    /// Share of random impostor pairs with at least this cosine, above 0 and at most 1.
    pub far: f64,
}

/// Monotone map from the cosine of two embeddings to the FAR of a random impostor pair and on to the score.
///
/// `log10(FAR)` is interpolated linearly between the points. Below the first point the first slope goes on until FAR is
/// 1; beyond the last point the mean slope of the last measured decade goes on. Serialised as the list of its points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Point>", into = "Vec<Point>")]
pub struct Curve {
    points: Vec<Point>,
    tail_slope: f64,
}

/// Why points do not make a curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// Fewer than two points.
    #[error("a calibration curve needs at least two points, {0} given")]
    TooFew(usize),
    /// A point outside of its ranges.
    #[error("calibration point {index} is out of range: cosine {cosine}, far {far}")]
    OutOfRange {
        /// Index of the point.
        index: usize,
        /// Its cosine.
        cosine: f64,
        /// Its FAR.
        far: f64,
    },
    /// The cosine does not rise, or the FAR does not fall, from the point before.
    #[error("calibration point {index} does not continue a curve with rising cosine and falling far")]
    NotMonotone {
        /// Index of the point.
        index: usize,
    },
    /// Too few impostor pairs to say anything about their tail.
    #[error("{pairs} impostor pairs are too few to fit a curve, at least {needed} are needed")]
    TooFewPairs {
        /// Number of pairs given.
        pairs: u64,
        /// Number needed.
        needed: u64,
    },
}

impl Curve {
    /// A curve through `points`, in order of rising cosine and strictly falling FAR.
    pub fn new(points: Vec<Point>) -> Result<Self, CurveError> {
        if points.len() < 2 {
            return Err(CurveError::TooFew(points.len()));
        }
        for (index, point) in points.iter().enumerate() {
            let Point { cosine, far } = *point;
            if !((-1.0..=1.0).contains(&cosine) && far > 0.0 && far <= 1.0) {
                return Err(CurveError::OutOfRange { index, cosine, far });
            }
        }
        let rises = |pair: &[Point]| pair[0].cosine < pair[1].cosine && pair[0].far > pair[1].far;
        if let Some(before) = points.windows(2).position(|pair| !rises(pair)) {
            return Err(CurveError::NotMonotone { index: before + 1 });
        }
        let tail_slope = tail_slope(&points);
        Ok(Self { points, tail_slope })
    }

    /// Fits a curve to a sample of impostor pairs: quarter decades of FAR down to the last that enough pairs support.
    pub fn fit(impostors: &Impostors) -> Result<Self, CurveError> {
        fit::fit(impostors)
    }

    /// The points of the curve.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Share of random impostor pairs that are at least as similar; above 0, at most 1.
    pub fn far(&self, cosine: f32) -> f64 {
        10f64.powf(self.log10_far(f64::from(cosine)))
    }

    /// Score of a pair on the scale of `version`, 0 to 100.
    pub fn score(&self, cosine: f32, version: ModelVersion) -> Score {
        Score::clamped(offset(version) - 10.0 * self.log10_far(f64::from(cosine)))
    }

    /// The smallest cosine that reaches `score`; -1 when every pair does, above 1 when none can.
    pub fn cosine(&self, score: Score, version: ModelVersion) -> f64 {
        let log10_far = (offset(version) - score.value()) / 10.0;
        if log10_far >= 0.0 {
            -1.0
        } else {
            self.cosine_at(log10_far).max(-1.0)
        }
    }

    /// A cosine just below those that reach `score`, to start a search from; whoever it lets through is then compared
    /// by score. Minus infinity without a score.
    pub(crate) fn floor(&self, score: Option<Score>, version: ModelVersion) -> f32 {
        score.map_or(f32::NEG_INFINITY, |score| (self.cosine(score, version) - 1e-4) as f32)
    }

    fn log10_far(&self, cosine: f64) -> f64 {
        let above = self.points.partition_point(|point| point.cosine <= cosine);
        let log10_far = match above {
            0 => line(self.points[0], slope(self.points[0], self.points[1]), cosine),
            n if n == self.points.len() => line(self.points[n - 1], self.tail_slope, cosine),
            n => line(self.points[n - 1], slope(self.points[n - 1], self.points[n]), cosine),
        };
        log10_far.min(0.0)
    }

    fn cosine_at(&self, log10_far: f64) -> f64 {
        let below = self.points.partition_point(|point| point.far.log10() >= log10_far);
        let (point, slope) = match below {
            0 => (self.points[0], slope(self.points[0], self.points[1])),
            n if n == self.points.len() => (self.points[n - 1], self.tail_slope),
            n => (self.points[n - 1], slope(self.points[n - 1], self.points[n])),
        };
        point.cosine + (log10_far - point.far.log10()) / slope
    }
}

impl UniquePersonControl {
    /// Score from which the most similar of `faces` faces counts as the same person (BEHAVIOUR 7.5):
    /// 10 + 10 log10(faces / FAR) on the 3.0 scale, held in 30 to 100. `None` when switched off or among no faces.
    pub fn threshold(self, faces: u64) -> Option<Score> {
        let far = self.far().filter(|_| faces > 0)?;
        Some(Score((10.0 + 10.0 * (faces as f64 / far).log10()).clamp(30.0, 100.0)))
    }
}

fn offset(version: ModelVersion) -> f64 {
    match version {
        ModelVersion::V2 => 40.0,
        ModelVersion::V3 => 10.0,
    }
}

fn line(from: Point, slope: f64, cosine: f64) -> f64 {
    from.far.log10() + slope * (cosine - from.cosine)
}

fn slope(from: Point, to: Point) -> f64 {
    (to.far.log10() - from.far.log10()) / (to.cosine - from.cosine)
}

/// A single short segment at the end is noisy, so the slope beyond the end is that of the last decade of FAR.
fn tail_slope(points: &[Point]) -> f64 {
    let last = points[points.len() - 1];
    let decade_above = points
        .iter()
        .rev()
        .find(|point| point.far >= 10.0 * last.far * (1.0 - 1e-9));
    slope(*decade_above.unwrap_or(&points[0]), last)
}

impl TryFrom<Vec<Point>> for Curve {
    type Error = CurveError;

    fn try_from(points: Vec<Point>) -> Result<Self, CurveError> {
        Self::new(points)
    }
}

impl From<Curve> for Vec<Point> {
    fn from(curve: Curve) -> Self {
        curve.points
    }
}
