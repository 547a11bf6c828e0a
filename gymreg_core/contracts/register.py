"""The contract of a register: one intake year's pupils, grades, applications and study paths, before the matching.

Tables refer to one another by row number: `pupil` is a row of `pupils`, `path` a row of `study_paths`, `school` a row
of `schools`. A register holds persons. It stays in the store and in the rooms that work on it (design: person rows
never leave the store); pupils are known by a keyed pseudonym only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from gymreg_core.contracts.results import PROVIDER_FORMS, Column

NUMBER_KINDS = ("personal", "coordination", "placeholder")
SEXES = ("F", "M", "unknown")
TERMS = ("autumn", "final")
GRADES = ("", "F", "E", "D", "C", "B", "A")
"""Codes of a grade: its place in this tuple, 0 = no grade. Older and proposed scales: rules/grades.yml."""
SUBJECTS = (
    *("SV", "SVA", "EN", "MA", "BL", "HKK", "IDH", "MU", "SL", "TK", "BI", "FY", "KE", "GE", "HI", "RE", "SH"),
    *("M1", "M2", "ML", "TN", "DA"),
)
"""Subjects of the leaving certificate of year 9: M1 modern language as language choice, M2 as pupil's choice, ML mother
tongue, TN sign language, DA dance (preparatory dance education)."""
APPLICATION_ROUNDS = ("preliminary", "final")
ANSWERS = ("accepted", "declined", "none")
ADMISSION_SCALES = ("grades", "grades_and_test", "other")
PATH_STATES = ("open", "closed")

PUPILS: tuple[Column, ...] = (
    Column("applicant", "str", "keyed pseudonym of the identity number, 32 hexadecimal digits"),
    Column("number_kind", "str", "kind of identity number behind the pseudonym", values=NUMBER_KINDS),
    Column("protected", "bool", "protected identity: counted in totals, named nowhere"),
    Column("sex", "str", "sex as registered", values=SEXES),
    Column("birth_year", "int16", "calendar year of birth", "year"),
    Column("home_municipality", "str", "name as in vocabulary/municipalities.yml, or the name of one outside the area"),
    Column("year9_school", "str", "school unit that year 9 was finished at, eight digits; empty where none"),
    Column("year9_year", "int16", "calendar year in which year 9 was finished; 0 where never", "year"),
    Column("completed_national", "bool", "has finished a national programme or the equivalent"),
)
GRADE_ROWS: tuple[Column, ...] = (
    Column("pupil", "int32", "row of pupils"),
    Column("term", "str", "grades of the autumn term or the final ones", values=TERMS),
    Column("english_dispensation", "bool", "exempt from passing English (skollagen 16 kap. 32 §)"),
    *(
        Column(subject, "int8", f"grade in {subject}: place in the grade scale of the year, 0 = none")
        for subject in SUBJECTS
    ),
)
APPLICATIONS: tuple[Column, ...] = (
    Column("pupil", "int32", "row of pupils"),
    Column("round", "str", "the list as it stood in this round", values=APPLICATION_ROUNDS),
    Column("rank", "int16", "place on the applicant's list, 1 = most wanted"),
    Column("path", "int32", "row of study_paths"),
    Column("received", "datetime64[s]", "local date on which the choice came in", "date, Europe/Stockholm"),
    Column("late", "bool", "came in after the last day of the round (rules/admission_calendar.yml)"),
)
TESTS: tuple[Column, ...] = (
    Column("pupil", "int32", "row of pupils"),
    Column("path", "int32", "row of study_paths"),
    Column("points", "float64", "points of the skill test, before they are weighted", "points"),
)
FREE_QUOTA: tuple[Column, ...] = (
    Column("pupil", "int32", "row of pupils"),
    Column("path", "int32", "row of study_paths"),
    Column("place", "int16", "order in the free quota that the provider decided, 1 = first"),
)
STUDY_PATHS: tuple[Column, ...] = (
    Column("path_id", "str", "the admission system's own id of the study path at the school, unique in the year"),
    Column("school", "int32", "row of schools"),
    Column("study_path_code", "str", "code as the office writes it; 'NA' is the natural science programme"),
    Column("study_path_name", "str", "name as the office writes it"),
    Column("state", "str", "closed: offered no longer, choices of it lapse", values=PATH_STATES),
    Column("seats_preliminary", "int32", "seats in the preliminary round, the free quota's among them", "seats"),
    Column("seats_final", "int32", "seats in the final round, the free quota's among them", "seats"),
    Column("free_quota_seats", "int32", "how many of them are set aside for the free quota", "seats"),
    Column("scale", "str", "what competes: grades, grades and test, or a scale of its own", values=ADMISSION_SCALES),
    Column("test_weight", "float64", "points of merit for a point of the test; 0 where there is none"),
    Column("test_required", "bool", "without a test result nobody is admitted"),
    Column("tie_break", "str", "policy of rules/tie_breaks.yml that this path uses; empty: the region's"),
    Column("national_recruitment", "bool", "admits from the whole country on equal terms"),
)
SCHOOLS: tuple[Column, ...] = (
    Column("school_id", "str", "school unit, eight digits"),
    Column("school", "str", "name"),
    Column("municipality", "str", "where it lies"),
    Column("provider_form", "str", "who runs it", values=PROVIDER_FORMS),
    Column("provider", "str", "name of the provider"),
)
REPLIES: tuple[Column, ...] = (
    Column("pupil", "int32", "row of pupils"),
    Column("answer", "str", "answer to the final admission; none counts as accepted", values=ANSWERS),
    Column("withdraws_higher", "bool", "no longer wants to stand in reserve for higher choices"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Register:
    """One intake year's register: a table per field, each with exactly the columns of its contract.

    `made_up` is true where the persons are invented; every page that rests on it says so.
    `replies` has no row for an applicant who did not answer, and none at all before the final admission.
    """

    intake_year: int
    made_up: bool
    pupils: pd.DataFrame
    grades: pd.DataFrame
    applications: pd.DataFrame
    tests: pd.DataFrame
    free_quota: pd.DataFrame
    study_paths: pd.DataFrame
    schools: pd.DataFrame
    replies: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order of the fields."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in REGISTER_TABLES}

    def __repr__(self) -> str:
        return (
            f"Register(intake year {self.intake_year}, {len(self.pupils)} pupils, {len(self.study_paths)} study paths)"
        )


REGISTER_TABLES: Mapping[str, tuple[Column, ...]] = {
    "pupils": PUPILS,
    "grades": GRADE_ROWS,
    "applications": APPLICATIONS,
    "tests": TESTS,
    "free_quota": FREE_QUOTA,
    "study_paths": STUDY_PATHS,
    "schools": SCHOOLS,
    "replies": REPLIES,
}


def as_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the register with exactly its contract's columns, in order and with its dtypes.

    Errors: KeyError where a column is missing.
    """
    return shaped(REGISTER_TABLES[name], columns)


def shaped(contract: tuple[Column, ...], columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table with exactly a contract's columns, in order and with their dtypes. Errors: KeyError for a missing one."""
    if isinstance(columns, pd.DataFrame):
        other = {c.name: c.dtype for c in contract if columns[c.name].dtype != c.dtype}
        return columns[[c.name for c in contract]].astype(other)
    return pd.DataFrame({c.name: pd.Series(columns[c.name]) for c in contract}).astype(
        {c.name: c.dtype for c in contract}
    )


def empty_table(name: str) -> pd.DataFrame:
    """A table of the register with no rows."""
    return as_table(name, {c.name: [] for c in REGISTER_TABLES[name]})
