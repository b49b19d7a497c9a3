"""Mean and covariance spectrum of embeddings, as numbers for crates/mien-index/src/bench/spectrum.

usage: spectrum.py NAME EMBEDDINGS.npy     (rows of one embedder's vectors of LFW, any scale; needs numpy)
Prints a Rust table of the unit vectors' mean and deviations along the directions in which they vary, greatest variance first.
Directions in which nearly nothing varies are left out: they are zero. On the error output: what the numbers imply.
"""
import sys

import numpy as np

name = sys.argv[1]
vectors = np.load(sys.argv[2]).astype(np.float64)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
mean = vectors.mean(0)
variances, directions = np.linalg.eigh((vectors - mean).T @ (vectors - mean) / len(vectors))
order = np.argsort(-variances)
deviations = np.sqrt(np.clip(variances[order], 0, None))
# The sign of a direction does not matter.
means = np.abs(directions[:, order].T @ mean)
random = np.random.default_rng(1)
a, b = random.integers(0, len(vectors), (2, 2_000_000))
parts = [(vectors[a[at:at + 10_000]] * vectors[b[at:at + 10_000]]).sum(1) for at in range(0, len(a), 10_000)]
cosines = np.concatenate(parts)[a != b]
kept = np.count_nonzero((deviations > 1e-3) | (means > 1e-3))
print('dim', vectors.shape[1], 'rows', len(vectors), 'directions', kept, 'length of the mean', np.linalg.norm(mean), file=sys.stderr)
print('cosines of two vectors: mean %.4f, deviation %.4f; one in a hundred reaches %.4f'
      % (cosines.mean(), cosines.std(), np.quantile(cosines, .99)), file=sys.stderr)
print(f'pub(super) const {name.upper()}: [(f32, f32); {kept}] = [')
pairs = ['(%.1e, %.2e),' % pair for pair in zip(means[:kept], deviations[:kept])]
for start in range(0, kept, 6):
    print('    ' + ' '.join(pairs[start:start + 6]))
print('];')
