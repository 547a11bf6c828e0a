"""Whole numbers that add up: dividing a total by weights within bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_HALVINGS = 60


def spread(total: float, weights: ArrayLike, low: ArrayLike = 0, high: ArrayLike = np.inf) -> Ints:
    """Divide `total` in proportion to `weights`, each part between `low` and `high`.

    Parameters
    ----------
    total : the sum to reach; rounded, and moved to the nearest sum that the bounds allow.
    weights : shape (N,), not negative; where all are zero, parts are equal before bounds.
    low, high : shape (N,) or scalars, whole numbers (high may be infinite).

    Returns
    -------
    shape (N,) whole numbers. The fractions are rounded by largest remainder, ties to the first.
    """
    weight = np.asarray(weights, dtype=np.float64)
    if not len(weight):
        return np.zeros(0, dtype=np.int64)
    weight = np.maximum(weight, weight.max() * 1e-9) if weight.any() else np.ones_like(weight)
    least = np.broadcast_to(np.asarray(low, dtype=np.float64), weight.shape)
    most = np.broadcast_to(np.asarray(high, dtype=np.float64), weight.shape)
    goal = float(np.clip(round(total), least.sum(), most.sum()))
    most = np.minimum(most, np.maximum(least, goal))
    parts = np.clip(weight * _multiplier(goal, weight, least, most), least, most)
    whole = np.floor(parts + 1e-9)
    return _top_up(whole, parts - whole, most, least, round(goal - whole.sum()))


def _multiplier(goal: float, weight: Floats, least: Floats, most: Floats) -> float:
    below, above = 0.0, (goal + 1.0) / float(weight.min())
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        if float(np.clip(weight * middle, least, most).sum()) < goal:
            below = middle
        else:
            above = middle
    return above


def _top_up(whole: Floats, remainder: Floats, most: Floats, least: Floats, missing: int) -> Ints:
    while missing:
        step = 1 if missing > 0 else -1
        room = whole + step <= most if step > 0 else whole + step >= least
        order = np.argsort(-step * remainder, kind="stable")
        chosen = order[room[order]][: abs(missing)]
        if not len(chosen):
            break
        whole[chosen] += step
        missing -= step * len(chosen)
    return whole.astype(np.int64)
