//! PNG and BMP pixels.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::png::PngDecoder;
use image::{DynamicImage, ImageDecoder, Limits};

use super::PictureError;
use super::header::PictureFormat;

/// What a decoder may allocate: 2,000 x 2,000 pixels of 16-bit RGBA take 32 MB, and as much again for its own buffers.
const MAX_ALLOCATION_BYTES: u64 = 96 << 20;

/// Limits for decoders that know them.
pub(super) fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOCATION_BYTES);
    limits
}

/// RGB pixels as stored: palettes expanded, 16 bits cut to 8, transparent parts laid on white as a viewer shows them.
pub(super) fn decode(bytes: &[u8], format: PictureFormat) -> Result<Vec<u8>, PictureError> {
    let image = match format {
        PictureFormat::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(PictureError::not_decodable)?;
            pixels(decoder)?
        }
        PictureFormat::Bmp => pixels(BmpDecoder::new(Cursor::new(bytes)).map_err(PictureError::not_decodable)?)?,
        PictureFormat::Jpeg => return Err(PictureError::not_decodable("a JPEG has its own decoder")),
    };
    if image.color().has_alpha() {
        Ok(on_white(&image.into_rgba8()))
    } else {
        Ok(image.into_rgb8().into_raw())
    }
}

fn pixels(mut decoder: impl ImageDecoder) -> Result<DynamicImage, PictureError> {
    decoder.set_limits(limits()).map_err(PictureError::not_decodable)?;
    DynamicImage::from_decoder(decoder).map_err(PictureError::not_decodable)
}

fn on_white(image: &image::RgbaImage) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(image.as_raw().len() / 4 * 3);
    for &[red, green, blue, alpha] in image.as_raw().as_chunks::<4>().0 {
        let alpha = u32::from(alpha);
        for channel in [red, green, blue] {
            let blended = (u32::from(channel) * alpha + 255 * (255 - alpha) + 127) / 255;
            rgb.push(blended as u8);
        }
    }
    rgb
}
