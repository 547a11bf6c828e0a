"""What many re-runs came to, as counts that can be added up in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE, Int32, Int64
from gymreg_core.matching.rerun_kernel import Figures, RerunLists, one_run

TODAY, SCENARIO, CHANGE = "today", "scenario", "change"
SERIES = (TODAY, SCENARIO, CHANGE)
CUTOFF = "cutoff"
TOTALS = ("first_choice", "seated", "free_seats")


class Rounds(NamedTuple):
    """What is run again: a round, or a round today and under a scenario, side by side.

    today, scenario : the lists of each, `scenario` None where there is one round alone. before : int32 (m,), the study
    path of today that each path of the scenario is, NONE for a new one.
    """

    today: RerunLists
    scenario: RerunLists | None
    before: Int32


@dataclass(frozen=True, eq=False)
class Histogram:
    """In how many runs each row had which value. counts : int64 (rows, bins), bin b holds the values nearest to
    lowest + b * step; a run without a value is nowhere."""

    lowest: int
    step: int
    counts: Int64

    @classmethod
    def between(cls, rows: int, lowest: int, highest: int, step: int = 1) -> Histogram:
        """No run at all, with room for values from `lowest` to `highest`."""
        bins = (highest - lowest) // step + 2
        return cls(lowest // step * step, step, np.zeros((rows, bins), np.int64))

    def count(self, rows: Int64, values: Int32) -> None:
        """One more run, in which each of these rows, all different, had its value."""
        self.counts[rows, (values - self.lowest + self.step // 2) // self.step] += 1

    def __add__(self, other: Histogram) -> Histogram:
        return replace(self, counts=self.counts + other.counts)

    def quantiles(self, shares: Iterable[float]) -> NDArray[np.float64]:
        """For each share the lowest value (shares, rows) that so many of a row's runs lie at or below, NaN without any.

        Counted in whole runs, so that a quantile is a run that happened, the same on every machine.
        """
        running = self.counts.cumsum(axis=1)
        whole = running[:, -1]
        wanted = [np.maximum(1, np.ceil(np.round(share * whole, 9))) for share in shares]
        places = [(running < least[:, None]).sum(axis=1) for least in wanted]
        return np.array([np.where(whole > 0, self.lowest + self.step * place, np.nan) for place in places])


@dataclass(frozen=True, eq=False)
class RunCounts:
    """How often each figure came out over `runs` re-runs; the size does not depend on their number.

    histograms : by series (today, scenario, change) and measure: cutoff, in hundredths, a row per study path of the
    series' round; first_choice, seated, free_seats, one row. A cut-off's change is counted where both rounds have one.
    """

    runs: int
    histograms: Mapping[tuple[str, str], Histogram]

    def __add__(self, other: RunCounts) -> RunCounts:
        return RunCounts(self.runs + other.runs, {k: h + other.histograms[k] for k, h in self.histograms.items()})


def no_runs(rounds: Rounds, step: int) -> RunCounts:
    """Counts of no run at all; step : width of the bins of cut-offs, in hundredths of a point."""
    found = _empty(TODAY, rounds.today, step)
    if rounds.scenario is not None:
        found |= _empty(SCENARIO, rounds.scenario, step)
        for measure in (CUTOFF, *TOTALS):
            today, then = found[TODAY, measure], found[SCENARIO, measure]
            lowest = then.lowest - _highest(today)
            found[CHANGE, measure] = Histogram.between(
                len(then.counts), lowest, _highest(then) - today.lowest, today.step
            )
    return RunCounts(0, found)


def _empty(series: str, lists: RerunLists, step: int) -> dict[tuple[str, str], Histogram]:
    held = np.where(lists.points < 0, ~lists.points, lists.points)
    low, high = (int(held.min()), int(held.max())) if held.size else (0, 0)
    n, seats = len(lists.first), int(lists.seats.sum())
    tops = dict.fromkeys(TOTALS, n) | {"free_seats": seats}
    totals = {(series, name): Histogram.between(1, 0, top) for name, top in tops.items()}
    return {(series, CUTOFF): Histogram.between(len(lists.seats), low, high, step), **totals}


def _highest(histogram: Histogram) -> int:
    return int(histogram.lowest + histogram.step * (histogram.counts.shape[1] - 1))


def count_runs(rounds: Rounds, runs: range, *, seed: int, resample: bool, step: int) -> RunCounts:
    """The runs with these numbers; what comes out does not depend on how they are divided.

    Both rounds of a run draw the same applicants and lots (`side_by_side`), so that their change is not blurred by it.
    """
    counts = no_runs(rounds, step)
    for run in runs:
        today = one_run(rounds.today, seed, run, resample=resample)
        _count(counts, TODAY, today)
        if rounds.scenario is not None:
            then = one_run(rounds.scenario, seed, run, resample=resample)
            _count(counts, SCENARIO, then)
            _count_change(counts, today, then, rounds.before)
    return replace(counts, runs=len(runs))


def _count(counts: RunCounts, series: str, figures: Figures) -> None:
    known = np.flatnonzero(figures.cutoff >= 0)
    counts.histograms[series, CUTOFF].count(known, figures.cutoff[known])
    for measure in TOTALS:
        counts.histograms[series, measure].count(_ONE_ROW, np.array([getattr(figures, measure)], np.int32))


def _count_change(counts: RunCounts, today: Figures, then: Figures, before: Int32) -> None:
    was = np.where(before == NONE, -1, today.cutoff[before])
    both = np.flatnonzero((then.cutoff >= 0) & (was >= 0))
    counts.histograms[CHANGE, CUTOFF].count(both, then.cutoff[both] - was[both])
    for measure in TOTALS:
        moved = getattr(then, measure) - getattr(today, measure)
        counts.histograms[CHANGE, measure].count(_ONE_ROW, np.array([moved], np.int32))


_ONE_ROW = np.zeros(1, np.int64)
