//! The six parts of a face that `Completeness` speaks of, as regions of the mesh, and patches that cover them.

use mien_vision::face::Point;
use mien_vision::points::Mesh;

use super::Dice;
use super::canvas::{Canvas, contains, grown, hull, middle};
use super::cloth::Cloth;

/// A part of the face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Eyebrow,
    Eye,
    Nose,
    Cheek,
    Mouth,
    Chin,
}

/// Form of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The region itself, somewhat larger.
    Outline,
    /// An ellipse around it.
    Ellipse,
    /// An upright or tilted rectangle around it.
    Rectangle,
}

impl Part {
    /// In the order of the contract.
    pub const ALL: [Self; 6] = [
        Self::Eyebrow,
        Self::Eye,
        Self::Nose,
        Self::Cheek,
        Self::Mouth,
        Self::Chin,
    ];

    /// Name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eyebrow => "eyebrow",
            Self::Eye => "eye",
            Self::Nose => "nose",
            Self::Cheek => "cheek",
            Self::Mouth => "mouth",
            Self::Chin => "chin",
        }
    }

    /// Points of the mesh around the part, one list for each side of the face that has one.
    fn points(self) -> &'static [&'static [usize]] {
        match self {
            Self::Eyebrow => &[
                &[70, 63, 105, 66, 107, 46, 53, 52, 65, 55],
                &[300, 293, 334, 296, 336, 276, 283, 282, 295, 285],
            ],
            Self::Eye => &[
                &[
                    33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7,
                ],
                &[
                    263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249,
                ],
            ],
            Self::Nose => &[&[197, 195, 5, 4, 1, 2, 98, 327, 129, 358, 49, 279, 198, 420, 64, 294]],
            Self::Cheek => &[
                &[50, 205, 207, 187, 147, 123, 117, 118, 101, 36],
                &[280, 425, 427, 411, 376, 352, 346, 347, 330, 266],
            ],
            Self::Mouth => &[&[
                61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
            ]],
            Self::Chin => &[&[
                182, 83, 18, 313, 406, 335, 431, 369, 400, 377, 152, 148, 176, 140, 211, 106,
            ]],
        }
    }

    /// The regions of the part on this face.
    pub fn regions(self, mesh: &Mesh) -> Vec<Vec<Point>> {
        let outline = |indexes: &&[usize]| {
            let points: Vec<Point> = indexes.iter().map(|&index| mesh.points()[index]).collect();
            hull(&points)
        };
        self.points().iter().map(outline).collect()
    }
}

/// How much of a part was painted over or lies outside of the picture, 0 to 1; both sides together.
pub fn share_covered(canvas: &Canvas, mesh: &Mesh, part: Part) -> f32 {
    const STEPS: usize = 16;
    let (mut covered, mut all) = (0.0, 0.0f32);
    for region in part.regions(mesh) {
        let bounds = |of: fn(&Point) -> f32| {
            let values = region.iter().map(of);
            values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let ((left, right), (top, bottom)) = (bounds(|p| p.x), bounds(|p| p.y));
        let area = (right - left) * (bottom - top);
        let places = (0..STEPS * STEPS).map(|index| {
            let step = |index: usize, low: f32, high: f32| low + (high - low) * (index as f32 + 0.5) / STEPS as f32;
            Point::new(step(index % STEPS, left, right), step(index / STEPS, top, bottom))
        });
        for place in places.filter(|place| contains(&region, *place)) {
            covered += area * canvas.covered_at(place);
            all += area;
        }
    }
    if all > 0.0 { covered / all } else { 0.0 }
}

/// Covers a part with a patch, paired ones on one side or both.
pub fn cover_part(
    canvas: &mut Canvas,
    mesh: &Mesh,
    part: Part,
    shape: Shape,
    cloth: &Cloth,
    photograph: &Canvas,
    dice: &mut Dice,
) {
    let mut regions = part.regions(mesh);
    if regions.len() == 2 && dice.chance(0.5) {
        regions.remove(dice.below(2));
    }
    for region in regions {
        let outline = patch(&region, shape, dice);
        canvas.fill(&outline, |x, y| cloth.at(x, y, photograph));
    }
}

fn patch(region: &[Point], shape: Shape, dice: &mut Dice) -> Vec<Point> {
    let middle = middle(region);
    let reach = |of: fn(Point, Point) -> f32| region.iter().map(|p| of(*p, middle).abs()).fold(0.0f32, f32::max);
    let (wide, high) = (reach(|p, m| p.x - m.x), reach(|p, m| p.y - m.y));
    match shape {
        Shape::Outline => grown(region, dice.within(1.1, 1.4)),
        // 1.42 is what an ellipse needs to hold a rectangle.
        Shape::Ellipse => ellipse(middle, wide * dice.within(1.2, 1.5), high * dice.within(1.3, 1.7), 0.0),
        Shape::Rectangle => {
            let tilt = dice.within(-0.25, 0.25);
            rectangle(
                middle,
                wide * dice.within(1.1, 1.35),
                high * dice.within(1.15, 1.5),
                tilt,
            )
        }
    }
}

/// Covers a place of the face by chance; it may touch any part or none.
pub fn cover_somewhere(canvas: &mut Canvas, mesh: &Mesh, cloth: &Cloth, photograph: &Canvas, dice: &mut Dice) {
    let eyes_px = eyes_px(mesh);
    let start = mesh.points()[dice.below(mesh.points().len())];
    let middle = Point::new(
        start.x + dice.normal() * 0.3 * eyes_px,
        start.y + dice.normal() * 0.3 * eyes_px,
    );
    let (wide, high) = (dice.within(0.1, 0.9) * eyes_px, dice.within(0.1, 0.7) * eyes_px);
    let tilt = dice.within(-1.6, 1.6);
    let outline = if dice.chance(0.5) {
        ellipse(middle, wide, high, tilt)
    } else {
        rectangle(middle, wide, high, tilt)
    };
    canvas.fill(&outline, |x, y| cloth.at(x, y, photograph));
}

/// Distance between the outer corners of the eyes times 0.7, which is about that between the pupils.
pub fn eyes_px(mesh: &Mesh) -> f32 {
    0.7 * mesh.points()[33].distance(mesh.points()[263])
}

fn ellipse(middle: Point, wide: f32, high: f32, tilt: f32) -> Vec<Point> {
    let at = |step: usize| {
        let angle = step as f32 / 28.0 * std::f32::consts::TAU;
        turned(middle, wide * angle.cos(), high * angle.sin(), tilt)
    };
    (0..28).map(at).collect()
}

fn rectangle(middle: Point, wide: f32, high: f32, tilt: f32) -> Vec<Point> {
    let corners = [(-wide, -high), (wide, -high), (wide, high), (-wide, high)];
    corners.iter().map(|&(x, y)| turned(middle, x, y, tilt)).collect()
}

fn turned(middle: Point, x: f32, y: f32, tilt: f32) -> Point {
    let (sine, cosine) = tilt.sin_cos();
    Point::new(middle.x + x * cosine - y * sine, middle.y + x * sine + y * cosine)
}
