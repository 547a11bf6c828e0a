"""Solving a round: keys from order and lottery, the mechanism, the quotas."""

from __future__ import annotations

from gymreg_core.matching.kernel import deferred_acceptance
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.pools import Mechanism, solve_with_pools
from gymreg_core.matching.ties import keys_of


def solve(market: Market, mechanism: Mechanism = deferred_acceptance) -> Match:
    """Who gets which seat, by deferred acceptance unless another mechanism is asked for.

    Errors: BadInput where the market's arrays are no market (matching/kernel.py).
    """
    keys = keys_of(market.order, market.lottery)
    assignment, pool, pool_cutoff = solve_with_pools(market.choices, keys, market.capacity, market.pools, mechanism)
    return Match(market, keys, assignment, pool, pool_cutoff)
