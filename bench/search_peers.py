"""Mien's search beside FAISS, USearch and hnswlib on the same vectors, in one run on one machine.

usage: search_peers.py --mien "target/release/mien bench search" [--faces 1000000] [--graph-faces 300000] [--dim 512]
       [--spectrum isotropic] [--queries 100] [--skip NAME,...] [--dir DIR] [--stage all|build|measure] [--budget SECONDS]
       needs: pip install numpy faiss-cpu usearch hnswlib

The vectors are made by `mien bench search --dump DIR` (unit f32 vectors, queries, and the true ten nearest of each), so that every
engine gets exactly the same ones. Engines that build graphs get a smaller set of their own, and Mien is measured on both. Each engine
runs in its own process, alone, one query after the other by one thread; the median counts. Prints a Markdown table: milliseconds a
query, recall@10 (share of the true ten nearest that are found), the same among matches of cosine 0.4 and more, memory a vector, and
the ratio of its time to Mien's without a floor (same recall) and at a floor of 0.4 (same matches).

Building takes long. With --dir what is built stays there: `--stage build` may be run as often as needed, each time at most --budget
seconds for an engine (graphs go on where they stopped), and `--stage measure` then takes all times in one go.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

BATCH = 10_000


def load(directory):
    meta = json.load(open(f'{directory}/meta.json'))
    vectors = np.memmap(f'{directory}/vectors.f32', np.float32, 'r').reshape(-1, meta['dim'])
    queries = np.fromfile(f'{directory}/queries.f32', np.float32).reshape(-1, meta['dim'])
    keys = np.fromfile(f'{directory}/truth.u64', np.uint64).reshape(len(queries), -1)
    cosines = np.fromfile(f'{directory}/truth.f32', np.float32).reshape(len(queries), -1)
    return vectors, queries, keys, cosines


class Faiss:
    """An index by its factory name. `kept`: worth keeping on disk, because training it takes long."""

    def __init__(self, name, kept=False):
        import faiss
        faiss.omp_set_num_threads(1)
        self.faiss, self.name, self.kept = faiss, name, kept

    def build(self, vectors, path, _):
        self.faiss.omp_set_num_threads(os.cpu_count())
        if os.path.exists(path):
            self.index = self.faiss.read_index(path)
        else:
            self.index = self.faiss.index_factory(vectors.shape[1], self.name, self.faiss.METRIC_INNER_PRODUCT)
            for start in range(0, len(vectors), 100_000):
                part = np.ascontiguousarray(vectors[start:start + 100_000])
                if not self.index.is_trained:
                    self.index.train(part)
                self.index.add(part)
            if self.kept:
                self.faiss.write_index(self.index, path)
        self.faiss.omp_set_num_threads(1)
        return True

    def search(self, query, effort):
        if effort and 'IVF' in self.name:
            self.faiss.extract_index_ivf(self.index).nprobe = effort
        elif effort:
            self.index.k_factor = effort
        return self.index.search(query[None], 10)[1][0]

    def size(self, vectors):
        if self.kept:
            return len(self.faiss.serialize_index(self.index))
        return vectors.size * (4 if self.name == 'Flat' else 2)


class UsearchExact:
    def __init__(self, kept=False):
        self.kept = kept

    def build(self, vectors, path, _):
        self.stored = np.concatenate([vectors[at:at + BATCH].astype(np.float16) for at in range(0, len(vectors), BATCH)])
        return True

    def search(self, query, _):
        from usearch.index import MetricKind, search
        query = query.astype(self.stored.dtype)[None]
        return search(self.stored, query, 10, MetricKind.IP, exact=True, threads=1).keys.ravel()

    def size(self, vectors):
        return self.stored.nbytes


class Usearch:
    kept = True

    def build(self, vectors, path, until):
        from usearch.index import Index
        self.index = Index(ndim=vectors.shape[1], metric='ip', dtype='f16', connectivity=16, expansion_add=128)
        if os.path.exists(path):
            self.index.load(path)
        before = len(self.index)
        while len(self.index) < len(vectors) and time.time() < until:
            start = len(self.index)
            part = np.ascontiguousarray(vectors[start:start + BATCH])
            self.index.add(np.arange(start, start + len(part)), part, threads=os.cpu_count())
        if len(self.index) > before:
            self.index.save(path)
        return len(self.index) == len(vectors)

    def search(self, query, effort):
        self.index.expansion_search = effort
        return self.index.search(query, 10, threads=1).keys

    def size(self, vectors):
        return self.index.memory_usage


class Hnswlib:
    kept = True

    def build(self, vectors, path, until):
        import hnswlib
        self.index = hnswlib.Index('ip', vectors.shape[1])
        if os.path.exists(path):
            self.index.load_index(path, max_elements=len(vectors))
        else:
            self.index.init_index(len(vectors), M=16, ef_construction=128)
        before = self.index.get_current_count()
        while self.index.get_current_count() < len(vectors) and time.time() < until:
            start = self.index.get_current_count()
            part = vectors[start:start + BATCH]
            self.index.add_items(part, np.arange(start, start + len(part)), num_threads=os.cpu_count())
        if self.index.get_current_count() > before:
            self.index.save_index(path)
        self.path = path
        self.index.set_num_threads(1)
        return self.index.get_current_count() == len(vectors)

    def search(self, query, effort):
        self.index.set_ef(effort)
        return self.index.knn_query(query, 10)[0][0]

    def size(self, vectors):
        return os.path.getsize(self.path)


# name: (engine, efforts to try, whether it builds a graph)
ENGINES = {
    'faiss Flat': (lambda: Faiss('Flat'), [0], False),
    'faiss SQfp16': (lambda: Faiss('SQfp16'), [0], False),
    'faiss RaBitQfs + fp16 refine': (lambda: Faiss('RaBitQfs,Refine(SQfp16)', True), [10, 100, 1000], False),
    'faiss IVF1024,SQfp16': (lambda: Faiss('IVF1024,SQfp16', True), [64, 256, 512], False),
    'usearch exact f16': (UsearchExact, [0], False),
    'usearch HNSW f16': (Usearch, [64, 1024, 4096], True),
    'hnswlib': (Hnswlib, [64, 1024, 4096], True),
}


def one(name, directory, stage, budget, limit):
    """Runs in a process of its own and prints one JSON line per effort; on --stage build nothing."""
    engine, efforts, _ = ENGINES[name]
    engine = engine()
    if stage == 'build' and not engine.kept:
        return 0
    vectors, queries, keys, cosines = load(directory)
    path = f"{directory}/{name.replace(' ', '_')}"
    start = time.perf_counter()
    until = time.time() + (budget if stage == 'build' else 0 if stage == 'measure' else 1e9)
    whole = engine.build(vectors, path, until)
    print(f'{name}: {"built" if whole else "not finished"} after {time.perf_counter() - start:.0f} s', file=sys.stderr)
    if stage == 'build' or not whole:
        return 0 if whole else 3
    for effort in efforts:
        engine.search(queries[0], effort)
        times, found, mates, mates_found = [], 0, 0, 0
        for query, true, cosine in zip(queries[:limit], keys, cosines):
            start = time.perf_counter()
            answer = engine.search(query, effort)
            times.append(time.perf_counter() - start)
            hit = np.isin(true, np.asarray(answer).astype(np.uint64))
            found += hit.sum()
            mates += (cosine >= .4).sum()
            mates_found += (hit & (cosine >= .4)).sum()
        print(json.dumps({
            'engine': name, 'effort': effort, 'faces': len(vectors), 'ms': float(np.median(times) * 1e3),
            'recall': float(found / (10 * len(times))), 'mates': float(mates_found / max(1, mates)),
            'bytes': engine.size(vectors) / len(vectors)}), flush=True)
    return 0


def mien(options, faces, directory, build_only):
    command = [*options.mien.split(), '--faces', str(faces), '--dim', str(options.dim), '--spectrum', options.spectrum,
               '--queries', str(options.queries), '--threads', '1', '--dir', f'{directory}/mien', '--keep']
    if not os.path.exists(f'{directory}/meta.json'):
        command += ['--dump', directory]
    if build_only:
        command += ['--prepare']
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(result.stdout)


def rows_of_mien(figures):
    labels = [(f"cosine >= {figures['floor_cosine']:.2f}", 'p50_ms'), ('cosine >= 0.40', 'p50_ms_floor_040'),
              ('no floor', 'p50_ms_no_floor')]
    for label, key in labels:
        yield dict(engine=f'mien, {label}', effort='', faces=figures['faces'], ms=figures[key], recall=figures['recall_at_10'],
                   mates=1.0, bytes=figures['hot_bytes_per_face'])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--mien', required=True)
    parser.add_argument('--faces', type=int, default=1_000_000)
    parser.add_argument('--graph-faces', type=int, default=300_000)
    parser.add_argument('--dim', type=int, default=512)
    parser.add_argument('--spectrum', default='isotropic')
    parser.add_argument('--queries', type=int, default=100)
    parser.add_argument('--skip', default='')
    parser.add_argument('--dir')
    parser.add_argument('--stage', choices=['all', 'build', 'measure'], default='all')
    parser.add_argument('--budget', type=int, default=240)
    parser.add_argument('--one', nargs=3, metavar=('NAME', 'DIR', 'STAGE'), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sys.exit(one(*options.one, options.budget, options.queries))
    with tempfile.TemporaryDirectory(prefix='mien-peers-') as temporary:
        run(options, options.dir or temporary)


def run(options, root):
    rows, mien_ms, finished = [], {}, True
    chosen = {name: graph for name, (_, _, graph) in ENGINES.items()
              if not any(skipped and skipped in name for skipped in options.skip.split(','))}
    for graph, faces in ((False, options.faces), (True, options.graph_faces)):
        if graph not in chosen.values():
            continue
        directory = f'{root}/{"graph" if graph else "flat"}-{faces}'
        os.makedirs(directory, exist_ok=True)
        figures = mien(options, faces, directory, options.stage == 'build')
        if options.stage != 'build':
            rows += rows_of_mien(figures)
            mien_ms[faces] = (figures['p50_ms_no_floor'], figures['p50_ms_floor_040'])
        for name in (name for name in chosen if chosen[name] == graph):
            command = [sys.executable, __file__, '--mien', '-', '--one', name, directory, options.stage,
                       '--budget', str(options.budget), '--queries', str(options.queries)]
            result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            rows += [json.loads(line) for line in result.stdout.splitlines() if line.startswith('{')]
            finished &= result.returncode == 0
    if options.stage == 'build':
        sys.exit(0 if finished else 3)
    print('| engine | effort | faces | ms a query | recall@10 | of matches | bytes a vector | times mien, no floor | times mien, floor 0.40 |')
    print('|---|---|---|---|---|---|---|---|---|')
    for row in rows:
        no_floor, floor = mien_ms[row['faces']]
        print('| {engine} | {effort} | {faces:,} | {ms:.2f} | {recall:.3f} | {mates:.3f} | {bytes:.0f} |'.format(**row),
              '%.1f | %.1f |' % (row['ms'] / no_floor, row['ms'] / floor))


if __name__ == '__main__':
    main()
