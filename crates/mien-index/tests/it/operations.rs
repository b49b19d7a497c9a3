//! Changes, galleries, shared keys and what readers see of them.

use std::sync::atomic::{AtomicBool, Ordering};

use mien_index::{Change, Config, Hit, Index, IndexError, Query};

use crate::families::Random;
use crate::model::Model;

const DIM: usize = 64;

fn index() -> Index {
    Index::in_memory(Config::new(DIM).expect("dimension"))
}

fn query<'a>(probes: &'a [&'a [f32]], galleries: &'a [u64]) -> Query<'a> {
    Query {
        probes,
        galleries,
        top: 10,
        floor: f32::NEG_INFINITY,
        threads: 2,
    }
}

/// Random operations against the model, in batches of all sizes, over galleries of all sizes.
#[test]
fn random_operations_agree_with_the_model() {
    for seed in 0..4 {
        let (index, mut model, mut random) = (index(), Model::default(), Random(seed));
        let mut seq = 0;
        for step in 0..60 {
            let many = if step % 7 == 0 { 2500 } else { 1 + random.below(60) };
            let vectors: Vec<Vec<f32>> = (0..many).map(|_| random.vector(DIM)).collect();
            let mut batch = Vec::new();
            for vector in &vectors {
                let (gallery, key) = (random.below(5), random.below(3000));
                seq += 1;
                batch.push((
                    seq,
                    match random.below(20) {
                        0..=11 => Change::Insert { gallery, key, vector },
                        12..=18 => Change::Remove { gallery, key },
                        _ if random.below(60) == 0 => Change::DropGallery { gallery },
                        _ => Change::Insert {
                            gallery: 4 - gallery,
                            key,
                            vector: &vectors[0],
                        },
                    },
                ));
            }
            index.apply_all(&batch).expect("apply");
            batch.iter().for_each(|(_, change)| model.apply(*change));
            if step % 5 == 0 {
                index.settle();
            }
            let probes = [random.vector(DIM), vectors[0].clone()];
            let probes: Vec<&[f32]> = probes.iter().map(Vec::as_slice).collect();
            for galleries in [&[0_u64][..], &[4, 1], &[0, 1, 2, 3, 4], &[9]] {
                let query = query(&probes, galleries);
                assert_eq!(
                    index.search(&query).expect("search"),
                    model.search(&query),
                    "seed {seed} step {step}"
                );
                assert_eq!(
                    index.search_each(&query).expect("search"),
                    model.search_each(&query),
                    "seed {seed} step {step}"
                );
            }
            for gallery in 0..5 {
                assert_eq!(
                    index.len(gallery),
                    model.len(gallery),
                    "seed {seed} step {step} gallery {gallery}"
                );
            }
        }
        assert_eq!(index.applied(), seq);
    }
}

#[test]
fn a_key_in_several_galleries_is_found_once_and_stored_once() {
    let (index, mut random) = (index(), Random(3));
    let vectors: Vec<Vec<f32>> = (0..8192).map(|_| random.vector(DIM)).collect();
    for gallery in [7, 8, 9] {
        let insert = |(key, vector)| (gallery, Change::Insert { gallery, key, vector });
        index
            .apply_all(
                &(0..)
                    .zip(vectors.iter().map(Vec::as_slice))
                    .map(insert)
                    .collect::<Vec<_>>(),
            )
            .expect("apply");
    }
    let stats = index.stats();
    assert_eq!(stats.rows, 3 * 8192);
    // One chunk holds 8,192 vectors: a second copy of any would need another.
    let probe = [vectors[5].as_slice()];
    let hits = index.search(&query(&probe, &[9, 7, 8])).expect("search").remove(0);
    assert_eq!((hits[0].key, hits[0].gallery), (5, 9), "the first gallery asked for");
    assert!(hits.windows(2).all(|pair| pair[0].key != pair[1].key));
    let one = index_of(&vectors[..1], 1).stats().mapped_bytes;
    assert_eq!(stats.mapped_bytes, one);
}

fn index_of(vectors: &[Vec<f32>], gallery: u64) -> Index {
    let index = index();
    let batch: Vec<_> = vectors
        .iter()
        .zip(0..)
        .map(|(vector, key)| (1, Change::Insert { gallery, key, vector }))
        .collect();
    index.apply_all(&batch).expect("apply");
    index
}

