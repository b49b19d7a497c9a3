//! What it gives to reject the worst faces by their score: fewer people who are not recognised.

use std::io::Write;

use anyhow::Context;
use mien_api::eyes;
use mien_vision::quality::{Evidence, Quality};
use mien_vision::vision::{Mirror, Slot};
use serde::Serialize;

use super::Wanted;
use crate::eval::dataset::{Lfw, LfwImage};
use crate::eval::observe;
use crate::eval::paint::{self, Dice};
use crate::eval::pairs::{self, Sample};
use crate::eval::seeing::Seeing;
use crate::eval::spoiled::{self, Sitting};

/// False non-match rates of degraded images.
#[derive(Serialize)]
pub struct Rejection {
    images: usize,
    not_found: usize,
    genuine_pairs: usize,
    genuine_pairs_kept: usize,
    /// Of all impostor pairs of degraded images.
    cosine_at_far_1e_3: f64,
    false_non_match_rate: f64,
    /// After the fifth of the images with the lowest scores was rejected, at the same cosine.
    false_non_match_rate_kept: f64,
    /// The same when the fifth is rejected whose embeddings are least like those of the same images before they were degraded:
    /// what a score of single images can hardly surpass.
    false_non_match_rate_kept_by_likeness: f64,
    /// The score that divides them.
    rejected_below: f32,
    /// Share of images that each level of QualityControl lets pass, 0 to 4: degraded, and as they are.
    passes_degraded: [f64; 5],
    passes_as_photographed: [f64; 5],
    /// False non-match rate among images that pass each level.
    false_non_match_rate_at_level: [f64; 5],
}

/// One image, degraded.
struct Degraded {
    person: usize,
    name: String,
    embedding: Option<Vec<f32>>,
    evidence: Option<Evidence>,
    /// The quality as photographed.
    clean: Option<Quality>,
    /// Cosine to itself as photographed.
    likeness: f32,
}

pub fn measure(seeing: &Seeing, args: &Wanted) -> anyhow::Result<Rejection> {
    let images = spoiled::of_several(Lfw::open(&args.data)?, args.half, args.of_a_person);
    let look = |image: &LfwImage| degrade(seeing, &images, image);
    let (seen, _) = observe::each("degrading", &images, seeing.threads, look)?;
    if let Some(path) = &args.dump {
        dump(path, &seen)?;
    }
    Ok(report(seeing, &seen))
}

fn degrade(seeing: &Seeing, images: &[LfwImage], image: &LfwImage) -> anyhow::Result<Degraded> {
    let mut degraded = Degraded {
        person: image.person,
        name: image.name.clone(),
        embedding: None,
        evidence: None,
        clean: None,
        likeness: 0.0,
    };
    let Some(sitting) = Sitting::open(seeing, &image.path)? else {
        return Ok(degraded);
    };
    let mut dice = Dice::of(&image.name, 800);
    let other = spoiled::canvas(spoiled::other(images, &image.name))?;
    let canvas = paint::degraded(&sitting.canvas, &sitting.mesh, &other, &mut dice);
    let Some((picture, face)) = sitting.again(seeing, &canvas)? else {
        return Ok(degraded);
    };
    let embedding = seeing.vision.embed(&picture, &face, Slot::V3, Mirror::Off)?;
    let original = sitting.canvas.picture()?;
    let clean = seeing.vision.embed(&original, &sitting.face, Slot::V3, Mirror::Off)?;
    degraded.likeness = pairs::cosine(&embedding, &clean);
    degraded.evidence = Some(seeing.vision.quality_evidence(&picture, &face)?);
    degraded.clean = Some(seeing.vision.quality(&original, &sitting.face)?);
    degraded.embedding = Some(embedding);
    Ok(degraded)
}

fn report(seeing: &Seeing, seen: &[Degraded]) -> Rejection {
    let found: Vec<&Degraded> = seen.iter().filter(|degraded| degraded.embedding.is_some()).collect();
    let quality = |degraded: &Degraded| degraded.evidence.map(|evidence| evidence.quality());
    let samples = |keep: &dyn Fn(&Degraded) -> bool| -> Vec<Sample> {
        let kept = found.iter().filter(|degraded| keep(degraded));
        kept.map(|degraded| Sample {
            embedding: degraded.embedding.clone(),
            person: degraded.person,
        })
        .collect()
    };
    let all = samples(&|_| true);
    let impostors = pairs::impostors(&all, seeing.threads);
    let floor = pairs::floor_at(&impostors, 1e-3);
    let missed = |samples: &[Sample]| {
        let genuine = pairs::genuine(samples);
        (genuine.len(), 1.0 - pairs::share_at_or_above(&genuine, floor))
    };
    let score = |degraded: &Degraded| quality(degraded).map_or(0.0, |quality| quality.score);
    let mut scores: Vec<f32> = found.iter().map(|degraded| score(degraded)).collect();
    scores.sort_by(f32::total_cmp);
    let bound = scores.get(scores.len() / 5).copied().unwrap_or(0.0);
    let mut likenesses: Vec<f32> = found.iter().map(|degraded| degraded.likeness).collect();
    likenesses.sort_by(f32::total_cmp);
    let unlike = likenesses.get(likenesses.len() / 5).copied().unwrap_or(0.0);
    let (genuine_pairs, rate) = missed(&all);
    let (genuine_pairs_kept, rate_kept) = missed(&samples(&|degraded| score(degraded) >= bound));
    let passes = |quality: Option<Quality>, level: u8| {
        quality.is_some_and(|quality| eyes::Quality::from(&quality).passes(level))
    };
    let share = |of: &dyn Fn(&Degraded) -> bool| {
        found.iter().filter(|degraded| of(degraded)).count() as f64 / found.len().max(1) as f64
    };
    Rejection {
        images: seen.len(),
        not_found: seen.len() - found.len(),
        genuine_pairs,
        genuine_pairs_kept,
        cosine_at_far_1e_3: floor,
        false_non_match_rate: rate,
        false_non_match_rate_kept: rate_kept,
        false_non_match_rate_kept_by_likeness: missed(&samples(&|degraded| degraded.likeness >= unlike)).1,
        rejected_below: bound,
        passes_degraded: [0, 1, 2, 3, 4].map(|level| share(&|degraded| passes(quality(degraded), level))),
        passes_as_photographed: [0, 1, 2, 3, 4].map(|level| share(&|degraded| passes(degraded.clean, level))),
        false_non_match_rate_at_level: [0, 1, 2, 3, 4]
            .map(|level| missed(&samples(&|degraded| passes(quality(degraded), level))).1),
    }
}

fn dump(path: &std::path::Path, seen: &[Degraded]) -> anyhow::Result<()> {
    let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = std::io::BufWriter::new(file);
    for degraded in seen {
        let Some(evidence) = degraded.evidence else {
            continue;
        };
        let line = serde_json::json!({
            "name": degraded.name, "likeness": degraded.likeness, "embedding": degraded.embedding,
            "blur": evidence.blur, "luma": evidence.luma, "bright": evidence.bright_luma, "dark": evidence.dark_luma,
            "shares": evidence.cover.shares, "mask": evidence.cover.mask, "foretold": evidence.cover.likeness,
        });
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}
