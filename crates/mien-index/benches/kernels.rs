//! Inner loops of the search on every instruction set that this processor has.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mien_index::Index;
use mien_index::bench::KernelBench;

/// 4,096 rows: the codes stay in the second-level cache, so that the loop counts and not the memory.
const ROWS: usize = 4096;

fn kernels(criterion: &mut Criterion) {
    for set in Index::instruction_sets() {
        for (dim, bits) in [(512, 1), (256, 2), (128, 4)] {
            let Ok(Some(mut bench)) = KernelBench::new(dim, bits, ROWS, set) else {
                continue;
            };
            let mut group = criterion.benchmark_group(format!("{set} {dim} dimensions {bits} bits"));
            group.throughput(Throughput::Bytes(bench.scan_bytes() as u64));
            group.bench_function("scan 4096 rows", |bencher| bencher.iter(|| black_box(bench.scan())));
            group.throughput(Throughput::Elements(1));
            group.bench_function("dot", |bencher| bencher.iter(|| black_box(bench.dot())));
            if bits <= 2 {
                group.bench_function("middle", |bencher| bencher.iter(|| black_box(bench.middle())));
            }
            group.bench_function("encode", |bencher| bencher.iter(|| black_box(bench.encode())));
            group.finish();
        }
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
