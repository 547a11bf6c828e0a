"""The rules of the results table, one function each: a finding per file that breaks it, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from gymreg_core.contracts.per_file import per_file
from gymreg_core.contracts.results import COLUMNS, COUNTS
from gymreg_core.findings import Finding, Findings
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities, programmes

Check = Callable[[pd.DataFrame], list[Finding]]
STUDY_PATH = ["intake_year", "round", "municipality", "school", "study_path_code", "study_path_name"]
SEATS = ("seats", "admitted", "free_seats")


def check_results(table: pd.DataFrame) -> Findings:
    """Everything that `table` (columns of `contracts.results.COLUMNS`) does not hold to, errors first."""
    return Findings(tuple(found for check in CHECKS for found in check(table))).sorted()


def known_values(table: pd.DataFrame) -> list[Finding]:
    """Columns with a fixed set of values hold nothing else."""
    return [
        found
        for column in COLUMNS
        if column.values
        for found in _where(table, ~table[column.name].isin(column.values), "value-not-known", column.name)
    ]


def no_gaps(table: pd.DataFrame) -> list[Finding]:
    """Columns that are not nullable have a value on every row."""
    return [
        found
        for column in COLUMNS
        if not column.nullable
        for found in _where(table, table[column.name].isna(), "value-missing", column.name)
    ]


def one_row_per_study_path(table: pd.DataFrame) -> list[Finding]:
    """A study path at a school stands once in an intake year and round."""
    return _where(table, table.duplicated(STUDY_PATH, keep=False), "row-repeated")


def counts_not_negative(table: pd.DataFrame) -> list[Finding]:
    """Seats, persons and entries are counted from zero."""
    return [found for name in COUNTS for found in _where(table, table[name] < 0, "negative-number", name)]


def admitted_within_seats(table: pd.DataFrame) -> list[Finding]:
    """Nobody is admitted to a seat that was not offered."""
    return _where(table, table["admitted"] > table["seats"], "admitted-above-seats", "admitted")


def free_within_seats(table: pd.DataFrame) -> list[Finding]:
    """Seats that are taken or free were offered; fewer may be (seats are withheld), never more."""
    return _where(table, table["admitted"] + table["free_seats"] > table["seats"], "free-above-seats", "free_seats")


def plausible_points(table: pd.DataFrame) -> list[Finding]:
    """No scale of points reaches beyond the limit of rules/result_limits.yml."""
    limit = rule("result_limits", "points")
    return [
        found
        for name in ("cutoff", "median")
        for found in _where(table, (table[name] > limit) | (table[name] < 0), "implausible-points", name, limit=limit)
    ]


def plausible_counts(table: pd.DataFrame) -> list[Finding]:
    """No study path has more seats, entries or applicants than rules/result_limits.yml allows."""
    found: list[Finding] = []
    for name in COUNTS:
        limit = rule("result_limits", "seats" if name in SEATS else "entries")
        found += _where(table, table[name] > limit, "implausible-count", name, limit=limit)
    return found


def cutoff_within_median(table: pd.DataFrame) -> list[Finding]:
    """The last admitted has no more points than the one in the middle."""
    return _where(table, table["cutoff"] > table["median"], "cutoff-above-median", "cutoff")


def cutoff_without_free_seats(table: pd.DataFrame) -> list[Finding]:
    """A competitive cut-off means that the seats were filled."""
    return _where(table, table["cutoff"].notna() & (table["free_seats"] > 0), "cutoff-with-free-seats", "free_seats")


def seats_where_everyone_got_in(table: pd.DataFrame) -> list[Finding]:
    """Where nobody was turned down there are seats left, or exactly enough."""
    everyone = table["cutoff_kind"].eq("all_eligible_admitted")
    return _where(table, everyone & table["free_seats"].eq(0), "no-cutoff-without-free-seats", "cutoff")


def median_says_something(table: pd.DataFrame) -> list[Finding]:
    """A median of zero points is possible, but rarely what was meant."""
    return _where(table, table["median"].eq(0), "median-zero", "median")


def seats_offered(table: pd.DataFrame) -> list[Finding]:
    """A study path without seats took part in no competition."""
    return _where(table, table["seats"].eq(0), "no-seats", "seats")


def known_programmes(table: pd.DataFrame) -> list[Finding]:
    """Every programme code has a name and a type."""
    return _where(table, ~table["programme"].isin(list(programmes())), "programme-not-known", "study_path_code")


def known_municipalities(table: pd.DataFrame) -> list[Finding]:
    """Schools lie in the co-operation area."""
    outside = ~table["municipality"].isin(list(municipalities()))
    return _where(table, outside, "municipality-outside-area", "municipality")


def applicants_add_up(table: pd.DataFrame) -> list[Finding]:
    """First choices and eligible lower choices are among all applicants; lower choices of others are not published."""
    parts = table[["first_choice_eligible", "first_choice_not_eligible", "other_choice_eligible"]].sum(axis=1)
    return _where(table, parts > table["applicants"], "applicants-below-parts", "applicants")


CHECKS: tuple[Check, ...] = (
    known_values,
    no_gaps,
    one_row_per_study_path,
    counts_not_negative,
    admitted_within_seats,
    free_within_seats,
    plausible_points,
    plausible_counts,
    cutoff_within_median,
    cutoff_without_free_seats,
    seats_where_everyone_got_in,
    median_says_something,
    seats_offered,
    known_programmes,
    known_municipalities,
    applicants_add_up,
)


def _where(
    table: pd.DataFrame, broken: pd.Series, rule_id: str, column: str | None = None, limit: int | None = None
) -> list[Finding]:
    """One finding per file with rows that break a rule; a comparison with a missing value breaks none."""
    return per_file(rule_id, table[broken.fillna(False).astype("bool")], column, limit=limit)
