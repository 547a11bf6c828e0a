"""Order and lottery: from what decides between applicants to keys that no two share at a study path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import NOT_ELIGIBLE, Int32, Int64
from gymreg_core.matching.market import Bools

LOTTERY_BITS = 21
"""Room for the lottery below the order: up to two million applicants."""
_ROOM = 1 << 62


def dense_order(fields: Sequence[Int64 | Int32], eligible: Bools) -> Int64:
    """Classes of choices that only a lottery can tell apart: int64 (n, k), higher first, else NOT_ELIGIBLE.

    fields : (n, k) each, higher wins, the first decides before the second and so on. eligible : bool (n, k).
    Classes run from 0 without gaps over the whole table, so that they stay small.
    """
    order = np.full(eligible.shape, NOT_ELIGIBLE, np.int64)
    if not eligible.any():
        return order
    packed, span = np.zeros(int(eligible.sum()), np.int64), 1
    for field in fields:
        values = np.asarray(field)[eligible].astype(np.int64)
        values = values - values.min()
        wide = int(values.max()) + 1
        if span * wide >= _ROOM:
            packed, span = _dense(packed)
            values, wide = _dense(values)
        packed, span = packed * wide + values, span * wide
    order[eligible] = _dense(packed)[0]
    return order


def _dense(values: Int64) -> tuple[Int64, int]:
    known, place = np.unique(values, return_inverse=True)
    return place.astype(np.int64), len(known)


def keys_of(order: Int64, lottery: Int64) -> Int64:
    """Keys of the open order (n, k), higher first: the class, and the lottery where two share one.

    order : int64 (n, k) of `dense_order`. lottery : int64 (n,) or (n, k), 0 <= value < 2**LOTTERY_BITS.
    """
    drawn = lottery[:, None] if lottery.ndim == 1 else lottery
    return np.where(order == NOT_ELIGIBLE, NOT_ELIGIBLE, (order << LOTTERY_BITS) | drawn).astype(np.int64)


def draw_lottery(n: int, seed: int | Sequence[int], *, per_path: Int32 | None = None) -> Int64:
    """Lots: a permutation of 0..n-1 for all paths, or with `per_path` = choices (n, k) one at each path.

    The same seed gives the same lots, and further applicants leave the order among the first as it is.
    Errors: BadParameters for more applicants than the keys have room for.
    """
    if n > 1 << LOTTERY_BITS:
        raise BadParameters(f"a lottery has room for {1 << LOTTERY_BITS} applicants, not for {n}", where="applicants")
    rng = np.random.default_rng(seed)
    if per_path is None:
        drawn = np.empty(n, np.int64)
        drawn[np.argsort(rng.random(n), kind="stable")] = np.arange(n)
        return drawn
    lots, path = np.zeros(per_path.shape, np.int64), per_path.ravel()
    order = np.lexsort((rng.random(path.size), path))
    sorted_path = path[order]
    first = np.searchsorted(sorted_path, sorted_path)
    lots.ravel()[order] = np.where(sorted_path >= 0, np.arange(path.size) - first, 0)
    return lots
