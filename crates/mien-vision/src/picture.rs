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

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use image::metadata::Orientation;
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
///
/// Of a large JPEG only the half size is decoded at first: the inverse cosine transform gives it without the full pixels
/// (4 x 4 instead of 8 x 8 for each block). The full one is decoded when a consumer needs it, for example for the crop of a small face.
#[derive(Clone, Debug)]
pub struct Picture {
    header: PictureHeader,
    /// RGB, 8 bits each, rows from the top without padding.
    full: OnceLock<Vec<u8>>,
    half: Option<Half>,
}

/// A picture at half its size, and the file to decode the rest from.
#[derive(Clone, Debug)]
struct Half {
    file: Vec<u8>,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Pixels along an edge of a picture for one pixel of its half.
const HALF_SHRINK: usize = 2;

/// JPEGs of this many pixels and more are decoded at half size first. Below it, decoding twice for a small face costs
/// more than is saved for a large one.
const HALVED_FROM_PX: usize = 3_000_000;

impl Picture {
    /// Checks every limit on the header, then decodes. Give the bytes away where they are yours: those of a large JPEG
    /// are kept.
    ///
    /// # Errors
    /// [`PictureError`]; nothing is decoded when a limit is broken.
    pub fn open<'a>(bytes: impl Into<Cow<'a, [u8]>>, limits: &PictureLimits) -> Result<Self, PictureError> {
        let bytes = bytes.into();
        let header = PictureHeader::read(&bytes, limits)?;
        Self::decode(bytes, header)
    }

    /// Decodes a picture whose header was accepted.
    ///
    /// # Errors
    /// [`PictureError::NotDecodable`] for truncated or corrupt data.
    pub fn decode<'a>(bytes: impl Into<Cow<'a, [u8]>>, header: PictureHeader) -> Result<Self, PictureError> {
        let bytes = bytes.into();
        // What the decoder of halves cannot do or does not understand is left to the judgement of the other.
        if let Some((pixels, width, height)) = decode_half(&bytes, &header) {
            let half = Half {
                file: bytes.into_owned(),
                width,
                height,
                pixels,
            };
            return Ok(Self {
                header,
                full: OnceLock::new(),
                half: Some(half),
            });
        }
        let full = decode_full(&bytes, &header)?;
        Ok(Self {
            header,
            full: OnceLock::from(full),
            half: None,
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
            full: OnceLock::from(pixels),
            half: None,
        })
    }

    /// A picture of one shade of grey.
    pub(crate) fn plain(width: u32, height: u32, shade: u8) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self {
            header: PictureHeader::synthetic(width, height),
            full: OnceLock::from(vec![shade; width as usize * height as usize * 3]),
            half: None,
        }
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

    /// The upright pixels at full size, RGB. Decodes them when that has not been done yet.
    pub fn pixels(&self) -> &[u8] {
        self.full.get_or_init(|| match &self.half {
            Some(half) => decode_full(&half.file, &self.header).unwrap_or_else(|error| {
                // Only a file made to be read differently by two decoders comes here.
                tracing::debug!(%error, "a picture that could be decoded at half size cannot be decoded in full");
                half.enlarged(self.width() as usize, self.height() as usize)
            }),
            None => Vec::new(),
        })
    }

    /// Pixels for a consumer that shrinks the picture by `shrink` or more (1 = full size is needed).
    ///
    /// The scale of the view tells samplers how its pixels map to the upright picture.
    pub fn view(&self, shrink: f32) -> View<'_> {
        match &self.half {
            Some(half) if shrink >= HALF_SHRINK as f32 && self.full.get().is_none() => {
                View::shrunk(&half.pixels, half.width, half.height, HALF_SHRINK as f32)
            }
            Some(_) | None => View::new(self.pixels(), self.width() as usize, self.height() as usize),
        }
    }
}

impl Half {
    /// Every pixel twice along both edges, cut to the size of the picture.
    fn enlarged(&self, width: usize, height: usize) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let row = (y / HALF_SHRINK).min(self.height - 1) * self.width;
            for x in 0..width {
                let start = (row + (x / HALF_SHRINK).min(self.width - 1)) * 3;
                pixels.extend_from_slice(&self.pixels[start..start + 3]);
            }
        }
        pixels
    }
}

/// The upright pixels at half size, their width and height; `None` where the full size is better or needed.
fn decode_half(bytes: &[u8], header: &PictureHeader) -> Option<(Vec<u8>, usize, usize)> {
    let (width, height) = header.stored_size();
    let (width, height) = (width as usize, height as usize);
    // The half of an odd edge begins with a whole pixel and ends with one that reaches over the edge; once turned or
    // mirrored, it would begin with that.
    let even = width.is_multiple_of(HALF_SHRINK) && height.is_multiple_of(HALF_SHRINK);
    let fits = even || header.orientation() == Orientation::NoTransforms;
    if header.format() != PictureFormat::Jpeg || width * height < HALVED_FROM_PX || !fits {
        return None;
    }
    let stored = catch_unwind(AssertUnwindSafe(|| jpeg::decode_half(bytes))).ok()??;
    let (width, height) = (width.div_ceil(HALF_SHRINK), height.div_ceil(HALF_SHRINK));
    if stored.len() != width * height * 3 {
        return None;
    }
    let upright = orient::upright(stored, width as u32, height as u32, header.orientation());
    Some(match header.swaps_edges() {
        true => (upright, height, width),
        false => (upright, width, height),
    })
}

/// The upright pixels.
fn decode_full(bytes: &[u8], header: &PictureHeader) -> Result<Vec<u8>, PictureError> {
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
    Ok(orient::upright(stored, width, height, header.orientation()))
}
