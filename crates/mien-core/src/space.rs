//! Embedding spaces: vectors are comparable only inside one.

use crate::embedding;
use crate::error::CoreError;
use crate::score::{Curve, Score};
use crate::value::ModelVersion;

/// The space of one embedder. A group belongs to one space, until a job moves it to another ([`crate::Job`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// The model version that groups of this space show.
    pub version: ModelVersion,
    /// Identifies the embedder: model file, preprocessing and alignment. Equal fingerprints mean comparable vectors.
    pub fingerprint: String,
    /// Length of an embedding.
    pub dim: usize,
    /// Calibration of the embedder.
    pub curve: Curve,
}

impl Space {
    /// Score of two embeddings of this space, as CompareFace needs it.
    ///
    /// Errors: [`CoreError::BadEmbedding`].
    pub fn score(&self, a: &[f32], b: &[f32]) -> Result<Score, CoreError> {
        let (a, b) = (embedding::unit(a, self.dim)?, embedding::unit(b, self.dim)?);
        Ok(self.curve.score(embedding::cosine(&a, &b), self.version))
    }
}
