//! `mien eval masks`: whether a mask is seen and how it is worn, and how well masked faces are compared.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use mien_core::score::Impostors;
use mien_vision::calibration::Calibration;
use mien_vision::home::Home;
use mien_vision::mask::MaskWorn;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, VisionError};
use serde::Serialize;
use serde_json::Value;

use super::SeeingArgs;
use super::all::Scope;
use super::calibrate::{self, Check};
use super::cover;
use super::dataset::{Half, Lfw, LfwImage};
use super::observe;
use super::paint::{self, Cloth, Dice, Worn};
use super::pairs::{self, Sample};
use super::seeing::Seeing;
use super::spoiled::{self, Sitting};

/// Options of `mien eval masks`.
#[derive(Clone, Debug, Args)]
pub struct MasksArgs {
    #[command(flatten)]
    pub wanted: Wanted,
    /// Write the embeddings of people with two images and more to this file, for fitting the projection: little-endian,
    /// for each image person, half (0 or 1) and dimensions (32-bit integers), then whole and upper face, without and with
    /// a mask (32-bit floats).
    #[arg(long)]
    pub embeddings: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

/// On what masks are measured.
#[derive(Clone, Debug, Args)]
pub struct Wanted {
    /// The folder that holds `lfw` and `masks` (`with_mask`, `without_mask`).
    #[arg(long)]
    pub data: PathBuf,
    /// Photographs of LFW for painted masks, each painted in all four ways.
    #[arg(long, default_value_t = 1000)]
    pub images: usize,
    /// Images of a person at most, for comparing.
    #[arg(long, default_value_t = 4)]
    pub of_a_person: usize,
    /// Only compare.
    #[arg(long)]
    pub comparing_only: bool,
    /// Fit the scale of CompareMaskFace on the first half of the people of LFW and write it to this file.
    #[arg(long)]
    pub calibration: Option<PathBuf>,
}

/// The report.
#[derive(Serialize)]
pub struct Report {
    pack: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    photographs: Option<Photographs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    painted: Option<Painted>,
    comparing: Comparing,
    /// The scale of CompareMaskFace on people whom it was not fitted on, every other face with a mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    calibration: Option<Vec<Check>>,
}

/// Photographs of people with and without masks: the half of them that was not trained on.
#[derive(Serialize)]
struct Photographs {
    with_mask: usize,
    without_mask: usize,
    found_with_mask: usize,
    found_without_mask: usize,
    /// Of the faces found.
    sensitivity: f64,
    specificity: f64,
    balanced_accuracy: f64,
    wrong: Vec<String>,
}

/// Masks painted on people of LFW that were not trained on.
#[derive(Serialize)]
struct Painted {
    images: usize,
    not_found: usize,
    /// Rows: how it is worn, 0 none to 4 properly; columns: the answer.
    confusion: [[usize; 5]; 5],
    balanced_accuracy_of_five: f64,
    balanced_accuracy_mask_or_none: f64,
}

/// True accept rates at the false accept rate of 1e-3, for pairs of the same kind.
#[derive(Serialize)]
struct Comparing {
    images: usize,
    not_found_masked: usize,
    genuine_pairs: usize,
    impostor_pairs: u64,
    /// By embedder, then by who wears a mask.
    tar_at_far_1e_3: BTreeMap<&'static str, BTreeMap<&'static str, f64>>,
}

pub fn run(args: &MasksArgs, home: &Home) -> anyhow::Result<()> {
    let fitting = args.embeddings.is_some() || args.wanted.calibration.is_some();
    let seeing = Seeing::open(&args.seeing, home, !fitting)?;
    if let Some(path) = &args.embeddings {
        return write_embeddings(&seeing, &args.wanted, path);
    }
    spoiled::print(&measure(&seeing, &args.wanted)?, args.json)
}

/// As one of `mien eval all`.
pub fn listed(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let wanted = Wanted {
        data: scope.data.clone(),
        images: if scope.quick { 60 } else { 400 },
        of_a_person: if scope.quick { 2 } else { 3 },
        comparing_only: false,
        calibration: None,
    };
    Ok(serde_json::to_value(measure(seeing, &wanted)?)?)
}

fn measure(seeing: &Seeing, args: &Wanted) -> anyhow::Result<Report> {
    let folder = args.data.join("masks");
    let both = !args.comparing_only;
    let photographs = (both && folder.is_dir())
        .then(|| photographs(seeing, &folder))
        .transpose()?;
    let painted = both.then(|| painted(seeing, args)).transpose()?;
    let seen = embed(seeing, &args.data, Half::Second, args.of_a_person)?;
    let calibration = match &args.calibration {
        Some(path) => Some(calibrate(seeing, args, &seen, path)?),
        None => seeing
            .vision
            .masked_calibration()
            .ok()
            .map(|points| calibrate::check(points, &impostors(seeing, &seen)))
            .transpose()?,
    };
    Ok(Report {
        pack: seeing.pack.clone(),
        photographs,
        painted,
        comparing: comparing(seeing, &seen),
        calibration,
    })
}

fn photographs(seeing: &Seeing, folder: &Path) -> anyhow::Result<Photographs> {
    let mut wrong = Vec::new();
    let mut side = |name: &str, masked: bool| -> anyhow::Result<(usize, usize, f64)> {
        let (_, files) = cover::halves(spoiled::files(&folder.join(name))?);
        let look = |path: &PathBuf| largest(seeing, path);
        let (answers, _) = observe::each(name, &files, seeing.threads, look)?;
        let found = answers.iter().flatten().count();
        let right = answers
            .iter()
            .flatten()
            .filter(|worn| (**worn != MaskWorn::None) == masked);
        let share = right.count() as f64 / found.max(1) as f64;
        let failed = files.iter().zip(&answers);
        wrong.extend(
            failed
                .filter(|(_, answer)| answer.is_some_and(|worn| (worn != MaskWorn::None) != masked))
                .map(|(path, _)| path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        );
        Ok((files.len(), found, share))
    };
    let (with_mask, found_with_mask, sensitivity) = side("with_mask", true)?;
    let (without_mask, found_without_mask, specificity) = side("without_mask", false)?;
    Ok(Photographs {
        with_mask,
        without_mask,
        found_with_mask,
        found_without_mask,
        sensitivity,
        specificity,
        balanced_accuracy: 0.5 * (sensitivity + specificity),
        wrong,
    })
}

/// The mask of the largest face, `None` when no face is found.
fn largest(seeing: &Seeing, path: &Path) -> anyhow::Result<Option<MaskWorn>> {
    let limits = PictureLimits {
        min_short_edge: 1,
        ..PictureLimits::default()
    };
    let picture = Picture::open(std::fs::read(path)?, &limits)?;
    let faces = match seeing.vision.detect(&picture, &DetectOptions::default()) {
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => return Ok(None),
        faces => faces?,
    };
    let mask = faces
        .first()
        .map(|face| seeing.vision.mask(&picture, face))
        .transpose()?;
    Ok(mask.map(|mask| mask.worn))
}

fn painted(seeing: &Seeing, args: &Wanted) -> anyhow::Result<Painted> {
    let images = spoiled::some(Lfw::open(&args.data)?, Half::Second, args.images);
    let look = |image: &LfwImage| -> anyhow::Result<[Option<usize>; 5]> {
        let mut answers = [None; 5];
        let Some(sitting) = Sitting::open(seeing, &image.path)? else {
            return Ok(answers);
        };
        let other = spoiled::canvas(spoiled::other(&images, &image.name))?;
        for (way, answer) in answers.iter_mut().enumerate() {
            let mut dice = Dice::of(&image.name, 200 + way as u64);
            let mut canvas = sitting.canvas.clone();
            if let Some(&worn) = way.checked_sub(1).and_then(|way| Worn::ALL.get(way)) {
                let cloth = Cloth::of_mask(sitting.eyes_px(), &mut dice);
                paint::paint_mask(&mut canvas, &sitting.mesh, worn, &cloth, &other, &mut dice);
                canvas = paint::blurred(&canvas, dice.within(0.0, 0.7));
            }
            if let Some((picture, face)) = sitting.again(seeing, &canvas)? {
                *answer = Some(seeing.vision.mask(&picture, &face)?.worn as usize);
            }
        }
        Ok(answers)
    };
    let (seen, _) = observe::each("painted masks", &images, seeing.threads, look)?;
    let mut confusion = [[0usize; 5]; 5];
    let mut not_found = 0;
    for answers in &seen {
        for (way, answer) in answers.iter().enumerate() {
            match answer {
                Some(answer) => confusion[way][*answer] += 1,
                None => not_found += 1,
            }
        }
    }
    let share = |right: usize, row: &[usize]| right as f64 / row.iter().sum::<usize>().max(1) as f64;
    let none = share(confusion[0][0], &confusion[0]);
    let some = confusion[1..]
        .iter()
        .map(|row| share(row[1..].iter().sum(), row))
        .sum::<f64>()
        / 4.0;
    Ok(Painted {
        images: images.len(),
        not_found,
        balanced_accuracy_of_five: (0..5)
            .map(|way| share(confusion[way][way], &confusion[way]))
            .sum::<f64>()
            / 5.0,
        balanced_accuracy_mask_or_none: 0.5 * (none + some),
        confusion,
    })
}

/// What is known of one image: embeddings of the whole and of the upper face, without and with a painted mask.
pub struct Masked {
    pub person: usize,
    pub whole: [Option<Vec<f32>>; 2],
    pub upper: [Option<Vec<f32>>; 2],
}

/// Embeds images of one half of the people, at most `of_a_person` each, with and without a painted mask.
pub fn embed(seeing: &Seeing, data: &Path, half: Half, of_a_person: usize) -> anyhow::Result<Vec<Masked>> {
    let images = spoiled::of_several(Lfw::open(data)?, half, of_a_person);
    let look = |image: &LfwImage| -> anyhow::Result<Masked> {
        let mut masked = Masked {
            person: image.person,
            whole: [None, None],
            upper: [None, None],
        };
        let Some(sitting) = Sitting::open(seeing, &image.path)? else {
            return Ok(masked);
        };
        let mut dice = Dice::of(&image.name, 300);
        let other = spoiled::canvas(spoiled::other(&images, &image.name))?;
        let mut canvas = sitting.canvas.clone();
        let cloth = Cloth::of_mask(sitting.eyes_px(), &mut dice);
        paint::paint_mask(&mut canvas, &sitting.mesh, Worn::Properly, &cloth, &other, &mut dice);
        for (index, canvas) in [&sitting.canvas, &canvas].into_iter().enumerate() {
            if let Some((picture, face)) = sitting.again(seeing, canvas)? {
                masked.whole[index] = Some(seeing.vision.embed(&picture, &face, Slot::V3, Mirror::Off)?);
                masked.upper[index] = Some(seeing.vision.embed_masked(&picture, &face)?);
            }
        }
        Ok(masked)
    };
    Ok(observe::each("masking", &images, seeing.threads, look)?.0)
}

/// Fits the scale of whole and upper faces, every other one with a mask, and checks it on the other half of the people.
fn calibrate(seeing: &Seeing, args: &Wanted, held_back: &[Masked], path: &Path) -> anyhow::Result<Vec<Check>> {
    let fitted = embed(seeing, &args.data, Half::First, args.of_a_person)?;
    let pairs = impostors(seeing, &fitted);
    let points = calibrate::curve(&pairs, calibrate::MEASURED_FAR)?;
    let checks = calibrate::check(&points, &impostors(seeing, held_back))?;
    let calibration = Calibration {
        fingerprint: seeing.vision.embedder(Slot::V3)?.fingerprint.clone(),
        source: format!(
            "LFW, {} images of the first half of the people, every other one with a painted mask, whole and upper faces, {} impostor \
             pairs, {}",
            fitted.len(),
            pairs.pairs(),
            seeing.engine
        ),
        points,
    };
    std::fs::write(path, calibration.to_text())?;
    Ok(checks)
}

/// Pairs of two people, every other face with a mask.
fn impostors(seeing: &Seeing, seen: &[Masked]) -> Impostors {
    let sample = |(index, masked): (usize, &Masked)| Sample {
        embedding: masked.upper[index % 2].clone(),
        person: masked.person,
    };
    let samples: Vec<Sample> = seen.iter().enumerate().map(sample).collect();
    pairs::impostors(&samples, seeing.threads)
}

fn write_embeddings(seeing: &Seeing, args: &Wanted, path: &Path) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for (number, half) in [Half::First, Half::Second].into_iter().enumerate() {
        for masked in embed(seeing, &args.data, half, args.of_a_person)? {
            let vectors = masked.whole.iter().chain(&masked.upper);
            let Some(vectors) = vectors.map(Option::as_deref).collect::<Option<Vec<&[f32]>>>() else {
                continue;
            };
            for value in [masked.person, number, vectors[0].len()] {
                file.write_all(&u32::try_from(value)?.to_le_bytes())?;
            }
            for value in vectors.concat() {
                file.write_all(&value.to_le_bytes())?;
            }
        }
    }
    Ok(file.flush()?)
}

fn comparing(seeing: &Seeing, seen: &[Masked]) -> Comparing {
    let mut tar = BTreeMap::new();
    let (mut genuine_pairs, mut impostor_pairs) = (0, 0);
    type Chosen = fn(&Masked) -> &[Option<Vec<f32>>; 2];
    let embedders: [(&'static str, Chosen); 2] = [
        ("whole face", |masked| &masked.whole),
        ("whole and upper face", |masked| &masked.upper),
    ];
    for (name, chosen) in embedders {
        let mut kinds = BTreeMap::new();
        for (kind, first, second) in [("nobody", 0, 0), ("one", 0, 1), ("both", 1, 1)] {
            let samples = |index: usize| -> Vec<Sample> {
                let sample = |masked: &Masked| Sample {
                    embedding: chosen(masked)[index].clone(),
                    person: masked.person,
                };
                seen.iter().map(sample).collect()
            };
            let (one, other) = (samples(first), samples(second));
            let impostors = pairs::impostors_between(&one, &other, seeing.threads);
            let genuine = pairs::genuine_between(&one, &other);
            (genuine_pairs, impostor_pairs) = (genuine.len(), impostors.pairs());
            let floor = pairs::floor_at(&impostors, 1e-3);
            kinds.insert(kind, pairs::share_at_or_above(&genuine, floor));
        }
        tar.insert(name, kinds);
    }
    Comparing {
        images: seen.len(),
        not_found_masked: seen.iter().filter(|masked| masked.whole[1].is_none()).count(),
        genuine_pairs,
        impostor_pairs,
        tar_at_far_1e_3: tar,
    }
}
