"""Which further cells to hide, so that nothing hidden can be bounded too closely by what is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.hiding_kernel import beside, graph_of, propagate
from gymreg_core.disclosure.moving_kernel import moves
from gymreg_core.disclosure.opening import Points, detour, furthest, in_circles, wide

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NOWHERE, KNOWN = -1, -2
"""Units of cells that stand in no table, and of cells that are known whatever is hidden, such as zeros."""
_ROUNDS = 60
_FAR, TINY = 1e9, 1e-6
_HIDDEN_ALREADY = 1e-4
"""What it costs to move a cell by one that is not shown, so that no more move than have to."""
_NEAR = 1000
"""Among how many cells a linear program looks for points, or for a way around."""
_MANY = 4
"""From this many cells on, points are looked for that show several of them to be open."""
_TRIES, _STEPS = 2, 80
"""How often points are looked for by balancing sums, and with how many cells."""


@dataclass(frozen=True, eq=False)
class Task:
    """Cells with their true numbers, and what has to stay open.

    sums : (m, n) csr of +1 and -1; a reader knows what each adds up to. values : (n,) true numbers. low : (n,) the least
    that a reader takes a hidden cell to be. unit : (n,) what a cell is hidden with, NOWHERE or KNOWN. cost : (units,) of
    hiding a unit, inf where it cannot be. guarded : (n,) bool, cells that have to stay open where they are hidden or
    stand nowhere. width : (n,) how far apart the bounds of a cell have to be; relative : (n,) the same as a share of its
    upper bound. whole : (n,) bool, whole numbers.
    """

    sums: csr_array
    values: Floats
    low: Floats
    unit: Ints
    cost: Floats
    guarded: Bools
    width: Floats
    relative: Floats
    whole: Bools


def hide(task: Task, primary: Bools) -> Bools:
    """`primary` (units,) bool and the units that have to be hidden with them.

    None of the others can be shown by itself without a guarded cell being bounded closer than it may be. A cell that
    nothing helps, since its sum is known and all that could be hidden is, stays as open as it is.
    """
    if not len(primary):
        return primary.copy()
    work = _Work(task, primary)
    work.spread()
    work.clean()
    return work.hidden


class _Work:
    """A task while it is worked on. hidden : (units,) bool. need, rise : (n,) how far cells have to be able to move:
    `need` + `rise` x the highest move. points : of the cells that are hidden now."""

    def __init__(self, task: Task, primary: Bools) -> None:
        self.task, self.primary, self.hidden = task, primary, primary.copy()
        self.graph, self.ties = graph_of(task.sums), abs(task.sums)
        order = np.argsort(task.unit, kind="stable")
        self.in_unit = order[np.searchsorted(task.unit[order], 0) :].astype(np.int64)
        self.of_unit = np.searchsorted(task.unit[self.in_unit], np.arange(len(task.cost) + 1)).astype(np.int64)
        self.deep = np.minimum(task.low - task.values, 0.0)
        self.need, self.rise = task.width + task.relative * task.values, task.relative.copy()
        self.points = Points(len(task.values))

    def spread(self) -> None:
        """Hide until every guarded cell is open, or nothing helps."""
        while True:
            low, high = self.bounds()
            close = np.flatnonzero(self.asked() & ~wide(low, high, self.need, self.rise))
            if len(close):
                units = self.task.unit, self.of_unit, self.in_unit
                more = beside(self.graph, low, high, self.free(), -self.deep, *units, close, self.need)
            else:
                close = self.closed(self.asked() & in_circles(self.task.sums, high > low), low, high)
                if not len(close):
                    return
                more = self.around(close)
            if not (more & ~self.hidden).any():
                # Nothing helps: it is to stay as open as it is.
                self.need[close] = (self.points.highest - self.points.lowest)[close]
                self.rise[close] = 0.0
            self.hidden |= more

    def clean(self) -> None:
        """Show again what need not be hidden, the dearest first."""
        low, high = self.bounds()
        circled = in_circles(self.task.sums, high > low)
        again = np.flatnonzero(self.hidden & ~self.primary)
        for unit in again[np.argsort(-self.task.cost[again], kind="stable")]:
            mine = self.in_unit[self.of_unit[unit] : self.of_unit[unit + 1]]
            down, up, before = low.copy(), high.copy(), self.points
            down[mine] = up[mine] = 0.0
            first = [self.graph.rows[self.graph.at[cell] : self.graph.at[cell + 1]] for cell in mine]
            propagate(self.graph, down, up, np.unique(np.concatenate(first)), _ROUNDS)
            self.hidden[unit] = False
            asked = self.asked()
            self.points = before.without(mine)
            if (asked & ~wide(down, up, self.need, self.rise)).any() or len(
                self.closed(asked & circled, down, up, first=True)
            ):
                self.hidden[unit], self.points = True, before
            else:
                low, high = down, up

    def asked(self) -> Bools:
        """(n,): guarded cells that no number is seen of."""
        unit = self.task.unit
        return self.task.guarded & ((unit == NOWHERE) | ((unit >= 0) & self.hidden[unit]))

    def bounds(self) -> tuple[Floats, Floats]:
        """How far each cell can move, by propagation: (n,) each."""
        unit = self.task.unit
        open_ = (unit == NOWHERE) | ((unit >= 0) & self.hidden[unit])
        low, high = np.where(open_, self.deep, 0.0), np.where(open_, np.inf, 0.0)
        propagate(self.graph, low, high, np.arange(len(self.graph.starts) - 1), _ROUNDS)
        return low, high

    def closed(self, asked: Bools, low: Floats, high: Floats, *, first: bool = False) -> Ints:
        """Cells of `asked` that no points show to be open; with `first` at most one of them. Adds points."""
        points, need, rise = self.points, self.need, self.rise

        def left() -> Ints:
            return np.flatnonzero(asked & ~wide(points.lowest, points.highest, need, rise))

        seen = points.lowest.copy(), points.highest.copy()
        points.add(*moves(self.graph, low, high, left(), need, rise, *seen, _TRIES, _STEPS))
        circled = np.flatnonzero(in_circles(self.task.sums, high > low))
        for up in (True, False, True, False):
            if len(some := left()) >= _MANY:
                self.stretch(some, circled, low, high, up=up)
        found = []
        for cell in left().tolist():
            near = np.flatnonzero(self.near(cell, _NEAR, high > low))
            for up in (True, False):
                self.stretch(np.array([cell]), near, low, high, up=up)
            if not wide(points.lowest, points.highest, need, rise)[cell]:
                found.append(cell)
                if first:
                    break
        return np.asarray(found, np.int64)

    def stretch(self, cells: Ints, near: Ints, low: Floats, high: Floats, *, up: bool) -> None:
        """Add the point among the cells `near` at which `cells` are moved up, or down, as far as they have to be."""
        points, need, rise = self.points, self.need[cells], self.rise[cells]
        lowest, highest = points.lowest[cells], points.highest[cells]
        if up:
            to = np.where(
                np.isinf(high[cells]),
                (lowest + need) / (1 - rise),
                np.minimum(high[cells], (lowest + need) / (1 - rise)),
            )
            further = to > highest + TINY
        else:
            to = np.maximum(low[cells], highest * (1 - rise) - need)
            further = to < lowest - TINY
        further &= ~wide(lowest, highest, need, rise)
        if not further.any():
            return
        inside = np.searchsorted(near, cells[further])
        point = furthest(self.inside(near), inside, to[further], low[near], high[near], self.task.whole[near])
        if point is not None:
            moved = np.flatnonzero(point)
            points.add(np.array([0, len(moved)]), near[moved], point[moved])

    def around(self, close: Ints) -> Bools:
        """Units by whose hiding the first of the cells `close` that anything helps can move as far as it has to."""
        more, free = np.zeros(len(self.hidden), np.bool_), self.free()
        for cell in close.tolist():
            to = np.array([self.points.lowest[cell] + self.need[cell], self.points.highest[cell] - self.need[cell]])
            price = np.where(free < _FAR, free / max(self.need[cell], 1.0), np.inf)
            price[self.asked() | (self.task.unit == NOWHERE)] = _HIDDEN_ALREADY
            for most in (_NEAR, len(free)):
                near = np.flatnonzero(self.near(cell, most, np.isfinite(price)))
                inside = int(np.searchsorted(near, cell))
                found = detour(self.inside(near), inside, to[to >= self.deep[cell]], self.deep[near], price[near])
                units = self.task.unit[near[found]]
                more[units[units >= 0]] = True
                if len(found) or len(near) < most:
                    break
            if (more & ~self.hidden).any():
                break
        return more

    def inside(self, cells: Ints) -> csr_array:
        """The sums among `cells`, (r, k)."""
        sums = self.task.sums[:, cells].tocsr()
        return sums[np.flatnonzero(np.diff(sums.indptr))]

    def near(self, cell: int, most: int, able: Bools) -> Bools:
        """(n,): about `most` cells of `able` that sums tie to `cell`, or all of them, the nearest first."""
        seen = np.zeros(len(able), np.bool_)
        seen[cell] = True
        before = 0
        while before < (before := int(seen.sum())) < most:
            seen = (self.ties.T @ (self.ties @ seen) > 0) & able
        return seen

    def free(self) -> Floats:
        """(n,): what it costs to hide a cell that is shown."""
        cost = np.where(self.hidden | ~np.isfinite(self.task.cost), _FAR, self.task.cost)
        return np.where(self.task.unit >= 0, cost[self.task.unit], _FAR)
