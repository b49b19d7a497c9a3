//! From aligned faces to embeddings: one or more networks, centred, weighted, projected, of unit length.

mod projection;
mod veil;

pub use projection::{Projection, ProjectionError};

use std::sync::Arc;

use crate::align::{Similarity, Warp, warp};
use crate::engine::{EngineError, Network, Tensor, TensorView};
use crate::face::{FivePoints, Point};
use crate::picture::{InputFormat, Picture};
use crate::vision::{Mirror, VisionError};

/// How one network takes part in an embedding.
#[derive(Clone, Debug, PartialEq)]
pub struct PartNumbers {
    /// Where eyes, nose and mouth corners (left before right) lie in the input, in pixels.
    pub template: [[f32; 2]; 5],
    /// Name of the output that holds the vector; the first one when absent.
    pub output: Option<String>,
    /// Length of the vector.
    pub dim: usize,
    /// Taken off before normalising: part of the mean vector over many people. Empty for nothing.
    pub centre: Vec<f32>,
    /// Factor on the unit vector before the parts are joined.
    pub weight: f32,
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
    projection: Option<Projection>,
}

const STAGE: &str = "embedding";

/// How much the whole face counts where masks may be worn. On painted masks (`mien eval masks`, `omz`, half of LFW) the true
/// accept rate at a false one of 1e-3 is 80.7 % with 0.7, 78.5 % with 1 and 74.8 % with 0 when one of two wears a mask.
const WHOLE: f32 = 0.7;

impl Embedder {
    pub(crate) fn new(parts: Vec<Part>, projection: Option<Projection>) -> Self {
        Self { parts, projection }
    }

    /// The embedding of the face at these points, of unit length.
    pub(crate) fn embed(
        &self,
        picture: &Picture,
        points: &FivePoints,
        mirror: Mirror,
    ) -> Result<Vec<f32>, VisionError> {
        self.join(self.raw(picture, points, mirror)?)
    }

    /// The embedding for faces that may wear masks, of unit length: the whole face and, beside it, the upper face alone, in
    /// which what a mask would cover is hidden from the networks.
    pub(crate) fn embed_masked(&self, picture: &Picture, points: &FivePoints) -> Result<Vec<f32>, VisionError> {
        let whole = self.embed(picture, points, Mirror::Off)?;
        let vectors = self
            .parts
            .iter()
            .map(|part| part.infer(picture, part.place(points)?, true));
        let upper = self.join(vectors.collect::<Result<_, _>>()?)?;
        let weighed = |vector: Vec<f32>, share: f32| vector.into_iter().map(move |value| value * share.sqrt());
        Ok(weighed(whole, WHOLE).chain(weighed(upper, 1.0 - WHOLE)).collect())
    }

    fn join(&self, vectors: Vec<Vec<f32>>) -> Result<Vec<f32>, VisionError> {
        let mut joined = Vec::new();
        for (part, vector) in self.parts.iter().zip(vectors) {
            joined.extend(part.weigh(vector));
        }
        let mut embedding = match &self.projection {
            Some(projection) => projection
                .apply(&joined)
                .ok_or_else(|| unexpected("the projection has another size"))?,
            None => joined,
        };
        normalise(&mut embedding);
        if embedding.iter().all(|value| value.is_finite()) {
            Ok(embedding)
        } else {
            Err(unexpected("the vector is not finite"))
        }
    }

    /// What the networks themselves say, one vector for each part.
    pub(crate) fn raw(
        &self,
        picture: &Picture,
        points: &FivePoints,
        mirror: Mirror,
    ) -> Result<Vec<Vec<f32>>, VisionError> {
        self.parts
            .iter()
            .map(|part| part.run(picture, points, mirror))
            .collect()
    }
}

impl Part {
    fn run(&self, picture: &Picture, points: &FivePoints, mirror: Mirror) -> Result<Vec<f32>, VisionError> {
        let warp = self.place(points)?;
        let mut vector = self.infer(picture, warp, false)?;
        if mirror == Mirror::On {
            let mirrored = self.infer(picture, Warp { mirror: true, ..warp }, false)?;
            for (value, mirrored) in vector.iter_mut().zip(mirrored) {
                *value = 0.5 * (*value + mirrored);
            }
        }
        Ok(vector)
    }

    fn place(&self, points: &FivePoints) -> Result<Warp, VisionError> {
        let template = self.numbers.template.map(|[x, y]| Point::new(x, y));
        let place = Similarity::fit(&points.to_array(), &template)
            .ok_or_else(|| unexpected("the points of the face coincide"))?;
        Ok(Warp { place, mirror: false })
    }

    fn infer(&self, picture: &Picture, place: Warp, veiled: bool) -> Result<Vec<f32>, VisionError> {
        let mut tensor = vec![0.0; self.format.len()];
        warp(picture, place, &self.format, &mut tensor);
        if veiled {
            veil::draw(&mut tensor, &self.format, &self.numbers.template);
        }
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let shape = self.format.shape(1);
        let outputs = self
            .network
            .run(&[TensorView::new(&shape, &tensor).map_err(engine)?])
            .map_err(engine)?;
        let index = match &self.numbers.output {
            Some(name) => self.network.outputs().iter().position(|known| known == name),
            None => Some(0),
        };
        let output = index
            .and_then(|index| outputs.into_iter().nth(index))
            .map(Tensor::into_values);
        let output = output.ok_or_else(|| unexpected("the network lacks the output of the manifest"))?;
        if output.len() == self.numbers.dim {
            Ok(output)
        } else {
            Err(unexpected("the vector has another length"))
        }
    }

    /// Centred, of the length of the part's weight.
    fn weigh(&self, mut vector: Vec<f32>) -> Vec<f32> {
        for (value, centre) in vector.iter_mut().zip(&self.numbers.centre) {
            *value -= centre;
        }
        normalise(&mut vector);
        for value in &mut vector {
            *value *= self.numbers.weight;
        }
        vector
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
    VisionError::Output {
        stage: STAGE,
        reason: reason.to_owned(),
    }
}
