//! What the server answers, in the classes and fields of the contract.

use std::collections::BTreeMap;

use anyhow::ensure;
use mien_api::eyes::Attributes;
use mien_api::reply::analysis::FaceAttributesInfo;
use mien_api::reply::attributes::{AttributeItem, FaceDetailAttributesInfo};
use serde::Serialize;
use serde_json::Value;

use super::{Figures, Seen, measured, text};

/// Name, column of the labels, class number of each label, and where the answer stands.
type Served = (
    &'static str,
    &'static str,
    &'static [(&'static str, i64)],
    fn(&FaceDetailAttributesInfo) -> AttributeItem,
);

const CLASSES: usize = 7;

const SERVED: [Served; 20] = [
    (
        "Emotion",
        "emotion",
        &[
            ("neutral", 0),
            ("happy", 1),
            ("surprised", 2),
            ("angry", 3),
            ("sad", 4),
            ("disgusted", 5),
            ("scared", 6),
        ],
        |face| face.emotion,
    ),
    (
        "Eye.Glass",
        "glasses",
        &[("none", 0), ("clear", 1), ("sunglasses", 2)],
        |face| face.eye.glass,
    ),
    ("Eye.EyeOpen", "eyes", &[("open", 0), ("closed", 1)], |face| {
        face.eye.eye_open
    }),
    ("Eye.EyelidType", "eyelid", &[("single", 0), ("double", 1)], |face| {
        face.eye.eyelid_type
    }),
    (
        "Eye.EyeSize",
        "eye_size",
        &[("small", 0), ("normal", 1), ("big", 2)],
        |face| face.eye.eye_size,
    ),
    (
        "Eyebrow.EyebrowDensity",
        "eyebrow_density",
        &[("light", 0), ("thick", 1)],
        |face| face.eyebrow.density,
    ),
    (
        "Eyebrow.EyebrowCurve",
        "eyebrow_curve",
        &[("flat", 0), ("curved", 1)],
        |face| face.eyebrow.curve,
    ),
    (
        "Eyebrow.EyebrowLength",
        "eyebrow_length",
        &[("short", 0), ("long", 1)],
        |face| face.eyebrow.length,
    ),
    ("Gender", "gender_apparent", &[("male", 0), ("female", 1)], |face| {
        face.gender
    }),
    (
        "Hair.Length",
        "hair_length",
        &[("bald", 0), ("short", 1), ("medium", 2), ("long", 3), ("tied", 4)],
        |face| face.hair.length,
    ),
    ("Hair.Bang", "bangs", &[("no", 0), ("yes", 1)], |face| face.hair.bang),
    (
        "Hair.Color",
        "hair_colour",
        &[("black", 0), ("blond", 1), ("brown", 2), ("red", 2), ("grey_white", 3)],
        |face| face.hair.color,
    ),
    (
        "Hat.Style",
        "hat_style",
        &[
            ("none", 0),
            ("cap", 1),
            ("beret/beanie", 1),
            ("brim", 1),
            ("headscarf", 1),
            ("other", 1),
            ("helmet", 2),
        ],
        |face| face.hat.style,
    ),
    (
        "Hat.Color",
        "hat_colour",
        &[
            ("", 0),
            ("red", 1),
            ("orange", 1),
            ("yellow", 2),
            ("beige", 2),
            ("blue", 3),
            ("purple", 3),
            ("black", 4),
            ("grey", 5),
            ("white", 5),
            ("green", 6),
            ("brown", 6),
            ("mixed", 6),
        ],
        |face| face.hat.color,
    ),
    ("Mouth.MouthOpen", "mouth", &[("closed", 0), ("open", 1)], |face| {
        face.mouth.mouth_open
    }),
    (
        "Moustache",
        "facial_hair",
        &[("none", 0), ("moustache", 1), ("beard", 1)],
        |face| face.moustache,
    ),
    (
        "Nose",
        "nose",
        &[("upturned", 0), ("aquiline", 1), ("normal", 2), ("bulbous", 3)],
        |face| face.nose,
    ),
    (
        "Shape",
        "face_shape",
        &[("square", 0), ("oval", 2), ("long", 2), ("heart", 3), ("round", 4)],
        |face| face.shape,
    ),
    // The labels know one medium tone, which the contract divides into yellow and brown: either is right.
    ("Skin", "skin", &[("medium", 1), ("dark", 2), ("light", 3)], |face| {
        AttributeItem {
            class: face.skin.class.max(1),
            probability: face.skin.probability,
        }
    }),
    ("Smile", "smile", &[("none", 0), ("smile", 1), ("laugh", 2)], |face| {
        AttributeItem {
            class: (face.smile + 25) / 50,
            probability: 1.0,
        }
    }),
];

