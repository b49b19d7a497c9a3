"""Covariance spectrum of embeddings, as numbers for crates/mien-index/src/bench/spectrum.rs.

usage: spectrum.py EMBEDDINGS.npy     (rows of one embedder's vectors of LFW, any scale; needs numpy)
Prints the eigenvalues of the second moment matrix of the unit vectors (they sum to 1), largest first, and what they imply.
"""
import sys

import numpy as np

vectors = np.load(sys.argv[1]).astype(np.float64)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
moments = vectors.T @ vectors / len(vectors)
eigenvalues = np.clip(np.linalg.eigvalsh(moments)[::-1], 0, None)
random = np.random.default_rng(1)
a, b = random.integers(0, len(vectors), (2, 2_000_000))
cosines = (vectors[a] * vectors[b]).sum(1)[a != b]
print('dim', vectors.shape[1], 'rows', len(vectors), 'mean length', np.linalg.norm(vectors.mean(0)), file=sys.stderr)
print('sd of cosines of strangers: implied %.4f, seen %.4f (mean %.4f); one in a hundred reaches %.4f'
      % (np.sqrt((eigenvalues ** 2).sum()), cosines.std(), cosines.mean(), np.quantile(cosines, .99)), file=sys.stderr)
for start in range(0, len(eigenvalues), 12):
    print('    ' + ' '.join('%.2e,' % value for value in eigenvalues[start:start + 12]))
