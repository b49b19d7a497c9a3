//! How fit a face is for recognition: sharpness, brightness, what can be seen of six parts, and all in one number.

mod light;
mod sharpness;

use crate::align::Patch;
use crate::cover::Cover;
use crate::heads::sight::{Square, placement};
use crate::picture::Picture;
use crate::points::Mesh;
use crate::vision::VisionError;

/// Quality of one face, each value 0 to 100 on the documented bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Overall: up to 40 poor, 60 fair, 80 good, 100 excellent.
    pub score: f32,
    /// Below 40 very blurred, below 60 blurred, below 80 slightly blurred.
    pub sharpness: f32,
    /// Below 30 dark, above 70 bright.
    pub brightness: f32,
    /// What can be seen of eyebrows, eyes, nose, cheeks, mouth and chin, in this order.
    pub completeness: [f32; 6],
}

/// What the values are computed from: for measuring and for setting the bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Share of the gradients that a blur leaves as they are, 0 sharp to 1 blurred.
    pub blur: f32,
    /// Mean luma of the face, 0 to 255.
    pub luma: f32,
    /// Luma that nine tenths of the face stay below, 0 to 255.
    pub bright_luma: f32,
    /// Luma that nine tenths of the face exceed, 0 to 255.
    pub dark_luma: f32,
    /// What covers the face.
    pub cover: Cover,
}

/// The face without hair and background, as sharpness and light are measured on it.
const SQUARE: Square = Square {
    x: 56.0,
    y: 68.0,
    side: 104.0,
    mirror: false,
};
const SIDE_PX: usize = 120;

/// Documented bounds of completeness: at or below, the part counts as covered.
pub const COVERED_AT: [f32; 6] = [80.0, 80.0, 60.0, 70.0, 50.0, 70.0];

/// Share covered, as the network says it, that stands for the documented bound: chosen on the first half of LFW's people so
/// that at most one in twenty parts that nothing covers is above, in spoiled pictures too.
const COVERED_FROM: [f32; 6] = [0.09, 0.20, 0.15, 0.08, 0.15, 0.15];

impl Evidence {
    pub(crate) fn gather(picture: &Picture, mesh: &Mesh, cover: Cover) -> Result<Self, VisionError> {
        let face = placement(mesh).ok_or_else(|| VisionError::Output {
            stage: "quality",
            reason: "the points of the mesh coincide".to_owned(),
        })?;
        let patch = Patch::cut(picture, SQUARE.place(&face, SIDE_PX), SIDE_PX, SIDE_PX);
        let luma: Vec<f32> = patch
            .rgb
            .as_chunks::<3>()
            .0
            .iter()
            .map(|[red, green, blue]| 0.299 * red + 0.587 * green + 0.114 * blue)
            .collect();
        let light = light::measure(&luma, SIDE_PX);
        Ok(Self {
            blur: sharpness::blur(&luma, SIDE_PX),
            luma: light.mean,
            bright_luma: light.bright,
            dark_luma: light.dark,
            cover,
        })
    }

    /// The values of the contract.
    pub fn quality(&self) -> Quality {
        let sharpness = sharpness::scale(self.blur);
        let brightness = light::scale(self);
        let completeness =
            std::array::from_fn(|part| seen(self.cover.shares[part], COVERED_FROM[part], COVERED_AT[part]));
        Quality {
            score: through(&SCORE, self.cover.likeness) * dulled(sharpness) * lit(brightness),
            sharpness,
            brightness,
            completeness,
        }
    }
}

/// Foretold likeness to the unspoiled face, and the score: at 0.5 strangers are as alike as the face is to itself.
const SCORE: [(f32, f32); 6] = [
    (0.0, 0.0),
    (0.3, 20.0),
    (0.5, 40.0),
    (0.7, 60.0),
    (0.85, 80.0),
    (0.97, 98.0),
];

/// What blur takes off the score beyond what was foretold.
fn dulled(sharpness: f32) -> f32 {
    through(&[(0.0, 0.5), (80.0, 0.95), (100.0, 1.0)], sharpness)
}

/// What darkness and glare take off.
fn lit(brightness: f32) -> f32 {
    through(
        &[
            (0.0, 0.3),
            (30.0, 0.9),
            (45.0, 1.0),
            (55.0, 1.0),
            (70.0, 0.9),
            (100.0, 0.4),
        ],
        brightness,
    )
}

/// 100 where nothing is covered, the bound where `from` is, 0 where all is.
fn seen(share: f32, from: f32, bound: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);
    if share <= from {
        100.0 - (100.0 - bound) * share / from
    } else {
        bound * (1.0 - share) / (1.0 - from)
    }
}

/// Straight lines through points of rising `x`; flat outside.
fn through(knots: &[(f32, f32)], x: f32) -> f32 {
    let Some(&(first_x, first_y)) = knots.first() else {
        return x;
    };
    if x <= first_x {
        return first_y;
    }
    for pair in knots.windows(2) {
        let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
        if x <= x1 {
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
        }
    }
    knots[knots.len() - 1].1
}
