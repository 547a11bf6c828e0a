"""Quota pools: seats of a study path with an order of their own, filled before or after the open seats.

A path with pools is split into units, one for each pool and one for the open seats, in the order in which they fill.
A choice of the path becomes a run of choices of its units in that order. Deferred acceptance among units then is
deferred acceptance with the path's choice function, slot by slot (Kominers and Sönmez 2016, Theoretical Economics 11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT, Assignment, Int32, Int64, deferred_acceptance
from gymreg_core.matching.market import Bools, Pools

Mechanism = Callable[[Int32, Int64, Int32], Assignment]
"""(choices, keys, capacity) -> Assignment, with the arrays and errors of `deferred_acceptance`."""
_ABOVE = 1 << 61
"""Added to the keys of a pool's own applicants, so that they stand above everyone by the open order."""
_LARGEST = 1 << 60


@dataclass(frozen=True, eq=False)
class Expanded:
    """A market whose choices are units: 0..m-1 the open seats of each path, m..m+q-1 the pools.

    choices int32, keys int64, column int32, member bool: (n, w), `column` = the choice that a unit stands for, `member`
    whether the key is one of the pool's own order. capacity int32 (m + q,). path int32 (m + q,).
    """

    choices: Int32
    keys: Int64
    column: Int32
    member: Bools
    capacity: Int32
    path: Int32


def solve_with_pools(
    choices: Int32, keys: Int64, capacity: Int32, pools: Pools, mechanism: Mechanism = deferred_acceptance
) -> tuple[Assignment, Int32, Int64]:
    """The mechanism on the market with its pools.

    Returns the assignment by study path; pool int32 (n,), in which pool's own order the applicant was admitted, NONE by
    the open order or without a seat; pool_cutoff_key int64 (q,), lowest own key in a pool that its own applicants
    fill, else NOT_ELIGIBLE.
    `cutoff_key` of the assignment is the lowest key admitted by the open order where no seat is open to it any more.
    Errors: BadParameters where pools hold more seats than their path; as the mechanism.
    """
    none = np.full(len(choices), NONE, np.int32)
    if not len(pools.path):
        return mechanism(choices, keys, capacity), none, np.zeros(0, np.int64)
    market = expand(choices, keys, capacity, pools)
    return _folded(mechanism(market.choices, market.keys, market.capacity), market, keys, pools, len(capacity))


def expand(choices: Int32, keys: Int64, capacity: Int32, pools: Pools) -> Expanded:
    """The market of units; a soft pool admits everyone eligible below its own applicants, a hard one those alone."""
    m, q = len(capacity), len(pools.path)
    inside = np.bincount(pools.path, weights=pools.seats, minlength=m).astype(np.int64)
    if (inside > capacity).any() or (pools.seats < 0).any():
        raise BadParameters("quotas hold more seats than their study path, or fewer than none", where="pools")
    units, start = _units(pools, m)
    row, old = np.nonzero(choices != NONE)
    path = choices[row, old].astype(np.int64)
    length = start[path + 1] - start[path]
    entry = np.repeat(np.arange(len(path)), length)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(length) - length, length)
    unit = units[start[path[entry]] + within]
    row, old = row[entry], old[entry]
    open_key = keys[row, old]
    own = _own_keys(pools, row, unit - m, q)
    member = (own != NOT_ELIGIBLE) & (open_key != NOT_ELIGIBLE)
    open_to = np.append(np.ones(m, np.bool_), pools.soft)[unit]
    key = np.where(member, own + np.where(member, _ABOVE, 0), np.where(open_to, open_key, NOT_ELIGIBLE))
    first = np.searchsorted(row, row)
    column = np.arange(len(row)) - first
    shape = (len(choices), int(column.max(initial=-1)) + 1)
    return Expanded(
        _table(shape, row, column, unit, NONE, np.int32),
        _table(shape, row, column, key, NOT_ELIGIBLE, np.int64),
        _table(shape, row, column, old, NONE, np.int32),
        _table(shape, row, column, member, 0, np.bool_),
        np.concatenate([capacity - inside, pools.seats]).astype(np.int32),
        np.concatenate([np.arange(m), pools.path]).astype(np.int32),
    )


def _table(
    shape: tuple[int, int], row: Int64, column: Int64, values: NDArray[Any], empty: int, dtype: type
) -> NDArray[Any]:
    table: NDArray[Any] = np.full(shape, empty, dtype)
    table[row, column] = values
    return table


def _units(pools: Pools, m: int) -> tuple[Int64, Int64]:
    """Units of every path in the order in which they are filled, one path after another, and where each path begins."""
    q = len(pools.path)
    path = np.concatenate([np.arange(m), pools.path])
    stage = np.concatenate([np.zeros(m), np.where(pools.before_open, -1, 1)])
    units = np.lexsort((np.arange(m + q), stage, path)).astype(np.int64)
    return units, np.concatenate([[0], np.cumsum(np.bincount(path, minlength=m))]).astype(np.int64)


def _own_keys(pools: Pools, row: Int64, pool: Int64, q: int) -> Int64:
    """The pool's own key of each (row, pool), NOT_ELIGIBLE where it is no member or the unit is the open seats."""
    if not len(pools.applicant):
        return np.full(len(row), NOT_ELIGIBLE, np.int64)
    if np.abs(pools.key).max() >= _LARGEST:
        raise BadParameters(f"keys of a quota lie within {_LARGEST} of zero", where="pools")
    code = pools.applicant.astype(np.int64) * q + pools.pool
    order = np.argsort(code, kind="stable")
    code, key = code[order], pools.key[order]
    wanted = np.where(pool >= 0, row * q + pool, -1)
    place = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
    return np.where(code[place] == wanted, key[place], NOT_ELIGIBLE).astype(np.int64)


def _folded(found: Assignment, market: Expanded, keys: Int64, pools: Pools, m: int) -> tuple[Assignment, Int32, Int64]:
    seated = np.flatnonzero(found.seat != NONE)
    unit, place = found.seat[seated], found.rank[seated]
    seat, rank, pool = (np.full(len(found.seat), NONE, np.int32) for _ in range(3))
    seat[seated], rank[seated] = market.path[unit], market.column[seated, place]
    own = market.member[seated, place]
    pool[seated[own]] = unit[own] - m
    full = found.admitted >= market.capacity
    shut = full[:m].copy()
    shut[pools.path[pools.soft & ~full[m:]]] = False
    by_order = seated[~own]
    lowest = np.full(m, SHUT)
    np.minimum.at(lowest, seat[by_order], keys[by_order, rank[by_order]])
    pool_lowest = np.full(len(pools.path), SHUT)
    np.minimum.at(pool_lowest, unit[own] - m, market.keys[seated[own], place[own]] - _ABOVE)
    members = np.bincount(unit[own] - m, minlength=len(pools.path))
    filled = members >= pools.seats
    admitted = np.bincount(seat[seated], minlength=m).astype(np.int32)
    return (
        Assignment(seat, rank, np.where(shut, lowest, NOT_ELIGIBLE).astype(np.int64), admitted),
        pool,
        np.where(filled, pool_lowest, NOT_ELIGIBLE).astype(np.int64),
    )
