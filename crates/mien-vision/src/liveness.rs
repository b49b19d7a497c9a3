//! Whether a face was taken from a living person and not from a picture of one.
//!
//! Each network of the role looks at its own crop; the mean of what they say, on the logistic scale, counts, and beside it
//! what an own network says ([`surface`]). What this stops and what it does not stands in `docs/ACCURACY.md`, Liveness.

pub mod surface;

use std::sync::Arc;

use crate::align::{Warp, warp};
use crate::engine::{EngineError, Network, TensorView};
use crate::face::{Face, Region};
use crate::picture::{InputFormat, Picture};
use crate::points::{roll, square};
use crate::vision::VisionError;
use surface::SurfaceNetwork;

const STAGE: &str = "liveness";

/// The score that the documents recommend as the bound.
const RECOMMENDED: f32 = 40.0;

/// The networks and the probability that means the recommended bound.
#[derive(Debug)]
pub(crate) struct Liveness {
    pub(crate) watchers: Vec<Watcher>,
    pub(crate) surface: SurfaceNetwork,
    /// How much the own network counts, 0 to 1; the others together have the rest.
    pub(crate) own: f32,
    /// Mean probability that stands for a score of 40, above 0 and below 1.
    pub(crate) cut: f32,
}

/// One network with its crop.
#[derive(Debug)]
pub(crate) struct Watcher {
    pub(crate) network: Arc<dyn Network>,
    pub(crate) format: InputFormat,
    pub(crate) crop: Crop,
    pub(crate) output: String,
    /// Index of the class of live faces.
    pub(crate) live: usize,
    /// Whether the output still needs a softmax.
    pub(crate) logits: bool,
}

/// What a network is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Crop {
    /// A square around the box.
    Square { scale: f32, upright: bool },
    /// The box itself, larger, but never beyond the picture.
    Stretch { scale: f32 },
}

impl Liveness {
    /// 0 to 100; 40 is the recommended bound, the higher the more alive.
    pub(crate) fn score(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        let probabilities = self.probabilities(picture, face)?;
        let odds = probabilities.iter().map(|&probability| logit(probability));
        let weights = (0..probabilities.len()).map(|index| match index.checked_sub(self.watchers.len()) {
            Some(_) => self.own,
            None => (1.0 - self.own) / self.watchers.len() as f32,
        });
        let mean: f32 = odds.zip(weights).map(|(odds, weight)| odds * weight).sum();
        Ok(100.0 * logistic(0.5 * (mean - logit(self.cut)) + logit(RECOMMENDED / 100.0)))
    }

    /// What each network says by itself, 0 to 1; the own one last.
    pub(crate) fn probabilities(&self, picture: &Picture, face: &Face) -> Result<Vec<f32>, VisionError> {
        let said = self.watchers.iter().map(|watcher| watcher.probability(picture, face));
        said.chain([self.surface.probability(picture, face)]).collect()
    }
}

impl Watcher {
    fn probability(&self, picture: &Picture, face: &Face) -> Result<f32, VisionError> {
        let mut tensor = vec![0.0; self.format.len()];
        match self.crop {
            Crop::Square { scale, upright } => {
                let place = square(&face.region, scale, roll(face, upright), self.format.width);
                warp(picture, Warp { place, mirror: false }, &self.format, &mut tensor);
            }
            Crop::Stretch { scale } => stretch(
                picture,
                &within(picture, &face.region, scale),
                &self.format,
                &mut tensor,
            ),
        }
        let engine = |source: EngineError| VisionError::Engine { stage: STAGE, source };
        let shape = self.format.shape(1);
        let outputs = self
            .network
            .run(&[TensorView::new(&shape, &tensor).map_err(engine)?])
            .map_err(engine)?;
        let index = self.network.outputs().iter().position(|name| *name == self.output);
        let values = index.and_then(|index| outputs.get(index)).map(|tensor| tensor.values());
        let values = values.ok_or_else(|| unexpected("the network lacks the output of the manifest"))?;
        let value = values
            .get(self.live)
            .ok_or_else(|| unexpected("the network has fewer classes than the manifest says"))?;
        let probability = if self.logits {
            let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            (value - largest).exp() / values.iter().map(|other| (other - largest).exp()).sum::<f32>()
        } else {
            *value
        };
        if probability.is_finite() {
            Ok(probability.clamp(0.0, 1.0))
        } else {
            Err(unexpected("the network says something that is not a number"))
        }
    }
}

