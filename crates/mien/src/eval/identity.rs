//! `mien eval identity`: whether people are still recognised when the picture is turned, compressed or small, and when
//! QualityControl is asked for.
//!
//! Two images of each person: one as it is, the other one under the condition, and the other way round. Impostor pairs are
//! all such pairs of two people.

use anyhow::ensure;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{rotate90, rotate180};
use image::{ExtendedColorType, RgbImage};
use mien_api::Eyes;
use mien_core::score::Impostors;
use mien_vision::face::Face;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, VisionError};
use serde_json::{Value, json};

use super::all::Scope;
use super::dataset::{Lfw, LfwImage};
use super::seeing::Seeing;
use super::{observe, pairs, scenes};

/// What is done to a picture before it is looked at.
struct Condition {
    name: &'static str,
    rotate: bool,
    change: fn(&RgbImage) -> anyhow::Result<Picture>,
}

const CONDITIONS: [Condition; 5] = [
    Condition {
        name: "as it is",
        rotate: false,
        change: scenes::picture,
    },
    Condition {
        name: "turned by 90 degrees, NeedRotateDetection 1",
        rotate: true,
        change: |image| scenes::picture(&rotate90(image)),
    },
    Condition {
        name: "turned by 180 degrees, NeedRotateDetection 1",
        rotate: true,
        change: |image| scenes::picture(&rotate180(image)),
    },
    Condition {
        name: "JPEG quality 30",
        rotate: false,
        change: |image| jpeg(image, 30),
    },
    Condition {
        name: "faces of 60 px",
        rotate: false,
        change: |image| scenes::picture(&scenes::scaled(image, SMALL_PX / LFW_FRAME_PX)),
    },
];

const SMALL_PX: f32 = 60.0;

/// Shorter side of the frames of LFW's central faces, about, in pixels.
const LFW_FRAME_PX: f32 = 95.0;

const FAR: f64 = 1e-3;

/// One image under one condition.
struct Looked {
    embedding: Option<Vec<f32>>,
    /// The highest level of QualityControl that the face passes; `None` when the pack has no quality.
    level: Option<u8>,
}

pub fn measure(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let lfw = Lfw::open(&scope.data)?;
    let people: Vec<&[LfwImage]> = lfw.images.chunk_by(|one, other| one.person == other.person).collect();
    let several: Vec<&[LfwImage]> = people.into_iter().filter(|images| images.len() >= 2).collect();
    let people = scope.sample(&several, 800, 150);
    ensure!(people.len() > 1, "no two people with two images");
    // Two images of the person number n stand at 2 n and 2 n + 1.
    let images: Vec<&LfwImage> = people.iter().flat_map(|images| &images[..2]).collect();
    let mut report = serde_json::Map::new();
    let plain = looked(seeing, &images, &CONDITIONS[0])?;
    report.insert(CONDITIONS[0].name.to_owned(), compare(&plain, &plain));
    for level in 1..=4 {
        let passing = passing(&plain, level);
        let row = passing.map(|passing| compare(&passing, &passing));
        report.insert(format!("QualityControl {level}"), row.unwrap_or(Value::Null));
    }
    for condition in &CONDITIONS[1..] {
        let changed = looked(seeing, &images, condition)?;
        report.insert(condition.name.to_owned(), compare(&plain, &changed));
    }
    report.insert("people".to_owned(), json!(people.len()));
    Ok(Value::Object(report))
}

fn looked(seeing: &Seeing, images: &[&LfwImage], condition: &Condition) -> anyhow::Result<Vec<Looked>> {
    let (looked, _) = observe::each(condition.name, images, seeing.threads, |image| {
        let picture = (condition.change)(&scenes::load(&image.path)?)?;
        let Some(face) = central(seeing, &picture, condition.rotate)? else {
            return Ok(Looked {
                embedding: None,
                level: None,
            });
        };
        let quality = match Eyes::quality(&seeing.vision, &picture, &face) {
            Ok(quality) => Some(quality),
            Err(VisionError::Missing(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Looked {
            embedding: Some(seeing.vision.embed(&picture, &face, Slot::V3, Mirror::Off)?),
            level: quality.map(|quality| (0..=4).rev().find(|level| quality.passes(*level)).unwrap_or(0)),
        })
    })?;
    Ok(looked)
}

/// The face nearest to the middle of the picture.
fn central(seeing: &Seeing, picture: &Picture, rotate: bool) -> anyhow::Result<Option<Face>> {
    let options = DetectOptions {
        max_faces: 120,
        rotate,
        ..DetectOptions::default()
    };
    let faces = match seeing.vision.detect(picture, &options) {
        Ok(faces) => faces,
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let (x, y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    let distance = |face: &Face| {
        let centre = face.region.centre();
        (centre.x - x).hypot(centre.y - y)
    };
    Ok(faces
        .into_iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other))))
}

/// Only the faces that pass this level; `None` when the pack cannot tell.
fn passing(plain: &[Looked], level: u8) -> Option<Vec<Looked>> {
    if plain.iter().all(|looked| looked.level.is_none()) {
        return None;
    }
    let kept = plain.iter().map(|looked| {
        let passes = looked.level.is_some_and(|passed| passed >= level);
        Looked {
            embedding: looked.embedding.clone().filter(|_| passes),
            level: looked.level,
        }
    });
    Some(kept.collect())
}

/// True accept rate at [`FAR`] among the pairs whose faces were both found and accepted, and how many were.
fn compare(one: &[Looked], other: &[Looked]) -> Value {
    let mut impostors = Impostors::new();
    let mut genuine = Vec::new();
    for (index, first) in one.iter().enumerate() {
        let Some(first) = &first.embedding else { continue };
        for (number, second) in other.iter().enumerate() {
            let Some(second) = &second.embedding else { continue };
            if index / 2 != number / 2 {
                impostors.add(pairs::cosine(first, second));
            } else if index != number {
                genuine.push(pairs::cosine(first, second));
            }
        }
    }
    let floor = pairs::floor_at(&impostors, FAR);
    let found = other.iter().filter(|looked| looked.embedding.is_some()).count();
    json!({
        "tar_at_far_1e-3": pairs::share_at_or_above(&genuine, floor),
        "genuine_pairs": genuine.len(),
        "impostor_pairs": impostors.pairs(),
        "faces": found,
        "faces_not_found_or_refused": other.len() - found,
    })
}

fn jpeg(image: &RgbImage, quality: u8) -> anyhow::Result<Picture> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.encode(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)?;
    Ok(Picture::open(&bytes, &PictureLimits::default())?)
}
