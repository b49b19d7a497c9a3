//! `mien eval ages`: age and gender on UTKFace.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use mien_vision::portrait::AgeGender;
use serde::Serialize;
use serde_json::Value;

use super::all::Scope;
use super::lfw::central_face;
use super::observe;
use super::seeing::Seeing;

/// One image and what its name says: `age_gender_...`, gender 0 male, 1 female.
struct Labelled {
    path: PathBuf,
    years: f32,
    female: bool,
}

#[derive(Serialize)]
struct Report {
    set: &'static str,
    faces_not_found: usize,
    adults_18_to_65: Figures,
    all_ages: Figures,
    /// Answers by the probability of the gender.
    gender_reliability: Vec<Bin>,
}

#[derive(Serialize)]
struct Figures {
    n: usize,
    age_mean_error_years: f64,
    /// The error of always answering the median age: what no network reaches.
    age_baseline_years: f64,
    gender_accuracy: f64,
    gender_majority: f64,
}

#[derive(Serialize)]
struct Bin {
    from: f64,
    n: usize,
    probability: f64,
    right: f64,
}

/// Age and gender on the half of UTKFace that nothing was fitted on.
pub fn measure(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let mut labelled = labelled(&scope.data)?;
    if scope.quick {
        labelled = labelled.into_iter().step_by(5).collect();
    }
    let look = |image: &Labelled| -> anyhow::Result<Option<AgeGender>> {
        let (picture, Some(face)) = central_face(seeing, &image.path)? else {
            return Ok(None);
        };
        Ok(Some(seeing.vision.age_gender(&picture, &face)?))
    };
    let (seen, _) = observe::each("ages", &labelled, seeing.threads, look)?;
    let pairs: Vec<(&Labelled, AgeGender)> = labelled
        .iter()
        .zip(&seen)
        .filter_map(|(image, seen)| Some((image, (*seen)?)))
        .collect();
    let adults: Vec<_> = pairs
        .iter()
        .filter(|(image, _)| (18.0..=65.0).contains(&image.years))
        .copied()
        .collect();
    let report = Report {
        set: "utkface, the half that nothing was fitted on",
        faces_not_found: labelled.len() - pairs.len(),
        adults_18_to_65: figures(&adults)?,
        all_ages: figures(&pairs)?,
        gender_reliability: reliability(&pairs),
    };
    Ok(serde_json::to_value(report)?)
}

/// The second half of the images; scale and shift of the packs were fitted on the first (`training/ages`).
fn labelled(data: &Path) -> anyhow::Result<Vec<Labelled>> {
    let folder = [data.join("utkface"), data.to_owned()].into_iter().find(|folder| {
        folder
            .file_name()
            .is_some_and(|name| name.eq_ignore_ascii_case("utkface"))
            && folder.is_dir()
    });
    let folder = folder.with_context(|| format!("{} holds no folder utkface", data.display()))?;
    let mut labelled = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut words = name.split('_');
        let years = words.next().and_then(|word| word.parse().ok());
        let gender = words.next().and_then(|word| word.parse::<u8>().ok());
        if let (Some(years), Some(gender @ (0 | 1)), true) = (years, gender, is_second_half(&name)) {
            labelled.push(Labelled {
                path,
                years,
                female: gender == 1,
            });
        }
    }
    labelled.sort_by(|one, other| one.path.cmp(&other.path));
    ensure!(!labelled.is_empty(), "{} holds no labelled images", folder.display());
    Ok(labelled)
}

/// Odd sums of the bytes of the name.
fn is_second_half(name: &str) -> bool {
    name.bytes().map(u32::from).sum::<u32>() % 2 == 1
}

fn figures(pairs: &[(&Labelled, AgeGender)]) -> anyhow::Result<Figures> {
    ensure!(!pairs.is_empty(), "no face was found");
    let count = pairs.len() as f64;
    let mut ages: Vec<f32> = pairs.iter().map(|(image, _)| image.years).collect();
    ages.sort_by(f32::total_cmp);
    let median = ages[ages.len() / 2];
    let error = |answer: &dyn Fn(&AgeGender) -> f32| -> f64 {
        let sum: f64 = pairs
            .iter()
            .map(|(image, seen)| f64::from((answer(seen) - image.years).abs()))
            .sum();
        sum / count
    };
    let right = pairs.iter().filter(|(image, seen)| (seen.male < 0.5) == image.female);
    let women = pairs.iter().filter(|(image, _)| image.female).count() as f64 / count;
    Ok(Figures {
        n: pairs.len(),
        age_mean_error_years: error(&|seen| seen.years),
        age_baseline_years: error(&|_| median),
        gender_accuracy: right.count() as f64 / count,
        gender_majority: women.max(1.0 - women),
    })
}

fn reliability(pairs: &[(&Labelled, AgeGender)]) -> Vec<Bin> {
    let bins = (5..10).filter_map(|bin| {
        let inside: Vec<(f64, bool)> = pairs
            .iter()
            .map(|(image, seen)| {
                let sure = f64::from(seen.male.max(1.0 - seen.male));
                (sure, (seen.male < 0.5) == image.female)
            })
            .filter(|(sure, _)| ((sure * 10.0) as usize).min(9) == bin)
            .collect();
        let n = inside.len();
        (n > 0).then(|| Bin {
            from: bin as f64 / 10.0,
            n,
            probability: inside.iter().map(|(sure, _)| sure).sum::<f64>() / n as f64,
            right: inside.iter().filter(|(_, right)| *right).count() as f64 / n as f64,
        })
    });
    bins.collect()
}
