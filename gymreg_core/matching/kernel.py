"""Applicant-proposing deferred acceptance on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.input_check import check_market

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

NONE = -1
"""In `choices`, `seat` and `rank`: no choice, no seat."""
NOT_ELIGIBLE: int = np.iinfo(np.int64).min
"""In `keys`: the applicant cannot be admitted by that choice. In `cutoff_key`: seats are left, all eligible got in."""

SHUT: int = np.iinfo(np.int64).max
"""In `cutoff_key`: no seat is left, and none was there for anyone by this order; no key reaches it."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who sits where.

    seat : int32 (n,), index of the study path, NONE where no seat.
    rank : int32 (n,), place of that choice in the applicant's row, 0 = first column, NONE where no seat.
    cutoff_key : int64 (m,), lowest key admitted where the path is full, NOT_ELIGIBLE where seats are left,
        SHUT where there are no seats at all.
    admitted : int32 (m,), persons.
    """

    seat: Int32
    rank: Int32
    cutoff_key: Int64
    admitted: Int32


def deferred_acceptance(choices: Int32, keys: Int64, capacity: Int32) -> Assignment:
    """The stable assignment that is best for every applicant (Gale and Shapley 1962).

    choices : int32 (n, k), study-path index, best first, NONE = no choice.
    keys : int64 (n, k), priority at that choice, higher first, NOT_ELIGIBLE = cannot be admitted;
        or int64 (n,) where every path ranks by one common list.
    capacity : int32 (m,), seats.
    Errors: BadParameters for arrays of other types or shapes; BadInput for a path that there is not, a path twice in a
    list, seats below 0, or equal keys at a path (ties are broken before).
    """
    check_market(choices, keys, capacity)
    if keys.ndim == 1:
        keys = np.broadcast_to(keys[:, None], choices.shape).copy()
    return Assignment(*_solve(choices, keys, capacity))


@numba.njit(cache=True)
def _solve(choices: Any, keys: Any, capacity: Any) -> Any:  # noqa: C901, PLR0912, PLR0915
    n, k = choices.shape
    m = capacity.shape[0]
    start = np.zeros(m + 1, np.int64)
    for j in range(m):
        start[j + 1] = start[j] + capacity[j]
    heap_key = np.empty(start[m], np.int64)
    heap_who = np.empty(start[m], np.int32)
    size = np.zeros(m, np.int32)
    rank = np.full(n, -1, np.int32)
    seat = np.full(n, -1, np.int32)
    for first in range(n):
        i = first
        while i >= 0:
            bumped = -1
            c = rank[i] + 1
            seat[i] = -1
            while c < k:
                j = choices[i, c]
                key = keys[i, c]
                if j < 0 or key == NOT_ELIGIBLE or capacity[j] == 0:
                    c += 1
                    continue
                base = start[j]
                if size[j] < capacity[j]:
                    p = size[j]
                    size[j] += 1
                    while p > 0 and heap_key[base + (p - 1) // 2] > key:
                        heap_key[base + p] = heap_key[base + (p - 1) // 2]
                        heap_who[base + p] = heap_who[base + (p - 1) // 2]
                        p = (p - 1) // 2
                    heap_key[base + p], heap_who[base + p] = key, i
                    seat[i] = j
                    break
                if heap_key[base] < key:
                    bumped = heap_who[base]
                    p, s = 0, size[j]
                    while True:
                        child = 2 * p + 1
                        if child >= s:
                            break
                        if child + 1 < s and heap_key[base + child + 1] < heap_key[base + child]:
                            child += 1
                        if heap_key[base + child] >= key:
                            break
                        heap_key[base + p], heap_who[base + p] = heap_key[base + child], heap_who[base + child]
                        p = child
                    heap_key[base + p], heap_who[base + p] = key, i
                    seat[i] = j
                    break
                c += 1
            rank[i] = c
            i = bumped
    cutoff = np.full(m, NOT_ELIGIBLE, np.int64)
    for j in range(m):
        if size[j] == capacity[j]:
            cutoff[j] = heap_key[start[j]] if size[j] > 0 else SHUT
    for i in range(n):
        if seat[i] < 0:
            rank[i] = -1
    return seat, rank, cutoff, size
