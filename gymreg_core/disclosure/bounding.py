"""The closest bounds of every cell of a system of sums: propagation, then linear programs for what that leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gymreg_core.disclosure.system import TINY, Bools, Floats, System

Ints = NDArray[np.int64]
_ROUNDS = 200
_NODES = 500
_NEAR = 3.0
"""Whole numbers are looked for where linear bounds are less than this many times as far apart as they have to be."""
_INFEASIBLE, _UNBOUNDED = 2, 3
_IN_PARALLEL = 200
"""From this many cells that propagation leaves open, components are solved on all cores."""


@dataclass(frozen=True, eq=False)
class Bounded:
    """low, high : (n,) bounds of every cell. contradictory : (n,) bool, cells of sums that cannot all hold."""

    low: Floats
    high: Floats
    contradictory: Bools


def bound(told: System, enough: bool = False) -> Bounded:
    """How closely a reader can bound every cell of `told`.

    enough : stop at a guarded cell as soon as its bounds are known to be as far apart as they have to be; its low and
    high are then numbers that it may have, and those of other cells outer bounds. Otherwise the closest bounds of
    linear programs, ceiled and floored for whole numbers, and those of whole numbers where they are close to what is
    asked (within a limit of nodes).
    """
    low, high, broken = propagate(told)
    open_ = high - low > TINY
    wanted = (told.guarded & open_ & told.wide(low, high)) if enough else open_
    parts = [part for part in _components(told, low, high, open_) if wanted[part.cells].any() and not part.tree]
    jobs = -1 if sum(len(part.cells) for part in parts) > _IN_PARALLEL and len(parts) > 1 else 1
    found = Parallel(n_jobs=jobs)(delayed(_explore)(part, wanted[part.cells], enough) for part in parts)
    for part, (least, most, feasible) in zip(parts, found, strict=True):
        low[part.cells], high[part.cells] = least, most
        broken[part.cells] |= not feasible
    return Bounded(low, high, broken)


def propagate(told: System) -> tuple[Floats, Floats, Bools]:
    """Bounds that follow from one sum after the other, (n,) each, and cells of sums that cannot hold.

    They are the closest ones where no cells are tied in a circle, and outer bounds elsewhere.
    """
    low, high = told.low.copy(), told.high.copy()
    broken = np.zeros(len(told), np.bool_)
    sums = told.sums
    if not sums.nnz:
        return low, high, broken
    rows = np.repeat(np.arange(sums.shape[0]), np.diff(sums.indptr))
    columns, factors = sums.indices, sums.data
    up = factors > 0
    for _ in range(_ROUNDS):
        least = factors * np.where(up, low[columns], high[columns])
        most = factors * np.where(up, high[columns], low[columns])
        # What the others of a sum are together at least and at most leaves this for a cell itself.
        at_most, at_least = -_of_others(least, rows, sums.shape[0]), -_of_others(most, rows, sums.shape[0])
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, columns, np.where(up, at_least, at_most) / factors)
        np.minimum.at(new_high, columns, np.where(up, at_most, at_least) / factors)
        new_low[told.whole] = np.ceil(new_low[told.whole] - TINY)
        new_high[told.whole] = np.floor(new_high[told.whole] + TINY)
        crossed = new_low > new_high
        broken |= crossed & (new_low > new_high + TINY * np.maximum(1, np.abs(new_high)))
        new_low[crossed] = new_high[crossed] = ((new_low + new_high) / 2)[crossed]
        if broken.any() or not (((new_low - low) > TINY) | ((high - new_high) > TINY)).any():
            return new_low, new_high, broken
        low, high = new_low, new_high
    return low, high, broken


def _of_others(values: Floats, rows: Ints, m: int) -> Floats:
    """For each entry the sum over the other entries of its row; infinite where one of them is."""
    endless = np.isinf(values)
    finite = np.where(endless, 0.0, values)
    total = np.bincount(rows, finite, m)[rows] - finite
    many = np.bincount(rows, endless, m)[rows] - endless
    signs = np.bincount(rows, np.where(endless, np.sign(values), 0.0), m)[rows]
    with np.errstate(invalid="ignore"):
        signs = signs - np.where(endless, np.sign(values), 0.0)
    return np.asarray(np.where(many > 0, np.where(signs >= 0, np.inf, -np.inf), total), np.float64)


@dataclass(frozen=True, eq=False)
class Component:
    """Open cells that sums tie to one another: cells (k,) their places; sums (r, k) csr with `sums @ x == right` (r,);
    low, high, width, relative, whole (k,). tree : no cells are tied in a circle, so that propagation is exact."""

    cells: Ints
    sums: csr_array
    right: Floats
    told: System
    tree: bool


def _components(told: System, low: Floats, high: Floats, open_: Bools) -> Iterator[Component]:
    """The open cells that sums tie together, by their first cells; what is known is taken to the right."""
    known = np.where(open_, 0.0, (low + high) / 2)
    right = -(told.sums @ known)
    part = told.sums[:, np.flatnonzero(open_)].tocsr()
    places = np.flatnonzero(open_)
    if not len(places):
        return
    number, label = connected_components(_ties(part), directed=False)
    order = np.argsort(label[: len(places)], kind="stable")
    starts = np.flatnonzero(np.diff(label[: len(places)][order], prepend=-1))
    of_row = label[len(places) :]
    row_order = np.argsort(of_row, kind="stable")
    row_starts = np.searchsorted(of_row[row_order], np.arange(number + 1))
    for block in np.split(order, starts[1:]):
        name = label[block[0]]
        rows = np.sort(row_order[row_starts[name] : row_starts[name + 1]])
        cells = places[block]
        sums = part[rows][:, block]
        few = System(
            low[cells],
            high[cells],
            sums,
            told.guarded[cells],
            told.width[cells],
            told.relative[cells],
            told.whole[cells],
        )
        yield Component(cells, sums, right[rows], few, sums.nnz == len(rows) + len(cells) - 1)


def _ties(part: csr_array) -> csr_array:
    """The graph of cells, then sums."""
    m, k = part.shape
    entries = part.tocoo()
    return csr_array((np.ones(entries.nnz), (entries.col, k + entries.row)), shape=(k + m, k + m))


def _explore(part: Component, wanted: Bools, enough: bool) -> tuple[Floats, Floats, bool]:
    """Bounds of the cells of a component, and whether its sums can hold at all."""
    low, high = part.told.low.copy(), part.told.high.copy()
    seen_low, seen_high = np.full(len(low), np.inf), np.full(len(low), -np.inf)  # of solutions in whole numbers
    for cell in np.flatnonzero(wanted).tolist():
        for solver in (_linear, _whole):
            if solver is _whole and not (
                part.told.whole[cell] and high[cell] - low[cell] < _NEAR * part.told.width[cell]
            ):
                break
            for sign in (1, -1):
                if enough and (part.told.wide(seen_low, seen_high)[cell] or not part.told.wide(low, high)[cell]):
                    break
                if (seen_low[cell] <= low[cell] + TINY) if sign > 0 else (seen_high[cell] >= high[cell] - TINY):
                    continue
                end, point = solver(part, low, high, cell, sign)
                if end is None:
                    return low, high, False
                if part.told.whole[cell]:
                    end = np.ceil(end - TINY) if sign > 0 else np.floor(end + TINY)
                low[cell], high[cell] = (
                    (max(low[cell], end), high[cell]) if sign > 0 else (low[cell], min(high[cell], end))
                )
                if point is not None and (np.abs(point - np.round(point)) < TINY)[part.told.whole].all():
                    np.minimum(seen_low, point, out=seen_low)
                    np.maximum(seen_high, point, out=seen_high)
    return low, high, True


Found = tuple[float | None, Floats | None]


def _linear(part: Component, low: Floats, high: Floats, cell: int, sign: int) -> Found:
    """The least (sign 1) or the most (-1) that a cell can be, and a solution with it; None where there is none."""
    goal = np.zeros(len(low))
    goal[cell] = sign
    found = linprog(goal, A_eq=part.sums, b_eq=part.right, bounds=np.column_stack([low, high]), method="highs")
    if found.status == _UNBOUNDED:
        return -sign * np.inf, None
    return (None, None) if found.x is None else (sign * found.fun, found.x)


def _whole(part: Component, low: Floats, high: Floats, cell: int, sign: int) -> Found:
    """The same among solutions in whole numbers; a bound of it, where that takes too many nodes."""
    goal = np.zeros(len(low))
    goal[cell] = sign
    found = milp(
        goal,
        integrality=part.told.whole,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(part.sums, part.right, part.right),
        options={"node_limit": _NODES},
    )
    if found.status == _INFEASIBLE:
        return None, None
    end = low[cell] if sign > 0 else high[cell]
    return (end if found.mip_dual_bound is None else sign * found.mip_dual_bound), found.x
