"""One seat more or less at a time, compiled: who moves, from the stable assignment that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Assignment, Int32, Int64
from gymreg_core.matching.pools import Expanded

_MOVES = 1024


@dataclass(frozen=True, eq=False)
class Queues:
    """A solved market of units (matching/pools.py) as the chains read it: n applicants, e entries, u units.

    An entry is a unit on a list that may admit the applicant. begin : int64 (n + 1,), where an applicant's entries
    begin, best first. unit, who, column : int32 (e,), the unit, the applicant, and the choice that the unit stands for.
    queue : int64 (e,), entries by unit, highest key first; first : int64 (u + 1,), where a unit's begin. place : int64
    (e,), where an entry stands in `queue`. at : int64 (n,), the entry that holds the seat, `begin[i + 1]` without one.
    free : int32 (u,), seats left.
    """

    begin: Int64
    unit: Int32
    who: Int32
    column: Int32
    queue: Int64
    first: Int64
    place: Int64
    at: Int64
    free: Int32


@dataclass(frozen=True, eq=False)
class Moves:
    """Who sits otherwise, of c changes tried one at a time: k moves, those of a change beside each other. Person rows.

    change : int32 (k,), which change. who : int32 (k,). before, after : int32 (k,), place of the choice in the
    applicant's row, NONE without a seat; the same place where only the unit is another.
    """

    change: Int32
    who: Int32
    before: Int32
    after: Int32


def queues_of(market: Expanded, found: Assignment) -> Queues:
    """The queues of a market of units and its applicant-optimal stable assignment, by unit."""
    n, u = len(market.choices), len(market.capacity)
    row, place = np.nonzero((market.choices != NONE) & (market.keys != NOT_ELIGIBLE))
    unit, keys = market.choices[row, place], market.keys[row, place]
    queue = np.lexsort((-keys, unit)).astype(np.int64)
    stands = np.empty(len(queue), np.int64)
    stands[queue] = np.arange(len(queue))
    begin = np.searchsorted(row, np.arange(n + 1)).astype(np.int64)
    at = begin[1:].copy()
    held = np.flatnonzero(found.rank[row] == place)
    at[row[held]] = held
    return Queues(
        begin,
        unit.astype(np.int32),
        row.astype(np.int32),
        market.column[row, place],
        queue,
        np.searchsorted(unit[queue], np.arange(u + 1)).astype(np.int64),
        stands,
        at,
        (market.capacity - found.admitted).astype(np.int32),
    )


def one_more(queues: Queues, units: Int32) -> Moves:
    """The applicant-optimal stable assignment with one seat more, for each of `units` (c,) by itself.

    The new seat goes to the highest in the unit's queue who wants it, whose seat goes on in the same way: a vacancy
    chain, which ends in a stable assignment (Blum, Roth and Rothblum 1997, Journal of Economic Theory 76). Those who
    moved no longer stand in the way of others, so that two or more may now want each other's seats and be first in
    each other's queues; they trade, until no such circle is left. A stable assignment without one is the best for all
    applicants (Erdil and Ergin 2008, American Economic Review 98, under strict orders).
    """
    return Moves(*_more(_arrays(queues), queues.at.copy(), units.astype(np.int32)))


def one_less(queues: Queues, units: Int32) -> Moves:
    """The same with one seat less, for units (c,) that have seats.

    Deferred acceptance goes on from where it stood: what was asked for with the seat is asked for without it too, and
    the order of asking decides nothing (McVitie and Wilson 1971, Communications of the ACM 14). The lowest in a full
    unit goes on to the next on the list.
    """
    return Moves(*_less(_arrays(queues), queues.at.copy(), units.astype(np.int32)))


def _arrays(q: Queues) -> tuple[NDArray[Any], ...]:
    return q.begin, q.unit, q.who, q.column, q.queue, q.first, q.place, q.free


@numba.njit(cache=True)
def _wanting(market: Any, at: Any, v: Any, p: Any) -> Any:
    """The first place of unit v's queue from p on whose applicant would rather sit there; its end where none would."""
    _, _, who, _, queue, first, _, _ = market
    while p < first[v + 1] and queue[p] >= at[who[queue[p]]]:
        p += 1
    return p


@numba.njit(cache=True)
def _holding(market: Any, at: Any, v: Any, p: Any) -> Any:
    """The last place of unit v's queue up to p whose applicant sits there; the one before its first where none does."""
    _, _, who, _, queue, first, _, _ = market
    while p >= first[v] and queue[p] != at[who[queue[p]]]:
        p -= 1
    return p


@numba.njit(cache=True)
def _more(market: Any, at: Any, units: Any) -> Any:
    _, _, _, _, _, first, _, free = market
    n, u = len(at), len(free)
    base, front_then = at.copy(), np.empty(u, np.int64)
    for w in range(u):
        front_then[w] = _wanting(market, at, w, first[w])
    front = front_then.copy()
    moved, has_moved = np.empty(n, np.int32), np.zeros(n, np.bool_)
    stack, stacked = np.empty(u, np.int32), np.zeros(u, np.bool_)
    count = np.zeros(2, np.int64)  # who has moved, and units on the stack whose next one has moved
    state = at, front, moved, has_moved, stack, stacked, count
    seen, walks = np.zeros(u, np.int64), 0
    log, size = np.empty((4, _MOVES), np.int32), 0
    for change in range(len(units)):
        _chain(market, state, np.int64(units[change]))
        while count[1] > 0:
            count[1] -= 1
            v = np.int64(stack[count[1]])
            stacked[v] = False
            walks += 1
            circle = _circle(market, state, v, seen, walks)
            if circle >= 0:
                _trade(market, state, circle)
        log, size = _logged(market, (base, at, moved, has_moved, count), log, size, change)
        front[:] = front_then
    return log[0, :size], log[1, :size], log[2, :size], log[3, :size]


