"""Solving a round: keys from order and lottery, the mechanism, the quotas."""

from __future__ import annotations

from gymreg_core.matching.kernel import deferred_acceptance
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.mechanisms import immediate_acceptance, one_list, rank_first, serial_dictatorship
from gymreg_core.matching.pools import Mechanism, solve_with_pools
from gymreg_core.matching.ties import keys_of

REORDERED = {immediate_acceptance: rank_first, serial_dictatorship: one_list}
"""Mechanisms that are deferred acceptance with another open order, and how they make it."""


def solve(market: Market, mechanism: Mechanism = deferred_acceptance) -> Match:
    """Who gets which seat, by deferred acceptance unless another mechanism is asked for.

    Quotas keep their own order under every mechanism, which decides who takes the open seats; by top trading cycles
    quota places are traded like others, a hard quota's among its own applicants alone. `keys` of the match are those of
    the open order as the mechanism sees it.
    Errors: BadInput where the market's arrays are no market (matching/kernel.py).
    """
    keys = keys_of(market.order, market.lottery)
    if mechanism in REORDERED:
        keys, mechanism = REORDERED[mechanism](market.choices, keys), deferred_acceptance
    assignment, pool, pool_cutoff = solve_with_pools(market.choices, keys, market.capacity, market.pools, mechanism)
    return Match(market, keys, assignment, pool, pool_cutoff)
