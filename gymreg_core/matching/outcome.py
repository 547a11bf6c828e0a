"""What a solved round says, in the office's own columns: a row per study path, ready for the admission report."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.contracts.results import as_results
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int32
from gymreg_core.matching.market import Bools, Match
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

HUNDREDTHS = 100.0


def outcome(match: Match, register: Register) -> pd.DataFrame:
    """The results table (contracts/results.py) of a round: a row per study path that is open, in the register's order.

    cutoff : points of the last admitted by the open order where no seat is left, else missing (the office writes 0).
    median : points of everyone admitted. reserves : eligible choices above the seat that was got, or without one; a
    person may hold several. Paths whose provider the office does not name keep the form "unknown".
    """
    market, figures = match.market, figures_of(match)
    paths = register.study_paths
    school = register.schools.iloc[paths["school"].to_numpy()].reset_index(drop=True)
    programme = [programme_of(code) for code in paths["study_path_code"]]
    known = programmes()
    full = figures["free_seats"].eq(0).to_numpy()
    nobody = figures["admitted"].eq(0).to_numpy()
    kind = np.where(full & figures["cutoff"].notna(), "competitive", "all_eligible_admitted")
    table = pd.DataFrame(
        {
            "intake_year": market.intake_year,
            "round": market.round,
            "municipality": school["municipality"],
            "school": school["school"],
            "provider_form": school["provider_form"],
            "study_path_code": paths["study_path_code"],
            "study_path_name": paths["study_path_name"],
            "programme": programme,
            "programme_type": [known[p].type if p in known else "other" for p in programme],
            "cutoff_kind": np.where(nobody, "none_admitted", kind),
            "scale": paths["scale"],
            "source_file": f"register-{market.intake_year}",
            "source_row": np.arange(1, len(paths) + 1),
            **{name: figures[name] for name in figures.columns},
        }
    )
    return as_results(table[paths["state"].eq("open").to_numpy()])


def figures_of(match: Match) -> pd.DataFrame:
    """Per study path (m rows): cutoff, median (points), seats, admitted, reserves, free_seats and who applied.

    applicants counts every list with the path on it; the parts count first and lower choices by eligibility.
    """
    market, m = match.market, len(match.market.capacity)
    seat = match.assignment.seat
    admitted = match.assignment.admitted.astype(np.int64)
    capacity = market.capacity.astype(np.int64)
    there, first = market.choices >= 0, np.zeros(market.choices.shape, np.bool_)
    first[np.arange(len(seat)), there.argmax(axis=1)] = True
    first &= there
    points = points_at_seat(match)
    return pd.DataFrame(
        {
            "cutoff": pd.array(_cutoffs(match, admitted >= capacity), dtype="Float64"),
            "median": pd.array(_medians(seat, points, m), dtype="Float64"),
            "seats": capacity,
            "admitted": admitted,
            "reserves": _count(market.choices, in_reserve(match), m),
            "free_seats": np.maximum(capacity - admitted, 0),
            "applicants": _count(market.choices, there, m),
            "first_choice_eligible": _count(market.choices, first & market.eligible, m),
            "first_choice_not_eligible": _count(market.choices, first & ~market.eligible, m),
            "other_choice_eligible": _count(market.choices, there & ~first & market.eligible, m),
        }
    )


def in_reserve(match: Match) -> Bools:
    """Choices (n, k) for which the applicant is eligible, and which stand above the seat that was got, or without one."""
    rank = match.assignment.rank
    above = (
        np.arange(match.market.choices.shape[1])[None, :]
        < np.where(rank == NONE, len(match.market.path), rank)[:, None]
    )
    return np.asarray(above & match.market.eligible & (match.market.choices >= 0), dtype=np.bool_)


def points_at_seat(match: Match) -> NDArray[np.float64]:
    """Points of merit (n,) with which each applicant holds the seat, NaN without one."""
    rank = match.assignment.rank
    held = match.market.points[np.arange(len(rank)), np.maximum(rank, 0)] / HUNDREDTHS
    return np.where(rank == NONE, np.nan, held)


def _cutoffs(match: Match, full: Bools) -> NDArray[np.float64]:
    """Points of the last admitted by the open order, NaN where seats are left or nobody was admitted by it."""
    seat, rank, market = match.assignment.seat, match.assignment.rank, match.market
    by_order = np.flatnonzero((seat != NONE) & (match.pool == NONE))
    key = match.keys[by_order, rank[by_order]]
    last = np.argsort(-key, kind="stable")
    points = np.full(len(market.capacity), np.nan)
    points[seat[by_order[last]]] = points_at_seat(match)[by_order[last]]
    return np.where(full & (match.assignment.cutoff_key != NOT_ELIGIBLE), points, np.nan)


def _medians(seat: Int32, points: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    held = pd.Series(points[seat != NONE]).groupby(seat[seat != NONE]).median()
    return held.reindex(np.arange(m)).to_numpy(dtype=np.float64)


def _count(choices: Int32, which: Bools, m: int) -> NDArray[np.int64]:
    return np.bincount(choices[which], minlength=m)
