//! How a model sees: the size, channels and scaling of its input, and the part of the picture that it gets.

use serde::{Deserialize, Serialize};

/// How pixels become the numbers a model takes: `(pixel - mean) / deviation` for each channel, pixels 0 to 255.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The model takes any width and height that are multiples of this; the two above are what to use by default.
    pub multiple: Option<u32>,
    /// Order of the channels.
    pub colour: Colour,
    /// Order of the dimensions.
    #[serde(default)]
    pub layout: Layout,
    /// Subtracted from each channel, in the order of `colour`.
    #[serde(default = "PerChannel::zero")]
    pub mean: PerChannel,
    /// Divides each channel, in the order of `colour`.
    #[serde(default = "PerChannel::one")]
    pub deviation: PerChannel,
}

/// Order of the channels of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// One channel: 0.299 red + 0.587 green + 0.114 blue.
    Grey,
}

/// Order of the dimensions of an image tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Batch, channel, row, column.
    #[default]
    Nchw,
    /// Batch, row, column, channel.
    Nhwc,
}

/// One number for all channels, or one for each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerChannel {
    /// The same for all.
    All(f32),
    /// One each.
    Each([f32; 3]),
}

/// Which part of the picture a model sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Crop {
    /// The square around the centre of the face's box whose side is the box's longer side times `scale`.
    Square {
        /// Factor on the longer side.
        scale: f32,
        /// Turn the crop so that the line of the eyes is level.
        #[serde(default)]
        upright: bool,
    },
    /// The box itself, each side times `scale`, not kept square.
    Stretch {
        /// Factor on both sides.
        scale: f32,
    },
    /// The similarity transform that brings the five points nearest to these, in pixels of the input.
    Template {
        /// Eye, eye, nose, mouth corner, mouth corner; the viewer's left first.
        points: [[f32; 2]; 5],
    },
}

impl Input {
    /// Shape of a batch of inputs of the default size.
    pub fn shape(&self, batch: usize) -> [usize; 4] {
        let (width, height) = (self.width as usize, self.height as usize);
        match self.layout {
            Layout::Nchw => [batch, self.colour.channels(), height, width],
            Layout::Nhwc => [batch, height, width, self.colour.channels()],
        }
    }
}

impl Colour {
    /// Numbers in a pixel.
    pub fn channels(self) -> usize {
        match self {
            Colour::Rgb | Colour::Bgr => 3,
            Colour::Grey => 1,
        }
    }
}

impl PerChannel {
    /// The numbers of the three channels.
    pub fn to_array(self) -> [f32; 3] {
        match self {
            PerChannel::All(value) => [value; 3],
            PerChannel::Each(values) => values,
        }
    }

    fn zero() -> Self {
        PerChannel::All(0.0)
    }

    fn one() -> Self {
        PerChannel::All(1.0)
    }
}

/// Largest side of an input in pixels: more would only serve to fill the memory.
const MAX_SIDE: u32 = 4096;

impl Input {
    /// What is wrong with the numbers, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        let sides = [self.width, self.height];
        if sides.iter().any(|side| !(1..=MAX_SIDE).contains(side)) {
            return Some(format!(
                "the input of {} x {} px is not within 1 to {MAX_SIDE}",
                self.width, self.height
            ));
        }
        if self
            .multiple
            .is_some_and(|multiple| multiple == 0 || sides.iter().any(|side| side % multiple != 0))
        {
            return Some("the default size of the input is not a multiple of `multiple`".to_owned());
        }
        let (mean, deviation) = (self.mean.to_array(), self.deviation.to_array());
        if mean.iter().chain(&deviation).any(|value| !value.is_finite()) || deviation.contains(&0.0) {
            return Some("mean and deviation must be finite and the deviation not 0".to_owned());
        }
        None
    }
}

impl Crop {
    /// What is wrong with the numbers, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        match self {
            Crop::Square { scale, .. } | Crop::Stretch { scale } => {
                (!(0.1..=10.0).contains(scale)).then(|| format!("the crop's scale of {scale} is not within 0.1 to 10"))
            }
            Crop::Template { points } => points
                .iter()
                .flatten()
                .any(|value| !(-4096.0..=8192.0).contains(value))
                .then(|| "the points of the template are far outside of the input".to_owned()),
        }
    }
}
