"""A task of hiding while it is worked on: hide until every cell is open, and show again what need not be hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gymreg_core.disclosure.hiding_kernel import FAR, NOWHERE, Units, beside, graph_of, propagate
from gymreg_core.disclosure.opening import TINY, Points, detour, furthest, in_circles, wide

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_ROUNDS = 60
_TOGETHER = 20
"""How many units are shown again together at most."""
_HIDDEN_ALREADY = 1e-4
"""What it costs to move a cell by one that is not shown, so that no more move than have to."""
_NEAR, _MOST, _SEARCHED = 400, 1000, 4000
"""Among how many cells a linear program looks for points, or for a way around; a whole part up to so many."""
_MANY = 4
"""From this many cells on, points are looked for that show several of them to be open."""


@dataclass(frozen=True, eq=False)
class Task:
    """Cells with their true numbers, and what has to stay open.

    sums : (m, n) csr of +1 and -1; a reader knows what each adds up to. values : (n,) true numbers. low : (n,) the
    least that a reader takes a hidden cell to be. unit : (n,) what a cell is hidden with, NOWHERE or KNOWN.
    cost : (units,) of hiding a unit, inf where it cannot be. guarded : (n,) bool, cells that have to stay open where
    they are hidden or stand nowhere. width : (n,) how far apart the bounds of a cell have to be; relative : (n,) the
    same as a share of its upper bound. whole : (n,) bool, whole numbers.
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


