//! A picture that can be painted on, and where it was painted on.

use mien_vision::face::Point;
use mien_vision::picture::{Picture, PictureError};

/// RGB pixels and a map of those that were painted over.
#[derive(Clone, Debug)]
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<f32>,
    /// 0 as photographed, 1 painted over.
    pub covered: Vec<f32>,
}

/// Places inside a pixel that are asked for being inside a polygon.
const WITHIN_PIXEL: [f32; 2] = [-0.25, 0.25];

impl Canvas {
    pub fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Self {
            width,
            height,
            rgb: picture.pixels().iter().map(|value| f32::from(*value)).collect(),
            covered: vec![0.0; width * height],
        }
    }

    pub fn picture(&self) -> Result<Picture, PictureError> {
        let bytes = self.rgb.iter().map(|value| value.round().clamp(0.0, 255.0) as u8);
        Picture::from_rgb(self.width as u32, self.height as u32, bytes.collect())
    }

    /// Fills a polygon; `colour` gives the colour at a place in pixels.
    pub fn fill(&mut self, outline: &[Point], colour: impl Fn(f32, f32) -> [f32; 3]) {
        self.blend(outline, |x, y, _| (colour(x, y), 1.0), true);
    }

    /// Blends into a polygon what `paint` says of a place and its old colour: a new colour and how much of it.
    pub fn blend(&mut self, outline: &[Point], paint: impl Fn(f32, f32, [f32; 3]) -> ([f32; 3], f32), covers: bool) {
        let bound = |of: fn(&Point) -> f32, limit: usize| {
            let (low, high) = outline
                .iter()
                .map(of)
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
                    (low.min(value), high.max(value))
                });
            let clamp = |value: f32| value.clamp(0.0, limit as f32) as usize;
            clamp(low.floor())..clamp(high.ceil() + 1.0)
        };
        let (columns, rows) = (bound(|p| p.x, self.width), bound(|p| p.y, self.height));
        for y in rows {
            for x in columns.clone() {
                let inside = WITHIN_PIXEL
                    .iter()
                    .flat_map(|dy| WITHIN_PIXEL.map(|dx| Point::new(x as f32 + dx, y as f32 + dy)))
                    .filter(|place| contains(outline, *place))
                    .count() as f32
                    / 4.0;
                if inside > 0.0 {
                    self.mix(x, y, inside, &paint, covers);
                }
            }
        }
    }

    fn mix(
        &mut self,
        x: usize,
        y: usize,
        inside: f32,
        paint: &impl Fn(f32, f32, [f32; 3]) -> ([f32; 3], f32),
        covers: bool,
    ) {
        let index = y * self.width + x;
        let old = self.at(x, y);
        let (new, opacity) = paint(x as f32, y as f32, old);
        let share = inside * opacity;
        for channel in 0..3 {
            self.rgb[index * 3 + channel] = old[channel] + (new[channel] - old[channel]) * share;
        }
        if covers {
            self.covered[index] = self.covered[index].max(share);
        }
    }

    /// The colour at a pixel, which must lie inside.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        let index = (y * self.width + x) * 3;
        [self.rgb[index], self.rgb[index + 1], self.rgb[index + 2]]
    }

    /// The colour between pixels, the nearest one outside of the picture.
    pub fn sample(&self, x: f32, y: f32) -> [f32; 3] {
        let x = x.clamp(0.0, self.width as f32 - 1.001);
        let y = y.clamp(0.0, self.height as f32 - 1.001);
        let (left, top) = (x as usize, y as usize);
        let (wx, wy) = (x - left as f32, y - top as f32);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (a, b) = (self.at(left, top), self.at(right, top));
        let (c, d) = (self.at(left, bottom), self.at(right, bottom));
        [0, 1, 2].map(|i| {
            let upper = a[i] + (b[i] - a[i]) * wx;
            upper + (c[i] + (d[i] - c[i]) * wx - upper) * wy
        })
    }

    /// A part of the picture, at least 64 pixels wide and high, kept inside; also where it begins.
    pub fn part(&self, left: f32, top: f32, right: f32, bottom: f32) -> (Self, Point) {
        let side = |low: f32, high: f32, limit: usize| {
            let low = (low.max(0.0) as usize).min(limit.saturating_sub(64));
            (low, (high.max(0.0) as usize).clamp((low + 64).min(limit), limit))
        };
        let ((left, right), (top, bottom)) = (side(left, right, self.width), side(top, bottom, self.height));
        let rows = || top..bottom;
        let rgb = rows().flat_map(|y| &self.rgb[(y * self.width + left) * 3..(y * self.width + right) * 3]);
        let covered = rows().flat_map(|y| &self.covered[y * self.width + left..y * self.width + right]);
        let part = Self {
            width: right - left,
            height: bottom - top,
            rgb: rgb.copied().collect(),
            covered: covered.copied().collect(),
        };
        (part, Point::new(left as f32, top as f32))
    }

    /// How much of the place was painted over; what lies outside of the picture cannot be seen either.
    pub fn covered_at(&self, place: Point) -> f32 {
        let (x, y) = (place.x.round(), place.y.round());
        if x < 0.0 || y < 0.0 || x >= self.width as f32 || y >= self.height as f32 {
            return 1.0;
        }
        self.covered[y as usize * self.width + x as usize]
    }
}

