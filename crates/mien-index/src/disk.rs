//! What an index keeps in its directory.
//!
//! - `vectors-NNNNNN.mien`: chunks of slots (see `vectors/chunk.rs`), written in place; slots that the manifest names never change.
//! - `segment-NNNNNN.mien`: codes of runs, written once.
//! - `manifest.mien`: shape, seed, applied sequence number and what every gallery consists of; replaced as a whole by a checkpoint.
//! - `lock`: locked while a process has the index open.
//!
//! Changes after the last checkpoint are lost with the process, by design: the owner's change log has them.

mod manifest;
mod segment;

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use crate::error::{damaged, io_error};
use crate::gallery::Gallery;
use crate::index::Shared;
use crate::kernel::Isa;
use crate::run::{Dead, Home, Run, View};
use crate::snapshot::Snapshot;
use crate::space::Space;
use crate::vectors::Vectors;
use crate::vectors::keys::Keys;
use crate::vectors::slots::Slots;
use crate::writer::Writer;
use crate::{Config, IndexError};

use manifest::{GalleryEntry, Manifest, RunEntry};

/// What the last checkpoint left.
#[derive(Debug, Default)]
pub(crate) struct Last {
    applied: Option<u64>,
    next_segment: u64,
    /// Segment files and their sizes.
    segments: BTreeMap<u64, u64>,
}

/// A segment of less than this, or of which less than half is in use, is written anew with the next checkpoint.
const SMALL_SEGMENT_BYTES: u64 = 1 << 20;

/// From the operating system's entropy, by way of the standard library's hash keys.
pub(crate) fn random_seed() -> u64 {
    RandomState::new().hash_one(0)
}

pub(crate) fn open(dir: &Path, config: Config, isa: Isa) -> Result<Shared, IndexError> {
    std::fs::create_dir_all(dir).map_err(|source| io_error("cannot create", dir, source))?;
    let lock = lock(dir)?;
    let path = manifest_file(dir);
    let Some(manifest) = Manifest::read(&path)? else {
        let space = Space::new(config, random_seed(), isa);
        let writer = Writer::new(&space, false);
        return Ok(Shared::new(
            space,
            Some(dir.to_owned()),
            writer,
            Last::default(),
            Some(lock),
        ));
    };
    if manifest.dim != config.dim() as u64 || manifest.bits != config.bits() {
        let found = format!("is of {} dimensions and {} bits", manifest.dim, manifest.bits);
        return Err(damaged(&path, found));
    }
    let space = Space::new(config, manifest.seed, isa);
    let (writer, segments) = load(dir, &space, &manifest)?;
    let last = Last {
        applied: Some(manifest.applied),
        next_segment: manifest.next_segment,
        segments,
    };
    Ok(Shared::new(space, Some(dir.to_owned()), writer, last, Some(lock)))
}

fn lock(dir: &Path) -> Result<File, IndexError> {
    let path = dir.join("lock");
    let refused = |source| io_error("cannot lock", &path, source);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(refused)?;
    file.try_lock().map_err(|error| refused(error.into()))?;
    Ok(file)
}

fn load(dir: &Path, space: &Space, manifest: &Manifest) -> Result<(Writer, BTreeMap<u64, u64>), IndexError> {
    let path = manifest_file(dir);
    let mut writer = Writer::new(space, false);
    writer.vectors = Vectors::open(space.layout, dir, manifest.chunks as usize)?;
    writer.applied = manifest.applied;
    writer.durable = manifest.applied;
    let slots = writer.vectors.slots();
    writer.slots = Slots::opened(slots);
    let mut files = HashMap::new();
    let mut segments = BTreeMap::new();
    for number in &manifest.segments {
        let file = segment::open(&segment_file(dir, *number))?;
        segments.insert(*number, file.bytes());
        files.insert(*number, file);
    }
    let mut rows = 0;
    for entry in &manifest.galleries {
        let mut runs = Vec::with_capacity(entry.runs.len());
        for run in &entry.runs {
            let file = files
                .get(&run.home.segment)
                .ok_or_else(|| damaged(&path, "names a segment that it does not list"))?;
            let run_rows = run.home.rows;
            let dead =
                dead_rows(&run.dead, run_rows).ok_or_else(|| damaged(&path, "deletes a row that is not there"))?;
            let run = Arc::new(file.run(&space.layout, run.home, slots)?);
            runs.push(View {
                run,
                dead: Arc::new(dead),
            });
        }
        if entry.loose.iter().any(|slot| *slot as usize >= slots) {
            return Err(damaged(&path, "names a slot that is not there"));
        }
        let gallery = Gallery {
            runs: runs.into(),
            loose: entry.loose.as_slice().into(),
        };
        rows += gallery.len();
        writer.galleries.insert_mut(entry.gallery, gallery);
    }
    writer.keys = Keys::with_capacity(rows.min(slots));
    let galleries = writer.galleries.clone();
    for slot in galleries.values().flat_map(Gallery::slots) {
        writer.adopt(slot);
    }
    if writer.keys_sum != manifest.keys_sum {
        return Err(damaged(dir, "keys do not agree with the manifest"));
    }
    writer.slots.settle();
    Ok((writer, segments))
}

