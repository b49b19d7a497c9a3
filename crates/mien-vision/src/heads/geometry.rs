//! What the mesh itself tells: lengths in three dimensions, so that turning the head changes little.
//!
//! Triangular faces have no labels: one is a face whose jaw is wider than its temples by 3 %, 1 to 4 % of LFW.
//!
//! Beauty is no judgement: it is 60 parts symmetry (how far the mesh lies from its mirror image, in distances of the eyes)
//! and 40 parts proportions (nearness of the nose's length to its median share of the face), 0 to 100.

use super::answer::Graded;
use crate::points::Mesh;

/// Proportions of a mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Gap of the lids over the width of the eye, left first.
    lid_gap: [f32; 2],
    /// Width of the jaw over the width of the temples.
    jaw: f32,
    /// Mean distance between the mesh and its mirror image, in distances of the eyes.
    asymmetry: f32,
    /// Length of the nose over that of the face below it.
    lower_third: f32,
    /// Length of the forehead over that of the nose.
    upper_third: f32,
}

/// A threshold and the standard deviation of the measure over LFW, by which the distance to it counts.
struct Threshold {
    at: f32,
    deviation: f32,
}

const TRIANGULAR: Threshold = Threshold {
    at: 1.03,
    deviation: 0.0426,
};

/// Medians over LFW.
const LOWER_THIRD: f32 = 0.681;
const UPPER_THIRD: f32 = 0.989;

/// Points of the mesh that mirror each other, the viewer's left first.
const PAIRS: [(usize, usize); 30] = [
    (33, 263),
    (133, 362),
    (159, 386),
    (145, 374),
    (70, 300),
    (105, 334),
    (107, 336),
    (61, 291),
    (129, 358),
    (234, 454),
    (172, 397),
    (58, 288),
    (136, 365),
    (150, 379),
    (149, 378),
    (176, 400),
    (132, 361),
    (93, 323),
    (127, 356),
    (162, 389),
    (21, 251),
    (54, 284),
    (103, 332),
    (67, 297),
    (50, 280),
    (205, 425),
    (37, 267),
    (40, 270),
    (84, 314),
    (91, 321),
];

impl Measures {
    /// Measures a mesh. `None` when it has no extent.
    pub fn of(mesh: &Mesh) -> Option<Self> {
        let solid = Solid { mesh };
        let eye_widths = [solid.distance(33, 133), solid.distance(263, 362)];
        let gaps = [solid.distance(159, 145), solid.distance(386, 374)];
        let asymmetry = solid.asymmetry();
        let nose = solid.distance(168, 2);
        let measures = Self {
            lid_gap: [gaps[0] / eye_widths[0], gaps[1] / eye_widths[1]],
            jaw: solid.distance(172, 397) / solid.distance(54, 284),
            asymmetry,
            lower_third: nose / solid.distance(2, 152),
            upper_third: solid.distance(10, 168) / nose,
        };
        measures.is_finite().then_some(measures)
    }

    /// Gap of the lids over the width of the eye, left first as the viewer sees it.
    pub fn lid_gap(&self) -> [f32; 2] {
        self.lid_gap
    }

    /// How sure it is that the jaw is wider than the temples; `None` when it is not.
    pub fn triangular(&self) -> Option<f32> {
        let graded = TRIANGULAR.graded(self.jaw);
        graded.class.then_some(graded.probability)
    }

    /// 0 to 100, see the module.
    pub fn beauty(&self) -> f32 {
        let symmetry = 1.0 - self.asymmetry / 0.12;
        let off = (self.lower_third - LOWER_THIRD).abs() / 0.25 + (self.upper_third - UPPER_THIRD).abs() / 0.35;
        60.0 * symmetry.clamp(0.0, 1.0) + 40.0 * (1.0 - 0.5 * off).clamp(0.0, 1.0)
    }

    fn is_finite(&self) -> bool {
        let [left, right] = self.lid_gap;
        [
            left,
            right,
            self.jaw,
            self.asymmetry,
            self.lower_third,
            self.upper_third,
        ]
        .iter()
        .all(|value| value.is_finite())
    }
}

impl Threshold {
    /// How far above the threshold, in standard deviations.
    fn excess(&self, value: f32) -> f32 {
        (value - self.at) / self.deviation
    }

    fn graded(&self, value: f32) -> Graded<bool> {
        let excess = self.excess(value);
        Graded {
            class: excess > 0.0,
            probability: sureness(excess.abs()),
        }
    }
}

/// 0.5 at the threshold, 0.82 one standard deviation away. It orders faces; it is no measured frequency.
fn sureness(deviations: f32) -> f32 {
    1.0 - 0.5 * (-deviations).exp()
}

/// Points of the mesh with their depth.
struct Solid<'a> {
    mesh: &'a Mesh,
}

type Vector = [f32; 3];

impl Solid<'_> {
    fn point(&self, index: usize) -> Vector {
        let point = self.mesh.points()[index];
        [point.x, point.y, self.mesh.depths()[index]]
    }

    fn distance(&self, one: usize, other: usize) -> f32 {
        length(minus(self.point(one), self.point(other)))
    }

    /// Mean distance between the points and their mirror image in the plane of symmetry, in distances of the eyes.
    fn asymmetry(&self) -> f32 {
        let count = PAIRS.len() as f32;
        let sum = |of: &dyn Fn(Vector, Vector) -> Vector| {
            PAIRS.iter().fold([0.0; 3], |sum, &(left, right)| {
                plus(sum, of(self.point(left), self.point(right)))
            })
        };
        let across = sum(&|left, right| minus(right, left));
        let normal = times(across, 1.0 / length(across));
        let middle = times(sum(&|left, right| plus(left, right)), 0.5 / count);
        let off = PAIRS.iter().map(|&(left, right)| {
            let left = self.point(left);
            let mirrored = minus(left, times(normal, 2.0 * dot(minus(left, middle), normal)));
            length(minus(mirrored, self.point(right)))
        });
        let eye = |outer: usize, inner: usize| times(plus(self.point(outer), self.point(inner)), 0.5);
        let eyes = length(minus(eye(33, 133), eye(263, 362)));
        off.sum::<f32>() / count / eyes
    }
}

fn plus(one: Vector, other: Vector) -> Vector {
    [one[0] + other[0], one[1] + other[1], one[2] + other[2]]
}

fn minus(one: Vector, other: Vector) -> Vector {
    [one[0] - other[0], one[1] - other[1], one[2] - other[2]]
}

fn times(vector: Vector, factor: f32) -> Vector {
    vector.map(|value| value * factor)
}

fn dot(one: Vector, other: Vector) -> f32 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

fn length(vector: Vector) -> f32 {
    dot(vector, vector).sqrt()
}
