//! Large JPEGs are decoded at half size first, and nobody may notice.

use std::fs;

use image::RgbImage;
use image::imageops::FilterType;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use mien_vision::engine::Tract;
use mien_vision::face::Face;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, Vision, VisionOptions};

use crate::material::{omz, photographs};

/// How a JPEG is written.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Baseline(SamplingFactor),
    Progressive,
    WithRestarts,
    Grey,
    Cmyk,
}

#[test]
fn the_half_is_the_mean_of_the_full_pixels() {
    let cases = [
        (Kind::Baseline(SamplingFactor::F_1_1), (2400, 1600), true),
        (Kind::Baseline(SamplingFactor::F_2_1), (2400, 1600), true),
        (Kind::Baseline(SamplingFactor::F_2_2), (2400, 1600), true),
        (Kind::Baseline(SamplingFactor::F_2_2), (2403, 1601), true),
        (Kind::Progressive, (2400, 1600), true),
        (Kind::WithRestarts, (2402, 1598), true),
        (Kind::Grey, (2400, 1600), true),
        // What the decoder of halves does not know, and what is not worth it, comes in full.
        (Kind::Cmyk, (2400, 1600), false),
        (Kind::Baseline(SamplingFactor::F_2_2), (1600, 1200), false),
    ];
    let mut failures = Vec::new();
    for (kind, size, halved) in cases {
        let picture = open(&encoded(&waves(size), kind));
        let before = picture.view(2.0);
        let found = (before.shrink(), before.width(), before.height());
        let (width, height) = (size.0 as usize, size.1 as usize);
        let expected = match halved {
            true => (2.0, width.div_ceil(2), height.div_ceil(2)),
            false => (1.0, width, height),
        };
        if found != expected {
            failures.push(format!("{kind:?} {size:?}: {found:?}, not {expected:?}"));
            continue;
        }
        let full = picture.view(1.9);
        if (full.shrink(), full.width(), full.height()) != (1.0, width, height) {
            failures.push(format!("{kind:?} {size:?}: no full size"));
        }
        if halved {
            let (mean, worst) = distance_to_means(before.pixels(), full.pixels(), (width, height));
            if mean > 1.0 || worst > 16 {
                failures.push(format!(
                    "{kind:?} {size:?}: off by {mean} in the mean, by {worst} at worst"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn halves_are_upright_in_all_orientations() {
    const COLOURS: [[u8; 3]; 4] = [[220, 20, 20], [20, 200, 20], [20, 20, 220], [230, 230, 20]];
    // Which quarter of the stored picture is seen at the upper left, upper right, lower left, lower right (EXIF 4.6.5.1.6).
    let seen: [[usize; 4]; 8] = [
        [0, 1, 2, 3],
        [1, 0, 3, 2],
        [3, 2, 1, 0],
        [2, 3, 0, 1],
        [0, 2, 1, 3],
        [2, 0, 3, 1],
        [3, 1, 2, 0],
        [1, 3, 0, 2],
    ];
    let mut failures = Vec::new();
    for (orientation, seen) in (1u8..).zip(seen) {
        // An odd edge can be halved only where it stays on its side.
        for (size, shrink) in [
            ((2400u32, 1600u32), 2.0),
            ((2401, 1601), if orientation == 1 { 2.0 } else { 1.0 }),
        ] {
            let stored = RgbImage::from_fn(size.0, size.1, |x, y| {
                let quarter = usize::from(x >= size.0 / 2) + 2 * usize::from(y >= size.1 / 2);
                image::Rgb(COLOURS[quarter])
            });
            let picture = open(&with_exif(&encoded(&stored, Kind::Progressive), orientation));
            let view = picture.view(2.0);
            let upright = if orientation < 5 { size } else { (size.1, size.0) };
            let rounded = |edge: u32| (edge as usize).div_ceil(shrink as usize);
            let expected = (shrink, rounded(upright.0), rounded(upright.1));
            let found = (view.shrink(), view.width(), view.height());
            if (picture.width(), picture.height()) != upright || found != expected {
                failures.push(format!(
                    "orientation {orientation} of {size:?}: {found:?}, not {expected:?}"
                ));
                continue;
            }
            for ((x, y), quarter) in [(1, 1), (3, 1), (1, 3), (3, 3)].into_iter().zip(seen) {
                let start = x * view.width() / 4 * 3;
                let pixel = &view.row(y * view.height() / 4)[start..start + 3];
                if pixel.iter().zip(COLOURS[quarter]).any(|(p, q)| p.abs_diff(q) > 12) {
                    failures.push(format!("orientation {orientation} of {size:?} at {x}, {y}: {pixel:?}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn cmyk_has_the_colours_of_its_inks() {
    // Cyan, magenta, yellow and key from 0 to 255; Adobe stores them inverted, decoders turn them back.
    for (inks, colour) in [
        ([255u8, 0, 0, 0], [0u8, 255, 255]),
        ([0, 255, 0, 0], [255, 0, 255]),
        ([0, 0, 255, 0], [255, 255, 0]),
        ([0, 0, 0, 255], [0, 0, 0]),
        ([0, 0, 0, 0], [255, 255, 255]),
    ] {
        let mut bytes = Vec::new();
        let pixels = inks.repeat(80 * 72);
        Encoder::new(&mut bytes, 95)
            .encode(&pixels, 80, 72, ColorType::Cmyk)
            .unwrap();
        let picture = open(&bytes);
        let found = &picture.pixels()[..3];
        let worst = found.iter().zip(colour).map(|(p, q)| p.abs_diff(q)).max().unwrap();
        assert!(worst < 20, "{inks:?} became {found:?}, not {colour:?}");
    }
}

#[test]
fn a_broken_large_picture_is_refused_or_whole() {
    let good = encoded(&waves((2400, 1600)), Kind::Baseline(SamplingFactor::F_2_2));
    assert!(Picture::open(&good[..good.len() / 2], &PictureLimits::default()).is_err());
    for place in (700..good.len()).step_by(good.len() / 9) {
        let mut broken = good.clone();
        broken[place..place + 40].fill(0x5b);
        if let Ok(picture) = Picture::open(broken, &PictureLimits::default()) {
            assert_eq!(picture.pixels().len(), 2400 * 1600 * 3);
        }
    }
}

#[test]
fn faces_and_embeddings_are_those_of_the_full_picture() {
    let (Some(pack), Some(photographs)) = (omz(), photographs()) else {
        return;
    };
    let options = VisionOptions {
        calibrated: false,
        ..VisionOptions::default()
    };
    let vision = Vision::open(&pack, &Tract, &options).unwrap();
    let mut failures = Vec::new();
    // Many small faces, and one that fills much of the picture.
    for name in ["group6.jpg", "test_images/biden.jpg"] {
        let photograph = image::load_from_memory(&png_of(&fs::read(photographs.join(name)).unwrap())).unwrap();
        let (width, height) = (photograph.width(), photograph.height());
        let factor = 2400.0 / width.max(height) as f32;
        let edge = |edge: u32| (edge as f32 * factor) as u32 / 2 * 2;
        let large = photograph
            .resize_exact(edge(width), edge(height), FilterType::CatmullRom)
            .into_rgb8();
        let bytes = encoded(&large, Kind::Baseline(SamplingFactor::F_2_2));
        let halved = open(&bytes);
        let full = open(&bytes);
        let full = Picture::from_rgb(full.width(), full.height(), full.pixels().to_vec()).unwrap();
        let look = DetectOptions {
            max_faces: 120,
            ..DetectOptions::default()
        };
        let (faces, others) = (
            vision.detect(&halved, &look).unwrap(),
            vision.detect(&full, &look).unwrap(),
        );
        if faces.len() != others.len() || faces.is_empty() {
            failures.push(format!("{name}: {} faces and {}", faces.len(), others.len()));
            continue;
        }
        for face in &faces {
            // Faces of almost the same size may come in either order.
            let distance = |other: &Face| face.frame.x.abs_diff(other.frame.x) + face.frame.y.abs_diff(other.frame.y);
            let other = others.iter().min_by_key(|other| distance(other)).unwrap();
            let embed = |picture, face| vision.embed(picture, face, Slot::V3, Mirror::Off).unwrap();
            let (one, two) = (embed(&halved, face), embed(&full, other));
            let cosine: f32 = one.iter().zip(&two).map(|(p, q)| p * q).sum();
            if cosine < 0.97 {
                failures.push(format!(
                    "{name}: {:?} and {:?}: cosine {cosine}",
                    face.frame, other.frame
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

fn open(bytes: &[u8]) -> Picture {
    Picture::open(bytes, &PictureLimits::default()).unwrap()
}

/// The image crate reads no JPEG with the features in use here, our own decoder does.
fn png_of(jpeg: &[u8]) -> Vec<u8> {
    let picture = open(jpeg);
    let image = RgbImage::from_raw(picture.width(), picture.height(), picture.pixels().to_vec()).unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Soft colours that differ everywhere.
fn waves((width, height): (u32, u32)) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |period: f32, shift: f32| 128.0 + 100.0 * ((x as f32 / period + y as f32 / 31.0 + shift).sin());
        image::Rgb([wave(23.0, 0.0) as u8, wave(37.0, 1.0) as u8, wave(53.0, 2.0) as u8])
    })
}

fn encoded(image: &RgbImage, kind: Kind) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let (mut pixels, mut colour) = (image.as_raw().clone(), ColorType::Rgb);
    match kind {
        Kind::Baseline(sampling) => encoder.set_sampling_factor(sampling),
        Kind::Progressive => encoder.set_progressive(true),
        Kind::WithRestarts => encoder.set_restart_interval(7),
        Kind::Grey => {
            pixels = image.pixels().map(|pixel| pixel[0]).collect();
            colour = ColorType::Luma;
        }
        Kind::Cmyk => {
            pixels = image
                .pixels()
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 0])
                .collect();
            colour = ColorType::Cmyk;
            encoder.set_sampling_factor(SamplingFactor::F_1_1);
        }
    }
    let (width, height) = (image.width() as u16, image.height() as u16);
    encoder.encode(&pixels, width, height, colour).unwrap();
    bytes
}

/// Mean and largest distance between pixels of the half and the means of the full pixels they stand for.
fn distance_to_means(half: &[u8], full: &[u8], (width, height): (usize, usize)) -> (f64, u32) {
    let (columns, rows) = (width / 2, height / 2);
    let (mut sum, mut worst) = (0u64, 0u32);
    for y in 0..rows {
        for x in 0..columns {
            for channel in 0..3 {
                let at = |dx: usize, dy: usize| u32::from(full[((2 * y + dy) * width + 2 * x + dx) * 3 + channel]);
                let mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4;
                let found = u32::from(half[(y * width.div_ceil(2) + x) * 3 + channel]);
                sum += u64::from(mean.abs_diff(found));
                worst = worst.max(mean.abs_diff(found));
            }
        }
    }
    (sum as f64 / (columns * rows * 3) as f64, worst)
}

/// The JPEG with an EXIF segment that holds only the orientation.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(),
        &[orientation, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let length = (2 + 6 + tiff.len()) as u16;
    let segment = [&[0xff, 0xe1], &length.to_be_bytes()[..], b"Exif\0\0", &tiff].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}
