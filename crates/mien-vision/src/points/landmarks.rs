//! The 90 points of AnalyzeFace and the dense points of AnalyzeDenseLandmarks, from the mesh and both eyes.
//!
//! The contract names no meaning in words; order and places are read from its sample (`landmarks90`). Left and right are the
//! viewer's. Lists of the right side run clockwise on the screen where those of the left run counter-clockwise, so that the
//! same index is the same place of the face.

use super::curve::along;
use super::mirror::OPPOSITE;
use super::{EyePoints, Mesh};
use crate::face::Point;

/// The 90 points of AnalyzeFace in the documented order: the jaw line from left to right over the chin; the right eye and
/// brow mirror the left ones point by point; outer lips before inner lips, both from the left, counter-clockwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    /// Temple to chin to temple.
    pub face_profile: [Point; 21],
    /// Eye on the left.
    pub left_eye: [Point; 8],
    /// Eye on the right.
    pub right_eye: [Point; 8],
    /// Brow on the left.
    pub left_eye_brow: [Point; 8],
    /// Brow on the right.
    pub right_eye_brow: [Point; 8],
    /// 12 outer points, then 10 inner ones.
    pub mouth: [Point; 22],
    /// Bridge and nostrils.
    pub nose: [Point; 13],
    /// Pupil on the left.
    pub left_pupil: Point,
    /// Pupil on the right.
    pub right_pupil: Point,
}

/// The dense points of AnalyzeDenseLandmarks. Empty lists are parts that cannot be determined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DenseLandmarks {
    /// Eye on the left.
    pub left_eye: Vec<Point>,
    /// Eye on the right.
    pub right_eye: Vec<Point>,
    /// Brow on the left.
    pub left_eye_brow: Vec<Point>,
    /// Brow on the right.
    pub right_eye_brow: Vec<Point>,
    /// Outer lips.
    pub mouth_outside: Vec<Point>,
    /// Inner lips.
    pub mouth_inside: Vec<Point>,
    /// Nose.
    pub nose: Vec<Point>,
    /// Pupil on the left.
    pub left_pupil: Vec<Point>,
    /// Pupil on the right.
    pub right_pupil: Vec<Point>,
    /// Middle of the face.
    pub central_axis: Vec<Point>,
    /// Chin.
    pub chin: Vec<Point>,
    /// Eye bag on the left.
    pub left_eye_bags: Vec<Point>,
    /// Eye bag on the right.
    pub right_eye_bags: Vec<Point>,
    /// Forehead.
    pub forehead: Vec<Point>,
}

/// From the height of the eyes down the edge of the face to the chin, on the left.
const EDGE: [usize; 12] = [127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152];

/// From the height of the eyes up the edge of the face to the middle of the forehead, on the left.
const HAIRLINE: [usize; 8] = [127, 162, 21, 54, 103, 67, 109, 10];

/// Where the documented contour lies between the root of the nose and the edge of the mesh, which follows the skin round the
/// side of the head: the sample fits frontal faces of LFW best at 0.88 and worse the further out; this is halfway.
const CONTOUR: f32 = 0.93;

/// The lower edge of the lower lip between the corners.
const OUTER_LOWER: [usize; 11] = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291];

/// The upper edge of the upper lip from the right corner to the left one, without the corners.
const OUTER_UPPER: [usize; 9] = [409, 270, 269, 267, 0, 37, 39, 40, 185];

/// The upper edge of the lower lip between the inner corners.
const INNER_LOWER: [usize; 11] = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308];

/// The lower edge of the upper lip from right to left, without the corners.
const INNER_UPPER: [usize; 9] = [415, 310, 311, 312, 13, 82, 81, 80, 191];

/// The middle of the face from the hairline to the chin.
const AXIS: [usize; 28] = [
    10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 164, 0, 11, 12, 13, 14, 15, 16, 17, 18, 200, 199, 175, 152,
];