fn dead_rows(rows: &[u32], all: u32) -> Option<Dead> {
    let mut dead = Dead::default();
    for row in rows {
        if *row >= all || dead.contains(*row) {
            return None;
        }
        dead.insert(*row);
    }
    Some(dead)
}

/// Vectors first, then codes, then the manifest that names both: whenever the process dies, the manifest on disk names only what is
/// whole on disk.
pub(crate) fn checkpoint(shared: &Shared) -> Result<u64, IndexError> {
    let Some(dir) = &shared.dir else {
        return Ok(shared.snapshot.load().applied);
    };
    let mut last = shared.checkpoint.lock().unwrap_or_else(PoisonError::into_inner);
    let (snapshot, keys_sum) = {
        let mut writer = shared.writer();
        writer.since_checkpoint = 0;
        (shared.snapshot.load_full(), writer.keys_sum)
    };
    if last.applied == Some(snapshot.applied) {
        return Ok(snapshot.applied);
    }
    snapshot.vectors.flush()?;
    let number = last.next_segment;
    let rewritten = segments_to_rewrite(&snapshot, &last.segments);
    let homeless = |run: &Run| run.home().is_none_or(|home| rewritten.contains(&home.segment));
    let runs: Vec<&Run> = views(&snapshot)
        .map(|view| &*view.run)
        .filter(|run| homeless(run))
        .collect();
    if !runs.is_empty() {
        let path = segment_file(dir, number);
        let (homes, bytes) = segment::write(&path, number, &runs)?;
        for (run, home) in runs.iter().zip(homes) {
            run.settle(home);
        }
        last.segments.insert(number, bytes);
        last.next_segment += 1;
    }
    let manifest = manifest_of(shared, &snapshot, keys_sum, last.next_segment);
    manifest.write(&manifest_file(dir))?;
    last.applied = Some(snapshot.applied);
    shared.writer().durable = snapshot.applied;
    let unused: Vec<u64> = last
        .segments
        .keys()
        .copied()
        .filter(|number| !manifest.segments.contains(number))
        .collect();
    for number in unused {
        // A file that stays behind costs space and nothing else.
        let _ = std::fs::remove_file(segment_file(dir, number));
        last.segments.remove(&number);
    }
    Ok(snapshot.applied)
}

fn views(snapshot: &Snapshot) -> impl Iterator<Item = &View> {
    snapshot.galleries.values().flat_map(|gallery| gallery.runs.iter())
}

fn segments_to_rewrite(snapshot: &Snapshot, segments: &BTreeMap<u64, u64>) -> Vec<u64> {
    let mut used: HashMap<u64, u64> = HashMap::new();
    for view in views(snapshot) {
        if let Some(home) = view.run.home() {
            *used.entry(home.segment).or_default() += view.run.bytes() as u64;
        }
    }
    let wasteful = segments.iter().filter(|(number, bytes)| {
        **bytes < SMALL_SEGMENT_BYTES || used.get(number).copied().unwrap_or_default() * 2 < **bytes
    });
    wasteful.map(|(number, _)| *number).collect()
}

fn manifest_of(shared: &Shared, snapshot: &Snapshot, keys_sum: u64, next_segment: u64) -> Manifest {
    let mut galleries = Vec::with_capacity(snapshot.galleries.size());
    let mut segments: Vec<u64> = Vec::new();
    for (gallery, rows) in snapshot.galleries.iter() {
        let runs = rows.runs.iter().filter_map(|view| {
            let home: Home = view.run.home()?;
            Some(RunEntry {
                home,
                dead: view.dead.rows(),
            })
        });
        let runs: Vec<RunEntry> = runs.collect();
        segments.extend(runs.iter().map(|run| run.home.segment));
        galleries.push(GalleryEntry {
            gallery: *gallery,
            loose: rows.loose.to_vec(),
            runs,
        });
    }
    segments.sort_unstable();
    segments.dedup();
    Manifest {
        dim: shared.space.config.dim() as u64,
        bits: shared.space.config.bits(),
        seed: shared.space.seed,
        applied: snapshot.applied,
        chunks: snapshot.vectors.chunks() as u64,
        keys_sum,
        next_segment,
        segments,
        galleries,
    }
}

fn manifest_file(dir: &Path) -> PathBuf {
    dir.join("manifest.mien")
}

fn segment_file(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("segment-{number:06}.mien"))
}
