//! Arithmetic on embeddings: unit length, cosine, fusion.

use crate::error::CoreError;
use crate::space::Space;
use mien_store::Vector;
use std::sync::Arc;

/// An embedding and the space it was made for. Groups can change their space at any time, so vectors never travel without
/// it.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    space: Arc<Space>,
    values: Vec<f32>,
}

impl Embedding {
    /// `values` in `space`, which is one that a check named.
    pub fn new(space: &Arc<Space>, values: Vec<f32>) -> Self {
        Self {
            space: Arc::clone(space),
            values,
        }
    }

    /// The values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The values, if they were made for this space.
    ///
    /// Errors: [`CoreError::SpaceChanged`].
    pub(crate) fn of(&self, space: &Space) -> Result<&[f32], CoreError> {
        let same = self.space.version == space.version && self.space.fingerprint == space.fingerprint;
        if same {
            Ok(&self.values)
        } else {
            Err(CoreError::SpaceChanged)
        }
    }
}

/// The one among several embeddings of a face that was made for this space.
pub(crate) fn in_space<'e>(embeddings: &'e [Embedding], space: &Space) -> Result<&'e [f32], CoreError> {
    embeddings
        .iter()
        .find_map(|embedding| embedding.of(space).ok())
        .ok_or(CoreError::SpaceChanged)
}

/// Below this length a vector has no direction worth speaking of.
const SHORTEST: f64 = 1e-6;

/// Brings an embedding to unit length; refuses wrong dimensions, zero and values that are not finite.
pub(crate) fn unit(values: &[f32], dim: usize) -> Result<Vec<f32>, CoreError> {
    if values.len() != dim {
        return Err(CoreError::BadEmbedding(format!(
            "{} values instead of {dim}",
            values.len()
        )));
    }
    scaled(values).ok_or_else(|| CoreError::BadEmbedding("it has no direction".to_owned()))
}

/// An embedding as it is stored.
pub(crate) fn stored(values: &[f32], dim: usize) -> Result<Vector, CoreError> {
    unit(values, dim).map(|unit| Vector::from_f32(&unit))
}

/// Cosine of two vectors of any length above zero.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        (dot(a, b) / lengths) as f32
    } else {
        0.0
    }
}

/// One vector for a person: the normalised mean of its faces (DESIGN 5). Faces that cancel one another out have no
/// mean direction; the oldest face then stands for the person. `None` without faces.
pub(crate) fn fuse<'a>(faces: impl IntoIterator<Item = &'a Vector>) -> Option<Vector> {
    let mut faces = faces.into_iter();
    let oldest = faces.next()?;
    let mut sum = oldest.to_f32();
    for face in faces {
        for (sum, value) in sum.iter_mut().zip(face.to_f32()) {
            *sum += value;
        }
    }
    Some(scaled(&sum).map_or_else(|| oldest.clone(), |mean| Vector::from_f32(&mean)))
}

fn scaled(values: &[f32]) -> Option<Vec<f32>> {
    let length = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    let usable = length.is_finite() && length > SHORTEST;
    usable.then(|| values.iter().map(|value| (f64::from(*value) / length) as f32).collect())
}
