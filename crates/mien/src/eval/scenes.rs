//! Pictures made for evaluations: faces pasted, cut, turned and scaled, and pictures that hold no face.

use std::path::Path;

use anyhow::Context;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use mien_vision::align::Similarity;
use mien_vision::face::Point;
use mien_vision::picture::{Picture, PictureLimits};

/// Decodes a file as the server does.
pub fn open(path: &Path) -> anyhow::Result<Picture> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Picture::open(&bytes, &PictureLimits::default()).with_context(|| format!("cannot decode {}", path.display()))
}

/// The pixels of a file.
pub fn load(path: &Path) -> anyhow::Result<RgbImage> {
    let picture = open(path)?;
    RgbImage::from_raw(picture.width(), picture.height(), picture.pixels().to_vec())
        .with_context(|| format!("the pixels of {} do not match its size", path.display()))
}

/// A picture of these pixels, as if they had been sent.
pub fn picture(image: &RgbImage) -> anyhow::Result<Picture> {
    Ok(Picture::from_rgb(
        image.width(),
        image.height(),
        image.as_raw().clone(),
    )?)
}

/// Scaled with a filter that averages when it shrinks.
pub fn scaled(image: &RgbImage, factor: f32) -> RgbImage {
    let side = |px: u32| ((px as f32 * factor).round() as u32).max(1);
    imageops::resize(image, side(image.width()), side(image.height()), FilterType::CatmullRom)
}

/// The picture moved by a transform, bilinear, black where nothing lies.
pub fn warped(image: &RgbImage, way: &Similarity) -> RgbImage {
    let back = way.inverse();
    let at = |x: f32, y: f32| {
        let inside = x >= 0.0 && y >= 0.0 && x < image.width() as f32 && y < image.height() as f32;
        if inside {
            image.get_pixel(x as u32, y as u32).0
        } else {
            [0; 3]
        }
    };
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let from = back.apply(Point::new(x as f32, y as f32));
        let (left, top) = (from.x.floor(), from.y.floor());
        let (across, down) = (from.x - left, from.y - top);
        let corners = [
            at(left, top),
            at(left + 1.0, top),
            at(left, top + 1.0),
            at(left + 1.0, top + 1.0),
        ];
        let weights = [
            (1.0 - across) * (1.0 - down),
            across * (1.0 - down),
            (1.0 - across) * down,
            across * down,
        ];
        Rgb([0, 1, 2].map(|channel| {
            let sum: f32 = corners
                .iter()
                .zip(weights)
                .map(|(pixel, weight)| f32::from(pixel[channel]) * weight)
                .sum();
            sum.round() as u8
        }))
    })
}

/// A square of the picture, black where it leaves it.
pub fn square(image: &RgbImage, left: i64, top: i64, side: u32) -> RgbImage {
    let mut cut = RgbImage::new(side, side);
    imageops::replace(&mut cut, image, -left, -top);
    cut
}

/// Blocks of the picture in another order: its colours and textures, and no face larger than a block.
pub fn scrambled(image: &RgbImage, block: u32, random: &mut fastrand::Rng) -> RgbImage {
    let (columns, rows) = (image.width() / block, image.height() / block);
    let mut order: Vec<u32> = (0..columns * rows).collect();
    random.shuffle(&mut order);
    let mut mixed = RgbImage::new(columns * block, rows * block);
    for (place, &from) in order.iter().enumerate() {
        let place = place as u32;
        let part = imageops::crop_imm(image, from % columns * block, from / columns * block, block, block).to_image();
        let (x, y) = (place % columns * block, place / columns * block);
        imageops::replace(&mut mixed, &part, i64::from(x), i64::from(y));
    }
    mixed
}

/// A texture without any face: noise of several grains, stripes, checks, rings, gradients by turns.
pub fn texture(width: u32, height: u32, number: usize, random: &mut fastrand::Rng) -> RgbImage {
    let colour = |random: &mut fastrand::Rng| [random.f32() * 255.0, random.f32() * 255.0, random.f32() * 255.0];
    let (one, other) = (colour(random), colour(random));
    let period = 6.0 + 60.0 * random.f32();
    let (sine, cosine) = (random.f32() * std::f32::consts::TAU).sin_cos();
    let grain = [2, 5, 12, 30][number / 6 % 4];
    let cells: Vec<f32> = (0..(width / grain + 2) * (height / grain + 2))
        .map(|_| random.f32())
        .collect();
    RgbImage::from_fn(width, height, |x, y| {
        let (across, down) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let along = across * cosine + down * sine;
        let noise = cells[(y / grain * (width / grain + 2) + x / grain) as usize];
        let share = match number % 6 {
            0 => noise,
            1 => 0.5 + 0.5 * (along / period * std::f32::consts::TAU).sin(),
            2 => f32::from(u8::from(
                ((x as f32 / period) as u32 + (y as f32 / period) as u32).is_multiple_of(2),
            )),
            3 => 0.5 + 0.5 * (across.hypot(down) / period * std::f32::consts::TAU).sin(),
            4 => (0.5 + along / (width + height) as f32).clamp(0.0, 1.0) * 0.8 + 0.2 * noise,
            _ => 0.5 + 0.25 * (across / period).sin() + 0.25 * (down / period).cos() * noise,
        };
        Rgb([0, 1, 2].map(|channel| (one[channel] * share + other[channel] * (1.0 - share)) as u8))
    })
}
