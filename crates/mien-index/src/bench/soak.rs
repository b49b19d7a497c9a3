use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use half::f16;
use half::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
use serde::Serialize;

use super::times::Times;
use super::{milliseconds, resident_bytes};
use crate::kernel::{Isa, Kernels, with_kernels};
use crate::rotation::Mixed;
use crate::writer::threads;
use crate::{Change, Config, Hit, Index, IndexError, Query};

/// Mixed work for a while: inserts, deletes, replacements, merges, checkpoints and searches at once, every answer checked.
#[derive(Debug, Clone)]
pub struct Soak {
    /// How long.
    pub seconds: u64,
    /// Rows that are there all the time.
    pub stable: usize,
    /// Rows that come and go.
    pub volatile: usize,
    /// Dimensions.
    pub dim: usize,
    /// Where to keep the files; must be empty or absent. Removed afterwards.
    pub dir: PathBuf,
    /// Told about each piece of half a minute when it is over.
    pub progress: fn(&SoakPiece),
}

/// Half a minute of a soak.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SoakPiece {
    pub until_seconds: f64,
    pub resident_bytes: usize,
    pub searches: u64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub wrong_answers: u64,
}

/// What happened. Times in milliseconds.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SoakReport {
    pub seconds: f64,
    pub searches: u64,
    pub inserts: u64,
    pub deletes: u64,
    pub checkpoints: u64,
    pub answers_compared: u64,
    pub wrong_answers: u64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub p99_over_p50: f64,
    pub worst_ms: f64,
    pub change_p50_ms: f64,
    pub change_p99_ms: f64,
    /// Memory that no file backs, after a tenth of the time and at the end.
    pub resident_bytes_early: usize,
    pub resident_bytes_end: usize,
    pub first_wrong: Option<String>,
    pub pieces: Vec<SoakPiece>,
}

const PIECE: Duration = Duration::from_secs(30);

const GALLERY: u64 = 1;

/// Rows by key, as stored, with the version of each vector.
type Mirror = BTreeMap<u64, Vec<u16>>;

struct Shared<'a> {
    soak: &'a Soak,
    index: &'a Index,
    /// Rows that never change.
    stable: Mirror,
    /// Rows that do. Writers hold it over each change, searchers that compare everything over the search.
    volatile: RwLock<Mirror>,
    done: AtomicBool,
    compared: AtomicU64,
    wrong: AtomicU64,
    first_wrong: Mutex<Option<String>>,
    /// Of the searches of this piece. All times are kept in constant memory: that of the index is looked at.
    times: Mutex<Times>,
}

/// Runs the soak.
///
/// # Errors
/// Those of the index.
pub fn soak(soak: &Soak) -> Result<SoakReport, IndexError> {
    let index = Index::open(&soak.dir, Config::new(soak.dim)?)?;
    let stable: Mirror = (0..soak.stable as u64)
        .map(|key| (key, stored(&vector(soak.dim, key, 0))))
        .collect();
    let shared = Shared {
        soak,
        index: &index,
        stable,
        volatile: RwLock::default(),
        done: AtomicBool::new(false),
        compared: AtomicU64::new(0),
        wrong: AtomicU64::new(0),
        first_wrong: Mutex::default(),
        times: Mutex::new(Times::new()),
    };
    shared.fill()?;
    let start = Instant::now();
    let mut report = SoakReport::default();
    let mut times = Times::new();
    std::thread::scope(|scope| -> Result<(), IndexError> {
        // As many busy threads as there are processors, besides the index's own: times are those of searches, not of waiting in line.
        let (shared, searchers) = (&shared, 1..threads().max(2) as u64);
        let searchers: Vec<_> = searchers
            .map(|searcher| scope.spawn(move || shared.search(searcher)))
            .collect();
        let written = shared.write(&mut report, &mut times);
        shared.done.store(true, Ordering::Relaxed);
        written?;
        searchers.into_iter().try_for_each(join)
    })?;
    times.add_all(&shared.times.lock().unwrap_or_else(PoisonError::into_inner));
    report.seconds = start.elapsed().as_secs_f64();
    report.searches = times.count();
    (report.p50_ms, report.p99_ms) = (times.percentile(0.5), times.percentile(0.99));
    (report.p99_over_p50, report.worst_ms) = (report.p99_ms / report.p50_ms, times.worst());
    report.answers_compared = shared.compared.into_inner();
    report.wrong_answers = shared.wrong.into_inner();
    report.first_wrong = shared.first_wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    drop(index);
    let _ = std::fs::remove_dir_all(&soak.dir);
    Ok(report)
}