#[test]
fn replacing_a_vector_in_one_gallery_leaves_the_others() {
    let index = index();
    let (mut old, mut new) = (vec![0.0; DIM], vec![0.0; DIM]);
    (old[0], new[1]) = (1.0, 1.0);
    let insert = |gallery, vector| Change::Insert {
        gallery,
        key: 1,
        vector,
    };
    index.apply(1, insert(1, &old)).expect("apply");
    index.apply(2, insert(2, &old)).expect("apply");
    index.apply(3, insert(2, &new)).expect("apply");
    let found = |gallery| index.search(&query(&[&old], &[gallery])).expect("search")[0][0].similarity;
    assert_eq!((found(1), found(2)), (1.0, 0.0));
    assert_eq!(index.similarity(1, &new).expect("similarity"), Some(1.0));
    index.apply(4, Change::Remove { gallery: 2, key: 1 }).expect("apply");
    assert_eq!(index.similarity(1, &new).expect("similarity"), Some(0.0));
    assert!(index.contains(1, 1) && !index.contains(2, 1));
    index.apply(5, Change::DropGallery { gallery: 1 }).expect("apply");
    assert_eq!(index.similarity(1, &new).expect("similarity"), None);
    assert!(index.is_empty(1));
}

#[test]
fn changes_that_are_contained_are_skipped() {
    let index = index();
    let vector = vec![1.0; DIM];
    index
        .apply(
            5,
            Change::Insert {
                gallery: 1,
                key: 1,
                vector: &vector,
            },
        )
        .expect("apply");
    index.apply(5, Change::Remove { gallery: 1, key: 1 }).expect("apply");
    index.apply(4, Change::DropGallery { gallery: 1 }).expect("apply");
    assert_eq!((index.len(1), index.applied()), (1, 5));
    let both = [
        (6, Change::Remove { gallery: 1, key: 1 }),
        (
            6,
            Change::Insert {
                gallery: 2,
                key: 1,
                vector: &vector,
            },
        ),
    ];
    index.apply_all(&both).expect("apply");
    assert_eq!((index.len(1), index.len(2), index.applied()), (0, 1, 6));
}

#[test]
fn what_cannot_be_stored_is_refused_and_nothing_is_applied() {
    let index = index();
    let good = vec![1.0; DIM];
    let mut not_finite = good.clone();
    not_finite[3] = f32::NAN;
    let bad: [&[f32]; 4] = [&[1.0; DIM - 1], &[], &[0.0; DIM], &not_finite];
    for vector in bad {
        let batch = [
            (
                1,
                Change::Insert {
                    gallery: 1,
                    key: 1,
                    vector: &good,
                },
            ),
            (
                2,
                Change::Insert {
                    gallery: 1,
                    key: 2,
                    vector,
                },
            ),
        ];
        assert!(index.apply_all(&batch).is_err());
        assert!(index.search(&query(&[vector], &[1])).is_err());
        assert_eq!((index.len(1), index.applied()), (0, 0));
    }
    let falling = [
        (2, Change::Remove { gallery: 1, key: 1 }),
        (1, Change::Remove { gallery: 1, key: 1 }),
    ];
    assert!(matches!(
        index.apply_all(&falling),
        Err(IndexError::Sequence { seq: 1, applied: 2 })
    ));
    for dim in [0, 2049] {
        assert!(Config::new(dim).is_err());
    }
    for bits in [0, 5] {
        assert!(Config::new(DIM).expect("dimension").with_bits(bits).is_err());
    }
}

#[test]
fn vectors_of_any_length_count_by_direction() {
    let index = index();
    let mut random = Random(9);
    let vector = random.vector(DIM);
    for (key, scale) in [1e-20_f32, 1e-3, 1.0, 1e15].into_iter().enumerate() {
        let scaled: Vec<f32> = vector.iter().map(|value| value * scale).collect();
        index
            .apply(
                key as u64 + 1,
                Change::Insert {
                    gallery: 1,
                    key: key as u64,
                    vector: &scaled,
                },
            )
            .expect("apply");
    }
    let hits = index.search(&query(&[&vector], &[1])).expect("search").remove(0);
    assert!(hits.iter().all(|hit| (hit.similarity - 1.0).abs() < 1e-3), "{hits:?}");
}

