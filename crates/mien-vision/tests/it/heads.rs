//! The heads give what the training script gave for the same features.

use mien_vision::heads::{Block, Weights};

/// A line of JSON, then rows of 16-bit features, as `training/heads/train.py --rows` writes them.
struct Rows {
    answers: serde_json::Map<String, serde_json::Value>,
    features: Vec<Vec<Block>>,
}

#[test]
fn weights_give_the_answers_of_the_training_script() {
    let packs: [(&str, &[u8], &[u8]); 2] = [
        (
            "human",
            include_bytes!("../../heads/human.weights"),
            include_bytes!("../../heads/human.rows"),
        ),
        (
            "omz",
            include_bytes!("../../heads/omz.weights"),
            include_bytes!("../../heads/omz.rows"),
        ),
    ];
    let mut failures = Vec::new();
    for (pack, weights, rows) in packs {
        let weights = Weights::read(weights).unwrap();
        let rows = Rows::read(rows);
        assert_eq!(weights.heads().count(), rows.answers.len(), "{pack}: heads");
        for (head, classes) in weights.heads() {
            for (index, features) in rows.features.iter().enumerate() {
                let given = weights.probabilities(head, features).unwrap();
                let wanted = rows.answers[head][index].as_array().unwrap();
                assert_eq!(
                    (given.len(), wanted.len()),
                    (classes.len(), classes.len()),
                    "{pack}: {head}"
                );
                for ((given, wanted), class) in given.iter().zip(wanted).zip(classes) {
                    let wanted = wanted.as_f64().unwrap();
                    if (f64::from(*given) - wanted).abs() > 1e-3 {
                        failures.push(format!("{pack}, row {index}, {head} {class}: {given}, not {wanted}"));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn broken_weights_are_refused() {
    let whole = include_bytes!("../../heads/human.weights");
    let end = whole.iter().position(|byte| *byte == b'\n').unwrap();
    let longer = [whole.as_slice(), &[0]].concat();
    let cases: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("no JSON", b"weights\n"),
        (
            "one class",
            br#"{"heads":[{"name":"a","classes":["x"],"blocks":[],"bias":[0],"scales":[[]]}]}"#,
        ),
        ("weights cut off", &whole[..end + 100]),
        ("weights left over", &longer),
    ];
    let accepted: Vec<&str> = cases
        .iter()
        .filter(|(_, bytes)| Weights::read(bytes).is_ok())
        .map(|(name, _)| *name)
        .collect();
    assert!(accepted.is_empty(), "accepted: {accepted:?}");
}

#[test]
fn missing_features_give_no_answer() {
    let weights = Weights::read(include_bytes!("../../heads/omz.weights")).unwrap();
    let short = [Block {
        name: "face/t312".to_owned(),
        values: vec![0.0; 3],
    }];
    for (head, _) in weights.heads() {
        assert_eq!(weights.probabilities(head, &short), None, "{head}");
    }
    assert_eq!(weights.probabilities("no such head", &[]), None);
}

impl Rows {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        let header: serde_json::Value = serde_json::from_slice(&bytes[..end]).unwrap();
        let blocks: Vec<(String, usize)> = serde_json::from_value(header["blocks"].clone()).unwrap();
        let mut rest = &bytes[end + 1..];
        let mut features = Vec::new();
        for _ in 0..header["rows"].as_u64().unwrap() {
            let mut row = Vec::new();
            for (name, length) in &blocks {
                let (own, after) = rest.split_at(length * 2);
                rest = after;
                let values = own
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .map(|bytes| half::f16::from_le_bytes(*bytes).to_f32())
                    .collect();
                row.push(Block {
                    name: name.clone(),
                    values,
                });
            }
            features.push(row);
        }
        assert!(rest.is_empty(), "rows of another length");
        Self {
            answers: header["answers"].as_object().unwrap().clone(),
            features,
        }
    }
}
