//! Masks painted on the mesh, worn in the five ways of the contract.

use mien_vision::face::Point;
use mien_vision::points::Mesh;

use super::Dice;
use super::canvas::{Canvas, middle};
use super::cloth::Cloth;
use super::parts::eyes_px;

/// How a mask is worn (`Mask.Type` 1 to 4; 0 is no mask).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worn {
    /// Below the chin.
    BelowFace,
    /// Covers the chin, mouth and nose are out.
    Chin,
    /// Covers the mouth, the nose is out.
    Mouth,
    /// Covers nose, mouth and chin.
    Properly,
}

impl Worn {
    /// In the order of the contract.
    pub const ALL: [Self; 4] = [Self::BelowFace, Self::Chin, Self::Mouth, Self::Properly];

    /// `Mask.Type`.
    pub fn number(self) -> u8 {
        match self {
            Self::BelowFace => 1,
            Self::Chin => 2,
            Self::Mouth => 3,
            Self::Properly => 4,
        }
    }

    /// Points of the mesh between which the upper edge crosses the middle of the face.
    fn crossing(self) -> [usize; 2] {
        match self {
            Self::BelowFace => [175, 152],
            Self::Chin => [18, 199],
            Self::Mouth => [2, 164],
            Self::Properly => [6, 5],
        }
    }

    /// Points of the jaw line between which the upper edge meets it, on the left and on the right.
    fn corners(self) -> [[usize; 2]; 2] {
        match self {
            Self::BelowFace => [[150, 149], [379, 378]],
            Self::Chin => [[58, 136], [288, 365]],
            Self::Mouth => [[132, 172], [361, 397]],
            Self::Properly => [[234, 132], [454, 361]],
        }
    }
}

/// The jaw from ear to ear over the chin.
const JAW: [usize; 21] = [
    234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454,
];

/// Paints a mask. Its brightness follows that of the face.
pub fn paint_mask(canvas: &mut Canvas, mesh: &Mesh, worn: Worn, cloth: &Cloth, photograph: &Canvas, dice: &mut Dice) {
    let mask = Mask::lay(mesh, worn, dice);
    let light = (skin_luma(canvas, mesh) / 150.0).clamp(0.25, 1.15) * dice.within(0.85, 1.1);
    let folds = Folds::new(dice);
    for strap in mask.straps(mesh, dice) {
        canvas.fill(&strap, |x, y| cloth.at(x, y, photograph).map(|value| value * light));
    }
    let (axis, down) = (mask.axis, mask.down);
    let (top, height) = (mask.top, mask.height.max(1.0));
    let wide = mask.half_width.max(1.0);
    canvas.fill(&mask.outline, |x, y| {
        let (dx, dy) = (x - top.x, y - top.y);
        let across = (dx * axis.x + dy * axis.y) / wide;
        let deep = (dx * down.x + dy * down.y) / height;
        let shade = light * folds.shade(across, deep);
        cloth.at(x, y, photograph).map(|value| value * shade)
    });
}

/// Light and folds on a mask.
struct Folds {
    /// How much darker it gets towards the sides.
    round: f32,
    /// Light from a side or from above.
    slope: (f32, f32),
    /// Soft waves: strength, direction and phase.
    waves: [(f32, f32, f32, f32); 3],
    seam: bool,
    pleats: f32,
    depth: f32,
    /// Where a valve sits and how large it is; 0 for none.
    valve: (f32, f32, f32),
}

impl Folds {
    fn new(dice: &mut Dice) -> Self {
        let mut wave = || {
            let strength = dice.within(0.0, 0.14);
            (
                strength,
                dice.within(-7.0, 7.0),
                dice.within(-9.0, 9.0),
                dice.within(0.0, 6.3),
            )
        };
        Self {
            waves: [wave(), wave(), wave()],
            round: dice.within(0.0, 0.5),
            slope: (dice.within(-0.3, 0.3), dice.within(-0.35, 0.25)),
            seam: dice.chance(0.25),
            pleats: if dice.chance(0.5) {
                0.0
            } else {
                1.0 + dice.below(4) as f32
            },
            depth: dice.within(0.03, 0.22),
            valve: (
                dice.within(-0.5, 0.5),
                dice.within(0.3, 0.7),
                if dice.chance(0.12) {
                    dice.within(0.12, 0.25)
                } else {
                    0.0
                },
            ),
        }
    }

