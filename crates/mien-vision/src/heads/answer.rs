//! What the heads say, in words of the domain, and how it comes from the probabilities.

use super::geometry::Measures;
use super::linear::Weights;
use super::look::Block;
use super::tone;
use crate::points::Mesh;
use crate::vision::VisionError;

/// A class and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Graded<T> {
    /// The class.
    pub class: T,
    /// How sure it is, 0 to 1. Calibrated where the class comes from a head (`docs/ACCURACY.md`, Attributes); where it
    /// comes from geometry it only grows with the distance to the threshold.
    pub probability: f32,
}

/// What a face looks like, as far as heads and geometry tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Appearance {
    /// Glasses before the eyes.
    pub glasses: Graded<Glasses>,
    /// Anything worn on the top of the head.
    pub hat: Graded<Hat>,
    /// Main colour of the hat; `None` without one.
    pub hat_colour: Option<Graded<HatColour>>,
    /// Moustache or beard.
    pub facial_hair: Graded<bool>,
    /// Lips apart.
    pub mouth_open: Graded<bool>,
    /// Both lids down.
    pub eyes_closed: Graded<bool>,
    /// Gap of the lids over the width of the eye, left eye first as the viewer sees it; about 0.1 closed, 0.3 open.
    pub lid_gap: [f32; 2],
    /// 0 not smiling, 50 smiling, 100 laughing.
    pub smile: f32,
    /// Length of the hair.
    pub hair_length: Graded<HairLength>,
    /// Fringe over most of the forehead.
    pub bangs: Graded<bool>,
    /// Colour of the hair.
    pub hair_colour: Graded<HairColour>,
    /// Thick eyebrows; light ones otherwise.
    pub thick_eyebrows: Graded<bool>,
    /// Curved eyebrows; flat ones otherwise.
    pub curved_eyebrows: Graded<bool>,
    /// Long eyebrows; short ones otherwise.
    pub long_eyebrows: Graded<bool>,
    /// A fold in the upper lid.
    pub double_eyelid: Graded<bool>,
    /// Size of the eyes.
    pub eye_size: Graded<EyeSize>,
    /// Kind of nose. Upturned is never answered: 2 of 840 labelled noses are, too few to learn it.
    pub nose: Graded<NoseKind>,
    /// Shape of the face.
    pub face_shape: Graded<FaceShape>,
    /// Apparent tone of the skin in this picture, its light included.
    pub skin: Graded<SkinTone>,
    /// 0 to 100: symmetry and proportions of the mesh, see [`super::geometry`]. Not a judgement by people.
    pub beauty: f32,
}

/// Glasses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Glasses {
    None,
    Clear,
    Sunglasses,
}

/// What is worn on the head. Peaked caps of guards cannot be told from other caps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Hat {
    None,
    Ordinary,
    Helmet,
}

/// Main colour of a hat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum HatColour {
    Red,
    Yellow,
    Blue,
    Black,
    GreyWhite,
    /// Several colours alike, or one that the contract has no name for.
    Mixed,
}

/// Length of the hair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum HairLength {
    Bald,
    Short,
    Medium,
    Long,
    Tied,
}

/// Colour of the hair; red counts as brown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum HairColour {
    Black,
    Brown,
    Blond,
    GreyWhite,
}

/// Size of the eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EyeSize {
    Small,
    Normal,
    Big,
}

/// Kind of nose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NoseKind {
    Upturned,
    Aquiline,
    Normal,
    Bulbous,
}

/// Shape of a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FaceShape {
    Square,
    Triangular,
    Oval,
    Heart,
    Round,
}

/// Apparent tone of the skin, in the four words of the contract. It is a colour in a picture, nothing about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SkinTone {
    White,
    Yellow,
    Brown,
    Black,
}

pub(super) fn appearance(weights: &Weights, features: &[Block], mesh: &Mesh) -> Result<Appearance, VisionError> {
    let answers = Answers { weights, features };
    let measures = Measures::of(mesh).ok_or_else(|| VisionError::Output {
        stage: "heads",
        reason: "the mesh has no extent".to_owned(),
    })?;
    let hat = hat(&answers)?;
    let smile = answers.of("smile")?;
    Ok(Appearance {
        glasses: answers.best(
            "glasses",
            &[
                ("none", Glasses::None),
                ("clear", Glasses::Clear),
                ("sunglasses", Glasses::Sunglasses),
            ],
        )?,
        hat,
        hat_colour: (hat.class != Hat::None)
            .then(|| answers.best("hat_colour", &HAT_COLOURS))
            .transpose()?,
        facial_hair: answers.best("facial_hair", &[("none", false), ("facial_hair", true)])?,
        mouth_open: answers.best("mouth", &[("closed", false), ("open", true)])?,
        eyes_closed: answers.best("eyes", &[("open", false), ("closed", true)])?,
        lid_gap: measures.lid_gap(),
        smile: 50.0 * share(&smile, "smile") + 100.0 * share(&smile, "laugh"),
        hair_length: answers.best("hair_length", &HAIR_LENGTHS)?,
        bangs: answers.best("bangs", &[("no", false), ("yes", true)])?,
        hair_colour: answers.best("hair_colour", &HAIR_COLOURS)?,
        thick_eyebrows: answers.best("eyebrows", &[("light", false), ("thick", true)])?,
        curved_eyebrows: answers.best("eyebrow_curve", &[("flat", false), ("curved", true)])?,
        long_eyebrows: answers.best("eyebrow_length", &[("short", false), ("long", true)])?,
        double_eyelid: answers.best("eyelid", &[("single", false), ("double", true)])?,
        eye_size: answers.best("eye_size", &EYE_SIZES)?,
        nose: answers.best("nose", &NOSES)?,
        face_shape: face_shape(&answers, &measures)?,
        skin: skin(&answers)?,
        beauty: measures.beauty(),
    })
}