@numba.njit(cache=True)
def _chain(market: Any, state: Any, hole: Any) -> None:
    """Fill a seat that is free, and the one that becomes free by it, until nobody wants it or leaves one."""
    begin, unit, who, _, queue, first, _, _ = market
    at, front, _, _, _, _, _ = state
    while hole >= 0:
        front[hole] = _wanting(market, at, hole, front[hole])
        if front[hole] == first[hole + 1]:
            break
        entry = queue[front[hole]]
        old = at[who[entry]]
        _move(market, state, entry)
        hole = np.int64(unit[old]) if old < begin[who[entry] + 1] else np.int64(-1)


@numba.njit(cache=True)
def _circle(market: Any, state: Any, v: Any, seen: Any, walk: Any) -> Any:
    """From unit to the unit where its next one sits: a unit on the circle that this comes to, or -1 where it ends."""
    begin, unit, who, _, queue, first, _, _ = market
    at, front, _, _, _, _, _ = state
    while seen[v] != walk:
        seen[v] = walk
        front[v] = _wanting(market, at, v, front[v])
        if front[v] == first[v + 1]:
            return np.int64(-1)
        i = who[queue[front[v]]]
        if at[i] == begin[i + 1]:
            return np.int64(-1)
        v = np.int64(unit[at[i]])
    return v


@numba.njit(cache=True)
def _move(market: Any, state: Any, entry: Any) -> None:
    """Give the seat to the applicant of an entry, and put the units whose next one this was on the stack."""
    begin, unit, who, _, queue, first, _, _ = market
    at, front, moved, has_moved, stack, stacked, count = state
    i = who[entry]
    for e in range(begin[i], at[i]):
        v = unit[e]
        if front[v] < first[v + 1] and queue[front[v]] == e and not stacked[v]:
            stack[count[1]], stacked[v] = v, True
            count[1] += 1
    if not has_moved[i]:
        moved[count[0]], has_moved[i] = i, True
        count[0] += 1
    at[i] = entry


@numba.njit(cache=True)
def _trade(market: Any, state: Any, start: Any) -> None:
    """Along the circle from a unit on: each unit's next one moves there, and leaves the unit that comes next."""
    _, unit, who, _, queue, _, _, _ = market
    at, front, _, _, _, _, _ = state
    v = start
    while True:
        entry = queue[front[v]]
        left = np.int64(unit[at[who[entry]]])
        _move(market, state, entry)
        v = left
        if v == start:
            break


@numba.njit(cache=True)
def _less(market: Any, at: Any, units: Any) -> Any:
    begin, unit, who, _, queue, first, place, free = market
    n, u = len(at), len(free)
    base = at.copy()
    lowest_then = np.empty(u, np.int64)
    for w in range(u):
        lowest_then[w] = _holding(market, at, w, first[w + 1] - 1)
    lowest = lowest_then.copy()
    moved, has_moved = np.empty(n, np.int32), np.zeros(n, np.bool_)
    count = np.zeros(1, np.int64)
    log, size = np.empty((4, _MOVES), np.int32), 0
    for change in range(len(units)):
        v: Any = np.int64(units[change])
        while v >= 0 and free[v] == 0:
            entry = queue[lowest[v]]
            i = who[entry]
            if not has_moved[i]:
                moved[count[0]], has_moved[i] = i, True
                count[0] += 1
            at[i] = begin[i + 1]
            lowest[v] = _holding(market, at, v, lowest[v])
            v = np.int64(-1)
            for e in range(entry + 1, begin[i + 1]):
                wanted = np.int64(unit[e])
                if free[wanted] > 0:
                    at[i] = e
                    break
                if place[e] < lowest[wanted]:
                    at[i], v = e, wanted
                    break
        log, size = _logged(market, (base, at, moved, has_moved, count), log, size, change)
        lowest[:] = lowest_then
    return log[0, :size], log[1, :size], log[2, :size], log[3, :size]


@numba.njit(cache=True)
def _logged(market: Any, state: Any, log: Any, size: Any, change: Any) -> Any:
    """Write down who sits otherwise than at first, and put everyone back."""
    begin, _, _, column, _, _, _, _ = market
    base, at, moved, has_moved, count = state
    if size + count[0] > log.shape[1]:
        longer = np.empty((4, 2 * (size + count[0])), np.int32)
        longer[:, :size] = log[:, :size]
        log = longer
    for place in range(count[0]):
        i = moved[place]
        log[0, size], log[1, size] = change, i
        log[2, size] = column[base[i]] if base[i] < begin[i + 1] else NONE
        log[3, size] = column[at[i]] if at[i] < begin[i + 1] else NONE
        at[i], has_moved[i] = base[i], False
        size += 1
    count[0] = 0
    return log, size
