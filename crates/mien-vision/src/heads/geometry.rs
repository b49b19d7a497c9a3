//! What the mesh itself tells: lengths and angles in three dimensions, so that turning the head changes little.
//!
//! There are no labels for these, so there is no accuracy either. The thresholds are percentiles over 2,398 faces of LFW,
//! chosen so that no class is empty: 15 to 25 % of the eyes each are small and big, about half of the eyebrows each curved and
//! long, 11 to 15 % of the noses each upturned, aquiline and bulbous, 3 to 8 % of the faces triangular.
//!
//! Beauty is no judgement: it is 60 parts symmetry (how far the mesh lies from its mirror image, in distances of the eyes)
//! and 40 parts proportions (nearness of the nose's length to its median share of the face), 0 to 100.

use super::answer::{EyeSize, Graded};
use crate::points::Mesh;

/// Kind of nose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NoseKind {
    Upturned,
    Aquiline,
    Normal,
    Bulbous,
}

/// Lengths and angles of a mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Gap of the lids over the width of the eye, left first.
    lid_gap: [f32; 2],
    /// Root of width times gap of the eyes, over the width of the face.
    eye_size: f32,
    /// Height of the arch over its chord, mean of both eyebrows.
    brow_curve: f32,
    /// Length of the eyebrow over the width of the eye, mean of both.
    brow_length: f32,
    /// Angle between lip and columella at the foot of the nose, degrees.
    nose_angle: f32,
    /// How far the bridge bulges out over the line from its root to the tip, in lengths of that line.
    nose_bulge: f32,
    /// Width of the nose over its length.
    nose_width: f32,
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

const SMALL_EYES: Threshold = Threshold {
    at: 0.0965,
    deviation: 0.012,
};
const BIG_EYES: Threshold = Threshold {
    at: 0.1166,
    deviation: 0.012,
};
const CURVED: Threshold = Threshold {
    at: 0.155,
    deviation: 0.0119,
};
const LONG: Threshold = Threshold {
    at: 1.567,
    deviation: 0.04,
};
const UPTURNED: Threshold = Threshold {
    at: 121.0,
    deviation: 6.0,
};
const AQUILINE: Threshold = Threshold {
    at: 0.0195,
    deviation: 0.0072,
};
const BULBOUS: Threshold = Threshold {
    at: 0.935,
    deviation: 0.077,
};
const TRIANGULAR: Threshold = Threshold {
    at: 1.015,
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
        let face_width = solid.distance(234, 454);
        let eye_widths = [solid.distance(33, 133), solid.distance(263, 362)];
        let gaps = [solid.distance(159, 145), solid.distance(386, 374)];
        let eye_width = 0.5 * (eye_widths[0] + eye_widths[1]);
        let arch = |outer: usize, inner: usize, between: [usize; 3]| {
            let heights = between.map(|point| solid.height(point, outer, inner));
            heights.into_iter().fold(0.0, f32::max) / solid.distance(outer, inner)
        };
        let (normal, asymmetry) = solid.symmetry();
        let nose = solid.distance(168, 2);
        let measures = Self {
            lid_gap: [gaps[0] / eye_widths[0], gaps[1] / eye_widths[1]],
            eye_size: (eye_width * 0.5 * (gaps[0] + gaps[1])).sqrt() / face_width,
            brow_curve: 0.5 * (arch(70, 107, [63, 105, 66]) + arch(300, 336, [293, 334, 296])),
            brow_length: 0.5 * (solid.distance(46, 55) + solid.distance(276, 285)) / eye_width,
            nose_angle: solid.degrees(1, 2, 0),
            nose_bulge: solid.bulge(normal),
            nose_width: solid.distance(129, 358) / nose,
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

    /// Size of the eyes.
    pub fn eye_size(&self) -> Graded<EyeSize> {
        let (small, big) = (-SMALL_EYES.excess(self.eye_size), BIG_EYES.excess(self.eye_size));
        if small > 0.0 {
            Graded {
                class: EyeSize::Small,
                probability: sureness(small),
            }
        } else if big > 0.0 {
            Graded {
                class: EyeSize::Big,
                probability: sureness(big),
            }
        } else {
            Graded {
                class: EyeSize::Normal,
                probability: sureness(-small.max(big)),
            }
        }
    }

    /// Curved eyebrows.
    pub fn curved_eyebrows(&self) -> Graded<bool> {
        CURVED.graded(self.brow_curve)
    }

    /// Long eyebrows.
    pub fn long_eyebrows(&self) -> Graded<bool> {
        LONG.graded(self.brow_length)
    }

    /// Kind of nose: the peculiarity that stands out most.
    pub fn nose(&self) -> Graded<NoseKind> {
        let excesses = [
            (NoseKind::Upturned, UPTURNED.excess(self.nose_angle)),
            (NoseKind::Aquiline, AQUILINE.excess(self.nose_bulge)),
            (NoseKind::Bulbous, BULBOUS.excess(self.nose_width)),
        ];
        let (mut class, mut most) = (NoseKind::Normal, f32::NEG_INFINITY);
        for (kind, excess) in excesses {
            if excess > most {
                (class, most) = (kind, excess);
            }
        }
        let class = if most > 0.0 { class } else { NoseKind::Normal };
        Graded {
            class,
            probability: sureness(most.abs()),
        }
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
            self.eye_size,
            self.brow_curve,
            self.brow_length,
            self.nose_angle,
            self.nose_bulge,
            self.nose_width,
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

    /// Distance of a point from the line through two others.
    fn height(&self, point: usize, from: usize, to: usize) -> f32 {
        let line = minus(self.point(to), self.point(from));
        let offset = minus(self.point(point), self.point(from));
        length(minus(offset, times(line, dot(offset, line) / dot(line, line))))
    }

    /// Angle at `corner` between two points, degrees.
    fn degrees(&self, one: usize, corner: usize, other: usize) -> f32 {
        let (one, other) = (
            minus(self.point(one), self.point(corner)),
            minus(self.point(other), self.point(corner)),
        );
        (dot(one, other) / (length(one) * length(other)))
            .clamp(-1.0, 1.0)
            .acos()
            .to_degrees()
    }

    /// The direction from left to right across the plane of symmetry, and the distance from the mirror image.
    fn symmetry(&self) -> (Vector, f32) {
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
        (normal, off.sum::<f32>() / count / eyes)
    }

    /// How far the bridge stands out over the line from root to tip, in lengths of that line.
    fn bulge(&self, normal: Vector) -> f32 {
        let root = self.point(168);
        let line = minus(self.point(4), root);
        let outward = cross(normal, times(line, 1.0 / length(line)));
        let wings = times(plus(self.point(129), self.point(358)), 0.5);
        let sign = dot(outward, minus(self.point(1), wings)).signum();
        let heights = [6, 197, 195].map(|index| dot(minus(self.point(index), root), outward));
        sign * heights.iter().sum::<f32>() / 3.0 / length(line)
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

fn cross(one: Vector, other: Vector) -> Vector {
    [
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    ]
}

fn length(vector: Vector) -> f32 {
    dot(vector, vector).sqrt()
}
