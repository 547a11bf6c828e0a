"""What a solved round says, in the office's own columns: a row per study path, ready for the admission report."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.contracts.results import as_results
from gymreg_core.matching.kernel import NONE, Int32
from gymreg_core.matching.market import Bools, Match
from gymreg_core.matching.merit import HUNDREDTHS
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of


def outcome(match: Match, register: Register) -> pd.DataFrame:
    """The results table (contracts/results.py) of a round: a row per study path that is open, in the register's order.

    cutoff : fewest points admitted where no seat is left, else missing (the office writes 0). median : of the points
    admitted. Both leave out those who were admitted by a quota, unless nobody else was. reserves : eligible choices
    above the seat that was got, or without one; a person may hold several.
    """
    market, figures = match.market, figures_of(match)
    paths = register.study_paths
    school = register.schools.iloc[paths["school"].to_numpy()].reset_index(drop=True)
    programme = [programme_of(code) for code in paths["study_path_code"]]
    known = programmes()
    kind = np.where(figures["cutoff"].notna(), "competitive", "all_eligible_admitted")
    nobody = figures["admitted"].eq(0).to_numpy()
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
    admitted = match.assignment.admitted.astype(np.int64)
    capacity = market.capacity.astype(np.int64)
    there, first = market.choices >= 0, np.zeros(market.choices.shape, np.bool_)
    first[np.arange(len(first)), there.argmax(axis=1)] = True
    first &= there
    lowest, median = _points_admitted(match)
    full = (admitted >= capacity) & (admitted > 0)
    return pd.DataFrame(
        {
            "cutoff": pd.array(np.where(full, lowest, np.nan), dtype="Float64"),
            "median": pd.array(median, dtype="Float64"),
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
    """Eligible choices (n, k) that stand above the seat that was got, or of someone without one."""
    rank, column = match.assignment.rank[:, None], np.arange(match.market.choices.shape[1])
    return np.asarray(((rank == NONE) | (column < rank)) & match.market.eligible, np.bool_)


def points_at_seat(match: Match) -> NDArray[np.float64]:
    """Points of merit (n,) with which each applicant holds the seat, NaN without one."""
    rank = match.assignment.rank
    held = match.market.points[np.arange(len(rank)), np.maximum(rank, 0)] / HUNDREDTHS
    return np.where(rank == NONE, np.nan, held)


def _points_admitted(match: Match) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fewest and median points (m,) of those admitted by the open order, of all where nobody was by it, else NaN."""
    m, seat, points = len(match.market.capacity), match.assignment.seat, points_at_seat(match)
    by_order = (seat != NONE) & (match.pool == NONE)
    alone = np.bincount(seat[by_order], minlength=m) == 0
    counted = by_order | ((seat != NONE) & alone[seat])
    groups = pd.Series(points[counted]).groupby(seat[counted])
    lowest, median = (found.reindex(np.arange(m)).to_numpy(np.float64) for found in (groups.min(), groups.median()))
    return lowest, median


def _count(choices: Int32, which: Bools, m: int) -> NDArray[np.int64]:
    return np.bincount(choices[which], minlength=m)
