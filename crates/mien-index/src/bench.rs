//! Measures the engine on synthetic faces: what `mien bench search` prints.
//!
//! Vectors are those of the design's search section: 0.3 identities a face, faces of a person at a cosine of 0.65 ± 0.1, strangers at
//! 0 ± 0.045 (512 dimensions) or, with a spectrum, spread over dimensions as a pack's embeddings of LFW are. Every answer that is
//! timed is also compared with brute force over the stored vectors.
//!
//! What was built can be kept ([`Plan::keep`]), so that the building and the measuring of searches can be run at different times.

mod bandwidth;
mod dump;
mod faces;
mod kept;
mod kernels;
mod soak;
mod spectrum;
mod times;
mod truth;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::{Change, Config, Hit, Index, IndexError, Query};

pub use bandwidth::read_gigabytes_per_second;
pub use kernels::KernelBench;
pub use soak::{Soak, SoakPiece, SoakReport, soak};
pub use spectrum::Spectrum;

use dump::Dump;
use faces::Faces;
use truth::Truth;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Rows in all.
    pub faces: usize,
    /// Dimensions.
    pub dim: usize,
    /// Galleries that the rows are dealt out to; a search asks all of them.
    pub galleries: usize,
    /// Threads of one search.
    pub threads: usize,
    /// Shape of the vectors.
    pub spectrum: Spectrum,
    /// Bits of the scan's codes; the space's own when absent.
    pub bits: Option<u8>,
    /// Cosine floor; when absent the cosine that one stranger in a hundred reaches, a score of 30.
    pub floor: Option<f32>,
    /// Queries timed and compared.
    pub queries: usize,
    /// Where to keep the files; must be empty or absent, unless it holds what was kept of the same plan. Removed afterwards.
    pub dir: PathBuf,
    /// Leave the files there for the next run of the same plan, which then has nothing to build. Threads and floor may differ.
    pub keep: bool,
    /// Build and keep only; nothing else is measured.
    pub prepare: bool,
    /// Where to write the vectors, the queries and the truth, for other engines.
    pub dump: Option<PathBuf>,
}

/// What was measured. Times in milliseconds.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "the names say it; `mien bench search` documents them")]
pub struct Report {
    pub faces: usize,
    pub dim: usize,
    pub galleries: usize,
    pub threads: usize,
    pub bits: u8,
    pub spectrum: &'static str,
    pub instruction_set: &'static str,
    pub impostor_sd: f64,
    pub floor_cosine: f32,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub least_ms: f64,
    pub p50_ms_floor_040: f64,
    pub p50_ms_no_floor: f64,
    pub p95_ms_no_floor: f64,
    pub one_thread: OneThread,
    pub eight_probes_ms: f64,
    pub eight_probes_times_one: f64,
    pub eight_probes_times_one_floor_040: f64,
    pub queries_per_second: f64,
    pub queries_per_second_by_eight: f64,
    pub scan_bytes_per_face: f64,
    pub hot_bytes_per_face: f64,
    pub resident_bytes_per_face: f64,
    pub mapped_bytes_per_face: f64,
    pub build_vectors_per_second: f64,
    pub checkpoint_ms: f64,
    pub open_ms: f64,
    pub open_warm_ms: f64,
    pub first_search_ms: f64,
    pub insert_ms: f64,
    pub insert_p99_ms: f64,
    pub delete_ms: f64,
    pub delete_p99_ms: f64,
    pub recall_at_10: f64,
    pub wrong_answers: usize,
    pub answers_compared: usize,
    pub bandwidth_gb_per_second: f64,
    pub scan_gb_per_second: f64,
    pub bandwidth_fraction: f64,
    /// What reading the codes once takes at that bandwidth: no exact scan of them is faster.
    pub roofline_ms: f64,
}

/// The same searches by one thread.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct OneThread {
    pub p50_ms: f64,
    pub p50_ms_floor_040: f64,
    pub p50_ms_no_floor: f64,
    pub bandwidth_gb_per_second: f64,
    pub bandwidth_fraction: f64,
    pub roofline_ms: f64,
}

/// Rows applied at once while building.
const BATCH: usize = 65_536;

