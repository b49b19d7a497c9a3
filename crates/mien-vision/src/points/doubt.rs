//! A second opinion on faces that the detector is not sure of.

use super::{CropNetwork, PointsNumbers, mesh};
use crate::face::Face;
use crate::picture::Picture;
use crate::vision::VisionError;

/// The mesh, asked whether there is a face at all. What it saw is kept with the face: an embedder that aligns by the mesh
/// does not look again.
#[derive(Debug)]
pub(crate) struct Doubt {
    /// Faces below this confidence are looked at, 0 to 1.
    pub(crate) below: f32,
    /// Least presence that makes them count, 0 to 1.
    pub(crate) presence: f32,
    pub(crate) crop: CropNetwork,
    pub(crate) numbers: PointsNumbers,
}

impl Doubt {
    pub(crate) fn drop_unbelieved(&self, picture: &Picture, faces: &mut Vec<Face>) -> Result<(), VisionError> {
        let mut believed = Vec::with_capacity(faces.len());
        for face in faces.drain(..) {
            if self.believes(picture, &face)? {
                believed.push(face);
            }
        }
        *faces = believed;
        Ok(())
    }

    fn believes(&self, picture: &Picture, face: &Face) -> Result<bool, VisionError> {
        if face.confidence >= self.below {
            return Ok(true);
        }
        let look = || mesh::find(&self.crop, &self.numbers, picture, face);
        Ok(face.seen.first_look(look)?.confidence() >= self.presence)
    }
}
