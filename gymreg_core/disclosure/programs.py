"""How far apart cells can lie that sums tie in circles: linear programs, and whole numbers where it is close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_array, hstack

from gymreg_core.disclosure.system import TINY, Bools, Floats, System

Ints = NDArray[np.int64]
_NEAR = 3.0
"""Whole numbers are looked for where linear bounds are less than this many times as far apart as they have to be."""
_NODES = 200
_GAP = 0.2
"""A program in whole numbers that pushes many cells may stop this near to the best that it could do."""
_TRIES, _FEW = 50, 4
"""Cells are pushed all at once as long as that settles more than the few programs of single cells would."""
_INFEASIBLE, _UNBOUNDED = 2, 3


@dataclass(frozen=True, eq=False)
class Component:
    """Open cells that sums tie to one another.

    cells : (k,) their places. sums, right : `sums @ x == right`, (r, k) csr and (r,). told : the (k,) cells alone.
    tree : no cells are tied in a circle, so that propagation is exact.
    """

    cells: Ints
    sums: csr_array
    right: Floats
    told: System
    tree: bool


def explore(part: Component, wanted: Bools, enough: bool) -> tuple[Floats, Floats, bool]:
    """Bounds of the cells of a component (k,), and whether its sums can hold at all.

    wanted : (k,) which cells are asked about. enough : a cell is left as soon as solutions show it to be wide enough,
    or bounds show it not to be; otherwise its closest bounds are found.
    """
    search = _Search(part, wanted)
    if enough and not all(search.apart(whole) for whole in (False, True)):
        return search.low, search.high, False
    for cell in np.flatnonzero(wanted).tolist():
        for whole in (False, True):
            for sign in (1, -1):
                if (enough and not search.open_()[cell]) or (whole and not search.near()[cell]):
                    break
                if not search.reached(cell, sign, whole) and not search.end(cell, sign, whole):
                    return search.low, search.high, False
    return search.low, search.high, True


class _Search:
    """Outer bounds `low`, `high` (k,) that programs draw in, and solutions that they find, which no bounds can pass."""

    def __init__(self, part: Component, wanted: Bools) -> None:
        self.part, self.told, self.wanted = part, part.told, wanted
        self.low, self.high = part.told.low.copy(), part.told.high.copy()
        k = len(part.cells)
        # by whether only whole numbers count: the least and the most of all solutions found so far
        self.least = {whole: np.full(k, np.inf) for whole in (False, True)}
        self.most = {whole: np.full(k, -np.inf) for whole in (False, True)}

    def near(self) -> Bools:
        """Counts whose bounds are not much farther apart than they have to be."""
        return self.told.whole & ~self.told.wide(self.low, self.high, _NEAR)

    def open_(self) -> Bools:
        """Cells asked about of which it is not known yet whether they are wide enough."""
        far = np.where(
            self.told.whole,
            self.told.wide(self.least[False], self.most[False], _NEAR),
            self.told.wide(self.least[False], self.most[False]),
        )
        shown_wide = far | self.told.wide(self.least[True], self.most[True])
        return np.asarray(self.wanted & ~shown_wide & self.told.wide(self.low, self.high), np.bool_)

    def reached(self, cell: int, sign: int, whole: bool) -> bool:
        """Whether a solution has a cell at its bound, low (1) or high (-1), so that no program can draw it in."""
        if sign > 0:
            return bool(self.least[whole][cell] <= self.low[cell] + TINY)
        return bool(self.most[whole][cell] >= self.high[cell] - TINY)

    def apart(self, whole: bool) -> bool:
        """Push open cells up and down, all at once, no farther than they have to go; whether there are solutions."""
        for _ in range(_TRIES):
            asked = np.flatnonzero(self.open_() & (self.near() if whole else True))
            if len(asked) <= _FEW:
                return True
            if not (self._push(asked, True, whole) and self._push(asked, False, whole)):
                return False
            if len(asked) - int(self.open_()[asked].sum()) <= _FEW:
                return True
        return True

    def _push(self, asked: Ints, up: bool, whole: bool) -> bool:
        """Look for a solution in which cells are as far as they have to be from where others have them.

        A cell asked about is the sum of two numbers, the first up to the goal, the second from there on. Pushed up,
        what lies beyond the goal earns nothing; pushed down, what lies below it costs nothing.
        """
        k, told = len(self.low), self.told
        far = told.width * np.where(told.whole & (not whole), _NEAR, 1.0)
        if up:
            from_ = np.where(np.isfinite(self.least[whole]), self.least[whole], self.low)
            goal = np.maximum(from_ + far, from_ / np.maximum(1 - told.relative, TINY))
        else:
            from_ = np.where(np.isfinite(self.most[whole]), self.most[whole], self.high)
            goal = np.minimum(from_ - far, from_ - told.relative * np.abs(from_))
        goal = np.clip(np.where(np.isfinite(goal), goal, self.low), self.low, self.high)[asked]
        first = self.high.copy()
        first[asked] = goal
        weights = np.zeros(k + len(asked))
        weights[asked if up else slice(k, None)] = -1.0 if up else 1.0
        low, high = np.concatenate([self.low, 0 * goal]), np.concatenate([first, self.high[asked] - goal])
        sums = hstack([self.part.sums, self.part.sums[:, asked]], format="csr")
        in_whole = np.concatenate([told.whole, told.whole[asked]])
        found = _program(weights, sums, self.part.right, low, high, in_whole if whole else None, _GAP)
        if found.x is not None:
            point = found.x[:k].copy()
            point[asked] += found.x[k:]
            self._keep(point)
        return bool(found.status != _INFEASIBLE)

    def end(self, cell: int, sign: int, whole: bool) -> bool:
        """Draw in the low (1) or the high (-1) bound of a cell as far as it goes; whether there are solutions."""
        goal = np.zeros(len(self.low))
        goal[cell] = sign
        in_whole = self.told.whole if whole else None
        found = _program(goal, self.part.sums, self.part.right, self.low, self.high, in_whole)
        if found.x is not None:
            self._keep(found.x)
        end = found.mip_dual_bound if whole else found.fun
        if end is not None and found.status != _UNBOUNDED:
            end = np.ceil(end - TINY) if self.told.whole[cell] else end
            if sign > 0:
                self.low[cell] = max(self.low[cell], end)
            else:
                self.high[cell] = min(self.high[cell], -end)
        return bool(found.status != _INFEASIBLE)

    def _keep(self, point: Floats) -> None:
        in_whole = bool((np.abs(point - np.round(point)) < TINY)[self.told.whole].all())
        for whole in (False, True) if in_whole else (False,):
            np.minimum(self.least[whole], point, out=self.least[whole])
            np.maximum(self.most[whole], point, out=self.most[whole])


def _program(
    goal: Floats, sums: csr_array, right: Floats, low: Floats, high: Floats, whole: Bools | None, gap: float = 0.0
) -> OptimizeResult:
    """The least `goal @ x`; with `whole`, where x is to be in whole numbers, within a limit of nodes."""
    if whole is None:
        return linprog(goal, A_eq=sums, b_eq=right, bounds=np.column_stack([low, high]), method="highs")
    options = {"node_limit": _NODES, "mip_rel_gap": gap}
    held = LinearConstraint(sums, right, right)
    return milp(goal, integrality=whole, bounds=Bounds(low, high), constraints=held, options=options)
