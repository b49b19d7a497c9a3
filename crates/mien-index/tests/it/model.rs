//! Brute force: what every answer is compared with.

use std::collections::{BTreeMap, HashMap};

use half::f16;
use mien_index::{Change, Hit, Query};

/// Rows by gallery and key, as stored.
#[derive(Debug, Clone, Default)]
pub struct Model {
    rows: BTreeMap<u64, BTreeMap<u64, Vec<f16>>>,
}

impl Model {
    pub fn apply(&mut self, change: Change<'_>) {
        match change {
            Change::Insert { gallery, key, vector } => {
                let stored = unit(vector).into_iter().map(f16::from_f32).collect();
                self.rows.entry(gallery).or_default().insert(key, stored);
            }
            Change::Remove { gallery, key } => {
                self.rows.entry(gallery).or_default().remove(&key);
            }
            Change::DropGallery { gallery } => {
                self.rows.remove(&gallery);
            }
        }
    }

    pub fn len(&self, gallery: u64) -> usize {
        self.rows.get(&gallery).map_or(0, BTreeMap::len)
    }

    pub fn search(&self, query: &Query<'_>) -> Vec<Vec<Hit>> {
        let answer = |probe: &&[f32]| {
            let probe = unit(probe);
            let mut best: HashMap<u64, Hit> = HashMap::new();
            for hit in query
                .galleries
                .iter()
                .flat_map(|gallery| self.hits(*gallery, &probe, query.floor))
            {
                let known = best.entry(hit.key).or_insert(hit);
                if hit.similarity > known.similarity {
                    *known = hit;
                }
            }
            top(best.into_values().collect(), query.top)
        };
        query.probes.iter().map(answer).collect()
    }

    pub fn search_each(&self, query: &Query<'_>) -> Vec<Vec<Vec<Hit>>> {
        let answer = |probe: &&[f32]| {
            let probe = unit(probe);
            query
                .galleries
                .iter()
                .map(|gallery| top(self.hits(*gallery, &probe, query.floor), query.top))
                .collect()
        };
        query.probes.iter().map(answer).collect()
    }

    fn hits(&self, gallery: u64, probe: &[f32], floor: f32) -> Vec<Hit> {
        let rows = self.rows.get(&gallery).into_iter().flatten();
        rows.map(|(key, row)| Hit {
            gallery,
            key: *key,
            similarity: dot(row, probe),
        })
        .filter(|hit| hit.similarity >= floor)
        .collect()
    }
}

fn top(mut hits: Vec<Hit>, top: usize) -> Vec<Hit> {
    hits.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.key.cmp(&b.key)));
    hits.truncate(top);
    hits
}

pub fn unit(vector: &[f32]) -> Vec<f32> {
    let norm: f64 = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    let scale = 1.0 / norm.sqrt();
    vector.iter().map(|value| (f64::from(*value) * scale) as f32).collect()
}

/// The documented order of summation: 32 lanes, folded in halves.
fn dot(row: &[f16], probe: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 32];
    for (at, (row, probe)) in row.iter().zip(probe).enumerate() {
        lanes[at % 32] = row.to_f32().mul_add(*probe, lanes[at % 32]);
    }
    let mut width = 16;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}
