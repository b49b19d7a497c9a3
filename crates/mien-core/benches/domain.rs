//! What a durable enrolment and the reads beside it cost: `cargo bench -p mien-core`.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mien_core::*;
use mien_store::{Durability, Options, Store};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tempfile::TempDir;

const DIM: usize = 512;
const PERSONS: usize = 10_000;

struct Bench {
    core: Core,
    account: AccountId,
    next: AtomicUsize,
    _directory: TempDir,
}

impl Bench {
    fn new(durability: Durability) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("mien.db"), Options { durability }).unwrap();
        let points = vec![Point { cosine: 0.0, far: 0.5 }, Point { cosine: 0.5, far: 1e-6 }];
        let space = Space {
            version: ModelVersion::V3,
            fingerprint: "bench".to_owned(),
            dim: DIM,
            curve: Curve::new(points).unwrap(),
        };
        let index = directory.path().join("index");
        let core = Core::open(
            store,
            &index,
            vec![space],
            Limits::default().into(),
            Arc::new(SystemClock),
        )
        .unwrap();
        let account = core.accounts().create("bench").unwrap();
        let group = NewGroup {
            id: GroupId::parse("g").unwrap(),
            name: GroupName::parse("g", Charset::Default).unwrap(),
            tag: Tag::empty(),
            fields: FieldNames::default(),
            version: ModelVersion::V3,
        };
        core.create_group(account, group).unwrap();
        Self {
            core,
            account,
            next: AtomicUsize::new(0),
            _directory: directory,
        }
    }

    fn filled() -> Self {
        let bench = Self::new(Durability::Off);
        for _ in 0..PERSONS {
            bench.enrol(bench.person());
        }
        bench
    }

    fn person(&self) -> (NewPerson, Enrolled) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let person = NewPerson {
            group: GroupId::parse("g").unwrap(),
            id: PersonId::parse(&format!("p{number}")).unwrap(),
            name: PersonName::parse("somebody", Charset::Default).unwrap(),
            gender: Gender::Unset,
            texts: FieldTexts::default(),
            unique: UniquePersonControl::Off,
        };
        (
            person,
            Enrolled {
                frame: Frame::default(),
                embeddings: vec![Embedding::new(&self.space(), embedding(number))],
                crop: None,
            },
        )
    }

    fn space(&self) -> Arc<Space> {
        self.core.space(ModelVersion::V3).unwrap()
    }

    fn enrol(&self, (person, face): (NewPerson, Enrolled)) {
        black_box(self.core.create_person(self.account, person, face).unwrap());
    }
}

fn embedding(seed: usize) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed as u64);
    (0..DIM).map(|_| random.f32() - 0.5).collect()
}

fn enrolments(criterion: &mut Criterion) {
    let bench = Bench::new(Durability::Full);
    let mut group = criterion.benchmark_group("durable enrolment, 512-d");
    group.sample_size(20);
    group.throughput(Throughput::Elements(1));
    group.bench_function("one client", |bencher| {
        bencher.iter_batched(|| bench.person(), |new| bench.enrol(new), BatchSize::SmallInput);
    });
    const CLIENTS: usize = 16;
    const EACH: usize = 8;
    group.throughput(Throughput::Elements((CLIENTS * EACH) as u64));
    group.bench_function("16 clients", |bencher| {
        bencher.iter(|| {
            thread::scope(|scope| {
                for _ in 0..CLIENTS {
                    scope.spawn(|| (0..EACH).for_each(|_| bench.enrol(bench.person())));
                }
            });
        });
    });
}

fn reads(criterion: &mut Criterion) {
    let bench = Bench::filled();
    let (core, account) = (&bench.core, bench.account);
    let (group, person) = (GroupId::parse("g").unwrap(), PersonId::parse("p77").unwrap());
    let groups = GroupIds::parse(["g"], 100).unwrap();
    let page = |offset| Page::parse(Some(offset), Some(100), 1000).unwrap();
    let key = core.accounts().create_key(account, "").unwrap().secret_id;
    let mut reads = criterion.benchmark_group("10,000 persons, 512-d");
    reads.bench_function("list 100 persons from the start", |bencher| {
        bencher.iter(|| core.group_persons(account, &group, page(0)).unwrap());
    });
    reads.bench_function("list 100 persons from the end", |bencher| {
        bencher.iter(|| core.group_persons(account, &group, page(PERSONS as u64 - 100)).unwrap());
    });
    reads.bench_function("one person", |bencher| {
        bencher.iter(|| core.person(account, &person).unwrap())
    });
    reads.bench_function("look up a key", |bencher| {
        bencher.iter(|| core.accounts().key(&key).unwrap())
    });
    let probe = Embedding::new(&bench.space(), embedding(77));
    reads.bench_function("verify one face", |bencher| {
        bencher.iter(|| core.verify(account, &person, Target::Faces, &probe).unwrap());
    });
    for (name, candidates, details) in [
        ("search, 1 candidate", 1, false),
        ("search, 5 candidates with details", 5, true),
        ("search, 100 candidates with details", 100, true),
    ] {
        let options = SearchOptions {
            candidates,
            threshold: None,
            details,
        };
        reads.bench_function(name, |bencher| {
            bencher.iter(|| {
                core.search(account, &groups, Target::Faces, std::slice::from_ref(&probe), &options)
                    .unwrap()
            });
        });
    }
}

criterion_group!(benches, enrolments, reads);
criterion_main!(benches);
