//! Whether a face can be used: what covers it, its quality, its mask, whether it is alive; and masked faces compared.

use super::{Slot, Vision, VisionError};
use crate::calibration::CalibrationPoint;
use crate::cover::Cover;
use crate::face::Face;
use crate::liveness::Liveness;
use crate::mask::{self, MaskSeen};
use crate::picture::Picture;
use crate::quality::{Evidence, Quality};

impl Vision {
    /// What covers a face of this picture.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no mesh, or an engine failure.
    pub fn cover(&self, picture: &Picture, face: &Face) -> Result<Cover, VisionError> {
        self.cover.see(picture, self.mesh(picture, face)?)
    }

    /// How fit a face of this picture is for recognition.
    ///
    /// # Errors
    /// As [`Vision::cover`].
    pub fn quality(&self, picture: &Picture, face: &Face) -> Result<Quality, VisionError> {
        Ok(self.quality_evidence(picture, face)?.quality())
    }

    /// What the quality of a face is computed from.
    ///
    /// # Errors
    /// As [`Vision::cover`].
    pub fn quality_evidence(&self, picture: &Picture, face: &Face) -> Result<Evidence, VisionError> {
        Evidence::gather(picture, self.mesh(picture, face)?, self.cover(picture, face)?)
    }

    /// Whether a mask is worn and how.
    ///
    /// # Errors
    /// As [`Vision::cover`].
    pub fn mask(&self, picture: &Picture, face: &Face) -> Result<MaskSeen, VisionError> {
        let (cover, properly) = self.mask_evidence(picture, face)?;
        let framed = mask::framed(picture, self.mesh(picture, face)?);
        Ok(MaskSeen::of(&cover, properly, framed))
    }

    /// What [`Vision::mask`] is computed from: what covers the face, and how sure a detector of masks is of one over mouth and
    /// nose, 0 to 1, `None` without such a detector or when it does not see the face.
    ///
    /// # Errors
    /// As [`Vision::cover`].
    pub fn mask_evidence(&self, picture: &Picture, face: &Face) -> Result<(Cover, Option<f32>), VisionError> {
        let detector = self.mask.as_ref();
        let properly = detector.map(|detector| detector.properly_worn(picture, face));
        let cover = self.masks.see(picture, self.mesh(picture, face)?)?;
        Ok((cover, properly.transpose()?.flatten()))
    }

    /// How likely a face was taken from a living person and not from a picture of one, 0 to 100; 40 is the recommended bound.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no network for it, or an engine failure.
    pub fn liveness(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        self.watchers()?.score(picture, face)
    }

    /// What each network of liveness says by itself, 0 to 1: for choosing the bound.
    ///
    /// # Errors
    /// As [`Vision::liveness`].
    pub fn liveness_raw(&self, picture: &Picture, face: &Face) -> Result<Vec<f32>, VisionError> {
        self.watchers()?.probabilities(picture, face)
    }

    fn watchers(&self) -> Result<&Liveness, VisionError> {
        self.liveness.as_ref().ok_or(VisionError::Missing("liveness model"))
    }

    /// The embedding of a face that may wear a mask, of unit length: the upper face counts more. Comparable with its like only.
    ///
    /// # Errors
    /// As [`Vision::embed`].
    pub fn embed_masked(&self, picture: &Picture, face: &Face) -> Result<Vec<f32>, VisionError> {
        let points = self.points(picture, face)?;
        self.live(Slot::V3)?.embedder.embed_masked(picture, &points)
    }

    /// The curve from the cosine of two such embeddings to the false accept rate.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when none was made for the pack's embedder.
    pub fn masked_calibration(&self) -> Result<&[CalibrationPoint], VisionError> {
        if self.masked.is_empty() {
            return Err(VisionError::Missing("calibration for masked faces"));
        }
        Ok(&self.masked)
    }
}
