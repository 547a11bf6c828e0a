"""Which further cells to hide, so that nothing hidden can be bounded too closely by what is shown."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from gymreg_core.disclosure.hiding_kernel import NOWHERE
from gymreg_core.disclosure.hiding_work import Task, Work
from gymreg_core.disclosure.opening import TINY, tied

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_OF_SIZE = 0.1
"""Of two cells either of which would do the smaller one is hidden: ten times as large costs so much more."""
_ATTEMPTS, _IN_VAIN, _VARIED, _SMALL = 12, 6, 0.5, 150
"""How often, and how often without finding anything cheaper, with costs how far apart, hiding is tried for a task of up
to so many cells."""
_TRIED = 200
"""How many ways of all are tried at most."""


def costs(values: Floats) -> Floats:
    """(n,) -> (n,): what it costs to hide numbers."""
    return np.asarray(1 + _OF_SIZE * np.log10(1 + np.abs(values)), np.float64)


def hide(task: Task, primary: Bools, close: Bools | None = None, jobs: int = 1) -> Bools:
    """`primary` (units,) bool and the units that have to be hidden with them.

    None of the others can be shown by itself without a guarded cell being bounded closer than it may be. A cell that
    nothing helps, since its sum is known and all that could be hidden is, stays as open as it is.
    close : (n,) bool, cells known to be bounded too closely; what nothing ties to one of them stays as it is. None
    where it is not known. jobs : threads for parts that nothing ties to each other; what is hidden is the same.
    """
    hidden = primary.copy()
    entries = task.sums.tocoo()
    of_cell = np.where(task.unit >= 0, task.unit, len(primary) + np.arange(len(task.unit)))
    label, _ = tied(entries.row, of_cell[entries.col], len(primary) + len(task.unit))
    label = label[of_cell]
    order = np.argsort(label, kind="stable")
    parts = []
    for cells in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        units = np.unique(task.unit[cells])
        units = units[units >= 0]
        secret = len(cells) > 1 and (hidden[units].any() or (task.guarded & (task.unit == NOWHERE))[cells].any())
        if secret and (close is None or close[cells].any()):
            parts.append((cells, units))
    found = Parallel(n_jobs=jobs if len(parts) > 1 else 1, prefer="threads")(
        delayed(_best)(_part(task, cells, units), primary[units]) for cells, units in parts
    )
    for (_, units), best in zip(parts, found, strict=True):
        hidden[units] = best
    return hidden


def _best(task: Task, primary: Bools) -> Bools:
    """The cheapest of several ways to hide; in a large task the first, in a very small one of all."""
    rng, best, least = np.random.default_rng(0), primary, np.inf
    helpless, in_vain = False, 0
    for attempt in range(_ATTEMPTS if len(task.values) <= _SMALL else 1):
        varied = task.cost * rng.uniform(1 - _VARIED, 1 + _VARIED, len(task.cost)) if attempt else task.cost
        work = Work(replace(task, cost=varied), primary, loose=attempt % 2 == 0)
        work.spread()
        work.clean()
        helpless |= work.helpless
        cost = float(task.cost[work.hidden & ~primary].sum())
        if cost < least - TINY:
            best, least, in_vain = work.hidden, cost, 0
        in_vain += 1
        if in_vain > _IN_VAIN or (best == primary).all():
            break
    return best if helpless else _cheaper(task, primary, best)


def _cheaper(task: Task, primary: Bools, best: Bools) -> Bools:
    """The cheapest way to hide units where there are few enough ways, else of those that hide the fewest."""
    others = np.flatnonzero(~primary & np.isfinite(task.cost))
    ways: list[tuple[float, tuple[int, ...]]] = []
    for number in range(len(others) + 1):
        if len(ways) + comb(len(others), number) > _TRIED:
            break
        ways += [(float(task.cost[list(way)].sum()), way) for way in combinations(others.tolist(), number)]
    least = float(task.cost[best & ~primary].sum())
    for cost, way in sorted(ways):
        if cost > least - TINY:
            break
        work = Work(task, primary)
        work.hidden[list(way)] = True
        if work.holds():
            return work.hidden
    return best


def _part(task: Task, cells: Ints, units: Ints) -> Task:
    """The task of some cells and units that nothing ties to others."""
    sums = task.sums[:, cells].tocsr()
    unit = task.unit[cells]
    return Task(
        sums=sums[np.flatnonzero(np.diff(sums.indptr))],
        values=task.values[cells],
        low=task.low[cells],
        unit=np.where(unit >= 0, np.searchsorted(units, unit), unit),
        cost=task.cost[units],
        guarded=task.guarded[cells],
        width=task.width[cells],
        relative=task.relative[cells],
        whole=task.whole[cells],
    )
