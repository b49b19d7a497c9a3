//! `mien eval calibrate`: the curve from cosine to the false accept rate of a random impostor pair.
//!
//! Quantiles of the impostor pairs as far as there are enough of them, then a tail. Two embeddings of strangers are
//! nearly orthogonal vectors in many dimensions, so their cosine is close to normal: on the normal scale (the quantile of
//! the standard normal distribution at the false accept rate) the measured curve is nearly straight, and the straight
//! line through its last decades is carried on.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use mien_core::score::{Curve, Impostors, Point};
use mien_vision::calibration::{Calibration, CalibrationPoint};
use mien_vision::home::Home;
use mien_vision::vision::{Mirror, Slot};
use serde::Serialize;

use super::SeeingArgs;
use super::dataset::{Half, Lfw};
use super::lfw::{embed_all, slot};
use super::pairs::{self, Sample};
use super::seeing::Seeing;

/// Options of `mien eval calibrate`.
#[derive(Clone, Debug, Args)]
pub struct CalibrateArgs {
    /// The folder of LFW, or the folder that holds it as `lfw`.
    #[arg(long)]
    pub data: PathBuf,
    /// Which embedder: "2.0" or "3.0".
    #[arg(long, default_value = "3.0", value_parser = slot)]
    pub version: Slot,
    /// Write the calibration to this file.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

#[derive(Serialize)]
struct Report {
    pack: String,
    version: &'static str,
    fingerprint: String,
    fitted_on_pairs: u64,
    checked_on_pairs: u64,
    checks: Vec<Check>,
    /// Every ratio between 0.5 and 2.
    within_a_factor_of_2: bool,
    /// The same curve without the last two decades of the pairs, at 1e-5: how well the tail is foretold.
    tail_ratio_at_1e_5: f64,
}

/// A score, and what it means on people that the curve never saw.
#[derive(Serialize)]
pub(super) struct Check {
    score: u32,
    stated_far: f64,
    cosine: f64,
    /// On the half of the people that the curve never saw.
    measured_far: f64,
    pub(super) ratio: f64,
}

/// The tail is carried on to here, far beyond what a score of 100 needs (1e-9).
const LAST_FAR: f64 = 1e-15;

pub fn run(args: &CalibrateArgs, home: &Home) -> anyhow::Result<()> {
    let lfw = Lfw::open(&args.data)?;
    let seeing = Seeing::open(&args.seeing, home, false)?;
    let (samples, _) = embed_all(&seeing, &lfw, args.version, Mirror::Off)?;
    let halves: Vec<Half> = lfw.images.iter().map(|image| image.half).collect();
    let (first, second) = split(samples, &halves);
    eprintln!("comparing all pairs");
    let (fitted, held_back) = (
        pairs::impostors(&first, seeing.threads),
        pairs::impostors(&second, seeing.threads),
    );
    let points = curve(&fitted, MEASURED_FAR)?;
    let checks = check(&points, &held_back)?;
    let info = seeing.vision.embedder(args.version)?;
    let report = Report {
        within_a_factor_of_2: checks.iter().all(|check| (0.5..=2.0).contains(&check.ratio)),
        checks,
        pack: seeing.pack,
        version: args.version.as_str(),
        fingerprint: info.fingerprint.clone(),
        fitted_on_pairs: fitted.pairs(),
        checked_on_pairs: held_back.pairs(),
        tail_ratio_at_1e_5: tail_ratio(&fitted, &held_back)?,
    };
    if let Some(path) = &args.out {
        let source = format!(
            "LFW, {} of {} images (the half of the people whose hashed name says so), {} impostor pairs, {}",
            first.len(),
            lfw.images.len(),
            fitted.pairs(),
            seeing.engine
        );
        let calibration = Calibration {
            fingerprint: info.fingerprint.clone(),
            source,
            points,
        };
        std::fs::write(path, calibration.to_text())?;
    }
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{}", serde_json::to_string_pretty(&report)?);
    }
    ensure!(
        report.within_a_factor_of_2,
        "the calibration does not hold on the people that were held back"
    );
    Ok(())
}

/// Down to this rate the quantiles themselves are taken: LFW's own wrong labels show below.
pub(super) const MEASURED_FAR: f64 = 1e-5;

/// Quantiles down to `measured_far`, or to what the pairs support, and the tail.
pub(super) fn curve(impostors: &Impostors, measured_far: f64) -> anyhow::Result<Vec<CalibrationPoint>> {
    let quantiles = Curve::fit(impostors)?;
    let mut points: Vec<Point> = quantiles
        .points()
        .iter()
        .copied()
        .filter(|point| point.far >= measured_far * 0.999)
        .collect();
    ensure!(points.len() >= 8, "too few impostor pairs");
    let last = points[points.len() - 1];
    let tail: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.far <= TAIL_OVER * last.far)
        .map(|point| (point.cosine, normal_quantile(point.far)))
        .collect();
    let (slope, offset) = line(&tail);
    ensure!(slope > 0.0, "the impostor pairs have no tail to carry on");
    // The line meets the last measured point, so that the curve has no step.
    let shift = normal_quantile(last.far) - (slope * last.cosine + offset);
    let mut far = last.far;
    while far > LAST_FAR {
        far *= 10f64.powf(-0.25);
        let cosine = (normal_quantile(far) - offset - shift) / slope;
        if cosine > 1.0 {
            break;
        }
        points.push(Point { cosine, far });
    }
    Ok(points
        .into_iter()
        .map(|Point { cosine, far }| CalibrationPoint { cosine, far })
        .collect())
}

