//! `mien eval attributes`: what is said of labelled faces, beside the labels.

mod beauty;
mod served;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};
use mien_api::eyes::Attributes;
use mien_vision::heads::Weights;
use serde::Serialize;
use serde_json::Value;

use super::all::Scope;
use super::dataset::Lfw;
use super::lfw::central_face;
use super::observe;
use super::seeing::Seeing;

/// Our labels, with the split into people of training and of test.
const LABELS: &str = include_str!("../../../../training/labels/lfw_attributes.csv");

/// Head, column of the labels, and what the labels are called by the head; other labels do not count.
type Column = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// No field may be constant over so many faces.
const ENOUGH: usize = 500;

/// As in `training/heads/train.py`.
const COLUMNS: [Column; 19] = [
    (
        "glasses",
        "glasses",
        &[("none", "none"), ("clear", "clear"), ("sunglasses", "sunglasses")],
    ),
    ("hat", "hat", &[("none", "none"), ("hat", "hat")]),
    (
        "hat_style",
        "hat_style",
        &[
            ("cap", "ordinary"),
            ("beret/beanie", "ordinary"),
            ("brim", "ordinary"),
            ("headscarf", "ordinary"),
            ("other", "ordinary"),
            ("helmet", "helmet"),
        ],
    ),
    (
        "hat_colour",
        "hat_colour",
        &[
            ("red", "red"),
            ("orange", "red"),
            ("yellow", "yellow"),
            ("beige", "yellow"),
            ("blue", "blue"),
            ("purple", "blue"),
            ("black", "black"),
            ("grey", "grey_white"),
            ("white", "grey_white"),
            ("green", "mixed"),
            ("brown", "mixed"),
            ("mixed", "mixed"),
        ],
    ),
    (
        "facial_hair",
        "facial_hair",
        &[("none", "none"), ("moustache", "facial_hair"), ("beard", "facial_hair")],
    ),
    ("mouth", "mouth", &[("closed", "closed"), ("open", "open")]),
    ("eyes", "eyes", &[("open", "open"), ("closed", "closed")]),
    (
        "smile",
        "smile",
        &[("none", "none"), ("smile", "smile"), ("laugh", "laugh")],
    ),
    (
        "hair_length",
        "hair_length",
        &[
            ("bald", "bald"),
            ("short", "short"),
            ("medium", "medium"),
            ("long", "long"),
            ("tied", "tied"),
        ],
    ),
    ("bangs", "bangs", &[("no", "no"), ("yes", "yes")]),
    (
        "hair_colour",
        "hair_colour",
        &[
            ("black", "black"),
            ("brown", "brown"),
            ("red", "brown"),
            ("blond", "blond"),
            ("grey_white", "grey_white"),
        ],
    ),
    ("eyebrows", "eyebrow_density", &[("light", "light"), ("thick", "thick")]),
    (
        "skin",
        "skin",
        &[("light", "light"), ("medium", "medium"), ("dark", "dark")],
    ),
    (
        "face_shape",
        "face_shape",
        &[
            ("oval", "oval"),
            ("long", "oval"),
            ("round", "round"),
            ("square", "square"),
            ("heart", "heart"),
        ],
    ),
    ("eyelid", "eyelid", &[("single", "single"), ("double", "double")]),
    (
        "eyebrow_curve",
        "eyebrow_curve",
        &[("flat", "flat"), ("curved", "curved")],
    ),
    (
        "eyebrow_length",
        "eyebrow_length",
        &[("short", "short"), ("long", "long")],
    ),
    (
        "eye_size",
        "eye_size",
        &[("small", "small"), ("normal", "normal"), ("big", "big")],
    ),
    (
        "nose",
        "nose",
        &[("normal", "normal"), ("bulbous", "bulbous"), ("aquiline", "aquiline")],
    ),
];

