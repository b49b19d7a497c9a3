//! Points of a face, left and right as the viewer sees them.

use mien_vision::face::Point;

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