const HAT_COLOURS: [(&str, HatColour); 6] = [
    ("red", HatColour::Red),
    ("yellow", HatColour::Yellow),
    ("blue", HatColour::Blue),
    ("black", HatColour::Black),
    ("grey_white", HatColour::GreyWhite),
    ("mixed", HatColour::Mixed),
];

const HAIR_LENGTHS: [(&str, HairLength); 5] = [
    ("bald", HairLength::Bald),
    ("short", HairLength::Short),
    ("medium", HairLength::Medium),
    ("long", HairLength::Long),
    ("tied", HairLength::Tied),
];

const HAIR_COLOURS: [(&str, HairColour); 4] = [
    ("black", HairColour::Black),
    ("brown", HairColour::Brown),
    ("blond", HairColour::Blond),
    ("grey_white", HairColour::GreyWhite),
];

const EYE_SIZES: [(&str, EyeSize); 3] = [
    ("small", EyeSize::Small),
    ("normal", EyeSize::Normal),
    ("big", EyeSize::Big),
];

const NOSES: [(&str, NoseKind); 3] = [
    ("normal", NoseKind::Normal),
    ("bulbous", NoseKind::Bulbous),
    ("aquiline", NoseKind::Aquiline),
];

const FACE_SHAPES: [(&str, FaceShape); 4] = [
    ("square", FaceShape::Square),
    ("oval", FaceShape::Oval),
    ("heart", FaceShape::Heart),
    ("round", FaceShape::Round),
];

/// The heads, asked by name.
struct Answers<'a> {
    weights: &'a Weights,
    features: &'a [Block],
}

impl Answers<'_> {
    fn of(&self, head: &'static str) -> Result<Vec<(&str, f32)>, VisionError> {
        let missing = || VisionError::Missing("weights of all attribute heads");
        let names = self.weights.classes(head).ok_or_else(missing)?;
        let probabilities = self.weights.probabilities(head, self.features).ok_or_else(missing)?;
        Ok(names.iter().map(String::as_str).zip(probabilities).collect())
    }

    fn best<T: Copy>(&self, head: &'static str, classes: &[(&str, T)]) -> Result<Graded<T>, VisionError> {
        let answers = self.of(head)?;
        let graded = classes.iter().map(|&(name, class)| Graded {
            class,
            probability: share(&answers, name),
        });
        let best = graded.max_by(|one, other| one.probability.total_cmp(&other.probability));
        best.ok_or(VisionError::Missing("classes of an attribute head"))
    }
}

fn share(answers: &[(&str, f32)], name: &str) -> f32 {
    answers
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(0.0, |(_, probability)| *probability)
}

/// The style counts only where there is a hat.
fn hat(answers: &Answers<'_>) -> Result<Graded<Hat>, VisionError> {
    let worn = answers.best("hat", &[("none", false), ("hat", true)])?;
    if !worn.class {
        return Ok(Graded {
            class: Hat::None,
            probability: worn.probability,
        });
    }
    let style = answers.best("hat_style", &[("ordinary", Hat::Ordinary), ("helmet", Hat::Helmet)])?;
    Ok(Graded {
        class: style.class,
        probability: worn.probability * style.probability,
    })
}

/// The labels know no triangular faces: a jaw that is wider than the temples makes one, by geometry.
fn face_shape(answers: &Answers<'_>, measures: &Measures) -> Result<Graded<FaceShape>, VisionError> {
    if let Some(probability) = measures.triangular() {
        return Ok(Graded {
            class: FaceShape::Triangular,
            probability,
        });
    }
    answers.best("face_shape", &FACE_SHAPES)
}

/// Light, medium and dark come from a head; colours of the cheeks divide the medium tones.
fn skin(answers: &Answers<'_>) -> Result<Graded<SkinTone>, VisionError> {
    let medium = tone::medium(answers.features)?;
    answers.best(
        "skin",
        &[
            ("light", SkinTone::White),
            ("medium", medium),
            ("dark", SkinTone::Black),
        ],
    )
}
