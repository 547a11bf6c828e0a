"""Other mechanisms through the same door as deferred acceptance, to compare with."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.input_check import check_market
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT, Assignment, Int32, Int64, deferred_acceptance


def immediate_acceptance(choices: Int32, keys: Int64, capacity: Int32) -> Assignment:
    """First choices are served first, for good; then second choices from what is left (the Boston mechanism).

    The same as deferred acceptance where the place on the list decides before the key (Ergin and Sönmez 2006, Journal
    of Public Economics 90). It rewards applicants who rank by their chances.
    """
    check_market(choices, keys, capacity)
    found = deferred_acceptance(choices, rank_first(choices, keys), capacity)
    return _assignment(choices, keys, capacity, found.rank)


def serial_dictatorship(choices: Int32, keys: Int64, capacity: Int32) -> Assignment:
    """One after the other, in the order of one list, takes the best choice that has a seat left.

    With keys (n, k) the list is ordered by each applicant's highest key. BadInput too where two are equal in it.
    """
    check_market(choices, keys, capacity)
    own = _own_keys(choices, keys)
    may = np.where(own == NOT_ELIGIBLE, NONE, choices).astype(np.int32)
    found = deferred_acceptance(may, own.max(axis=1, initial=NOT_ELIGIBLE), capacity)
    return _assignment(choices, keys, capacity, found.rank)


def top_trading_cycles(choices: Int32, keys: Int64, capacity: Int32) -> Assignment:
    """Applicants trade the places that their priority gives them (Abdulkadiroğlu and Sönmez 2003, AER 93).

    A path points to the applicant with the highest key among those who listed it and are still there. Nobody can be
    better off without another being worse off; priorities are not respected. Since only those who listed a path have a
    place in its order, a false list may pay, which it never does where every path ranks everyone.
    """
    check_market(choices, keys, capacity)
    own = _own_keys(choices, keys)
    row, column = np.nonzero(own != NOT_ELIGIBLE)
    path = choices[row, column]
    listed = np.lexsort((-own[row, column], path))
    start = np.searchsorted(path[listed], np.arange(len(capacity) + 1))
    rank = _trade(choices, own != NOT_ELIGIBLE, capacity, start, row[listed].astype(np.int32))
    return _assignment(choices, keys, capacity, rank)


def rank_first(choices: Int32, keys: Int64) -> Int64:
    """Keys (n, k) by which a choice higher up on the list beats every lower one; holes in the list do not count."""
    own = _own_keys(choices, keys)
    place = np.cumsum(choices != NONE, axis=1, dtype=np.int64)
    known, dense = np.unique(own, return_inverse=True)
    first = (choices.shape[1] - place) * len(known) + dense.reshape(own.shape)
    return np.where(own == NOT_ELIGIBLE, NOT_ELIGIBLE, first).astype(np.int64)


def one_list(choices: Int32, keys: Int64) -> Int64:
    """Keys (n, k) that are the same at every choice: the highest that the applicant has.

    Errors: BadInput where two applicants then are equal.
    """
    own = _own_keys(choices, keys)
    common = own.max(axis=1, initial=NOT_ELIGIBLE)
    check_market(choices, common, np.zeros(int(choices.max(initial=NONE)) + 1, np.int32))
    return np.where(own == NOT_ELIGIBLE, NOT_ELIGIBLE, common[:, None]).astype(np.int64)


def _own_keys(choices: Int32, keys: Int64) -> Int64:
    whole = np.broadcast_to(keys[:, None], choices.shape) if keys.ndim == 1 else keys
    return np.where(choices == NONE, NOT_ELIGIBLE, whole).astype(np.int64)


def _assignment(choices: Int32, keys: Int64, capacity: Int32, rank: Int32) -> Assignment:
    m = len(capacity)
    seated = np.flatnonzero(rank != NONE)
    seat = np.full(len(rank), NONE, np.int32)
    seat[seated] = choices[seated, rank[seated]]
    lowest = np.full(m, SHUT)
    np.minimum.at(lowest, seat[seated], keys[seated] if keys.ndim == 1 else keys[seated, rank[seated]])
    admitted = np.bincount(seat[seated], minlength=m).astype(np.int32)
    return Assignment(seat, rank, np.where(admitted < capacity, NOT_ELIGIBLE, lowest).astype(np.int64), admitted)


@numba.njit(cache=True)
def _trade(choices: Any, may: Any, capacity: Any, start: Any, listed: Any) -> NDArray[np.int32]:
    """The choice (n,) that each trades for. listed[start[j] : start[j + 1]] : who listed path j, highest key first."""
    n, k = choices.shape
    left, first_there = capacity.copy(), start[:-1].copy()
    rank, column = np.full(n, -1, np.int32), np.zeros(n, np.int32)
    gone, place = np.zeros(n, np.bool_), np.full(n, -1, np.int32)
    walk = np.empty(n, np.int32)
    for first in range(n):
        length = 0
        if not gone[first]:
            walk[0], place[first], length = first, 0, 1
        while length:
            i = walk[length - 1]
            while column[i] < k and (not may[i, column[i]] or left[choices[i, column[i]]] <= 0):
                column[i] += 1
            if column[i] == k:
                gone[i] = True
                length -= 1
                continue
            j = choices[i, column[i]]
            while gone[listed[first_there[j]]]:
                first_there[j] += 1
            owner = listed[first_there[j]]
            if place[owner] >= 0:
                for t in range(place[owner], length):
                    one = walk[t]
                    rank[one] = column[one]
                    left[choices[one, column[one]]] -= 1
                    gone[one] = True
                length = place[owner]
            else:
                walk[length], place[owner] = owner, length
                length += 1
    return rank
