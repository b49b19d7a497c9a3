//! Beauty has no truth. What can be asked is whether it says the same of two photographs of one person.

use mien_vision::heads::geometry::Measures;
use serde::Serialize;

use super::super::dataset::{Lfw, LfwImage, Pair};
use super::super::lfw::central_face;
use super::super::observe;
use super::super::seeing::Seeing;

/// Correlation of the values of two photographs, over LFW's list of pairs.
#[derive(Serialize)]
pub struct Consistency {
    pairs_of_one_person: usize,
    one_person: f64,
    pairs_of_two_people: usize,
    /// The baseline.
    two_people: f64,
    mean: f64,
    deviation: f64,
}

/// Pairs of each kind, from each fold of the list.
const PAIRS_OF_A_FOLD: usize = 30;
const FOLD: usize = 300;

pub fn measure(seeing: &Seeing, lfw: &Lfw, quick: bool) -> anyhow::Result<Consistency> {
    let pairs = lfw.pairs()?;
    let step = if quick { FOLD / 15 } else { FOLD / PAIRS_OF_A_FOLD };
    let pairs: Vec<Pair> = pairs.into_iter().step_by(step).collect();
    let heads = seeing.vision.heads()?;
    let value = |image: &LfwImage| -> anyhow::Result<Option<f64>> {
        let (picture, Some(face)) = central_face(seeing, &image.path)? else {
            return Ok(None);
        };
        let measures = Measures::of(&heads.mesh(&picture, &face)?);
        Ok(measures.map(|measures| f64::from(measures.beauty())))
    };
    let look = |pair: &Pair| -> anyhow::Result<Option<[f64; 2]>> {
        let one = value(&lfw.images[pair.one])?;
        Ok(one
            .zip(value(&lfw.images[pair.other])?)
            .map(|(one, other)| [one, other]))
    };
    let (values, _) = observe::each("beauty", &pairs, seeing.threads, look)?;
    let of = |same: bool| -> Vec<[f64; 2]> {
        let chosen = pairs.iter().zip(&values).filter(|(pair, _)| pair.same == same);
        chosen.filter_map(|(_, values)| *values).collect()
    };
    let (same, different) = (of(true), of(false));
    let (mean, deviation) = spread(same.iter().chain(&different).flatten().copied());
    Ok(Consistency {
        pairs_of_one_person: same.len(),
        one_person: correlation(&same),
        pairs_of_two_people: different.len(),
        two_people: correlation(&different),
        mean,
        deviation,
    })
}

/// Between the first and the second of each pair, where neither is first by nature: both orders count.
fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let (mean, deviation) = spread(pairs.iter().flatten().copied());
    let shared = pairs
        .iter()
        .map(|[one, other]| (one - mean) * (other - mean))
        .sum::<f64>();
    shared / pairs.len().max(1) as f64 / (deviation * deviation).max(f64::MIN_POSITIVE)
}

fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pairs_correlate_and_opposite_ones_do_not() {
        assert!((correlation(&[[1.0, 1.0], [5.0, 5.0], [3.0, 3.0]]) - 1.0).abs() < 1e-9);
        assert!((correlation(&[[1.0, 5.0], [5.0, 1.0]]) + 1.0).abs() < 1e-9);
        assert!(correlation(&[[1.0, 1.0], [1.0, 5.0], [5.0, 1.0], [5.0, 5.0]]).abs() < 1e-9);
    }
}
