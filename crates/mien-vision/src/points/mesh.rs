//! The 468-point face mesh (Kartynnik et al. 2019).

use super::{CropNetwork, PointsNumbers, roll, square};
use crate::align::Warp;
use crate::face::{Face, FivePoints, Point};
use crate::picture::Picture;
use crate::vision::VisionError;

/// Points of the mesh.
pub const MESH_POINTS: usize = 468;

/// The mesh of one face.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    /// The points in pixels of the upright picture, in the order of MediaPipe. Always [`MESH_POINTS`].
    points: Vec<Point>,
    /// Depth of each point in pixels, towards the viewer negative, 0 about the middle of the head.
    depths: Vec<f32>,
    /// How sure the network is that it looks at a face, 0 to 1.
    confidence: f32,
}

impl Mesh {
    /// The points in pixels of the upright picture.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Depth of each point in pixels, towards the viewer negative.
    pub fn depths(&self) -> &[f32] {
        &self.depths
    }

    /// How sure the network is that it looks at a face, 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.confidence
    }

    /// Mean of some points, by their index.
    pub(crate) fn mean(&self, indexes: &[usize]) -> Point {
        let sum = indexes.iter().fold(Point::default(), |sum, &index| {
            let point = self.points[index];
            Point::new(sum.x + point.x, sum.y + point.y)
        });
        let count = indexes.len().max(1) as f32;
        Point::new(sum.x / count, sum.y / count)
    }

    /// Five points for alignment: middles of the lids, nose, corners of the mouth.
    pub fn five_points(&self) -> FivePoints {
        FivePoints {
            left_eye: self.mean(&LEFT_LIDS),
            right_eye: self.mean(&RIGHT_LIDS),
            nose: self.mean(&[1, 4]),
            left_mouth: self.points[61],
            right_mouth: self.points[291],
        }
    }
}

/// Corners and middles of the lids of the eye on the left.
const LEFT_LIDS: [usize; 4] = [33, 133, 159, 145];

/// Corners and middles of the lids of the eye on the right.
const RIGHT_LIDS: [usize; 4] = [263, 362, 386, 374];

pub(crate) fn find(
    crop: &CropNetwork,
    numbers: &PointsNumbers,
    picture: &Picture,
    face: &Face,
) -> Result<Mesh, VisionError> {
    let place = square(
        &face.region,
        numbers.crop,
        roll(face, numbers.upright),
        crop.format.width,
    );
    let outputs = crop.run(picture, Warp { place, mirror: false })?;
    let values = crop.output(&outputs, MESH_POINTS * 3)?;
    // Both packs' graphs end in a sigmoid.
    let confidence = crop.output(&outputs, 1)?[0];
    let back = place.inverse();
    let triples = values.as_chunks::<3>().0;
    Ok(Mesh {
        points: triples.iter().map(|&[x, y, _]| back.apply(Point::new(x, y))).collect(),
        depths: triples.iter().map(|[_, _, z]| z * back.scale()).collect(),
        confidence,
    })
}
