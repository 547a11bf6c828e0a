"""Leaving amounts out of a table where few pupils stand behind them, so that no sum brings them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.small import small
from gymreg_core.disclosure.suppression import Tied, hidden_rows, without
from gymreg_core.disclosure.ties import Ties

PUPILS, COVERED = "pupils", "covered"
MOVED = {PUPILS: "moved", COVERED: "moved_covered"}
Rows = NDArray[np.bool_]
_YEARS = ("", "_previous")
_MONTHS = 12


def pupils_of(months: pd.Series) -> pd.Series:
    """How many pupils there are at least behind months of pupils of a year: (n,) -> (n,) int64.

    A month of a pupil is paid once, so that a pupil has at most twelve. What was taken back counts as what was paid.
    """
    return (-(-months.abs() // _MONTHS)).astype("int64")


def without_few(table: pd.DataFrame, behind: Mapping[str, str], ties: Ties, also: Rows | None = None) -> pd.DataFrame:
    """`table` without the amounts and counts that few pupils stand behind, and those that would tell them.

    behind : PUPILS or COVERED for each column that depends on them; one that ends with _previous depends on the counts
        of the year before, and a change on both.
    also : (rows,), rows that are left out whatever their pupils.

    Pupils are few from 1 to below `smallest_count`, and where there is an amount and no pupil. Pupils covered by a
    supplement are few as well where fewer than `smallest_rest` others are left, none among them: all of a group
    would be covered.
    Where there is a column of MOVED, how many pupils something else is paid for than in the year before, these are not
    to be few either: the difference is what is paid for them.
    Further rows are left out, the smallest first, until no sum of `ties` and no chain of sums tells what is missing.
    Counts come back as Int64, amounts as they were where none is missing.
    """
    none = np.zeros(len(table), np.bool_)
    hidden = _hidden(table, behind, ties, none if also is None else also)
    return without(
        table,
        {
            name: np.logical_or.reduce([none, *(hidden.get((count, year), none) for year in years_of(name))])
            for name, count in behind.items()
        },
    )


def _hidden(table: pd.DataFrame, behind: Mapping[str, str], ties: Ties, also: Rows) -> dict[tuple[str, str], Rows]:
    """Which rows are left out, for each count and year."""
    out: dict[tuple[str, str], Rows] = {}
    for year in _YEARS:
        if PUPILS + year not in table:
            continue
        pupils = table[PUPILS + year].to_numpy(np.int64)
        amounts = [
            n for n, count in behind.items() if count == PUPILS and n not in (PUPILS, PUPILS + year, *MOVED.values())
        ]
        mine = [n for n in amounts if years_of(n) == (year,)]
        nobody = (pupils <= 0) & (table[mine].fillna(0) != 0).any(axis=1).to_numpy()
        moved = _moved(table, PUPILS, year)
        few = np.logical_or.reduce([also, nobody, small(pupils), *map(small, moved.values())])
        out[PUPILS, year] = hidden_rows(Tied({PUPILS: pupils} | moved, ties), few)
        if COVERED + year in table:
            covered = table[COVERED + year].to_numpy(np.int64)
            others, moved = pupils - covered, _moved(table, COVERED, year)
            few = np.logical_or.reduce([small(covered), *map(small, moved.values())])
            few |= (covered > 0) & (others < policy().smallest_rest)
            told = {COVERED: covered, "others": np.maximum(others, 0)} | moved
            out[COVERED, year] = hidden_rows(Tied(told, ties), few | out[PUPILS, year])
    return out


def _moved(table: pd.DataFrame, count: str, year: str) -> dict[str, NDArray[np.int64]]:
    """Those whom a change from the year before is about; that year has none."""
    name = MOVED[count]
    return {} if year or name not in table else {name: table[name].to_numpy(np.int64)}


def years_of(name: str) -> Sequence[str]:
    """The years whose counts stand behind a column: its own, the one before, or both."""
    if "_change" in name:
        return _YEARS
    return ("_previous",) if name.endswith("_previous") else ("",)
