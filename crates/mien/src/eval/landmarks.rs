//! `mien eval landmarks`: how the 90 points fit the documented sample, and how steady they and the head pose are.

use std::collections::BTreeMap;

use anyhow::ensure;
use image::RgbImage;
use image::imageops::flip_horizontal;
use mien_vision::align::Similarity;
use mien_vision::face::{Face, Point};
use mien_vision::picture::Picture;
use mien_vision::points::{EyePoints, HeadPose, Landmarks};
use mien_vision::vision::{DetectOptions, VisionError};
use serde_json::{Value, json};

use super::all::Scope;
use super::dataset::{Lfw, LfwImage};
use super::observe;
use super::scenes;
use super::seeing::Seeing;

/// A head turned by less than this up, down or sideways counts as frontal, degrees.
const FRONTAL_DEGREES: f32 = 8.0;

/// An eye whose lids are apart by more than this share of its width counts as open.
const OPEN: f32 = 0.2;

/// The picture is moved by this, in pixels.
const SHIFT: Point = Point::new(0.6, 0.4);

/// The picture is turned by this for the roll, degrees clockwise.
const TURNED_DEGREES: f32 = 15.0;

/// What one image told. Distances are shares of the distance of the eyes.
struct Seen {
    frontal: bool,
    /// Mean distance from the sample's layout, fitted by a similarity transform.
    residual: f32,
    /// Mean distance from the points of the mirror image.
    mirrored: f32,
    /// Mean distance from the points of the shifted picture.
    jitter: f32,
    /// For each open eye, whether the pupil lies within its outline.
    pupils: Vec<bool>,
    pose: HeadPose,
    mirrored_pose: HeadPose,
    /// Roll of the turned picture less the turn, less the roll of the picture, degrees.
    roll_error: f32,
}

pub fn measure(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let lfw = Lfw::open(&scope.data)?;
    let images = scope.sample(&lfw.images, 1500, 200);
    let sample = sample_layout()?;
    let (seen, _) = observe::each("landmarks", &images, seeing.threads, |image| {
        look(seeing, image, &sample)
    })?;
    let seen: Vec<Seen> = seen.into_iter().flatten().collect();
    ensure!(!seen.is_empty(), "no face was found in any image");
    let frontal: Vec<&Seen> = seen.iter().filter(|seen| seen.frontal).collect();
    let residuals = sorted(frontal.iter().map(|seen| seen.residual));
    let within = residuals.iter().filter(|residual| **residual <= 0.08).count();
    let pupils: Vec<bool> = frontal.iter().flat_map(|seen| seen.pupils.iter().copied()).collect();
    let inside = pupils.iter().filter(|inside| **inside).count() as f64 / pupils.len().max(1) as f64;
    Ok(json!({
        "images": images.len(),
        "faces": seen.len(),
        "residual of the sample's layout, frontal faces": with(distribution(residuals.clone()), 0.08, residuals.len()),
        "frontal faces with a residual of at most 8 %": within as f64 / residuals.len().max(1) as f64,
        "mirrored points": with(distribution(sorted(seen.iter().map(|seen| seen.mirrored))), 0.02, seen.len()),
        "jitter under a shift below 1 px": with(distribution(sorted(seen.iter().map(|seen| seen.jitter))), 0.01, seen.len()),
        "pupils inside of the outline, open frontal eyes": {"share": inside, "of": pupils.len(), "mark": 0.99, "met": inside >= 0.99},
        "pose, degrees": pose(&seen),
    }))
}

fn pose(seen: &[Seen]) -> Value {
    let of = |value: &dyn Fn(&Seen) -> f32| distribution(sorted(seen.iter().map(|seen| value(seen).abs())));
    json!({
        "yaw against the mirror image": of(&|seen| seen.pose.yaw + seen.mirrored_pose.yaw),
        "pitch against the mirror image": of(&|seen| seen.pose.pitch - seen.mirrored_pose.pitch),
        "roll against the mirror image": of(&|seen| seen.pose.roll + seen.mirrored_pose.roll),
        "roll of the picture turned by 15": of(&|seen| seen.roll_error),
    })
}

