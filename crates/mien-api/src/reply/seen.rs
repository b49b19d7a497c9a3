//! From what the eyes saw to what the contract calls it.

use mien_vision::face::{Face, Point as Place};

use crate::eyes::{Attributes, Class, DenseLandmarks, Landmarks, Quality};
use crate::reply::analysis::{FaceAttributesInfo, FaceHairAttributesInfo, FaceQualityCompleteness, FaceQualityInfo};
use crate::reply::attributes::{AttributeItem, Eye, Eyebrow, FaceDetailAttributesInfo, Hair, Hat, HeadPose, Mouth};
use crate::reply::places::{DenseFaceShape, FaceShape, Point};

impl FaceAttributesInfo {
    /// What stands there when attributes were not asked for (BEHAVIOUR 9 "DetectFace").
    pub const NOT_ASKED: Self = Self {
        gender: 0,
        age: 0,
        expression: 0,
        glass: false,
        pitch: 0,
        yaw: 0,
        roll: 0,
        beauty: 0,
        hat: Some(false),
        mask: Some(false),
        hair: Some(FaceHairAttributesInfo {
            length: Some(0),
            bang: Some(0),
            color: Some(0),
        }),
        eye_open: Some(true),
    };
}

impl From<&Attributes> for FaceAttributesInfo {
    fn from(seen: &Attributes) -> Self {
        let pose = HeadPose::from(seen);
        Self {
            gender: seen.gender.map_or(0, male_percent),
            age: rounded(seen.age_years, 0, 100),
            expression: rounded(seen.smile, 0, 100),
            glass: seen.glass.is_some_and(|glass| glass.number != 0),
            pitch: pose.pitch,
            yaw: pose.yaw,
            roll: pose.roll,
            beauty: rounded(seen.beauty, 0, 100),
            hat: seen.hat_style.map(|hat| hat.number != 0),
            mask: seen.mask.map(|mask| mask.number != 0),
            hair: hair(seen),
            eye_open: seen.eye_open.map(|eye| eye.number == 0),
        }
    }
}

/// 0 surely female to 100 surely male, where 50 and above counts as male.
fn male_percent(gender: Class) -> i64 {
    let sure = f64::from(gender.probability).clamp(0.5, 1.0) * 100.0;
    if gender.number == 0 {
        sure.round() as i64
    } else {
        (100.0 - sure).round().min(49.0) as i64
    }
}

/// Bangs are counted the other way round in this type (BEHAVIOUR 6.4).
fn hair(seen: &Attributes) -> Option<FaceHairAttributesInfo> {
    let number = |class: Option<Class>| class.map(|class| i64::from(class.number));
    let hair = FaceHairAttributesInfo {
        length: number(seen.hair_length),
        bang: number(seen.hair_bang).map(|bang| 1 - bang.min(1)),
        color: number(seen.hair_color),
    };
    (hair != FaceHairAttributesInfo::default()).then_some(hair)
}

impl FaceQualityInfo {
    /// What stands there when quality was not asked for.
    pub const NOT_ASKED: Self = Self {
        score: Some(0),
        sharpness: Some(0),
        brightness: Some(0),
        completeness: Some(FaceQualityCompleteness {
            eyebrow: Some(0),
            eye: Some(0),
            nose: Some(0),
            cheek: Some(0),
            mouth: Some(0),
            chin: Some(0),
        }),
    };
}

impl From<&Quality> for FaceQualityInfo {
    fn from(seen: &Quality) -> Self {
        let value = |value: u8| Some(i64::from(value));
        let parts = &seen.completeness;
        Self {
            score: value(seen.score),
            sharpness: value(seen.sharpness),
            brightness: value(seen.brightness),
            completeness: Some(FaceQualityCompleteness {
                eyebrow: value(parts.eyebrow),
                eye: value(parts.eye),
                nose: value(parts.nose),
                cheek: value(parts.cheek),
                mouth: value(parts.mouth),
                chin: value(parts.chin),
            }),
        }
    }
}

