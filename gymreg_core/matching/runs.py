"""How sure a round's figures are: re-runs over lotteries and applicants, on all cores or a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.market import Market
from gymreg_core.matching.run_counts import RunCounts, count_runs, no_runs, quantiles
from gymreg_core.matching.whatif_words import phrase
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, points
from gymreg_core.vocabulary.programmes import Language

CHUNKS_PER_WORKER = 4
_HUNDREDTHS = 100
_WAIT = "10s"


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Figures of a round over many re-runs.

    table : a row per study path. path_id, runs (with a cut-off), competitive_share (of all runs), and quantiles of the
        cut-off over the runs that had one: cutoff_p05, cutoff_p50, cutoff_p95 (rules/what_if.yml, interval; NA without).
    totals : a row per measure (first_choice, seated, free_seats): value_p05, value_p50, value_p95.
    """

    intake_year: int
    round: str
    runs: int
    seed: int
    resample: bool
    table: pd.DataFrame
    totals: pd.DataFrame

    def summary(self) -> dict[str, Any]:
        """The totals by measure and quantile, and how wide the interval of a cut-off typically is (points, median)."""
        steady = self.table[self.table["competitive_share"] == 1]
        width = (steady["cutoff_p95"] - steady["cutoff_p05"]).median() if len(steady) else None
        names = [name for name in self.totals.columns if name != "measure"]
        totals = {
            f"{row['measure']}{name.removeprefix('value')}": int(row[name])
            for _, row in self.totals.iterrows()
            for name in names
        }
        return {"runs": self.runs, **totals, "cutoff_width": None if width is None else float(width)}

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """The intervals in whole sentences."""
        s, p = self.summary(), phrase()
        n = {name: number(value, language) for name, value in s.items() if isinstance(value, int)}
        width = s["cutoff_width"]
        return (
            p(f"uncertainty.{'drawn' if self.resample else 'lottery'}", language, runs=n["runs"]),
            p(
                "uncertainty.range",
                language,
                low=n["first_choice_p05"],
                high=n["first_choice_p95"],
                seated_low=n["seated_p05"],
                seated_high=n["seated_p95"],
                free_low=n["free_seats_p05"],
                free_high=n["free_seats_p95"],
            ),
            p("uncertainty.no_cutoffs", language)
            if width is None
            else p("uncertainty.cutoffs", language, width=points(width, language)),
        )

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def __repr__(self) -> str:
        return f"Uncertainty({self.runs} re-runs of {self.intake_year} {self.round})"


def uncertainty(
    market: Market,
    register: Register,
    runs: int,
    seed: int = 0,
    *,
    resample: bool = True,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Uncertainty:
    """`runs` re-runs of a round with new lotteries and, with `resample`, applicants drawn anew.

    register : the one that the market was built from; names the study paths. jobs : processes, all cores where None.
    cluster : address of a Dask scheduler (tcp://host:port or tls://…) that runs them instead; the market's arrays are
        sent there, applicants without their pseudonyms. The result is the same, bit for bit, wherever it is run.
    Errors: BadParameters for no runs, or a cluster that does not answer.
    """
    if runs < 1 or seed < 0:
        raise BadParameters(f"{runs} re-runs with seed {seed}", where="uncertainty", why="runs >= 1, seed >= 0.")
    counts = re_run(market, range(runs), seed=seed, resample=resample, jobs=jobs, cluster=cluster)
    return Uncertainty(
        intake_year=market.intake_year,
        round=market.round,
        runs=counts.runs,
        seed=seed,
        resample=resample,
        table=_table(counts, register.study_paths["path_id"].iloc[market.path], market.intake_year),
        totals=_totals(counts, market.intake_year),
    )


def re_run(
    market: Market, runs: range, *, seed: int, resample: bool, jobs: int | None = None, cluster: str | None = None
) -> RunCounts:
    """The counts of these runs, in this process (jobs 1), in several, or on a cluster; see `uncertainty`."""
    if cluster is not None:
        return _on_cluster(market, runs, cluster, seed=seed, resample=resample)
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1 or len(runs) == 1:
        return count_runs(market, runs, seed=seed, resample=resample)
    from joblib import Parallel, delayed

    parts = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(count_runs)(market, part, seed=seed, resample=resample) for part in _parts(runs, jobs)
    )
    return _merged(market, parts)


def _parts(runs: range, workers: int) -> Iterator[range]:
    """The runs in pieces of nearly equal size, some for each worker."""
    pieces = min(len(runs), CHUNKS_PER_WORKER * workers)
    ends = [len(runs) * piece // pieces for piece in range(pieces + 1)]
    return (runs[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True))


def _merged(market: Market, parts: Iterable[RunCounts]) -> RunCounts:
    whole = no_runs(market)
    for part in parts:
        whole = whole + part
    return whole


def _on_cluster(market: Market, runs: range, address: str, *, seed: int, resample: bool) -> RunCounts:
    from distributed import Client, as_completed

    try:
        client = Client(address, timeout=_WAIT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise BadParameters(
            f"no Dask scheduler answers at {address}",
            where="cluster",
            why=type(problem).__name__,
            remedy="Start one with `dask scheduler` and workers with `dask worker`, or leave the cluster out.",
        ) from None
    with client:
        workers = max(1, sum(client.nthreads().values()))
        there = client.scatter(market, broadcast=True, hash=False)
        futures = client.map(_part, list(_parts(runs, workers)), market=there, seed=seed, resample=resample, pure=False)
        return _merged(market, (_taken(future) for future in as_completed(futures)))


def _part(runs: range, *, market: Market, seed: int, resample: bool) -> RunCounts:
    return count_runs(market, runs, seed=seed, resample=resample)


def _taken(future: Any) -> RunCounts:
    """The result of a piece, which the cluster then need not keep."""
    result: RunCounts = future.result()
    future.release()
    return result


def _table(counts: RunCounts, path_id: pd.Series, intake_year: int) -> pd.DataFrame:
    interval: dict[str, float] = rule("what_if", "interval", intake_year)
    with_cutoff = counts.runs - counts.cutoff[:, -1]
    bins = quantiles(counts.cutoff[:, :-1], interval.values())
    at = {
        f"cutoff_{name}": pd.array((counts.lowest + counts.step * place) / _HUNDREDTHS, dtype="Float64")
        for name, place in zip(interval, bins, strict=True)
    }
    return pd.DataFrame(
        {
            "path_id": path_id.to_numpy(),
            "runs": with_cutoff,
            "competitive_share": with_cutoff / counts.runs,
            **at,
        }
    )


def _totals(counts: RunCounts, intake_year: int) -> pd.DataFrame:
    interval: dict[str, float] = rule("what_if", "interval", intake_year)
    measures = ("first_choice", "seated", "free_seats")
    rows = [quantiles(getattr(counts, name)[None, :], interval.values()) for name in measures]
    values = np.array([[place[0] for place in row] for row in rows]).astype(np.int64)
    columns = {f"value_{name}": values[:, place] for place, name in enumerate(interval)}
    return pd.DataFrame({"measure": measures, **columns})
