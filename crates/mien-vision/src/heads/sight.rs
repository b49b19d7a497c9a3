//! What a head sees: crops that hang on the mesh, so that every pack cuts them alike.

use serde::Deserialize;

use crate::align::Similarity;
use crate::face::Point;
use crate::points::Mesh;

/// Eyes, nose and corners of the mouth in units of the template; the eyes lie 35 units apart (ArcFace's 112 px template).
const TEMPLATE: [Point; 5] = [
    Point::new(38.2946, 51.6963),
    Point::new(73.5318, 51.5014),
    Point::new(56.0252, 71.7366),
    Point::new(41.5493, 92.3655),
    Point::new(70.7299, 92.2041),
];

/// A square of the face, in units of the template.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Square {
    /// Middle.
    pub(crate) x: f32,
    /// Middle, downwards.
    pub(crate) y: f32,
    /// Side.
    pub(crate) side: f32,
    /// Mirrored, to show the one eye as the other.
    #[serde(default)]
    pub(crate) mirror: bool,
}

/// The way from the picture to the template. `None` when the points of the mesh coincide.
pub(crate) fn placement(mesh: &Mesh) -> Option<Similarity> {
    Similarity::fit(&mesh.five_points().to_array(), &TEMPLATE)
}

impl Square {
    /// The way from the picture to the pixels of a crop of this square.
    pub(crate) fn place(&self, face: &Similarity, side_px: usize) -> Similarity {
        let middle = Point::new(0.5 * side_px as f32, 0.5 * side_px as f32);
        let zoom = Similarity::about(Point::new(self.x, self.y), middle, side_px as f32 / self.side, 0.0);
        face.then(&zoom)
    }
}

/// The points of the mesh in units of the template, x, y and depth in turn, about the middle of the five points.
pub(crate) fn shape(mesh: &Mesh, face: &Similarity) -> Vec<f32> {
    let scale = face.scale();
    let points = mesh.points().iter().zip(mesh.depths());
    points
        .flat_map(|(point, depth)| {
            let at = face.apply(*point);
            [at.x, at.y, depth * scale]
        })
        .collect()
}
