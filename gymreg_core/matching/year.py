"""The year of an admission: preliminary, final, replies, the reserve rounds, and the lists that schools take over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int32, Int64
from gymreg_core.matching.lists import FINAL, PRELIMINARY, calendar, end_of, lists_of, reserve_rounds
from gymreg_core.matching.market import Bools, Market, Match, Pools
from gymreg_core.matching.outcome import in_reserve
from gymreg_core.matching.solve import solve
from gymreg_core.matching.standing import NO_POINTS
from gymreg_core.rules import rule


@dataclass(frozen=True, eq=False, repr=False)
class Year:
    """The matches of a year in the order of time; a round nobody applied in is absent.

    matches : preliminary (no seat is really given), final, and the reserve rounds, each from the one before.
    """

    matches: Mapping[str, Match]

    @property
    def table(self) -> pd.DataFrame:
        """A row per round: round, applicants, seats, admitted, free_seats, waiting (applicants in reserve), reserves
        (their entries); since the round before, of a reserve round: moved_up, newly_seated, gave_back (persons)."""
        rows, before = [], None
        for name, match in self.matches.items():
            rows.append({"round": name, **_counts(match), **_changes(before, match)})
            before = match if name != PRELIMINARY else None
        return pd.DataFrame(rows).astype(dict.fromkeys(("moved_up", "newly_seated", "gave_back"), "Int64"))

    def reserve_lists(self) -> pd.DataFrame:
        """Who still stands in reserve when the schools take over, as `reserve_list`. Person rows: for the store."""
        return reserve_list(list(self.matches.values())[-1])

    def __repr__(self) -> str:
        return f"Year({', '.join(self.matches)})"


def run_year(
    register: Register, options: MarketOptions | None = None, *, seats_later: Mapping[str, Int32] | None = None
) -> Year:
    """Every round of the year that somebody applied in.

    seats_later : by reserve round, seats (m,) where some were added or taken away; they stay so afterwards. Nobody
    loses a seat by it.
    Choices that came in after a round's day take part from the next one on. Errors: as `build_market`.
    """
    given, year = register.applications["round"].unique(), register.intake_year
    matches = {name: solve(build_market(register, name, options)) for name in (PRELIMINARY, FINAL) if name in given}
    if FINAL not in matches:
        return Year(matches)
    before, days, since = matches[FINAL], calendar(year), calendar(year)["final_admission"]
    keeps, waits = replies_of(register)
    seats = None
    for name in reserve_rounds(year):
        seats = (seats_later or {}).get(name, seats)
        market, received = build_market(register, name, options), lists_of(register, name).received
        before = matches[name] = reserve_round(
            before,
            market if seats is None else replace(market, capacity=seats),
            keeps=keeps[market.pupil],
            waits=waits[market.pupil],
            new=received >= end_of(since),
        )
        since = days[name]
        keeps, waits = np.ones_like(keeps), np.ones_like(waits)
    return Year(matches)


def replies_of(register: Register) -> tuple[Bools, Bools]:
    """Per row of the register's pupils (p,): keeps the seat that was offered; still waits for higher choices.

    No answer counts as rules/admission.yml says (no_answer); whether one who declines waits too, as well.
    """
    year, rows = register.intake_year, register.replies
    usual = rule("admission", "no_answer", year)
    answer = pd.Series(usual, index=np.arange(len(register.pupils)))
    answer[rows["pupil"].to_numpy()] = rows["answer"].replace("none", usual).to_numpy()
    withdrawn = np.zeros(len(register.pupils), np.bool_)
    withdrawn[rows["pupil"].to_numpy()] = rows["withdraws_higher"].to_numpy(np.bool_)
    keeps = answer.eq("accepted").to_numpy(np.bool_)
    return keeps, ~withdrawn & (keeps | bool(rule("admission", "declined_stays_in_reserve", year)))


def reserve_round(before: Match, market: Market, *, keeps: Bools, waits: Bools, new: Bools) -> Match:
    """Seats that became free, offered down the reserve lists; a seat that is kept is lost only for a higher choice.

    before : the round before. market : this round by itself; everyone of `before` is in it, under the same rows of
    pupils. keeps (n,) : keeps the seat of the round before. waits (n,) : still wants the higher choices. new (n, k) :
    choices that came in since. Lower choices lapsed with the seat. A quota keeps the seats of those whom it admitted,
    and no others.
    """
    there, n = market.choices != NONE, len(market.pupil)
    row = np.searchsorted(market.pupil, before.market.pupil)
    seat = np.full(n, NONE, np.int32)
    seat[row] = before.assignment.seat
    got = there & (market.choices == seat[:, None])
    above = (seat == NONE)[:, None] | (np.arange(got.shape[1]) < got.argmax(axis=1)[:, None])
    holds = got & keeps[:, None]
    old = _listed(before.market, market)
    stays = holds | (old & above & waits[:, None]) | (there & new & (above | ~keeps[:, None]))
    lift = int(market.order.max(initial=0)) + 1
    taken = np.bincount(seat[holds.any(axis=1)], minlength=len(market.capacity))
    eligible = market.eligible & stays
    return solve(
        replace(
            market,
            choices=np.where(stays, market.choices, NONE).astype(np.int32),
            eligible=eligible,
            points=np.where(eligible, market.points, NO_POINTS).astype(np.int32),
            order=np.where(eligible, market.order + np.where(holds, lift, 0), NOT_ELIGIBLE),
            capacity=np.maximum(market.capacity, taken).astype(np.int32),
            pools=_kept_pools(before, row, keeps),
        )
    )


def _listed(before: Market, market: Market) -> Bools:
    """Choices (n, k) that still stood on the applicant's list in the round before."""
    m = len(market.capacity)
    codes = market.pupil[:, None].astype(np.int64) * m + market.choices
    stood = before.choices != NONE
    known = (before.pupil[:, None].astype(np.int64) * m + before.choices)[stood]
    return np.asarray(np.isin(codes, known) & (market.choices != NONE), np.bool_)


