//! Blur, darkness and glare, step by step: the scores must fall.

use mien_vision::quality::Quality;
use serde::Serialize;

use crate::eval::dataset::LfwImage;
use crate::eval::observe;
use crate::eval::paint::{self, Canvas, Dice};
use crate::eval::seeing::Seeing;
use crate::eval::spoiled::Sitting;

/// One way to spoil a picture, weaker to stronger; the first step is the photograph as it is.
#[derive(Serialize)]
pub struct Steps {
    spoiled_by: &'static str,
    strength: [f32; 6],
    faces: usize,
    mean_score: [f64; 6],
    mean_sharpness: [f64; 6],
    mean_brightness: [f64; 6],
    /// The means of the score fall from step to step.
    score_falls: bool,
    /// So do those of the value that is made for it: sharpness with blur, brightness with darkness; it rises with glare.
    own_value_falls: bool,
    /// Share of single steps of single faces in which the score, rounded as it is answered, does not rise.
    score_does_not_rise: f64,
    blur_measure_deciles: Vec<[f32; 5]>,
}

const BLUR: [f32; 6] = [0.0, 0.03, 0.06, 0.09, 0.12, 0.16];
const DARK: [f32; 6] = [1.0, 0.4, 0.2, 0.1, 0.05, 0.025];
const GLARE: [f32; 6] = [0.0, 0.15, 0.3, 0.45, 0.6, 0.8];

pub fn measure(seeing: &Seeing, images: &[LfwImage]) -> anyhow::Result<Vec<Steps>> {
    let ways: [(&'static str, [f32; 6]); 3] = [("blur", BLUR), ("darkness", DARK), ("glare", GLARE)];
    let mut all = Vec::new();
    for (way, strengths) in ways {
        let look = |image: &LfwImage| faces(seeing, image, way, &strengths);
        let (seen, _) = observe::each(way, images, seeing.threads, look)?;
        let seen: Vec<[(Quality, f32); 6]> = seen.into_iter().flatten().collect();
        all.push(steps(way, strengths, &seen));
    }
    Ok(all)
}

/// One face at all strengths. The frame is that of the photograph as it is, so that only the pixels change.
fn faces(
    seeing: &Seeing,
    image: &LfwImage,
    way: &str,
    strengths: &[f32; 6],
) -> anyhow::Result<Option<[(Quality, f32); 6]>> {
    let Some(sitting) = Sitting::open(seeing, &image.path)? else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for strength in strengths {
        let picture = spoiled(&sitting, way, *strength, &image.name).picture()?;
        // A clone would keep the mesh of the photograph as it is.
        let face = mien_vision::face::Face {
            seen: mien_vision::face::Seen::default(),
            ..sitting.face.clone()
        };
        let evidence = seeing.vision.quality_evidence(&picture, &face)?;
        found.push((evidence.quality(), evidence.blur));
    }
    Ok(found.try_into().ok())
}

fn spoiled(sitting: &Sitting, way: &str, strength: f32, name: &str) -> Canvas {
    let canvas = &sitting.canvas;
    let mut dice = Dice::of(name, 700);
    match way {
        "blur" => paint::blurred(canvas, strength * sitting.eyes_px()),
        "darkness" if strength < 1.0 => paint::darkened(canvas, strength, &mut dice),
        "glare" if strength > 0.0 => {
            let at = sitting.mesh.points()[dice.below(468)];
            paint::glaring(canvas, strength, (at.x, at.y), 2.0 * sitting.eyes_px())
        }
        _ => canvas.clone(),
    }
}

fn steps(way: &'static str, strength: [f32; 6], seen: &[[(Quality, f32); 6]]) -> Steps {
    let mean = |of: fn(&Quality) -> f32| -> [f64; 6] {
        std::array::from_fn(|step| {
            seen.iter().map(|face| f64::from(of(&face[step].0))).sum::<f64>() / seen.len().max(1) as f64
        })
    };
    let falls = |values: &[f64; 6]| values.windows(2).all(|pair| pair[1] < pair[0]);
    let (score, sharpness, brightness) = (mean(|q| q.score), mean(|q| q.sharpness), mean(|q| q.brightness));
    let single = seen.iter().flat_map(|face| face.windows(2));
    let (mut right, mut all) = (0usize, 0usize);
    for pair in single {
        all += 1;
        right += usize::from(pair[1].0.score.round() <= pair[0].0.score.round());
    }
    let deciles = (0..6).map(|step| {
        let mut values: Vec<f32> = seen.iter().map(|face| face[step].1).collect();
        values.sort_by(f32::total_cmp);
        [0.1, 0.25, 0.5, 0.75, 0.9].map(|share| {
            values
                .get((values.len() as f32 * share) as usize)
                .copied()
                .unwrap_or(0.0)
        })
    });
    Steps {
        spoiled_by: way,
        strength,
        faces: seen.len(),
        score_falls: falls(&score),
        own_value_falls: match way {
            "blur" => falls(&sharpness),
            "darkness" => falls(&brightness),
            _ => brightness.windows(2).all(|pair| pair[1] > pair[0]),
        },
        mean_score: score,
        mean_sharpness: sharpness,
        mean_brightness: brightness,
        score_does_not_rise: right as f64 / all.max(1) as f64,
        blur_measure_deciles: deciles.collect(),
    }
}
