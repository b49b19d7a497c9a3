//! Lids, brow and iris of one eye (MediaPipe Iris, Ablavatski et al. 2020).

use super::mesh::{Mesh, to_centres};
use super::{CropNetwork, LEFT_CORNERS, RIGHT_CORNERS};
use crate::align::{Similarity, Warp};
use crate::face::Point;
use crate::picture::Picture;
use crate::vision::VisionError;

/// Points of the contour that the network gives before those of the iris.
const CONTOUR: usize = 71;

/// Pupil and rim.
const IRIS: usize = 5;

/// One eye in pixels of the upright picture.
#[derive(Clone, Debug, PartialEq)]
pub struct EyePoints {
    /// Lids, the skin around them and the brow in MediaPipe's order: 0 to 8 the lower lid and 9 to 15 the upper lid, both
    /// from the outer corner to the inner one. Always 71.
    contour: Vec<Point>,
    /// Middle of the pupil.
    pupil: Point,
    /// Rim of the iris: four points a quarter turn apart.
    rim: [Point; 4],
}

impl EyePoints {
    /// Lids, the skin around them and the brow, 71 points: 0 to 8 the lower lid and 9 to 15 the upper lid, both from the
    /// outer corner to the inner one.
    pub fn contour(&self) -> &[Point] {
        &self.contour
    }

    /// The lower lid from the outer corner to the inner one, both corners included.
    pub fn lower_lid(&self) -> &[Point] {
        &self.contour[..9]
    }

    /// The upper lid from the outer corner to the inner one, without the corners.
    pub fn upper_lid(&self) -> &[Point] {
        &self.contour[9..16]
    }

    /// Middle of the pupil.
    pub fn pupil(&self) -> Point {
        self.pupil
    }

    /// The rim of the iris: four points a quarter turn apart.
    pub fn rim(&self) -> &[Point; 4] {
        &self.rim
    }

    /// Mean distance from the pupil to the rim of the iris, in pixels.
    pub fn iris_radius(&self) -> f32 {
        self.rim.iter().map(|point| point.distance(self.pupil)).sum::<f32>() / self.rim.len() as f32
    }
}

/// The network and how far its crop reaches.
#[derive(Debug)]
pub(crate) struct IrisFinder {
    pub(crate) crop: CropNetwork,
    /// Side of the crop in distances of the corners of the eye.
    pub(crate) reach: f32,
}

impl IrisFinder {
    /// The eye on the left and the eye on the right, as the viewer sees them.
    pub(super) fn find(&self, picture: &Picture, mesh: &Mesh) -> Result<[EyePoints; 2], VisionError> {
        Ok([
            self.eye(picture, mesh, LEFT_CORNERS, false)?,
            self.eye(picture, mesh, RIGHT_CORNERS, true)?,
        ])
    }

    /// The network knows the eye on the left; the other one is shown to it as in a mirror.
    fn eye(
        &self,
        picture: &Picture,
        mesh: &Mesh,
        [outer, inner]: [usize; 2],
        mirror: bool,
    ) -> Result<EyePoints, VisionError> {
        let side_px = self.crop.format.width;
        let (outer, inner) = (mesh.points()[outer], mesh.points()[inner]);
        let (left, right) = if mirror { (inner, outer) } else { (outer, inner) };
        let side = (left.distance(right) * self.reach).max(1.0);
        let middle = Point::new(0.5 * (side_px as f32 - 1.0), 0.5 * (side_px as f32 - 1.0));
        let slope = (right.y - left.y).atan2(right.x - left.x);
        let place = Similarity::about(outer.middle(inner), middle, side_px as f32 / side, -slope);
        let outputs = self.crop.run(picture, Warp { place, mirror })?;
        let values = self.crop.output(&outputs, (CONTOUR + IRIS) * 3)?;
        let back = place.inverse();
        let points = values.as_chunks::<3>().0.iter();
        let points = points.map(|&[x, y, _]| back.apply(to_centres(Point::new(x, y), side_px, mirror)));
        let points: Vec<Point> = points.collect();
        let (contour, iris) = points.split_at(CONTOUR);
        let &[pupil, ref rim @ ..] = iris else {
            return Err(VisionError::Missing("iris points"));
        };
        let mut four = [Point::default(); 4];
        for (to, from) in four.iter_mut().zip(rim) {
            *to = *from;
        }
        Ok(EyePoints {
            contour: contour.to_vec(),
            pupil,
            rim: four,
        })
    }
}
