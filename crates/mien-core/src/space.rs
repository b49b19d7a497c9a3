//! Embedding spaces: vectors are comparable only inside one.

use crate::score::Curve;
use crate::value::ModelVersion;

/// The space of one embedder. A group belongs to the space it was created in for good.
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