/// Bridge and underside of the nose.
const BRIDGE: [usize; 10] = [168, 6, 197, 195, 5, 4, 1, 19, 94, 2];

/// The left half of the nose: its side from the root down, then the wing round to the bottom.
const NOSE_SIDE: [usize; 12] = [122, 196, 236, 131, 49, 45, 220, 115, 48, 64, 98, 97];

/// The bag below the left eye: its upper edge from the outer corner to the inner one, and back along its lower edge.
const EYE_BAG: [usize; 18] = [
    226, 31, 228, 229, 230, 231, 232, 233, 244, 245, 128, 121, 120, 119, 118, 117, 111, 143,
];

/// The left brow: lower edge from the tail to the head, then the upper edge back.
const BROW: [usize; 10] = [46, 53, 52, 65, 55, 107, 66, 105, 63, 70];

impl Landmarks {
    pub(crate) fn of(mesh: &Mesh, [left_eye, right_eye]: &[EyePoints; 2]) -> Self {
        let (left, right) = (Side::left(mesh), Side::right(mesh));
        Self {
            face_profile: profile(mesh),
            left_eye: eye(left_eye),
            right_eye: eye(right_eye),
            left_eye_brow: left.brow(),
            right_eye_brow: right.brow(),
            mouth: mouth(mesh),
            nose: nose(mesh),
            left_pupil: left_eye.pupil(),
            right_pupil: right_eye.pupil(),
        }
    }

    /// All points in the order of the contract: profile, eyes, brows, mouth, nose, pupils; left before right.
    pub fn to_vec(&self) -> Vec<Point> {
        let lists: [&[Point]; 7] = [
            &self.face_profile,
            &self.left_eye,
            &self.right_eye,
            &self.left_eye_brow,
            &self.right_eye_brow,
            &self.mouth,
            &self.nose,
        ];
        let pupils = [self.left_pupil, self.right_pupil];
        lists.into_iter().flatten().copied().chain(pupils).collect()
    }
}

impl DenseLandmarks {
    pub(crate) fn of(mesh: &Mesh, [left_eye, right_eye]: &[EyePoints; 2]) -> Self {
        let (left, right) = (Side::left(mesh), Side::right(mesh));
        let all = |indexes: &[usize]| indexes.iter().map(|&index| mesh.points()[index]).collect::<Vec<_>>();
        let corners = |lower: &[usize; 11], upper: &[usize; 9]| [all(lower), all(upper)].concat();
        // Left half, then the right half backwards, so that the list runs from one side of the face to the other.
        let across = |half: &[usize]| {
            let mut points = left.all(half);
            points.extend(right.all(half).into_iter().rev().skip(1));
            points
        };
        Self {
            left_eye: lids(left_eye),
            right_eye: lids(right_eye),
            left_eye_brow: left.all(&BROW),
            right_eye_brow: right.all(&BROW),
            mouth_outside: corners(&OUTER_LOWER, &OUTER_UPPER),
            mouth_inside: corners(&INNER_LOWER, &INNER_UPPER),
            nose: [all(&BRIDGE), left.all(&NOSE_SIDE), right.all(&NOSE_SIDE)].concat(),
            left_pupil: iris(left_eye),
            right_pupil: iris(right_eye),
            central_axis: all(&AXIS),
            chin: across(&EDGE),
            left_eye_bags: left.all(&EYE_BAG),
            right_eye_bags: right.all(&EYE_BAG),
            forehead: across(&HAIRLINE),
        }
    }
}

/// One half of a mesh, its points called by the indexes of the left half.
struct Side<'a> {
    mesh: &'a Mesh,
    mirrored: bool,
}

impl<'a> Side<'a> {
    fn left(mesh: &'a Mesh) -> Self {
        Self { mesh, mirrored: false }
    }

    fn right(mesh: &'a Mesh) -> Self {
        Self { mesh, mirrored: true }
    }

    fn at(&self, index: usize) -> Point {
        let index = if self.mirrored {
            usize::from(OPPOSITE[index])
        } else {
            index
        };
        self.mesh.points()[index]
    }

