//! Five points from a square crop of the detector's box.

use super::{CropNetwork, roll, square};
use crate::align::Warp;
use crate::face::{Face, FivePoints, Point};
use crate::picture::Picture;
use crate::vision::VisionError;

/// How the crop for a second landmark stage is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointsNumbers {
    /// Side of the crop in longer sides of the detector's box.
    pub crop: f32,
    /// Whether the crop is turned so that the eyes of the detector are level.
    pub upright: bool,
}

/// The network gives x and y in parts of the crop: eyes, nose, mouth corners, left before right.
pub(super) fn find(
    crop: &CropNetwork,
    numbers: &PointsNumbers,
    picture: &Picture,
    face: &Face,
) -> Result<FivePoints, VisionError> {
    let side = crop.format.width;
    let place = square(&face.region, numbers.crop, roll(face, numbers.upright), side);
    let outputs = crop.run(picture, Warp { place, mirror: false })?;
    let values = crop.output(&outputs, 10)?;
    let back = place.inverse();
    let mut points = [Point::default(); 5];
    for (point, &[x, y]) in points.iter_mut().zip(values.as_chunks::<2>().0) {
        *point = back.apply(Point::new(x * side as f32, y * side as f32));
    }
    Ok(FivePoints::from_array(points))
}
