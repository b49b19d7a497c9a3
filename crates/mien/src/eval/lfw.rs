//! `mien eval lfw`: how well two photographs of one person are told from two of different people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use mien_vision::face::Face;
use mien_vision::home::Home;
use mien_vision::picture::{Picture, PictureLimits};
use mien_vision::vision::{DetectOptions, Mirror, Slot, VisionError};
use serde::Serialize;

use super::SeeingArgs;
use super::dataset::Lfw;
use super::observe;
use super::pairs::{self, Sample};
use super::seeing::Seeing;

/// Options of `mien eval lfw`.
#[derive(Clone, Debug, Args)]
pub struct LfwArgs {
    /// The folder of LFW (`images` and `pairs.txt`), or the folder that holds it as `lfw`.
    #[arg(long)]
    pub data: PathBuf,
    /// Which embedder: "2.0" or "3.0".
    #[arg(long, default_value = "3.0", value_parser = slot)]
    pub version: Slot,
    /// Embed the mirror images too, as at enrolment.
    #[arg(long)]
    pub mirror: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

#[derive(Serialize)]
struct Report {
    set: &'static str,
    pack: String,
    engine: String,
    version: &'static str,
    /// Accuracy over the 6,000 pairs, mean of ten folds, 0 to 1.
    accuracy: f64,
    accuracy_sd: f64,
    /// True accept rate by false accept rate, over all impostor pairs.
    tar: BTreeMap<&'static str, f64>,
    /// The cosine at each false accept rate.
    cosine: BTreeMap<&'static str, f64>,
    /// From the bytes of the file to the embedding, milliseconds of one thread.
    ms_per_face: f64,
    images: usize,
    people: usize,
    faces_not_found: usize,
    impostor_pairs: u64,
    genuine_pairs: usize,
    genuine_pairs_of_a_person_at_most: usize,
    /// Which face of the picture is taken.
    face: &'static str,
    threads: usize,
}

const RATES: [(&str, f64); 5] = [
    ("1e-2", 1e-2),
    ("1e-3", 1e-3),
    ("1e-4", 1e-4),
    ("1e-5", 1e-5),
    ("1e-6", 1e-6),
];

pub fn run(args: &LfwArgs, home: &Home) -> anyhow::Result<()> {
    let lfw = Lfw::open(&args.data)?;
    let pairs = lfw.pairs()?;
    let seeing = Seeing::open(&args.seeing, home, false)?;
    let mirror = if args.mirror { Mirror::On } else { Mirror::Off };
    let (samples, ms_per_face) = embed_all(&seeing, &lfw, args.version, mirror)?;

    let scores: Vec<(f32, bool)> = pairs
        .iter()
        .map(
            |pair| match (&samples[pair.one].embedding, &samples[pair.other].embedding) {
                (Some(one), Some(other)) => (pairs::cosine(one, other), pair.same),
                (None, _) | (_, None) => (-1.0, pair.same),
            },
        )
        .collect();
    let (accuracy, accuracy_sd) = pairs::ten_folds(&scores);
    eprintln!("comparing all pairs");
    let start = Instant::now();
    let impostors = pairs::impostors(&samples, seeing.threads);
    eprintln!(
        "{} impostor pairs in {:.1} s",
        impostors.pairs(),
        start.elapsed().as_secs_f64()
    );
    let genuine = pairs::genuine(&samples);
    let floors = RATES.map(|(name, far)| (name, pairs::floor_at(&impostors, far)));
    let report = Report {
        set: "lfw",
        pack: seeing.pack,
        engine: seeing.engine,
        version: args.version.as_str(),
        accuracy,
        accuracy_sd,
        tar: floors
            .map(|(name, floor)| (name, pairs::share_at_or_above(&genuine, floor)))
            .into(),
        cosine: floors.into(),
        ms_per_face,
        images: samples.len(),
        people: lfw.images.last().map_or(0, |image| image.person + 1),
        faces_not_found: samples.iter().filter(|sample| sample.embedding.is_none()).count(),
        impostor_pairs: impostors.pairs(),
        genuine_pairs: genuine.len(),
        genuine_pairs_of_a_person_at_most: pairs::GENUINE_PAIRS_OF_A_PERSON,
        face: "nearest to the centre of the picture among those the server finds",
        threads: seeing.threads,
    };
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{}", serde_json::to_string_pretty(&report)?);
    }
    Ok(())
}

/// Embeds every image of LFW; also milliseconds per face on one thread.
pub fn embed_all(seeing: &Seeing, lfw: &Lfw, slot: Slot, mirror: Mirror) -> anyhow::Result<(Vec<Sample>, f64)> {
    let look = |image: &super::dataset::LfwImage| {
        let (picture, Some(face)) = central_face(seeing, &image.path)? else {
            return Ok(Sample {
                embedding: None,
                person: image.person,
            });
        };
        let embedding = seeing.vision.embed(&picture, &face, slot, mirror)?;
        Ok(Sample {
            embedding: Some(embedding),
            person: image.person,
        })
    };
    // The first pictures compile the shapes; they do not count.
    lfw.images.iter().take(8).try_for_each(|image| look(image).map(drop))?;
    let (samples, busy) = observe::each("embedding", &lfw.images, seeing.threads, look)?;
    let ms_per_face = busy.as_secs_f64() * 1000.0 / samples.len().max(1) as f64;
    Ok((samples, ms_per_face))
}

/// The face nearest to the centre: LFW's images are centred on the person they are named after.
pub fn central_face(seeing: &Seeing, path: &Path) -> anyhow::Result<(Picture, Option<Face>)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let picture = Picture::open(&bytes, &PictureLimits::default())
        .with_context(|| format!("cannot decode {}", path.display()))?;
    let options = DetectOptions {
        max_faces: 120,
        ..DetectOptions::default()
    };
    let faces = match seeing.vision.detect(&picture, &options) {
        Ok(faces) => faces,
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot look at {}", path.display())),
    };
    let (middle_x, middle_y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    let distance = |face: &Face| {
        let centre = face.region.centre();
        (centre.x - middle_x).hypot(centre.y - middle_y)
    };
    let nearest = faces
        .into_iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)));
    Ok((picture, nearest))
}

/// Parses `FaceModelVersion`.
pub fn slot(text: &str) -> Result<Slot, String> {
    Slot::ALL
        .into_iter()
        .find(|slot| slot.as_str() == text)
        .ok_or_else(|| "must be 2.0 or 3.0".to_owned())
}