/// Runs the plan.
///
/// # Errors
/// Those of the index.
pub fn run(plan: &Plan) -> Result<Report, IndexError> {
    let config = Config::new(plan.dim)?;
    let config = plan.bits.map_or(Ok(config), |bits| config.with_bits(bits))?;
    let faces = Faces::new(plan.dim, plan.faces, plan.spectrum);
    let queries: Vec<Vec<f32>> = (0..plan.queries).map(|number| faces.query(number as u64)).collect();
    let galleries: Vec<u64> = (0..plan.galleries.max(1) as u64).collect();
    let (impostor_sd, score_30) = faces.strangers();
    let floor = plan.floor.unwrap_or(score_30);
    let mut report = Report {
        faces: plan.faces,
        dim: plan.dim,
        galleries: galleries.len(),
        threads: plan.threads,
        bits: config.bits(),
        spectrum: plan.spectrum.name(),
        impostor_sd,
        floor_cosine: floor,
        ..Report::default()
    };
    let bench = Bench {
        plan,
        faces: &faces,
        queries: &queries,
        galleries: &galleries,
        floor,
    };
    let truth = match kept::read(plan, config)? {
        Some(truth) => truth,
        None => {
            let (index, truth) = bench.build(config, &mut report)?;
            bench.checkpoint(&index, &mut report)?;
            kept::write(plan, config, &truth)?;
            truth
        }
    };
    if plan.prepare {
        return Ok(report);
    }
    let index = bench.reopen(config, &mut report)?;
    report.instruction_set = index.instruction_set();
    bench.searches(&index, &truth, &mut report)?;
    bench.throughput(&index, &mut report)?;
    bench.changes(&index, &mut report)?;
    // Single changes are below what makes a checkpoint: they are forgotten, and a kept index is as it was built.
    drop(index);
    if !plan.keep {
        let _ = std::fs::remove_dir_all(&plan.dir);
    }
    Ok(report)
}

struct Bench<'a> {
    plan: &'a Plan,
    faces: &'a Faces,
    queries: &'a [Vec<f32>],
    galleries: &'a [u64],
    floor: f32,
}

