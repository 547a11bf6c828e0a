"""What a reader of tables knows, as arrays: bounds of every cell, and sums that hold exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.cells import Cells, Why

if TYPE_CHECKING:
    from gymreg_core.disclosure.policy import Policy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
TINY = 1e-6
"""Below this, two numbers are one: counts are whole, and amounts are in öre or kronor."""
_MAY_BE_NONE = (Why.NOWHERE, Why.DOMINATED, Why.SINGLE, Why.SENSITIVE, Why.EARLIER)
"""Reasons for which a count is hidden that may be 0, although zeros are shown."""


@dataclass(frozen=True, eq=False)
class System:
    """Cells in the order of their `Cells`, then one slack for each ratio.

    low, high : (n,) what is told of each cell by itself; equal where it is shown exactly, high inf where it is open.
    sums : (m, n) csr, `sums @ x == 0` for the true numbers x. guarded : (n,) bool. whole : (n,) bool, whole numbers.
    width : (n,) how far apart the bounds of a guarded cell have to be, in its own unit: persons. relative : (n,) the
    same as a share of its upper bound, for amounts, which have to be at least one apart.
    """

    low: Floats
    high: Floats
    sums: csr_array
    guarded: Bools
    width: Floats
    relative: Floats
    whole: Bools

    def __len__(self) -> int:
        return len(self.low)

    def wide(self, low: Floats, high: Floats, times: float = 1.0) -> Bools:
        """(n,) bool: where bounds `low`, `high` (n,) are as far apart as they have to be, or so many times as far."""
        least = np.maximum(self.width * times, self.relative * np.where(np.isinf(high), 0, np.abs(high)))
        return np.asarray(high - low >= least - TINY, np.bool_)


def system(cells: Cells, policy: Policy) -> System:
    """`cells` as arrays.

    A count that is hidden is 1 or more where the policy shows zeros, so that protection must hide none; one that stands
    nowhere, or is hidden for its school's or its provider's sake, may be 0. What a number that the policy rounds tells
    by itself it has allowed: of such a cell no more than that may be told.
    """
    n, why = len(cells), cells.why
    amounts = np.zeros(n, np.bool_) if cells.amounts is None else cells.amounts
    shown = ~np.isnan(cells.values)
    at_least = (policy.zeros == "shown") & ~amounts & ~np.isin(why, [int(reason) for reason in _MAY_BE_NONE])
    low = np.where(shown, cells.values - cells.unit, at_least.astype(np.float64))
    high = np.where(shown, cells.values + cells.unit, np.inf)
    rounded = shown & (cells.unit > 0)
    low[rounded] = np.maximum(low[rounded], np.minimum(cells.values[rounded], 0))
    tight = rounded & ~amounts
    low[tight], high[tight] = np.ceil(low[tight] - TINY), np.floor(high[tight] + TINY)

    width = np.full(n, float(policy.least_interval))
    by_itself = tight & (why == Why.SHOWN) & (policy.method == "round")
    width[by_itself] = np.minimum(width, high - low)[by_itself]
    width[amounts] = np.minimum(width, 1)[amounts]
    relative = np.where(amounts, float(policy.least_relative), 0)

    slacks, more = _ratios(cells, n)
    return System(
        np.concatenate([low, np.zeros(len(slacks))]),
        np.concatenate([high, slacks]),
        _matrix(cells, n, more),
        np.concatenate([cells.guarded, np.zeros(len(slacks), np.bool_)]),
        np.concatenate([width, np.zeros(len(slacks))]),
        np.concatenate([relative, np.zeros(len(slacks))]),
        np.concatenate([~amounts, np.zeros(len(slacks), np.bool_)]),
    )


Line = tuple[tuple[int, ...], tuple[float, ...]]


def _ratios(cells: Cells, n: int) -> tuple[Floats, list[Line]]:
    """Upper bounds of the slacks, and the lines: part - least x whole - slack = 0, most x whole - part - slack = 0."""
    slacks: list[float] = []
    lines: list[Line] = []
    for part, whole, least, most in cells.ratios:
        if least == most:
            lines.append(((part, whole), (1.0, -least)))
            continue
        for sign, factor in ((1.0, least), (-1.0, most)):
            lines.append(((part, whole, n + len(slacks)), (sign, -sign * factor, -1.0)))
            slacks.append(np.inf)
    return np.asarray(slacks, np.float64), lines


def _matrix(cells: Cells, n: int, more: list[Line]) -> csr_array:
    lines: list[Line] = [((whole, *parts), (-1.0, *([1.0] * len(parts)))) for whole, parts in cells.sums]
    lines += more
    wide = n + sum(places[-1] >= n for places, _ in more)
    starts = np.cumsum([0, *(len(places) for places, _ in lines)])
    columns = np.asarray([place for places, _ in lines for place in places], np.int64)
    factors = np.asarray([factor for _, of in lines for factor in of], np.float64)
    made = csr_array((factors, columns, starts), shape=(len(lines), wide))
    made.sum_duplicates()
    made.eliminate_zeros()
    return made
