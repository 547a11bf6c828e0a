"""The match beside the obvious one, and beside every assignment there is, on random markets with quotas and ties."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT, deferred_acceptance
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.solve import solve
from tests.matching_markets import small_market
from tests.matching_reference import Solved, reference

BATCHES, CASES = 10, 1_000


def same(found: Match, expected: Solved) -> bool:
    """Seat, rank, pool, admitted and cut-offs of the match are those of the reference."""
    market, assignment = found.market, found.assignment
    rank = np.array(expected.rank, np.int32)
    seat = np.where(
        rank == NONE, NONE, np.append(market.choices, np.full((len(rank), 1), NONE), axis=1)[np.arange(len(rank)), rank]
    )
    cutoffs = [NOT_ELIGIBLE if last is None else int(found.keys[last]) if last else SHUT for last in expected.last]
    own = [NOT_ELIGIBLE if last is None else _own_key(market, q, *last) for q, last in enumerate(expected.last_own)]
    return (
        (assignment.rank == rank).all()
        and (assignment.seat == seat).all()
        and (found.pool == expected.pool).all()
        and (assignment.admitted == np.bincount(seat[seat != NONE], minlength=len(market.capacity))).all()
        and assignment.cutoff_key.tolist() == cutoffs
        and found.pool_cutoff_key.tolist() == own
    )


def _own_key(market: Market, q: int, i: int | None = None) -> int:
    pools = market.pools
    return SHUT if i is None else int(pools.key[(pools.applicant == i) & (pools.pool == q)][0])


@pytest.mark.parametrize("batch", range(BATCHES))
def test_rounds_of_proposals_give_the_same(batch: int) -> None:
    rng = np.random.default_rng([batch, 1])
    for _ in range(CASES):
        market = small_market(rng, n_most=9)
        found = solve(market)
        assert same(found, reference(market)), market
        if market.lottery.ndim == 1 and not len(market.pools.path):
            _one_list_too(market, found)


def _one_list_too(market: Market, found: Match) -> None:
    """Where every path ranks alike, the list (n,) in place of keys (n, k) gives the same."""
    keys = np.where(market.eligible, found.keys, NOT_ELIGIBLE)
    common = keys.max(axis=1, initial=NOT_ELIGIBLE)
    if (keys == common[:, None])[market.eligible].all():
        open_to = np.where(market.eligible, market.choices, NONE).astype(np.int32)
        short = deferred_acceptance(open_to, common, market.capacity)
        assert all(
            (getattr(short, name) == getattr(found.assignment, name)).all()
            for name in ("seat", "rank", "cutoff_key", "admitted")
        )
