"""What of linked tables has to be left out, so that nobody who adds up and takes away comes close to what is hidden."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.hiding import costs, hide
from gymreg_core.disclosure.hiding_kernel import KNOWN, NOWHERE
from gymreg_core.disclosure.hiding_work import Task
from gymreg_core.disclosure.policy import Policy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def protect(
    cells: Cells, policy: Policy, cost: Floats | None = None, *, close: Bools | None = None, jobs: int = 1
) -> Bools:
    """Which cells to hide, (n,) bool; false for those that stand nowhere.

    cells : with their true values. Counts that stand in a table are hidden from 1 to below `smallest_count`, zeros too
    where the policy hides them, and cells that have another reason than SHOWN already; further ones until no guarded
    cell can be bounded closer than `least_interval` or `least_relative`: each that is hidden, and those of NOWHERE that
    are `guarded`.
    cost : (n,) of hiding a cell, near 1; by default 1 and a little for its size. close, jobs : see `hide`.
    """
    n, values = len(cells), np.nan_to_num(cells.values)
    amounts = np.zeros(n, np.bool_) if cells.amounts is None else cells.amounts
    nowhere = cells.why == Why.NOWHERE
    zeros = (values == 0) & ~amounts & (policy.zeros == "shown")
    small = (values < policy.smallest_count) & ~amounts & ((values > 0) | (policy.zeros == "hidden"))
    unit = np.where(nowhere, NOWHERE, np.where(zeros, KNOWN, np.arange(n)))
    primary = (unit >= 0) & (small | (cells.why != Why.SHOWN))
    least = np.where(amounts, np.where(values < 0, -np.inf, 0.0), 0.0 if policy.zeros == "hidden" else 1.0)
    task = Task(
        sums=sums_of(cells),
        values=values,
        low=np.where(nowhere, 0.0, least),
        unit=unit,
        cost=np.where(unit >= 0, costs(values) if cost is None else cost, np.inf),
        guarded=cells.guarded | ~nowhere,
        width=np.where(amounts, 0.0, float(policy.least_interval)),
        relative=np.where(amounts, float(policy.least_relative), 0.0),
        whole=~amounts,
    )
    return hide(task, primary, close, jobs)


def sums_of(cells: Cells) -> csr_array:
    """The sums of `cells` as (m, n): -1 at the whole, 1 at its parts."""
    lines = [(whole, *parts) for whole, parts in cells.sums]
    starts = np.cumsum([0, *map(len, lines)])
    columns = np.asarray([place for line in lines for place in line], np.int64)
    signs = np.ones(len(columns))
    signs[starts[:-1]] = -1
    made = csr_array((signs, columns, starts), shape=(len(lines), len(cells)))
    made.sum_duplicates()
    return made
