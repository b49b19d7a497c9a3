//! What the API needs from whoever looks at pictures.

mod attributes;
mod quality;

pub use attributes::{Attributes, Class, Pose};
pub use quality::{Completeness, Quality};

use mien_core::score::{Curve, Point};
use mien_core::{ModelVersion, Space};
use mien_vision::face::Face;
use mien_vision::picture::Picture;
pub use mien_vision::points::{DenseLandmarks, Landmarks};
use mien_vision::vision::{DetectOptions, Mirror, Slot, Vision, VisionError};

/// Looks at pictures. [`Vision`] is the real one; tests give their own.
///
/// What a model pack cannot do answers [`VisionError::Missing`]; no method ever makes a value up.
pub trait Eyes: Send + Sync {
    /// Faces, largest frame first, at most `max_faces`; an error when there is none or all are too small.
    fn detect(&self, picture: &Picture, options: &DetectOptions) -> Result<Vec<Face>, VisionError>;

    /// The embedding of a face in a space, of unit length.
    fn embed(&self, picture: &Picture, face: &Face, space: &Space, mirror: Mirror) -> Result<Vec<f32>, VisionError>;

    /// How fit a face is for recognition.
    fn quality(&self, _picture: &Picture, _face: &Face) -> Result<Quality, VisionError> {
        Err(VisionError::Missing("quality model"))
    }

    /// What a face looks like.
    fn attributes(&self, _picture: &Picture, _face: &Face) -> Result<Attributes, VisionError> {
        Err(VisionError::Missing("attribute models"))
    }

    /// The 90 points of a face.
    fn landmarks(&self, _picture: &Picture, _face: &Face) -> Result<Landmarks, VisionError> {
        Err(VisionError::Missing("landmark model"))
    }

    /// The dense points of a face.
    fn dense_landmarks(&self, _picture: &Picture, _face: &Face) -> Result<DenseLandmarks, VisionError> {
        Err(VisionError::Missing("dense landmark model"))
    }

    /// How likely a face was taken from a living person and not from a picture of one: a score of 0 to 100 on the scale
    /// of DetectLiveFaceAccurate, where 40 is the recommended bound.
    fn liveness(&self, _picture: &Picture, _face: &Face) -> Result<f32, VisionError> {
        Err(VisionError::Missing("liveness model"))
    }

    /// What is to be kept of a face so that it can be embedded again without its picture (DESIGN 3 "Privacy").
    fn crop(&self, _picture: &Picture, _face: &Face) -> Result<Vec<u8>, VisionError> {
        Err(VisionError::Missing("crops of faces"))
    }

    /// The embedding of the face in a crop that [`Eyes::crop`] has made, as it is enrolled: with its mirror image.
    fn embed_crop(&self, _crop: &[u8], _space: &Space) -> Result<Vec<f32>, VisionError> {
        Err(VisionError::Missing("crops of faces"))
    }

    /// The embedding of the upper face, of unit length, for faces that may wear masks; comparable with its like only.
    fn embed_masked(&self, _picture: &Picture, _face: &Face) -> Result<Vec<f32>, VisionError> {
        Err(VisionError::Missing("embedder for masked faces"))
    }

    /// The score scale of [`Eyes::embed_masked`].
    fn masked_curve(&self) -> Result<Curve, VisionError> {
        Err(VisionError::Missing("calibration for masked faces"))
    }
}

impl Eyes for Vision {
    fn detect(&self, picture: &Picture, options: &DetectOptions) -> Result<Vec<Face>, VisionError> {
        Vision::detect(self, picture, options)
    }

    fn embed(&self, picture: &Picture, face: &Face, space: &Space, mirror: Mirror) -> Result<Vec<f32>, VisionError> {
        Vision::embed(self, picture, face, slot(self, space)?, mirror)
    }

    fn attributes(&self, picture: &Picture, face: &Face) -> Result<Attributes, VisionError> {
        let age = self.age_gender(picture, face)?;
        let emotion = self.emotion(picture, face)?;
        let seen = self.appearance(picture, face)?;
        let mask = self.mask(picture, face)?;
        Ok(Attributes::new(age, emotion, &seen, self.pose(picture, face)?, mask))
    }

    fn crop(&self, picture: &Picture, face: &Face) -> Result<Vec<u8>, VisionError> {
        Vision::crop(self, picture, face)
    }

    fn embed_crop(&self, crop: &[u8], space: &Space) -> Result<Vec<f32>, VisionError> {
        Vision::embed_crop(self, crop, slot(self, space)?, Mirror::On)
    }

    fn landmarks(&self, picture: &Picture, face: &Face) -> Result<Landmarks, VisionError> {
        Vision::landmarks(self, picture, face)
    }

    fn dense_landmarks(&self, picture: &Picture, face: &Face) -> Result<DenseLandmarks, VisionError> {
        Vision::dense_landmarks(self, picture, face)
    }

    fn quality(&self, picture: &Picture, face: &Face) -> Result<Quality, VisionError> {
        Ok(Quality::from(&Vision::quality(self, picture, face)?))
    }

    fn liveness(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        Vision::liveness(self, picture, face)
    }

    fn embed_masked(&self, picture: &Picture, face: &Face) -> Result<Vec<f32>, VisionError> {
        Vision::embed_masked(self, picture, face)
    }

    fn masked_curve(&self) -> Result<Curve, VisionError> {
        let points = self.masked_calibration()?.iter();
        let points = points.map(|point| Point {
            cosine: point.cosine,
            far: point.far,
        });
        Curve::new(points.collect()).map_err(|error| VisionError::Output {
            stage: "calibration for masked faces",
            reason: error.to_string(),
        })
    }
}

/// The embedder of a space.
fn slot(vision: &Vision, space: &Space) -> Result<Slot, VisionError> {
    let slot = match space.version {
        ModelVersion::V2 => Slot::V2,
        ModelVersion::V3 => Slot::V3,
    };
    if vision.embedder(slot)?.fingerprint == space.fingerprint {
        Ok(slot)
    } else {
        Err(VisionError::Missing("embedder that the group was enrolled with"))
    }
}
