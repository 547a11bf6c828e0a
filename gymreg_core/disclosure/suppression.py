"""Leaving small counts of persons out of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def without_small(
    table: pd.DataFrame, counts: Sequence[str], smallest: int, *, within: str | None, parts: Sequence[str]
) -> tuple[pd.DataFrame, int]:
    """`table` with counts below `smallest` but above 0 missing, and how many cells that took.

    counts : columns with counts of persons; they come back as Int64. within, parts : see `release_counts`; a cell that
    is missing alone takes the smallest other one above 0 of its line with it. A total cell whose block has one row
    stands for itself.
    """
    values = table[list(counts)].to_numpy(np.int64) if counts else np.zeros((len(table), 0), np.int64)
    missing = (values > 0) & (values < smallest)
    blocks = pd.factorize(table[within])[0] if within else np.zeros(len(table), np.int64)
    columns = [place for place, name in enumerate(counts) if name in parts]
    while True:
        before = int(missing.sum())
        for row in range(len(table)):
            _cover(values[row, columns], part := missing[row, columns])
            missing[row, columns] = part
        for block in np.unique(blocks):
            rows = np.flatnonzero(blocks == block)
            for column in range(len(counts)):
                _cover(values[rows, column], part := missing[rows, column])
                missing[rows, column] = part
        if int(missing.sum()) == before:
            break
    kept = table.copy()
    for place, name in enumerate(counts):
        kept[name] = pd.array(values[:, place], dtype="Int64")
        kept.loc[missing[:, place], name] = pd.NA
    return kept, int(missing.sum())


def _cover(values: NDArray[np.int64], missing: NDArray[np.bool_]) -> None:
    """Where one cell of a line is missing, the smallest other above 0 is missing too; changes `missing`."""
    others = np.flatnonzero(~missing & (values > 0))
    if missing.sum() == 1 and len(others):
        missing[others[np.argmin(values[others])]] = True
