//! What a face looks like. `None` means not determined.

use mien_vision::heads::{
    Appearance, EyeSize, FaceShape, Glasses, Graded, HairColour, HairLength, Hat, HatColour, NoseKind, SkinTone,
};
use mien_vision::mask::MaskSeen;
use mien_vision::pack::Emotion;
use mien_vision::points::HeadPose;
use mien_vision::portrait::AgeGender;

/// One class of an attribute, numbered as the contract numbers the types of DetectFaceAttributes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// The class.
    pub number: u8,
    /// How sure it is, 0 to 1.
    pub probability: f32,
}

/// How a head is turned, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Up and down.
    pub pitch: f32,
    /// Left and right.
    pub yaw: f32,
    /// Towards a shoulder.
    pub roll: f32,
}

/// Attributes of one face; the class numbers are those of [`crate::reply::attributes`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attributes {
    /// Years.
    pub age_years: Option<f32>,
    /// 0 to 100.
    pub beauty: Option<f32>,
    /// 0 not smiling, 50 smiling, 100 laughing.
    pub smile: Option<f32>,
    /// Pose.
    pub pose: Option<Pose>,
    /// 0 neutral to 6 scared.
    pub emotion: Option<Class>,
    /// 0 none, 1 glasses, 2 sunglasses.
    pub glass: Option<Class>,
    /// 0 open, 1 closed.
    pub eye_open: Option<Class>,
    /// 0 not double, 1 double.
    pub eyelid: Option<Class>,
    /// 0 small, 1 normal, 2 big.
    pub eye_size: Option<Class>,
    /// 0 light, 1 thick.
    pub eyebrow_density: Option<Class>,
    /// 0 flat, 1 curved.
    pub eyebrow_curve: Option<Class>,
    /// 0 short, 1 long.
    pub eyebrow_length: Option<Class>,
    /// 0 male, 1 female.
    pub gender: Option<Class>,
    /// 0 bald to 4 tied.
    pub hair_length: Option<Class>,
    /// 0 no bangs, 1 bangs.
    pub hair_bang: Option<Class>,
    /// 0 black to 3 grey or white.
    pub hair_color: Option<Class>,
    /// 0 none to 3 security guard.
    pub hat_style: Option<Class>,
    /// 0 no hat to 6 mixed.
    pub hat_color: Option<Class>,
    /// 0 no mask to 4 worn properly.
    pub mask: Option<Class>,
    /// 0 closed, 1 open.
    pub mouth_open: Option<Class>,
    /// 0 none, 1 beard.
    pub moustache: Option<Class>,
    /// 0 upturned to 3 bulbous.
    pub nose: Option<Class>,
    /// 0 square to 4 round.
    pub shape: Option<Class>,
    /// 0 yellow to 3 white.
    pub skin: Option<Class>,
}

impl Attributes {
    /// What networks, heads and the mesh of a pack say, in the numbers of the contract.
    pub fn new(age: AgeGender, emotion: Graded<Emotion>, seen: &Appearance, pose: HeadPose, mask: MaskSeen) -> Self {
        Self {
            age_years: Some(age.years),
            beauty: Some(seen.beauty),
            smile: Some(seen.smile),
            pose: Some(Pose {
                pitch: pose.pitch,
                yaw: pose.yaw,
                roll: pose.roll,
            }),
            emotion: class(emotion, emotion_number),
            glass: class(seen.glasses, glass_number),
            eye_open: class(seen.eyes_closed, u8::from),
            eyelid: class(seen.double_eyelid, u8::from),
            eye_size: class(seen.eye_size, eye_size_number),
            eyebrow_density: class(seen.thick_eyebrows, u8::from),
            eyebrow_curve: class(seen.curved_eyebrows, u8::from),
            eyebrow_length: class(seen.long_eyebrows, u8::from),
            gender: Some(gender(age.male)),
            hair_length: class(seen.hair_length, hair_length_number),
            hair_bang: class(seen.bangs, u8::from),
            hair_color: class(seen.hair_colour, hair_colour_number),
            hat_style: class(seen.hat, hat_number),
            hat_color: Some(hat_colour(seen)),
            mask: Some(Class {
                number: mask.worn as u8,
                probability: mask.probability,
            }),
            mouth_open: class(seen.mouth_open, u8::from),
            moustache: class(seen.facial_hair, u8::from),
            nose: class(seen.nose, nose_number),
            shape: class(seen.face_shape, shape_number),
            skin: class(seen.skin, skin_number),
        }
    }
}

