//! Dense points of a face: what landmarks, attributes and quality have in common.

use super::{Vision, VisionError};
use crate::face::Face;
use crate::picture::Picture;
use crate::points::{DenseLandmarks, EyePoints, HeadPose, Landmarks, Mesh};

impl Vision {
    /// The mesh of a face of this picture. Computed once, then kept with the face and its clones.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no mesh, or an engine failure.
    pub fn mesh<'f>(&self, picture: &Picture, face: &'f Face) -> Result<&'f Mesh, VisionError> {
        self.landmarker.mesh(picture, face)
    }

    /// Lids and irises of a face of this picture, the eye on the left first as the viewer sees it. Computed once, then
    /// kept with the face and its clones.
    ///
    /// # Errors
    /// [`VisionError::Missing`] when the pack has no mesh or no iris model, or an engine failure.
    pub fn eyes<'f>(&self, picture: &Picture, face: &'f Face) -> Result<&'f [EyePoints; 2], VisionError> {
        self.landmarker.eyes(picture, face)
    }

    /// How the head is turned, from the mesh.
    ///
    /// # Errors
    /// As [`Vision::mesh`].
    pub fn pose(&self, picture: &Picture, face: &Face) -> Result<HeadPose, VisionError> {
        self.landmarker.pose(picture, face)
    }

    /// The 90 points of AnalyzeFace, in its order.
    ///
    /// # Errors
    /// As [`Vision::eyes`].
    pub fn landmarks(&self, picture: &Picture, face: &Face) -> Result<Landmarks, VisionError> {
        let eyes = self.eyes(picture, face)?;
        Ok(Landmarks::of(self.mesh(picture, face)?, eyes))
    }

    /// The dense points of AnalyzeDenseLandmarks: those that the networks give, none made up in between.
    ///
    /// # Errors
    /// As [`Vision::eyes`].
    pub fn dense_landmarks(&self, picture: &Picture, face: &Face) -> Result<DenseLandmarks, VisionError> {
        let eyes = self.eyes(picture, face)?;
        Ok(DenseLandmarks::of(self.mesh(picture, face)?, eyes))
    }
}
