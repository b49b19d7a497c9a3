//! The features of the heads: what frozen networks see in a few crops, the shape of the mesh, and colours.

use serde::Deserialize;

use super::lips::Lips;
use super::sight::{self, Square};
use crate::align::{Patch, Similarity, Warp};
use crate::engine::Tensor;
use crate::pack::{FileName, Input, PackName};
use crate::picture::Picture;
use crate::points::{CropNetwork, Mesh};
use crate::vision::VisionError;

/// What the heads of one pack see, as written in `heads/PACK.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sights {
    pub(crate) pack: PackName,
    pub(crate) network: Vec<Watched>,
}

/// One frozen network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Watched {
    pub(crate) file: FileName,
    pub(crate) input: Input,
    pub(crate) look: Vec<Look>,
}

/// One crop that the network is shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Look {
    name: String,
    crop: Square,
    taps: Vec<Tap>,
}

/// One tensor of the network, averaged over the cells of a grid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tap {
    tensor: String,
    grid: usize,
}

/// A loaded network and its crops.
#[derive(Debug)]
pub(crate) struct Watching {
    pub(crate) network: CropNetwork,
    pub(crate) look: Vec<Look>,
}

/// Features under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// `crop/tensor`, `shape`, `colours` or `lips`.
    pub name: String,
    /// The numbers.
    pub values: Vec<f32>,
}

const STAGE: &str = "heads";

/// The head as the crop `head` shows it, 4 units of the template to the pixel.
const PALETTE: Square = Square {
    x: 56.0,
    y: 48.0,
    side: 176.0,
    mirror: false,
};
const PALETTE_PX: usize = 44;
const PALETTE_CELL_PX: usize = 4;

/// Where a hat would be in the palette: rows from the top, columns about the middle.
const HAT_ROWS: std::ops::Range<usize> = 2..16;
const HAT_COLUMNS: std::ops::Range<usize> = 13..31;

impl Watched {
    /// Names of the tensors that the network must give besides its outputs.
    pub(crate) fn tensors(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .look
            .iter()
            .flat_map(|look| &look.taps)
            .map(|tap| tap.tensor.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// All features of a face, block by block.
pub(super) fn features(
    watching: &[Watching],
    lips: &Lips,
    picture: &Picture,
    mesh: &Mesh,
) -> Result<Vec<Block>, VisionError> {
    let face = sight::placement(mesh).ok_or_else(|| unexpected("the points of the mesh coincide".to_owned()))?;
    let mut blocks = Vec::new();
    for watched in watching {
        for look in &watched.look {
            watched.observe(look, picture, &face, &mut blocks)?;
        }
    }
    blocks.push(Block {
        name: "shape".to_owned(),
        values: sight::shape(mesh, &face),
    });
    blocks.push(Block {
        name: "colours".to_owned(),
        values: colours(&palette(picture, &face)),
    });
    blocks.push(lips.see(picture, &face)?);
    Ok(blocks)
}

impl Watching {
    fn observe(
        &self,
        look: &Look,
        picture: &Picture,
        face: &Similarity,
        blocks: &mut Vec<Block>,
    ) -> Result<(), VisionError> {
        let place = look.crop.place(face, self.network.format.width);
        let outputs = self.network.run(
            picture,
            Warp {
                place,
                mirror: look.crop.mirror,
            },
        )?;
        for tap in &look.taps {
            let index = self
                .network
                .network
                .outputs()
                .iter()
                .position(|name| *name == tap.tensor);
            let tensor = index.and_then(|index| outputs.get(index));
            let tensor = tensor.ok_or_else(|| unexpected(format!("the network has no tensor {}", tap.tensor)))?;
            let values = pooled(tensor, tap.grid)
                .ok_or_else(|| unexpected(format!("{} is no map of {} cells", tap.tensor, tap.grid)))?;
            blocks.push(Block {
                name: format!("{}/{}", look.name, tap.tensor),
                values,
            });
        }
        Ok(())
    }
}

/// Means of a map (batch, channels, rows, columns) over the cells of a square grid; channel, row, column in this order.
fn pooled(map: &Tensor, grid: usize) -> Option<Vec<f32>> {
    let &[1, channels, rows, columns] = map.shape() else {
        return None;
    };
    if grid == 0 || rows < grid || columns < grid {
        return None;
    }
    let bounds = |side: usize| {
        (0..=grid)
            .map(move |cell| (cell * side + grid / 2) / grid)
            .collect::<Vec<_>>()
    };
    let (across, down) = (bounds(columns), bounds(rows));
    let mut means = Vec::with_capacity(channels * grid * grid);
    for plane in map.values().chunks_exact(rows * columns) {
        for vertical in down.windows(2) {
            for horizontal in across.windows(2) {
                let cell = (vertical[0]..vertical[1])
                    .flat_map(|row| &plane[row * columns + horizontal[0]..row * columns + horizontal[1]]);
                let count = (vertical[1] - vertical[0]) * (horizontal[1] - horizontal[0]);
                means.push(cell.sum::<f32>() / count as f32);
            }
        }
    }
    Some(means)
}

/// A small picture of the head.
pub(super) fn palette(picture: &Picture, face: &Similarity) -> Patch {
    Patch::cut(picture, PALETTE.place(face, PALETTE_PX), PALETTE_PX, PALETTE_PX)
}

/// Means of the cells of the palette, and a histogram of the colours where a hat would be.
fn colours(palette: &Patch) -> Vec<f32> {
    let cells = PALETTE_PX / PALETTE_CELL_PX;
    let mut values = vec![0.0; cells * cells * 3];
    let mut histogram = vec![0.0f32; 64];
    for y in 0..PALETTE_PX {
        for x in 0..PALETTE_PX {
            let pixel = palette.at(x, y);
            let cell = (y / PALETTE_CELL_PX) * cells + x / PALETTE_CELL_PX;
            for (channel, value) in pixel.iter().enumerate() {
                values[cell * 3 + channel] += value / 255.0 / (PALETTE_CELL_PX * PALETTE_CELL_PX) as f32;
            }
            if HAT_ROWS.contains(&y) && HAT_COLUMNS.contains(&x) {
                let [red, green, blue] = pixel.map(|value| ((value / 64.0) as usize).min(3));
                histogram[red * 16 + green * 4 + blue] += 1.0;
            }
        }
    }
    let pixels = (HAT_ROWS.len() * HAT_COLUMNS.len()) as f32;
    values.extend(histogram.iter().map(|count| (count / pixels).sqrt()));
    values
}

fn unexpected(reason: String) -> VisionError {
    VisionError::Output { stage: STAGE, reason }
}