/// The box times `scale`, less where the picture is too small for that, moved into the picture.
fn within(picture: &Picture, region: &Region, scale: f32) -> Region {
    let (limit_x, limit_y) = (picture.width() as f32 - 1.0, picture.height() as f32 - 1.0);
    let scale = scale
        .min(limit_x / region.width.max(1.0))
        .min(limit_y / region.height.max(1.0));
    let (width, height) = (region.width * scale, region.height * scale);
    let centre = region.centre();
    let start = |middle: f32, side: f32, limit: f32| (middle - 0.5 * side).clamp(0.0, (limit - side).max(0.0));
    Region {
        x: start(centre.x, width, limit_x),
        y: start(centre.y, height, limit_y),
        width,
        height,
    }
}

/// Bilinear and without averaging, as the crops were made that such networks are trained on: what averaging would smooth
/// away is what they look for.
fn stretch(picture: &Picture, part: &Region, format: &InputFormat, tensor: &mut [f32]) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = picture.pixels();
    let (across, down) = (part.width / format.width as f32, part.height / format.height as f32);
    let mut row = vec![0.0f32; format.width * 3];
    for v in 0..format.height {
        let (top, bottom, wy) = neighbours(part.y + (v as f32 + 0.5) * down - 0.5, height);
        for (u, to) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let (left, right, wx) = neighbours(part.x + (u as f32 + 0.5) * across - 0.5, width);
            let at = |x: usize, y: usize, channel: usize| f32::from(pixels[(y * width + x) * 3 + channel]);
            *to = [0, 1, 2].map(|channel| {
                let upper = at(left, top, channel) * (1.0 - wx) + at(right, top, channel) * wx;
                let lower = at(left, bottom, channel) * (1.0 - wx) + at(right, bottom, channel) * wx;
                upper * (1.0 - wy) + lower * wy
            });
        }
        format.write_row(tensor, v, 0, &row);
    }
}

/// Two neighbouring pixels of a line and how much the second counts.
fn neighbours(place: f32, length: usize) -> (usize, usize, f32) {
    let last = length.max(1) - 1;
    let place = place.clamp(0.0, last as f32);
    let first = (place as usize).min(last);
    (first, (first + 1).min(last), place - first as f32)
}

/// Away from 0 and 1, where the logarithm ends.
fn logit(probability: f32) -> f32 {
    let probability = probability.clamp(1e-6, 1.0 - 1e-6);
    (probability / (1.0 - probability)).ln()
}

fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn unexpected(reason: &str) -> VisionError {
    VisionError::Output {
        stage: STAGE,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(width: u32, height: u32, region: (f32, f32, f32, f32), scale: f32) -> Region {
        let picture = Picture::from_rgb(width, height, vec![0; (width * height * 3) as usize]).unwrap();
        let (x, y, width, height) = region;
        within(&picture, &Region { x, y, width, height }, scale)
    }

    #[test]
    fn the_crop_stays_in_the_picture() {
        for (region, scale) in [
            ((10.0, 10.0, 40.0, 50.0), 2.7),
            ((150.0, 60.0, 40.0, 50.0), 2.7),
            ((-5.0, -9.0, 190.0, 120.0), 4.0),
            ((80.0, 40.0, 10.0, 10.0), 4.0),
        ] {
            let found = part(200, 100, region, scale);
            assert!(found.x >= 0.0 && found.y >= 0.0, "{region:?}: {found:?}");
            assert!(
                found.x + found.width <= 199.5 && found.y + found.height <= 99.5,
                "{region:?}: {found:?}"
            );
            let (asked, kept) = (region.2 / region.3, found.width / found.height);
            assert!((asked - kept).abs() < 1e-3, "{region:?}: {found:?}");
        }
        assert_eq!(part(200, 100, (80.0, 40.0, 10.0, 10.0), 4.0).width, 40.0);
    }

    #[test]
    fn stretching_samples_the_part() {
        let pixels = (0..4u8)
            .flat_map(|y| (0..4u8).flat_map(move |x| [x * 10, y * 10, 7]))
            .collect();
        let picture = Picture::from_rgb(4, 4, pixels).unwrap();
        let format = InputFormat {
            width: 2,
            height: 2,
            order: crate::picture::ChannelOrder::Rgb,
            layout: crate::picture::Layout::Nhwc,
            mean: [0.0; 3],
            scale: [1.0; 3],
        };
        let mut tensor = vec![0.0; 12];
        let part = Region {
            x: 0.0,
            y: 0.0,
            width: 4.0,
            height: 4.0,
        };
        stretch(&picture, &part, &format, &mut tensor);
        assert_eq!(tensor, [5.0, 5.0, 7.0, 25.0, 5.0, 7.0, 5.0, 25.0, 7.0, 25.0, 25.0, 7.0]);
    }
}
