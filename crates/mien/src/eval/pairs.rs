//! Statistics over pairs of embeddings: impostors, genuine pairs, ten-fold accuracy.

use mien_core::score::Impostors;

/// One face: its embedding (`None` when no face was found) and the person.
pub struct Sample {
    pub embedding: Option<Vec<f32>>,
    pub person: usize,
}

/// At most this many genuine pairs of one person count, so that the few with hundreds of images do not decide.
pub const GENUINE_PAIRS_OF_A_PERSON: usize = 200;

/// Cosine of two unit vectors.
pub fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (one_chunks, one_rest) = one.as_chunks::<16>();
    let (other_chunks, other_rest) = other.as_chunks::<16>();
    for (p, q) in one_chunks.iter().zip(other_chunks) {
        for lane in 0..16 {
            sums[lane] += p[lane] * q[lane];
        }
    }
    sums.iter().sum::<f32>() + one_rest.iter().zip(other_rest).map(|(p, q)| p * q).sum::<f32>()
}

/// Every pair of different people.
pub fn impostors(samples: &[Sample], threads: usize) -> Impostors {
    let faces: Vec<(&[f32], usize)> = samples
        .iter()
        .filter_map(|sample| Some((sample.embedding.as_deref()?, sample.person)))
        .collect();
    let threads = threads.max(1);
    let count = |first: usize| {
        let mut impostors = Impostors::new();
        // Rows are dealt out like cards, so that every thread gets long and short ones; blocks keep a part in the cache.
        const BLOCK: usize = 64;
        for start in (0..faces.len()).step_by(BLOCK).skip(first).step_by(threads) {
            let block = &faces[start..(start + BLOCK).min(faces.len())];
            for (offset, (other, stranger)) in faces[start..].iter().enumerate() {
                for (one, person) in &block[..block.len().min(offset)] {
                    if person != stranger {
                        impostors.add(cosine(one, other));
                    }
                }
            }
        }
        impostors
    };
    together(threads, count)
}

/// What threads count side by side; each is given its number.
fn together(threads: usize, count: impl Fn(usize) -> Impostors + Sync) -> Impostors {
    let mut all = Impostors::new();
    let count = &count;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || count(first))).collect();
        for worker in workers {
            if let Ok(part) = worker.join() {
                all.merge(&part);
            }
        }
    });
    all
}

/// Cosines of the genuine pairs. A face that was not found is at -1 to every other.
pub fn genuine(samples: &[Sample]) -> Vec<f32> {
    let mut cosines = Vec::new();
    for person in samples.chunk_by(|one, other| one.person == other.person) {
        let mut left = GENUINE_PAIRS_OF_A_PERSON;
        for (index, one) in person.iter().enumerate() {
            for other in &person[index + 1..] {
                if left == 0 {
                    break;
                }
                left -= 1;
                cosines.push(match (&one.embedding, &other.embedding) {
                    (Some(one), Some(other)) => cosine(one, other),
                    (None, _) | (_, None) => -1.0,
                });
            }
        }
    }
    cosines
}

/// Every pair of different people, one of each list; the lists hold the same images in the same order, and each pair of
/// images counts once.
pub fn impostors_between(one: &[Sample], other: &[Sample], threads: usize) -> Impostors {
    let threads = threads.max(1);
    let count = |first: usize| {
        let mut impostors = Impostors::new();
        for (index, sample) in one.iter().enumerate().skip(first).step_by(threads) {
            let Some(embedding) = &sample.embedding else {
                continue;
            };
            for stranger in other[index.min(other.len())..]
                .iter()
                .filter(|other| other.person != sample.person)
            {
                if let Some(theirs) = &stranger.embedding {
                    impostors.add(cosine(embedding, theirs));
                }
            }
        }
        impostors
    };
    together(threads, count)
}

