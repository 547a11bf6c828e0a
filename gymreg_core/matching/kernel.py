"""Applicant-proposing deferred acceptance on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.input_check import check_shapes, examine, refuse

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

NONE = -1
"""In `choices`, `seat` and `rank`: no choice, no seat."""
NOT_ELIGIBLE: int = np.iinfo(np.int64).min
"""In `keys`: the applicant cannot be admitted by that choice. In `cutoff_key`: seats are left, all eligible got in."""

SHUT: int = np.iinfo(np.int64).max
"""In `cutoff_key`: no seat is left, and none was there for anyone by this order; no key reaches it."""
_WORD = 64
AHEAD = 8


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
    check_shapes(choices, keys, capacity)
    sound, holes = examine(choices, keys, capacity)
    if not sound:
        refuse(choices, keys, capacity)
    if keys.ndim > 1:
        return own_orders(choices, keys, capacity, holes=holes)
    distinct, found = one_common_list(choices, keys, capacity, holes=holes)
    if not distinct:
        refuse(choices, keys, capacity)
    return found


def own_orders(choices: Int32, keys: Int64, capacity: Int32, *, holes: bool) -> Assignment:
    """Deferred acceptance on checked arrays with keys (n, k). holes : whether a row may have a choice after a NONE.

    Whoever asks first decides nothing; best first, few are bumped.
    """
    bits = max(1, len(choices).bit_length())
    order, fits, _ = _packed(keys[:, :1].max(axis=1, initial=NOT_ELIGIBLE), bits)
    if fits:
        order.sort()
    return Assignment(*_by_heaps(choices, keys, capacity, order, bits, holes))


def one_common_list(choices: Int32, keys: Int64, capacity: Int32, *, holes: bool) -> tuple[bool, Assignment]:
    """The same with keys (n,), where it is picking in order; and whether no two keys are equal."""
    bits = max(1, len(choices).bit_length())
    distinct, *found = _in_order(choices, capacity, keys, _best_first(keys, bits), bits, holes)
    return distinct, Assignment(*found)


def _best_first(keys: Int64, bits: int) -> NDArray[np.uint64]:
    """The applicants that have a key, highest first: the row in the lowest bits, above them the same for equal keys."""
    order: NDArray[np.uint64]
    order, fits, known = _packed(keys, bits)
    if fits:
        order.sort()
        return order[:known]
    row = np.flatnonzero(keys != NOT_ELIGIBLE)
    row = row[np.argsort(keys[row], kind="stable")[::-1]]
    step = np.cumsum(np.append(False, np.diff(keys[row]) != 0)[: len(row)])
    return (step.astype(np.uint64) << np.uint64(bits)) | row.astype(np.uint64)


@numba.njit(cache=True)
def _packed(keys: Any, bits: Any) -> Any:
    """How far each key lies below the highest, and the row in the lowest bits; NOT_ELIGIBLE lies below all others.

    Also whether that fits, else it is the rows alone; and how many are eligible.
    """
    lowest, highest, known = SHUT, NOT_ELIGIBLE, len(keys)
    for key in keys:
        lowest, highest = min(lowest, key), max(highest, key)
    if lowest == NOT_ELIGIBLE:
        lowest, known = SHUT, 0
        for key in keys:
            if key != NOT_ELIGIBLE:
                lowest, known = min(lowest, key), known + 1
    bottom = lowest - 1
    fits = known > 0 and (np.uint64(highest) - np.uint64(bottom)) >> np.uint64(_WORD - bits) == 0
    packed = np.arange(len(keys)).astype(np.uint64)
    if fits:
        for i in range(len(keys)):
            packed[i] |= (np.uint64(highest) - np.uint64(max(bottom, keys[i]))) << np.uint64(bits)
    return packed, fits, known


@numba.njit(cache=True)
def _in_order(choices: Any, capacity: Any, keys: Any, order: Any, bits: Any, holes: Any) -> Any:
    """One after the other takes the best choice that has a seat left; and whether no two keys are equal."""
    n, k = choices.shape
    left = capacity.copy()
    rank, seat = np.full(n, NONE, np.int32), np.full(n, NONE, np.int32)
    cutoff = np.where(capacity == 0, SHUT, NOT_ELIGIBLE)
    above, row = np.uint64(bits), np.uint64((1 << bits) - 1)
    distinct = True
    for t in range(1, len(order)):
        distinct &= order[t] >> above != order[t - 1] >> above
    ahead = len(order) - AHEAD if k else 0
    for t in range(len(order)):
        if t < ahead:
            # Always true: reading the row brings it near before its turn, a fifth of the time.
            distinct &= choices[np.int64(order[t + AHEAD] & row), 0] >= NONE
        i = np.int64(order[t] & row)
        for c in range(k):
            j = choices[i, c]
            if j < 0:
                if holes:
                    continue
                break
            if left[j] > 0:
                left[j] -= 1
                seat[i], rank[i] = j, c
                if left[j] == 0:
                    cutoff[j] = keys[i]
                break
    return distinct, seat, rank, cutoff, capacity - left


@numba.njit(cache=True)
def _by_heaps(choices: Any, keys: Any, capacity: Any, order: Any, bits: Any, holes: Any) -> Any:  # noqa: C901
    """One after the other asks down the list; whoever is bumped goes on from the next choice, before the next one asks.

    The seats of a full path are a heap, the lowest key first; to_beat is that key, NOT_ELIGIBLE while seats are left.
    """
    n, k = choices.shape
    m = len(capacity)
    start = np.zeros(m + 1, np.int64)
    start[1:] = np.cumsum(capacity)
    heap_key, heap_who = np.empty(start[m], np.int64), np.empty(start[m], np.int32)
    size = np.zeros(m, np.int32)
    to_beat = np.where(capacity == 0, SHUT, NOT_ELIGIBLE)
    rank, seat = np.full(n, NONE, np.int32), np.full(n, NONE, np.int32)
    row = np.uint64((1 << bits) - 1)
    for packed in order:
        i, c = np.int64(packed & row), 0
        while i >= 0:
            bumped: Any = NONE
            while c < k:
                j = choices[i, c]
                if j >= 0:
                    key = keys[i, c]
                    if key > to_beat[j]:
                        top, full = start[j], capacity[j]
                        if size[j] == full:
                            bumped = heap_who[top]
                            _sink(heap_key, heap_who, top, full, 0, key, i)
                        else:
                            heap_key[top + size[j]], heap_who[top + size[j]] = key, i
                            size[j] += 1
                            if size[j] == full:
                                for p in range(full // 2 - 1, -1, -1):
                                    _sink(heap_key, heap_who, top, full, p, heap_key[top + p], heap_who[top + p])
                        if size[j] == full:
                            to_beat[j] = heap_key[top]
                        seat[i], rank[i] = j, c
                        break
                elif not holes:
                    c = k - 1
                c += 1
            if c == k:
                seat[i], rank[i] = NONE, NONE
            i = bumped
            c = rank[i] + 1
    return seat, rank, to_beat, size


@numba.njit(cache=True)
def _sink(heap_key: Any, heap_who: Any, top: Any, size: Any, hole: Any, key: Any, who: Any) -> None:
    """Put (key, who) into the hole of the heap that begins at `top`, or below it."""
    place, child = hole, 2 * hole + 1
    while child < size:
        if child + 1 < size and heap_key[top + child + 1] < heap_key[top + child]:
            child += 1
        if heap_key[top + child] >= key:
            break
        heap_key[top + place], heap_who[top + place] = heap_key[top + child], heap_who[top + child]
        place, child = child, 2 * child + 1
    heap_key[top + place], heap_who[top + place] = key, who
