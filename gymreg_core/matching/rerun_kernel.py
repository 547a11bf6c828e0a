"""One re-run of a round, compiled: draw applicants and lots, solve, count. No table of choices is copied."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from gymreg_core.matching.kernel import Int32, Int64

OWN_LOT = -1
"""In `RerunLists.lottery`: the applicant's one lot for all paths decides."""
LOT_BITS, KEY_BITS = 21, 63
_ENDLESS = np.iinfo(np.int32).max
_At: Any = np.uint64  # a place in an array: for unsigned ones numba leaves out what negative ones would need
_STEP = np.uint64(0x9E3779B97F4A7C15)
_OTHER_LOTS, _OTHER_ROWS = np.uint64(0xD1B54A32D192ED03), np.uint64(0xAEF17502108EF2D9)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_1, _27, _30, _31, _32 = (np.uint64(bits) for bits in (1, 27, 30, 31, 32))


class RerunLists(NamedTuple):
    """A market as re-runs read it: n applicants, e entries (eligible choices of units), u units (pools.py), m paths.

    start, stop : int64 (n,), where an applicant's entries begin and end, best choice first. first : int64 (n,), where
        those of the first choice end.
    unit : int32 (e,). order : int32 (e,), class in the unit's order, higher first, below 2**order_bits.
    points : int32 (e,), hundredths of a point; ~points, below 0, where a quota's own order counts.
    turn : int32 (n,), place among those who choose, 0 = first, where all classes of an applicant agree; a guess that
        saves work where they do not. turns : how many places.
    capacity : int32 (u,). path : int32 (u,), whose unit it is. lottery : int32 (u,), what tells a class apart: OWN_LOT,
        or the number of a lottery. seats : int32 (m,), capacity of the paths.
    common : rows before it are drawn among themselves, and those from it on, who are in another round beside this one.
    """

    start: Int64
    stop: Int64
    first: Int64
    unit: Int32
    order: Int32
    points: Int32
    order_bits: int
    turn: Int32
    turns: int
    capacity: Int32
    path: Int32
    lottery: Int32
    seats: Int32
    common: int


class Figures(NamedTuple):
    """What one run came to, as in `outcome.figures_of`. cutoff : int32 (m,), hundredths, -1 without; three counts."""

    cutoff: Int32
    first_choice: int
    seated: int
    free_seats: int


@numba.njit(cache=True, inline="always")
def _mixed(z: Any) -> Any:
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


@numba.njit(cache=True, inline="always")
def _key(seed: int, run: int) -> Any:
    """Where the random numbers of a run begin (uint64); every run has its own, whatever was run before."""
    return _mixed(_mixed(np.uint64(seed) + _STEP) + np.uint64(run) * _STEP)


@numba.njit(cache=True, nogil=True)
def drawn_rows(seed: int, run: int, n: int, common: int, resample: bool) -> Int32:
    """The applicants of a run, int32 (n,): rows in the order of their lots, the last one's the best.

    With `resample` drawn with replacement, as many of the first `common` rows as there are and as many of the others,
    else everyone once. Random numbers: SplitMix64 (Steele, Lea and Flood 2014).
    """
    key, rows = _key(seed, run), np.arange(n).astype(np.int32)
    at_once = resample and common == n
    for i in range(n - 1, -1, -1):
        number = _mixed(key + np.uint64(i + 1) * _STEP) >> _32
        if at_once:
            rows[i] = np.int32((number * np.uint64(n)) >> _32)
        else:
            j = np.int64((number * np.uint64(i + 1)) >> _32)
            rows[i], rows[j] = rows[j], rows[i]
    if resample and not at_once:
        again = _mixed(key ^ _OTHER_ROWS)
        for i in range(n):
            number = _mixed(again + np.uint64(rows[i] + 1) * _STEP) >> _32
            low, size = (0, common) if rows[i] < common else (common, n - common)
            rows[i] = np.int32(low + np.int64((number * np.uint64(size)) >> _32))
    return rows


@numba.njit(cache=True, nogil=True)
def other_lots(seed: int, run: int, n: int, lottery: int) -> Int64:
    """The lots of a run in a lottery that is not for all paths, by place in `drawn_rows`: int64 (n,), below 2**63."""
    key, lots = _key(seed, run), np.empty(n, np.int64)
    for place in range(n):
        lots[place] = _other_lot(key, place, lottery)
    return lots


@numba.njit(cache=True, inline="always")
def _other_lot(key: Any, place: int, lottery: int) -> Any:
    mine = _mixed(_mixed(key ^ _OTHER_LOTS) + np.uint64(lottery) * _STEP)
    return np.int64(_mixed(mine + np.uint64(place) * _STEP) >> _1)


def one_run(lists: RerunLists, seed: int, run: int, *, resample: bool) -> Figures:
    """Deferred acceptance on applicants drawn anew, with new lots; what comes out depends on seed and run alone.

    Applicants choose in the order of `turn` and lot, so that on one common list nobody is ever bumped; a unit becomes a
    heap when somebody is.
    """
    return Figures(*_run(tuple(lists), seed, run, resample))


@numba.njit(cache=True, nogil=True)
def _run(lists: Any, seed: int, run: int, resample: bool) -> Any:
    # A plain tuple: numba's cache cannot be read any more once a class in a signature has another name.
    start, stop, first, unit, order, points, order_bits, turn, turns, capacity, path, lottery, seats, common = lists
    rows = drawn_rows(seed, run, len(turn), common, resample)
    queue = _in_turn(turn, turns, rows)
    at = _solved((start, stop, unit, order, order_bits, capacity, lottery), rows, queue, _key(seed, run))
    return _counted((first, unit, points, path, seats), rows, queue, at)


