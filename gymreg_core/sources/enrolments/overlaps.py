"""Which rows of somebody hold at the same time as another of the same person's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_NEVER = np.iinfo(np.int64).max


def overlapping(whose: NDArray[Any], start: NDArray[Any], stop: NDArray[Any]) -> NDArray[np.bool_]:
    """Rows (n,) that share a day with another row of the same person.

    `whose` (n,): row numbers. `start`, `stop` datetime64 (n,): first and last day, a missing stop being none; no stop
    is before its start.
    """
    if not len(whose):
        return np.zeros(0, np.bool_)
    first = start.astype("datetime64[D]").astype(np.int64)
    last = np.where(np.isnat(stop), _NEVER, stop.astype("datetime64[D]").astype(np.int64))
    order = np.lexsort((first, whose))
    whose, first, last = whose[order], first[order], last[order]
    same = whose[1:] == whose[:-1]
    with_next = np.append(same & (first[1:] <= last[:-1]), False)
    # How far the earlier rows of the same person reach: a running maximum that begins anew with each person.
    days, rank = np.unique(last, return_inverse=True)
    floor = np.append(0, np.cumsum(~same)) * len(days)
    reach = days[np.maximum.accumulate(floor + rank) - floor]
    with_earlier = np.append(False, same & (first[1:] <= reach[:-1]))
    found = np.zeros(len(whose), np.bool_)
    found[order] = with_next | with_earlier
    return found