fn class<T>(graded: Graded<T>, number: impl Fn(T) -> u8) -> Option<Class> {
    Some(Class {
        number: number(graded.class),
        probability: graded.probability,
    })
}

fn gender(male: f32) -> Class {
    let (number, probability) = if male >= 0.5 { (0, male) } else { (1, 1.0 - male) };
    Class { number, probability }
}

/// Without a hat its colour is "no hat", as sure as that.
fn hat_colour(seen: &Appearance) -> Class {
    match seen.hat_colour {
        Some(colour) => Class {
            number: hat_colour_number(colour.class),
            probability: colour.probability,
        },
        None => Class {
            number: 0,
            probability: seen.hat.probability,
        },
    }
}

fn emotion_number(emotion: Emotion) -> u8 {
    match emotion {
        Emotion::Neutral => 0,
        Emotion::Happiness => 1,
        Emotion::Surprise => 2,
        Emotion::Anger => 3,
        Emotion::Sadness => 4,
        Emotion::Disgust => 5,
        Emotion::Fear => 6,
    }
}

fn glass_number(glasses: Glasses) -> u8 {
    match glasses {
        Glasses::None => 0,
        Glasses::Clear => 1,
        Glasses::Sunglasses => 2,
    }
}

fn eye_size_number(size: EyeSize) -> u8 {
    match size {
        EyeSize::Small => 0,
        EyeSize::Normal => 1,
        EyeSize::Big => 2,
    }
}

fn hair_length_number(length: HairLength) -> u8 {
    match length {
        HairLength::Bald => 0,
        HairLength::Short => 1,
        HairLength::Medium => 2,
        HairLength::Long => 3,
        HairLength::Tied => 4,
    }
}

fn hair_colour_number(colour: HairColour) -> u8 {
    match colour {
        HairColour::Black => 0,
        HairColour::Blond => 1,
        HairColour::Brown => 2,
        HairColour::GreyWhite => 3,
    }
}

fn hat_number(hat: Hat) -> u8 {
    match hat {
        Hat::None => 0,
        Hat::Ordinary => 1,
        Hat::Helmet => 2,
    }
}

fn hat_colour_number(colour: HatColour) -> u8 {
    match colour {
        HatColour::Red => 1,
        HatColour::Yellow => 2,
        HatColour::Blue => 3,
        HatColour::Black => 4,
        HatColour::GreyWhite => 5,
        HatColour::Mixed => 6,
    }
}

fn nose_number(nose: NoseKind) -> u8 {
    match nose {
        NoseKind::Upturned => 0,
        NoseKind::Aquiline => 1,
        NoseKind::Normal => 2,
        NoseKind::Bulbous => 3,
    }
}

fn shape_number(shape: FaceShape) -> u8 {
    match shape {
        FaceShape::Square => 0,
        FaceShape::Triangular => 1,
        FaceShape::Oval => 2,
        FaceShape::Heart => 3,
        FaceShape::Round => 4,
    }
}

fn skin_number(skin: SkinTone) -> u8 {
    match skin {
        SkinTone::Yellow => 0,
        SkinTone::Brown => 1,
        SkinTone::Black => 2,
        SkinTone::White => 3,
    }
}

#[cfg(test)]
mod tests {
    use mien_vision::mask::MaskWorn;

    use super::*;
    use crate::reply::analysis::FaceAttributesInfo;
    use crate::reply::attributes::FaceDetailAttributesInfo;

