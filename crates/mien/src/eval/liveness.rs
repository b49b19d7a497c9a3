//! `mien eval liveness`: faces of the living against pictures of pictures.
//!
//! There are hardly any real attacks among the data: two photographs in `photos/spoof`. The others are synthetic and say
//! how the networks take to what paper and screens do to a picture, not how often a real attack gets through.

mod samples;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use mien_vision::face::Face;
use mien_vision::home::Home;
use mien_vision::picture::Picture;
use mien_vision::vision::{DetectOptions, VisionError};
use serde::Serialize;
use serde_json::Value;

use super::SeeingArgs;
use super::all::Scope;
use super::dataset::{self, Half, Lfw, LfwImage};
use super::observe;
use super::paint::{self, Attack, Dice};
use super::seeing::Seeing;
use super::spoiled::{self, Sitting};

/// Options of `mien eval liveness`.
#[derive(Clone, Debug, Args)]
pub struct LivenessArgs {
    #[command(flatten)]
    pub wanted: Wanted,
    /// Measure nothing but write samples for training the network of liveness to this file; use `--half first` and as many
    /// images as there are.
    #[arg(long)]
    pub samples: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

/// On what liveness is measured.
#[derive(Clone, Debug, Args)]
pub struct Wanted {
    /// The folder that holds `lfw` and `photos`.
    #[arg(long)]
    pub data: PathBuf,
    /// Photographs of LFW, each also attacked in every way.
    #[arg(long, default_value_t = 600)]
    pub images: usize,
    /// Which half of the people of LFW the photographs are of.
    #[arg(long, default_value = "second", value_parser = super::cover::half)]
    pub half: Half,
    /// Only the people whom `training/liveness` holds back to choose the scale from.
    #[arg(long)]
    pub held_back: bool,
    /// Write what each network says of each face to this file, one JSON object a line.
    #[arg(long)]
    pub dump: Option<PathBuf>,
}

/// The report.
#[derive(Serialize)]
pub struct Report {
    pack: String,
    /// Score and what each network says of `photos/spoof`; T is alive, F is not.
    spoof: BTreeMap<String, (f32, Vec<f32>)>,
    live_faces: usize,
    attacks: usize,
    /// The same living faces, worsened by camera and light: share refused at 40.
    worsened_living_refused_at_40: f64,
    /// At the scores that the documents name: shares of the living refused and of attacks let through.
    bounds: Vec<Bound>,
    /// Share of attacks of a kind let through at 40.
    let_through_at_40: BTreeMap<&'static str, f64>,
    /// Chance that a living face scores above an attack.
    area_under_curve: f64,
    /// Deciles of the mean logit of what the networks say, of the living and of attacks: for choosing the cut.
    live_deciles: Vec<f32>,
    attack_deciles: Vec<f32>,
    /// The same for each network alone: area under the curve.
    network_area_under_curve: Vec<f64>,
}

#[derive(Serialize)]
struct Bound {
    score: u32,
    living_refused: f64,
    attacks_let_through: f64,
}

/// One face: its score and what each network says.
struct Said {
    score: f32,
    raw: Vec<f32>,
}

pub fn run(args: &LivenessArgs, home: &Home) -> anyhow::Result<()> {
    let seeing = Seeing::open(&args.seeing, home, false)?;
    if let Some(path) = &args.samples {
        return samples::write(&seeing, &args.wanted, path);
    }
    spoiled::print(&measure(&seeing, &args.wanted)?, args.json)
}

/// As one of `mien eval all`.
pub fn listed(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let wanted = Wanted {
        data: scope.data.clone(),
        images: if scope.quick { 80 } else { 600 },
        half: Half::Second,
        held_back: false,
        dump: None,
    };
    Ok(serde_json::to_value(measure(seeing, &wanted)?)?)
}

fn measure(seeing: &Seeing, args: &Wanted) -> anyhow::Result<Report> {
    let mut lfw = Lfw::open(&args.data)?;
    if args.held_back {
        let person = |name: &str| name.rsplit_once('_').map_or(0, |(person, _)| dataset::hash(person));
        lfw.images.retain(|image| person(&image.name).is_multiple_of(6));
    }
    let images = spoiled::some(lfw, args.half, args.images);
    let look = |image: &LfwImage| look(seeing, &images, image);
    let (seen, _) = observe::each("liveness", &images, seeing.threads, look)?;
    if let Some(path) = &args.dump {
        dump(path, &seen)?;
    }
    let live: Vec<&Said> = seen.iter().filter_map(|said| said[0].as_ref()).collect();
    let worsened: Vec<&Said> = seen.iter().filter_map(|said| said[WORSENED].as_ref()).collect();
    let attacks: Vec<&Said> = seen
        .iter()
        .flat_map(|said| said[1..WORSENED].iter().flatten())
        .collect();
    let share = |said: &[&Said], keep: &dyn Fn(f32) -> bool| {
        said.iter().filter(|said| keep(said.score)).count() as f64 / said.len().max(1) as f64
    };
    let bounds = [5u32, 10, 40, 70, 90].map(|score| Bound {
        score,
        living_refused: share(&live, &|found| found < score as f32),
        attacks_let_through: share(&attacks, &|found| found >= score as f32),
    });
    let by_kind = Attack::ALL.iter().enumerate().map(|(index, attack)| {
        let said: Vec<&Said> = seen.iter().filter_map(|said| said[index + 1].as_ref()).collect();
        (attack.name(), share(&said, &|found| found >= 40.0))
    });
    let networks = live.first().map_or(0, |said| said.raw.len());
    let area = |of: &dyn Fn(&Said) -> f32| {
        let values = |said: &[&Said]| said.iter().map(|said| of(said)).collect::<Vec<_>>();
        area_under_curve(&values(&live), &values(&attacks))
    };
    Ok(Report {
        pack: seeing.pack.clone(),
        spoof: spoof(seeing, &args.data.join("photos/spoof"))?,
        live_faces: live.len(),
        attacks: attacks.len(),
        worsened_living_refused_at_40: share(&worsened, &|found| found < 40.0),
        bounds: bounds.into(),
        let_through_at_40: by_kind.collect(),
        area_under_curve: area(&|said| said.score),
        live_deciles: deciles(&live),
        attack_deciles: deciles(&attacks),
        network_area_under_curve: (0..networks).map(|index| area(&|said| said.raw[index])).collect(),
    })
}

/// The place of the worsened living face, after the attacks.
const WORSENED: usize = Attack::ALL.len() + 1;

/// The face alive, then attacked in each way, then alive in bad light.
fn look(seeing: &Seeing, images: &[LfwImage], image: &LfwImage) -> anyhow::Result<[Option<Said>; WORSENED + 1]> {
    let mut said = [const { None }; WORSENED + 1];
    let Some(sitting) = Sitting::open(seeing, &image.path)? else {
        return Ok(said);
    };
    let background = spoiled::canvas(spoiled::other(images, &image.name))?;
    for (index, said) in said.iter_mut().enumerate() {
        let mut dice = Dice::of(&image.name, 500 + index as u64);
        let canvas = match index.checked_sub(1).and_then(|index| Attack::ALL.get(index)) {
            Some(attack) => paint::replayed(&sitting.canvas, &background, *attack, &mut dice),
            None if index == WORSENED => paint::worsened(sitting.canvas.clone(), &sitting.mesh, &mut dice),
            None => sitting.canvas.clone(),
        };
        *said = largest(seeing, &canvas.picture()?)?;
    }
    Ok(said)
}

fn largest(seeing: &Seeing, picture: &Picture) -> anyhow::Result<Option<Said>> {
    let Some(face) = detected(seeing, picture)? else {
        return Ok(None);
    };
    Ok(Some(Said {
        score: seeing.vision.liveness(picture, &face)?,
        raw: seeing.vision.liveness_raw(picture, &face)?,
    }))
}

/// The largest face.
fn detected(seeing: &Seeing, picture: &Picture) -> anyhow::Result<Option<Face>> {
    match seeing.vision.detect(picture, &DetectOptions::default()) {
        Err(VisionError::NoFace | VisionError::FaceTooSmall { .. }) => Ok(None),
        faces => Ok(faces?.into_iter().next()),
    }
}

fn spoof(seeing: &Seeing, folder: &Path) -> anyhow::Result<BTreeMap<String, (f32, Vec<f32>)>> {
    let mut said = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(said);
    }
    for path in spoiled::files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let picture = spoiled::canvas(&path)?.picture()?;
        if let Some(found) = largest(seeing, &picture)? {
            said.insert(name, (found.score, found.raw));
        }
    }
    Ok(said)
}

