"""What holds of deferred acceptance whatever the market, with quotas and ties: no lie pays, more never hurts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from gymreg_core.matching import certificate_checks as checks
from gymreg_core.matching.certificate_figures import trade_up
from gymreg_core.matching.certificate_view import seen
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, deferred_acceptance
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.mechanisms import immediate_acceptance, serial_dictatorship, top_trading_cycles
from gymreg_core.matching.pools import Mechanism
from gymreg_core.matching.solve import solve
from tests.matching_markets import small_market
from tests.matching_misreports import tries
from tests.matching_reference import chosen

TRIES = 5_000  # `make simulate` makes 100,000
CASES = 1_000
RULES = ("one_seat", "eligibility", "capacity", "no_wasted_seat", "no_justified_envy", "quota_rules")


def test_nobody_gains_by_another_list() -> None:
    assert sum(islice(tries(1, deferred_acceptance), TRIES)) == 0


@pytest.mark.parametrize(
    ("mechanism", "rank_breaks_ties"), [(immediate_acceptance, False), (deferred_acceptance, True)]
)
def test_a_lie_that_pays_is_found_where_there_is_one(mechanism: Mechanism, rank_breaks_ties: bool) -> None:
    found = islice(tries(1, mechanism, rank_breaks_ties=rank_breaks_ties, quotas=False), TRIES)
    assert any(found)


def place(match: Match) -> np.ndarray:
    """Place of the seat on the own list (n,), the width of the list where there is none: lower is better."""
    rank = match.assignment.rank
    return np.where(rank == NONE, match.market.choices.shape[1], rank)


def a_seat_more(market: Market, rng: np.random.Generator) -> tuple[Market, np.ndarray]:
    """Nobody is hurt."""
    capacity = market.capacity.copy()
    capacity[rng.integers(0, len(capacity))] += 1
    return replace(market, capacity=capacity), np.ones(len(market.choices), np.bool_)


def one_applicant_less(market: Market, rng: np.random.Generator) -> tuple[Market, np.ndarray]:
    """Nobody who stays is hurt; so nobody is helped by one more."""
    gone = int(rng.integers(0, len(market.choices)))
    order = market.order.copy()
    order[gone] = NOT_ELIGIBLE
    eligible = market.eligible & (order != NOT_ELIGIBLE)
    return replace(market, order=order, eligible=eligible), np.arange(len(order)) != gone


def better_merit(market: Market, rng: np.random.Generator) -> tuple[Market, np.ndarray]:
    """The one concerned is not hurt (Balinski and Sönmez 1999)."""
    one = int(rng.integers(0, len(market.choices)))
    order = market.order.copy()
    raised = order[one] + rng.integers(0, 4, order.shape[1])
    order[one] = np.where(order[one] == NOT_ELIGIBLE, NOT_ELIGIBLE, raised)
    return replace(market, order=order), np.arange(len(order)) == one


Change = Callable[[Market, np.random.Generator], tuple[Market, np.ndarray]]


@pytest.mark.parametrize("change", [a_seat_more, one_applicant_less, better_merit])
def test_more_never_hurts(change: Change) -> None:
    rng = np.random.default_rng(3)
    moved = 0
    for _ in range(CASES):
        market = small_market(rng, n_most=10)
        after, concerned = change(market, rng)
        before_place, after_place = place(solve(market)), place(solve(after))
        assert (after_place <= before_place)[concerned].all()
        moved += (after_place < before_place)[concerned].any()
    assert moved > CASES / 50, "hardly anyone moved, so hardly anything was seen"


def test_names_decide_nothing() -> None:
    rng = np.random.default_rng(4)
    for _ in range(CASES):
        market = small_market(rng)
        n, m = len(market.choices), len(market.capacity)
        rows, paths = rng.permutation(n), rng.permutation(m)
        new_path = np.append(np.argsort(paths), NONE).astype(np.int32)
        pools = replace(
            market.pools,
            path=new_path[market.pools.path],
            applicant=np.argsort(rows)[market.pools.applicant].astype(np.int32),
        )
        named = replace(
            market,
            choices=new_path[market.choices[rows]],
            eligible=market.eligible[rows],
            order=market.order[rows],
            lottery=market.lottery[rows],
            capacity=market.capacity[paths],
            pools=pools,
        )
        one, other = solve(market), solve(named)
        assert (one.assignment.rank[rows] == other.assignment.rank).all()
        assert (one.pool[rows] == other.pool).all()
        assert (one.assignment.cutoff_key[paths] == other.assignment.cutoff_key).all()


@pytest.mark.parametrize("mechanism", [serial_dictatorship, top_trading_cycles])
def test_no_trade_is_left_where_seats_were_traded_or_picked(mechanism: Mechanism) -> None:
    rng = np.random.default_rng(5)
    for _ in range(CASES // 4):
        market = small_market(rng, with_pools=False)
        if market.lottery.ndim == 1:
            match = solve(market)
            found = mechanism(market.choices, match.keys, market.capacity)
            assert trade_up(seen(replace(match, assignment=found))) == 0


def any_assignment(market: Market, rng: np.random.Generator) -> Match:
    """A choice or none for everyone, right in half of the rows; pools as the paths would say, often."""
    right = solve(market)
    n, k = market.choices.shape
    rank = np.where(rng.random(n) < 0.7, right.assignment.rank, rng.integers(-1, k, n)).astype(np.int32)
    rank[(rank != NONE) & (market.choices[np.arange(n), rank] == NONE)] = NONE
    seat = np.where(rank == NONE, NONE, market.choices[np.arange(n), rank]).astype(np.int32)
    pool = right.pool.copy()
    if rng.random() < 0.8:
        pool[:] = NONE
        for j in range(len(market.capacity)):
            for i, q in chosen(market, j, {int(i): int(rank[i]) for i in np.flatnonzero(seat == j)}).items():
                pool[i] = q
    admitted = np.bincount(seat[seat != NONE], minlength=len(market.capacity)).astype(np.int32)
    return replace(right, assignment=replace(right.assignment, seat=seat, rank=rank, admitted=admitted), pool=pool)


def is_stable(match: Match) -> bool:
    """Every path, free to choose among its own and all who would rather be there, chooses its own, in their pools."""
    market, rank = match.market, match.assignment.rank
    for i in np.flatnonzero(rank != NONE):
        if not market.eligible[i, rank[i]]:
            return False
    if (match.pool[rank == NONE] != NONE).any():
        return False
    for j in range(len(market.capacity)):
        claims = {}
        for i, c in zip(*np.nonzero((market.choices == j) & market.eligible), strict=True):
            if rank[i] == NONE or c <= rank[i]:
                claims[int(i)] = int(c)
        own = {int(i): int(match.pool[i]) for i in np.flatnonzero(match.assignment.seat == j)}
        if chosen(market, j, claims) != own:
            return False
    return True


def test_the_certificate_calls_stable_what_is_stable_and_nothing_else() -> None:
    rng = np.random.default_rng(6)
    stable = 0
    for _ in range(3 * CASES):
        match = any_assignment(small_market(rng), rng)
        view = seen(match)
        counts = [getattr(checks, name)(view) for name in RULES]
        passed = all(count is None or count[0] == 0 for count in counts)
        assert passed == is_stable(match), dict(zip(RULES, counts, strict=True))
        stable += passed
    assert CASES / 10 < stable < 2.9 * CASES
