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
        for found in per_file("value-not-known", table, ~table[column.name].isin(column.values), column.name)
    ]


def no_gaps(table: pd.DataFrame) -> list[Finding]:
    """Columns that are not nullable have a value on every row."""
    return [
        found
        for column in COLUMNS
        if not column.nullable
        for found in per_file("value-missing", table, table[column.name].isna(), column.name)
    ]


def one_row_per_study_path(table: pd.DataFrame) -> list[Finding]:
    """A study path at a school stands once in an intake year and round."""
    return per_file("row-repeated", table, table.duplicated(STUDY_PATH, keep=False))


def counts_not_negative(table: pd.DataFrame) -> list[Finding]:
    """Seats, persons and entries are counted from zero."""
    return [found for name in COUNTS for found in per_file("negative-number", table, table[name] < 0, name)]


def admitted_within_seats(table: pd.DataFrame) -> list[Finding]:
    """Nobody is admitted to a seat that was not offered."""
    return per_file("admitted-above-seats", table, table["admitted"] > table["seats"], "admitted")


def free_within_seats(table: pd.DataFrame) -> list[Finding]:
    """Seats that are taken or free were offered; they may be fewer, since seats are withheld, but not more."""
    above = table["admitted"] + table["free_seats"] > table["seats"]
    return per_file("free-above-seats", table, above & (table["admitted"] <= table["seats"]), "free_seats")


def plausible_points(table: pd.DataFrame) -> list[Finding]:
    """No scale of points reaches beyond the limit of rules/result_limits.yml."""
    limit = rule("result_limits", "points")
    return [
        found
        for name in ("cutoff", "median")
        for found in per_file("implausible-points", table, (table[name] > limit) | (table[name] < 0), name, limit=limit)
    ]


def plausible_counts(table: pd.DataFrame) -> list[Finding]:
    """No study path has more seats, entries or applicants than rules/result_limits.yml allows."""
    found: list[Finding] = []
    for name in COUNTS:
        limit = rule("result_limits", "seats" if name in SEATS else "entries")
        found += per_file("implausible-count", table, table[name] > limit, name, limit=limit)
    return found


def cutoff_within_median(table: pd.DataFrame) -> list[Finding]:
    """The last admitted has no more points than the one in the middle."""
    return per_file("cutoff-above-median", table, table["cutoff"] > table["median"], "cutoff")


def cutoff_without_free_seats(table: pd.DataFrame) -> list[Finding]:
    """A competitive cut-off means that the seats were filled."""
    return per_file("cutoff-with-free-seats", table, table["cutoff"].notna() & (table["free_seats"] > 0), "free_seats")


def seats_where_everyone_got_in(table: pd.DataFrame) -> list[Finding]:
    """Where nobody was turned down there are seats left, or exactly enough."""
    everyone = table["cutoff_kind"].eq("all_eligible_admitted")
    return per_file("no-cutoff-without-free-seats", table, everyone & table["free_seats"].eq(0), "cutoff")


def median_says_something(table: pd.DataFrame) -> list[Finding]:
    """A median of zero points is possible, but rarely what was meant."""
    return per_file("median-zero", table, table["median"].eq(0), "median")


def seats_offered(table: pd.DataFrame) -> list[Finding]:
    """A study path without seats took part in no competition."""
    return per_file("no-seats", table, table["seats"].eq(0), "seats")


def known_programmes(table: pd.DataFrame) -> list[Finding]:
    """Every programme code has a name and a type."""
    return per_file("programme-not-known", table, ~table["programme"].isin(list(programmes())), "study_path_code")


def known_municipalities(table: pd.DataFrame) -> list[Finding]:
    """Schools lie in the co-operation area."""
    outside = ~table["municipality"].isin(list(municipalities()))
    return per_file("municipality-outside-area", table, outside, "municipality")


def applicants_add_up(table: pd.DataFrame) -> list[Finding]:
    """First choices and eligible lower choices are among all applicants; lower choices of others are not published."""
    parts = table[["first_choice_eligible", "first_choice_not_eligible", "other_choice_eligible"]].sum(axis=1)
    return per_file("applicants-below-parts", table, parts > table["applicants"], "applicants")


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
