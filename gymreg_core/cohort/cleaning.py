"""The rules of cleaning, in the order in which they are applied, and what each of them touched."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.days import lookup, within_year
from gymreg_core.rules import rule

Int32 = NDArray[np.int32]

RULES = (
    *("late_row", "invalid", "never_present", "absent", "other_school_form"),
    *("identity_event", "placeholder", "protected"),
    *("same_day_move", "overlap", "double_enrolment"),
    *("second_certificate", "few_points", "introductory_certificate", "after_certificate"),
    *("gap", "summer_gap", "long_break", "successor_unit", "mass_move"),
)
"""Keys of rules/cleaning.yml, in its order."""


@dataclass(frozen=True)
class CleaningRules:
    """As decided in rules/cleaning.yml and rules/cohort.yml.

    late_days, absent_days, overlap_days, gap_days, break_days : days of late_row, absent, overlap, gap, long_break.
    double_status_day, summer_from, teaching, school_year, status_day : month and day, as 'MM-DD'.
    placeholder_kinds : kinds of identity number that are not followed.
    points : graded points of a study certificate. mass_percent, mass_pupils : limits of a mass move.
    """

    late_days: int
    absent_days: int
    overlap_days: int
    gap_days: int
    break_days: int
    double_status_day: str
    summer_from: str
    teaching: str
    school_year: str
    status_day: str
    placeholder_kinds: frozenset[str]
    points: int
    mass_percent: int
    mass_pupils: int

    @classmethod
    def packaged(cls) -> CleaningRules:
        """The rules as they stand; every one is asked for. Errors: RuleMissing."""
        given = {key: rule("cleaning", key) for key in RULES}
        return cls(
            late_days=given["late_row"]["days"],
            absent_days=given["absent"]["days"],
            overlap_days=given["overlap"]["days"],
            gap_days=given["gap"]["days"],
            break_days=given["long_break"]["days"],
            double_status_day=given["double_enrolment"]["status_day"],
            summer_from=given["summer_gap"]["from"],
            teaching=rule("cohort", "first_day_of_teaching"),
            school_year=rule("cohort", "school_year"),
            status_day=rule("cohort", "status_day"),
            placeholder_kinds=frozenset(given["placeholder"]["kinds"]),
            points=rule("cohort", "study_certificate_points"),
            mass_percent=given["mass_move"]["percent"],
            mass_pupils=given["mass_move"]["pupils"],
        )

    def latest_return(self, first: int, last: int) -> Int32:
        """For the days from `first` to `last`: the last day on which a gap that begins then may end to be none."""
        days = np.arange(first, last + 1)
        return_by = within_year(days, self.teaching) + self.gap_days
        in_summer = (days >= within_year(days, self.summer_from)) & (days <= return_by)
        return np.where(in_summer, np.maximum(return_by, days + self.gap_days), days + self.gap_days).astype(np.int32)

    def next_status_day(self, days: Int32) -> Int32:
        """The first status day of double_enrolment on or after each day (n,)."""

        def of(each: NDArray[np.int64]) -> NDArray[np.int64]:
            this = within_year(each, self.double_status_day)
            return np.where(this >= each, this, within_year(each, self.double_status_day, 1))

        return lookup(of, days)


@dataclass(eq=False)
class Log:
    """What each rule touched so far: rows and pupils, by key."""

    touched: dict[str, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(RULES, (0, 0)))

    def rows(self, key: str, pupils: Int32) -> None:
        """Rows of these pupils (k,), one each, were touched by a rule."""
        self.touched[key] = (len(pupils), len(np.unique(pupils)))

    def counts(self, key: str, rows: int, pupils: int) -> None:
        """Rows and pupils that a rule touched, as counted elsewhere."""
        self.touched[key] = (rows, pupils)

    def table(self) -> pd.DataFrame:
        """rule, rows, pupils: every rule in its order, also those that touched nothing."""
        counts = np.array([self.touched[key] for key in RULES], np.int64)
        return pd.DataFrame({"rule": list(RULES), "rows": counts[:, 0], "pupils": counts[:, 1]})
