"""What lotteries cannot change, compiled: choices that are surely refused, and those that may be."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Int64 = NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def bounds(start: Int64, unit: Int64, order: Int64, count: Int64, capacity: Int64) -> Any:
    """Which entries every lottery refuses, and which some lottery may refuse: two bool (e,).

    start : int64 (t + 1,), where the entries of each of t types of applicants begin, best first. unit, order : int64
    (e,), unit and class in it, higher first. count : int64 (t,), applicants of each type. capacity : int64 (u,).

    An entry is refused for sure when as many as there are seats, all of a higher class, ask for sure; an applicant asks
    for sure when all that is better is refused for sure. It may be refused when as many others of its class or a higher
    one may ask; an applicant may ask when all that is better may be refused. Both grow until nothing changes. Deferred
    acceptance refuses nobody outside the second and everybody inside the first, by induction over its steps.
    """
    whose = np.empty(len(unit), np.int64)
    for t in range(len(count)):
        whose[start[t] : start[t + 1]] = t
    by_class = np.argsort(-order)
    first = np.zeros(len(capacity) + 1, np.int64)
    for e in range(len(unit)):
        first[unit[e] + 1] += 1
    first = np.cumsum(first)
    filled, line = first[:-1].copy(), np.empty(len(unit), np.int64)
    for e in by_class:
        line[filled[unit[e]]] = e
        filled[unit[e]] += 1
    market = (start, unit, order, count, capacity, whose, first, line)
    return _spread(market, True), _spread(market, False)


@numba.njit(cache=True, nogil=True)
def _spread(market: Any, sure: bool) -> Any:  # noqa: C901
    """Entries refused, from none on, as far as it spreads: for sure, or perhaps."""
    start, unit, order, count, capacity, whose, first, line = market  # line: entries by unit, highest class first
    refused, asks = np.zeros(len(unit), np.bool_), np.zeros(len(unit), np.bool_)
    stale = np.zeros(len(capacity), np.bool_)
    for t in range(len(count)):
        if start[t] < start[t + 1]:
            asks[start[t]] = True
            stale[unit[start[t]]] = True
    moving = True
    while moving:
        moving = False
        for u in range(len(capacity)):
            if not stale[u]:
                continue
            stale[u] = False
            above, p = 0, first[u]
            while p < first[u + 1]:
                q, here = p, 0
                while q < first[u + 1] and order[line[q]] == order[line[p]]:
                    if asks[line[q]]:
                        here += count[whose[line[q]]]
                    q += 1
                for r in range(p, q):
                    e = line[r]
                    t = whose[e]
                    others = above
                    if not sure:
                        others += here - 1 if asks[e] else here + count[t] - 1
                    if refused[e] or others < capacity[u]:
                        continue
                    refused[e] = moving = True
                    f = e
                    while asks[f] and refused[f] and f + 1 < start[t + 1]:
                        f += 1
                        asks[f] = True
                        stale[unit[f]] = True
                above, p = above + here, q
    return refused