/// Readers beside a writer: every answer is that of a state that was there between two changes.
#[test]
fn readers_see_whole_changes_only() {
    let index = index();
    let mut random = Random(4);
    let crowd: Vec<Vec<f32>> = (0..3000).map(|_| random.vector(DIM)).collect();
    let batch: Vec<_> = crowd
        .iter()
        .zip(100..)
        .map(|(vector, key)| {
            (
                1,
                Change::Insert {
                    gallery: 1,
                    key,
                    vector,
                },
            )
        })
        .collect();
    index.apply_all(&batch).expect("apply");
    // Each change moves one key between two galleries: exactly one of them has it at any time.
    let special = random.vector(DIM);
    index
        .apply(
            2,
            Change::Insert {
                gallery: 1,
                key: 1,
                vector: &special,
            },
        )
        .expect("apply");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let found = index
                        .search_each(&query(&[&special], &[1, 2]))
                        .expect("search")
                        .remove(0);
                    let first = |hits: &[Hit]| hits.first().is_some_and(|hit| hit.key == 1);
                    assert!(first(&found[0]) != first(&found[1]), "in one gallery: {found:?}");
                }
            });
        }
        for seq in 3..3000 {
            let (from, to) = if seq % 2 == 1 { (1, 2) } else { (2, 1) };
            let mut moves = vec![
                (seq, Change::Remove { gallery: from, key: 1 }),
                (
                    seq,
                    Change::Insert {
                        gallery: to,
                        key: 1,
                        vector: &special,
                    },
                ),
            ];
            let other = &crowd[seq as usize % crowd.len()];
            moves.push((
                seq,
                Change::Insert {
                    gallery: 1,
                    key: 10_000 + seq,
                    vector: other,
                },
            ));
            moves.push((
                seq,
                Change::Remove {
                    gallery: 1,
                    key: 10_000 + seq - 500,
                },
            ));
            index.apply_all(&moves).expect("apply");
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn many_small_galleries_cost_little_memory() {
    let index = Index::in_memory(Config::new(512).expect("dimension"));
    let mut random = Random(5);
    let vector = random.vector(512);
    let batch: Vec<_> = (0..100_000)
        .map(|gallery| {
            (
                1,
                Change::Insert {
                    gallery,
                    key: 1,
                    vector: &vector,
                },
            )
        })
        .collect();
    index.apply_all(&batch).expect("apply");
    let stats = index.stats();
    assert_eq!((stats.galleries, stats.rows), (100_000, 100_000));
    assert!(stats.hot_bytes < 100_000 * 200 + (1 << 20), "{stats:?}");
    let all: Vec<u64> = (0..100).collect();
    let found = index.search(&query(&[&vector], &all)).expect("search").remove(0);
    assert_eq!(found.len(), 1, "one key, in a hundred galleries");
}

/// As many galleries as a search may name (BEHAVIOUR 9), some with coded runs and deleted rows, some small, for as many probes as a
/// picture may give, with codes of every width.
#[test]
fn a_hundred_galleries_at_once() {
    const GALLERIES: u64 = 100;
    for bits in 1..=4 {
        let config = Config::new(DIM).expect("dimension").with_bits(bits).expect("bits");
        let (index, mut model, mut random) = (Index::in_memory(config), Model::default(), Random(u64::from(bits)));
        let vectors: Vec<Vec<f32>> = (0..12_000).map(|_| random.vector(DIM)).collect();
        // Gallery 0 gets a third of the rows, each tenth gallery some hundreds, the others a few.
        let insert = |(key, vector): (usize, &Vec<f32>), random: &mut Random| {
            let gallery = match random.below(3) {
                0 => 0,
                1 => random.below(GALLERIES / 10) * 10,
                _ => random.below(GALLERIES),
            };
            (gallery, key as u64, vector.clone())
        };
        let rows: Vec<_> = vectors.iter().enumerate().map(|row| insert(row, &mut random)).collect();
        let inserts = rows.iter().map(|(gallery, key, vector)| Change::Insert {
            gallery: *gallery,
            key: *key,
            vector,
        });
        let removes = rows.iter().step_by(5).map(|(gallery, key, _)| Change::Remove {
            gallery: *gallery,
            key: *key,
        });
        for changes in [inserts.collect::<Vec<_>>(), removes.collect()] {
            let seq = index.applied() + 1;
            let batch: Vec<_> = changes.iter().map(|change| (seq, *change)).collect();
            index.apply_all(&batch).expect("apply");
            changes.iter().for_each(|change| model.apply(*change));
        }
        let probes: Vec<Vec<f32>> = (0..10).map(|_| random.vector(DIM)).collect();
        let probes: Vec<&[f32]> = probes.iter().map(Vec::as_slice).collect();
        let galleries: Vec<u64> = (0..GALLERIES).collect();
        for floor in [f32::NEG_INFINITY, 0.1, 0.4] {
            let all = Query {
                floor,
                ..query(&probes, &galleries)
            };
            assert_eq!(
                index.search(&all).expect("search"),
                model.search(&all),
                "{bits} bits, floor {floor}"
            );
            let sixty = Query {
                galleries: &galleries[..60],
                ..all
            };
            assert_eq!(
                index.search_each(&sixty).expect("search"),
                model.search_each(&sixty),
                "{bits} bits, floor {floor}"
            );
        }
    }
}
