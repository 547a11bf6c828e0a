"""How the counts of a table hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
