//! What is accepted as a picture, and what is said of everything else.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::codecs::bmp::BmpEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, GrayImage, ImageEncoder, RgbImage, RgbaImage};
use mien_vision::picture::{Picture, PictureError, PictureFormat, PictureHeader, PictureLimits};

/// What to expect of a refused picture.
#[derive(Debug, PartialEq)]
enum Refused {
    Empty,
    TooManyBytes,
    NotDecodable,
    TooLarge(u32),
    TooSmall(u32),
}

#[test]
fn bad_pictures_are_refused_for_the_right_reason() {
    let jpeg = jpeg(&gradient(200, 100));
    let png = png(&gradient(200, 100));
    let bmp = bmp(&gradient(200, 100));
    let cases: Vec<(&str, Vec<u8>, Refused)> = vec![
        ("empty", vec![], Refused::Empty),
        ("text", b"data:image/png;base64,".to_vec(), Refused::NotDecodable),
        ("one byte", vec![0xff], Refused::NotDecodable),
        ("GIF", gif(), Refused::NotDecodable),
        ("WebP", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), Refused::NotDecodable),
        ("TIFF", b"II*\0\x08\0\0\0".to_vec(), Refused::NotDecodable),
        (
            "too many bytes",
            [jpeg.clone(), vec![0; 4_000_000]].concat(),
            Refused::TooManyBytes,
        ),
        ("JPEG of 4,001 px", jpeg_header(4001, 300), Refused::TooLarge(4001)),
        (
            "JPEG of 65,535 px",
            jpeg_header(65_535, 65_535),
            Refused::TooLarge(65_535),
        ),
        ("PNG of 2,001 px", png_header(2001, 300), Refused::TooLarge(2001)),
        (
            "PNG of 20,000 x 20,000 px",
            png_header(20_000, 20_000),
            Refused::TooLarge(20_000),
        ),
        ("BMP of 2,001 px", bmp_header(300, 2001), Refused::TooLarge(2001)),
        ("JPEG of 63 px", self::jpeg(&gradient(200, 63)), Refused::TooSmall(63)),
        ("PNG of 63 px", self::png(&gradient(63, 100)), Refused::TooSmall(63)),
        ("BMP of 1 px", self::bmp(&gradient(1, 1)), Refused::TooSmall(1)),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec(), Refused::NotDecodable),
        (
            "JPEG without its last two bytes",
            jpeg[..jpeg.len() - 2].to_vec(),
            Refused::NotDecodable,
        ),
        ("header of a JPEG", jpeg[..20].to_vec(), Refused::NotDecodable),
        ("half a PNG", png[..png.len() / 2].to_vec(), Refused::NotDecodable),
        ("half a BMP", bmp[..bmp.len() / 2].to_vec(), Refused::NotDecodable),
        ("PNG with a broken byte", with_broken_byte(&png), Refused::NotDecodable),
    ];
    let mut failures = Vec::new();
    for (name, bytes, expected) in cases {
        let found = Picture::open(&bytes, &PictureLimits::default())
            .map(drop)
            .map_err(|error| kind(&error));
        if found.as_ref() != Err(&expected) {
            failures.push(format!("{name}: {found:?}, not {expected:?}"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn limits_are_checked_before_decoding() {
    // A decoder that touched the 20,000 x 20,000 pixels would need 1.2 GB and seconds; the fastest of several runs counts,
    // because other processes may hold the processor.
    for (name, bytes) in [
        ("PNG of 20,000 px", png_header(20_000, 20_000)),
        ("JPEG of 4,001 px", jpeg_header(4001, 4001)),
        ("BMP of 2,001 px", bmp_header(2001, 2001)),
    ] {
        let fastest = (0..20).map(|_| time(|| Picture::open(&bytes, &PictureLimits::default()).map(drop).unwrap_err()));
        let fastest = fastest.min().unwrap();
        assert!(fastest < Duration::from_millis(1), "{name}: {fastest:?}");
    }
}

#[test]
fn every_kind_of_pixel_becomes_rgb() {
    let colour = gradient(120, 80);
    let grey: GrayImage = DynamicImage::ImageRgb8(colour.clone()).into_luma8();
    let shades = DynamicImage::ImageLuma8(grey.clone()).into_rgb8();
    let deep = DynamicImage::ImageRgb8(colour.clone()).into_rgb16();
    let cases: Vec<(&str, Vec<u8>, &RgbImage, u8)> = vec![
        ("PNG", png(&colour), &colour, 0),
        ("BMP", bmp(&colour), &colour, 0),
        ("JPEG", jpeg(&colour), &colour, 12),
        (
            "grey PNG",
            encoded_png(grey.as_raw(), 120, 80, ExtendedColorType::L8),
            &shades,
            0,
        ),
        ("grey JPEG", grey_jpeg(&grey), &shades, 8),
        (
            "16-bit PNG",
            encoded_png(&big_endian(deep.as_raw()), 120, 80, ExtendedColorType::Rgb16),
            &colour,
            1,
        ),
        ("opaque PNG", png_with_alpha(&colour, 255), &colour, 0),
        (
            "JPEG with garbage behind its end",
            [jpeg(&colour), vec![0x47; 3000]].concat(),
            &colour,
            12,
        ),
    ];
    let mut failures = Vec::new();
    for (name, bytes, expected, tolerance) in cases {
        match Picture::open(&bytes, &PictureLimits::default()) {
            Ok(picture) => {
                let worst = worst(picture.pixels(), expected.as_raw());
                if (picture.width(), picture.height()) != (120, 80) || worst > tolerance {
                    failures.push(format!(
                        "{name}: {} x {}, off by {worst}",
                        picture.width(),
                        picture.height()
                    ));
                }
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn transparent_pixels_are_white() {
    let picture = Picture::open(png_with_alpha(&gradient(100, 100), 0), &PictureLimits::default()).unwrap();
    assert!(picture.pixels().iter().all(|value| *value == 255));
}

#[test]
fn rule_8_8_all_eight_orientations_become_upright() {
    // Wide, with a different colour in each quarter, so that every wrong turn or mirroring shows.
    let upright = quarters(160, 96);
    let mut failures = Vec::new();
    for orientation in 1..=8u8 {
        let stored = stored(&upright, orientation);
        let bytes = with_exif(&jpeg(&stored), orientation);
        let picture = Picture::open(&bytes, &PictureLimits::default()).unwrap();
        let (width, height) = picture.header().stored_size();
        if (width, height) != stored.dimensions() || (picture.width(), picture.height()) != (160, 96) {
            failures.push(format!("orientation {orientation}: stored {width} x {height}"));
        } else if let Some(place) = wrong_quarter(&picture, &upright) {
            failures.push(format!("orientation {orientation}: wrong colour in quarter {place}"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn limits_apply_to_either_edge_and_format() {
    let limits = PictureLimits::default();
    for (bytes, format) in [
        (jpeg_header(4000, 64), PictureFormat::Jpeg),
        (png_header(64, 2000), PictureFormat::Png),
        (bmp_header(2000, 64), PictureFormat::Bmp),
    ] {
        assert_eq!(PictureHeader::read(&bytes, &limits).unwrap().format(), format);
    }
}

#[test]
fn broken_bytes_never_panic() {
    // Every byte of small files, one after the other, becomes something else.
    let image = gradient(70, 66);
    for bytes in [jpeg(&image), png(&image), bmp(&image)] {
        for place in (0..bytes.len().min(700)).chain((700..bytes.len()).step_by(97)) {
            let mut broken = bytes.clone();
            broken[place] ^= 0x55;
            if let Ok(picture) = Picture::open(&broken, &PictureLimits::default()) {
                assert_eq!(
                    picture.pixels().len(),
                    picture.width() as usize * picture.height() as usize * 3
                );
            }
        }
    }
}

fn kind(error: &PictureError) -> Refused {
    match error {
        PictureError::Empty => Refused::Empty,
        PictureError::TooManyBytes { .. } => Refused::TooManyBytes,
        PictureError::NotDecodable { .. } => Refused::NotDecodable,
        PictureError::TooLarge { long_edge_px, .. } => Refused::TooLarge(*long_edge_px),
        PictureError::TooSmall { short_edge_px, .. } => Refused::TooSmall(*short_edge_px),
    }
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let _ = work();
    start.elapsed()
}

fn worst(one: &[u8], other: &[u8]) -> u8 {
    one.iter()
        .zip(other)
        .map(|(p, q)| p.abs_diff(*q))
        .max()
        .unwrap_or(u8::MAX)
}

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 90])
    })
}

const QUARTERS: [[u8; 3]; 4] = [[220, 20, 20], [20, 200, 20], [20, 20, 220], [230, 230, 20]];

fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb(QUARTERS[quarter(x, y, width, height)]))
}

fn quarter(x: u32, y: u32, width: u32, height: u32) -> usize {
    usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2)
}

fn wrong_quarter(picture: &Picture, upright: &RgbImage) -> Option<usize> {
    let (width, height) = upright.dimensions();
    [(1, 1), (3, 1), (1, 3), (3, 3)].into_iter().position(|(x, y)| {
        let (x, y) = (x * width / 4, y * height / 4);
        let at = (y * width + x) as usize * 3;
        worst(&picture.pixels()[at..at + 3], &upright.get_pixel(x, y).0) > 12
    })
}

/// What a camera would store so that a viewer who applies the EXIF orientation sees `upright`.
fn stored(upright: &RgbImage, orientation: u8) -> RgbImage {
    use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
    match orientation {
        2 => flip_horizontal(upright),
        3 => rotate180(upright),
        4 => flip_vertical(upright),
        5 => rotate270(&flip_horizontal(upright)),
        6 => rotate270(upright),
        7 => rotate90(&flip_horizontal(upright)),
        8 => rotate90(upright),
        _ => upright.clone(),
    }
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(image)
        .unwrap();
    bytes
}

fn grey_jpeg(image: &GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(image)
        .unwrap();
    bytes
}

fn png(image: &RgbImage) -> Vec<u8> {
    encoded_png(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
}

fn encoded_png(pixels: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(pixels, width, height, colour)
        .unwrap();
    bytes
}

fn png_with_alpha(image: &RgbImage, alpha: u8) -> Vec<u8> {
    let rgba = RgbaImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue] = image.get_pixel(x, y).0;
        image::Rgba([red, green, blue, alpha])
    });
    encoded_png(rgba.as_raw(), image.width(), image.height(), ExtendedColorType::Rgba8)
}

/// The encoder takes 16-bit samples in the byte order of the machine.
fn big_endian(samples: &[u16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_ne_bytes()).collect()
}

fn bmp(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    BmpEncoder::new(&mut bytes)
        .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes.into_inner()
}

fn gif() -> Vec<u8> {
    b"GIF89a\x80\0\x80\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x80\0\x80\0\0\x02\x02D\x01\0;".to_vec()
}

/// A JPEG that stops after the description of its pixels.
fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(&gradient(64, 64));
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A PNG whose header promises pixels that are not there.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&gradient(64, 64));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn bmp_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = bmp(&gradient(64, 64));
    bytes[18..22].copy_from_slice(&width.to_le_bytes());
    bytes[22..26].copy_from_slice(&height.to_le_bytes());
    bytes
}

fn with_broken_byte(png: &[u8]) -> Vec<u8> {
    let mut bytes = png.to_vec();
    let data = bytes.windows(4).position(|name| name == b"IDAT").unwrap();
    bytes[data + 30] ^= 0xff;
    bytes
}

/// CRC-32 of PNG chunks.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                (sum >> 1) ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

/// The JPEG with an EXIF segment that holds only the orientation.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(),
        &[orientation, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let length = (2 + 6 + tiff.len()) as u16;
    [
        &jpeg[..2],
        &[0xff, 0xe1],
        &length.to_be_bytes(),
        b"Exif\0\0",
        &tiff,
        &jpeg[2..],
    ]
    .concat()
}
