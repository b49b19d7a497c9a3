//! The facade: a picture goes in, faces and embeddings come out.

mod attributes;
mod fitness;
mod landmarks;
mod open;
mod warm;

pub(crate) use open::format;
pub use open::{OpenError, VisionOptions};

use thiserror::Error;

use crate::calibration::CalibrationPoint;
use crate::cover::CoverNetwork;
use crate::crop::{self, CropError};
use crate::detect::Detector;
use crate::embed::Embedder;
use crate::engine::EngineError;
use crate::face::{Face, FivePoints};
use crate::heads::Heads;
use crate::liveness::Liveness;
use crate::mask::MaskDetector;
use crate::pack;
use crate::picture::Picture;
use crate::points::{Doubt, Landmarker, PointFinder};
use crate::portrait::Portrayer;

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
    /// Hash over weights, preprocessing and projection, 64 hex digits: equal means comparable.
    pub fingerprint: String,
    /// Length of the embedding.
    pub dim: usize,
    /// The curve from cosine to false accept rate; empty when the embedder was never calibrated.
    pub calibration: Vec<CalibrationPoint>,
}

/// Everything that looks at pictures, opened once and shared by all threads.
#[derive(Debug)]
pub struct Vision {
    detector: Detector,
    doubt: Option<Doubt>,
    points: PointFinder,
    embedders: Vec<LiveEmbedder>,
    heads: Option<Heads>,
    age_gender: Option<Portrayer<pack::AgeGender>>,
    expression: Option<Portrayer<pack::Expression>>,
    landmarker: Landmarker,
    liveness: Option<Liveness>,
    mask: Option<MaskDetector>,
    cover: CoverNetwork,
    /// The one of which only what it says of masks counts.
    masks: CoverNetwork,
    /// The curve of the embedding for masked faces; empty when there is none for the embedder.
    masked: Vec<CalibrationPoint>,
}

/// An embedder and the slot it serves.
#[derive(Debug)]
struct LiveEmbedder {
    slot: Slot,
    info: EmbedderInfo,
    embedder: Embedder,
}

impl Vision {
    /// Finds faces, largest frame first.
    ///
    /// # Errors
    /// [`VisionError::NoFace`], [`VisionError::FaceTooSmall`] when all are below the minimum, or an engine failure.
    pub fn detect(&self, picture: &Picture, options: &DetectOptions) -> Result<Vec<Face>, VisionError> {
        let every_turn = self.doubt.is_some();
        let mut faces = self
            .detector
            .find(picture, options.min_face_px, options.rotate, every_turn)?;
        if let Some(doubt) = &self.doubt {
            doubt.drop_unbelieved(picture, &mut faces)?;
        }
        let largest_px = faces
            .iter()
            .map(|face| face.frame.shorter_side())
            .max()
            .ok_or(VisionError::NoFace)?;
        let minimum_px = options.min_face_px;
        faces.retain(|face| face.frame.shorter_side() >= minimum_px);
        if faces.is_empty() {
            return Err(VisionError::FaceTooSmall { largest_px, minimum_px });
        }
        faces.truncate(options.max_faces.max(1));
        Ok(faces)
    }

    /// Five points of a face that [`Vision::detect`] found in this picture, exact enough to align by.
    ///
    /// # Errors
    /// An engine failure.
    pub fn points(&self, picture: &Picture, face: &Face) -> Result<FivePoints, VisionError> {
        self.points.find(picture, face)
    }

    /// The embedding of a face that [`Vision::detect`] found in this picture, of unit length.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no embedder for the slot, or an engine failure.
    pub fn embed(&self, picture: &Picture, face: &Face, slot: Slot, mirror: Mirror) -> Result<Vec<f32>, VisionError> {
        let points = self.points(picture, face)?;
        self.live(slot)?.embedder.embed(picture, &points, mirror)
    }

    /// What is to be kept of a face so that it can be embedded again without the picture ([`crate::crop`]).
    ///
    /// # Errors
    /// An engine failure, or [`VisionError::Output`] when the points found make no crop.
    pub fn crop(&self, picture: &Picture, face: &Face) -> Result<Vec<u8>, VisionError> {
        let points = self.points(picture, face)?;
        crop::cut(picture, &points).map_err(not_cropped)
    }

    /// The embedding of the face in a crop that [`Vision::crop`] has made.
    ///
    /// # Errors
    /// As [`Vision::embed`], and [`VisionError::Output`] when the crop cannot be read.
    pub fn embed_crop(&self, crop: &[u8], slot: Slot, mirror: Mirror) -> Result<Vec<f32>, VisionError> {
        let (picture, points) = crop::open(crop).map_err(not_cropped)?;
        self.live(slot)?.embedder.embed(&picture, &points, mirror)
    }

    /// What the networks of an embedder say themselves, before centring, weighting and projection: for fitting those.
    ///
    /// # Errors
    /// As [`Vision::embed`].
    pub fn embed_raw(
        &self,
        picture: &Picture,
        face: &Face,
        slot: Slot,
        mirror: Mirror,
    ) -> Result<Vec<Vec<f32>>, VisionError> {
        let points = self.points(picture, face)?;
        self.live(slot)?.embedder.raw(picture, &points, mirror)
    }

    /// What identifies the embedder of a slot.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has none.
    pub fn embedder(&self, slot: Slot) -> Result<&EmbedderInfo, VisionError> {
        Ok(&self.live(slot)?.info)
    }

    /// The heads for attributes without a network of their own.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when none were trained on the networks of the pack.
    pub fn heads(&self) -> Result<&Heads, VisionError> {
        self.heads.as_ref().ok_or(VisionError::Missing("attribute heads"))
    }

    fn live(&self, slot: Slot) -> Result<&LiveEmbedder, VisionError> {
        self.embedders
            .iter()
            .find(|live| live.slot == slot)
            .ok_or(VisionError::Missing("embedder"))
    }
}

fn not_cropped(error: CropError) -> VisionError {
    VisionError::Output {
        stage: "crop",
        reason: error.to_string(),
    }
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

impl Slot {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::V2, Self::V3];

    /// The text of `FaceModelVersion`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "2.0",
            Self::V3 => "3.0",
        }
    }
}
