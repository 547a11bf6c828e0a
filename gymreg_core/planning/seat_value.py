"""What one seat more, and one seat less, would mean for each study path: how many pupils sit higher or lower."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.admission.measures import is_national
from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.kernel import NONE, Int32, deferred_acceptance
from gymreg_core.matching.market import Match, Pools
from gymreg_core.matching.pools import expand
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import SEEDS
from gymreg_core.planning.choices_met import paths_of
from gymreg_core.planning.groups import COORDINATES, LEVELS, by_levels
from gymreg_core.planning.seat_kernel import Moves, one_less, one_more, queues_of

MORE = ("gained", "newly_seated", "first_choice", "local")
LESS = ("lost", "unseated", "first_choice_lost")
_PATHS = ("path_id", *COORDINATES, "school", "provider_form", "study_path_name")


@dataclass(frozen=True, eq=False)
class SeatValues:
    """The value of a seat in a solved round, all else as it is and nobody changing their list.

    paths : a row per study path that is open: path_id, COORDINATES, school, provider_form, study_path_name, seats.
        With one seat more: gained (pupils who get a higher choice, or a seat at all, the whole chain), and of these
        newly_seated, first_choice (get their first choice) and local (live in the study path's municipality). With one
        seat less: lost (pupils with a lower choice or none), unseated, first_choice_lost; 0 where there is no seat to
        take. Each study path by itself: values of two do not add up to what both would do together.
        With `lots` further lotteries: gained_mean, lost_mean, over them and the first.
    table : sums of the national programmes' `paths` by group (`groups.LEVELS`): COORDINATES, study_paths, seats, and
        the counts: of all seats tried one at a time. Counts of persons, for `release_rounded`.
    """

    paths: pd.DataFrame
    table: pd.DataFrame
    intake_year: int
    round: str
    lots: int

    def summary(self) -> dict[str, Any]:
        """Of national programmes, not yet released: study paths, and the mean value of a seat more and of one less."""
        whole = self.table.iloc[0]
        number = int(whole["study_paths"])
        means = {f"{name}_per_seat": float(whole[name] / number) if number else None for name in ("gained", "lost")}
        return {"study_paths": number, **means}

    def __repr__(self) -> str:
        return f"SeatValues({self.intake_year} {self.round}, {len(self.paths)} study paths)"


def seat_values(register: Register, round_: str = "final", *, seed: int = 0, lots: int = 0) -> SeatValues:
    """The value of a seat at every open study path, in a round as it stands.

    round_ : as `build_market`. seed : of the lottery. lots : further lotteries, from the seeds that follow, over which
    means are taken as well. Exact: each equals matching the round again with the seat more or less. An added seat is
    open to all; what is taken is an open seat, or the last quota's where the path has no other.
    Errors: BadParameters for fewer lots than none or a seed out of range; as `build_market`.
    """
    if lots < 0 or not 0 <= seed < SEEDS - lots:
        raise BadParameters(f"seed {seed}, {lots} lotteries", where="seat values", why="Both are 0 or more.")
    found = [
        _counts(solve(build_market(register, round_, MarketOptions(seed=seed + k))), register) for k in range(lots + 1)
    ]
    first = found[0]
    if lots:
        means = {f"{name}_mean": np.mean([one[name] for one in found], axis=0) for name in ("gained", "lost")}
        first = first.assign(**means)
    offered = first[register.study_paths["state"].eq("open").to_numpy()].reset_index(drop=True)
    return SeatValues(offered, _by_group(offered), register.intake_year, round_, lots)


def seat_moves(match: Match) -> tuple[Moves, Moves]:
    """Who moves with one seat more, and with one less, for each study path (changes 0 to m - 1). Person rows."""
    market = match.market
    units = expand(market.choices, match.keys, market.capacity, market.pools)
    queues = queues_of(units, deferred_acceptance(units.choices, units.keys, units.capacity))
    taken = _taken_from(units.capacity, market.pools, len(market.capacity))
    with_seats = np.flatnonzero(taken != NONE).astype(np.int32)
    less = one_less(queues, taken[with_seats])
    more = one_more(queues, np.arange(len(market.capacity), dtype=np.int32))
    return more, Moves(with_seats[less.change], less.who, less.before, less.after)


def _taken_from(capacity: Int32, pools: Pools, m: int) -> Int32:
    """The unit (m,) that loses a seat with its path: the open seats, else the last pool that has one, else NONE."""
    taken = np.where(capacity[:m] > 0, np.arange(m), NONE).astype(np.int32)
    for number in np.flatnonzero(pools.seats > 0):
        path = pools.path[number]
        if capacity[path] == 0:
            taken[path] = m + number
    return taken


def _counts(match: Match, register: Register) -> pd.DataFrame:
    """The counts of every study path (m rows)."""
    market, paths, m = match.market, paths_of(register), len(match.market.capacity)
    first = (market.choices != NONE).argmax(axis=1)
    more, less = seat_moves(match)
    home = register.pupils["home_municipality"].to_numpy()[market.pupil]
    local = home[more.who] == paths["municipality"].to_numpy()[more.change]
    up, down = _otherwise(more), _otherwise(less)

    def per_path(moves: Moves, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(moves.change[which], minlength=m)

    return paths[list(_PATHS)].assign(
        seats=market.capacity.astype(np.int64),
        gained=per_path(more, up),
        newly_seated=per_path(more, up & (more.before == NONE)),
        first_choice=per_path(more, up & (more.after == first[more.who])),
        local=per_path(more, up & local),
        lost=per_path(less, down),
        unseated=per_path(less, down & (less.after == NONE)),
        first_choice_lost=per_path(less, down & (less.before == first[less.who])),
    )


def _otherwise(moves: Moves) -> NDArray[np.bool_]:
    """Moves to another choice, not between the seats of one study path."""
    return np.asarray(moves.before != moves.after, np.bool_)


def _by_group(paths: pd.DataFrame) -> pd.DataFrame:
    counted = paths[is_national(paths)].assign(study_paths=1)
    names = ["study_paths", "seats", *MORE, *LESS]

    def summed(level: list[str]) -> pd.DataFrame:
        if not level:
            return counted[names].sum().to_frame().T
        return counted.groupby(level, sort=True)[names].sum().reset_index()

    return by_levels(summed, LEVELS)