#[derive(Serialize)]
struct Report {
    set: &'static str,
    faces_not_found: usize,
    /// Faces of people whom the heads were not trained on.
    heads: BTreeMap<&'static str, Figures>,
    /// What DetectFaceAttributes says of them, in the classes of the contract.
    served: BTreeMap<&'static str, Figures>,
    /// How the values of each field are spread over all labelled faces.
    answers: BTreeMap<String, served::Spread>,
    /// Fields that hold one value over `constant_over` faces of people drawn at random: there should be none.
    constant: Vec<String>,
    constant_over: usize,
    beauty: beauty::Consistency,
}

#[derive(Serialize)]
struct Figures {
    n: usize,
    balanced_accuracy: f64,
    accuracy: f64,
    /// Share of the most frequent label: what always saying it would reach.
    majority: f64,
    /// Mean distance between probability and frequency, over the answers.
    calibration_error: f64,
    /// Answers by their probability.
    reliability: Vec<Bin>,
}

#[derive(Serialize)]
struct Bin {
    from: f64,
    n: usize,
    probability: f64,
    right: f64,
}

/// One labelled face as the heads see it.
struct Seen {
    probabilities: BTreeMap<&'static str, Vec<f32>>,
    attributes: Attributes,
}

/// The heads on labelled faces of LFW, and how often each class of each attribute is answered.
pub fn measure(seeing: &Seeing, scope: &Scope) -> anyhow::Result<Value> {
    let lfw = Lfw::open(&scope.data)?;
    let mut rows = labels(LABELS)?;
    if scope.quick {
        rows = rows.into_iter().step_by(4).collect();
    }
    let paths: BTreeMap<&str, &Path> = lfw
        .images
        .iter()
        .map(|image| (image.name.as_str(), image.path.as_path()))
        .collect();
    let heads = seeing.vision.heads()?;
    let look = |row: &BTreeMap<String, String>| -> anyhow::Result<Option<Seen>> {
        let name = text(row, "image");
        let path = paths
            .get(name)
            .with_context(|| format!("the labels name {name}, which is missing"))?;
        let (picture, Some(face)) = central_face(seeing, path)? else {
            return Ok(None);
        };
        let mesh = heads.mesh(&picture, &face)?;
        let features = heads.features(&picture, &mesh)?;
        let mut probabilities = BTreeMap::new();
        for (head, ..) in COLUMNS {
            let answer = heads.weights().probabilities(head, &features);
            probabilities.insert(
                head,
                answer.with_context(|| format!("there are no weights for {head}"))?,
            );
        }
        let vision = &seeing.vision;
        let attributes = Attributes::new(
            vision.age_gender(&picture, &face)?,
            vision.emotion(&picture, &face)?,
            &heads.appearance(&features, &mesh)?,
            vision.pose(&picture, &face)?,
            vision.mask(&picture, &face)?,
        );
        Ok(Some(Seen {
            probabilities,
            attributes,
        }))
    };
    let (seen, _) = observe::each("attributes", &rows, seeing.threads, look)?;
    let figures = COLUMNS
        .iter()
        .map(|column| Ok((column.0, figures(column, heads.weights(), &rows, &seen)?)));
    let drawn = rows.iter().zip(&seen).filter(|(row, _)| text(row, "pick") == "random");
    let drawn: Vec<&Attributes> = drawn
        .filter_map(|(_, seen)| Some(&seen.as_ref()?.attributes))
        .take(ENOUGH)
        .collect();
    let report = Report {
        set: "lfw, labelled test split",
        faces_not_found: seen.iter().filter(|seen| seen.is_none()).count(),
        heads: figures.collect::<anyhow::Result<_>>()?,
        served: served::figures(&rows, &seen)?,
        answers: served::spread(seen.iter().flatten().map(|seen| &seen.attributes))?,
        constant: served::constant(&served::spread(drawn.iter().copied())?),
        constant_over: drawn.len(),
        beauty: beauty::measure(seeing, &lfw, scope.quick)?,
    };
    Ok(serde_json::to_value(report)?)
}

