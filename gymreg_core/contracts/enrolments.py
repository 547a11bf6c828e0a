"""The contract of enrolments: who went where from when to when, as known at any date, and what they left with.

Funding and cohort tracking read these tables; neither has another. Rows refer to one another by row number: `pupil` is
a row of `persons`, `school` a row of `schools`, `former` a row of the same table as the column beside it. All dates are
local days (Europe/Stockholm).

Two times stand on a row: when something held (`start`, `stop`) and when it was known (`recorded`, `annulled`). A row is
known at a day if recorded <= day and it is not annulled by then. Nothing is ever changed: a correction annuls a row and
records another, so that what was known at an earlier day can be told again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import NUMBER_KINDS, SCHOOLS, SEXES, shaped
from gymreg_core.contracts.results import Column
from gymreg_core.errors import BadParameters

END_REASONS = (
    *("", "promoted", "changed", "study_break", "exchange_year", "interrupted", "moved_out", "deceased"),
    *("completed", "age_limit", "never_present", "invalid"),
)
"""Why a spell ended: '' still going on; promoted: next year of study at the same school and study path; changed: goes
on at another school or study path; study_break and exchange_year: expected back; never_present: was enrolled and never
came; invalid: should never have been there."""
GROUPS = ("ordinary", "small", "apprentice")
"""small: a group with special teaching needs and a price of its own; apprentice: apprenticeship education."""
DECISIONS = ("extended_time",)
"""extended_time: the home municipality pays beyond the third year of study (gymnasieförordningen 9 kap. 7 §)."""
CERTIFICATE_KINDS = (
    *("preparatory_diploma", "vocational_diploma", "study_certificate", "introductory_certificate"),
    "international_baccalaureate",
)
ELIGIBILITY = ("", "none", "vocational", "preparatory")
"""What year 9 made eligible for: '' not told; vocational: to vocational programmes at least; preparatory: to both."""
EVIDENCE = ("registered", "dossier", "corrected")
"""How it is known that two numbers are of one person: registered in the population register; a case number of the
Migration Agency; a number that was wrong and corrected."""

_KNOWN = (
    Column("recorded", "datetime64[s]", "day from which the row was known", "date, Europe/Stockholm"),
    Column("annulled", "datetime64[s]", "day from which it no longer counts", "date, Europe/Stockholm", nullable=True),
)
PERSONS: tuple[Column, ...] = (
    Column("applicant", "str", "keyed pseudonym of the identity number, as in the admission register"),
    Column("number_kind", "str", "kind of identity number behind the pseudonym", values=NUMBER_KINDS),
    Column("protected", "bool", "protected identity: counted in totals, listed nowhere, never linked"),
    Column("sex", "str", "sex as registered", values=SEXES),
    Column("birth_year", "int16", "calendar year of birth", "year"),
)
YEAR9: tuple[Column, ...] = (
    Column("pupil", "int32", "row of persons"),
    Column("school_unit", "str", "school unit that year 9 was finished at, eight digits; empty where none"),
    Column("year", "int16", "calendar year in which year 9 was finished; 0 where never", "year"),
    Column("merit", "float64", "merit value; missing where there is none", "points", nullable=True),
    Column("eligible", "str", "what it made eligible for; '' where not told", values=ELIGIBILITY),
    *_KNOWN,
)
HOMES: tuple[Column, ...] = (
    Column("pupil", "int32", "row of persons"),
    Column("municipality", "str", "registered home from `start` on, until the next row; '' = in no municipality"),
    Column("start", "datetime64[s]", "first day", "date, Europe/Stockholm"),
    *_KNOWN,
)
SPELLS: tuple[Column, ...] = (
    Column("pupil", "int32", "row of persons"),
    Column("school", "int32", "row of schools"),
    Column("study_path_code", "str", "code as the office writes it; 'NA' is the natural science programme"),
    Column("year_of_study", "int8", "1-3, and 4 beyond the third year", "year"),
    Column("group", "str", "kind of teaching group", values=GROUPS),
    Column("start", "datetime64[s]", "first day enrolled", "date, Europe/Stockholm"),
    Column("stop", "datetime64[s]", "last day enrolled; missing while it goes on", "date", nullable=True),
    Column("present", "datetime64[s]", "first day present; missing: never yet", "date", nullable=True),
    Column("reason", "str", "why it ended; '' while it goes on", values=END_REASONS),
    *_KNOWN,
)
DECISION_ROWS: tuple[Column, ...] = (
    Column("pupil", "int32", "row of persons"),
    Column("decision", "str", "what was decided", values=DECISIONS),
    Column("start", "datetime64[s]", "first day", "date, Europe/Stockholm"),
    Column("stop", "datetime64[s]", "last day", "date, Europe/Stockholm"),
    Column("percent", "int16", "share of the price that is paid, 1-100", "per cent"),
    *_KNOWN,
)
CERTIFICATES: tuple[Column, ...] = (
    Column("pupil", "int32", "row of persons"),
    Column("school", "int32", "row of schools"),
    Column("study_path_code", "str", "study path that it is from"),
    Column("certificate", "str", "kind of certificate", values=CERTIFICATE_KINDS),
    Column("issued", "datetime64[s]", "day of issue", "date, Europe/Stockholm"),
    Column("points", "int16", "graded points", "points"),
    Column("higher_eligible", "bool", "gives eligibility for higher education (grundläggande behörighet)"),
    *_KNOWN,
)
IDENTITIES: tuple[Column, ...] = (
    Column("pupil", "int32", "row of persons: the person under the number used now"),
    Column("former", "int32", "row of persons: the same person under the number before"),
    Column("day", "datetime64[s]", "first day of the new number", "date, Europe/Stockholm"),
    Column("evidence", "str", "how it is known that both are one person", values=EVIDENCE),
    *_KNOWN,
)
PREDECESSORS: tuple[Column, ...] = (
    Column("former", "int32", "row of schools: the unit before"),
    Column("school", "int32", "row of schools: the unit that took over"),
    Column("day", "datetime64[s]", "first day of the new unit", "date, Europe/Stockholm"),
    Column("percent", "int16", "share of the former unit's pupils that went to it, 1-100", "per cent"),
    *_KNOWN,
)
ENROLMENT_TABLES: Mapping[str, tuple[Column, ...]] = {
    "persons": PERSONS,
    "year9": YEAR9,
    "homes": HOMES,
    "spells": SPELLS,
    "decisions": DECISION_ROWS,
    "certificates": CERTIFICATES,
    "identities": IDENTITIES,
    "predecessors": PREDECESSORS,
    "schools": SCHOOLS,
}


@dataclass(frozen=True, eq=False, repr=False)
class Enrolments:
    """A table per field, each with exactly the columns of its contract.

    `since`, `as_of`: first and last day (ISO) that the tables tell of; spells begun before `since` may be missing.
    `made_up` is true where the persons are invented; every page that rests on it says so.
    """

    since: str
    as_of: str
    made_up: bool
    persons: pd.DataFrame
    year9: pd.DataFrame
    homes: pd.DataFrame
    spells: pd.DataFrame
    decisions: pd.DataFrame
    certificates: pd.DataFrame
    identities: pd.DataFrame
    predecessors: pd.DataFrame
    schools: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order of the fields."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name in ENROLMENT_TABLES}

    def __repr__(self) -> str:
        return f"Enrolments({len(self.persons)} persons, {len(self.spells)} spells, as of {self.as_of})"


def enrolment_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the contract with exactly its columns, in order and with its dtypes. Errors: KeyError."""
    return shaped(ENROLMENT_TABLES[name], columns)


