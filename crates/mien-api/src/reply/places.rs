//! Nested types for places in a picture.

use crate::reply::fields;

fields! {
    /// The frame of a face. X and Y may be negative: the frame is enlarged and may leave the picture (BEHAVIOUR 8).
    nested FaceRect {
        /// Left edge in pixels.
        x: i64 = "X",
        /// Upper edge in pixels.
        y: i64 = "Y",
        /// Width in pixels; unsigned on the wire (BEHAVIOUR 10.5).
        width: u64 = "Width",
        /// Height in pixels.
        height: u64 = "Height",
    }
}

fields! {
    /// A landmark in pixels of the picture that was sent, left as the viewer sees it.
    nested Point {
        /// Pixels to the right.
        x: i64 = "X",
        /// Pixels down.
        y: i64 = "Y",
    }
}

fields! {
    /// The 90 points of AnalyzeFace: 21, 8, 8, 8, 8, 22, 13, 1, 1.
    nested FaceShape {
        /// Temple to chin to temple.
        face_profile: Vec<Point> = "FaceProfile",
        /// Eye on the left.
        left_eye: Vec<Point> = "LeftEye",
        /// Eye on the right.
        right_eye: Vec<Point> = "RightEye",
        /// Brow on the left.
        left_eye_brow: Vec<Point> = "LeftEyeBrow",
        /// Brow on the right.
        right_eye_brow: Vec<Point> = "RightEyeBrow",
        /// Outer then inner lips.
        mouth: Vec<Point> = "Mouth",
        /// Bridge and nostrils.
        nose: Vec<Point> = "Nose",
        /// Pupil on the left.
        left_pupil: Vec<Point> = "LeftPupil",
        /// Pupil on the right.
        right_pupil: Vec<Point> = "RightPupil",
    }
}

fields! {
    /// The dense points of AnalyzeDenseLandmarks with the frame of the face.
    nested DenseFaceShape {
        /// Left edge of the frame.
        x: i64 = "X",
        /// Upper edge of the frame.
        y: i64 = "Y",
        /// Width of the frame.
        width: i64 = "Width",
        /// Height of the frame.
        height: i64 = "Height",
        /// Eye on the left.
        left_eye: Vec<Point> = "LeftEye",
        /// Eye on the right.
        right_eye: Vec<Point> = "RightEye",
        /// Brow on the left.
        left_eye_brow: Vec<Point> = "LeftEyeBrow",
        /// Brow on the right.
        right_eye_brow: Vec<Point> = "RightEyeBrow",
        /// Outer lips from the left, counter-clockwise.
        mouth_outside: Vec<Point> = "MouthOutside",
        /// Inner lips from the left, counter-clockwise.
        mouth_inside: Vec<Point> = "MouthInside",
        /// Nose.
        nose: Vec<Point> = "Nose",
        /// Pupil on the left.
        left_pupil: Vec<Point> = "LeftPupil",
        /// Pupil on the right.
        right_pupil: Vec<Point> = "RightPupil",
        /// Middle of the face.
        central_axis: Vec<Point> = "CentralAxis",
        /// Chin.
        chin: Vec<Point> = "Chin",
        /// Eye bag on the left.
        left_eye_bags: Vec<Point> = "LeftEyeBags",
        /// Eye bag on the right.
        right_eye_bags: Vec<Point> = "RightEyeBags",
        /// Forehead.
        forehead: Vec<Point> = "Forehead",
    }
}
