//! Alignment: the similarity transform between points of a face and a template, and the warp by it.

mod warp;

pub use warp::{Patch, Warp, warp};

use crate::face::Point;

/// Rotation, uniform scale and shift: `x' = a x - b y + shift.x`, `y' = b x + a y + shift.y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    a: f32,
    b: f32,
    shift: Point,
}

impl Similarity {
    /// The transform that maps `from` onto `to` with the least squared error (Umeyama 1991; in two dimensions without
    /// reflection it has this closed form).
    ///
    /// `None` when the points coincide or hold something that is not a number.
    pub fn fit(from: &[Point], to: &[Point]) -> Option<Self> {
        let count = from.len().min(to.len());
        let (from, to) = (&from[..count], &to[..count]);
        let (from_mean, to_mean) = (mean(from)?, mean(to)?);
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (p.x - from_mean.x, p.y - from_mean.y);
            let (qx, qy) = (q.x - to_mean.x, q.y - to_mean.y);
            along += px * qx + py * qy;
            across += px * qy - py * qx;
            spread += px * px + py * py;
        }
        let (a, b) = (along / spread, across / spread);
        let usable = a.is_finite() && b.is_finite() && a.hypot(b) > 1e-6;
        usable.then(|| {
            let turned = Self {
                a,
                b,
                shift: Point::default(),
            }
            .apply(from_mean);
            Self {
                a,
                b,
                shift: Point::new(to_mean.x - turned.x, to_mean.y - turned.y),
            }
        })
    }

    /// Rotation by `radians` (clockwise on screen) and scaling about `from`, which lands on `to`.
    pub fn about(from: Point, to: Point, scale: f32, radians: f32) -> Self {
        let (sine, cosine) = radians.sin_cos();
        let turned = Self {
            a: scale * cosine,
            b: scale * sine,
            shift: Point::default(),
        };
        let landed = turned.apply(from);
        Self {
            shift: Point::new(to.x - landed.x, to.y - landed.y),
            ..turned
        }
    }

    /// Where a point lands.
    pub fn apply(&self, point: Point) -> Point {
        Point::new(
            self.a * point.x - self.b * point.y + self.shift.x,
            self.b * point.x + self.a * point.y + self.shift.y,
        )
    }

    /// The transform back.
    pub fn inverse(&self) -> Self {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        let back = Self {
            a,
            b,
            shift: Point::default(),
        }
        .apply(self.shift);
        Self {
            a,
            b,
            shift: Point::new(-back.x, -back.y),
        }
    }

    /// This transform, then the other.
    pub fn then(&self, other: &Self) -> Self {
        Self {
            a: other.a * self.a - other.b * self.b,
            b: other.b * self.a + other.a * self.b,
            shift: other.apply(self.shift),
        }
    }

    /// Length of a unit vector after the transform.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Rotation, clockwise on screen.
    pub fn radians(&self) -> f32 {
        self.b.atan2(self.a)
    }
}

fn mean(points: &[Point]) -> Option<Point> {
    let count = points.len() as f32;
    let sum = points
        .iter()
        .fold(Point::default(), |sum, p| Point::new(sum.x + p.x, sum.y + p.y));
    (!points.is_empty()).then(|| Point::new(sum.x / count, sum.y / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_recovers_a_known_transform() {
        let known = Similarity::about(Point::new(3.0, 4.0), Point::new(-7.0, 20.0), 1.7, 0.6);
        let from = [(0.0, 0.0), (10.0, 1.0), (4.0, 9.0), (-3.0, 5.0)].map(|(x, y)| Point::new(x, y));
        let found = Similarity::fit(&from, &from.map(|p| known.apply(p))).unwrap();
        for p in from {
            assert!(found.apply(p).distance(known.apply(p)) < 1e-4);
            assert!(found.inverse().apply(known.apply(p)).distance(p) < 1e-4);
        }
        assert!((found.scale() - 1.7).abs() < 1e-4);
        assert!((found.radians() - 0.6).abs() < 1e-4);
    }

    #[test]
    fn coinciding_points_have_no_transform() {
        let same = [Point::new(2.0, 2.0); 5];
        assert_eq!(Similarity::fit(&same, &same), None);
        assert_eq!(Similarity::fit(&[], &[]), None);
        assert_eq!(
            Similarity::fit(&[Point::new(f32::NAN, 0.0), Point::new(1.0, 0.0)], &same[..2]),
            None
        );
    }
}