/// Kinds: 0 alive, then the attacks, then alive and worsened.
fn dump(path: &Path, seen: &[[Option<Said>; WORSENED + 1]]) -> anyhow::Result<()> {
    let mut text = String::new();
    for (kind, said) in seen.iter().flat_map(|said| said.iter().enumerate()) {
        if let Some(said) = said {
            text += &format!(
                "{}\n",
                serde_json::json!({"kind": kind, "raw": said.raw, "score": said.score})
            );
        }
    }
    Ok(std::fs::write(path, text)?)
}

/// Share of pairs in which the first is above the second; equal ones count half.
fn area_under_curve(above: &[f32], below: &[f32]) -> f64 {
    let mut sorted = below.to_vec();
    sorted.sort_by(f32::total_cmp);
    let beaten = above.iter().map(|value| {
        let lower = sorted.partition_point(|other| other < value);
        let equal = sorted.partition_point(|other| other <= value) - lower;
        lower as f64 + 0.5 * equal as f64
    });
    beaten.sum::<f64>() / (above.len().max(1) * below.len().max(1)) as f64
}

fn deciles(said: &[&Said]) -> Vec<f32> {
    let logit = |probability: f32| {
        let probability = probability.clamp(1e-6, 1.0 - 1e-6);
        (probability / (1.0 - probability)).ln()
    };
    let mean = |said: &&Said| said.raw.iter().map(|&raw| logit(raw)).sum::<f32>() / said.raw.len().max(1) as f32;
    let mut values: Vec<f32> = said.iter().map(mean).collect();
    values.sort_by(f32::total_cmp);
    let at = |tenth: usize| values.get((values.len().saturating_sub(1)) * tenth / 10).copied();
    (0..=10).filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_counts_ties_half() {
        assert_eq!(area_under_curve(&[2.0, 3.0], &[1.0, 2.0]), 0.875);
        assert_eq!(area_under_curve(&[0.0], &[1.0]), 0.0);
    }
}