/// Cosines of different images of one person, one of each list; a face that was not found is at -1 to every other.
pub fn genuine_between(one: &[Sample], other: &[Sample]) -> Vec<f32> {
    let mut cosines = Vec::new();
    for (index, sample) in one.iter().enumerate() {
        let rest = other[(index + 1).min(other.len())..].iter();
        for same in rest.take_while(|same| same.person == sample.person) {
            cosines.push(match (&sample.embedding, &same.embedding) {
                (Some(one), Some(other)) => cosine(one, other),
                (None, _) | (_, None) => -1.0,
            });
        }
    }
    cosines
}

/// Share of `cosines` at or above `floor`.
pub fn share_at_or_above(cosines: &[f32], floor: f64) -> f64 {
    let accepted = cosines.iter().filter(|cosine| f64::from(**cosine) >= floor).count();
    accepted as f64 / cosines.len().max(1) as f64
}

/// Smallest cosine that at most the share `far` of impostor pairs reaches.
pub fn floor_at(impostors: &Impostors, far: f64) -> f64 {
    let (mut low, mut high) = (-1.0f64, 1.0f64);
    // Halving an interval of 2 this often leaves less than the width of a bin.
    for _ in 0..24 {
        let middle = 0.5 * (low + high);
        if impostors.far(middle) > far {
            low = middle
        } else {
            high = middle
        }
    }
    high
}

/// Mean and standard deviation of the accuracy over ten folds, each with the threshold that is best on the other nine.
pub fn ten_folds(scores: &[(f32, bool)]) -> (f64, f64) {
    let fold_size = scores.len().div_ceil(10).max(1);
    let accuracy = |scores: &mut dyn Iterator<Item = &(f32, bool)>, threshold: f32| {
        let (mut right, mut all) = (0usize, 0usize);
        for (score, same) in scores {
            right += usize::from((*score > threshold) == *same);
            all += 1;
        }
        right as f64 / all.max(1) as f64
    };
    let mut accuracies = Vec::new();
    for (fold, held_back) in scores.chunks(fold_size).enumerate() {
        let rest = || {
            scores
                .chunks(fold_size)
                .enumerate()
                .filter(move |(other, _)| *other != fold)
                .flat_map(|(_, s)| s)
        };
        let mut best = (0.0, 0.0);
        for step in -200..=1000 {
            let threshold = step as f32 / 1000.0;
            let found = accuracy(&mut rest(), threshold);
            if found > best.0 {
                best = (found, threshold);
            }
        }
        accuracies.push(accuracy(&mut held_back.iter(), best.1));
    }
    let count = accuracies.len().max(1) as f64;
    let mean = accuracies.iter().sum::<f64>() / count;
    let variance = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(person: usize, x: f32, y: f32) -> Sample {
        Sample {
            embedding: Some(vec![x, y]),
            person,
        }
    }

    #[test]
    fn every_impostor_pair_counts_once() {
        let samples: Vec<Sample> = (0..300).map(|index| sample(index / 2, 1.0, 0.0)).collect();
        for threads in [1, 2, 3] {
            assert_eq!(
                impostors(&samples, threads).pairs(),
                300 * 299 / 2 - 150,
                "{threads} threads"
            );
        }
    }

    #[test]
    fn genuine_pairs_include_the_faces_not_found() {
        let samples = [
            sample(0, 1.0, 0.0),
            sample(0, 0.0, 1.0),
            Sample {
                embedding: None,
                person: 0,
            },
            sample(1, 1.0, 0.0),
        ];
        assert_eq!(genuine(&samples), [0.0, -1.0, -1.0]);
    }

    #[test]
    fn folds_find_the_threshold() {
        let scores: Vec<(f32, bool)> = (0..6000)
            .map(|index| (if index % 2 == 0 { 0.6 } else { 0.1 }, index % 2 == 0))
            .collect();
        assert_eq!(ten_folds(&scores), (1.0, 0.0));
    }

    #[test]
    fn the_floor_lets_the_share_through() {
        let mut sample = Impostors::new();
        for step in 0..1000 {
            sample.add(step as f32 / 1000.0);
        }
        assert!((floor_at(&sample, 0.1) - 0.9).abs() < 2e-3);
    }
}