    fn graded<T>(class: T, probability: f32) -> Graded<T> {
        Graded { class, probability }
    }

    fn seen() -> Appearance {
        Appearance {
            glasses: graded(Glasses::Sunglasses, 0.9),
            hat: graded(Hat::None, 0.8),
            hat_colour: None,
            facial_hair: graded(true, 0.7),
            mouth_open: graded(false, 0.6),
            eyes_closed: graded(true, 0.95),
            lid_gap: [0.1, 0.1],
            smile: 40.0,
            hair_length: graded(HairLength::Tied, 0.5),
            bangs: graded(true, 0.75),
            hair_colour: graded(HairColour::Blond, 0.65),
            thick_eyebrows: graded(true, 0.7),
            curved_eyebrows: graded(false, 0.7),
            long_eyebrows: graded(true, 0.7),
            double_eyelid: graded(false, 0.7),
            eye_size: graded(EyeSize::Big, 0.7),
            nose: graded(NoseKind::Bulbous, 0.7),
            face_shape: graded(FaceShape::Round, 0.7),
            skin: graded(SkinTone::Brown, 0.7),
            beauty: 61.0,
        }
    }

    fn attributes(male: f32, seen: &Appearance) -> Attributes {
        let age = AgeGender { years: 71.6, male };
        let mask = MaskSeen {
            worn: MaskWorn::Mouth,
            probability: 0.9,
        };
        Attributes::new(age, graded(Emotion::Fear, 0.4), seen, HeadPose::default(), mask)
    }

    /// BEHAVIOUR 6.4: gender and bangs are coded differently in the two families.
    #[test]
    fn rule_6_4_codings_of_the_two_families() {
        let woman = attributes(0.1, &seen());
        let (short, detail) = (FaceAttributesInfo::from(&woman), FaceDetailAttributesInfo::from(&woman));
        assert_eq!((short.gender, detail.gender.class), (10, 1));
        assert_eq!(short.hair.and_then(|hair| hair.bang), Some(0));
        assert_eq!(detail.hair.bang.class, 1);
        assert_eq!((short.age, detail.age), (72, 65));
        let man = attributes(0.8, &seen());
        assert_eq!(FaceAttributesInfo::from(&man).gender, 80);
        assert_eq!(FaceDetailAttributesInfo::from(&man).gender.class, 0);
    }

    #[test]
    fn classes_have_the_numbers_of_the_contract() {
        let detail = FaceDetailAttributesInfo::from(&attributes(0.5, &seen()));
        let numbers = [
            detail.emotion.class,
            detail.eye.glass.class,
            detail.eye.eye_open.class,
            detail.eye.eyelid_type.class,
            detail.eye.eye_size.class,
            detail.eyebrow.density.class,
            detail.eyebrow.curve.class,
            detail.eyebrow.length.class,
            detail.hair.length.class,
            detail.hair.color.class,
            detail.hat.style.class,
            detail.mask.class,
            detail.mouth.mouth_open.class,
            detail.moustache.class,
            detail.nose.class,
            detail.shape.class,
            detail.skin.class,
        ];
        assert_eq!(numbers, [6, 2, 1, 0, 2, 1, 0, 1, 4, 1, 0, 3, 0, 1, 3, 4, 1]);
        assert!(
            !FaceAttributesInfo::from(&attributes(0.5, &seen()))
                .eye_open
                .unwrap_or(true)
        );
    }

    #[test]
    fn no_hat_has_no_colour() {
        let without = attributes(0.5, &seen());
        assert_eq!(
            without.hat_color.map(|class| (class.number, class.probability)),
            Some((0, 0.8))
        );
        let mut with = seen();
        (with.hat, with.hat_colour) = (graded(Hat::Helmet, 0.6), Some(graded(HatColour::Mixed, 0.5)));
        let with = attributes(0.5, &with);
        assert_eq!(
            (
                with.hat_style.map(|class| class.number),
                with.hat_color.map(|class| class.number)
            ),
            (Some(2), Some(6))
        );
    }
}
