//! `mien eval quality`: whether the values of `FaceQualityInfo` say what they should.

mod rejection;
mod steps;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use mien_vision::home::Home;
use mien_vision::quality::COVERED_AT;
use serde::Serialize;
use serde_json::Value;

use super::SeeingArgs;
use super::all::Scope;
use super::dataset::{Half, Lfw, LfwImage};
use super::observe;
use super::paint::{self, Canvas, Cloth, ClothKind, Dice, Part, Shape};
use super::seeing::Seeing;
use super::spoiled::{self, Sitting};

/// Options of `mien eval quality`.
#[derive(Clone, Debug, Args)]
pub struct QualityArgs {
    #[command(flatten)]
    pub wanted: Wanted,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

/// On what quality is measured.
#[derive(Clone, Debug, Args)]
pub struct Wanted {
    /// The folder of LFW, or the folder that holds it as `lfw`.
    #[arg(long)]
    pub data: PathBuf,
    /// Photographs of LFW that are spoiled step by step and covered part by part.
    #[arg(long, default_value_t = 400)]
    pub images: usize,
    /// Images of a person at most, for the false non-match rate.
    #[arg(long, default_value_t = 4)]
    pub of_a_person: usize,
    /// Which half of the people of LFW. The cover network was trained on the first.
    #[arg(long, default_value = "second", value_parser = super::cover::half)]
    pub half: Half,
    /// Write what was measured of each degraded face to this file, one JSON object a line.
    #[arg(long)]
    pub dump: Option<PathBuf>,
}

/// The report.
#[derive(Serialize)]
pub struct Report {
    pack: String,
    /// Blur, darkness and glare, step by step.
    steps: Vec<steps::Steps>,
    covering: Covering,
    rejection: rejection::Rejection,
}

/// Parts covered with a patch.
#[derive(Serialize)]
struct Covering {
    images: usize,
    not_found: usize,
    /// Share of patches that are reported on the part that they cover.
    reported: BTreeMap<&'static str, f64>,
    /// The same by what the patch is made of; dots were never trained on.
    reported_by_cloth: BTreeMap<&'static str, f64>,
    /// Share of photographs as they are in which a part is said to be covered. Hair, hands, microphones and sunglasses
    /// are among them.
    reported_uncovered: BTreeMap<&'static str, f64>,
}

pub fn run(args: &QualityArgs, home: &Home) -> anyhow::Result<()> {
    let seeing = Seeing::open(&args.seeing, home, false)?;
    spoiled::print(&measure(&seeing, &args.wanted)?, args.json)
}

/// As one of `mien eval all`.
pub fn listed(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let wanted = Wanted {
        data: scope.data.clone(),
        images: if scope.quick { 40 } else { 200 },
        of_a_person: if scope.quick { 1 } else { 3 },
        half: Half::Second,
        dump: None,
    };
    Ok(serde_json::to_value(measure(seeing, &wanted)?)?)
}

fn measure(seeing: &Seeing, args: &Wanted) -> anyhow::Result<Report> {
    let images = spoiled::some(Lfw::open(&args.data)?, args.half, args.images);
    Ok(Report {
        pack: seeing.pack.clone(),
        steps: steps::measure(seeing, &images)?,
        covering: covering(seeing, &images)?,
        rejection: rejection::measure(seeing, args)?,
    })
}

/// What is said of one photograph: uncovered, then with each part covered.
struct Said {
    uncovered: [bool; 6],
    /// By part: what the patch is made of and whether it was reported on the part; `None` when no face was found.
    covered: [(ClothKind, Option<bool>); 6],
}

fn covering(seeing: &Seeing, images: &[LfwImage]) -> anyhow::Result<Covering> {
    let look = |image: &LfwImage| cover_each(seeing, images, image);
    let (seen, _) = observe::each("covering", images, seeing.threads, look)?;
    let seen: Vec<Said> = seen.into_iter().flatten().collect();
    let share = |found: &[bool]| found.iter().filter(|found| **found).count() as f64 / found.len().max(1) as f64;
    let (mut reported, mut uncovered) = (BTreeMap::new(), BTreeMap::new());
    for (index, part) in Part::ALL.iter().enumerate() {
        let found: Vec<bool> = seen.iter().filter_map(|said| said.covered[index].1).collect();
        reported.insert(part.name(), share(&found));
        let found: Vec<bool> = seen.iter().map(|said| said.uncovered[index]).collect();
        uncovered.insert(part.name(), share(&found));
    }
    let mut by_cloth = BTreeMap::new();
    for kind in ClothKind::ALL {
        let all = seen.iter().flat_map(|said| said.covered);
        let found: Vec<bool> = all
            .filter(|(cloth, _)| *cloth == kind)
            .filter_map(|(_, found)| found)
            .collect();
        by_cloth.insert(kind.name(), share(&found));
    }
    let missing = seen
        .iter()
        .flat_map(|said| said.covered)
        .filter(|(_, found)| found.is_none());
    Ok(Covering {
        images: seen.len(),
        not_found: missing.count(),
        reported,
        reported_by_cloth: by_cloth,
        reported_uncovered: uncovered,
    })
}

fn cover_each(seeing: &Seeing, images: &[LfwImage], image: &LfwImage) -> anyhow::Result<Option<Said>> {
    let Some(sitting) = Sitting::open(seeing, &image.path)? else {
        return Ok(None);
    };
    let other = spoiled::canvas(spoiled::other(images, &image.name))?;
    let judge = |canvas: &Canvas| -> anyhow::Result<Option<[bool; 6]>> {
        let Some((picture, face)) = sitting.again(seeing, canvas)? else {
            return Ok(None);
        };
        let quality = seeing.vision.quality(&picture, &face)?;
        Ok(Some(std::array::from_fn(|part| {
            quality.completeness[part] <= COVERED_AT[part]
        })))
    };
    let Some(uncovered) = judge(&sitting.canvas)? else {
        return Ok(None);
    };
    let mut covered = [(ClothKind::Flat, None); 6];
    for (index, part) in Part::ALL.into_iter().enumerate() {
        let mut dice = Dice::of(&image.name, 600 + index as u64);
        let kind = ClothKind::ALL[dice.below(ClothKind::ALL.len())];
        let shape = [Shape::Outline, Shape::Ellipse, Shape::Rectangle][dice.below(3)];
        let cloth = Cloth::new(kind, sitting.eyes_px(), &mut dice);
        let mut canvas = sitting.canvas.clone();
        paint::cover_part(&mut canvas, &sitting.mesh, part, shape, &cloth, &other, &mut dice);
        let canvas = paint::blurred(&canvas, dice.within(0.0, 0.7));
        covered[index] = (kind, judge(&canvas)?.map(|found| found[index]));
    }
    Ok(Some(Said { uncovered, covered }))
}
