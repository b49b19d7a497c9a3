//! Numbers of the embedders.

use serde::{Deserialize, Serialize};

use super::input::{Crop, Input};
use super::roles::Use;
use super::values::FileName;

/// A face as a vector: one or more models whose unit vectors are weighted and joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedder {
    /// Length of the embedding.
    pub dim: usize,
    /// Models in the order in which their vectors are joined.
    pub part: Vec<EmbedderPart>,
    /// File with a matrix that shortens the joined vector, see `docs/MODEL_PACKS.md`.
    pub projection: Option<FileName>,
    /// File with the calibration curve. Without it scores are not to be trusted.
    pub calibration: Option<FileName>,
}

/// One model of an embedder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedderPart {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// How the face is aligned.
    pub crop: Crop,
    /// Name of the output; the first one if absent.
    pub output: Option<String>,
    /// Length of the model's vector.
    pub dim: usize,
    /// Weight of the unit vector before joining.
    #[serde(default = "unit")]
    pub weight: f32,
    /// Vector subtracted before the vector is brought to unit length.
    pub centre: Option<Centre>,
}

/// A mean vector and how much of it to subtract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// File of little-endian 32-bit floats, as many as the vector is long.
    pub file: FileName,
    /// Factor on the mean.
    pub factor: f32,
}

impl Embedder {
    pub(super) fn uses(&self, role: &str) -> Vec<Use<'_>> {
        let data = |file| Use {
            role: role.to_owned(),
            file,
            input: None,
            crop: None,
        };
        let mut uses: Vec<_> = self.projection.iter().chain(&self.calibration).map(data).collect();
        for part in &self.part {
            uses.extend(part.centre.iter().map(|centre| data(&centre.file)));
            let (input, crop) = (Some(&part.input), Some(&part.crop));
            uses.push(Use {
                role: role.to_owned(),
                file: &part.file,
                input,
                crop,
            });
        }
        uses
    }

    /// What does not fit together, in words.
    pub(super) fn problem(&self) -> Option<String> {
        if self.part.is_empty() {
            return Some("no part is given".to_owned());
        }
        if !(1..=4096).contains(&self.dim) || self.part.iter().any(|part| !(1..=4096).contains(&part.dim)) {
            return Some("dimensions must be within 1 to 4096".to_owned());
        }
        let joined: usize = self.part.iter().map(|part| part.dim).sum();
        if self.projection.is_none() && joined != self.dim {
            return Some(format!(
                "the parts give {joined} dimensions, but {} are stated and there is no projection",
                self.dim
            ));
        }
        if self
            .part
            .iter()
            .any(|part| !(part.weight > 0.0 && part.weight.is_finite()))
        {
            return Some("weights must be above 0".to_owned());
        }
        None
    }
}

fn unit() -> f32 {
    1.0
}