def _kept_pools(before: Match, row: Int64, keeps: Bools) -> Pools:
    """The pools of `before` with the seats that are kept in them."""
    held = (before.pool != NONE) & keeps[row]
    if not held.any():
        return Pools.none()
    old, pool = np.unique(before.pool[held], return_inverse=True)
    pools, flags = before.market.pools, np.ones(len(old), np.bool_)
    return Pools(
        path=pools.path[old],
        seats=np.bincount(pool).astype(np.int32),
        before_open=flags,
        soft=flags,
        kind=pools.kind[old],
        applicant=row[held].astype(np.int32),
        pool=pool.astype(np.int32),
        key=-np.arange(len(pool), dtype=np.int64),
    )


def reserve_list(match: Match) -> pd.DataFrame:
    """The reserve list of every path: columns path, place (1 = next), pupil (rows of the register). Person rows."""
    row, column = np.nonzero(in_reserve(match))
    path = match.market.choices[row, column]
    order = np.lexsort((-match.keys[row, column], path))
    path, row = path[order], row[order]
    place = np.arange(len(path)) - np.searchsorted(path, path) + 1
    return pd.DataFrame({"path": path, "place": place.astype(np.int32), "pupil": match.market.pupil[row]})


def _counts(match: Match) -> dict[str, int]:
    waiting = in_reserve(match)
    admitted, capacity = match.assignment.admitted, match.market.capacity
    return {
        "applicants": len(match.market.pupil),
        "seats": int(capacity.sum()),
        "admitted": int(admitted.sum()),
        "free_seats": int(np.maximum(capacity - admitted, 0).sum()),
        "waiting": int(waiting.any(axis=1).sum()),
        "reserves": int(waiting.sum()),
    }


def _changes(before: Match | None, match: Match) -> dict[str, int | None]:
    if before is None:
        return dict.fromkeys(("moved_up", "newly_seated", "gave_back"))
    row = np.searchsorted(match.market.pupil, before.market.pupil)
    had = np.full(len(match.market.pupil), NONE, np.int32)
    had[row], has = before.assignment.seat, match.assignment.seat
    return {
        "moved_up": int(((had != NONE) & (has != NONE) & (had != has)).sum()),
        "newly_seated": int(((had == NONE) & (has != NONE)).sum()),
        "gave_back": int(((had != NONE) & (has == NONE)).sum()),
    }