    fn all(&self, indexes: &[usize]) -> Vec<Point> {
        indexes.iter().map(|&index| self.at(index)).collect()
    }

    /// Tail, lower edge, head, upper edge back.
    fn brow(&self) -> [Point; 8] {
        [
            self.at(46).middle(self.at(70)),
            self.at(53),
            self.at(52),
            self.at(65),
            self.at(55).middle(self.at(107)),
            self.at(66),
            self.at(105),
            self.at(63),
        ]
    }

    /// The edge of the face in eleven points from the height of the outer corner of the eye to the chin.
    fn edge(&self) -> [Point; 11] {
        let mut line = self.all(&EDGE);
        let (corner, other) = (self.at(33), self.at(263));
        // How far below the line through both outer corners.
        let (across, down) = (other.x - corner.x, other.y - corner.y);
        let sign = if self.mirrored { -1.0 } else { 1.0 };
        let below = |p: Point| sign * (across * (p.y - corner.y) - down * (p.x - corner.x));
        if let Some(first) = line.iter().position(|point| below(*point) > 0.0)
            && first > 0
        {
            let (above, under) = (line[first - 1], line[first]);
            let share = below(above) / (below(above) - below(under));
            line.splice(..first, [between(above, under, share)]);
        }
        along(&line)
    }
}

/// Temple, chin, temple.
fn profile(mesh: &Mesh) -> [Point; 21] {
    let (left, right) = (Side::left(mesh).edge(), Side::right(mesh).edge());
    let centre = mesh.points()[168].middle(mesh.points()[6]);
    let mut points = [Point::default(); 21];
    for (index, point) in points.iter_mut().enumerate() {
        let edge = if index <= 10 { left[index] } else { right[20 - index] };
        *point = between(centre, edge, CONTOUR);
    }
    points
}

/// Outer corner, lower lid, inner corner, upper lid back.
fn eye(eye: &EyePoints) -> [Point; 8] {
    let (lower, upper) = (eye.lower_lid(), eye.upper_lid());
    [
        lower[0], lower[2], lower[4], lower[6], lower[8], upper[5], upper[3], upper[1],
    ]
}

/// The lids all round: lower one from the outer corner to the inner one, upper one back.
fn lids(eye: &EyePoints) -> Vec<Point> {
    eye.lower_lid()
        .iter()
        .chain(eye.upper_lid().iter().rev())
        .copied()
        .collect()
}

/// Pupil, then the rim of the iris.
fn iris(eye: &EyePoints) -> Vec<Point> {
    [&[eye.pupil()][..], eye.rim()].concat()
}

fn mouth(mesh: &Mesh) -> [Point; 22] {
    let at = |index: usize| mesh.points()[index];
    let middle = |one: usize, other: usize| at(one).middle(at(other));
    let lower: [Point; 7] = along(&OUTER_LOWER.map(at));
    let [a, b, c, d, e, f, g] = lower;
    [
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        at(270),
        at(267),
        at(0),
        at(37),
        at(40),
        at(88),
        middle(178, 87),
        at(14),
        middle(317, 402),
        at(318),
        at(310),
        middle(311, 312),
        at(13),
        middle(82, 81),
        at(80),
    ]
}

/// Tip, root, then round: left side, left wing, bottom, right wing, right side. The points of the sides lie on straight lines.
fn nose(mesh: &Mesh) -> [Point; 13] {
    let at = |index: usize| mesh.points()[index];
    let root = at(6);
    let side = |wing: usize, share: f32| between(root, at(wing), share);
    [
        at(4),
        root,
        side(64, 0.24),
        side(64, 0.48),
        side(64, 0.72),
        at(64),
        at(97),
        at(2),
        at(326),
        at(294),
        side(294, 0.72),
        side(294, 0.48),
        side(294, 0.24),
    ]
}

fn between(from: Point, to: Point, share: f32) -> Point {
    Point::new(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y))
}
