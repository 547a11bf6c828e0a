"""Deferred acceptance the obvious way: in rounds, each path choosing anew among those who ask and those it holds."""

from __future__ import annotations

from dataclasses import dataclass

from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Market

Claims = dict[int, int]
"""Applicants who want a seat at one path, and which of their choices it is."""


@dataclass(frozen=True)
class Solved:
    """Per applicant the column of the choice and the pool; per path and pool who was admitted with the lowest place.

    last : per path, the last by the open order where no seat is open to it any more, None where one is, () where it had
        none.
    last_own : per pool the same in its own order.
    """

    rank: list[int]
    pool: list[int]
    last: list[tuple[int, ...] | None]
    last_own: list[tuple[int, ...] | None]


def reference(market: Market) -> Solved:
    n, k = market.choices.shape
    m = len(market.capacity)
    next_choice = [0] * n
    held: list[Claims] = [{} for _ in range(m)]
    while asking := [i for i in range(n) if next_choice[i] < k and not any(i in claims for claims in held)]:
        for i in asking:
            c = next_choice[i]
            next_choice[i] += 1
            if market.eligible[i, c]:
                held[market.choices[i, c]][i] = c
        held = [{i: claims[i] for i in chosen(market, j, claims)} for j, claims in enumerate(held)]
    pools = [chosen(market, j, claims) for j, claims in enumerate(held)]
    rank, pool = [NONE] * n, [NONE] * n
    for j in range(m):
        for i, q in pools[j].items():
            rank[i], pool[i] = held[j][i], q
    return Solved(
        rank,
        pool,
        [_last(market, j, held[j], pools[j]) for j in range(m)],
        [_last_own(market, q, pools[market.pools.path[q]]) for q in range(len(market.pools.path))],
    )


def chosen(market: Market, j: int, claims: Claims) -> dict[int, int]:
    """Whom path j admits of those who want a seat, and in which pool's own order, NONE by the open order."""
    left, admitted = dict(claims), {}
    for q in stages(market, j):
        own = {} if q == NONE else own_places(market, q)
        members = sorted((i for i in left if i in own), key=lambda i: -own[i])
        open_to_all = q == NONE or market.pools.soft[q]
        others = sorted((i for i in left if i not in own), key=lambda i: place(market, i, left[i]), reverse=True)
        for i in [*members, *(others if open_to_all else [])][: seats(market, j, q)]:
            admitted[i] = q if i in own else NONE
            del left[i]
    return admitted


def stages(market: Market, j: int) -> list[int]:
    """The pools of path j in the order in which they are filled, NONE for its open seats."""
    mine = [q for q in range(len(market.pools.path)) if market.pools.path[q] == j]
    before = [q for q in mine if market.pools.before_open[q]]
    return [*before, NONE, *(q for q in mine if q not in before)]


def seats(market: Market, j: int, q: int) -> int:
    if q != NONE:
        return int(market.pools.seats[q])
    return int(market.capacity[j]) - sum(int(market.pools.seats[q]) for q in stages(market, j) if q != NONE)


def place(market: Market, i: int, c: int) -> tuple[int, int]:
    """Where a choice stands in the open order of its path: by class, then by lot."""
    return int(market.order[i, c]), int(market.lottery[i] if market.lottery.ndim == 1 else market.lottery[i, c])


def own_places(market: Market, q: int) -> dict[int, int]:
    pools = market.pools
    return {int(i): int(key) for i, p, key in zip(pools.applicant, pools.pool, pools.key, strict=True) if p == q}


def _last(market: Market, j: int, claims: Claims, admitted: dict[int, int]) -> tuple[int, ...] | None:
    hard = [q for q in stages(market, j) if q != NONE and not market.pools.soft[q]]
    by_others = sum(1 for q in admitted.values() if q not in hard)
    if by_others < int(market.capacity[j]) - sum(seats(market, j, q) for q in hard):
        return None
    by_order = [(i, claims[i]) for i, q in admitted.items() if q == NONE]
    return min(by_order, key=lambda one: place(market, *one), default=())


def _last_own(market: Market, q: int, admitted: dict[int, int]) -> tuple[int, ...] | None:
    members = [i for i, p in admitted.items() if p == q]
    if len(members) < market.pools.seats[q]:
        return None
    own = own_places(market, q)
    return (min(members, key=own.__getitem__),) if members else ()
