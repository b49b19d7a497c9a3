//! The facade: a picture goes in, faces and embeddings come out.

use thiserror::Error;

use crate::engine::EngineError;
use crate::face::Face;
use crate::picture::Picture;

/// Which of the two live embedders is meant (DESIGN 3, `FaceModelVersion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// `FaceModelVersion` "2.0".
    V2,
    /// `FaceModelVersion` "3.0".
    V3,
}

/// How to look for faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetectOptions {
    /// Faces whose shorter frame side is below this are not reported, in pixels.
    pub min_face_px: u32,
    /// At most this many faces are reported, 1 to 120.
    pub max_faces: usize,
    /// Also look for faces turned by 90, 180 and 270 degrees.
    pub rotate: bool,
}

impl Default for DetectOptions {
    fn default() -> Self {
        Self {
            min_face_px: 34,
            max_faces: 1,
            rotate: false,
        }
    }
}

/// Whether the mirror image is embedded too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mirror {
    /// The face as it is: for probes.
    #[default]
    Off,
    /// The face and its mirror image, added before normalising: better, twice the time; for enrolment.
    On,
}

/// What the facade can refuse.
#[derive(Debug, Error)]
pub enum VisionError {
    /// The detector found nothing.
    #[error("no face in the picture")]
    NoFace,
    /// Faces were found, all of them below the minimum size.
    #[error("the largest face is {largest_px} px, {minimum_px} px are needed")]
    FaceTooSmall {
        /// Shorter frame side of the largest face.
        largest_px: u32,
        /// What was asked for.
        minimum_px: u32,
    },
    /// The pack has no network for this.
    #[error("the model pack has no {0}")]
    Missing(&'static str),
    /// The inference engine failed.
    #[error("{stage} failed")]
    Engine {
        /// Which stage asked.
        stage: &'static str,
        /// Why.
        source: EngineError,
    },
    /// A network answered with something its decoder does not know.
    #[error("{stage}: {reason}")]
    Output {
        /// Which stage asked.
        stage: &'static str,
        /// What was wrong.
        reason: String,
    },
}

/// What identifies an embedder.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbedderInfo {
    /// Hash over model files, preprocessing and projection, 64 hex digits: equal means comparable.
    pub fingerprint: String,
    /// Length of the embedding.
    pub dim: usize,
    /// The curve cosine to false accept rate as data points.
    pub calibration: Vec<CalibrationPoint>,
}

/// One point of the curve from cosine to the false accept rate of a random impostor pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationPoint {
    /// Cosine similarity.
    pub cosine: f64,
    /// Share of random impostor pairs at or above it, above 0 and at most 1.
    pub far: f64,
}

/// Everything that looks at pictures, opened once and shared by all threads.
#[derive(Debug)]
pub struct Vision {
    embedders: Vec<(Slot, EmbedderInfo)>,
}

impl Vision {
    /// Finds faces, largest frame first.
    ///
    /// # Errors
    /// [`VisionError::NoFace`], [`VisionError::FaceTooSmall`] when all are below the minimum, or an engine failure.
    pub fn detect(&self, _picture: &Picture, _options: &DetectOptions) -> Result<Vec<Face>, VisionError> {
        Err(VisionError::Missing("detector"))
    }

    /// The embedding of a face that [`Vision::detect`] found in this picture, of unit length.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no embedder for the slot, or an engine failure.
    pub fn embed(
        &self,
        _picture: &Picture,
        _face: &Face,
        _slot: Slot,
        _mirror: Mirror,
    ) -> Result<Vec<f32>, VisionError> {
        Err(VisionError::Missing("embedder"))
    }

    /// What identifies the embedder of a slot.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has none.
    pub fn embedder(&self, slot: Slot) -> Result<&EmbedderInfo, VisionError> {
        let found = self.embedders.iter().find(|(of, _)| *of == slot);
        found.map(|(_, info)| info).ok_or(VisionError::Missing("embedder"))
    }
}
