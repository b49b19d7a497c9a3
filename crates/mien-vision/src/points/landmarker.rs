//! Mesh, eyes and pose of a face, each computed once for all who ask.

use super::{CropNetwork, EyePoints, HeadPose, IrisFinder, Mesh, PointsNumbers, mesh};
use crate::face::Face;
use crate::picture::Picture;
use crate::vision::VisionError;

/// The networks of the dense points, in 32-bit floats: half precision moves points by up to half a pixel of the crop.
#[derive(Debug)]
pub(crate) struct Landmarker {
    pub(crate) mesh: Option<(CropNetwork, PointsNumbers)>,
    pub(crate) iris: Option<IrisFinder>,
}

impl Landmarker {
    pub(crate) fn mesh<'f>(&self, picture: &Picture, face: &'f Face) -> Result<&'f Mesh, VisionError> {
        let (crop, numbers) = self.mesh.as_ref().ok_or(VisionError::Missing("mesh"))?;
        face.seen.mesh(|| mesh::find_exact(crop, numbers, picture, face))
    }

    pub(crate) fn eyes<'f>(&self, picture: &Picture, face: &'f Face) -> Result<&'f [EyePoints; 2], VisionError> {
        let iris = self.iris.as_ref().ok_or(VisionError::Missing("iris model"))?;
        let mesh = self.mesh(picture, face)?;
        face.seen.eyes(|| iris.find(picture, mesh))
    }

    pub(crate) fn pose(&self, picture: &Picture, face: &Face) -> Result<HeadPose, VisionError> {
        let mesh = self.mesh(picture, face)?;
        HeadPose::of(mesh).ok_or_else(|| VisionError::Output {
            stage: "head pose",
            reason: "the mesh has no extent".to_owned(),
        })
    }
}
