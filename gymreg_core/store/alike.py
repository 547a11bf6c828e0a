"""Rows that are equal: numbers for them, and which of one table is which of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_ODD = 0x9E3779B97F4A7C15


def numbered(columns: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[Ints, Ints]:
    """A number per row of two tables (n,) and (m,), the same for rows that are equal in every column.

    columns : each the whole numbers of the first and of the second table. The numbers are of this call alone.
    """
    n = len(columns[0][0])
    whole = [np.concatenate(pair) for pair in columns]
    for odd in range(_ODD, 2**64, 2):
        mixed = np.zeros(len(whole[0]), np.uint64)
        for column in whole:
            mixed ^= column.astype(np.uint64)
            mixed *= np.uint64(odd)
            mixed ^= mixed >> np.uint64(29)
        if _tells_apart(mixed, whole):
            break
    numbers = mixed.view(np.int64)
    return numbers[:n], numbers[n:]


def _tells_apart(mixed: NDArray[np.uint64], columns: Sequence[NDArray[Any]]) -> bool:
    order = np.argsort(mixed)
    alike = np.flatnonzero(mixed[order[1:]] == mixed[order[:-1]])
    one, other = order[alike], order[alike + 1]
    return all(bool((column[one] == column[other]).all()) for column in columns)


def pairs_of(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Rows of two tables with one number each (n,) and (m,): the places of those that are paired, one with one.

    Of several with one number the earlier place is paired with the earlier place.
    """
    a, b = np.argsort(first, kind="stable"), np.argsort(second, kind="stable")
    ordered, others = first[a], second[b]
    nth = np.arange(len(a)) - np.searchsorted(ordered, ordered)
    there = np.searchsorted(others, ordered) + nth
    paired = there < len(b)
    paired[paired] = others[there[paired]] == ordered[paired]
    return a[paired], b[there[paired]]
