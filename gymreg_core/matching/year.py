"""The year of an admission: preliminary, final, replies, two reserve rounds, and the lists that schools take over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int32, Int64
from gymreg_core.matching.market import Bools, Market, Match, Pools
from gymreg_core.matching.outcome import in_reserve
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import keys_of

RESERVE_ROUNDS = ("reserve_1", "reserve_2")


@dataclass(frozen=True, eq=False)
class Year:
    """The matches of a year in the order of time: preliminary, final, reserve_1, reserve_2; a round nobody applied in is absent."""

    matches: Mapping[str, Match]

    def reserve_lists(self) -> pd.DataFrame:
        """Who still stands in reserve when schools take over: path, pupil and place (1 = next), rows of the register.

        Person rows: for the store alone.
        """
        return reserve_list(list(self.matches.values())[-1])


def run_year(
    register: Register, options: MarketOptions | None = None, *, seats_later: Mapping[str, Int32] | None = None
) -> Year:
    """Every round of the year, each from the one before.

    seats_later : capacity (m,) of a reserve round where seats were added or taken away after the final admission; never
        below those that are taken, for nobody loses a seat.
    Applicants who did not answer have accepted and stay in reserve for their higher choices.
    """
    given, matches = set(register.applications["round"]), {}
    for round_ in ("preliminary", "final"):
        if round_ in given:
            matches[round_] = solve(build_market(register, round_, options))
    if "final" in matches:
        before = matches["final"]
        keeps, waits = replies_of(register, before)
        for round_ in RESERVE_ROUNDS:
            seats = (seats_later or {}).get(round_)
            before = reserve_round(before, round_, keeps=keeps, waits=waits, capacity=seats)
            keeps = np.ones(len(keeps), np.bool_)
            matches[round_] = before
    return Year(matches)


def replies_of(register: Register, match: Match) -> tuple[Bools, Bools]:
    """Per applicant of the match (n,): keeps what was offered; still waits for higher choices."""
    declined, withdrawn = (np.zeros(len(register.pupils), np.bool_) for _ in range(2))
    rows = register.replies
    declined[rows["pupil"].to_numpy()] = rows["answer"].eq("declined").to_numpy()
    withdrawn[rows["pupil"].to_numpy()] = rows["withdraws_higher"].to_numpy(np.bool_)
    keeps = ~declined[match.market.pupil]
    return keeps, ~withdrawn[match.market.pupil] & keeps


def reserve_round(before: Match, round_: str, *, keeps: Bools, waits: Bools, capacity: Int32 | None = None) -> Match:
    """Seats that became free, offered down the reserve lists; a seat that is kept is lost only for a higher choice.

    keeps (n,) : keeps the seat of the round before. waits (n,) : still wants the higher choices. capacity (m,) : seats of
    this round, the round before's where None. Lower choices lapsed with the seat. Free-quota seats that are not taken
    fall to the open order.
    """
    market, rank = before.market, before.assignment.rank
    seated = (rank != NONE) & keeps
    column = np.arange(market.choices.shape[1])[None, :]
    holds = seated[:, None] & (column == rank[:, None])
    above = np.where((rank == NONE)[:, None], True, column < rank[:, None])
    stays = holds | (above & waits[:, None])
    choices = np.where(stays, market.choices, NONE).astype(np.int32)
    seats = market.capacity if capacity is None else capacity
    taken = np.bincount(before.assignment.seat[seated], minlength=len(seats))
    later = replace(
        market,
        round=round_,
        choices=choices,
        eligible=market.eligible & stays,
        order=_with_holders_first(market, holds, stays),
        capacity=np.maximum(seats, taken).astype(np.int32),
        pools=Pools.none(),
    )
    return solve(later)


def _with_holders_first(market: Market, holds: Bools, stays: Bools) -> Int64:
    top = int(market.order.max(initial=0)) + 1
    order = np.where(stays, market.order, NOT_ELIGIBLE)
    return np.where(holds, top, order).astype(np.int64)


def reserve_list(match: Match) -> pd.DataFrame:
    """The reserve list of every path: columns path, place (1 = next), pupil (rows of the register). Person rows."""
    row, column = np.nonzero(in_reserve(match))
    path = match.market.choices[row, column]
    key = keys_of(match.market.order, match.market.lottery)[row, column]
    order = np.lexsort((-key, path))
    path, row = path[order], row[order]
    _, first = np.unique(path, return_index=True)
    place = np.arange(len(path)) - np.repeat(first, np.diff(np.append(first, len(path)))) + 1
    return pd.DataFrame({"path": path, "place": place.astype(np.int32), "pupil": match.market.pupil[row]})
