"""Leaving amounts out of a table where few pupils stand behind them, so that no sum brings them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.suppression import Ties, hidden_rows

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


def without_few(table: pd.DataFrame, behind: Mapping[str, str], smallest: int, ties: Ties) -> tuple[pd.DataFrame, int]:
    """`table` without the amounts and counts that few pupils stand behind, and how many cells that took.

    behind : PUPILS or COVERED for each column that depends on them; one that ends with _previous depends on the counts
        of the year before, and a change on both.

    Pupils are few from 1 to below `smallest`, and where there is an amount and no pupil. Pupils covered by a supplement
    are few as well where fewer than `smallest` others are left, none among them: all of a group would be covered.
    Where there is a column of MOVED, how many pupils something else is paid for than in the year before, these are not
    to be few either: the difference is what is paid for them.
    Further rows are left out, the smallest first, until no sum of `ties` and no chain of sums tells what is missing.
    Counts come back as Int64, amounts as they were where none is missing.
    """
    hidden = _hidden(table, behind, smallest, ties)
    kept, gone = table.copy(), 0
    for name, count in behind.items():
        masks = [hidden[count, year] for year in years_of(name) if (count, year) in hidden]
        mask = np.logical_or.reduce(masks) if masks else np.zeros(len(table), np.bool_)
        if pd.api.types.is_integer_dtype(kept[name]):
            kept[name] = kept[name].astype("Int64")
        kept.loc[mask, name] = pd.NA if kept[name].dtype == "Int64" else np.nan
        gone += int(mask.sum())
    return kept, gone


def _hidden(
    table: pd.DataFrame, behind: Mapping[str, str], smallest: int, ties: Ties
) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Which rows are left out, for each count and year."""
    out: dict[tuple[str, str], NDArray[np.bool_]] = {}
    for year in _YEARS:
        if PUPILS + year not in table:
            continue
        pupils = table[PUPILS + year].to_numpy(np.int64)
        amounts = [
            n for n, count in behind.items() if count == PUPILS and n not in (PUPILS, PUPILS + year, *MOVED.values())
        ]
        mine = [n for n in amounts if years_of(n) == (year,)]
        nobody = (pupils <= 0) & (table[mine].fillna(0) != 0).any(axis=1).to_numpy()
        few, counts = _with_moved(
            table, PUPILS, year, smallest, ((pupils > 0) & (pupils < smallest)) | nobody, [pupils]
        )
        out[PUPILS, year] = hidden_rows(few, counts, smallest, ties)
        if COVERED + year in table:
            covered = table[COVERED + year].to_numpy(np.int64)
            few = (covered > 0) & ((covered < smallest) | (pupils - covered < smallest))
            few, counts = _with_moved(table, COVERED, year, smallest, few, [covered, pupils - covered])
            out[COVERED, year] = hidden_rows(few | out[PUPILS, year], counts, smallest, ties)
    return out


def _with_moved(
    table: pd.DataFrame, count: str, year: str, smallest: int, few: Rows, counts: list[NDArray[np.int64]]
) -> tuple[Rows, list[NDArray[np.int64]]]:
    """Rows that are few, and what each row counts, with those whom a change is about; the year before has none."""
    if year or MOVED[count] not in table:
        return few, counts
    moved = table[MOVED[count]].to_numpy(np.int64)
    return few | ((moved > 0) & (moved < smallest)), [*counts, moved]


def years_of(name: str) -> Sequence[str]:
    """The years whose counts stand behind a column: its own, the one before, or both."""
    if "_change" in name:
        return _YEARS
    return ("_previous",) if name.endswith("_previous") else ("",)
