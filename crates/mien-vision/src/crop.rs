//! What is kept of a face so that another embedder can be tried on it later: its surroundings and its five points.
//!
//! The crop is cut along the pixels of the picture, not turned: nothing is interpolated, so an embedder that aligns by the
//! points sees what it would have seen in the picture, but for the JPEG in between.
//!
//! Layout: `MCR1`, five points as ten little-endian 32-bit floats in pixels of the crop, then a JPEG.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use thiserror::Error;

use crate::align::Similarity;
use crate::face::{FivePoints, Point};
use crate::picture::{Picture, PictureError, PictureLimits, View};

/// The template that embedders are trained on most often (112 x 112, ArcFace): the measure for what is cut.
const TEMPLATE: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// Corners of what is cut, in pixels of the template: the widest input in use (FaceRes) reaches from -10 to 122.
const REACH: [f32; 2] = [-20.0, 132.0];

/// Pixels of the crop for one of the template, at least, where the picture has them. The finest input in use needs 1.7.
const FINENESS: f32 = 2.0;

const JPEG_QUALITY: u8 = 95;
const MAGIC: &[u8; 4] = b"MCR1";
const HEADER: usize = MAGIC.len() + 10 * 4;

/// Why there is no crop, or it cannot be read.
#[derive(Debug, Error)]
pub enum CropError {
    /// The points coincide or are no numbers.
    #[error("the points of the face coincide")]
    Points,
    /// The face lies outside of the picture.
    #[error("the face lies outside of the picture")]
    Outside,
    /// The encoder refused the pixels.
    #[error("the crop cannot be encoded")]
    Encode(#[source] image::ImageError),
    /// The bytes are no crop.
    #[error("the bytes are no crop of a face")]
    Foreign,
    /// The picture in the crop is broken.
    #[error("the crop is damaged")]
    Damaged(#[from] PictureError),
}

/// Cuts the surroundings of a face.
///
/// # Errors
/// [`CropError::Points`], [`CropError::Outside`], [`CropError::Encode`].
pub fn cut(picture: &Picture, points: &FivePoints) -> Result<Vec<u8>, CropError> {
    let points = points.to_array();
    let fit = |points: &[Point; 5]| Similarity::fit(points, &TEMPLATE).ok_or(CropError::Points);
    let view = picture.view(fit(&points)?.inverse().scale() / FINENESS);
    let to_view = |p: Point| Point::new((p.x + 0.5) / view.shrink() - 0.5, (p.y + 0.5) / view.shrink() - 0.5);
    let points = points.map(to_view);
    let back = fit(&points)?.inverse();
    let corners = REACH.map(|y| REACH.map(|x| back.apply(Point::new(x, y))));
    let (left, right) = span(corners.as_flattened().iter().map(|corner| corner.x), view.width())?;
    let (top, bottom) = span(corners.as_flattened().iter().map(|corner| corner.y), view.height())?;
    // Whole pixels are averaged, so that the crop stays finer than any embedder wants it.
    let step = ((back.scale() / FINENESS).floor() as usize).max(1);
    let (width, height) = ((right - left).div_ceil(step), (bottom - top).div_ceil(step));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let (from_x, from_y) = (left + x * step, top + y * step);
            let to = ((from_x + step).min(right), (from_y + step).min(bottom));
            pixels.extend(mean(&view, (from_x, from_y), to));
        }
    }
    // A point lies at the centre of its pixel.
    let inside = |value: f32, from: usize| (value + 0.5 - from as f32) / step as f32 - 0.5;
    let points = points.map(|point| [inside(point.x, left), inside(point.y, top)]);
    encode(&pixels, (width as u32, height as u32), &points)
}

/// The picture of a crop and the points of the face in it.
///
/// # Errors
/// [`CropError::Foreign`], [`CropError::Damaged`].
pub fn open(bytes: &[u8]) -> Result<(Picture, FivePoints), CropError> {
    let (header, jpeg) = bytes.split_at_checked(HEADER).ok_or(CropError::Foreign)?;
    let numbers = header.strip_prefix(MAGIC).ok_or(CropError::Foreign)?;
    let numbers: Vec<f32> = numbers
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let mut points = [Point::default(); 5];
    for (point, [x, y]) in points.iter_mut().zip(numbers.as_chunks::<2>().0) {
        *point = Point::new(*x, *y);
    }
    let limits = PictureLimits {
        min_short_edge: 1,
        ..PictureLimits::default()
    };
    Ok((Picture::open(jpeg, &limits)?, FivePoints::from_array(points)))
}