fn look(seeing: &Seeing, image: &LfwImage, sample: &[Point]) -> anyhow::Result<Option<Seen>> {
    let original = scenes::load(&image.path)?;
    let (picture, Some(face)) = nearest(seeing, &original, None)? else {
        return Ok(None);
    };
    let points = seeing.vision.landmarks(&picture, &face)?;
    let pose = seeing.vision.pose(&picture, &face)?;
    let eyes = seeing.vision.eyes(&picture, &face)?;
    let middle = face.region.centre();
    let last = original.width() as f32 - 1.0;

    let (twin, Some(twin_face)) = nearest(
        seeing,
        &flip_horizontal(&original),
        Some(Point::new(last - middle.x, middle.y)),
    )?
    else {
        return Ok(None);
    };
    let twins = unmirrored(&seeing.vision.landmarks(&twin, &twin_face)?, last);
    let shift = Similarity::about(Point::default(), SHIFT, 1.0, 0.0);
    let (moved, Some(moved_face)) = nearest(seeing, &scenes::warped(&original, &shift), Some(shift.apply(middle)))?
    else {
        return Ok(None);
    };
    let back = shift.inverse();
    let moved = seeing
        .vision
        .landmarks(&moved, &moved_face)?
        .to_vec()
        .into_iter()
        .map(|p| back.apply(p));
    let turn = Similarity::about(middle, middle, 1.0, TURNED_DEGREES.to_radians());
    let (turned, Some(turned_face)) = nearest(seeing, &scenes::warped(&original, &turn), Some(middle))? else {
        return Ok(None);
    };
    let turned_roll = seeing.vision.pose(&turned, &turned_face)?.roll;

    let all = points.to_vec();
    let eye_distance = mean(&points.left_eye).distance(mean(&points.right_eye));
    let open = |eye: &EyePoints| {
        let (lower, upper) = (eye.lower_lid(), eye.upper_lid());
        lower[4].distance(upper[3]) > OPEN * lower[0].distance(lower[8])
    };
    let outlines = [
        (&points.left_eye, points.left_pupil),
        (&points.right_eye, points.right_pupil),
    ];
    let pupils = outlines.iter().zip(eyes).filter(|(_, eye)| open(eye));
    Ok(Some(Seen {
        frontal: pose.yaw.abs() < FRONTAL_DEGREES && pose.pitch.abs() < FRONTAL_DEGREES,
        residual: residual(&all[..sample.len()], sample).unwrap_or(f32::MAX) / eye_distance,
        mirrored: mean_distance(all.iter().copied(), twins) / eye_distance,
        jitter: mean_distance(all.iter().copied(), moved) / eye_distance,
        pupils: pupils
            .map(|((outline, pupil), _)| inside(&outline[..], *pupil))
            .collect(),
        pose,
        mirrored_pose: seeing.vision.pose(&twin, &twin_face)?,
        roll_error: turned_roll - TURNED_DEGREES - pose.roll,
    }))
}

/// The face nearest to a place, or to the middle of the picture.
fn nearest(seeing: &Seeing, image: &RgbImage, place: Option<Point>) -> anyhow::Result<(Picture, Option<Face>)> {
    let picture = scenes::picture(image)?;
    let options = DetectOptions {
        max_faces: 120,
        ..DetectOptions::default()
    };
    let faces = match seeing.vision.detect(&picture, &options) {
        Ok(faces) => faces,
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let place = place.unwrap_or(Point::new(picture.width() as f32 / 2.0, picture.height() as f32 / 2.0));
    let distance = |face: &Face| face.region.centre().distance(place);
    let face = faces
        .into_iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)));
    Ok((picture, face))
}

