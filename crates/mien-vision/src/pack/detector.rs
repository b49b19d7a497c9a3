//! Numbers of the face detectors.

use serde::{Deserialize, Serialize};

use super::input::Input;
use super::values::FileName;

/// Finds faces in a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// The model.
    pub file: FileName,
    /// Its input. Without `multiple` larger pictures are cut into tiles of this size.
    pub input: Input,
    /// Candidates below this confidence are dropped, 0 to 1.
    pub score: f32,
    /// Of two candidates that overlap by more than this (intersection over union) the weaker one is dropped, 0 to 1.
    pub overlap: f32,
    /// Smallest face that is found reliably, shorter side in pixels of the input.
    pub smallest_px: f32,
    /// Largest face that is found reliably, shorter side in pixels of the input.
    pub largest_px: f32,
    /// From the model's box to the reported frame.
    #[serde(default)]
    pub margin: Margin,
    /// Which candidates the mesh looks at before they count.
    pub doubt: Option<Doubt>,
    /// How the outputs are read.
    pub head: Head,
}

/// A second opinion: candidates that the detector is not sure of count only where the mesh sees a face too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// Candidates below this confidence are looked at again, 0 to 1.
    pub below: f32,
    /// Least presence of a face that the mesh must report for them, 0 to 1.
    pub presence: f32,
}

/// Margin of the frame beyond the model's box, in parts of the box's width and height. May be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Margin {
    /// Beyond the left edge.
    pub left: f32,
    /// Beyond the upper edge.
    pub top: f32,
    /// Beyond the right edge.
    pub right: f32,
    /// Beyond the lower edge.
    pub bottom: f32,
}

/// How the outputs of a detector are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Head {
    /// MediaPipe BlazeFace: for each layer scores (before the sigmoid) and boxes with six points, relative to the cell.
    Blazeface {
        /// Layers from fine to coarse.
        layers: Vec<AnchorLayer>,
    },
    /// YuNet: outputs `cls_S`, `obj_S`, `bbox_S` and `kps_S` for each stride S, one anchor for each cell.
    Yunet {
        /// Strides in pixels of the input.
        strides: Vec<u32>,
    },
    /// SCRFD: scores of all strides, then boxes, then five points, as distances in strides.
    Scrfd {
        /// Strides in pixels of the input, in the order of the outputs.
        strides: Vec<u32>,
        /// Anchors of each cell.
        anchors: u32,
    },
    /// RetinaFace: boxes, classes and five points of all prior boxes in three outputs.
    Retinaface {
        /// Layers from fine to coarse.
        layers: Vec<PriorLayer>,
        /// Factors on the offsets of the centre and on the logarithm of the size.
        variances: [f32; 2],
    },
}

/// One grid of anchors that have no size of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorLayer {
    /// Distance of the cells in pixels of the input.
    pub stride: u32,
    /// Anchors of each cell.
    pub anchors: u32,
}

/// One grid of square prior boxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorLayer {
    /// Distance of the cells in pixels of the input.
    pub stride: u32,
    /// Sides of the priors of each cell, in pixels of the input.
    pub sides: Vec<f32>,
}

impl Detector {
    /// What does not fit together, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, text: &str| {
            if !holds {
                problems.push(format!("roles.detector: {text}"));
            }
        };
        let share = |value: f32| (0.0..=1.0).contains(&value);
        require(
            share(self.score) && share(self.overlap),
            "score and overlap must be within 0 to 1",
        );
        let doubt = self
            .doubt
            .is_none_or(|doubt| share(doubt.below) && share(doubt.presence));
        require(doubt, "both numbers of doubt must be within 0 to 1");
        let sizes = self.smallest_px >= 1.0 && self.largest_px > self.smallest_px && self.largest_px.is_finite();
        require(sizes, "smallest_px must be at least 1 and largest_px above it");
        let Margin {
            left,
            top,
            right,
            bottom,
        } = self.margin;
        let margin = [left, top, right, bottom]
            .iter()
            .all(|part| (-0.4..=1.0).contains(part));
        require(margin, "the parts of margin must be within -0.4 to 1");
        let strides = self.head.strides();
        let usable = !strides.is_empty() && strides.iter().all(|stride| (1..=1024).contains(stride));
        require(usable, "strides must be given and within 1 to 1024 px");
        require(self.head.has_anchors(), "each place needs 1 to 64 anchors");
        problems
    }
}

impl Head {
    fn strides(&self) -> Vec<u32> {
        match self {
            Head::Blazeface { layers } => layers.iter().map(|layer| layer.stride).collect(),
            Head::Yunet { strides } | Head::Scrfd { strides, .. } => strides.clone(),
            Head::Retinaface { layers, .. } => layers.iter().map(|layer| layer.stride).collect(),
        }
    }

    fn has_anchors(&self) -> bool {
        match self {
            Head::Blazeface { layers } => layers.iter().all(|layer| (1..=64).contains(&layer.anchors)),
            Head::Yunet { .. } => true,
            Head::Scrfd { anchors, .. } => (1..=64).contains(anchors),
            Head::Retinaface { layers, .. } => layers.iter().all(|layer| (1..=64).contains(&layer.sides.len())),
        }
    }
}
