"""Starters: where each pupil began, what cohort that makes, and the groups that cohorts are told by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.days import day_in, lookup, school_year
from gymreg_core.cohort.histories import INTRODUCTORY, PREPARATORY, VOCATIONAL, Histories
from gymreg_core.contracts.tracked import GROUPINGS
from gymreg_core.rules import rule

Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
NO_BAND = "none"
_COLUMN = {"school": "school_id"}


def starts(h: Histories) -> pd.DataFrame:
    """Where each pupil of h began, a row each, in their order.

    cohort int16 : calendar year of the autumn in whose school year (rules/cohort.yml) the first row starts.
    row int32 : the first row of spells. national_cohort int16, national_row int32 : the same of the first row on a
    national programme in year of study 1; 0 and -1 where there is none.
    first_time bool : the first row is of year 1, by the status day of a cohort whose school year begins on or after
    `since`.
    entry str : national or introductory. followed bool.
    home str (at the first row's start, '' in none or not known), school int32 (row of schools), school_id str (of the
    school that it is today), provider_form, programme, sex, merit_band str.
    """
    n, spells = len(h), h.spells
    row = h.of_pupil[:-1].astype(np.int32)
    state, year = spells["state"].to_numpy(), spells["year_of_study"].to_numpy()
    pupil, start = spells["pupil"].to_numpy(), spells["start"].to_numpy()
    begins, status_day = rule("cohort", "school_year"), rule("cohort", "status_day")
    cohort = lookup(lambda days: school_year(days, begins), start[row])
    national = np.flatnonzero(((state == PREPARATORY) | (state == VOCATIONAL)) & (year == 1))
    whose, at = np.unique(pupil[national], return_index=True)
    national_row, national_cohort = np.full(n, -1, np.int32), np.zeros(n, np.int16)
    national_row[whose] = national[at]
    national_cohort[whose] = lookup(lambda days: school_year(days, begins), start[national_row[whose]])
    by_status_day = start[row] <= day_in(cohort, status_day)
    school = spells["school"].to_numpy()[row]
    unit = h.schools["unit"].to_numpy()[school]
    return pd.DataFrame(
        {
            "cohort": cohort.astype(np.int16),
            "row": row,
            "national_cohort": national_cohort,
            "national_row": national_row,
            "first_time": (year[row] == 1) & (day_in(cohort, begins) >= h.since) & by_status_day,
            "entry": _named(state[row] == INTRODUCTORY, ("national", "introductory")),
            "followed": h.pupils["followed"].to_numpy(np.bool_),
            "home": pd.Series(h.home_at(start[row]), dtype="str"),
            "school": school,
            "school_id": _named(unit, h.schools["school_id"]),
            "provider_form": _named(school, h.schools["provider_form"]),
            "programme": _named(spells["path"].to_numpy()[row], h.paths["programme"]),
            "sex": h.pupils["sex"].astype("str"),
            "merit_band": merit_band(h.pupils["merit"].to_numpy()),
        }
    )


def _named(places: NDArray[Any], names: Any) -> pd.Series:
    return pd.Series(list(names), dtype="str").take(places.astype(np.int64)).reset_index(drop=True)


def merit_band(merit: NDArray[np.float64]) -> pd.Series:
    """The band (rules/cohort.yml) of merit values (n,), 'none' where there is none: str."""
    bands = rule("cohort", "merit_bands")
    place = np.searchsorted([band["from"] for band in bands], merit, side="right") - 1
    names = [*(band["band"] for band in bands), NO_BAND]
    return _named(np.where(np.isnan(merit), len(bands), np.maximum(place, 0)), names)


def merit_bands() -> list[str]:
    """The names of all bands in their order, 'none' last."""
    return [*(band["band"] for band in rule("cohort", "merit_bands")), NO_BAND]


def grouped(s: pd.DataFrame, by: str) -> tuple[Int32, list[str]]:
    """The groups of one kind (contracts.tracked.GROUPINGS) among starters: the number of each one's group, int32 (n,),
    and the groups' names, sorted; region is one group ''. Errors: KeyError for another kind."""
    if by not in GROUPINGS:
        raise KeyError(by)
    if by == "region":
        return np.zeros(len(s), np.int32), [""]
    codes, names = pd.factorize(s[_COLUMN.get(by, by)], sort=True)
    return codes.astype(np.int32), [str(name) for name in names]


def not_followed(s: pd.DataFrame, placeholder: Flags, protected: Flags) -> pd.DataFrame:
    """Histories.not_followed of first-time starters: of placeholders by all groupings, of the protected in total."""
    parts = [
        _counted(s, np.flatnonzero(hit & s["first_time"].to_numpy()), reason, by)
        for reason, hit, kinds in (("placeholder", placeholder, GROUPINGS), ("protected", protected, ("region",)))
        for by in kinds
    ]
    return pd.concat(parts, ignore_index=True)


def _counted(s: pd.DataFrame, rows: NDArray[np.int64], reason: str, by: str) -> pd.DataFrame:
    some = s.iloc[rows]
    codes, names = grouped(some, by)
    many = max(len(names), 1)
    found, pupils = np.unique(some["cohort"].to_numpy(np.int64) * many + codes, return_counts=True)
    return pd.DataFrame(
        {
            "cohort": (found // many).astype(np.int16),
            "reason": pd.Series([reason] * len(found), dtype="str"),
            "by": pd.Series([by] * len(found), dtype="str"),
            "group": pd.Series([names[code] for code in found % many], dtype="str"),
            "pupils": pupils.astype(np.int64),
        }
    )
