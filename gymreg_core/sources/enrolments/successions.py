"""Who and what goes on under another number: identities and school units, each with what it was before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.sources.enrolments.checks import Checked
from gymreg_core.sources.register.checks import Flags, Table

_ALL = 100


def check_new_numbers(checked: Checked, persons: Table) -> None:
    """A number is replaced once, by another that does not lead back to it; protected identities are never linked."""
    table = checked.table
    checked.known_in_time()
    checked.not_after_extract("day")
    protected = np.append(np.asarray(persons["protected"], np.bool_), False)
    linked = protected[table["pupil"]] | protected[table["former"]]
    checked.note("protected-linked", linked, "former", "pupil")
    checked.once("number-replaced-twice", "former")
    _not_back(checked, "pupil", "number-leads-back")


def check_new_units(checked: Checked) -> None:
    """What became of a school unit adds up to at most all of it, and does not lead back to it."""
    table, percent = checked.table, checked.table["percent"]
    checked.known_in_time()
    outside = (percent < 1) | (percent > _ALL)
    checked.note("share-outside", outside, "percent")
    whole = checked.final() & table.readable("former", "school", "percent") & ~outside
    together = pd.Series(np.where(whole, percent, 0).astype(np.int64)).groupby(table["former"]).transform("sum")
    checked.note("shares-above-all", whole & (together.to_numpy() > _ALL), "percent", "former", "school")
    _not_back(checked, "school", "unit-leads-back")


def _not_back(checked: Checked, to: str, rule_id: str) -> None:
    table = checked.table
    counts = checked.final() & table.readable("former", to)
    broken = np.zeros(len(table), np.bool_)
    broken[counts] = on_a_way_back(table["former"][counts], table[to][counts])
    checked.note(rule_id, broken, "former", to)


def on_a_way_back(origin: NDArray[Any], destination: NDArray[Any]) -> Flags:
    """Which ways (n,) from somewhere to somewhere lie on, or between, ways that lead round: none where none does."""
    left = np.ones(len(origin), np.bool_)
    while True:
        goes_on = np.isin(destination, origin[left]) & np.isin(origin, destination[left])
        if not (left & ~goes_on).any():
            return left
        left &= goes_on