def admitted_counts(lists: RerunLists, runs: range, *, seed: int) -> Int64:
    """By which entry how many of the runs admitted, each with new lots and the same applicants: int64 (e,).

    What comes out is the sum over the runs, however they are divided.
    """
    counts = np.zeros(len(lists.unit), np.int64)
    _admitted(tuple(lists), seed, runs.start, runs.stop, counts)
    return counts


@numba.njit(cache=True, nogil=True)
def _admitted(lists: Any, seed: int, first_run: int, stop_run: int, counts: Int64) -> None:
    start, stop, _, unit, order, _, order_bits, turn, turns, capacity, _, lottery, _, common = lists
    for run in range(first_run, stop_run):
        rows = drawn_rows(seed, run, len(turn), common, False)
        queue = _in_turn(turn, turns, rows)
        market = (start, stop, unit, order, order_bits, capacity, lottery)
        for e in _solved(market, rows, queue, _key(seed, run)):
            if e >= 0:
                counts[_At(e)] += 1


@numba.njit(cache=True, nogil=True)
def _in_turn(turn: Int32, turns: int, rows: Int32) -> Int32:
    """Places of `rows`, first to choose first: by turn, and by lot where turns are the same."""
    begin = np.zeros(turns + 1, np.int32)
    for row in rows:
        begin[_At(turn[_At(row)] + 1)] += 1
    for t in range(turns):
        begin[t + 1] += begin[t]
    queue = np.empty(len(rows), np.int32)
    for i in range(len(rows) - 1, -1, -1):
        t = _At(turn[_At(rows[_At(i)])])
        queue[_At(begin[t])] = i
        begin[t] += 1
    return queue


@numba.njit(cache=True, nogil=True)
def _solved(lists: Any, rows: Int32, queue: Int32, key_of_run: Any) -> Int64:  # noqa: C901
    """The entry that each place of `rows` is admitted by, -1 without a seat."""
    start, stops, unit, order, order_bits, capacity, lottery = lists
    base = np.zeros(len(capacity) + 1, np.int64)
    base[1:] = np.cumsum(capacity)
    keys, who = np.empty(base[-1], np.int64), np.empty(base[-1], np.int32)
    size, heaped = np.zeros(len(capacity), np.int32), np.zeros(len(capacity), np.bool_)
    lowest = np.where(capacity > 0, np.int64(-1), np.iinfo(np.int64).max)
    at = np.full(len(rows), -1, np.int64)
    lot_bits, hash_shift = KEY_BITS - order_bits, order_bits + LOT_BITS
    several = (lottery != OWN_LOT).any()
    for place in queue:
        i = _At(place)
        e = _At(start[_At(rows[i])])
        while True:
            stop, bumped = _At(stops[_At(rows[i])]), -1
            while e < stop:
                u = _At(unit[e])
                key = (np.int64(order[e]) << lot_bits) | np.int64(i)
                if several and lottery[u] != OWN_LOT:
                    key |= _other_lot(key_of_run, i, lottery[u]) >> hash_shift << LOT_BITS
                if key > lowest[u]:
                    first, seats = base[u], size[u]
                    if seats < capacity[u]:
                        keys[first + seats], who[first + seats] = key, i
                        size[u] = seats + 1
                        if seats + 1 == capacity[u]:
                            lowest[u] = keys[first : first + capacity[u]].min()
                    else:
                        if not heaped[u]:
                            for p in range(seats // 2 - 1, -1, -1):
                                _sink(keys, who, first, seats, p, keys[first + p], who[first + p])
                            heaped[u] = True
                        bumped = who[first]
                        _sink(keys, who, first, seats, 0, key, i)
                        lowest[u] = keys[first]
                    break
                e += _At(1)
            at[i] = np.int64(e) if e < stop else -1
            if bumped < 0:
                break
            i = _At(bumped)
            e = _At(at[i] + 1)
    return at


@numba.njit(cache=True, inline="always")
def _sink(keys: Int64, who: Int32, base: int, size: int, p: int, key: int, i: int) -> None:
    """Put (key, i) into the heap of `size` from `base`, the smallest key on top, at its place p or below."""
    while True:
        child = 2 * p + 1
        if child >= size:
            break
        if child + 1 < size and keys[base + child + 1] < keys[base + child]:
            child += 1
        if keys[base + child] >= key:
            break
        keys[base + p], who[base + p] = keys[base + child], who[base + child]
        p = child
    keys[base + p], who[base + p] = key, i


@numba.njit(cache=True, nogil=True)
def _counted(lists: Any, rows: Int32, queue: Int32, at: Int64) -> Any:
    firsts, unit, points, path, seats = lists
    m = len(seats)
    admitted = np.zeros(m, np.int32)
    cutoff, in_quotas = np.full(m, _ENDLESS, np.int32), np.full(m, _ENDLESS, np.int32)
    first = seated = free = 0
    for place in queue:
        i = _At(place)
        if at[i] < 0:
            continue
        e = _At(at[i])
        j = _At(path[_At(unit[e])])
        seated += 1
        first += at[i] < firsts[_At(rows[i])]
        admitted[j] += 1
        if points[e] >= 0:
            cutoff[j] = min(cutoff[j], points[e])
        else:
            in_quotas[j] = min(in_quotas[j], ~points[e])
    for j in range(m):
        free += seats[j] - admitted[j]
        if admitted[j] == 0 or admitted[j] < seats[j]:
            cutoff[j] = -1
        elif cutoff[j] == _ENDLESS:
            cutoff[j] = in_quotas[j]
    return cutoff, first, seated, free
