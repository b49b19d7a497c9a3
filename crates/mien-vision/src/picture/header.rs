//! Format, size and orientation, read without decoding a pixel.

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::bmp::BmpDecoder;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;

use super::{PictureError, PictureLimits, jpeg, raster};

/// The formats of BEHAVIOUR 8, told apart by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG.
    Png,
    /// Windows bitmap.
    Bmp,
}

/// What the header of a picture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureHeader {
    format: PictureFormat,
    stored_width: u32,
    stored_height: u32,
    orientation: Orientation,
}

impl PictureHeader {
    /// Reads the header and checks every limit.
    ///
    /// # Errors
    /// [`PictureError`] for empty, too large (bytes or pixels), too small or unknown pictures.
    pub fn read(bytes: &[u8], limits: &PictureLimits) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        if bytes.len() > limits.max_bytes {
            return Err(PictureError::TooManyBytes {
                bytes: bytes.len(),
                limit: limits.max_bytes,
            });
        }
        let header = match sniff(bytes) {
            Some(PictureFormat::Jpeg) => jpeg::header(bytes)?,
            Some(PictureFormat::Png) => {
                if let Some((width, height)) = png_size(bytes) {
                    // Said by the first chunk; whatever follows need not even be there.
                    Self::new(PictureFormat::Png, width, height, Orientation::NoTransforms).check(limits)?;
                }
                png_header(bytes)?
            }
            Some(PictureFormat::Bmp) => bmp_header(bytes)?,
            None => return Err(PictureError::not_decodable("neither PNG, JPEG nor BMP")),
        };
        header.check(limits)?;
        Ok(header)
    }

    pub(super) fn new(format: PictureFormat, stored_width: u32, stored_height: u32, orientation: Orientation) -> Self {
        Self {
            format,
            stored_width,
            stored_height,
            orientation,
        }
    }

    pub(super) fn synthetic(width: u32, height: u32) -> Self {
        Self::new(PictureFormat::Bmp, width, height, Orientation::NoTransforms)
    }

    /// The format of the file.
    pub fn format(&self) -> PictureFormat {
        self.format
    }

    /// Width and height as stored in the file, before the EXIF orientation is applied.
    pub fn stored_size(&self) -> (u32, u32) {
        (self.stored_width, self.stored_height)
    }

    /// Width and height of the upright picture.
    pub fn upright_size(&self) -> (u32, u32) {
        if self.swaps_edges() {
            (self.stored_height, self.stored_width)
        } else {
            (self.stored_width, self.stored_height)
        }
    }

    /// Whether the stored width is the upright height.
    pub(super) fn swaps_edges(&self) -> bool {
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => true,
            Orientation::NoTransforms
            | Orientation::Rotate180
            | Orientation::FlipHorizontal
            | Orientation::FlipVertical => false,
        }
    }

    pub(super) fn orientation(&self) -> Orientation {
        self.orientation
    }

    fn check(&self, limits: &PictureLimits) -> Result<(), PictureError> {
        let limit_px = match self.format {
            PictureFormat::Jpeg => limits.max_jpeg_long_edge,
            PictureFormat::Png | PictureFormat::Bmp => limits.max_other_long_edge,
        };
        let long_edge_px = self.stored_width.max(self.stored_height);
        let short_edge_px = self.stored_width.min(self.stored_height);
        if long_edge_px > limit_px {
            return Err(PictureError::TooLarge { long_edge_px, limit_px });
        }
        if short_edge_px < limits.min_short_edge {
            return Err(PictureError::TooSmall {
                short_edge_px,
                limit_px: limits.min_short_edge,
            });
        }
        Ok(())
    }
}

fn sniff(bytes: &[u8]) -> Option<PictureFormat> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    if bytes.starts_with(b"\xff\xd8\xff") {
        Some(PictureFormat::Jpeg)
    } else if bytes.starts_with(PNG) {
        Some(PictureFormat::Png)
    } else if bytes.starts_with(b"BM") {
        Some(PictureFormat::Bmp)
    } else {
        None
    }
}

/// Width and height from the chunk that a PNG must begin with (PNG 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (name, rest) = bytes.get(12..)?.split_first_chunk::<4>()?;
    let (width, rest) = rest.split_first_chunk::<4>()?;
    let height = rest.first_chunk::<4>()?;
    (name == b"IHDR").then(|| (u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

fn png_header(bytes: &[u8]) -> Result<PictureHeader, PictureError> {
    let mut decoder =
        PngDecoder::with_limits(Cursor::new(bytes), raster::limits()).map_err(PictureError::not_decodable)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (width, height) = decoder.dimensions();
    Ok(PictureHeader::new(PictureFormat::Png, width, height, orientation))
}

fn bmp_header(bytes: &[u8]) -> Result<PictureHeader, PictureError> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(PictureError::not_decodable)?;
    let (width, height) = decoder.dimensions();
    Ok(PictureHeader::new(
        PictureFormat::Bmp,
        width,
        height,
        Orientation::NoTransforms,
    ))
}
