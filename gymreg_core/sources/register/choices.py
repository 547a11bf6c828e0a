"""Ranked choices of an extract: each study path and each place on a list once, late ones marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.rules import rule
from gymreg_core.sources.register.checks import Flags, Table
from gymreg_core.sources.register.notes import Notes

LAST_DAYS = {"preliminary": "last_application_day", "final": "last_rechoice_day"}


def check_choices(table: Table, pupils: Table, closed: Flags, twice: Flags, notes: Notes) -> Flags:
    """Every rule of the lists of choices. `closed` (m,): study paths; `twice` (p,): pupils not told apart.

    What is absent is told only where every row says whose it is. Returns the rows (n,) that stay: choices of a closed
    study path lapse, the others keep their places.
    """
    pupil = np.where(table["pupil"] >= 0, table["pupil"], 0).astype(np.int64)
    whole = table.readable("pupil", "round") & ~_of(twice, pupil)
    lists = np.where(whole, pupil * 2 + (table["round"] == "final"), -1)
    ranked = table.readable("rank")
    again = _again(lists, np.where(table.readable("path"), table["path"], -1))
    same_place = _again(lists, np.where(ranked, table["rank"], -1)) & ~again
    notes.rows("choice-repeated", table.file, table.rows, again, "path")
    notes.rows("rank-repeated", table.file, table.rows, same_place, "rank")
    if table.whole and table.readable("pupil", "round").all():
        gap = _beyond(lists, table["rank"], again | same_place | ~ranked)
        notes.rows("rank-gap", table.file, table.rows, gap, "rank")
    if table.whole:
        without = ~np.isin(np.arange(len(pupils)), table["pupil"]) & ~twice
        notes.rows("applicant-without-choices", pupils.file, pupils.rows, without)
    path = np.where(table["path"] >= 0, table["path"], 0).astype(np.int64)
    lapsed = table.readable("path") & _of(closed, path)
    notes.rows("choice-of-closed-path", table.file, table.rows, lapsed, "path")
    return ~lapsed


def late_choices(table: Table, intake_year: int, notes: Notes) -> Flags:
    """Choices (n,) that came in after the last day of their round (rules/admission_calendar.yml)."""
    received = table["received"].astype("datetime64[D]")
    late = np.zeros(len(table), np.bool_)
    for round_name, day in LAST_DAYS.items():
        last = np.datetime64(f"{intake_year}-{rule('admission_calendar', day, intake_year)}")
        late |= (table["round"] == round_name) & (received > last)
    late &= table.readable("received", "round")
    notes.rows("choice-late", table.file, table.rows, late, "received")
    return late


def _of(flags: Flags, places: NDArray[np.int64]) -> Flags:
    return flags[places] if len(flags) else np.zeros(len(places), np.bool_)


def _again(lists: NDArray[np.int64], what: NDArray[Any]) -> Flags:
    """Rows (n,) with the same list and the same `what` as another row; -1 in either is none."""
    pairs = lists * (1 << 31) + what.astype(np.int64)
    return np.asarray(pd.Series(pairs).duplicated(keep=False).to_numpy() & (lists >= 0) & (what.astype(np.int64) >= 0))


def _beyond(lists: NDArray[np.int64], rank: NDArray[Any], odd: Flags) -> Flags:
    """Rows (n,) whose place is beyond the length of their list; lists with an `odd` row are left out."""
    there = lists >= 0
    size = int(lists.max(initial=-1)) + 1
    length = np.bincount(lists[there], minlength=size)
    doubtful = np.zeros(size + 1, np.bool_)
    doubtful[lists[there & odd]] = True
    at = np.where(there, lists, size)
    return np.asarray(there & ~doubtful[at] & (rank.astype(np.int64) > np.append(length, 0)[at]))