class Work:
    """A task while it is worked on. hidden : (units,) bool. need, rise : (n,) how far cells have to be able to move:
    `need` + `rise` x the highest move. points : of the cells that are hidden now. helpless : whether nothing helps one
    of them. loose : see `Units`."""

    def __init__(self, task: Task, primary: Bools, *, loose: bool = True) -> None:
        self.task, self.primary, self.hidden, self.loose = task, primary, primary.copy(), loose
        self.graph, self.ties, self.by_cell = graph_of(task.sums), abs(task.sums), task.sums.tocsc()
        self.of_ties = self.ties.T.tocsr()
        order = np.argsort(task.unit, kind="stable")
        self.in_unit = order[np.searchsorted(task.unit[order], 0) :].astype(np.int64)
        self.of_unit = np.searchsorted(task.unit[self.in_unit], np.arange(len(task.cost) + 1)).astype(np.int64)
        self.deep = np.minimum(task.low - task.values, 0.0)
        self.need, self.rise = task.width + task.relative * task.values, task.relative.copy()
        self.points, self.helpless = Points(len(task.values)), False

    def spread(self) -> None:
        """Hide until every guarded cell is open, or nothing helps."""
        while True:
            low, high = self.bounds()
            close = np.flatnonzero(self.asked() & ~wide(low, high, self.need, self.rise))
            before = self.hidden.copy()
            if len(close):
                units = Units(
                    self.task.unit, self.of_unit, self.in_unit, self.free(), -self.deep, self.need, self.loose
                )
                self.hidden |= beside(self.graph, units, low, high, close)
            else:
                part = in_circles(self.task.sums, high > low)
                self.push(part, self.asked(), low, high)
                close = self.left(self.asked() & (part >= 0))
                if not len(close):
                    return
                for cell in close.tolist():
                    if self.stays_closed(np.array([cell]), part, low, high) and not self.around(cell):
                        self.give_up(cell)
                close = close[:0]
            if (self.hidden == before).all():
                everywhere = np.zeros(len(low), np.int64)
                for cell in close.tolist():
                    self.stays_closed(np.array([cell]), everywhere, low, high)
                    self.give_up(cell)

    def holds(self) -> bool:
        """Whether every guarded cell is open."""
        low, high = self.bounds()
        if not wide(low, high, self.need, self.rise)[self.asked()].all():
            return False
        part = in_circles(self.task.sums, high > low)
        left = self.left(self.asked() & (part >= 0))
        return not any(self.stays_closed(left[at : at + 1], part, low, high) for at in range(len(left)))

    def give_up(self, cell: int) -> None:
        """Nothing helps a cell: it is to stay as open as it is."""
        self.need[cell], self.rise[cell] = self.points.highest[cell] - self.points.lowest[cell], 0.0
        self.helpless = True

    def clean(self) -> None:
        """Show again what need not be hidden, the dearest first, with what was hidden for its sake alone."""
        low, high = self.bounds()
        part = in_circles(self.task.sums, high > low)
        again = np.flatnonzero(self.hidden & ~self.primary)
        for unit in again[np.argsort(-self.task.cost[again], kind="stable")].tolist():
            if not self.hidden[unit]:
                continue
            shown, narrowed = self.without(unit, low, high)
            if not len(shown):
                continue
            gone = self.points.drop(np.flatnonzero(np.isin(self.task.unit, shown)))
            self.hidden[shown] = False
            if self.closed(unit, self.asked(), part, *narrowed):
                self.hidden[shown] = True
                self.points.add(*gone)
            else:
                low, high = narrowed

    def without(self, unit: int, low: Floats, high: Floats) -> tuple[Ints, tuple[Floats, Floats]]:
        """Units that can be shown together with `unit`, by propagation alone, and how far cells can then move; no units
        where a cell that has to be hidden is closed."""
        shown: list[int] = []
        (down, up), more = (low.copy(), high.copy()), [unit]
        while more and len(shown) < _TOGETHER:
            shown += more
            cells = np.concatenate([self.in_unit[self.of_unit[one] : self.of_unit[one + 1]] for one in more])
            down[cells] = up[cells] = 0.0
            first = [self.graph.rows[self.graph.at[cell] : self.graph.at[cell + 1]] for cell in cells]
            propagate(self.graph, down, up, np.unique(np.concatenate(first)), _ROUNDS)
            shut = self.asked() & ~wide(down, up, self.need, self.rise)
            shut[np.isin(self.task.unit, shown)] = False
            more = np.unique(self.task.unit[shut]).tolist()
            if more and (more[0] < 0 or self.primary[more].any()):
                break
        return np.asarray([] if more else shown, np.int64), (down, up)

    def asked(self) -> Bools:
        """(n,): guarded cells that no number is seen of."""
        unit = self.task.unit
        return np.asarray(self.task.guarded & ((unit == NOWHERE) | self.unseen()), np.bool_)

    def unseen(self) -> Bools:
        """(n,): cells of the units that are hidden."""
        unit = self.task.unit
        return np.asarray((unit >= 0) & self.hidden[np.maximum(unit, 0)], np.bool_)

    def bounds(self) -> tuple[Floats, Floats]:
        """How far each cell can move, by propagation: (n,) each."""
        unit = self.task.unit
        open_ = (unit == NOWHERE) | self.unseen()
        low, high = np.where(open_, self.deep, 0.0), np.where(open_, np.inf, 0.0)
        propagate(self.graph, low, high, np.arange(len(self.graph.starts) - 1), _ROUNDS)
        return low, high

    def closed(self, unit: int, asked: Bools, part: Ints, low: Floats, high: Floats) -> bool:
        """Whether no points are found that show each cell of `asked` in a `part` to be open where `unit` is shown.

        In large parts none are looked for.
        """
        left = self.left(asked & (part >= 0))
        if not len(left):
            return False
        if np.isin(part, part[left]).sum() > _SEARCHED:
            return True
        mine = np.zeros(len(asked), np.bool_)
        mine[self.in_unit[self.of_unit[unit] : self.of_unit[unit + 1]]] = True
        tied_to = self.of_ties @ (self.ties @ mine)
        nearest = left[np.argsort(-tied_to[left], kind="stable")[:1]]
        if self.stays_closed(nearest, part, low, high):
            return True
        self.push(part, asked, low, high)
        return any(self.stays_closed(left[at : at + 1], part, low, high) for at in range(len(left)))

    def push(self, part: Ints, asked: Bools, low: Floats, high: Floats) -> None:
        """Add points that show many cells of `asked` in each `part` to be open, as long as that settles some."""
        for name in np.unique(part[self.left(asked & (part >= 0))]).tolist():
            mine, near = asked & (part == name), np.flatnonzero((high > low) & (part == name))
            for whole in (False, True):
                before = np.inf
                while len(some := self.left(mine)) >= _MANY and len(some) <= before - _MANY:
                    before = len(some)
                    for up in (True, False):
                        self.stretch(some, near, low, high, up=up, whole=whole)

    def stays_closed(self, cell: Ints, part: Ints, low: Floats, high: Floats) -> bool:
        """Whether no points are found that show a cell (1,) to be open."""
        if self.open_at(cell).all():
            return False
        able = (high > low) & (part == part[cell])
        near = self.near(cell, able, _MOST if able.sum() <= _MOST else _NEAR)
        for whole in (False, True):
            exact = True
            for up in (True, False):
                exact &= self.stretch(cell, near, low, high, up=up, whole=whole)
            if exact or self.open_at(cell).all():
                break
        return not self.open_at(cell).all()

    def open_at(self, cells: Ints) -> Bools:
        """(k,): which of `cells` points show to be open."""
        points = self.points
        return wide(points.lowest[cells], points.highest[cells], self.need[cells], self.rise[cells])

    def left(self, asked: Bools) -> Ints:
        """Cells of `asked` that no points show to be open yet."""
        cells = np.flatnonzero(asked)
        return cells[~self.open_at(cells)]

    def stretch(self, cells: Ints, near: Ints, low: Floats, high: Floats, *, up: bool, whole: bool = False) -> bool:
        """Add the point among the cells `near` at which `cells` are moved up, or down, as far as they have to be.

        Whether all of it is in whole numbers.
        """
        cells = cells[~self.open_at(cells)]
        need, rise = self.need[cells], self.rise[cells]
        lowest, highest = self.points.lowest[cells], self.points.highest[cells]
        if up:
            to = np.minimum(high[cells], (lowest + need) / (1 - rise))
        else:
            to = np.maximum(low[cells], highest * (1 - rise) - need)
        further = (to > highest + TINY) if up else (to < lowest - TINY)
        further &= np.isin(cells, near)
        if not further.any():
            return True
        sums, in_whole = self.inside(near), self.task.whole[near]
        inside = np.searchsorted(near, cells[further])
        point = furthest(sums, inside, to[further], low[near], high[near], in_whole if whole else None)
        return point is not None and self.points.add_apart(sums, near, point, in_whole)

    def around(self, cell: int) -> bool:
        """Hide the units by which `cell` can move as far as it has to; whether there are any, or it is open now."""
        lowest, highest, need = self.points.lowest[cell], self.points.highest[cell], self.need[cell]
        moves = np.array([lowest + need, highest - need])
        free, before = self.free(), int(self.hidden.sum())
        price = np.where(free < FAR, free / max(need, 1.0), np.inf)
        price[self.asked() | (self.task.unit == NOWHERE)] = _HIDDEN_ALREADY
        for most in (_NEAR, len(free)):
            near = self.near(np.array([cell]), np.isfinite(price), most)
            inside, sums = int(np.searchsorted(near, cell)), self.inside(near)
            point = detour(sums, inside, moves[moves >= self.deep[cell]], self.deep[near], price[near])
            if point is not None:
                units = self.task.unit[near[np.abs(point) > TINY]]
                self.hidden[units[units >= 0]] = True
                self.points.add_apart(sums, near, point, self.task.whole[near])
            if point is not None or len(near) < most:
                break
        return bool(self.hidden.sum() > before or self.open_at(np.array([cell])).all())

    def inside(self, cells: Ints) -> csr_array:
        """The sums among `cells`, (r, k)."""
        sums = self.by_cell[:, cells].tocsr()
        return sums[np.flatnonzero(np.diff(sums.indptr))]

    def near(self, cells: Ints, able: Bools, most: int) -> Ints:
        """About `most` cells of `able` that sums tie to `cells`, or all of them, the nearest first; their places."""
        seen, before = np.zeros(len(able), np.bool_), 0
        seen[cells] = True
        while before < (before := int(seen.sum())) < most:
            seen = ((self.of_ties @ (self.ties @ seen) > 0) & able) | seen
        return np.flatnonzero(seen)

    def free(self) -> Floats:
        """(n,): what it costs to hide a cell that is shown."""
        cost = np.where(self.hidden | ~np.isfinite(self.task.cost), FAR, self.task.cost)
        return np.where(self.task.unit >= 0, cost[np.maximum(self.task.unit, 0)], FAR)