impl Bench<'_> {
    fn query<'a>(&'a self, probes: &'a [&'a [f32]], floor: f32, threads: usize) -> Query<'a> {
        Query {
            probes,
            galleries: self.galleries,
            top: 10,
            floor,
            threads,
        }
    }

    fn files(&self) -> PathBuf {
        self.plan.dir.join("index")
    }

    fn build(&self, config: Config, report: &mut Report) -> Result<(Index, Truth), IndexError> {
        let index = Index::open(&self.files(), config)?;
        let mut truth = Truth::new(&index, self.queries)?;
        let mut dump = self.plan.dump.as_deref().map(Dump::create).transpose()?;
        let mut spent = Duration::ZERO;
        for first in (0..self.plan.faces).step_by(BATCH) {
            let count = BATCH.min(self.plan.faces - first);
            let batch = self.faces.batch(first, count);
            let gallery = |key: usize| self.galleries[key % self.galleries.len()];
            let insert = |(key, vector)| {
                (
                    key as u64 + 1,
                    Change::Insert {
                        gallery: gallery(key),
                        key: key as u64,
                        vector,
                    },
                )
            };
            let changes: Vec<_> = (first..).zip(batch.chunks_exact(self.plan.dim)).map(insert).collect();
            let start = Instant::now();
            index.apply_all(&changes)?;
            index.settle();
            spent += start.elapsed();
            truth.take(&index, first as u64, &batch)?;
            dump.as_mut().map_or(Ok(()), |dump| dump.take(&batch))?;
        }
        dump.map_or(Ok(()), |dump| dump.finish(self.plan.dim, self.queries, &truth))?;
        report.build_vectors_per_second = self.plan.faces as f64 / spent.as_secs_f64();
        Ok((index, truth))
    }

    fn checkpoint(&self, index: &Index, report: &mut Report) -> Result<(), IndexError> {
        let start = Instant::now();
        index.checkpoint()?;
        report.checkpoint_ms = milliseconds(start.elapsed());
        Ok(())
    }

    fn reopen(&self, config: Config, report: &mut Report) -> Result<Index, IndexError> {
        let start = Instant::now();
        drop(Index::open(&self.files(), config)?);
        report.open_warm_ms = milliseconds(start.elapsed());
        forget_pages(&self.files());
        let before = resident_bytes();
        let start = Instant::now();
        let index = Index::open(&self.files(), config)?;
        report.open_ms = milliseconds(start.elapsed());
        report.resident_bytes_per_face = (resident_bytes() as f64 - before as f64) / self.plan.faces as f64;
        let start = Instant::now();
        index.search(&self.query(&[&self.queries[0]], self.floor, self.plan.threads))?;
        report.first_search_ms = milliseconds(start.elapsed());
        let stats = index.stats();
        let per_face = |bytes: usize| bytes as f64 / self.plan.faces as f64;
        report.scan_bytes_per_face = per_face(stats.scan_bytes);
        report.hot_bytes_per_face = per_face(stats.hot_bytes);
        report.mapped_bytes_per_face = per_face(stats.mapped_bytes);
        Ok(index)
    }

    fn searches(&self, index: &Index, truth: &Truth, report: &mut Report) -> Result<(), IndexError> {
        // Once over everything: marks of checked vectors are set, pages are in.
        index.verify()?;
        index.search(&self.query(&[&self.queries[0]], f32::NEG_INFINITY, self.plan.threads))?;
        let mut found = 0;
        let mut timed = |floor: f32, threads: usize, report: &mut Report| -> Result<Vec<f64>, IndexError> {
            let mut times = Vec::with_capacity(self.queries.len());
            for (number, query) in self.queries.iter().enumerate() {
                let start = Instant::now();
                let hits = index.search(&self.query(&[query], floor, threads))?.remove(0);
                times.push(milliseconds(start.elapsed()));
                let expected = truth.top(number, floor);
                report.answers_compared += 1;
                report.wrong_answers += usize::from(!same(&hits, &expected));
                if floor == f32::NEG_INFINITY && threads == self.plan.threads {
                    found += expected
                        .iter()
                        .filter(|(key, _)| hits.iter().any(|hit| hit.key == *key))
                        .count();
                }
            }
            times.sort_by(f64::total_cmp);
            Ok(times)
        };
        let times = timed(self.floor, self.plan.threads, report)?;
        (report.p50_ms, report.p95_ms) = (percentile(&times, 0.5), percentile(&times, 0.95));
        (report.p99_ms, report.least_ms) = (percentile(&times, 0.99), percentile(&times, 0.0));
        report.p50_ms_floor_040 = percentile(&timed(0.4, self.plan.threads, report)?, 0.5);
        let times = timed(f32::NEG_INFINITY, self.plan.threads, report)?;
        (report.p50_ms_no_floor, report.p95_ms_no_floor) = (percentile(&times, 0.5), percentile(&times, 0.95));
        if self.plan.threads > 1 {
            report.one_thread.p50_ms = percentile(&timed(self.floor, 1, report)?, 0.5);
            report.one_thread.p50_ms_floor_040 = percentile(&timed(0.4, 1, report)?, 0.5);
            report.one_thread.p50_ms_no_floor = percentile(&timed(f32::NEG_INFINITY, 1, report)?, 0.5);
        }
        let all = (self.queries.len() * 10.min(self.plan.faces)) as f64;
        report.recall_at_10 = found as f64 / all;
        report.eight_probes_ms = self.eight(index, self.floor)?;
        report.eight_probes_times_one = report.eight_probes_ms / report.p50_ms;
        report.eight_probes_times_one_floor_040 = self.eight(index, 0.4)? / report.p50_ms_floor_040;
        self.bandwidth(report);
        Ok(())
    }

    /// The floor of 0.40 leaves the scan alone: what it reads in which time, beside plain reading.
    fn bandwidth(&self, report: &mut Report) {
        // Slots are read for candidates only.
        let scanned = (report.scan_bytes_per_face - 4.0) * self.plan.faces as f64;
        let bandwidth = read_gigabytes_per_second(self.plan.threads);
        report.bandwidth_gb_per_second = bandwidth;
        report.scan_gb_per_second = scanned / report.p50_ms_floor_040 / 1e6;
        report.bandwidth_fraction = report.scan_gb_per_second / bandwidth;
        report.roofline_ms = scanned / bandwidth / 1e6;
        let one = &mut report.one_thread;
        if self.plan.threads > 1 {
            one.bandwidth_gb_per_second = read_gigabytes_per_second(1);
            one.bandwidth_fraction = scanned / one.p50_ms_floor_040 / 1e6 / one.bandwidth_gb_per_second;
            one.roofline_ms = scanned / one.bandwidth_gb_per_second / 1e6;
        }
    }

    fn eight(&self, index: &Index, floor: f32) -> Result<f64, IndexError> {
        let mut times = Vec::new();
        for eight in self.queries.chunks_exact(8).take(40) {
            let probes: Vec<&[f32]> = eight.iter().map(Vec::as_slice).collect();
            let start = Instant::now();
            index.search(&self.query(&probes, floor, self.plan.threads))?;
            times.push(milliseconds(start.elapsed()));
        }
        times.sort_by(f64::total_cmp);
        Ok(percentile(&times, 0.5))
    }

    /// As many searchers as threads, each with one thread, alone and with eight probes at a time.
    fn throughput(&self, index: &Index, report: &mut Report) -> Result<(), IndexError> {
        let rate = |probes: usize| -> Result<f64, IndexError> {
            let (start, served) = (Instant::now(), AtomicU64::new(0));
            std::thread::scope(|scope| {
                let searchers: Vec<_> = (0..self.plan.threads)
                    .map(|searcher| {
                        let served = &served;
                        scope.spawn(move || -> Result<(), IndexError> {
                            let mut number = searcher * self.queries.len() / self.plan.threads;
                            while start.elapsed() < Duration::from_secs(3) {
                                let probe = |at: usize| self.queries[(number + at) % self.queries.len()].as_slice();
                                let probes: Vec<&[f32]> = (0..probes).map(probe).collect();
                                index.search(&self.query(&probes, self.floor, 1))?;
                                number += probes.len();
                                served.fetch_add(probes.len() as u64, Ordering::Relaxed);
                            }
                            Ok(())
                        })
                    })
                    .collect();
                searchers.into_iter().try_for_each(|searcher| match searcher.join() {
                    Ok(done) => done,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
            })?;
            Ok(served.into_inner() as f64 / start.elapsed().as_secs_f64())
        };
        report.queries_per_second = rate(1)?;
        report.queries_per_second_by_eight = rate(8)?;
        Ok(())
    }

    /// Single inserts and deletes beside a thread that searches without pause; each insert is looked for at once.
    fn changes(&self, index: &Index, report: &mut Report) -> Result<(), IndexError> {
        const CHANGES: usize = 500;
        let done = AtomicBool::new(false);
        let (mut inserts, mut deletes) = (Vec::new(), Vec::new());
        std::thread::scope(|scope| -> Result<(), IndexError> {
            scope.spawn(|| {
                for query in self.queries.iter().cycle() {
                    if done.load(Ordering::Relaxed) || index.search(&self.query(&[query], self.floor, 1)).is_err() {
                        return;
                    }
                }
            });
            let changed = (0..CHANGES).try_for_each(|number| {
                let vector = self.faces.query((self.queries.len() + number) as u64);
                let key = (self.plan.faces + number) as u64;
                let seq = index.applied() + 1;
                let start = Instant::now();
                index.apply(
                    seq,
                    Change::Insert {
                        gallery: self.galleries[0],
                        key,
                        vector: &vector,
                    },
                )?;
                inserts.push(milliseconds(start.elapsed()));
                if number % 20 == 0 {
                    let hits = index.search(&self.query(&[&vector], 0.9, 1))?.remove(0);
                    report.wrong_answers += usize::from(hits.first().is_none_or(|hit| hit.key != key));
                    report.answers_compared += 1;
                }
                let old = (number * 7919 % self.plan.faces) as u64;
                let gallery = self.galleries[old as usize % self.galleries.len()];
                let start = Instant::now();
                index.apply(seq + 1, Change::Remove { gallery, key: old })?;
                deletes.push(milliseconds(start.elapsed()));
                Ok(())
            });
            done.store(true, Ordering::Relaxed);
            changed
        })?;
        inserts.sort_by(f64::total_cmp);
        deletes.sort_by(f64::total_cmp);
        (report.insert_ms, report.insert_p99_ms) = (percentile(&inserts, 0.5), percentile(&inserts, 0.99));
        (report.delete_ms, report.delete_p99_ms) = (percentile(&deletes, 0.5), percentile(&deletes, 0.99));
        Ok(())
    }
}

fn same(hits: &[Hit], expected: &[(u64, f32)]) -> bool {
    let found = hits.iter().map(|hit| (hit.key, hit.similarity));
    found.eq(expected.iter().copied())
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((last as f64 * share).round() as usize)
        .copied()
        .unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Memory of this process that no file backs, where the system tells.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// Drops the files from the page cache, so that the next open is a cold one.
fn forget_pages(dir: &Path) {
    #[cfg(target_os = "linux")]
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if let Ok(file) = std::fs::File::open(entry.path()) {
            let _ = file.sync_all();
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = dir;
}
