//! A detector of faces with and without masks: an SSD on square grids, shown the surroundings of one face.

use std::sync::Arc;

use crate::align::{Warp, warp};
use crate::engine::{EngineError, Network, TensorView};
use crate::face::{Face, Region};
use crate::picture::{InputFormat, Picture};
use crate::points::{roll, square};
use crate::vision::VisionError;

const STAGE: &str = "mask";

/// Least overlap of what is found with the face that was asked about.
const OVERLAP: f32 = 0.35;

/// A loaded detector of masks.
#[derive(Debug)]
pub(crate) struct MaskDetector {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) format: InputFormat,
    /// Side of the crop in longer sides of the detector's box.
    pub(crate) scale: f32,
    pub(crate) grids: Vec<Grid>,
    /// Width to height of the anchors.
    pub(crate) ratios: Vec<f32>,
    pub(crate) variances: [f32; 4],
    /// Names of the outputs.
    pub(crate) boxes: String,
    pub(crate) scores: String,
    /// Least score of a finding.
    pub(crate) score: f32,
}

/// One grid of anchors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    pub(crate) side: usize,
    pub(crate) sizes: [f32; 2],
}

impl MaskDetector {
    /// How sure it is that the face wears a mask over mouth and nose, 0 to 1. `None` when it does not see the face.
    pub(crate) fn properly_worn(&self, picture: &Picture, face: &Face) -> Result<Option<f32>, VisionError> {
        let side = self.format.width;
        let place = square(&face.region, self.scale, roll(face, false), side);
        let mut tensor = vec![0.0; self.format.len()];
        warp(picture, Warp { place, mirror: false }, &self.format, &mut tensor);
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let shape = self.format.shape(1);
        let input = TensorView::new(&shape, &tensor).map_err(engine)?;
        let outputs = self.network.run(&[input]).map_err(engine)?;
        let output = |name: &str| {
            let index = self.network.outputs().iter().position(|known| known == name);
            let values = index.and_then(|index| outputs.get(index)).map(|tensor| tensor.values());
            values.ok_or_else(|| unexpected(format!("the network has no output {name}")))
        };
        let (offsets, scores) = (output(&self.boxes)?, output(&self.scores)?);
        let anchors = self.anchors();
        if offsets.len() != anchors.len() * 4 || scores.len() != anchors.len() * 2 {
            return Err(unexpected(format!(
                "the network does not answer for {} anchors",
                anchors.len()
            )));
        }
        let found = anchors
            .iter()
            .zip(offsets.as_chunks::<4>().0)
            .zip(scores.as_chunks::<2>().0);
        let own = own_box(face, self.scale);
        let best = found
            .filter(|(_, scores)| scores[0].max(scores[1]) >= self.score)
            .filter(|((anchor, offset), _)| self.decode(anchor, offset).overlap(&own) >= OVERLAP)
            .map(|(_, scores)| *scores)
            .max_by(|one, other| one[0].max(one[1]).total_cmp(&other[0].max(other[1])));
        Ok(best.map(|[mask, none]| mask / (mask + none)))
    }

    /// Anchors in parts of the crop: grid by grid, place by place, both sizes square and then the first one in each ratio.
    fn anchors(&self) -> Vec<Region> {
        let mut anchors = Vec::new();
        let ratio = |size: f32, ratio: f32| (size * ratio.sqrt(), size / ratio.sqrt());
        for grid in &self.grids {
            let square = self.ratios.first().copied().unwrap_or(1.0);
            let shapes: Vec<(f32, f32)> = grid
                .sizes
                .iter()
                .map(|&size| ratio(size, square))
                .chain(self.ratios.iter().skip(1).map(|&other| ratio(grid.sizes[0], other)))
                .collect();
            for place in 0..grid.side * grid.side {
                let centre = |index: usize| (index as f32 + 0.5) / grid.side as f32;
                let (x, y) = (centre(place % grid.side), centre(place / grid.side));
                anchors.extend(shapes.iter().map(|&(width, height)| around(x, y, width, height)));
            }
        }
        anchors
    }

    fn decode(&self, anchor: &Region, offset: &[f32; 4]) -> Region {
        let [x, y, width, height] = [0, 1, 2, 3].map(|index| offset[index] * self.variances[index]);
        let centre = anchor.centre();
        around(
            centre.x + x * anchor.width,
            centre.y + y * anchor.height,
            anchor.width * width.exp(),
            anchor.height * height.exp(),
        )
    }
}

/// The face's box in parts of the crop, which is a square about its middle.
fn own_box(face: &Face, scale: f32) -> Region {
    let side = (face.region.width.max(face.region.height) * scale).max(1.0);
    around(0.5, 0.5, face.region.width / side, face.region.height / side)
}

fn around(x: f32, y: f32, width: f32, height: f32) -> Region {
    Region {
        x: x - 0.5 * width,
        y: y - 0.5 * height,
        width,
        height,
    }
}

fn unexpected(reason: String) -> VisionError {
    VisionError::Output { stage: STAGE, reason }
}
