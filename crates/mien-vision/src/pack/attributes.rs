//! Numbers of the models of attributes: age, gender, expression, pose, mask, liveness, quality.

use serde::{Deserialize, Serialize};

use super::input::{Crop, Input};
use super::values::FileName;

/// Age and gender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeGender {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
    /// Output with the age.
    pub age: String,
    /// How the age is written.
    pub age_kind: AgeKind,
    /// Corrected age: years times this plus [`AgeGender::age_shift`].
    #[serde(default = "one")]
    pub age_scale: f32,
    /// Years added.
    #[serde(default)]
    pub age_shift: f32,
    /// Output with the gender.
    pub gender: String,
    /// How the gender is written.
    pub gender_kind: GenderKind,
    /// Calibrated probability: the log odds of male times this plus [`AgeGender::gender_shift`].
    #[serde(default = "one")]
    pub gender_scale: f32,
    /// Added to the log odds of male.
    #[serde(default)]
    pub gender_shift: f32,
}

fn one() -> f32 {
    1.0
}

/// How a model writes an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgeKind {
    /// Years.
    Years,
    /// Hundreds of years.
    Centuries,
    /// Probabilities of the years 0, 1, 2 and so on.
    Distribution,
}

/// How a model writes a gender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GenderKind {
    /// Two probabilities: male, female.
    MaleFemale,
    /// Two probabilities: female, male.
    FemaleMale,
    /// One probability: male.
    Male,
}

/// Probabilities of expressions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expression {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
    /// Output with the probabilities.
    pub output: String,
    /// Meaning of each probability.
    pub labels: Vec<Emotion>,
}

/// A facial expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Emotion {
    Anger,
    Disgust,
    Fear,
    Happiness,
    Neutral,
    Sadness,
    Surprise,
}

/// Head pose: models that give yaw, pitch and roll in degrees, averaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pose {
    /// The models.
    pub files: Vec<FileName>,
    /// Their input.
    pub input: Input,
    /// What they see.
    pub crop: Crop,
}

/// A detector of masks (an SSD on square grids).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
    /// Grids of anchors.
    pub grids: Vec<MaskGrid>,
    /// Width to height ratios of the anchors; each size with ratio 1, then the first size with the others.
    pub ratios: Vec<f32>,
    /// Factors on the offsets of centre and size.
    pub variances: [f32; 4],
    /// Output with the boxes: batch, anchors, 4.
    pub boxes: String,
    /// Output with the probabilities: batch, anchors, 2 (mask, no mask).
    pub scores: String,
    /// Least score of a finding, 0 to 1.
    pub score: f32,
}

/// One grid of anchors of the mask detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskGrid {
    /// Places along each side.
    pub side: u32,
    /// Sizes of the anchors as a share of the input.
    pub sizes: [f32; 2],
}

/// Models that tell a live face from a picture of one, beside the network that comes with Mien.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liveness {
    /// The models; what they say is averaged on the logistic scale.
    #[serde(default)]
    pub part: Vec<LivenessPart>,
    /// How much the network that comes with Mien counts beside them, 0 to 1; 1 where there is no other.
    #[serde(default = "even")]
    pub own: f32,
    /// The probability that stands for the recommended bound of the score, above 0 and below 1.
    #[serde(default = "even")]
    pub cut: f32,
}

fn even() -> f32 {
    0.5
}

/// One model of liveness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivenessPart {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
    /// Output with the classes.
    pub output: String,
    /// Index of the class of live faces.
    pub live: usize,
    /// Whether the output still needs a softmax.
    #[serde(default)]
    pub logits: bool,
}

/// A model of recognisability: one number, higher is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
    /// Output with the number.
    pub output: String,
}
