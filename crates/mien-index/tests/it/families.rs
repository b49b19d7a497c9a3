//! Families of vectors, from kind to spiteful.

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// About normal, by twelve uniforms.
    pub fn normal(&mut self) -> f32 {
        (0..12)
            .map(|_| (self.next() >> 40) as f32 / (1 << 24) as f32)
            .sum::<f32>()
            - 6.0
    }

    pub fn vector(&mut self, dim: usize) -> Vec<f32> {
        (0..dim).map(|_| self.normal()).collect()
    }
}

pub type Family = fn(&mut Random, usize, usize) -> Vec<Vec<f32>>;

/// Name and generator (random, dimensions, how many).
pub const FAMILIES: &[(&str, Family)] = &[
    ("isotropic", isotropic),
    ("identities", identities),
    ("clustered", clustered),
    ("falling spectrum", spectrum),
    ("one direction and a little noise", cone),
    ("duplicates", duplicates),
    ("all equal", all_equal),
    ("one-hot", one_hot),
    ("few dimensions", sparse),
    ("flat signs", flat_signs),
    ("Hadamard rows", hadamard_rows),
    ("steps of rounding", near_ties),
    ("opposites", opposites),
];

fn isotropic(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    (0..count).map(|_| random.vector(dim)).collect()
}

fn mix(a: &[f32], weight: f32, b: &[f32]) -> Vec<f32> {
    a.iter()
        .zip(b)
        .map(|(a, b)| weight * a + (1.0 - weight * weight).max(0.0).sqrt() * b)
        .collect()
}

fn identities(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let centres = isotropic(random, dim, count.div_ceil(3));
    (0..count)
        .map(|at| {
            mix(
                &centres[at / 3],
                0.8 + 0.08 * random.normal().clamp(-2.0, 2.0),
                &random.vector(dim),
            )
        })
        .collect()
}

fn clustered(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let centres = isotropic(random, dim, 8);
    (0..count)
        .map(|at| mix(&centres[at % 8], 0.7, &random.vector(dim)))
        .collect()
}

fn spectrum(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let scaled = |random: &mut Random| (0..dim).map(|at| random.normal() / (1.0 + at as f32)).collect();
    (0..count).map(|_| scaled(random)).collect()
}

fn cone(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let axis = random.vector(dim);
    (0..count).map(|_| mix(&axis, 0.999, &random.vector(dim))).collect()
}

fn duplicates(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let few = isotropic(random, dim, count.div_ceil(50));
    (0..count).map(|at| few[at % few.len()].clone()).collect()
}

fn all_equal(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    vec![random.vector(dim); count]
}

fn one_hot(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let hot = |at: usize, value: f32| (0..dim).map(|i| if i == at { value } else { 0.0 }).collect();
    (0..count)
        .map(|at| hot(at % dim, if random.below(2) == 0 { 1.0 } else { -1.0 }))
        .collect()
}

fn sparse(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let vector = |random: &mut Random| {
        let mut vector = vec![0.0; dim];
        for _ in 0..3 {
            vector[random.below(dim as u64) as usize] += random.normal();
        }
        vector[0] += 0.5;
        vector
    };
    (0..count).map(|_| vector(random)).collect()
}

fn flat_signs(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let sign = |random: &mut Random| if random.below(2) == 0 { 1.0 } else { -1.0 };
    (0..count).map(|_| (0..dim).map(|_| sign(random)).collect()).collect()
}

fn hadamard_rows(_: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let value = |row: usize, column: usize| {
        if (row & column).count_ones().is_multiple_of(2) {
            1.0
        } else {
            -1.0
        }
    };
    (0..count)
        .map(|row| (0..dim).map(|column| value(row % dim, column)).collect())
        .collect()
}

/// Vectors that differ by single steps of f16: places are decided by the last bits.
fn near_ties(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let base = random.vector(dim);
    (0..count)
        .map(|_| {
            let mut vector = base.clone();
            vector[random.below(dim as u64) as usize] *= 1.001;
            vector
        })
        .collect()
}

fn opposites(random: &mut Random, dim: usize, count: usize) -> Vec<Vec<f32>> {
    let few = isotropic(random, dim, count.div_ceil(2));
    (0..count)
        .map(|at| {
            few[at / 2]
                .iter()
                .map(|value| if at % 2 == 0 { *value } else { -value })
                .collect()
        })
        .collect()
}
