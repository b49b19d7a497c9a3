use half::f16;
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};

use crate::kernel::{Isa, Kernels, with_kernels};
use crate::{Index, IndexError};

/// Brute force: the best ten of every query over all vectors as they are stored.
#[derive(Debug)]
pub(super) struct Truth {
    queries: Vec<Vec<f32>>,
    best: Vec<Vec<(u64, f32)>>,
}

const TOP: usize = 10;

impl Truth {
    pub(super) fn new(index: &Index, queries: &[Vec<f32>]) -> Result<Self, IndexError> {
        let full = |query: &Vec<f32>| {
            let mut unit = index.unit(query)?;
            unit.resize(unit.len().next_multiple_of(32), 0.0);
            Ok(unit)
        };
        let queries = queries.iter().map(full).collect::<Result<Vec<_>, IndexError>>()?;
        Ok(Self {
            best: vec![Vec::new(); queries.len()],
            queries,
        })
    }

    /// What was found before, by query; in the order of the queries.
    pub(super) fn of(best: Vec<Vec<(u64, f32)>>) -> Self {
        Self {
            queries: Vec::new(),
            best,
        }
    }

    /// Takes vectors of keys from `first` on into account.
    pub(super) fn take(&mut self, index: &Index, first: u64, vectors: &[f32]) -> Result<(), IndexError> {
        let dim = index.config().dim();
        let width = dim.next_multiple_of(32);
        let mut stored = vec![0_u16; vectors.len() / dim * width];
        for (vector, stored) in vectors.chunks_exact(dim).zip(stored.chunks_exact_mut(width)) {
            let floats: &mut [f16] = stored[..dim].reinterpret_cast_mut();
            floats.convert_from_f32_slice(&index.unit(vector)?);
        }
        let part = self.queries.len().div_ceil(crate::writer::threads()).max(1);
        std::thread::scope(|scope| {
            for (queries, best) in self.queries.chunks(part).zip(self.best.chunks_mut(part)) {
                let stored = &stored;
                scope.spawn(move || {
                    with_kernels!(Isa::best(), kernels => {
                        // Sixty-four vectors at a time stay in the cache for all queries.
                        for (block, rows) in stored.chunks(width * 64).enumerate() {
                            for (query, best) in queries.iter().zip(&mut *best) {
                                for (row, vector) in rows.chunks_exact(width).enumerate() {
                                    offer(best, first + (block * 64 + row) as u64, kernels.dot(vector, query));
                                }
                            }
                        }
                    });
                });
            }
        });
        Ok(())
    }

    /// Keys and cosines of every query's best rows.
    pub(super) fn all(&self) -> &[Vec<(u64, f32)>] {
        &self.best
    }

    /// Keys and cosines of a query's best rows at or above the floor.
    pub(super) fn top(&self, query: usize, floor: f32) -> Vec<(u64, f32)> {
        self.best[query]
            .iter()
            .copied()
            .filter(|(_, cosine)| *cosine >= floor)
            .collect()
    }
}

/// Keys come in ascending order, so that among equals the first one stays first.
fn offer(best: &mut Vec<(u64, f32)>, key: u64, cosine: f32) {
    if best.len() == TOP && best[TOP - 1].1 >= cosine {
        return;
    }
    let at = best.partition_point(|(_, other)| *other >= cosine);
    best.insert(at, (key, cosine));
    best.truncate(TOP);
}