impl From<&Attributes> for FaceDetailAttributesInfo {
    fn from(seen: &Attributes) -> Self {
        Self {
            age: rounded(seen.age_years, 0, 65),
            beauty: rounded(seen.beauty, 0, 100),
            emotion: item(seen.emotion),
            eye: Eye {
                glass: item(seen.glass),
                eye_open: item(seen.eye_open),
                eyelid_type: item(seen.eyelid),
                eye_size: item(seen.eye_size),
            },
            eyebrow: Eyebrow {
                density: item(seen.eyebrow_density),
                curve: item(seen.eyebrow_curve),
                length: item(seen.eyebrow_length),
            },
            gender: item(seen.gender),
            hair: Hair {
                length: item(seen.hair_length),
                bang: item(seen.hair_bang),
                color: item(seen.hair_color),
            },
            hat: Hat {
                style: item(seen.hat_style),
                color: item(seen.hat_color),
            },
            head_pose: HeadPose::from(seen),
            mask: item(seen.mask),
            mouth: Mouth {
                mouth_open: item(seen.mouth_open),
            },
            moustache: item(seen.moustache),
            nose: item(seen.nose),
            shape: item(seen.shape),
            skin: item(seen.skin),
            smile: rounded(seen.smile, 0, 100),
        }
    }
}

impl From<&Attributes> for HeadPose {
    fn from(seen: &Attributes) -> Self {
        let pose = seen.pose;
        Self {
            pitch: rounded(pose.map(|pose| pose.pitch), -30, 30),
            yaw: rounded(pose.map(|pose| pose.yaw), -30, 30),
            roll: rounded(pose.map(|pose| pose.roll), -180, 180),
        }
    }
}

/// Type 0 with probability 0 stands for what is not determined.
fn item(class: Option<Class>) -> AttributeItem {
    class.map_or_else(AttributeItem::default, |class| AttributeItem {
        class: i64::from(class.number),
        probability: class.probability.clamp(0.0, 1.0),
    })
}

/// 0 stands for what is not determined.
fn rounded(value: Option<f32>, low: i64, high: i64) -> i64 {
    value.map_or(0, |value| (value.round() as i64).clamp(low, high))
}

impl From<&Landmarks> for FaceShape {
    fn from(seen: &Landmarks) -> Self {
        Self {
            face_profile: points(&seen.face_profile),
            left_eye: points(&seen.left_eye),
            right_eye: points(&seen.right_eye),
            left_eye_brow: points(&seen.left_eye_brow),
            right_eye_brow: points(&seen.right_eye_brow),
            mouth: points(&seen.mouth),
            nose: points(&seen.nose),
            left_pupil: points(&[seen.left_pupil]),
            right_pupil: points(&[seen.right_pupil]),
        }
    }
}

impl DenseFaceShape {
    /// The frame of a face with its points.
    pub fn new(face: &Face, seen: &DenseLandmarks) -> Self {
        Self {
            x: i64::from(face.frame.x),
            y: i64::from(face.frame.y),
            width: i64::from(face.frame.width),
            height: i64::from(face.frame.height),
            left_eye: points(&seen.left_eye),
            right_eye: points(&seen.right_eye),
            left_eye_brow: points(&seen.left_eye_brow),
            right_eye_brow: points(&seen.right_eye_brow),
            mouth_outside: points(&seen.mouth_outside),
            mouth_inside: points(&seen.mouth_inside),
            nose: points(&seen.nose),
            left_pupil: points(&seen.left_pupil),
            right_pupil: points(&seen.right_pupil),
            central_axis: points(&seen.central_axis),
            chin: points(&seen.chin),
            left_eye_bags: points(&seen.left_eye_bags),
            right_eye_bags: points(&seen.right_eye_bags),
            forehead: points(&seen.forehead),
        }
    }
}

fn points(places: &[Place]) -> Vec<Point> {
    places
        .iter()
        .map(|place| Point {
            x: place.x.round() as i64,
            y: place.y.round() as i64,
        })
        .collect()
}
