"""How sure a round's figures are: intervals over new lotteries and applicants drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Market
from gymreg_core.matching.pieces import Progress
from gymreg_core.matching.rerun_lists import rerun_lists, side_by_side
from gymreg_core.matching.run_counts import CHANGE, CUTOFF, SCENARIO, SERIES, TODAY, TOTALS, Rounds, RunCounts
from gymreg_core.matching.runs import re_run
from gymreg_core.rules import rule

Side = tuple[Register, Market]
_HUNDREDTHS = 100


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Figures of a round over many re-runs, and of the same round under a scenario where there is one.

    cutoffs : a row per series (today | scenario | change) and study path. series, path_id, runs (in which it had a
        cut-off, for a change in both rounds), competitive_share (of all runs), and quantiles of the cut-off over those
        runs, in points: cutoff_p05, cutoff_p50, cutoff_p95 (rules/what_if.yml, interval), NA without any.
    totals : a row per series and measure (first_choice, seated, free_seats): value_p05, value_p50, value_p95.
    """

    intake_year: int
    round: str
    runs: int
    seed: int
    resample: bool
    cutoffs: pd.DataFrame
    totals: pd.DataFrame

    def total(self, measure: str, series: str = TODAY) -> tuple[int, int]:
        """The outer quantiles of a measure."""
        row = self.totals[self.totals["measure"].eq(measure) & self.totals["series"].eq(series)].iloc[0]
        values = [int(row[name]) for name in self.totals.columns if name.startswith("value_")]
        return values[0], values[-1]

    def typical_width(self, series: str = TODAY) -> float | None:
        """How wide the interval of a cut-off is, in points: the median of the paths that had one in every run."""
        rows = self.cutoffs[self.cutoffs["series"].eq(series) & self.cutoffs["runs"].eq(self.runs)]
        names = [name for name in rows.columns if name.startswith("cutoff_")]
        return float((rows[names[-1]] - rows[names[0]]).median()) if len(rows) else None

    def summary(self) -> dict[str, Any]:
        """The outer quantiles by series and measure, and how wide the interval of a cut-off typically is."""
        series = list(dict.fromkeys(self.totals["series"]))
        return {
            "runs": self.runs,
            "resample": self.resample,
            **{f"{measure}_{one}": self.total(measure, one) for one in series for measure in TOTALS},
            **{f"cutoff_width_{one}": self.typical_width(one) for one in series},
        }

    def __repr__(self) -> str:
        return f"Uncertainty({self.runs} re-runs of {self.intake_year} {self.round})"


def uncertainty(
    today: Side,
    scenario: Side | None = None,
    *,
    runs: int,
    seed: int = 0,
    resample: bool = True,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Uncertainty:
    """`runs` re-runs of a round with new lotteries and, with `resample`, applicants drawn with replacement.

    today : the round as it is, a register and its market. scenario : the same round otherwise; in a run both have the
    same applicants with the same lots, as far as both have them.
    A resampled round has as many applicants as the round, and in a scenario with a larger cohort as many of those that
    come once more; those whom a smaller cohort lacks are drawn and do not apply. What comes out depends on seed and
    runs alone, bit for bit, not on `jobs` and `cluster` (runs.py). Errors: as `re_run`.
    """
    market = today[1]
    ids = {TODAY: _path_ids(*today)}
    if scenario is None:
        rounds = Rounds(rerun_lists(market), None, np.zeros(0, np.int32))
    else:
        ids[SCENARIO] = ids[CHANGE] = _path_ids(*scenario)
        before = ids[TODAY].get_indexer(ids[SCENARIO])
        rounds = Rounds(*side_by_side(market, scenario[1]), np.where(before < 0, NONE, before).astype(np.int32))
    counts = re_run(
        rounds,
        runs,
        seed=seed,
        resample=resample,
        step=round(rule("what_if", "cutoff_bin", market.intake_year) * _HUNDREDTHS),
        jobs=jobs,
        cluster=cluster,
        progress=progress,
    )
    interval: dict[str, float] = rule("what_if", "interval", market.intake_year)
    present = [series for series in SERIES if series in ids]
    return Uncertainty(
        intake_year=market.intake_year,
        round=market.round,
        runs=counts.runs,
        seed=seed,
        resample=resample,
        cutoffs=pd.concat([_cutoffs(counts, one, ids[one], interval) for one in present], ignore_index=True),
        totals=pd.concat([_totals(counts, one, interval) for one in present], ignore_index=True),
    )


def _path_ids(register: Register, market: Market) -> pd.Index[str]:
    ids: pd.Index[str] = pd.Index(register.study_paths["path_id"].iloc[market.path])
    return ids


def _cutoffs(counts: RunCounts, series: str, path_id: pd.Index[str], interval: dict[str, float]) -> pd.DataFrame:
    histogram = counts.histograms[series, CUTOFF]
    runs = histogram.counts.sum(axis=1)
    found = histogram.quantiles(interval.values()) / _HUNDREDTHS
    return pd.DataFrame(
        {
            "series": series,
            "path_id": path_id,
            "runs": runs,
            "competitive_share": runs / counts.runs,
            **{f"cutoff_{name}": pd.array(row, "Float64") for name, row in zip(interval, found, strict=True)},
        }
    )


def _totals(counts: RunCounts, series: str, interval: dict[str, float]) -> pd.DataFrame:
    found = [counts.histograms[series, measure].quantiles(interval.values())[:, 0] for measure in TOTALS]
    columns = {f"value_{name}": [int(row[place]) for row in found] for place, name in enumerate(interval)}
    return pd.DataFrame({"series": series, "measure": TOTALS, **columns})