    /// Factor on the colour; `across` is -1 to 1, `deep` 0 to 1.
    fn shade(&self, across: f32, deep: f32) -> f32 {
        let mut shade = 1.0 - self.round * across * across + self.slope.0 * across + self.slope.1 * (deep - 0.5);
        for (strength, u, v, phase) in self.waves {
            shade += strength * (u * across + v * deep + phase).sin();
        }
        if self.pleats > 0.0 && (deep * (self.pleats + 1.0)).rem_euclid(1.0) < 0.18 {
            shade *= 1.0 - self.depth;
        }
        if self.seam && across.abs() < 0.03 {
            shade *= 1.0 - self.depth;
        }
        let (x, y, reach) = self.valve;
        let away = (across - x).hypot(deep - y);
        if away < reach {
            shade *= if away > 0.75 * reach { 0.75 } else { 1.08 };
        }
        shade.clamp(0.2, 1.5)
    }
}

/// A mask lying on a face.
struct Mask {
    outline: Vec<Point>,
    corners: [Point; 2],
    top: Point,
    /// Unit vectors to the right along the eyes and down the face.
    axis: Point,
    down: Point,
    height: f32,
    half_width: f32,
}

impl Mask {
    fn lay(mesh: &Mesh, worn: Worn, dice: &mut Dice) -> Self {
        let points = mesh.points();
        let between = |[one, other]: [usize; 2], share: f32| blend(points[one], points[other], share);
        let eyes = Point::new(points[263].x - points[33].x, points[263].y - points[33].y);
        let length = eyes.x.hypot(eyes.y).max(1e-3);
        let axis = Point::new(eyes.x / length, eyes.y / length);
        let down = Point::new(-axis.y, axis.x);
        let unit = eyes_px(mesh);
        let mut top = between(worn.crossing(), dice.unit());
        if worn == Worn::BelowFace {
            top = shifted(top, down, dice.within(-0.02, 0.12) * unit);
        }
        let slack = dice.unit();
        let corners = worn.corners().map(|pair| between(pair, slack));
        let arch = dice.within(-0.10, 0.16) * unit;
        let edge = |corner: Point, share: f32| {
            let bend = 4.0 * share * (1.0 - share) * arch;
            shifted(blend(corner, top, share), down, -bend)
        };
        let mut outline: Vec<Point> = [0.0, 0.25, 0.5, 0.75].map(|share| edge(corners[0], share)).into();
        outline.push(top);
        outline.extend([0.75, 0.5, 0.25, 0.0].map(|share| edge(corners[1], share)));
        let loose = dice.within(1.0, 1.12);
        let hang = match worn {
            Worn::BelowFace => dice.within(0.35, 0.8) * unit,
            Worn::Chin | Worn::Mouth | Worn::Properly => dice.within(-0.04, 0.16) * unit,
        };
        let centre = middle(&JAW.map(|index| points[index]));
        let below = |point: &Point| {
            let depth = |p: Point| (p.x - centre.x) * down.x + (p.y - centre.y) * down.y;
            depth(*point) > depth(corners[0]).min(depth(corners[1]))
        };
        let jaw = JAW.iter().rev().map(|&index| points[index]).filter(below);
        outline.extend(jaw.map(|point| shifted(blend(centre, point, loose), down, hang)));
        let bottom = shifted(points[152], down, hang);
        Self {
            height: (bottom.x - top.x) * down.x + (bottom.y - top.y) * down.y,
            half_width: 0.5 * corners[0].distance(corners[1]),
            outline,
            corners,
            top,
            axis,
            down,
        }
    }

    /// Bands from the corners to the ears, or none.
    fn straps(&self, mesh: &Mesh, dice: &mut Dice) -> Vec<Vec<Point>> {
        if dice.chance(0.35) {
            return Vec::new();
        }
        let thick = dice.within(0.03, 0.07) * eyes_px(mesh);
        let outward = dice.within(0.05, 0.25) * eyes_px(mesh);
        let ears =
            [(127, -1.0), (356, 1.0)].map(|(index, side)| shifted(mesh.points()[index], self.axis, side * outward));
        let band = |(corner, ear): (Point, Point)| {
            let away = |p, by| shifted(p, self.down, by);
            vec![away(corner, 0.0), away(ear, 0.0), away(ear, thick), away(corner, thick)]
        };
        self.corners.into_iter().zip(ears).map(band).collect()
    }
}

fn blend(one: Point, other: Point, share: f32) -> Point {
    Point::new(one.x + (other.x - one.x) * share, one.y + (other.y - one.y) * share)
}

fn shifted(point: Point, along: Point, by: f32) -> Point {
    Point::new(point.x + along.x * by, point.y + along.y * by)
}

/// Mean luma of places on forehead and cheeks.
fn skin_luma(canvas: &Canvas, mesh: &Mesh) -> f32 {
    let places = [151, 9, 50, 280, 205, 425, 108, 337];
    let luma = |index: usize| {
        let place = mesh.points()[index];
        let [red, green, blue] = canvas.sample(place.x, place.y);
        0.299 * red + 0.587 * green + 0.114 * blue
    };
    places.iter().map(|&index| luma(index)).sum::<f32>() / places.len() as f32
}
