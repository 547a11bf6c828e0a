"""Histories as numbers, written as the tables of contracts/enrolments.py."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS, END_REASONS, GROUPS, enrolment_table
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.offers import Offers, places


def _days(column: pd.Series) -> pd.Series:
    days = column.to_numpy(np.int64)
    dates = np.where(days == NEVER, 0, days).astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(dates).where(pd.Series(days != NEVER))


def _sorted(rows: pd.DataFrame, *names: str) -> pd.DataFrame:
    return rows.sort_values(["pupil", *names, "recorded"], kind="stable", ignore_index=True)


def _dated(rows: pd.DataFrame, *names: str) -> dict[str, pd.Series]:
    return {name: _days(rows[name]) for name in (*names, "recorded", "annulled")}


def year9_table(persons: pd.DataFrame, first_known: NDArray[np.int64]) -> pd.DataFrame:
    """What persons (n,) as in `Starters` left year 9 with, known from 1 July of that year on.

    first_known : (n,), the day from which anything is known of them, that of a merit value without a year.
    """
    year = persons["year9_year"].to_numpy(np.int64)
    july = pd.to_datetime({"year": np.where(year > 0, year, 1970), "month": 7, "day": 1}).dt.as_unit("s")
    known = pd.Series(first_known.astype("datetime64[D]").astype("datetime64[s]"))
    table = enrolment_table(
        "year9",
        {
            "pupil": np.arange(len(persons)),
            "year": year,
            **{name: persons[name].to_numpy() for name in ("school_unit", "merit", "eligible")},
            "recorded": july.where(year > 0, known),
            "annulled": pd.Series(np.full(len(persons), np.datetime64("NaT"), "datetime64[s]")),
        },
    )
    return table[(year > 0) | table["merit"].notna()].reset_index(drop=True)


def home_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Homes from `draw_homes`; of two from the same day the first counts."""
    rows = _sorted(rows.drop_duplicates(["pupil", "start"]), "start")
    names = np.array([*places(), ""], dtype=object)
    return enrolment_table(
        "homes", {"pupil": rows["pupil"], "municipality": names[rows["place"]], **_dated(rows, "start")}
    )


def spell_table(rows: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Spells from `histories_known.Rows`."""
    rows = _sorted(rows, "start")
    return enrolment_table(
        "spells",
        {
            "pupil": rows["pupil"],
            "school": offers.school[rows["path"]],
            "study_path_code": offers.paths["code"].to_numpy()[rows["path"]],
            "year_of_study": rows["year_of_study"],
            "group": np.array(GROUPS)[rows["group"]],
            "reason": np.array(END_REASONS)[rows["reason"]],
            **_dated(rows, "start", "stop", "present"),
        },
    )


def decision_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Decisions from `draw_decisions`."""
    rows = _sorted(rows, "start")
    dated = _dated(rows, "start", "stop")
    return enrolment_table(
        "decisions",
        {"pupil": rows["pupil"], "decision": ["extended_time"] * len(rows), "percent": rows["percent"], **dated},
    )


def certificate_table(rows: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Certificates from `draw_certificates`."""
    rows = _sorted(rows, "issued")
    return enrolment_table(
        "certificates",
        {
            "pupil": rows["pupil"],
            "school": offers.school[rows["path"]],
            "study_path_code": offers.paths["code"].to_numpy()[rows["path"]],
            "certificate": np.array(CERTIFICATE_KINDS)[rows["kind"]],
            "points": rows["points"],
            "higher_eligible": rows["eligible"],
            **_dated(rows, "issued"),
        },
    )
