use super::*;
use crate::kernel::Isa;
use crate::rotation::{Mixed, Rotation};

#[test]
fn reach_is_near_the_normal_quantile_and_below_it() {
    // The normal quantile of 3e-10 is 6.192 (units of 1 / sqrt(n)); a sphere's coordinate has lighter tails.
    for dimensions in [63, 127, 255, 511, 2047] {
        let scaled = reach(dimensions) * (dimensions as f32).sqrt();
        assert!((5.2..6.192).contains(&scaled), "{dimensions}: {scaled}");
    }
}

#[test]
fn tail_is_a_half_at_zero_and_matches_a_known_case() {
    assert!((tail(0.0, 63) - 0.5).abs() < 1e-9);
    // In three dimensions a coordinate is uniform on -1..1 (Archimedes).
    assert!((tail(0.5, 3) - 0.25).abs() < 1e-9);
}

/// A stored vector and a probe of one dimension.
type Pair = (Vec<f32>, Vec<f32>);

/// Pairs whose structure meets that of the Hadamard transform: where three rounds were too few, they would show it.
fn structured(dim: usize) -> Vec<(&'static str, Pair)> {
    let hot = |at: usize| (0..dim).map(|i| if i == at { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
    let sign = |bits: usize| if bits.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let flat = |row: usize| (0..dim).map(|i| sign(i & row)).collect::<Vec<f32>>();
    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<f32>>();
    let half: Vec<f32> = (0..dim).map(|i| if i < dim / 2 { 1.0 } else { 0.0 }).collect();
    vec![
        ("two hot dimensions", (hot(1), hot(2))),
        (
            "a hot dimension in a probe of two",
            (hot(3), sum(&hot(3), &hot(dim - 1))),
        ),
        ("two against two", (sum(&hot(0), &hot(1)), sum(&hot(1), &hot(2)))),
        ("two Hadamard rows", (flat(0), flat(5))),
        ("a Hadamard row and a hot dimension", (flat(5), hot(7))),
        ("a sum of Hadamard rows", (flat(0), sum(&flat(0), &flat(5)))),
        ("all equal and half", (flat(0), half)),
    ]
}

fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter().map(|value| value / length).collect()
}

/// The error of the one-bit estimate in units of its deviation under a uniform rotation.
fn error(rotation: &Rotation, (stored, probe): &Pair, scratch: &mut Vec<f32>) -> f64 {
    let (mut y, mut q) = (unit(stored), unit(probe));
    let s: f64 = y.iter().zip(&q).map(|(y, q)| f64::from(y * q)).sum();
    rotation.apply(&mut y, scratch);
    rotation.apply(&mut q, scratch);
    let length = (y.len() as f64).sqrt();
    let c: f64 = y.iter().map(|y| f64::from(y.abs())).sum::<f64>() / length;
    let t: f64 = y
        .iter()
        .zip(&q)
        .map(|(y, q)| f64::from(if *y > 0.0 { *q } else { -*q }))
        .sum::<f64>()
        / length;
    (t - c * s) / ((1.0 - c * c).sqrt() * (1.0 - s * s).sqrt()) * (y.len() as f64 - 1.0).sqrt()
}

/// Over many rotations the error of any fixed pair must be spread like a coordinate of a uniform unit vector, for that is what the
/// bound is taken from.
#[test]
fn structured_pairs_err_like_random_ones() {
    const ROTATIONS: u64 = 3_000;
    let mut failures = Vec::new();
    for dim in [64, 128, 192, 256, 512] {
        for (name, pair) in structured(dim) {
            let (mut squares, mut beyond, mut worst) = (0.0, 0, 0.0_f64);
            let mut scratch = Vec::new();
            for seed in 0..ROTATIONS {
                let rotation = Rotation::new(dim, Mixed(seed).next(), Isa::best());
                let error = error(&rotation, &pair, &mut scratch);
                squares += error * error;
                beyond += u64::from(error.abs() > 3.5);
                worst = worst.max(error.abs());
            }
            let deviation = (squares / ROTATIONS as f64).sqrt();
            // A normal law has 1.4 of 3,000 beyond 3.5, and its largest of 3,000 near 3.6.
            if deviation > 1.05 || beyond > 9 || worst > 5.0 {
                failures.push(format!(
                    "{dim} {name}: deviation {deviation:.3}, {beyond} beyond 3.5, worst {worst:.2}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
