//! Numbers of the landmark models: five points, mesh and iris.

use serde::{Deserialize, Serialize};

use super::input::{Crop, Input};
use super::values::FileName;

/// Second landmark stage: the detector's points are too rough for alignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Points {
    /// Means of points of the mesh: eyes from the lids, tip of the nose, corners of the mouth.
    Mesh,
    /// A model that gives the five points of a crop as x, y from 0 to 1, eyes, nose, mouth corners.
    Regression(RegressionPoints),
    /// The detector's own points are good enough.
    Detector,
}

/// A model of five points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegressionPoints {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
}

/// A dense mesh: MediaPipe's 468 points with depth, in pixels of the crop, and the presence of a face.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mesh {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// What it sees.
    pub crop: Crop,
}

/// Eye contour (71 points) and iris (5 points), in pixels of the crop; made for the eye on the viewer's left, mirror the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iris {
    /// The model.
    pub file: FileName,
    /// Its input.
    pub input: Input,
    /// Side of the square crop as a factor of the distance of the eye's corners.
    pub scale: f32,
}