fn join(thread: std::thread::ScopedJoinHandle<'_, Result<(), IndexError>>) -> Result<(), IndexError> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Shared<'_> {
    fn fill(&self) -> Result<(), IndexError> {
        let keys: Vec<u64> = self.stable.keys().copied().collect();
        for keys in keys.chunks(8192) {
            let vectors: Vec<Vec<f32>> = keys.iter().map(|key| vector(self.soak.dim, *key, 0)).collect();
            let seq = self.index.applied() + 1;
            let insert = |(key, vector)| {
                (
                    seq,
                    Change::Insert {
                        gallery: GALLERY,
                        key,
                        vector,
                    },
                )
            };
            let vectors = vectors.iter().map(Vec::as_slice);
            let batch: Vec<_> = keys.iter().copied().zip(vectors).map(insert).collect();
            self.index.apply_all(&batch)?;
        }
        Ok(())
    }

    /// Changes until the time is over; adds up the times of the searches piece by piece.
    fn write(&self, report: &mut SoakReport, searches: &mut Times) -> Result<(), IndexError> {
        let (start, mut random, mut times) = (Instant::now(), Mixed(1), Times::new());
        let whole = Duration::from_secs(self.soak.seconds);
        while start.elapsed() < whole {
            let key = self.soak.stable as u64 + random.next() % self.soak.volatile as u64;
            // Up to a burst of 3,000 inserts at once, as an import makes them.
            let burst = if random.next().is_multiple_of(400) { 3000 } else { 1 };
            let deletes = random.next().is_multiple_of(2);
            let mut mirror = self.volatile.write().unwrap_or_else(PoisonError::into_inner);
            let seq = self.index.applied() + 1;
            let keys: Vec<u64> = (key..key + burst).collect();
            let vectors: Vec<Vec<f32>> = keys.iter().map(|key| vector(self.soak.dim, *key, seq)).collect();
            let change = |(key, vector)| match deletes {
                true => (seq, Change::Remove { gallery: GALLERY, key }),
                false => (
                    seq,
                    Change::Insert {
                        gallery: GALLERY,
                        key,
                        vector,
                    },
                ),
            };
            let slices = vectors.iter().map(Vec::as_slice);
            let batch: Vec<_> = keys.iter().copied().zip(slices).map(change).collect();
            let before = Instant::now();
            self.index.apply_all(&batch)?;
            times.add(milliseconds(before.elapsed()));
            for (key, vector) in keys.iter().zip(&vectors) {
                match deletes {
                    true => drop(mirror.remove(key)),
                    false => drop(mirror.insert(*key, stored(vector))),
                }
            }
            drop(mirror);
            *(if deletes {
                &mut report.deletes
            } else {
                &mut report.inserts
            }) += burst;
            if random.next().is_multiple_of(2000) {
                self.index.checkpoint()?;
                report.checkpoints += 1;
            }
            if start.elapsed() * 10 < whole {
                report.resident_bytes_early = resident_bytes();
            }
            if start.elapsed() >= PIECE * (report.pieces.len() as u32 + 1) {
                let piece = self.piece(start, searches);
                (self.soak.progress)(&piece);
                report.pieces.push(piece);
            }
        }
        report.resident_bytes_end = resident_bytes();
        (report.change_p50_ms, report.change_p99_ms) = (times.percentile(0.5), times.percentile(0.99));
        Ok(())
    }

    /// Ends a piece.
    fn piece(&self, start: Instant, searches: &mut Times) -> SoakPiece {
        let times = {
            let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *times, Times::new())
        };
        searches.add_all(&times);
        SoakPiece {
            until_seconds: start.elapsed().as_secs_f64(),
            resident_bytes: resident_bytes(),
            searches: times.count(),
            p50_ms: times.percentile(0.5),
            p99_ms: times.percentile(0.99),
            wrong_answers: self.wrong.load(Ordering::Relaxed),
        }
    }

    /// Searches until the writer is done. The first searcher now and then stops the writer to compare with all
    /// rows; otherwise, beside the writer, what must be so whatever it does is checked.
    fn search(&self, searcher: u64) -> Result<(), IndexError> {
        let mut random = Mixed(searcher * 77);
        while !self.done.load(Ordering::Relaxed) {
            let probe = vector(
                self.soak.dim,
                random.next() % (2 * self.soak.stable as u64),
                random.next() % 2,
            );
            let floor = if random.next().is_multiple_of(2) {
                f32::NEG_INFINITY
            } else {
                0.3
            };
            let probes = [probe.as_slice()];
            let query = Query {
                probes: &probes,
                galleries: &[GALLERY],
                top: 10,
                floor,
                threads: 1,
            };
            let all = searcher == 1 && random.next().is_multiple_of(20);
            let volatile = all.then(|| self.volatile.read().unwrap_or_else(PoisonError::into_inner));
            let start = Instant::now();
            let hits = self.index.search(&query)?.remove(0);
            let spent = milliseconds(start.elapsed());
            self.times.lock().unwrap_or_else(PoisonError::into_inner).add(spent);
            let unit = padded(&self.index.unit(&probe)?);
            let empty = Mirror::new();
            let others = volatile.as_deref().unwrap_or(&empty);
            self.compare(&hits, &unit, floor, others, all);
        }
        Ok(())
    }

    /// With `all` the hits must be those of stable and volatile rows together. Without, hits of stable rows must be right, and no
    /// stable row may be missing that is better than the last hit.
    fn compare(&self, hits: &[Hit], unit: &[f32], floor: f32, others: &Mirror, all: bool) {
        self.compared.fetch_add(1, Ordering::Relaxed);
        let mut best: Vec<(f32, u64)> = Vec::new();
        with_kernels!(Isa::best(), kernels => {
            for (key, row) in self.stable.iter().chain(others) {
                let similarity = kernels.dot(row, unit);
                if similarity >= floor {
                    best.push((similarity, *key));
                }
            }
        });
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let found: Vec<(f32, u64)> = hits.iter().map(|hit| (hit.similarity, hit.key)).collect();
        let right = if all {
            found.iter().eq(best.iter().take(10))
        } else {
            let stable = found.iter().filter(|(_, key)| *key < self.soak.stable as u64);
            let last = found.get(9).copied();
            let due = best
                .iter()
                .take_while(|(similarity, _)| last.is_none_or(|(last, _)| *similarity > last));
            let sorted = found
                .windows(2)
                .all(|pair| pair[0].0 >= pair[1].0 && pair[0].1 != pair[1].1);
            sorted
                && due.count() <= stable.clone().count()
                && stable.clone().zip(&best).all(|(found, best)| found == best)
        };
        if !right {
            self.wrong.fetch_add(1, Ordering::Relaxed);
            let mut first = self.first_wrong.lock().unwrap_or_else(PoisonError::into_inner);
            let expected = &best[..best.len().min(10)];
            first.get_or_insert_with(|| format!("floor {floor}, all {all}: found {found:?}, expected {expected:?}"));
        }
    }
}

/// The vector of a key in a version: five keys share an identity.
fn vector(dim: usize, key: u64, version: u64) -> Vec<f32> {
    let mut identity = Mixed(key / 5);
    let mut own = Mixed(Mixed(key).next() ^ version);
    (0..dim)
        .map(|_| 0.8 * (identity.next_unit() - 0.5) + 0.6 * (own.next_unit() - 0.5))
        .collect()
}

/// The vector as the index stores it.
fn stored(vector: &[f32]) -> Vec<u16> {
    let squared: f64 = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    let scale = 1.0 / squared.sqrt();
    let unit: Vec<f32> = vector.iter().map(|value| (f64::from(*value) * scale) as f32).collect();
    let mut bits = vec![0_u16; vector.len().next_multiple_of(32)];
    let floats: &mut [f16] = bits[..vector.len()].reinterpret_cast_mut();
    floats.convert_from_f32_slice(&unit);
    bits
}

fn padded(unit: &[f32]) -> Vec<f32> {
    let mut padded = unit.to_vec();
    padded.resize(unit.len().next_multiple_of(32), 0.0);
    padded
}
