use super::Spectrum;
use super::spectrum::Law;
use crate::rotation::Mixed;

/// Synthetic faces: face `i` shows identity `i` below 0.3 of the faces, and a random one of these above.
#[derive(Debug)]
pub(super) struct Faces {
    dim: usize,
    identities: u64,
    law: Law,
    /// Share of a unit vector that is across the mean.
    across: f32,
}

/// Share of the identity in a face's vector, mean and deviation: faces of one person have a cosine of 0.65 ± 0.1 (about the mean, where
/// the spectrum has one).
const SHARE: (f32, f32) = (0.806, 0.0825);

const QUERY: u64 = 1 << 40;

impl Faces {
    pub(super) fn new(dim: usize, faces: usize, spectrum: Spectrum) -> Self {
        let identities = (faces as u64 * 3 / 10).max(1);
        let law = spectrum.law(dim);
        let across = (1.0 - dot(&law.mean, &law.mean)).max(0.0).sqrt();
        Self {
            dim,
            identities,
            law,
            across,
        }
    }

    /// Vectors of faces `first..first + count`, one after the other.
    pub(super) fn batch(&self, first: usize, count: usize) -> Vec<f32> {
        let mut all = vec![0.0; count * self.dim];
        let threads = crate::writer::threads();
        let part = count.div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            for (number, part_of_all) in all.chunks_mut(part * self.dim).enumerate() {
                scope.spawn(move || {
                    for (at, vector) in part_of_all.chunks_exact_mut(self.dim).enumerate() {
                        let face = (first + number * part + at) as u64;
                        let identity = if face < self.identities {
                            face
                        } else {
                            Mixed(face).next() % self.identities
                        };
                        self.face(identity, face, vector);
                    }
                });
            }
        });
        all
    }

    /// A new face of an enrolled identity.
    pub(super) fn query(&self, number: u64) -> Vec<f32> {
        let mut vector = vec![0.0; self.dim];
        self.face(
            Mixed(number ^ 0x7e57).next() % self.identities,
            QUERY + number,
            &mut vector,
        );
        vector
    }

    /// Deviation of the cosine of strangers, and the cosine that one in a hundred reaches.
    pub(super) fn strangers(&self) -> (f64, f32) {
        const PAIRS: u64 = 100_000;
        let person = |number: u64| {
            let mut vector = vec![0.0; self.dim];
            self.normal(Mixed(number ^ 0x57a4).next(), &mut vector);
            self.place(&mut vector);
            vector
        };
        let crowd: Vec<Vec<f32>> = (0..PAIRS.isqrt() * 2).map(person).collect();
        let half = crowd.len() / 2;
        let pairs = crowd[..half]
            .iter()
            .flat_map(|a| crowd[half..].iter().map(move |b| dot(a, b)));
        let mut cosines: Vec<f32> = pairs.collect();
        cosines.sort_by(f32::total_cmp);
        let mean_of = |value: &dyn Fn(f64) -> f64| {
            let sum: f64 = cosines.iter().map(|cosine| value(f64::from(*cosine))).sum();
            sum / cosines.len() as f64
        };
        let mean = mean_of(&|cosine| cosine);
        (
            mean_of(&|cosine| (cosine - mean).powi(2)).sqrt(),
            cosines[cosines.len() * 99 / 100],
        )
    }

    fn face(&self, identity: u64, face: u64, vector: &mut [f32]) {
        let mut noise = vec![0.0; self.dim];
        self.normal(Mixed(identity ^ 0x1d).next(), vector);
        self.normal(Mixed(face ^ 0xface).next(), &mut noise);
        let mut random = Mixed(face);
        let wobble: f32 = (0..12).map(|_| random.next_unit()).sum::<f32>() - 6.0;
        let share = (SHARE.0 + SHARE.1 * wobble).clamp(0.35, 0.97);
        let rest = (1.0 - share * share).sqrt();
        for (value, noise) in vector.iter_mut().zip(&noise) {
            *value = share * *value + rest * noise;
        }
        scale(vector);
        self.place(vector);
    }

    /// Moves a unit vector to where the law has its mean.
    fn place(&self, vector: &mut [f32]) {
        for (value, mean) in vector.iter_mut().zip(&self.law.mean) {
            *value = *value * self.across + mean;
        }
        scale(vector);
    }

    /// A unit vector with the spectrum's deviations; each value the sum of eight uniform ones.
    fn normal(&self, seed: u64, vector: &mut [f32]) {
        let mut random = Mixed(seed);
        let sum = |word: u64| (0..4).map(|part| (word >> (16 * part) & 0xffff) as i32).sum::<i32>();
        for (value, deviation) in vector.iter_mut().zip(&self.law.deviations) {
            *value = (sum(random.next()) + sum(random.next()) - 262_140) as f32 * deviation;
        }
        scale(vector);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn scale(vector: &mut [f32]) {
    let factor = 1.0 / dot(vector, vector).sqrt();
    vector.iter_mut().for_each(|value| *value *= factor);
}