/// The rows of the table, by column. Its values hold no commas.
fn labels(table: &str) -> anyhow::Result<Vec<BTreeMap<String, String>>> {
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().context("the labels are empty")?.split(',').collect();
    lines
        .map(|line| {
            let values: Vec<&str> = line.split(',').collect();
            ensure!(
                values.len() == names.len(),
                "the labels have a line of another length: {line}"
            );
            Ok(names
                .iter()
                .zip(values)
                .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
                .collect())
        })
        .collect()
}

fn text<'a>(row: &'a BTreeMap<String, String>, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn figures(
    (head, column, names): &Column,
    weights: &Weights,
    rows: &[BTreeMap<String, String>],
    seen: &[Option<Seen>],
) -> anyhow::Result<Figures> {
    let classes = weights
        .classes(head)
        .with_context(|| format!("there are no weights for {head}"))?;
    let mut answers = Vec::new();
    for (row, seen) in rows.iter().zip(seen).filter(|(row, _)| text(row, "split") == "test") {
        let named = names
            .iter()
            .find(|(label, _)| *label == text(row, column))
            .map(|(_, class)| class);
        let (Some(named), Some(seen)) = (named, seen) else {
            continue;
        };
        let truth = classes
            .iter()
            .position(|class| class == named)
            .context("a class without weights")?;
        let (answer, probability) = seen.probabilities[head]
            .iter()
            .copied()
            .enumerate()
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .context("a head without classes")?;
        answers.push((truth, answer, f64::from(probability)));
    }
    ensure!(!answers.is_empty(), "no label of {column} is in the test split");
    Ok(measured(&answers, classes.len()))
}

/// Figures of true class, answered class and its probability.
fn measured(answers: &[(usize, usize, f64)], classes: usize) -> Figures {
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let right = |class: usize| {
        answers
            .iter()
            .filter(|(truth, answer, _)| *truth == class && answer == truth)
            .count()
    };
    let counts: Vec<usize> = (0..classes)
        .map(|class| answers.iter().filter(|(truth, ..)| *truth == class).count())
        .collect();
    let recalls: Vec<f64> = (0..classes)
        .filter(|&class| counts[class] > 0)
        .map(|class| share(right(class), counts[class]))
        .collect();
    let reliability: Vec<Bin> = (0..10)
        .filter_map(|bin| {
            let inside: Vec<_> = answers
                .iter()
                .filter(|(.., probability)| ((probability * 10.0) as usize).min(9) == bin)
                .collect();
            let hits = inside.iter().filter(|(truth, answer, _)| truth == answer).count();
            let sum: f64 = inside.iter().map(|(.., probability)| probability).sum();
            (!inside.is_empty()).then(|| Bin {
                from: bin as f64 / 10.0,
                n: inside.len(),
                probability: sum / inside.len() as f64,
                right: share(hits, inside.len()),
            })
        })
        .collect();
    let off: f64 = reliability
        .iter()
        .map(|bin| bin.n as f64 * (bin.probability - bin.right).abs())
        .sum();
    Figures {
        n: answers.len(),
        balanced_accuracy: recalls.iter().sum::<f64>() / recalls.len().max(1) as f64,
        accuracy: share((0..classes).map(right).sum(), answers.len()),
        majority: share(counts.iter().copied().max().unwrap_or(0), answers.len()),
        calibration_error: off / answers.len().max(1) as f64,
        reliability,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_count_classes_alike_and_bins_by_probability() {
        // Three of class 0, all right; one of class 1, wrong with high probability.
        let figures = measured(&[(0, 0, 0.9), (0, 0, 0.95), (0, 0, 0.65), (1, 0, 0.85)], 2);
        assert_eq!(figures.n, 4);
        assert!((figures.balanced_accuracy - 0.5).abs() < 1e-9);
        assert!((figures.accuracy - 0.75).abs() < 1e-9);
        assert!((figures.majority - 0.75).abs() < 1e-9);
        let bins: Vec<(usize, f64)> = figures.reliability.iter().map(|bin| (bin.n, bin.right)).collect();
        assert_eq!(bins, [(1, 1.0), (1, 0.0), (2, 1.0)]);
        assert!((figures.calibration_error - (0.35 + 0.85 + 0.15) / 4.0).abs() < 1e-9);
    }
}
