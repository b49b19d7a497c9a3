//! From photographs to faces and embeddings, with the packs and engines that this machine has.

use std::path::{Path, PathBuf};

use image::imageops::{flip_horizontal, rotate90, rotate180, rotate270};
use image::{DynamicImage, RgbImage};
use mien_vision::engine::{Engine, Tract};
use mien_vision::face::Face;
use mien_vision::pack::Pack;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, Vision, VisionError, VisionOptions};

use crate::material::{human, omz, openvino, photographs, skipped};

#[test]
fn all_six_faces_of_the_group_are_found() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        let picture = open(&photos.join("group6.jpg"));
        let faces = vision.detect(&picture, &everyone()).unwrap();
        assert!(faces.len() >= 6, "{name}: {} faces", faces.len());
        let areas: Vec<u64> = faces.iter().map(|face| face.frame.area()).collect();
        assert!(areas.is_sorted_by(|one, other| one >= other), "{name}: {areas:?}");
        let one = vision.detect(&picture, &DetectOptions::default()).unwrap();
        assert_eq!(one, faces[..1], "{name}: the largest face alone");
    }
}

#[test]
fn central_faces_of_lfw_are_found() {
    let Some(images) = lfw(97) else { return };
    for (name, vision) in both_packs() {
        let missed: Vec<&PathBuf> = images
            .iter()
            .filter(|path| central(&vision, &open(path)).is_none())
            .collect();
        assert!(
            missed.is_empty(),
            "{name}: {} of {} missed: {missed:?}",
            missed.len(),
            images.len()
        );
    }
}