/// How the values of a field are spread.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Values that occur.
    values: usize,
    /// Share of the most frequent one.
    most: f64,
    /// How often each occurs, where they are few.
    counts: BTreeMap<String, usize>,
}

/// More values than this are not listed.
const FEW: usize = 8;

/// Figures of the test split.
pub fn figures(
    rows: &[BTreeMap<String, String>],
    seen: &[Option<Seen>],
) -> anyhow::Result<BTreeMap<&'static str, Figures>> {
    let mut all = BTreeMap::new();
    for (name, column, labels, item) in SERVED {
        let mut answers = Vec::new();
        for (row, seen) in rows.iter().zip(seen).filter(|(row, _)| text(row, "split") == "test") {
            let truth = labels.iter().find(|(label, _)| *label == text(row, column));
            let (Some(&(_, truth)), Some(seen)) = (truth, seen) else {
                continue;
            };
            let said = item(&FaceDetailAttributesInfo::from(&seen.attributes));
            let class = usize::try_from(said.class)?;
            ensure!(class < CLASSES, "{name} has no class {class}");
            answers.push((usize::try_from(truth)?, class, f64::from(said.probability)));
        }
        ensure!(!answers.is_empty(), "no label of {column} is in the test split");
        all.insert(name, measured(&answers, CLASSES));
    }
    Ok(all)
}

/// Every field of FaceAttributesInfo and FaceDetailAttributesInfo but the probabilities.
pub fn spread<'a>(faces: impl Iterator<Item = &'a Attributes>) -> anyhow::Result<BTreeMap<String, Spread>> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for face in faces {
        let replies = [
            ("DetectFace", serde_json::to_value(FaceAttributesInfo::from(face))?),
            (
                "DetectFaceAttributes",
                serde_json::to_value(FaceDetailAttributesInfo::from(face))?,
            ),
        ];
        for (action, reply) in &replies {
            count((*action).to_owned(), reply, &mut counts);
        }
    }
    let spread = |values: BTreeMap<String, usize>| {
        let whole: usize = values.values().sum();
        Spread {
            values: values.len(),
            most: values.values().copied().max().unwrap_or(0) as f64 / whole.max(1) as f64,
            counts: if values.len() > FEW { BTreeMap::new() } else { values },
        }
    };
    Ok(counts
        .into_iter()
        .map(|(field, values)| (field, spread(values)))
        .collect())
}

/// The fields that hold one value.
pub fn constant(fields: &BTreeMap<String, Spread>) -> Vec<String> {
    let constant = fields.iter().filter(|(_, spread)| spread.values < 2);
    constant.map(|(field, _)| field.clone()).collect()
}

fn count(path: String, value: &Value, counts: &mut BTreeMap<String, BTreeMap<String, usize>>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| *name != "Probability") {
                let inner = if name == "Type" {
                    path.clone()
                } else {
                    format!("{path}.{name}")
                };
                count(inner, value, counts);
            }
        }
        value => *counts.entry(path).or_default().entry(value.to_string()).or_default() += 1,
    }
}

#[cfg(test)]
mod tests {
    use mien_api::eyes::Class;

    use super::*;

    #[test]
    fn a_field_of_one_value_is_constant() {
        let class = |number| {
            Some(Class {
                number,
                probability: 0.5,
            })
        };
        let face = |glass, age_years| Attributes {
            glass: class(glass),
            age_years: Some(age_years),
            nose: class(2),
            ..Attributes::default()
        };
        let fields = spread([face(0, 20.0), face(1, 30.0), face(1, 40.0)].iter()).unwrap();
        let constant = constant(&fields);
        for (field, expected) in [
            ("DetectFaceAttributes.Nose", true),
            ("DetectFaceAttributes.Eye.Glass", false),
            ("DetectFaceAttributes.Age", false),
            ("DetectFace.Glass", false),
            ("DetectFace.Hat", true),
        ] {
            assert!(fields.contains_key(field), "{field} is missing: {:?}", fields.keys());
            assert_eq!(constant.iter().any(|name| name == field), expected, "{field}");
        }
        assert_eq!(fields["DetectFaceAttributes.Age"].values, 3);
        assert!((fields["DetectFaceAttributes.Eye.Glass"].most - 2.0 / 3.0).abs() < 1e-9);
    }
}
