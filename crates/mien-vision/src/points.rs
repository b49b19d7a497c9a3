//! The second landmark stage: points of a found face that are exact enough to align by.
//!
//! A detector's own points are off by about 0.10 inter-ocular distances, these by 0.05 (DESIGN 3).

mod curve;
mod doubt;
mod five;
mod iris;
mod landmarker;
mod landmarks;
mod mesh;
mod mirror;
mod pose;

pub(crate) use doubt::Doubt;
pub use five::PointsNumbers;
pub use iris::EyePoints;
pub(crate) use iris::IrisFinder;
pub(crate) use landmarker::Landmarker;
pub use landmarks::{DenseLandmarks, Landmarks};
pub(crate) use mesh::find as find_mesh;
pub use mesh::{MESH_POINTS, Mesh};
pub use pose::HeadPose;

use crate::align::{Similarity, Warp, warp};
use std::sync::Arc;

use crate::engine::{EngineError, Network, Tensor, TensorView};
use crate::face::{Face, FivePoints, Point, Region, Turn};
use crate::picture::{InputFormat, Picture};
use crate::vision::VisionError;

/// A network that looks at a square crop around a face.
#[derive(Debug)]
pub(crate) struct CropNetwork {
    pub(crate) stage: &'static str,
    pub(crate) network: Arc<dyn Network>,
    pub(crate) format: InputFormat,
}

/// The five points of a face, found by the pack's second stage.
#[derive(Debug)]
pub(crate) enum PointFinder {
    /// Five points regressed from the detector's box.
    Five(CropNetwork, PointsNumbers),
    /// Five points taken from the 468 of the mesh.
    Mesh(CropNetwork, PointsNumbers),
    /// The detector's own points.
    Detector,
}

/// Outer and inner corner of the eye on the left, in the mesh.
const LEFT_CORNERS: [usize; 2] = [33, 133];

/// Outer and inner corner of the eye on the right, in the mesh.
const RIGHT_CORNERS: [usize; 2] = [263, 362];

impl PointFinder {
    pub(crate) fn find(&self, picture: &Picture, face: &Face) -> Result<FivePoints, VisionError> {
        match self {
            Self::Five(crop, numbers) => five::find(crop, numbers, picture, face),
            Self::Mesh(crop, numbers) => {
                let look = || mesh::find(crop, numbers, picture, face);
                Ok(face.seen.first_look(look)?.five_points())
            }
            Self::Detector => Ok(face.rough),
        }
    }
}

impl CropNetwork {
    /// Runs the network on the picture seen through `place`.
    pub(crate) fn run(&self, picture: &Picture, place: Warp) -> Result<Vec<Tensor>, VisionError> {
        let mut tensor = vec![0.0; self.format.len()];
        warp(picture, place, &self.format, &mut tensor);
        let engine = |source: EngineError| VisionError::Engine {
            stage: self.stage,
            source,
        };
        let shape = self.format.shape(1);
        self.network
            .run(&[TensorView::new(&shape, &tensor).map_err(engine)?])
            .map_err(engine)
    }

    /// The output with this many values.
    pub(crate) fn output<'a>(&self, tensors: &'a [Tensor], values: usize) -> Result<&'a [f32], VisionError> {
        let found = tensors.iter().map(Tensor::values).find(|tensor| tensor.len() == values);
        found.ok_or_else(|| VisionError::Output {
            stage: self.stage,
            reason: format!("the network has no output of {values} values"),
        })
    }
}

/// The way from the picture to a square crop of `side_px` pixels: the longer side of the region times `factor`, turned
/// by `radians` so that the face in it is upright.
pub(crate) fn square(region: &Region, factor: f32, radians: f32, side_px: usize) -> Similarity {
    let side = (region.width.max(region.height) * factor).max(1.0);
    let middle = side_px as f32 / 2.0;
    Similarity::about(
        region.centre(),
        Point::new(middle, middle),
        side_px as f32 / side,
        -radians,
    )
}

/// How far the face is turned clockwise: quarter turns from the detection, and on request the slope of its eyes.
pub(crate) fn roll(face: &Face, by_eyes: bool) -> f32 {
    let (left, right) = (face.rough.left_eye, face.rough.right_eye);
    let slope = (right.y - left.y).atan2(right.x - left.x);
    if by_eyes && slope.is_finite() {
        return slope;
    }
    match face.turn {
        Turn::None => 0.0,
        Turn::Quarter => -std::f32::consts::FRAC_PI_2,
        Turn::Half => std::f32::consts::PI,
        Turn::ThreeQuarters => std::f32::consts::FRAC_PI_2,
    }
}