#[test]
fn no_face_and_too_small_a_face_are_told_apart() {
    let Some(photos) = photographs() else { return };
    for (name, vision) in both_packs() {
        let blank = picture(&RgbImage::from_pixel(320, 240, image::Rgb([120, 130, 140])));
        let error = vision.detect(&blank, &DetectOptions::default()).unwrap_err();
        assert!(matches!(error, VisionError::NoFace), "{name}: {error}");
        let options = DetectOptions {
            min_face_px: 700,
            ..everyone()
        };
        let error = vision.detect(&open(&photos.join("group6.jpg")), &options).unwrap_err();
        assert!(
            matches!(error, VisionError::FaceTooSmall { minimum_px: 700, .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn mirrored_pictures_have_mirrored_points() {
    let Some(images) = lfw(499) else { return };
    for (name, vision) in both_packs() {
        for path in &images {
            let original = rgb(path);
            let (plain, mirrored) = (picture(&original), picture(&flip_horizontal(&original)));
            let (Some(face), Some(twin)) = (central(&vision, &plain), central(&vision, &mirrored)) else {
                panic!("{name}: no face in {} or in its mirror image", path.display());
            };
            let points = vision.points(&plain, &face).unwrap();
            let twins = vision.points(&mirrored, &twin).unwrap();
            let eyes = points.left_eye.distance(points.right_eye);
            let last = original.width() as f32 - 1.0;
            for (point, other) in [(points.left_eye, twins.right_eye), (points.right_eye, twins.left_eye)] {
                let off = (point.x - (last - other.x)).hypot(point.y - other.y) / eyes;
                assert!(
                    off < 0.12,
                    "{name}: {} is off by {off} of the eyes' distance",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn turned_faces_are_found_and_mapped_back() {
    let Some(images) = lfw(499) else { return };
    for (name, vision) in both_packs() {
        let (mut found, mut looked) = (0, 0);
        for path in &images {
            let original = rgb(path);
            let upright = embedding(&vision, &picture(&original), false);
            for turned in [rotate90(&original), rotate180(&original), rotate270(&original)] {
                looked += 1;
                // The same person, recognised from the turned picture, shows that points came back to the right places.
                let alike = embedding(&vision, &picture(&turned), true)
                    .zip(upright.as_ref())
                    .is_some_and(|(turned, upright)| cosine(&turned, upright) > 0.9);
                found += usize::from(alike);
            }
        }
        assert!(found * 100 >= looked * 95, "{name}: {found} of {looked}");
    }
}

#[test]
fn pairs_of_one_person_are_closer_than_pairs_of_strangers() {
    let Some(photos) = photographs() else { return };
    let images = photos.with_file_name("lfw").join("images");
    let people = ["George_W_Bush", "Colin_Powell", "Serena_Williams", "Hugo_Chavez"];
    let path = |person: &str, number: u32| images.join(person).join(format!("{person}_{number:04}.jpg"));
    if !path(people[0], 1).is_file() {
        return skipped("no images of LFW");
    }
    for (name, vision) in both_packs() {
        let embed = |number| people.map(|person| embedding(&vision, &open(&path(person, number)), false).unwrap());
        let (first, second) = (embed(1), embed(2));
        for vector in first.iter().chain(&second) {
            assert!(
                (cosine(vector, vector) - 1.0).abs() < 1e-4,
                "{name}: not of unit length"
            );
            assert_eq!(vector.len(), vision.embedder(Slot::V3).unwrap().dim, "{name}");
        }
        for (index, one) in first.iter().enumerate() {
            let nearest =
                (0..people.len()).max_by(|p, q| cosine(one, &second[*p]).total_cmp(&cosine(one, &second[*q])));
            assert_eq!(nearest, Some(index), "{name}: {} is taken for another", people[index]);
        }
    }
}

#[test]
fn both_engines_see_the_same() {
    let (Some(photos), Some(openvino)) = (photographs(), openvino()) else {
        return;
    };
    for pack in [omz(), human()].into_iter().flatten() {
        let name = pack.manifest().name.to_string();
        let (fast, portable) = (vision(&pack, &openvino), vision(&pack, &Tract));
        let picture = open(&photos.join("group6.jpg"));
        let faces = fast.detect(&picture, &everyone()).unwrap();
        let others = portable.detect(&picture, &everyone()).unwrap();
        assert_eq!(faces.len(), others.len(), "{name}");
        for (face, other) in faces.iter().zip(&others) {
            let overlap = face.region.overlap(&other.region);
            assert!(overlap > 0.98, "{name}: boxes overlap by {overlap}");
            let one = fast.embed(&picture, face, Slot::V3, Mirror::Off).unwrap();
            let two = portable.embed(&picture, other, Slot::V3, Mirror::Off).unwrap();
            assert!(cosine(&one, &two) >= 0.999, "{name}: cosine {}", cosine(&one, &two));
        }
    }
}

pub fn both_packs() -> Vec<(String, Vision)> {
    let Some(engine) = openvino() else { return Vec::new() };
    let packs = [omz(), human()].into_iter().flatten();
    packs
        .map(|pack| (pack.manifest().name.to_string(), vision(&pack, &engine)))
        .collect()
}

/// Without the calibration, which these tests do not use.
fn vision(pack: &Pack, engine: &dyn Engine) -> Vision {
    let options = VisionOptions {
        calibrated: false,
        ..VisionOptions::default()
    };
    Vision::open(pack, engine, &options).unwrap()
}

/// Every `step`th image of LFW.
fn lfw(step: usize) -> Option<Vec<PathBuf>> {
    let root = photographs()?.with_file_name("lfw").join("images");
    let Ok(people) = std::fs::read_dir(&root) else {
        skipped(&format!("no directory {}", root.display()));
        return None;
    };
    let mut people: Vec<PathBuf> = people.map(|person| person.unwrap().path()).collect();
    people.sort();
    let first = |person: &PathBuf| {
        person
            .join(format!("{}_0001.jpg", person.file_name()?.to_str()?))
            .into()
    };
    Some(people.iter().step_by(step).filter_map(first).collect())
}

pub fn everyone() -> DetectOptions {
    DetectOptions {
        max_faces: 120,
        ..DetectOptions::default()
    }
}

pub fn open(path: &Path) -> Picture {
    Picture::open(std::fs::read(path).unwrap(), &PictureLimits::default()).unwrap()
}

pub fn rgb(path: &Path) -> RgbImage {
    DynamicImage::into_rgb8(image::load_from_memory(&std::fs::read(path).unwrap()).unwrap())
}

pub fn picture(image: &RgbImage) -> Picture {
    Picture::from_rgb(image.width(), image.height(), image.as_raw().clone()).unwrap()
}

/// The face whose box covers the middle of the picture.
fn central(vision: &Vision, picture: &Picture) -> Option<Face> {
    faces_at_centre(vision, picture, false)
}

fn faces_at_centre(vision: &Vision, picture: &Picture, rotate: bool) -> Option<Face> {
    let faces = vision.detect(picture, &DetectOptions { rotate, ..everyone() }).ok()?;
    let (x, y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    faces.into_iter().find(|face| {
        let region = face.region;
        (region.x..region.x + region.width).contains(&x) && (region.y..region.y + region.height).contains(&y)
    })
}

fn embedding(vision: &Vision, picture: &Picture, rotate: bool) -> Option<Vec<f32>> {
    let face = faces_at_centre(vision, picture, rotate)?;
    Some(vision.embed(picture, &face, Slot::V3, Mirror::Off).unwrap())
}

pub fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(p, q)| p * q).sum()
}
