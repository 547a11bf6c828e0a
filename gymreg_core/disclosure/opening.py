"""Whether hidden cells are open: points that solve all sums and lie far enough apart.

A point is how far each cell is moved from its true number; the true one is the point 0. Points in whole numbers that
differ by as much as is asked prove that no reader can bound the cell closer, whatever the reader computes.
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
_NODES, _GAP = 200, 0.1
"""How many nodes a search for whole numbers may take; where it finds none in these, a cell counts as not open."""


class Points:
    """Points found so far; `lowest`, `highest` (n,) of each cell over all of them, the true one among them."""

    def __init__(self, n: int) -> None:
        self.lowest, self.highest = np.zeros(n), np.zeros(n)
        self._of, self._cells, self._moves = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        self._number = 0

    def add(self, of: Ints, cells: Ints, moves: Floats) -> None:
        """Add points: their numbers from 0 on, the cells that move, and how far."""
        self._of = np.concatenate([self._of, self._number + of])
        self._cells, self._moves = np.concatenate([self._cells, cells]), np.concatenate([self._moves, moves])
        self._number += int(of.max(initial=-1)) + 1
        np.minimum.at(self.lowest, cells, moves)
        np.maximum.at(self.highest, cells, moves)

    def add_apart(self, sums: csr_array, cells: Ints, moves: Floats, whole: Bools) -> bool:
        """Add a point (k,) of `cells`, tied by `sums` (r, k), as one point for each part of it that balances by itself.

        Parts that are not in whole numbers where they have to be are left out; false where there are such.
        """
        moved = np.flatnonzero(np.abs(moves) > TINY)
        entries = sums[:, moved].tocoo()
        label, _ = tied(entries.row, entries.col, len(moved))
        rounded = np.where(whole, np.round(moves), moves)[moved]
        broken = np.bincount(label, np.abs(rounded - moves[moved]) > TINY, minlength=len(moved) + 1)[label] > 0
        kept = moved[~broken]
        self.add(label[~broken], cells[kept], rounded[~broken])
        return not broken.any()

    def drop(self, cells: Ints) -> tuple[Ints, Ints, Floats]:
        """Take away, and give back, the points at which one of `cells` moves."""
        gone = np.concatenate([self._of[self._cells == cell] for cell in cells.tolist()])
        these = np.isin(self._of, gone)
        taken = np.unique(self._of[these], return_inverse=True)[1], self._cells[these], self._moves[these]
        self._of, self._cells, self._moves = self._of[~these], self._cells[~these], self._moves[~these]
        self.lowest[taken[1]] = self.highest[taken[1]] = 0.0
        np.minimum.at(self.lowest, self._cells, self._moves)
        np.maximum.at(self.highest, self._cells, self._moves)
        return taken


def wide(low: Floats, high: Floats, need: Floats, rise: Floats) -> Bools:
    """(n,): where moves from `low` to `high` are `need` + `rise` x the highest apart."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.isinf(high) | np.isinf(low) | (high - low >= need + rise * high - TINY), np.bool_)


def in_circles(sums: csr_array, open_: Bools) -> Ints:
    """(n,): for cells of `open_` in a part in which sums tie cells in a circle the number of the part, else -1; of the
    others propagation tells everything."""
    places, part = np.flatnonzero(open_), np.full(len(open_), -1, np.int64)
    if len(places):
        inside = sums[:, places].tocoo()
        label, rows = tied(inside.row, inside.col, len(places))
        number = int(max(label.max(initial=-1), rows.max(initial=-1))) + 1
        ties, ends = np.bincount(label[inside.col], minlength=number), np.bincount(label, minlength=number)
        ends += np.bincount(rows[np.unique(inside.row)], minlength=number)
        part[places] = np.where((ties >= ends)[label], label, -1)
    return part


def tied(rows: Ints, cells: Ints, k: int) -> tuple[Ints, Ints]:
    """Labels of connected cells (k,) and rows, from the entries of a matrix."""
    m = int(rows.max(initial=-1)) + 1
    graph = csr_array((np.ones(len(rows), np.int8), (cells, k + rows)), shape=(k + m, k + m))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    return label[:k], label[k:]


def furthest(sums: csr_array, cells: Ints, to: Floats, low: Floats, high: Floats, whole: Bools | None) -> Floats | None:
    """The point (k,) at which `cells` are together moved as far towards `to` as they can be, none of them further.

    None where none is found. sums : (r, k). cells, to : places and moves. low, high : (k,) bounds of moves.
    whole : (k,) bool, where whole numbers are looked for; None: anywhere.
    """
    goal, lowest, highest = np.zeros(len(low)), low.copy(), high.copy()
    goal[cells] = -np.sign(to)
    lowest[cells[to < 0]], highest[cells[to > 0]] = to[to < 0], to[to > 0]
    held, bounds = LinearConstraint(sums, 0, 0), Bounds(lowest, highest)
    options = {} if whole is None else {"node_limit": _NODES, "mip_rel_gap": _GAP}
    found = milp(goal, constraints=held, bounds=bounds, integrality=whole, options=options)
    return None if found.x is None else np.asarray(found.x, np.float64)


def detour(sums: csr_array, cell: int, moves: Floats, deep: Floats, price: Floats) -> Floats | None:
    """The point (k,) at which `cell` is moved by one of `moves` that costs least; None where it cannot.

    sums : (r, k). deep : (k,) how far down a cell can move, 0 or below. price : (k,) what it costs to move it by one.
    """
    k, both = len(deep), hstack([sums, -sums], format="csr")
    best, cost = None, np.inf
    for move in moves:
        low, high = np.zeros(2 * k), np.concatenate([np.full(k, np.inf), -deep])
        for place, far in ((cell, max(move, 0.0)), (k + cell, max(-move, 0.0))):
            low[place] = high[place] = far
        found = milp(np.tile(price, 2), constraints=LinearConstraint(both, 0, 0), bounds=Bounds(low, high))
        if found.x is not None and found.fun < cost - TINY:
            best, cost = np.asarray(found.x[:k] - found.x[k:], np.float64), found.fun
    return best
