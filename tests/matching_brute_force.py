"""Every assignment of a small market, the stable ones among them, and the best of these for every applicant."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Market
from tests.matching_reference import own_places, place, seats, stages


def assignments(market: Market) -> int:
    """How many ways there are to give everyone one of the choices they are eligible for, or none."""
    return int(np.prod(market.eligible.sum(axis=1) + 1, dtype=np.int64))


def brute_force(market: Market) -> tuple[NDArray[np.int32], bool, bool, int]:
    """By trying all assignments: column (n,) of the best choice that each has in a stable one; whether that is a stable
    assignment itself; whether all stable ones seat the same applicants and as many at each path; how many are stable.
    """
    n, k = market.choices.shape
    m = len(market.capacity)
    options = np.full((n, k + 1), NONE, np.int32)
    number = market.eligible.sum(axis=1).astype(np.int64)
    standing = np.zeros((n, k), np.int64)
    order = sorted((place(market, i, c), i, c) for i in range(n) for c in range(k) if market.eligible[i, c])
    for height, (_, i, c) in enumerate(order):
        standing[i, c] = height
    for i in range(n):
        options[i, : number[i]] = np.flatnonzero(market.eligible[i])
    units = [(j, q) for j in range(m) for q in stages(market, j)]
    start = np.searchsorted([j for j, _ in units], np.arange(m + 1))
    own = np.full((len(units), n), NONE, np.int64)
    for u, (_, q) in enumerate(units):
        for i, key in (own_places(market, q) if q != NONE else {}).items():
            own[u, i] = key
    size = np.array([seats(market, j, q) for j, q in units], np.int64)
    to_all = np.array([q == NONE or market.pools.soft[q] for _, q in units], np.bool_)
    return _search(options, number, market.choices, standing, (start.astype(np.int64), size, own, to_all))


@numba.njit(cache=True)
def _search(options: Any, number: Any, choices: Any, standing: Any, paths: Any) -> Any:
    n = len(number)
    total = 1
    for i in range(n):
        total *= number[i] + 1
    column, best = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    m = len(paths[0]) - 1
    counts = np.full(m + 1, -1, np.int64)
    same, stable = True, 0
    for code in range(total):
        rest = code
        for i in range(n):
            column[i] = options[i, rest % (number[i] + 1)]
            rest //= number[i] + 1
        if _stable(column, options, number, choices, standing, paths):
            here = np.zeros(m + 1, np.int64)
            for i in range(n):
                here[choices[i, column[i]] if column[i] >= 0 else m] += 1
                same &= stable == 0 or (column[i] >= 0) == (best[i] >= 0)
                if column[i] >= 0 and (best[i] < 0 or column[i] < best[i]):
                    best[i] = column[i]
            same &= stable == 0 or (here == counts).all()
            counts = here
            stable += 1
    return best, _stable(best, options, number, choices, standing, paths), same, stable


@numba.njit(cache=True)
def _stable(column: Any, options: Any, number: Any, choices: Any, standing: Any, paths: Any) -> Any:
    """Every path, free to choose among its own and all who would rather be there, chooses its own."""
    n = len(column)
    for j in range(len(paths[0]) - 1):
        wish = np.full(n, -1, np.int64)
        own_count = 0
        for i in range(n):
            for o in range(number[i]):
                c = options[i, o]
                if choices[i, c] == j and (column[i] < 0 or c <= column[i]):
                    wish[i] = standing[i, c]
                    own_count += c == column[i]
        chosen = _chosen(j, wish, paths)
        for i in range(n):
            if chosen[i]:
                own_count -= 1
                if column[i] < 0 or choices[i, column[i]] != j:
                    return False
        if own_count:
            return False
    return True


@numba.njit(cache=True)
def _chosen(j: Any, wish: Any, paths: Any) -> Any:
    """Stage by stage the best of those left: members by their own order, then by `wish` whom the stage is open to."""
    start, size, own, to_all = paths
    chosen = np.zeros(len(wish), np.bool_)
    for u in range(start[j], start[j + 1]):
        for _ in range(size[u]):
            best = -1
            for i in range(len(wish)):
                if wish[i] < 0 or chosen[i] or (own[u, i] < 0 and not to_all[u]):
                    continue
                if best < 0 or (own[u, i], wish[i]) > (own[u, best], wish[best]):
                    best = i
            if best >= 0:
                chosen[best] = True
    return chosen