/// First pixel and the one behind the last, within the picture.
fn span(values: impl Iterator<Item = f32>, edge: usize) -> Result<(usize, usize), CropError> {
    let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let (low, high) = (low.floor().max(0.0), (high.ceil() + 1.0).min(edge as f32));
    if low < high {
        Ok((low as usize, high as usize))
    } else {
        Err(CropError::Outside)
    }
}

fn mean(view: &View<'_>, from: (usize, usize), to: (usize, usize)) -> [u8; 3] {
    let mut sum = [0u32; 3];
    for y in from.1..to.1 {
        for pixel in view.row(y)[from.0 * 3..to.0 * 3].as_chunks::<3>().0 {
            (0..3).for_each(|channel| sum[channel] += u32::from(pixel[channel]));
        }
    }
    let count = ((to.0 - from.0) * (to.1 - from.1)).max(1) as u32;
    sum.map(|sum| ((sum + count / 2) / count) as u8)
}

fn encode(pixels: &[u8], (width, height): (u32, u32), points: &[[f32; 2]; 5]) -> Result<Vec<u8>, CropError> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(points.as_flattened().iter().flat_map(|value| value.to_le_bytes()));
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .write_image(pixels, width, height, ExtendedColorType::Rgb8)
        .map_err(CropError::Encode)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Picture {
        let pixels = (0..width * height).flat_map(|at| {
            let (x, y) = (at % width, at / width);
            [(x * 255 / width) as u8, (y * 255 / height) as u8, 128]
        });
        Picture::from_rgb(width, height, pixels.collect()).unwrap()
    }

    fn face(centre: Point, scale: f32, radians: f32) -> FivePoints {
        let place = Similarity::about(Point::new(56.0, 56.0), centre, scale, radians);
        FivePoints::from_array(TEMPLATE.map(|point| place.apply(point)))
    }

    #[test]
    fn points_and_pixels_stay_together() {
        let picture = picture(900, 700);
        for (centre, scale, radians) in [
            (Point::new(450.0, 350.0), 0.4, 0.0),
            (Point::new(450.0, 350.0), 1.9, 0.7),
            (Point::new(430.0, 340.0), 4.3, -2.0),
            (Point::new(20.0, 30.0), 1.0, 3.0),
        ] {
            let points = face(centre, scale, radians);
            let (crop, found) = open(&cut(&picture, &points).unwrap()).unwrap();
            assert!(crop.width().max(crop.height()) < 1100, "{} px", crop.width());
            for (point, inside) in points.to_array().into_iter().zip(found.to_array()) {
                // The colour ramps tell where a pixel of the crop comes from.
                let (x, y) = (inside.x.round() as i64, inside.y.round() as i64);
                let within = x >= 0 && y >= 0 && x < i64::from(crop.width()) && y < i64::from(crop.height());
                assert_eq!(within, point.x >= -0.5 && point.y >= -0.5, "{point:?} {inside:?}");
                if within {
                    let at = (y as usize * crop.width() as usize + x as usize) * 3;
                    let (red, green) = (f32::from(crop.pixels()[at]), f32::from(crop.pixels()[at + 1]));
                    assert!((red - point.x * 255.0 / 900.0).abs() < 4.0, "{red} for {point:?}");
                    assert!((green - point.y * 255.0 / 700.0).abs() < 4.0, "{green} for {point:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_crop_is_refused() {
        let picture = picture(300, 300);
        let outside = face(Point::new(-400.0, 100.0), 1.0, 0.0);
        assert!(matches!(cut(&picture, &outside), Err(CropError::Outside)));
        let nowhere = FivePoints::from_array([Point::new(1.0, 1.0); 5]);
        assert!(matches!(cut(&picture, &nowhere), Err(CropError::Points)));
        let mut crop = cut(&picture, &face(Point::new(150.0, 150.0), 1.0, 0.0)).unwrap();
        assert!(matches!(open(&crop[..20]), Err(CropError::Foreign)));
        assert!(matches!(open(&crop[..HEADER + 30]), Err(CropError::Damaged(_))));
        crop[0] = b'X';
        assert!(matches!(open(&crop), Err(CropError::Foreign)));
    }
}
