//! Files that are missing, cut, altered or of another space are found out.

use std::fs;
use std::path::{Path, PathBuf};

use mien_index::{Change, Config, Index, IndexError, Query};

use crate::families::Random;

const DIM: usize = 96;

fn config() -> Config {
    Config::new(DIM).expect("dimension")
}

/// A directory with runs, loose rows and deleted rows; returns the vectors too.
fn filled(dir: &Path) -> Vec<Vec<f32>> {
    let mut random = Random(8);
    let vectors: Vec<Vec<f32>> = (0..5000).map(|_| random.vector(DIM)).collect();
    let index = Index::open(dir, config()).expect("open");
    let insert = |(key, vector)| {
        (
            1,
            Change::Insert {
                gallery: 1,
                key,
                vector,
            },
        )
    };
    index
        .apply_all(
            &(0..)
                .zip(vectors.iter().map(Vec::as_slice))
                .map(insert)
                .collect::<Vec<_>>(),
        )
        .expect("apply");
    for (seq, key) in (2..).zip((0..5000).step_by(100)) {
        index.apply(seq, Change::Remove { gallery: 1, key }).expect("apply");
        index.apply(seq, Change::Remove { gallery: 1, key }).expect("apply");
    }
    index
        .apply(
            60,
            Change::Insert {
                gallery: 2,
                key: 77,
                vector: &vectors[0],
            },
        )
        .expect("apply");
    assert_eq!(index.checkpoint().expect("checkpoint"), 60);
    vectors
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .expect("list")
        .map(|entry| entry.expect("entry").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "mien"));
    files.sort();
    files
}

/// Opens and reads everything: an error, or the right answer.
fn everything(dir: &Path, vectors: &[Vec<f32>]) -> Result<(), IndexError> {
    let index = Index::open(dir, config())?;
    index.verify()?;
    for (key, probe) in vectors.iter().enumerate().skip(1).step_by(997) {
        let query = Query {
            probes: &[probe],
            galleries: &[1],
            top: 3,
            floor: f32::NEG_INFINITY,
            threads: 1,
        };
        let hits = index.search(&query)?;
        assert_eq!(hits[0][0].key, key as u64);
    }
    Ok(())
}

#[test]
fn a_whole_directory_opens_with_all_that_was_in_it() {
    let dir = tempfile::tempdir().expect("dir");
    let vectors = filled(dir.path());
    everything(dir.path(), &vectors).expect("whole");
    let index = Index::open(dir.path(), config()).expect("open");
    assert_eq!((index.applied(), index.len(1), index.len(2)), (60, 4950, 1));
}

#[test]
fn every_missing_or_shortened_file_is_found_out() {
    let dir = tempfile::tempdir().expect("dir");
    let vectors = filled(dir.path());
    let all = files(dir.path());
    assert!(all.len() >= 3, "manifest, segment, vectors: {all:?}");
    for file in &all {
        let whole = fs::read(file).expect("read");
        for length in [0, 10, whole.len() / 2, whole.len() - 1] {
            fs::write(file, &whole[..length]).expect("write");
            let found = everything(dir.path(), &vectors);
            assert!(
                matches!(found, Err(IndexError::Damaged { .. })),
                "{file:?} cut to {length}: {found:?}"
            );
        }
        if !file.ends_with("manifest.mien") {
            fs::remove_file(file).expect("remove");
            let found = everything(dir.path(), &vectors);
            assert!(
                matches!(found, Err(IndexError::Damaged { .. })),
                "{file:?} removed: {found:?}"
            );
        }
        fs::write(file, &whole).expect("restore");
    }
    everything(dir.path(), &vectors).expect("whole again");
    fs::remove_file(dir.path().join("manifest.mien")).expect("remove");
    let empty = Index::open(dir.path(), config()).expect("open");
    assert_eq!(
        (empty.applied(), empty.len(1)),
        (0, 0),
        "without a manifest everything is replayed"
    );
}

#[test]
fn flipped_bits_never_change_an_answer_in_silence() {
    let dir = tempfile::tempdir().expect("dir");
    let vectors = filled(dir.path());
    let mut random = Random(1);
    let (mut noticed, mut unused) = (0, 0);
    for file in files(dir.path()) {
        let whole = fs::read(&file).expect("read");
        for round in 0..25 {
            let mut altered = whole.clone();
            // Some in the first bytes, where headers are.
            let at = if round < 5 {
                random.below(64.min(whole.len() as u64))
            } else {
                random.below(whole.len() as u64)
            };
            altered[at as usize] ^= 1 << random.below(8);
            fs::write(&file, &altered).expect("write");
            // An answer that is given is the right one: `everything` compares.
            match everything(dir.path(), &vectors) {
                Err(IndexError::Damaged { .. }) => noticed += 1,
                Err(other) => panic!("{file:?} byte {at}: {other}"),
                // Bytes of free slots and padding are not read.
                Ok(()) => unused += 1,
            }
        }
        fs::write(&file, &whole).expect("restore");
    }
    assert!(noticed > 40, "{noticed} noticed, {unused} in unused bytes");
}

#[test]
fn a_search_that_meets_an_altered_vector_says_so() {
    let dir = tempfile::tempdir().expect("dir");
    let vectors = filled(dir.path());
    let file = dir.path().join("vectors-000000.mien");
    let mut bytes = fs::read(&file).expect("read");
    // The first section after the header page holds the vectors, 192 bytes each.
    for slot in 0..5000 {
        bytes[4096 + slot * 192 + 3] ^= 0x10;
    }
    fs::write(&file, bytes).expect("write");
    let index = Index::open(dir.path(), config()).expect("the vectors are not read at open");
    let query = Query {
        probes: &[&vectors[1]],
        galleries: &[1],
        top: 1,
        floor: 0.5,
        threads: 1,
    };
    assert!(matches!(index.search(&query), Err(IndexError::Damaged { .. })));
}

#[test]
fn a_directory_of_another_space_is_refused() {
    let dir = tempfile::tempdir().expect("dir");
    filled(dir.path());
    for other in [
        Config::new(DIM + 1).expect("dimension"),
        config().with_bits(4).expect("bits"),
    ] {
        assert!(matches!(
            Index::open(dir.path(), other),
            Err(IndexError::Damaged { .. })
        ));
    }
}

#[test]
fn a_directory_has_one_process_at_a_time() {
    let dir = tempfile::tempdir().expect("dir");
    let first = Index::open(dir.path(), config()).expect("open");
    assert!(matches!(Index::open(dir.path(), config()), Err(IndexError::Io { .. })));
    drop(first);
    Index::open(dir.path(), config()).expect("open again");
}
