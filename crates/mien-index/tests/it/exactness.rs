//! The promise: every answer is that of brute force, whatever the vectors.

use mien_index::{Change, Config, Index, Query};

use crate::families::{FAMILIES, Random};
use crate::model::Model;

struct Case {
    dim: usize,
    bits: Option<u8>,
    rows: usize,
    set: &'static str,
}

fn config(case: &Case) -> Config {
    let config = Config::new(case.dim).expect("dimension");
    case.bits.map_or(config, |bits| config.with_bits(bits).expect("bits"))
}

/// Fills an index in two batches, so that there are runs and loose rows, and deletes a tenth.
fn filled(case: &Case, vectors: &[Vec<f32>]) -> (Index, Model) {
    let index = Index::in_memory_on(config(case), case.set).expect("instruction set");
    let mut model = Model::default();
    let mut changes: Vec<Change<'_>> = Vec::new();
    for (key, vector) in vectors.iter().enumerate() {
        changes.push(Change::Insert {
            gallery: 1,
            key: key as u64,
            vector,
        });
    }
    changes.extend(
        (0..vectors.len() as u64)
            .step_by(10)
            .map(|key| Change::Remove { gallery: 1, key }),
    );
    for change in &changes {
        model.apply(*change);
    }
    let numbered: Vec<_> = (1..).zip(changes).collect();
    let (first, second) = numbered.split_at(vectors.len() * 9 / 10);
    index.apply_all(first).expect("first batch");
    index.apply_all(second).expect("second batch");
    (index, model)
}

fn check(case: &Case, name: &str, vectors: &[Vec<f32>], probes: &[Vec<f32>], failures: &mut Vec<String>) {
    let (index, model) = filled(case, vectors);
    let probes: Vec<&[f32]> = probes.iter().map(Vec::as_slice).collect();
    for floor in [f32::NEG_INFINITY, 0.0, 0.2, 0.95] {
        for (top, threads) in [(10, 2), (150, 1)] {
            let query = Query {
                probes: &probes,
                galleries: &[1],
                top,
                floor,
                threads,
            };
            let (found, expected) = (index.search(&query).expect("search"), model.search(&query));
            for (probe, (found, expected)) in found.iter().zip(&expected).enumerate() {
                if found != expected {
                    let at = found.iter().zip(expected).position(|(a, b)| a != b);
                    failures.push(format!(
                        "{name}, {} dims, {:?} bits, {}: floor {floor}, top {top}, probe {probe}: {} found, {} expected, first difference at {at:?}",
                        case.dim, case.bits, case.set, found.len(), expected.len(),
                    ));
                }
            }
        }
    }
}

fn check_all(cases: &[Case]) {
    let mut failures = Vec::new();
    for case in cases {
        for (name, family) in FAMILIES {
            let mut random = Random(case.dim as u64 * 31 + u64::from(case.bits.unwrap_or(0)));
            let mut vectors = family(&mut random, case.dim, case.rows + 4);
            // Probes of the same family (one of them stored) and a stranger.
            let mut probes = vectors.split_off(case.rows);
            probes.push(vectors[vectors.len() / 2].clone());
            probes.push(random.vector(case.dim));
            check(case, name, &vectors, &probes, &mut failures);
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_family_at_usual_dimensions() {
    let best = *Index::instruction_sets().last().expect("at least one");
    let case = |dim, rows| Case {
        dim,
        bits: None,
        rows,
        set: best,
    };
    check_all(&[case(512, 2500), case(256, 2500), case(128, 3000)]);
}

#[test]
fn every_family_at_odd_dimensions() {
    let best = *Index::instruction_sets().last().expect("at least one");
    let case = |dim| Case {
        dim,
        bits: None,
        rows: 1300,
        set: best,
    };
    check_all(&[
        case(1),
        case(3),
        case(64),
        case(100),
        case(321),
        case(704),
        case(1500),
        case(2048),
    ]);
}

#[test]
fn every_code_width() {
    let best = *Index::instruction_sets().last().expect("at least one");
    let case = |dim, bits| Case {
        dim,
        bits: Some(bits),
        rows: 1500,
        set: best,
    };
    check_all(&[
        case(192, 1),
        case(192, 2),
        case(192, 3),
        case(192, 4),
        case(512, 2),
        case(512, 4),
    ]);
}

#[test]
fn every_instruction_set() {
    let case = |set| Case {
        dim: 256,
        bits: None,
        rows: 1500,
        set,
    };
    check_all(&Index::instruction_sets().into_iter().map(case).collect::<Vec<_>>());
}

#[test]
fn a_group_large_enough_for_several_pieces_and_threads() {
    let best = *Index::instruction_sets().last().expect("at least one");
    let case = Case {
        dim: 128,
        bits: None,
        rows: 90_000,
        set: best,
    };
    let mut random = Random(11);
    let (_, identities) = FAMILIES[1];
    let mut vectors = identities(&mut random, case.dim, case.rows + 8);
    let probes = vectors.split_off(case.rows);
    let mut failures = Vec::new();
    check(&case, "identities", &vectors, &probes, &mut failures);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
