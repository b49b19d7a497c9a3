//! Searching: split the galleries into pieces of work, scan, narrow down, compare in full.

mod ranking;
mod scan;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::gallery::Gallery;
use crate::kernel::{Kernels, with_kernels};
use crate::probe::Probe;
use crate::snapshot::Snapshot;
use crate::space::Space;
use crate::vectors::Vectors;
use crate::{Hit, IndexError, Query};

use ranking::Ranking;
use scan::{Scanner, Want};

/// All galleries in one ranking for each probe.
pub(crate) fn together(space: &Space, snapshot: &Snapshot, query: &Query<'_>) -> Result<Vec<Vec<Hit>>, IndexError> {
    let rankings = run(space, snapshot, query, 1)?;
    Ok(rankings.into_iter().map(Ranking::into_hits).collect())
}

/// One ranking for each probe and gallery.
pub(crate) fn each(space: &Space, snapshot: &Snapshot, query: &Query<'_>) -> Result<Vec<Vec<Vec<Hit>>>, IndexError> {
    let per_probe = query.galleries.len();
    let mut rankings = run(space, snapshot, query, per_probe)?.into_iter();
    Ok(query
        .probes
        .iter()
        .map(|_| rankings.by_ref().take(per_probe).map(Ranking::into_hits).collect())
        .collect())
}

/// Cosine of a unit probe and a stored vector.
pub(crate) fn similarity(space: &Space, vectors: &Vectors, slot: u32, unit: &[f32]) -> Result<f32, IndexError> {
    let mut full = unit.to_vec();
    full.resize(space.layout.full, 0.0);
    let row = vectors.checked_full(slot)?;
    Ok(with_kernels!(space.isa, kernels => kernels.dot(row, &full)))
}

/// A gallery in a search.
#[derive(Clone, Copy)]
struct Target<'a> {
    gallery: u64,
    /// Place in the query.
    order: u32,
    /// Ranking that it counts for, of those of a probe.
    ranking: usize,
    rows: &'a Gallery,
}

/// Piece of work: rows of one run, or the loose rows, of a target.
#[derive(Clone, Copy)]
struct Piece {
    target: usize,
    /// `None` for the loose rows.
    run: Option<usize>,
    first: usize,
    count: usize,
}

/// Rows of a piece: some 0.1 ms of scanning, so that threads end at the same time.
const PIECE_ROWS: usize = 32 * 1024;

/// Below this many rows a second thread costs more than it brings.
const ROWS_PER_THREAD: usize = 40_000;

fn run(space: &Space, snapshot: &Snapshot, query: &Query<'_>, per_probe: usize) -> Result<Vec<Ranking>, IndexError> {
    let probes = query
        .probes
        .iter()
        .map(|probe| Ok(Probe::new(space, &space.unit(probe)?)));
    let probes = probes.collect::<Result<Vec<_>, IndexError>>()?;
    let rankings: Vec<Ranking> = (0..probes.len() * per_probe)
        .map(|_| Ranking::new(query.top, query.floor))
        .collect();
    if query.top == 0 {
        return Ok(rankings);
    }
    let targets = targets(snapshot, query, per_probe);
    let pieces = pieces(&targets);
    let rows: usize = pieces.iter().map(|piece| piece.count).sum();
    let threads = query
        .threads
        .clamp(1, 1 + rows * probes.len().max(1) / ROWS_PER_THREAD)
        .min(pieces.len().max(1));
    let job = Job {
        space,
        snapshot,
        probes: &probes,
        rankings: &rankings,
        per_probe,
        targets: &targets,
        pieces: &pieces,
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        failure: Mutex::new(None),
    };
    with_kernels!(space.isa, kernels => std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| job.work(kernels));
        }
        job.work(kernels);
    }));
    match job.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(rankings),
    }
}

fn targets<'a>(snapshot: &'a Snapshot, query: &Query<'_>, per_probe: usize) -> Vec<Target<'a>> {
    let mut seen = HashSet::new();
    let mut targets = Vec::with_capacity(query.galleries.len());
    for (order, gallery) in query.galleries.iter().enumerate() {
        // Asked for twice, a gallery has an answer in each place of a search by gallery, and counts once in a search over all.
        let wanted = per_probe > 1 || seen.insert(*gallery);
        if let Some(rows) = snapshot.galleries.get(gallery).filter(|_| wanted) {
            let ranking = if per_probe > 1 { order } else { 0 };
            targets.push(Target {
                gallery: *gallery,
                order: order as u32,
                ranking,
                rows,
            });
        }
    }
    targets
}

/// Loose rows first: whatever they bring raises the bar for the rest. Then the runs, largest last, in the order of their rows.
fn pieces(targets: &[Target<'_>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (target, Target { rows, .. }) in targets.iter().enumerate() {
        if !rows.loose.is_empty() {
            pieces.push(Piece {
                target,
                run: None,
                first: 0,
                count: rows.loose.len(),
            });
        }
    }
    for (target, Target { rows, .. }) in targets.iter().enumerate() {
        for (run, view) in rows.runs.iter().enumerate().rev() {
            for first in (0..view.run.rows()).step_by(PIECE_ROWS) {
                let count = PIECE_ROWS.min(view.run.rows() - first);
                pieces.push(Piece {
                    target,
                    run: Some(run),
                    first,
                    count,
                });
            }
        }
    }
    pieces
}

/// One search, shared by its threads.
struct Job<'a> {
    space: &'a Space,
    snapshot: &'a Snapshot,
    probes: &'a [Probe],
    rankings: &'a [Ranking],
    per_probe: usize,
    targets: &'a [Target<'a>],
    pieces: &'a [Piece],
    next: AtomicUsize,
    failed: AtomicBool,
    failure: Mutex<Option<IndexError>>,
}

impl Job<'_> {
    /// Takes pieces until none is left.
    fn work<K: Kernels>(&self, kernels: K) {
        let mut scanner = Scanner::new(kernels, self.space, &self.snapshot.vectors);
        let mut done = self.scan(&mut scanner);
        if done.is_ok() {
            done = scanner.finish();
        }
        if let Err(error) = done {
            self.failed.store(true, Ordering::Relaxed);
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    fn scan<'a, K: Kernels>(&'a self, scanner: &mut Scanner<'a, K>) -> Result<(), IndexError> {
        let mut before = None;
        while let Some(piece) = self.pieces.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if self.failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            let target = &self.targets[piece.target];
            let Some(view) = piece.run.map(|run| &target.rows.runs[run]) else {
                let rows = &target.rows.loose[piece.first..][..piece.count];
                self.wants(target).try_for_each(|want| scanner.compare(rows, want))?;
                continue;
            };
            let now = Some((piece.target, piece.run));
            if before != now {
                scanner.turn_to(self.wants(target).collect())?;
                before = now;
            }
            scanner.scan(view, piece.first, piece.count)?;
        }
        Ok(())
    }

    /// What each probe wants of a target.
    fn wants<'a>(&'a self, target: &Target<'_>) -> impl Iterator<Item = Want<'a>> {
        let Target {
            gallery,
            order,
            ranking,
            ..
        } = *target;
        self.probes.iter().enumerate().map(move |(number, probe)| Want {
            probe,
            ranking: &self.rankings[number * self.per_probe + ranking],
            gallery,
            order,
        })
    }
}
