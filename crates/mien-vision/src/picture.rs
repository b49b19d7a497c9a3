//! A photograph as the server receives it: limits first, then pixels.

mod header;
mod input;
mod jpeg;
mod orient;
mod raster;
mod resize;
mod view;

pub use header::{PictureFormat, PictureHeader};
pub use input::{ChannelOrder, InputFormat, Layout};
pub use resize::{Window, fill};
pub use view::View;

use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;

/// Limits of BEHAVIOUR 8, all checked before a pixel is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    /// Largest file in bytes. The contract bounds the Base64 text at 5,242,880 characters, which is this many bytes.
    pub max_bytes: usize,
    /// Largest long edge of a JPEG in pixels.
    pub max_jpeg_long_edge: u32,
    /// Largest long edge of every other format in pixels.
    pub max_other_long_edge: u32,
    /// Smallest short edge in pixels.
    pub min_short_edge: u32,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            max_bytes: 5_242_880 / 4 * 3,
            max_jpeg_long_edge: 4000,
            max_other_long_edge: 2000,
            min_short_edge: 64,
        }
    }
}

/// Why a picture is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PictureError {
    /// No bytes at all.
    #[error("the picture is empty")]
    Empty,
    /// More bytes than the limit.
    #[error("the picture has {bytes} bytes, at most {limit} are accepted")]
    TooManyBytes {
        /// Size of the file.
        bytes: usize,
        /// What is accepted.
        limit: usize,
    },
    /// Neither PNG, JPEG nor BMP, or broken.
    #[error("the picture cannot be decoded: {reason}")]
    NotDecodable {
        /// What the decoder said.
        reason: String,
    },
    /// The long edge is over the limit.
    #[error("the long edge of the picture is {long_edge_px} px, at most {limit_px} are accepted")]
    TooLarge {
        /// Long edge from the header.
        long_edge_px: u32,
        /// What is accepted for this format.
        limit_px: u32,
    },
    /// The short edge is under the limit.
    #[error("the short edge of the picture is {short_edge_px} px, at least {limit_px} are needed")]
    TooSmall {
        /// Short edge from the header.
        short_edge_px: u32,
        /// What is needed.
        limit_px: u32,
    },
}

impl PictureError {
    fn not_decodable(reason: impl ToString) -> Self {
        Self::NotDecodable {
            reason: reason.to_string(),
        }
    }
}

/// A decoded picture, upright by its EXIF orientation. All coordinates of this crate refer to its upright pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    header: PictureHeader,
    /// RGB, 8 bits each, rows from the top without padding.
    pixels: Vec<u8>,
}

impl Picture {
    /// Checks every limit on the header, then decodes.
    ///
    /// # Errors
    /// [`PictureError`]; nothing is decoded when a limit is broken.
    pub fn open(bytes: &[u8], limits: &PictureLimits) -> Result<Self, PictureError> {
        let header = PictureHeader::read(bytes, limits)?;
        Self::decode(bytes, header)
    }

    /// Decodes a picture whose header was accepted.
    ///
    /// # Errors
    /// [`PictureError::NotDecodable`] for truncated or corrupt data.
    pub fn decode(bytes: &[u8], header: PictureHeader) -> Result<Self, PictureError> {
        // The decoders are other people's code fed by strangers: a panic in one is a broken picture, not a broken server.
        let stored = catch_unwind(AssertUnwindSafe(|| match header.format() {
            PictureFormat::Jpeg => jpeg::decode(bytes),
            PictureFormat::Png | PictureFormat::Bmp => raster::decode(bytes, header.format()),
        }))
        .map_err(|_| PictureError::not_decodable("the decoder gave up on the data"))??;
        let (width, height) = header.stored_size();
        if stored.len() != width as usize * height as usize * 3 {
            return Err(PictureError::not_decodable("the pixels do not match the header"));
        }
        Ok(Self {
            header,
            pixels: orient::upright(stored, width, height, header.orientation()),
        })
    }

    /// A picture from upright RGB pixels, 8 bits each, rows from the top without padding.
    ///
    /// # Errors
    /// [`PictureError::NotDecodable`] when the number of bytes is not `width * height * 3` or an edge is 0.
    pub fn from_rgb(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, PictureError> {
        if width == 0 || height == 0 || pixels.len() != width as usize * height as usize * 3 {
            return Err(PictureError::not_decodable("the pixels do not match the size"));
        }
        Ok(Self {
            header: PictureHeader::synthetic(width, height),
            pixels,
        })
    }

    /// Width of the upright picture in pixels.
    pub fn width(&self) -> u32 {
        self.header.upright_size().0
    }

    /// Height of the upright picture in pixels.
    pub fn height(&self) -> u32 {
        self.header.upright_size().1
    }

    /// What the file says about itself, with the size before EXIF orientation.
    pub fn header(&self) -> &PictureHeader {
        &self.header
    }

    /// The upright pixels, RGB.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Pixels for a consumer that shrinks the picture by `shrink` or more (1 = full size is needed).
    ///
    /// Today every consumer is given the full picture; the scale of the view tells samplers how its pixels map to the
    /// upright picture, so that a decoder that scales while decoding can be put in here.
    pub fn view(&self, _shrink: f32) -> View<'_> {
        View::new(&self.pixels, self.width() as usize, self.height() as usize)
    }
}
