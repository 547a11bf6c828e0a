"""The value of a seat the slow, obvious way: the market with a seat more or less, matched again from the beginning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gymreg_core.contracts.register import Register
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.scenarios import SeatChange
from gymreg_core.matching.seats import change_seats
from gymreg_core.matching.solve import solve


def with_seats(market: Market, path: int, change: int) -> Market:
    """The market with more or fewer seats at a path; quotas keep theirs as long as the path has room for them."""
    capacity, seats = market.capacity.copy(), market.pools.seats.copy()
    capacity[path] += change
    over = seats[market.pools.path == path].sum() - capacity[path]
    for pool in np.flatnonzero(market.pools.path == path)[::-1]:
        less = min(max(over, 0), seats[pool])
        seats[pool] -= less
        over -= less
    return replace(market, capacity=capacity, pools=replace(market.pools, seats=seats))


def again(register: Register, path: int, change: int, *, round_: str = "final", seed: int = 0) -> Match:
    """The round with a seat more or less, from the register on."""
    path_id = str(register.study_paths["path_id"].iloc[path])
    other = change_seats(register, SeatChange(path_id=(path_id,), number=change))
    return solve(build_market(other, round_, MarketOptions(seed=seed)))


def counted(before: Match, after: Match) -> dict[str, int]:
    """Who sits higher and who lower than before, choice by choice."""
    out = dict.fromkeys(("gained", "newly_seated", "first_choice", "lost", "unseated", "first_choice_lost"), 0)
    for i in np.flatnonzero(before.assignment.rank != after.assignment.rank):
        row, old, new = before.market.choices[i], before.assignment.rank[i], after.assignment.rank[i]
        first = next((c for c, path in enumerate(row) if path != NONE), NONE)
        if new != NONE and (old == NONE or new < old):
            out["gained"] += 1
            out["newly_seated"] += old == NONE
            out["first_choice"] += new == first
        elif old != NONE and (new == NONE or new > old):
            out["lost"] += 1
            out["unseated"] += new == NONE
            out["first_choice_lost"] += old == first
    return out
