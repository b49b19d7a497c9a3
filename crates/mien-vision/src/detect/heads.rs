//! The numbers of a detector, as its pack gives them.

use crate::face::Turn;

/// Everything about a detector that is not its weights or its input format.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectorNumbers {
    /// Candidates below this confidence are dropped, 0 to 1.
    pub score: f32,
    /// Of two candidates whose boxes overlap by more than this (intersection over union), the weaker one is dropped.
    pub overlap: f32,
    /// Smallest face the network finds reliably, shorter side in pixels of its input.
    pub smallest_px: f32,
    /// Largest face the network finds reliably, shorter side in pixels of its input.
    pub largest_px: f32,
    /// Which input sizes the network takes.
    pub canvas: Canvas,
    /// From the network's box to the reported frame.
    pub margin: Margin,
    /// How the outputs are read.
    pub head: Head,
}

/// Which input sizes the network takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canvas {
    /// Only the size of its input format: larger pictures are cut into tiles that overlap.
    Fixed,
    /// Any whose edges are multiples of this; the size of the input format is the smallest that is used.
    Free {
        /// Edges are multiples of this, in pixels.
        multiple: usize,
    },
}

/// Margin of the frame beyond the network's box, in parts of the box's width and height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
pub enum Head {
    /// YuNet: outputs `cls_S`, `obj_S`, `bbox_S`, `kps_S` for each stride S, one cell each.
    Yunet {
        /// Strides in pixels.
        strides: Vec<usize>,
    },
    /// SCRFD: scores of all strides, then boxes, then points, distances in strides.
    Scrfd {
        /// Strides in pixels.
        strides: Vec<usize>,
        /// Anchors of each cell.
        anchors: usize,
    },
    /// RetinaFace: boxes, classes and points of all anchors in three outputs.
    Retinaface {
        /// Strides in pixels.
        strides: Vec<usize>,
        /// Anchor sizes of each stride in pixels.
        sizes: Vec<Vec<f32>>,
        /// Scales of offsets and of sizes.
        variances: [f32; 2],
    },
    /// BlazeFace: for each layer scores and boxes with six points, relative to the centre of the cell.
    Blazeface {
        /// Layers from fine to coarse.
        layers: Vec<AnchorLayer>,
    },
}

/// One grid of anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnchorLayer {
    /// Distance of the cells in pixels.
    pub stride: usize,
    /// Anchors of each cell.
    pub anchors: usize,
}

impl DetectorNumbers {
    /// How much larger than the smallest the largest face of one scale can be; tiles of neighbouring scales overlap in it.
    pub(crate) fn reach(&self) -> f32 {
        (self.largest_px / self.smallest_px / 2.0).clamp(1.5, 4.0)
    }
}

impl Margin {
    /// The margin around a face that a clockwise `turn` makes upright: "top" is where the forehead is.
    pub(crate) fn turned(&self, turn: Turn) -> Self {
        let Self {
            left,
            top,
            right,
            bottom,
        } = *self;
        match turn {
            Turn::None => *self,
            // The upright face's top lies at the left of the picture.
            Turn::Quarter => Self {
                left: top,
                top: right,
                right: bottom,
                bottom: left,
            },
            Turn::Half => Self {
                left: right,
                top: bottom,
                right: left,
                bottom: top,
            },
            Turn::ThreeQuarters => Self {
                left: bottom,
                top: left,
                right: top,
                bottom: right,
            },
        }
    }
}
