"""Whether hidden cells are open: points that solve all sums and lie far enough apart.

A point is how far each cell is moved from its true number; the true one is the point 0. Points in whole numbers that differ
by as much as is asked prove that no reader can bound the cell closer, whatever the reader computes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
TINY = 1e-6
_NODES = 200
"""How many nodes a search for whole numbers may take; where it finds none in these, a cell counts as not open."""


class Points:
    """Points found so far; `lowest`, `highest` (n,) of each cell over all of them, the true one among them."""

    def __init__(self, n: int) -> None:
        self.lowest, self.highest = np.zeros(n), np.zeros(n)
        self._of, self._cells, self._moves = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        self._number = 0

    def copy(self) -> Points:
        made = Points(0)
        made.__dict__.update(self.__dict__)
        made.lowest, made.highest = self.lowest.copy(), self.highest.copy()
        return made

    def add(self, starts: Ints, cells: Ints, moves: Floats) -> None:
        """Add points: the cells that move, and how far; those of a point stand from its start on."""
        of = self._number + np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        self._number += len(starts) - 1
        self._of, self._cells = np.concatenate([self._of, of]), np.concatenate([self._cells, cells])
        self._moves = np.concatenate([self._moves, moves])
        np.minimum.at(self.lowest, cells, moves)
        np.maximum.at(self.highest, cells, moves)

    def without(self, cells: Ints) -> Points:
        """Those at which none of `cells` moves."""
        gone = np.zeros(self._number, np.bool_)
        gone[self._of[np.isin(self._cells, cells)]] = True
        kept, made = ~gone[self._of], Points(len(self.lowest))
        made._of, made._cells, made._moves = self._of[kept], self._cells[kept], self._moves[kept]
        made._number = self._number
        np.minimum.at(made.lowest, made._cells, made._moves)
        np.maximum.at(made.highest, made._cells, made._moves)
        return made


def wide(low: Floats, high: Floats, need: Floats, rise: Floats) -> Bools:
    """(n,): where moves from `low` to `high` are `need` + `rise` x the highest apart."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.isinf(high) | np.isinf(low) | (high - low >= need + rise * high - TINY), np.bool_)


def in_circles(sums: csr_array, open_: Bools) -> Bools:
    """(n,): cells of `open_` in a part in which sums tie cells in a circle; of the others propagation tells everything."""
    places = np.flatnonzero(open_)
    circled = np.zeros(len(open_), np.bool_)
    if not len(places):
        return circled
    inside = sums[:, places].tocoo()
    m, k = inside.shape
    graph = csr_array((np.ones(inside.nnz, np.int8), (inside.col, k + inside.row)), shape=(k + m, k + m))
    number, label = connected_components(graph, directed=False)
    ties = np.bincount(label[inside.col], minlength=number)
    circled[places] = (ties >= np.bincount(label, minlength=number))[label[:k]]
    return circled


def furthest(sums: csr_array, cells: Ints, to: Floats, low: Floats, high: Floats, whole: Bools) -> Floats | None:
    """The point (k,) at which `cells` are together moved as far towards `to` as they can be, none of them further.

    None where none is found in whole numbers. sums : (r, k). cells, to : places and moves. low, high : (k,) bounds.
    """
    goal, lowest, highest = np.zeros(len(low)), low.copy(), high.copy()
    goal[cells] = -np.sign(to)
    lowest[cells[to < 0]], highest[cells[to > 0]] = to[to < 0], to[to > 0]
    for integrality in (None, whole):
        found = milp(
            goal,
            constraints=LinearConstraint(sums, 0, 0),
            bounds=Bounds(lowest, highest),
            integrality=integrality,
            options={} if integrality is None else {"node_limit": _NODES},
        )
        if found.x is None:
            return None
        point = np.where(whole, np.round(found.x), found.x)
        if np.abs(point - found.x).max() < TINY:
            return np.asarray(point, np.float64)
    return None


def detour(sums: csr_array, cell: int, moves: Floats, deep: Floats, price: Floats) -> Ints:
    """Cells that have to move for `cell` to move by one of `moves`, the cheapest together; none where it cannot.

    sums : (r, k). deep : (k,) how far down a cell can move, 0 or below. price : (k,) what it costs to move it by one.
    """
    k, both = len(deep), hstack([sums, -sums]).tocsr()
    best, cost = np.empty(0, np.int64), np.inf
    for move in moves:
        low, high = np.zeros(2 * k), np.concatenate([np.full(k, np.inf), -deep])
        for place, far in ((cell, max(move, 0.0)), (k + cell, max(-move, 0.0))):
            low[place] = high[place] = far
        found = milp(np.tile(price, 2), constraints=LinearConstraint(both, 0, 0), bounds=Bounds(low, high))
        if found.x is not None and found.fun < cost - TINY:
            best, cost = np.flatnonzero(np.abs(found.x[:k] - found.x[k:]) > TINY), found.fun
    return best