/// The 90 points of a mirror image, moved back and called by what they are in the picture.
fn unmirrored(points: &Landmarks, last_column: f32) -> Vec<Point> {
    let reversed = |from: usize, to: usize, index: usize| from + to - index;
    let mut face_profile = points.face_profile;
    face_profile.reverse();
    let mouth = std::array::from_fn(|index| {
        let partner = match index {
            0..=6 => reversed(0, 6, index),
            7..=11 => reversed(7, 11, index),
            12..=16 => reversed(12, 16, index),
            _ => reversed(17, 21, index),
        };
        points.mouth[partner]
    });
    let nose = std::array::from_fn(|index| points.nose[if index < 2 { index } else { reversed(2, 12, index) }]);
    let mirrored = Landmarks {
        face_profile,
        left_eye: points.right_eye,
        right_eye: points.left_eye,
        left_eye_brow: points.right_eye_brow,
        right_eye_brow: points.left_eye_brow,
        mouth,
        nose,
        left_pupil: points.right_pupil,
        right_pupil: points.left_pupil,
    };
    mirrored
        .to_vec()
        .into_iter()
        .map(|p| Point::new(last_column - p.x, p.y))
        .collect()
}

/// The points of the documented answer of AnalyzeFace without the pupils, which lie outside of the eyes there
/// (BEHAVIOUR 13 #13).
fn sample_layout() -> anyhow::Result<Vec<Point>> {
    let sample: BTreeMap<String, Vec<[f32; 2]>> =
        serde_json::from_str(include_str!("../../../../contract/landmarks90.json"))?;
    let lists = [
        "FaceProfile",
        "LeftEye",
        "RightEye",
        "LeftEyeBrow",
        "RightEyeBrow",
        "Mouth",
        "Nose",
    ];
    let points = lists.iter().filter_map(|list| sample.get(*list)).flatten();
    let points: Vec<Point> = points.map(|&[x, y]| Point::new(x, y)).collect();
    ensure!(points.len() == 88, "the sample has {} points", points.len());
    Ok(points)
}

/// Mean distance of the points from the sample, which is moved, turned and scaled to fit them best.
fn residual(points: &[Point], sample: &[Point]) -> Option<f32> {
    let fit = Similarity::fit(sample, points)?;
    Some(mean_distance(
        points.iter().copied(),
        sample.iter().map(|p| fit.apply(*p)),
    ))
}

fn mean_distance(one: impl IntoIterator<Item = Point>, other: impl IntoIterator<Item = Point>) -> f32 {
    let distances: Vec<f32> = one.into_iter().zip(other).map(|(p, q)| p.distance(q)).collect();
    distances.iter().sum::<f32>() / distances.len().max(1) as f32
}

fn mean(points: &[Point]) -> Point {
    let count = points.len().max(1) as f32;
    points.iter().fold(Point::default(), |sum, p| {
        Point::new(sum.x + p.x / count, sum.y + p.y / count)
    })
}

/// Whether a ray to the right crosses the outline an odd number of times.
fn inside(outline: &[Point], point: Point) -> bool {
    let next = outline.iter().cycle().skip(1);
    let crossed = outline.iter().zip(next).filter(|(from, to)| {
        let between = (from.y > point.y) != (to.y > point.y);
        between && point.x < from.x + (point.y - from.y) * (to.x - from.x) / (to.y - from.y)
    });
    crossed.count() % 2 == 1
}

fn sorted(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values
}

fn distribution(sorted: Vec<f32>) -> Value {
    let mean = sorted.iter().sum::<f32>() / sorted.len().max(1) as f32;
    let at = |share: f32| {
        sorted
            .get((share * sorted.len() as f32) as usize)
            .copied()
            .unwrap_or(f32::NAN)
    };
    json!({"mean": mean, "median": at(0.5), "p95": at(0.95)})
}

/// Adds the mark for the mean and on how many it was measured.
fn with(mut distribution: Value, mark: f64, of: usize) -> Value {
    let met = distribution["mean"].as_f64().is_some_and(|mean| mean <= mark);
    distribution["mark"] = json!(mark);
    distribution["met"] = json!(met);
    distribution["of"] = json!(of);
    distribution
}
