//! From aligned faces to embeddings: one or more networks, centred, weighted, projected, of unit length.

mod fit;
mod identity;

pub use fit::{Fit, FitError};
pub use identity::{EmbedderIdentity, PartIdentity};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::align::{Similarity, Warp, warp};
use crate::engine::{EngineError, Network, Tensor, TensorView};
use crate::face::{FivePoints, Point};
use crate::picture::{InputFormat, Picture};
use crate::vision::{Mirror, VisionError};

/// How one network takes part in an embedding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartNumbers {
    /// Where eyes, nose and mouth corners (left before right) lie in the input, in pixels.
    pub template: [[f32; 2]; 5],
    /// Name of the output that holds the vector; the first one when absent.
    #[serde(default)]
    pub output: Option<String>,
    /// How much of the mean vector over many people is taken off before normalising, 0 to 1.
    #[serde(default)]
    pub centring: f32,
    /// Share of this part in the cosine of the whole.
    #[serde(default = "whole")]
    pub weight: f32,
}

fn whole() -> f32 {
    1.0
}

/// One network of an embedder.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) format: InputFormat,
    pub(crate) numbers: PartNumbers,
}

/// A loaded embedder.
#[derive(Debug)]
pub(crate) struct Embedder {
    parts: Vec<Part>,
    fit: Fit,
}

const STAGE: &str = "embedding";

impl Embedder {
    pub(crate) fn new(parts: Vec<Part>, fit: Fit) -> Self {
        Self { parts, fit }
    }

    /// The embedding of the face at these points, of unit length.
    pub(crate) fn embed(
        &self,
        picture: &Picture,
        points: &FivePoints,
        mirror: Mirror,
    ) -> Result<Vec<f32>, VisionError> {
        let raw = self.raw(picture, points, mirror)?;
        self.fuse(&raw)
    }

    /// What the networks themselves say, one vector for each part.
    pub(crate) fn raw(
        &self,
        picture: &Picture,
        points: &FivePoints,
        mirror: Mirror,
    ) -> Result<Vec<Vec<f32>>, VisionError> {
        self.parts.iter().map(|part| part.run(picture, points, mirror)).collect()
    }

    /// The embedding from the vectors of the parts.
    fn fuse(&self, raw: &[Vec<f32>]) -> Result<Vec<f32>, VisionError> {
        let joined = join(&self.parts, &self.fit, raw)?;
        let mut embedding = self.fit.project(joined).ok_or_else(|| unexpected("the projection has another size"))?;
        normalise(&mut embedding);
        if embedding.iter().all(|value| value.is_finite()) {
            Ok(embedding)
        } else {
            Err(unexpected("the vector is not finite"))
        }
    }
}

/// Parts centred, normalised, weighted and put one behind the other.
fn join(parts: &[Part], fit: &Fit, raw: &[Vec<f32>]) -> Result<Vec<f32>, VisionError> {
    let mut joined = Vec::with_capacity(raw.iter().map(Vec::len).sum());
    for (index, (part, vector)) in parts.iter().zip(raw).enumerate() {
        let mut vector = vector.clone();
        if part.numbers.centring != 0.0 {
            let mean = fit.mean(index).filter(|mean| mean.len() == vector.len());
            let mean = mean.ok_or_else(|| unexpected("the fit has no mean of this size"))?;
            for (value, mean) in vector.iter_mut().zip(mean) {
                *value -= part.numbers.centring * mean;
            }
        }
        normalise(&mut vector);
        let weight = part.numbers.weight.max(0.0).sqrt();
        joined.extend(vector.iter().map(|value| value * weight));
    }
    Ok(joined)
}

impl Part {
    fn run(&self, picture: &Picture, points: &FivePoints, mirror: Mirror) -> Result<Vec<f32>, VisionError> {
        let template = self.numbers.template.map(|[x, y]| Point::new(x, y));
        let place = Similarity::fit(&points.to_array(), &template)
            .ok_or_else(|| unexpected("the points of the face coincide"))?;
        let mut vector = self.infer(picture, Warp { place, mirror: false })?;
        if mirror == Mirror::On {
            let mirrored = self.infer(picture, Warp { place, mirror: true })?;
            for (value, mirrored) in vector.iter_mut().zip(mirrored) {
                *value = 0.5 * (*value + mirrored);
            }
        }
        Ok(vector)
    }

    fn infer(&self, picture: &Picture, place: Warp) -> Result<Vec<f32>, VisionError> {
        let mut tensor = vec![0.0; self.format.len()];
        warp(picture, place, &self.format, &mut tensor);
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let shape = self.format.shape(1);
        let outputs = self.network.run(&[TensorView::new(&shape, &tensor).map_err(engine)?]).map_err(engine)?;
        let index = match &self.numbers.output {
            Some(name) => self.network.outputs().iter().position(|known| known == name),
            None => Some(0),
        };
        let output = index.and_then(|index| outputs.into_iter().nth(index)).map(Tensor::into_values);
        output.ok_or_else(|| unexpected("the network lacks the output of the manifest"))
    }
}

/// Scales to unit length; a zero vector stays as it is.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in vector {
            *value /= length;
        }
    }
}

fn unexpected(reason: &str) -> VisionError {
    VisionError::Output { stage: STAGE, reason: reason.to_owned() }
}
