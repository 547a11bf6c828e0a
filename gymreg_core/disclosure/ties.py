"""How the counts of a table hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Ties:
    """How the counts of a table depend on one another, which tells what has to be left out with a small one.

    sums : rows (positions) that others add up to, the same in every column: a total, None where it is told elsewhere,
        and its parts.
    across : columns that add up to the same as others in every row.
    rests : columns that are together a part of another, and that one: what remains of it is a count too, and where that
        is small the first of the columns is left out.
    """

    sums: Sequence[tuple[int | None, Sequence[int]]] = ()
    across: Sequence[tuple[Sequence[str], Sequence[str]]] = ()
    rests: Sequence[tuple[Sequence[str], str]] = ()

    def matrix(self, rows: int) -> csr_array:
        """(m, rows): -1 at the total and 1 at the parts of each sum whose total is a row."""
        lines = [(total, *parts) for total, parts in self.sums if total is not None]
        starts = np.cumsum([0, *map(len, lines)])
        signs = np.ones(starts[-1])
        signs[starts[:-1]] = -1
        cells = np.asarray([row for line in lines for row in line], np.int64)
        return csr_array((signs, cells, starts), shape=(len(lines), rows))
