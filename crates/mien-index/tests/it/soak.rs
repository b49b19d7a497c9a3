//! Everything at once, for as long as `MIEN_INDEX_SOAK_SECONDS` says (2 by default): writers, searches, merges, checkpoints; every answer
//! is compared with brute force.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mien_index::{Change, Config, Index, Query};

use crate::families::Random;
use crate::model::Model;

const DIM: usize = 128;

#[test]
fn mixed_work_gives_no_wrong_answer() {
    let seconds = std::env::var("MIEN_INDEX_SOAK_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2);
    let dir = tempfile::tempdir().expect("dir");
    let index = Index::open(dir.path(), Config::new(DIM).expect("dimension")).expect("open");
    // The model is locked over each change, so that searches have a state to be compared with; searches overlap each other and the
    // background's merges and checkpoints, and in `operations::readers_see_whole_changes_only` also changes.
    let model = RwLock::new(Model::default());
    let (done, searches) = (AtomicBool::new(false), AtomicU64::new(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            write(&index, &model, end);
            done.store(true, Ordering::Relaxed);
        });
        for reader in 0..2 {
            let (index, model, done, searches) = (&index, &model, &done, &searches);
            scope.spawn(move || {
                let mut random = Random(reader + 100);
                while !done.load(Ordering::Relaxed) {
                    search(index, model, &mut random);
                    searches.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(searches.load(Ordering::Relaxed) > 0);
}

fn write(index: &Index, model: &RwLock<Model>, end: Instant) {
    let mut random = Random(1);
    let mut seq = 0;
    while Instant::now() < end {
        let many = if random.below(20) == 0 {
            1500
        } else {
            1 + random.below(20)
        };
        let vectors: Vec<Vec<f32>> = (0..many).map(|_| random.vector(DIM)).collect();
        let mut batch = Vec::new();
        for vector in &vectors {
            seq += 1;
            let (gallery, key) = (random.below(3), random.below(8000));
            let change = match random.below(2) {
                0 => Change::Insert { gallery, key, vector },
                _ => Change::Remove { gallery, key },
            };
            batch.push((seq, change));
        }
        let mut model = model.write().expect("model");
        index.apply_all(&batch).expect("apply");
        batch.iter().for_each(|(_, change)| model.apply(*change));
        drop(model);
        if random.below(50) == 0 {
            index.checkpoint().expect("checkpoint");
        }
    }
}

fn search(index: &Index, model: &RwLock<Model>, random: &mut Random) {
    let probes = [random.vector(DIM), random.vector(DIM)];
    let probes: Vec<&[f32]> = probes.iter().map(Vec::as_slice).collect();
    let galleries: Vec<u64> = (0..3).collect();
    let floor = if random.below(2) == 0 { f32::NEG_INFINITY } else { 0.25 };
    let query = Query {
        probes: &probes,
        galleries: &galleries,
        top: 10,
        floor,
        threads: 1 + random.below(2) as usize,
    };
    let model = model.read().expect("model");
    assert_eq!(index.search(&query).expect("search"), model.search(&query));
    let gallery = random.below(3);
    assert_eq!(index.len(gallery), model.keys(gallery).len());
}
