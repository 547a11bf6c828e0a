"""Two solvers apart from the one that made the match: in rounds of all applicants at once, and from the paths' side."""

from __future__ import annotations

import numpy as np

from gymreg_core.matching.certificate_view import REFUSED, Claims
from gymreg_core.matching.kernel import NONE, Int64


def in_rounds(claims: Claims) -> tuple[Int64, Int64]:
    """Deferred acceptance in rounds: everyone refused asks at their next choice, every path chooses anew.

    Gale and Shapley 1962. Returns column int64 (n,) and label int64 (n,): the pool, NONE by the open order or without
    a seat.
    """
    may = np.flatnonzero(claims.may)
    start = np.searchsorted(claims.row[may], np.arange(claims.n + 1))
    ask, last = start[:-1].copy(), start[1:]
    holds, label = np.full(claims.n, NONE, np.int64), np.full(claims.n, NONE, np.int64)
    free = np.flatnonzero(ask < last)
    while len(free):
        new = may[ask[free]]
        ask[free] += 1
        asked = np.zeros(claims.m, np.bool_)
        asked[claims.path[new]] = True
        held = holds[holds != NONE]
        held = held[asked[claims.path[held]]]
        both = np.concatenate([held, new])
        chosen = claims.chosen(both)
        refused = chosen == REFUSED
        who = claims.row[both]
        holds[who] = np.where(refused, NONE, both)
        label[who] = np.where(refused, NONE, chosen)
        free = who[refused]
        free = free[ask[free] < last[free]]
    return _columns(claims, holds), label


def from_paths(claims: Claims) -> Int64:
    """The stable assignment that is worst for applicants: seats are offered downwards, everyone keeps the best offer.

    Each pool and the open seats of a path offer by themselves; between those of one path an applicant takes the one
    that fills first. Returns column int64 (n,).
    """
    every = np.arange(len(claims.row))
    units = np.stack([claims.unit(stage, every) for stage in range(claims.stages)], axis=1).ravel()
    standing = [claims.standing(stage, every) for stage in range(claims.stages)]
    tier = np.stack([one for one, _ in standing], axis=1).ravel()
    key = np.stack([one for _, one in standing], axis=1).ravel()
    can = np.flatnonzero((units >= 0) & (tier >= 0) & np.repeat(claims.may, claims.stages))
    listed = can[np.lexsort((-key[can], -tier[can], units[can]))]
    unit, who = units[listed], claims.row[listed // claims.stages]
    size = len(claims.seats)
    start = np.searchsorted(unit, np.arange(size + 1))
    ask, last = start[:-1].copy(), start[1:]
    best = np.full(claims.n, len(units), np.int64)
    need = claims.seats.copy()
    while (offers := np.minimum(need, last - ask)).any():
        begin = np.repeat(ask - np.cumsum(offers) + offers, offers)
        offered = begin + np.arange(offers.sum())
        ask += offers
        np.minimum.at(best, who[offered], listed[offered])
        held = units[best[best < len(units)]]
        need = claims.seats - np.bincount(held, minlength=size)
    holds = np.where(best < len(units), best // claims.stages, NONE)
    return _columns(claims, holds)


def _columns(claims: Claims, holds: Int64) -> Int64:
    return np.where(holds == NONE, NONE, np.append(claims.column, NONE)[holds])