/// Even-odd rule.
pub fn contains(outline: &[Point], place: Point) -> bool {
    let mut inside = false;
    let mut last = match outline.last() {
        Some(last) => *last,
        None => return false,
    };
    for &next in outline {
        if (next.y > place.y) != (last.y > place.y)
            && place.x < (last.x - next.x) * (place.y - next.y) / (last.y - next.y) + next.x
        {
            inside = !inside;
        }
        last = next;
    }
    inside
}

/// The convex hull, in order (Andrew's monotone chain).
pub fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let turn = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while chain.len() >= 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0.0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut outline = half(&mut sorted.iter().copied());
    outline.extend(half(&mut sorted.iter().rev().copied()));
    outline
}

/// Every point moved away from the middle of all.
pub fn grown(outline: &[Point], factor: f32) -> Vec<Point> {
    let middle = middle(outline);
    let away = |p: &Point| {
        Point::new(
            middle.x + (p.x - middle.x) * factor,
            middle.y + (p.y - middle.y) * factor,
        )
    };
    outline.iter().map(away).collect()
}

/// Mean of the points.
pub fn middle(points: &[Point]) -> Point {
    let count = points.len().max(1) as f32;
    let sum = points
        .iter()
        .fold(Point::default(), |sum, p| Point::new(sum.x + p.x, sum.y + p.y));
    Point::new(sum.x / count, sum.y / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_square_is_covered_and_nothing_else() {
        let picture = Picture::from_rgb(20, 20, vec![100; 1200]).unwrap();
        let mut canvas = Canvas::of(&picture);
        let square = [(5.0, 5.0), (14.0, 5.0), (14.0, 14.0), (5.0, 14.0)].map(|(x, y)| Point::new(x, y));
        canvas.fill(&square, |_, _| [0.0, 0.0, 0.0]);
        assert_eq!(canvas.covered_at(Point::new(9.0, 9.0)), 1.0);
        assert_eq!(canvas.covered_at(Point::new(2.0, 9.0)), 0.0);
        assert_eq!(canvas.covered_at(Point::new(-2.0, 9.0)), 1.0);
        assert_eq!(canvas.at(9, 9), [0.0; 3]);
        assert_eq!(canvas.at(2, 2), [100.0; 3]);
    }

    #[test]
    fn the_hull_leaves_out_inner_points() {
        let points = [(0.0, 0.0), (4.0, 0.0), (2.0, 1.0), (4.0, 4.0), (0.0, 4.0)].map(|(x, y)| Point::new(x, y));
        assert_eq!(hull(&points).len(), 4);
    }
}
