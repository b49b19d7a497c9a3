//! Restarts: graceful, and by force at random moments.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use mien_index::{Change, Config, Index, Query};

use crate::families::Random;
use crate::model::Model;

const DIM: usize = 64;

/// Change number `seq` of a log that parent and child both know.
fn with_change<T>(seq: u64, use_it: impl FnOnce(Change<'_>) -> T) -> T {
    let mut random = Random(seq);
    let (gallery, key) = (random.below(4) * random.below(2), random.below(4000));
    let vector = random.vector(DIM);
    match random.below(10) {
        0..=6 => use_it(Change::Insert {
            gallery,
            key,
            vector: &vector,
        }),
        7..=8 => use_it(Change::Remove { gallery, key }),
        _ if random.below(200) == 0 => use_it(Change::DropGallery { gallery }),
        _ => use_it(Change::Insert {
            gallery: 3 - gallery,
            key,
            vector: &vector,
        }),
    }
}

fn open(dir: &Path) -> Index {
    Index::open(dir, Config::new(DIM).expect("dimension")).expect("open")
}

fn agrees(index: &Index, model: &Model, seed: u64) {
    let mut random = Random(seed);
    let probes: Vec<Vec<f32>> = (0..4).map(|_| random.vector(DIM)).collect();
    let probes: Vec<&[f32]> = probes.iter().map(Vec::as_slice).collect();
    let galleries: Vec<u64> = (0..4).collect();
    for floor in [f32::NEG_INFINITY, 0.2] {
        let query = Query {
            probes: &probes,
            galleries: &galleries,
            top: 20,
            floor,
            threads: 1,
        };
        assert_eq!(
            index.search_each(&query).expect("search"),
            model.search_each(&query),
            "seed {seed}"
        );
    }
    for gallery in 0..4 {
        assert_eq!(index.len(gallery), model.len(gallery), "seed {seed} gallery {gallery}");
    }
}

#[test]
fn restarts_replay_from_the_last_checkpoint() {
    let dir = tempfile::tempdir().expect("dir");
    let mut model = Model::default();
    let mut applied = 0;
    for round in 0..8_u64 {
        let index = open(dir.path());
        assert!(index.applied() <= applied);
        for seq in index.applied() + 1..=applied {
            with_change(seq, |change| index.apply(seq, change)).expect("replay");
        }
        agrees(&index, &model, round);
        for _ in 0..1500 {
            applied += 1;
            with_change(applied, |change| {
                model.apply(change);
                index.apply(applied, change)
            })
            .expect("apply");
            if applied % 900 == 0 {
                assert_eq!(index.checkpoint().expect("checkpoint"), applied);
            }
        }
        index.settle();
        agrees(&index, &model, round);
    }
}

/// Environment of the child: its directory. Without it the test of the same name does nothing.
const CHILD: &str = "MIEN_INDEX_CRASH_CHILD";

/// The child: applies the log and says which checkpoints are durable, until it is killed.
#[test]
fn crash_child() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let index = open(Path::new(&dir));
    println!("durable {}", index.applied());
    let mut random = Random(index.applied() ^ 0x5eed);
    for seq in index.applied() + 1.. {
        with_change(seq, |change| index.apply(seq, change)).expect("apply");
        if random.below(150) == 0 {
            println!("durable {}", index.checkpoint().expect("checkpoint"));
        }
    }
}

/// Kills the child at random moments; nothing that it called durable may be missing, and the log's rest must fit on top.
#[test]
fn killed_at_random_moments_nothing_durable_is_lost() {
    let rounds = std::env::var("MIEN_INDEX_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    let dir = tempfile::tempdir().expect("dir");
    let (mut model, mut modelled, mut promised) = (Model::default(), 0, 0);
    for round in 0..rounds {
        promised = kill_after(dir.path(), promised, round);
        let index = open(dir.path());
        assert!(
            index.applied() >= promised,
            "round {round}: {} of {promised}",
            index.applied()
        );
        for seq in modelled + 1..=index.applied() {
            with_change(seq, |change| model.apply(change));
        }
        modelled = index.applied();
        index.verify().expect("whole");
        agrees(&index, &model, round);
    }
    assert!(promised > 0);
}

/// Lets the child run until it has called a few checkpoints durable and a random time more; returns the last that it told.
fn kill_after(dir: &Path, before: u64, round: u64) -> u64 {
    let mut random = Random(round ^ 0xdead);
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "durability::crash_child", "--nocapture", "--test-threads=1"])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("child");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut promised = before;
    let mut left = 1 + random.below(6);
    while left > 0 {
        let line = lines.next().expect("the child talks until it is killed").expect("line");
        // The harness prints on the same line before the first.
        if let Some((_, number)) = line.split_once("durable ") {
            promised = number.trim().parse().expect("number");
            left -= 1;
        }
    }
    // Spin a random while, so that the blow falls at any point of apply and checkpoint.
    let moment = std::time::Instant::now();
    while moment.elapsed().as_micros() < u128::from(random.below(40_000)) {
        std::hint::spin_loop();
    }
    child.kill().expect("kill");
    child.wait().expect("wait");
    for line in lines.map_while(Result::ok) {
        if let Some((_, number)) = line.split_once("durable ") {
            promised = number.trim().parse().unwrap_or(promised);
        }
    }
    promised
}
