"""The rules an assignment must keep: one function, one rule, how often it is broken and how often it was looked at."""

from __future__ import annotations

import numpy as np

from gymreg_core.matching.certificate_view import Seen
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT, Int64
from gymreg_core.matching.market import Bools

Count = tuple[int, int] | None
"""Violations and what was examined; None where the rule does not apply."""


def one_seat(seen: Seen) -> Count:
    """Each applicant has one seat or none, and it is the choice of the own list that the rank says."""
    found = seen.match.assignment
    without = (found.seat == NONE) & (found.rank == NONE) & (seen.match.pool == NONE)
    return int((~(without | (seen.rank != NONE))).sum()), seen.claims.n


def eligibility(seen: Seen) -> Count:
    """Nobody sits where they are not eligible, or in a pool that they do not belong to."""
    claims = seen.claims
    outside = seen.held & (~claims.may | ((seen.label != NONE) & (_own_key(seen) == NOT_ELIGIBLE)))
    return int(outside.sum()), int(seen.held.sum())


def priorities(seen: Seen) -> Count:
    """The keys that were solved with put applicants in the order of points, tie-break and lottery; no two are equal."""
    market, claims = seen.match.market, seen.claims
    keys = seen.match.keys[claims.row, claims.column]
    wrong = int(((keys == NOT_ELIGIBLE) != ~market.eligible[claims.row, claims.column]).sum())
    there = np.flatnonzero(claims.may)
    order = there[np.lexsort((claims.key[there], claims.path[there]))]
    row, column = claims.row[order], claims.column[order]
    place = market.order[row, column]
    lot = market.lottery[row] if market.lottery.ndim == 1 else market.lottery[row, column]
    path, key = claims.path[order], claims.key[order]
    above = (place[1:] > place[:-1]) | ((place[1:] == place[:-1]) & (lot[1:] > lot[:-1]))
    right = (path[1:] != path[:-1]) | ((key[1:] > key[:-1]) & above)
    return wrong + int((~right).sum()), len(claims.row)


def capacity(seen: Seen) -> Count:
    """No path, no pool and no path's seats outside hard pools hold more than there are; the counts told are right."""
    found, market = seen.match.assignment, seen.match.market
    admitted, members = _admitted(seen), _members(seen)
    over = (admitted > market.capacity) | (_free(seen) < 0) | (admitted != found.admitted)
    return int(over.sum() + (members > market.pools.seats).sum()), seen.claims.m + seen.claims.q


def no_wasted_seat(seen: Seen) -> Count:
    """Nobody is refused a seat that is empty and open to them."""
    claims = seen.claims
    wasted = seen.wants & (_free(seen)[claims.path] > 0)
    left = _members(seen) < seen.match.market.pools.seats
    for _, pool, claim in _memberships(seen):
        wasted[claim] |= seen.wants[claim] & ~claims.soft[pool] & left[pool]
    return int(wasted.sum()), int(seen.wants.sum())


def no_justified_envy(seen: Seen) -> Count:
    """Nobody is refused a seat that someone holds with a lower key, in the open order, in a pool, or as a stranger."""
    claims = seen.claims
    envies = seen.wants & (claims.key > lowest_open(seen)[claims.path])
    lowest, left = lowest_own(seen), _members(seen) < seen.match.market.pools.seats
    for own, pool, claim in _memberships(seen):
        stranger_there = claims.soft[pool] & left[pool]
        envies[claim] |= seen.wants[claim] & ((own > lowest[pool]) | stranger_there)
    return int(envies.sum()), int(seen.wants.sum())


def quota_rules(seen: Seen) -> Count:
    """Paths with pools fill their seats in the order laid down: which first, who in each, what falls to the others."""
    claims = seen.claims
    if not claims.q:
        return None
    with_pool = np.zeros(claims.m, np.bool_)
    with_pool[seen.match.market.pools.path] = True
    there = np.flatnonzero((seen.held | seen.wants) & with_pool[claims.path])
    return int((claims.chosen(there) != seen.label[there]).sum()), len(there)


def cutoffs(seen: Seen) -> Count:
    """Everyone sits at the best choice whose cut-off they reach, and cut-offs exist where seats have run out.

    Azevedo and Leshno 2016, Journal of Political Economy 124.
    """
    claims, match = seen.claims, seen.match
    told, told_own = match.assignment.cutoff_key, match.pool_cutoff_key
    reached = claims.may & (claims.key >= told[claims.path])
    for own, pool, claim in _memberships(seen):
        reached[claim] |= own >= told_own[pool]
    demand = np.full(claims.n, NONE, np.int64)
    first = np.flatnonzero(reached)[::-1]
    demand[claims.row[first]] = claims.column[first]
    open_ = np.where(_free(seen) > 0, NOT_ELIGIBLE, lowest_open(seen))
    own = np.where(_members(seen) < match.market.pools.seats, NOT_ELIGIBLE, lowest_own(seen))
    wrong = (demand != seen.rank).sum() + (open_ != told).sum() + (own != told_own).sum()
    return int(wrong), claims.n + claims.m + claims.q


def lowest_open(seen: Seen) -> Int64:
    """Lowest key admitted by the open order (m,), SHUT where nobody was."""
    return _lowest(seen.claims.path, seen.claims.key, seen.held & (seen.label == NONE), seen.claims.m)


def lowest_own(seen: Seen) -> Int64:
    """Lowest own key admitted in each pool (q,), SHUT where nobody was."""
    return _lowest(seen.label, _own_key(seen), seen.held & _in_pool(seen), seen.claims.q)


def _lowest(place: Int64, key: Int64, which: Bools, size: int) -> Int64:
    lowest = np.full(size, SHUT)
    np.minimum.at(lowest, place[which], key[which])
    return lowest


def _in_pool(seen: Seen) -> Bools:
    """Claims met in a pool that there is."""
    return np.asarray((seen.label >= 0) & (seen.label < seen.claims.q))


def _own_key(seen: Seen) -> Int64:
    """The claim's key in the pool that it was met in, NOT_ELIGIBLE where it was met in none or is no member of it."""
    key = np.full(len(seen.held), NOT_ELIGIBLE, np.int64)
    for own, pool, claim in _memberships(seen):
        here = seen.label[claim] == pool
        key[claim[here]] = own[here]
    return key


def _memberships(seen: Seen) -> list[tuple[Int64, Int64, Int64]]:
    """Own keys, pools and claims of everyone who belongs to a pool, a stage at a time."""
    claims, out = seen.claims, []
    for stage in range(claims.stages if claims.q else 0):
        claim = np.flatnonzero(claims.own[stage] != NOT_ELIGIBLE)
        out.append((claims.own[stage, claim], claims.stage_pool[stage, claims.path[claim]], claim))
    return out


def _admitted(seen: Seen) -> Int64:
    return np.bincount(seen.claims.path[seen.held], minlength=seen.claims.m)


def _members(seen: Seen) -> Int64:
    """Admitted in each pool's own order (q,)."""
    return np.bincount(seen.label[seen.held & _in_pool(seen)], minlength=seen.claims.q)


def _free(seen: Seen) -> Int64:
    """Empty seats of each path (m,) that everyone eligible may take: those outside hard pools."""
    claims, pools = seen.claims, seen.match.market.pools
    hard = ~claims.soft
    kept, used = (np.zeros(claims.m, np.int64) for _ in range(2))
    np.add.at(kept, pools.path[hard], pools.seats[hard])
    np.add.at(used, pools.path[hard], _members(seen)[hard])
    return seen.match.market.capacity - kept - (_admitted(seen) - used)
