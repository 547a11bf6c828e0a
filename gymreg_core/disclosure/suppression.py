"""Leaving small counts of persons out of a table, so that no sum brings them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_TINY, _NEAR = 1e-8, 1e-4
"""What makes sums that depend on one another solvable, and how near to a combination of sums counts as one. Cells of a
cross table that are none are off by one divided by the number of hidden cells or more."""
_Bools = NDArray[np.bool_]
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ties:
    """How the counts of a table depend on one another, which tells what has to be left out with a small one.

    sums : rows (positions) that others add up to, the same in every column: a total, None where it is told elsewhere,
        and its parts.
    together : columns that a sum across the row ties to others; of a row they are left out as one.
    rests : columns that are together a part of another, and that one: what remains of it is a count too, and where that
        is small the first of the columns is left out.
    """

    sums: Sequence[tuple[int | None, Sequence[int]]] = ()
    together: Sequence[Sequence[str]] = ()
    rests: Sequence[tuple[Sequence[str], str]] = ()


def without_small(table: pd.DataFrame, counts: Sequence[str], smallest: int, ties: Ties) -> tuple[pd.DataFrame, int]:
    """`table` with counts from 1 to below `smallest` missing, and how many cells that took.

    counts : columns with counts of persons; they come back as Int64. Further rows are left out, the smallest first,
    until neither a sum nor a chain of sums tells what is missing; and where a row has one count, until a sum leaves
    open whether what is missing from it is small at all.
    """
    kept, gone, sums = table.copy(), 0, _matrix(ties, len(table))
    groups = [list(names) for names in ties.together]
    for names in groups + [[name] for name in counts if not any(name in group for group in groups)]:
        values = table[names].to_numpy(np.int64).reshape(len(table), len(names))
        rests = [table[of] - table[list(parts)].sum(axis=1) for parts, of in ties.rests if parts[0] in names]
        told = np.column_stack([values, *rests]).astype(np.int64)
        hidden = np.asarray(((told > 0) & (told < smallest)).any(axis=1), np.bool_)
        _protect(hidden, values, smallest, sums)
        for place, name in enumerate(names):
            kept[name] = pd.array(np.where(hidden, 0, values[:, place]), dtype="Int64")
            kept.loc[hidden, name] = pd.NA
        gone += int(hidden.sum()) * len(names)
    return kept, gone


def hidden_rows(few: _Bools, counts: Sequence[_Ints], smallest: int, ties: Ties) -> _Bools:
    """`few` (rows,) and the further rows that have to be left out with them, by the sums of `ties`.

    counts : what each row counts, (rows,) each; of what is missing from a sum every one of them stays open.
    """
    hidden, sums = few.copy(), _matrix(ties, len(few))
    before = -1
    while before != (before := int(hidden.sum())):
        for values in counts:
            _protect(hidden, values.reshape(-1, 1), smallest, sums)
    return hidden


def _matrix(ties: Ties, rows: int) -> NDArray[np.float64]:
    """A line for each sum: -1 at the total, 1 at its parts."""
    matrix = np.zeros((len(ties.sums), rows))
    for line, (total, parts) in enumerate(ties.sums):
        if total is not None:
            matrix[line, total] -= 1
        matrix[line, list(parts)] += 1
    return matrix


def _protect(hidden: _Bools, values: _Ints, smallest: int, sums: NDArray[np.float64]) -> None:
    """Hide further rows until nothing tells what is hidden; changes `hidden`."""
    size = values.sum(axis=1)
    while len(size):
        told, short = _told(hidden, sums), _short(hidden, values, smallest, sums)
        open_ = (sums != 0) & ~hidden & (size > 0)
        within = np.where(open_, size, size.max() + 1)
        missing, cheapest = ((sums != 0) & hidden).sum(axis=1), within.min(axis=1)
        usable = open_.any(axis=1)
        # A told row needs another beside it in one of its sums: first in the one with the fewest missing already.
        of_row = [np.flatnonzero((sums[:, row] != 0) & usable) for row in np.flatnonzero(told)]
        lines: list[Any] = [min(mine, key=lambda line: (missing[line], cheapest[line])) for mine in of_row if len(mine)]
        lines += np.flatnonzero(short & usable).tolist()
        if not lines:
            return
        hidden[within[lines].argmin(axis=1)] = True


def _told(hidden: _Bools, sums: NDArray[np.float64]) -> _Bools:
    """(rows,): the hidden rows that are a combination of the sums, whose space then holds the whole of them."""
    told = np.zeros(len(hidden), np.bool_)
    part = sums[:, hidden]
    part = part[part.any(axis=1)]
    if len(part):
        square = part @ part.T + _TINY * np.eye(len(part))
        told[hidden] = (part * np.linalg.solve(square, part)).sum(axis=0) > 1 - _NEAR
    return told


def _short(hidden: _Bools, values: _Ints, smallest: int, sums: NDArray[np.float64]) -> _Bools:
    """(sums,): those from which so little is missing that each of the rows has to be small; of rows with one count."""
    if values.shape[1] > 1:
        return np.zeros(len(sums), np.bool_)
    gone = (sums > 0) & hidden
    number, missing = gone.sum(axis=1), gone @ values[:, 0]
    whole = ~((sums < 0) & hidden).any(axis=1)
    return np.asarray((number > 0) & whole & (missing - number < smallest - 1), np.bool_)
