"""Mien's search beside FAISS, USearch and hnswlib on the same vectors, in one run on one machine.

usage: search_peers.py --mien "target/release/mien bench search" [--faces 1000000] [--dim 512] [--queries 100] [--hnsw-faces 300000]
       [--threads 1] [--skip NAME,...]
       needs: pip install numpy faiss-cpu usearch hnswlib

The vectors are made by `mien bench search --dump DIR` (unit f32 vectors, queries, and the true ten nearest of each), so that every
engine gets exactly the same ones. Each engine runs in its own process, alone, one query after the other; the median counts. Prints a
Markdown table: milliseconds a query, recall@10 (share of the true ten nearest that are found), the same among matches of cosine 0.4
and more, memory a vector, build time, and the ratio of its time to Mien's.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np


def load(directory):
    meta = json.load(open(f'{directory}/meta.json'))
    vectors = np.memmap(f'{directory}/vectors.f32', np.float32, 'r').reshape(-1, meta['dim'])
    queries = np.fromfile(f'{directory}/queries.f32', np.float32).reshape(-1, meta['dim'])
    keys = np.fromfile(f'{directory}/truth.u64', np.uint64).reshape(len(queries), -1)
    cosines = np.fromfile(f'{directory}/truth.f32', np.float32).reshape(len(queries), -1)
    return vectors, queries, keys, cosines


def faiss_index(name):
    def build(vectors, threads):
        import faiss
        faiss.omp_set_num_threads(threads)
        index = faiss.index_factory(vectors.shape[1], name, faiss.METRIC_INNER_PRODUCT)
        for start in range(0, len(vectors), 100_000):
            part = np.ascontiguousarray(vectors[start:start + 100_000])
            if not index.is_trained:
                index.train(part)
            index.add(part)

        def search(query, effort):
            if effort and 'IVF' in name:
                faiss.extract_index_ivf(index).nprobe = effort
            elif effort:
                index.k_factor = effort
            return index.search(query[None], 10)[1][0]
        size = len(faiss.serialize_index(index)) if len(vectors) <= 1_000_000 else 0
        return search, size
    return build


def usearch_index(kind, exact):
    def build(vectors, threads):
        from usearch.index import Index, search, MetricKind
        if exact:
            stored = np.ascontiguousarray(vectors.astype(np.float16) if kind == 'f16' else vectors)

            def run(query, _):
                query = query.astype(stored.dtype)
                return search(stored, query[None], 10, MetricKind.IP, exact=True, threads=threads).keys.ravel()
            return run, stored.nbytes
        index = Index(ndim=vectors.shape[1], metric='ip', dtype=kind, connectivity=16, expansion_add=128)
        for start in range(0, len(vectors), 50_000):
            part = np.ascontiguousarray(vectors[start:start + 50_000])
            index.add(np.arange(start, start + len(part)), part, threads=os.cpu_count())

        def run(query, effort):
            index.expansion_search = effort
            return index.search(query, 10, threads=1).keys
        return run, index.memory_usage
    return build


def hnswlib_index(vectors, _):
    import hnswlib
    index = hnswlib.Index('ip', vectors.shape[1])
    index.init_index(len(vectors), M=16, ef_construction=128)
    for start in range(0, len(vectors), 50_000):
        part = vectors[start:start + 50_000]
        index.add_items(part, np.arange(start, start + len(part)), num_threads=os.cpu_count())
    index.set_num_threads(1)

    def run(query, effort):
        index.set_ef(effort)
        return index.knn_query(query, 10)[0][0]
    return run, 0


# name: (build, efforts to try, graph)
ENGINES = {
    'faiss Flat': (faiss_index('Flat'), [0], False),
    'faiss SQfp16': (faiss_index('SQfp16'), [0], False),
    'faiss RaBitQfs + fp16 refine': (faiss_index('RaBitQfs,Refine(SQfp16)'), [10, 100, 1000], False),
    'faiss IVF1024,SQfp16': (faiss_index('IVF1024,SQfp16'), [64, 256, 512], False),
    'usearch exact f16': (usearch_index('f16', True), [0], False),
    'usearch HNSW f16': (usearch_index('f16', False), [64, 1024, 4096], True),
    'hnswlib': (hnswlib_index, [64, 1024, 4096], True),
}


def one(name, directory, faces, threads, limit):
    """Runs in a process of its own and prints one JSON line per effort."""
    vectors, queries, keys, cosines = load(directory)
    whole = faces >= len(vectors)
    vectors = vectors[:faces]
    if not whole:
        keys, cosines = brute(vectors, queries)
    build, efforts, _ = ENGINES[name]
    start = time.perf_counter()
    search, size = build(vectors, threads)
    built = time.perf_counter() - start
    for effort in efforts:
        search(queries[0], effort)
        times, found, mates, mates_found = [], 0, 0, 0
        for query, true, cosine in zip(queries[:limit], keys, cosines):
            start = time.perf_counter()
            answer = search(query, effort)
            times.append(time.perf_counter() - start)
            hit = np.isin(true, np.asarray(answer).astype(np.uint64))
            found += hit.sum()
            mates += (cosine >= .4).sum()
            mates_found += (hit & (cosine >= .4)).sum()
        print(json.dumps({
            'engine': name, 'effort': effort, 'faces': len(vectors), 'ms': float(np.median(times) * 1e3),
            'recall': float(found / (10 * len(times))), 'mates': float(mates_found / max(1, mates)),
            'bytes': size / len(vectors), 'build_s': built}), flush=True)


def brute(vectors, queries):
    best_keys = np.zeros((len(queries), 0), np.uint64)
    best = np.zeros((len(queries), 0), np.float32)
    for start in range(0, len(vectors), 50_000):
        scores = queries @ vectors[start:start + 50_000].T
        keys = np.broadcast_to(np.arange(start, start + scores.shape[1], dtype=np.uint64), scores.shape)
        scores, keys = np.hstack([best, scores]), np.hstack([best_keys, keys])
        order = np.argsort(-scores, 1)[:, :10]
        best, best_keys = np.take_along_axis(scores, order, 1), np.take_along_axis(keys, order, 1)
    return best_keys, best


def mien(command, arguments):
    result = subprocess.run(command.split() + arguments, check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--mien', required=True)
    parser.add_argument('--faces', type=int, default=1_000_000)
    parser.add_argument('--dim', type=int, default=512)
    parser.add_argument('--spectrum', default='isotropic')
    parser.add_argument('--queries', type=int, default=100)
    parser.add_argument('--hnsw-faces', type=int, default=300_000)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--skip', default='')
    parser.add_argument('--one', nargs=5, metavar=('NAME', 'DIR', 'FACES', 'THREADS', 'QUERIES'), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, directory, *numbers = options.one
        return one(name, directory, *map(int, numbers))
    rows = []
    with tempfile.TemporaryDirectory(prefix='mien-peers-') as directory:
        shape = ['--dim', str(options.dim), '--spectrum', options.spectrum, '--queries', str(options.queries),
                 '--threads', str(options.threads)]
        dump = ['--dump', f'{directory}/data', '--dir', f'{directory}/index']
        ours = mien(options.mien, ['--faces', str(options.faces), *shape, *dump])
        small = mien(options.mien, ['--faces', str(options.hnsw_faces), *shape, '--dir', f'{directory}/index'])
        for figures in (ours, small):
            for label, key in (('floor', 'p50_ms'), ('floor 0.40', 'p50_ms_floor_040'), ('no floor', 'p50_ms_no_floor')):
                label = f"cosine >= {figures['floor_cosine']:.2f}" if label == 'floor' else label
                rows.append(dict(engine=f'mien, {label}', effort='', faces=figures['faces'], ms=figures[key],
                                 recall=figures['recall_at_10'], mates=1.0, bytes=figures['hot_bytes_per_face'],
                                 build_s=figures['faces'] / figures['build_vectors_per_second']))
        for name, (_, _, graph) in ENGINES.items():
            if any(skipped and skipped in name for skipped in options.skip.split(',')):
                continue
            faces = options.hnsw_faces if graph else options.faces
            command = [sys.executable, __file__, '--mien', '-', '--one', name, f'{directory}/data', str(faces),
                       str(options.threads), str(options.queries)]
            result = subprocess.run(command, capture_output=True, text=True)
            rows += [json.loads(line) for line in result.stdout.splitlines() if line.startswith('{')]
            if result.returncode:
                print(f'{name}: {result.stderr.strip().splitlines()[-1:]}', file=sys.stderr)
    base = {figures['faces']: figures['p50_ms_no_floor'] for figures in (ours, small)}
    print('| engine | effort | faces | ms a query | recall@10 | of matches | bytes a vector | build s | times mien (no floor) |')
    print('|---|---|---|---|---|---|---|---|---|')
    for row in rows:
        print('| {engine} | {effort} | {faces:,} | {ms:.2f} | {recall:.3f} | {mates:.3f} | {bytes:.0f} | {build_s:.0f} |'
              .format(**row), '%.1f |' % (row['ms'] / base[row['faces']]))


if __name__ == '__main__':
    main()
