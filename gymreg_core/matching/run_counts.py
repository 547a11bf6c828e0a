"""What many re-runs came to, as counts that can be added up in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int64
from gymreg_core.matching.market import Market
from gymreg_core.matching.redraw import redraw
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import LOTTERY_BITS
from gymreg_core.rules import rule

_HUNDREDTHS = 100


@dataclass(frozen=True, eq=False)
class RunCounts:
    """How often each figure came out over `runs` re-runs; the size does not depend on their number.

    cutoff : int64 (m, b + 1), runs in which the path's cut-off lay in the bin; the last column: without a cut-off.
    first_choice, seated : int64 (n + 1,), runs in which so many applicants got their first choice, a seat at all.
    free_seats : int64 (s + 1,), runs in which so many of all s seats stayed empty.
    lowest, step : hundredths of a point: where the first bin of `cutoff` begins, and how wide each is.
    """

    runs: int
    cutoff: Int64
    first_choice: Int64
    seated: Int64
    free_seats: Int64
    lowest: int
    step: int

    def __add__(self, other: RunCounts) -> RunCounts:
        return RunCounts(
            self.runs + other.runs,
            self.cutoff + other.cutoff,
            self.first_choice + other.first_choice,
            self.seated + other.seated,
            self.free_seats + other.free_seats,
            self.lowest,
            self.step,
        )


def no_runs(market: Market) -> RunCounts:
    """Counts of no run at all, in the shape that this market's runs have."""
    n, m = market.choices.shape[0], len(market.capacity)
    step = round(rule("what_if", "cutoff_bin", market.intake_year) * _HUNDREDTHS)
    held = market.points[market.eligible]
    lowest = int(held.min()) // step * step if held.size else 0
    bins = (int(held.max()) - lowest) // step + 1 if held.size else 0
    people = np.zeros(n + 1, np.int64)
    free = np.zeros(int(market.capacity.sum()) + 1, np.int64)
    return RunCounts(0, np.zeros((m, bins + 1), np.int64), people, people.copy(), free, lowest, step)


def count_runs(market: Market, runs: Iterable[int], *, seed: int, resample: bool) -> RunCounts:
    """The runs with these numbers, one after the other; what comes out does not depend on how they are divided."""
    counts, points = no_runs(market), _points_of_class(market)
    done, m = 0, np.arange(len(market.capacity))
    for run in runs:
        cutoff, first, seated, free = figures_of_run(redraw(market, run, seed=seed, resample=resample), points)
        bins = np.where(cutoff < 0, counts.cutoff.shape[1] - 1, (cutoff - counts.lowest) // counts.step)
        counts.cutoff[m, bins] += 1
        counts.first_choice[first] += 1
        counts.seated[seated] += 1
        counts.free_seats[free] += 1
        done += 1
    return replace(counts, runs=done)


def _points_of_class(market: Market) -> Int64:
    """Hundredths of a point by class of the open order: all of a class have the same."""
    classes = market.order[market.eligible]
    points = np.zeros(int(classes.max(initial=-1)) + 1, np.int64)
    points[classes] = market.points[market.eligible]
    return points


def figures_of_run(market: Market, points: Int64) -> tuple[Int64, int, int, int]:
    """Of one solved round: cut-off in hundredths per path (m,), -1 without; first choices met, seated, empty seats.

    points : `_points_of_class` of the market that this one was drawn from.
    """
    found = solve(market).assignment
    key = found.cutoff_key
    known = (key != NOT_ELIGIBLE) & (found.admitted >= market.capacity) & (found.admitted > 0)
    cutoff = np.full(len(key), -1, np.int64)
    cutoff[known] = points[key[known] >> LOTTERY_BITS]
    first = (market.choices != NONE).argmax(axis=1)
    met = int(((found.seat != NONE) & (found.rank == first)).sum())
    free = int(np.maximum(market.capacity - found.admitted, 0).sum())
    return cutoff, met, int((found.seat != NONE).sum()), free


def quantiles(counts: Int64, shares: Iterable[float]) -> list[NDArray[np.float64]]:
    """For each share the lowest bin (rows,) that so many of the runs lie at or below; NaN in rows without any run.

    counts : int64 (rows, bins).
    """
    running = counts.cumsum(axis=1)
    whole = running[:, -1]
    out = []
    for share in shares:
        # Counting in whole runs: a quantile is a run that happened, the same on every machine.
        wanted = np.maximum(1, np.ceil(np.round(share * whole, 9))).astype(np.int64)
        place = (running < wanted[:, None]).sum(axis=1)
        out.append(np.where(whole > 0, place, np.nan).astype(np.float64))
    return out
