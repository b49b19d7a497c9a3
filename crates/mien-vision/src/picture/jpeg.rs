//! JPEG: header and pixels.

use image::metadata::Orientation;
use jpeg_decoder::PixelFormat;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::PictureError;
use super::header::{PictureFormat, PictureHeader};

/// Size and EXIF orientation.
pub(super) fn header(bytes: &[u8]) -> Result<PictureHeader, PictureError> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode_headers().map_err(PictureError::not_decodable)?;
    let (width, height) = decoder
        .dimensions()
        .ok_or_else(|| PictureError::not_decodable("the header has no size"))?;
    let orientation = decoder
        .exif()
        .and_then(|chunk| Orientation::from_exif_chunk(chunk))
        .unwrap_or(Orientation::NoTransforms);
    // JPEG stores edges in 16 bits.
    Ok(PictureHeader::new(
        PictureFormat::Jpeg,
        width as u32,
        height as u32,
        orientation,
    ))
}

/// RGB pixels as stored, before the orientation is applied.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    // The decoder fills what is missing with grey. A face in the part that did arrive would then be enrolled from a
    // broken upload, so a file without its end marker is refused (BEHAVIOUR 8).
    if !has_end(bytes) {
        return Err(PictureError::not_decodable("the JPEG is truncated"));
    }
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode().map_err(PictureError::not_decodable)
}

/// RGB pixels as stored at half the size, odd edges rounded up. `None` for what only the other decoder can do: CMYK,
/// more than 8 bits, and files in which this one finds a fault.
pub(super) fn decode_half(bytes: &[u8]) -> Option<Vec<u8>> {
    if !has_end(bytes) {
        return None;
    }
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let grey = match info.pixel_format {
        PixelFormat::RGB24 => false,
        PixelFormat::L8 => true,
        PixelFormat::L16 | PixelFormat::CMYK32 => return None,
    };
    let scaled = decoder.scale(info.width.div_ceil(2), info.height.div_ceil(2)).ok()?;
    if scaled != (info.width.div_ceil(2), info.height.div_ceil(2)) {
        return None;
    }
    let pixels = decoder.decode().ok()?;
    Some(match grey {
        true => pixels.iter().flat_map(|&shade| [shade; 3]).collect(),
        false => pixels,
    })
}

fn options() -> DecoderOptions {
    DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB)
}

/// Walks the segments to the first scan and looks for the end marker behind it. Thumbnails inside EXIF have end markers
/// of their own, hence the walk.
fn has_end(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    let mut at = 2;
    while let (Some(&0xff), Some(&marker)) = (bytes.get(at), bytes.get(at + 1)) {
        let standalone = matches!(marker, 0x01 | 0xd0..=0xd8);
        if marker == 0xff {
            at += 1;
        } else if standalone {
            at += 2;
        } else if marker == START_OF_SCAN {
            return bytes[at + 2..].windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
        } else if let (Some(&high), Some(&low)) = (bytes.get(at + 2), bytes.get(at + 3)) {
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
        } else {
            return false;
        }
    }
    // Bytes between segments: leave the judgement to the decoder.
    bytes.windows(2).rev().any(|pair| pair == [0xff, 0xd9])
}
