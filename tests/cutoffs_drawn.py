"""Admissions of a small region over some years, drawn so that July follows April as a forecast is to find."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from gymreg_core.contracts.results import as_results
from gymreg_core.sources.linking import link_study_paths

PROGRAMMES = {"EK": "preparatory", "SA": "preparatory", "NA": "preparatory", "BF": "vocational"}
SCHOOLS = 30
RISE, YEAR_TO_YEAR, NOISE = 20.0, 10.0, 6.0


def published(
    years: tuple[int, ...], *, seed: int = 1, without: tuple[tuple[int, str], ...] = (), schools: int = SCHOOLS
) -> pd.DataFrame:
    """A results table: every programme at every school, both rounds of `years` but `without`.

    Each study path has a level of its own that moves a little from year to year; below 150 everyone eligible gets in.
    April's cut-off is July's less a rise, and open where July's is below 190.
    """
    rng = np.random.default_rng(seed)
    paths = [(school, code) for school in range(schools) for code in PROGRAMMES]
    level = rng.normal(215, 40, len(paths))
    rows = []
    for year in years:
        july = np.clip(level + rng.normal(0, YEAR_TO_YEAR, len(paths)), 60, 320)
        april = july - RISE + rng.normal(0, NOISE, len(paths))
        for round_, cutoffs, least in (("preliminary", april, 170), ("final", july, 150)):
            if (year, round_) in without:
                continue
            for place, ((school, code), cutoff) in enumerate(zip(paths, cutoffs, strict=True)):
                seats, full = 20 + place % 3 * 10, cutoff >= least
                rows.append(
                    {
                        "intake_year": year,
                        "round": round_,
                        "municipality": f"Kommun {school % 5}",
                        "school": f"Skola {chr(65 + school % 26)}{school}",
                        "provider_form": "municipal" if school % 2 else "independent",
                        "study_path_code": code,
                        "study_path_name": f"Program {code}",
                        "programme": code,
                        "programme_type": PROGRAMMES[code],
                        "cutoff": round(cutoff / 2.5) * 2.5 if full else None,
                        "cutoff_kind": "competitive" if full else "all_eligible_admitted",
                        "median": round(max(cutoff, least - 20) / 2.5) * 2.5 + 20,
                        "seats": seats,
                        "admitted": seats if full else max(1, int(seats * cutoff / least * 0.95)),
                        "reserves": int(max(0.0, cutoff - least) / 3) if full else 0,
                        "free_seats": 0 if full else 5,
                        "scale": "grades",
                        "source_file": f"{round_}-{year}.xlsx",
                        "source_row": place + 2,
                    }
                )
    return as_results(pd.DataFrame(rows))


def results(table: pd.DataFrame) -> SimpleNamespace:
    """`table` as read results, its links made anew."""
    return SimpleNamespace(table=table)


def ids(table: pd.DataFrame) -> pd.Series:
    """The study path's id of every row of a results table."""
    return link_study_paths(table).table["study_path_id"].set_axis(table.index)
