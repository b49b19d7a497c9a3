//! The 468-point face mesh (Kartynnik et al. 2019).

use super::mirror::OPPOSITE;
use super::{CropNetwork, PointsNumbers, roll, square};
use crate::align::{Similarity, Warp};
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
    /// A mesh of [`MESH_POINTS`] points.
    pub(crate) fn new(points: Vec<Point>, depths: Vec<f32>, confidence: f32) -> Self {
        Self {
            points,
            depths,
            confidence,
        }
    }

    /// The points in pixels of the upright picture.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Depth of each point in pixels, towards the viewer negative.
    pub fn depths(&self) -> &[f32] {
        &self.depths
    }

    /// The mesh in a picture whose origin lies elsewhere: every point moved by so many pixels.
    pub fn moved(&self, right: f32, down: f32) -> Self {
        let mut mesh = self.clone();
        for point in &mut mesh.points {
            *point = Point::new(point.x + right, point.y + down);
        }
        mesh
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

/// The mesh from one look at the detector's box: what the alignment of an embedder is made for.
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
    let (triples, confidence) = look(crop, picture, place, false)?;
    let back = place.inverse();
    Ok(Mesh::new(
        triples.iter().map(|&[x, y, _]| back.apply(Point::new(x, y))).collect(),
        triples.iter().map(|[_, _, z]| z * back.scale()).collect(),
        confidence,
    ))
}

/// The mesh from a second look, at the square around the first mesh, averaged with the look at its mirror image: less than
/// half as much noise as [`find`] (`docs/ACCURACY.md`, Landmarks), and mirrored pictures have mirrored points.
pub(crate) fn find_exact(
    crop: &CropNetwork,
    numbers: &PointsNumbers,
    picture: &Picture,
    face: &Face,
) -> Result<Mesh, VisionError> {
    let side = crop.format.width;
    let first = find(crop, numbers, picture, face)?;
    let place = match around(&first, numbers, side) {
        Some(place) => place,
        None => square(&face.region, numbers.crop, roll(face, numbers.upright), side),
    };
    let (plain, confidence) = look(crop, picture, place, false)?;
    let (mirrored, other_confidence) = look(crop, picture, place, true)?;
    let back = place.inverse();
    let mut points = Vec::with_capacity(MESH_POINTS);
    let mut depths = Vec::with_capacity(MESH_POINTS);
    for (&[x, y, z], &opposite) in plain.iter().zip(&OPPOSITE) {
        let [other_x, other_y, other_z] = mirrored[usize::from(opposite)];
        let one = to_centres(Point::new(x, y), side, false);
        let other = to_centres(Point::new(other_x, other_y), side, true);
        points.push(back.apply(one.middle(other)));
        depths.push(0.5 * (z + other_z) * back.scale());
    }
    Ok(Mesh::new(points, depths, 0.5 * (confidence + other_confidence)))
}

/// The upright square around a mesh; `None` when the points cannot be a face.
fn around(mesh: &Mesh, numbers: &PointsNumbers, side_px: usize) -> Option<Similarity> {
    let five = mesh.five_points();
    let slope = (five.right_eye.y - five.left_eye.y).atan2(five.right_eye.x - five.left_eye.x);
    let origin = Point::default();
    let upright = Similarity::about(origin, origin, 1.0, if numbers.upright { -slope } else { 0.0 });
    let (mut least, mut most) = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
    for &point in mesh.points() {
        let turned = upright.apply(point);
        least = Point::new(least.x.min(turned.x), least.y.min(turned.y));
        most = Point::new(most.x.max(turned.x), most.y.max(turned.y));
    }
    let side = (most.x - least.x).max(most.y - least.y) * numbers.crop;
    let middle = Point::new(0.5 * (side_px as f32 - 1.0), 0.5 * (side_px as f32 - 1.0));
    let centred = Similarity::about(least.middle(most), middle, side_px as f32 / side, 0.0);
    let usable = side.is_finite() && side >= 1.0 && mesh.confidence >= SURE_ENOUGH;
    usable.then(|| upright.then(&centred))
}

/// Below this the first look may have seen anything; its points do not say where to look again.
const SURE_ENOUGH: f32 = 0.1;

/// What the network says of a crop, in pixels of its input, and how sure it is of a face.
fn look(
    crop: &CropNetwork,
    picture: &Picture,
    place: Similarity,
    mirror: bool,
) -> Result<(Vec<[f32; 3]>, f32), VisionError> {
    let outputs = crop.run(picture, Warp { place, mirror })?;
    let values = crop.output(&outputs, MESH_POINTS * 3)?;
    // Both packs' graphs end in a sigmoid.
    let confidence = crop.output(&outputs, 1)?[0];
    Ok((values.as_chunks::<3>().0.to_vec(), confidence))
}

/// From the network's coordinates, whose first pixel reaches from 0 to 1, to pixel centres of the crop that was not mirrored.
pub(super) fn to_centres(point: Point, side_px: usize, mirrored: bool) -> Point {
    let x = if mirrored { side_px as f32 - point.x } else { point.x };
    Point::new(x - 0.5, point.y - 0.5)
}