/// The line of the tail is fitted over this much of the rate: two decades.
const TAIL_OVER: f64 = 100.1;

/// The scores that the documents state rates for (BEHAVIOUR 7.1).
pub(super) fn check(points: &[CalibrationPoint], held_back: &Impostors) -> anyhow::Result<Vec<Check>> {
    let curve = Curve::new(
        points
            .iter()
            .map(|point| Point {
                cosine: point.cosine,
                far: point.far,
            })
            .collect(),
    )?;
    let version = mien_core::value::ModelVersion::V3;
    [40u32, 50, 60]
        .into_iter()
        .map(|score| {
            let stated_far = 10f64.powf(1.0 - f64::from(score) / 10.0);
            let cosine = curve.cosine(mien_core::score::Score::parse(f64::from(score))?, version);
            let measured_far = held_back.far(cosine);
            Ok(Check {
                score,
                stated_far,
                cosine,
                measured_far,
                ratio: measured_far / stated_far,
            })
        })
        .collect()
}

/// Measured over stated rate at 1e-5 for a curve that saw the pairs only down to 1e-3.
fn tail_ratio(fitted: &Impostors, held_back: &Impostors) -> anyhow::Result<f64> {
    let blind: Vec<CalibrationPoint> = curve(fitted, 1e-3)?;
    let at = blind.iter().min_by(|one, other| {
        let away = |point: &CalibrationPoint| (point.far.log10() + 5.0).abs();
        away(one).total_cmp(&away(other))
    });
    Ok(at.map_or(f64::NAN, |point| held_back.far(point.cosine) / point.far))
}

/// The two halves, with the first few images of each person. A few people have hundreds of images: with all of them the
/// rate would be that of these people, not of people, and differ from half to half by who is in it.
fn split(samples: Vec<Sample>, halves: &[Half]) -> (Vec<Sample>, Vec<Sample>) {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let (mut person, mut taken) = (usize::MAX, 0);
    for (sample, half) in samples.into_iter().zip(halves) {
        taken = if sample.person == person { taken + 1 } else { 1 };
        person = sample.person;
        if taken <= IMAGES_OF_A_PERSON {
            match half {
                Half::First => first.push(sample),
                Half::Second => second.push(sample),
            }
        }
    }
    (first, second)
}

/// At most this many images of one person count.
const IMAGES_OF_A_PERSON: usize = 5;

/// Least squares: slope and offset.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let slope = along / spread;
    (slope, mean_y - slope * mean_x)
}

/// The `z` that a standard normal variable exceeds with probability `far`: Acklam's rational approximation, relative
/// error below 1.2e-9 over all of (0, 1).
fn normal_quantile(far: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.383_577_518_672_69e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] = [
        -5.447609879822406e1,
        1.615858368580409e2,
        -1.556989798598866e2,
        6.680131188771972e1,
        -1.328068155288572e1,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [
        7.784695709041462e-3,
        3.224671290700398e-1,
        2.445134137142996,
        3.754408661907416,
    ];
    let polynomial = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, value| sum * x + value);
    let tail = |probability: f64| {
        let q = (-2.0 * probability.ln()).sqrt();
        polynomial(&C, q) / (polynomial(&D, q) * q + 1.0)
    };
    if far < 0.02425 {
        -tail(far)
    } else if far > 1.0 - 0.02425 {
        tail(1.0 - far)
    } else {
        let q = 0.5 - far;
        let r = q * q;
        polynomial(&A, r) * q / (polynomial(&B, r) * r + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_normal_distribution() {
        for (far, z) in [
            (0.5, 0.0),
            (0.158655, 1.0),
            (1e-3, 3.090232),
            (1e-5, 4.264891),
            (1e-9, 5.997807),
            (0.99, -2.326348),
        ] {
            assert!(
                (normal_quantile(far) - z).abs() < 1e-5,
                "{far}: {}",
                normal_quantile(far)
            );
        }
    }

    #[test]
    fn the_tail_of_normal_impostors_is_found() {
        // Standard deviation 0.1, as real embedders have.
        let mut impostors = Impostors::new();
        for step in 0..2_000_000 {
            impostors.add((0.1 * normal_quantile((f64::from(step) + 0.5) / 2_000_000.0)) as f32);
        }
        let points = curve(&impostors, 1e-4).unwrap();
        for far in [1e-6, 1e-9] {
            let nearest = points.iter().min_by(|one, other| {
                let away = |point: &CalibrationPoint| (point.far / far).ln().abs();
                away(one).total_cmp(&away(other))
            });
            let expected = 0.1 * normal_quantile(nearest.unwrap().far);
            assert!(
                (nearest.unwrap().cosine - expected).abs() < 0.01,
                "{nearest:?} {expected}"
            );
        }
    }
}
