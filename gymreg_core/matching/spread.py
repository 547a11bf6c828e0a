"""Sharing a number of seats out over study paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def spread(total: int, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """`total` >= 0 in whole parts in proportion to `weights` (p,), by largest remainder, the first of equals first.

    Where all weights are 0 the parts are as equal as can be. With total <= sum(weights) no part is above its weight.
    """
    shares = weights if weights.sum() > 0 else np.ones(len(weights), np.int64)
    whole, rest = np.divmod(total * shares, int(shares.sum()))
    left = total - int(whole.sum())
    whole[np.argsort(-rest, kind="stable")[:left]] += 1
    return np.asarray(whole, dtype=np.int64)
