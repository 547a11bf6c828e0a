"""A match as the certificate reads it: one row per listed choice, and the seats of each path in the order they fill.

Nothing here is taken from the solver but the meaning of its arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int64
from gymreg_core.matching.market import Bools, Market, Match

REFUSED = -2
"""In labels of claims: not chosen. Otherwise the pool that the claim is admitted in, NONE = by the open order."""


@dataclass(frozen=True, eq=False)
class Claims:
    """Every choice on a list, e of them, by applicant and by place on the list; and the seats they can be claims on.

    row, column, path : int64 (e,). may : bool (e,), eligible. key : int64 (e,), in the open order, else NOT_ELIGIBLE.
    stage_pool : int64 (s, m), what each path fills at each stage: a pool, OPEN for its open seats, NO_STAGE: nothing.
    own : int64 (s, e), the claim's key in the own order of the pool of that stage, NOT_ELIGIBLE where it is no member.
    seats : int64 (q + m,), of the pools, then of the open seats of each path. soft : bool (q,). n, m, q : how many.
    """

    n: int
    m: int
    q: int
    row: Int64
    column: Int64
    path: Int64
    may: Bools
    key: Int64
    stage_pool: Int64
    own: Int64
    seats: Int64
    soft: Bools

    @property
    def stages(self) -> int:
        return len(self.stage_pool)

    def unit(self, stage: int, claims: Int64) -> Int64:
        """Place in `seats` that the claims are on at the stage, -1 where their path has no such stage."""
        path = self.path[claims]
        pool = self.stage_pool[stage, path]
        return np.where(pool == OPEN, self.q + path, np.where(pool == NO_STAGE, -1, pool))

    def standing(self, stage: int, claims: Int64) -> tuple[Int64, Int64]:
        """How the claims stand at the stage: 1 by an own order, 0 by the open one, -1 shut out; and their key in it."""
        own, pool = self.own[stage, claims], self.stage_pool[stage, self.path[claims]]
        member = own != NOT_ELIGIBLE
        open_to_all = (pool == OPEN) | ((pool >= 0) & np.append(self.soft, False)[pool])
        tier = np.where(member, 1, np.where(open_to_all & self.may[claims], 0, -1))
        return tier, np.where(member, own, self.key[claims])

    def chosen(self, claims: Int64) -> Int64:
        """What every path makes of these claims on it: a label (REFUSED, NONE or a pool) for each."""
        label = np.full(len(claims), REFUSED, np.int64)
        for stage in range(self.stages):
            unit = self.unit(stage, claims)
            tier, key = self.standing(stage, claims)
            there = np.flatnonzero((label == REFUSED) & (unit >= 0) & (tier >= 0))
            order = there[np.lexsort((-key[there], -tier[there], unit[there]))]
            sorted_unit = unit[order]
            place = np.arange(len(order)) - np.searchsorted(sorted_unit, sorted_unit)
            taken = order[place < self.seats[sorted_unit]]
            label[taken] = np.where(tier[taken] == 1, unit[taken], NONE)
        return label


OPEN, NO_STAGE = -1, -2


def claims_of(market: Market, keys: Int64) -> Claims:
    """The claims of a market whose open order is `keys` (n, k)."""
    m, q = len(market.capacity), len(market.pools.path)
    row, column = np.nonzero((market.choices >= 0) & (market.choices < m))
    path = market.choices[row, column].astype(np.int64)
    key = keys[row, column]
    may = market.eligible[row, column] & (key != NOT_ELIGIBLE)
    stage_pool = _stages(market)
    inside = np.zeros(m, np.int64)
    np.add.at(inside, market.pools.path, market.pools.seats)
    return Claims(
        n=len(market.choices),
        m=m,
        q=q,
        row=row.astype(np.int64),
        column=column.astype(np.int64),
        path=path,
        may=may,
        key=np.where(may, key, NOT_ELIGIBLE),
        stage_pool=stage_pool,
        own=_own(market, row, path, may, stage_pool),
        seats=np.concatenate([market.pools.seats, market.capacity - inside]).astype(np.int64),
        soft=market.pools.soft,
    )


def _stages(market: Market) -> Int64:
    """Pools before the open seats as they are listed, the open seats, pools after."""
    pools = market.pools
    lines: list[list[int]] = [[OPEN] for _ in market.capacity]
    for number in range(len(pools.path)):
        line = lines[pools.path[number]]
        line.insert(line.index(OPEN) if pools.before_open[number] else len(line), number)
    table = np.full((max((len(line) for line in lines), default=1), len(lines)), NO_STAGE, np.int64)
    for path, line in enumerate(lines):
        table[: len(line), path] = line
    return table


def _own(market: Market, row: NDArray[Any], path: Int64, may: Bools, stage_pool: Int64) -> Int64:
    own = np.full((len(stage_pool), len(row)), NOT_ELIGIBLE, np.int64)
    pools = market.pools
    if not len(pools.applicant) or not len(row):
        return own
    width = len(market.capacity)
    code = row * width + path
    order = np.argsort(code, kind="stable")
    wanted = pools.applicant.astype(np.int64) * width + pools.path[pools.pool]
    place = order[np.minimum(np.searchsorted(code, wanted, sorter=order), len(code) - 1)]
    there = (code[place] == wanted) & may[place]
    stage = (stage_pool[:, pools.path[pools.pool]] == pools.pool).argmax(axis=0)
    own[stage[there], place[there]] = pools.key[there]
    return own


@dataclass(frozen=True, eq=False)
class Seen:
    """A match beside its claims.

    held, wants : bool (e,), the claim that was met; claims the applicant is eligible for and likes better than what was
        got. label : int64 (e,), pool of the claim that was met, NONE by the open order, REFUSED for all others.
    rank : int64 (n,), as in the assignment where that is a choice of the applicant's list, else NONE.
    """

    match: Match
    claims: Claims
    held: Bools
    wants: Bools
    label: Int64
    rank: Int64


def seen(match: Match) -> Seen:
    """A match, right or wrong, in the shape that every check reads."""
    claims, found = claims_of(match.market, match.keys), match.assignment
    held = (found.rank[claims.row] == claims.column) & (found.seat[claims.row] == claims.path)
    rank = np.full(claims.n, NONE, np.int64)
    rank[claims.row[held]] = claims.column[held]
    got = rank[claims.row]
    wants = claims.may & ((got == NONE) | (claims.column < got))
    label = np.where(held, match.pool[claims.row], REFUSED)
    return Seen(match, claims, held, wants, label.astype(np.int64), rank)
