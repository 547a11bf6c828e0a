"""Markets drawn from a seed, in two sizes: a region's, to measure with, and small ones that can be searched through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NOT_ELIGIBLE

Arrays = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]
SEATS_PER_PATH = 26
APPLICANTS_PER_PATH = 25


def region(n: int, seed: int, *, width: int = 20, noise: float = 0.3) -> Arrays:
    """Choices, keys (n, width) and capacity like a region's: 25 applicants a path, 1-20 choices with a mean of 6.2.

    Paths are sought unequally. A key is merit common to all paths plus `noise` (standard deviations) of the path's own;
    with noise 0 the key is the same at every path.
    """
    rng = np.random.default_rng(seed)
    m = max(2, n // APPLICANTS_PER_PATH)
    liked = np.cumsum(rng.lognormal(0.0, 1.0, m))
    length = np.clip(rng.geometric(1 / 6.4, n), 1, width)
    choices = np.searchsorted(liked, rng.random((n, width)) * liked[-1]).astype(np.int32)
    choices = np.minimum(choices, m - 1)
    choices[np.arange(width) >= length[:, None]] = -1
    for column in range(1, width):
        again = (choices[:, :column] == choices[:, column : column + 1]).any(axis=1)
        choices[again, column] = -1
    capacity = rng.integers(SEATS_PER_PATH // 2, SEATS_PER_PATH * 3 // 2, m).astype(np.int32)
    merit = rng.normal(size=(n, 1)) + noise * rng.normal(size=(n, width))
    order = np.rint((merit + 10) * 1000).astype(np.int64)
    return choices, (order << 21) | rng.permutation(n)[:, None], capacity


def common(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """One list for all paths (n,) out of the first column of keys."""
    return np.ascontiguousarray(keys[:, 0])


def small(rng: np.random.Generator, *, n_most: int = 7, m_most: int = 5) -> Arrays:
    """A few applicants with lists of any length, holes in them, choices they are not eligible for, and paths without seats."""
    n, m = int(rng.integers(1, n_most + 1)), int(rng.integers(1, m_most + 1))
    width = int(rng.integers(1, m + 2))
    choices = np.full((n, width), -1, np.int32)
    keys = np.full((n, width), NOT_ELIGIBLE, np.int64)
    capacity = rng.integers(0, 4, m).astype(np.int32)
    own = np.argsort(rng.random((m, n)), axis=1) - int(rng.integers(0, n + 1))
    for i in range(n):
        count = int(rng.integers(0, min(m, width) + 1))
        columns = np.sort(rng.permutation(width)[:count])
        choices[i, columns] = rng.permutation(m)[:count]
        for c in columns:
            keys[i, c] = own[choices[i, c], i] if rng.random() < 0.85 else NOT_ELIGIBLE
    return choices, keys, capacity