def known_at(table: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The rows of a table with `recorded` and `annulled` that were known at the end of a day; the index is kept."""
    return table[(table["recorded"] <= day) & ~(table["annulled"] <= day)]


def references_of(name: str) -> dict[str, str]:
    """The columns of a table that hold row numbers, each with the table whose rows they are."""
    into = {"pupil": "persons", "school": "schools", "former": "schools" if name == "predecessors" else "persons"}
    return {c.name: into[c.name] for c in ENROLMENT_TABLES[name] if c.name in into and c.dtype == "int32"}


def enrolments_at(enrolments: Enrolments, day: date) -> Enrolments:
    """What was known at the end of a day, as the extract of that day would have told it.

    Persons and schools are those that anything was known of, with what is known of them now: sex, a protected identity
    and who runs a school have no day. Errors: BadParameters for a day after the last that the tables tell of.
    """
    if day.isoformat() > enrolments.as_of:
        raise BadParameters(f"nothing is known of {day} yet", where="as_of", why=f"The last day is {enrolments.as_of}.")
    at, now = pd.Timestamp(day), enrolments.tables()
    then = {name: table[table["recorded"] <= at] for name, table in now.items() if "recorded" in table}
    place: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for into in ("persons", "schools"):
        there = np.zeros(len(now[into]), np.bool_)
        for name, table in then.items():
            for column in (column for column, other in references_of(name).items() if other == into):
                there[table[column]] = True
        place[into] = np.cumsum(there) - 1
        tables[into] = now[into][there].reset_index(drop=True)
    for name, table in then.items():
        moved = {column: place[into][table[column]] for column, into in references_of(name).items()}
        known = table.assign(annulled=table["annulled"].mask(table["annulled"] > at), **moved)
        tables[name] = enrolment_table(name, known.reset_index(drop=True))
    return replace(enrolments, as_of=day.isoformat(), **tables)


def empty_enrolment_table(name: str) -> pd.DataFrame:
    """A table of the contract with no rows."""
    return enrolment_table(name, {column.name: [] for column in ENROLMENT_TABLES[name]})


def year9_of(enrolments: Enrolments) -> pd.DataFrame:
    """What each person left year 9 with, as last known on `as_of`, a row per person in their order.

    Columns of YEAR9 but for `pupil` and when it was known: school_unit, year int16 (0 = never), merit float64 (NaN
    without one), eligible. Of several rows in force the one recorded last counts.
    """
    rows = known_at(enrolments.year9, pd.Timestamp(enrolments.as_of))
    order = ["pupil", "recorded", "year", "merit", "school_unit", "eligible"]
    last = rows.sort_values(order, na_position="first").drop_duplicates("pupil", keep="last").set_index("pupil")
    usual = {"school_unit": "", "year": 0, "merit": float("nan"), "eligible": ""}
    spread = last[list(usual)].reindex(range(len(enrolments.persons))).fillna(usual).reset_index(drop=True)
    return spread.astype({column.name: column.dtype for column in YEAR9 if column.name in usual})
