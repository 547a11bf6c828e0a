"""The closest bounds of every cell of a system of sums: propagation, then linear programs for what that leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gymreg_core.disclosure.programs import Component, explore
from gymreg_core.disclosure.system import TINY, Bools, Floats, System

Ints = NDArray[np.int64]
_ROUNDS = 200
_IN_PARALLEL = 2_000
"""From this many cells that propagation leaves open, components are solved on all cores."""


@dataclass(frozen=True, eq=False)
class Bounded:
    """low, high : (n,) bounds of every cell. contradictory : (n,) bool, cells of sums that cannot all hold."""

    low: Floats
    high: Floats
    contradictory: Bools


def bound(told: System, enough: bool = False, of: Bools | None = None) -> Bounded:
    """How closely a reader can bound every cell of `told`.

    of : (n,) the cells asked about, all of them by default.
    enough : stop at a guarded cell as soon as its bounds are known to be as far apart as they have to be; its low and
    high are then numbers that it may have, and those of other cells outer bounds. Otherwise the closest bounds of
    linear programs, ceiled and floored for whole numbers, and those of whole numbers where they are close to what is
    asked (within a limit of nodes).
    """
    low, high, broken = propagate(told)
    if broken.any():
        broken |= _tied_to(told, broken)
    open_ = high - low > TINY
    wanted = (told.guarded & open_ & told.wide(low, high)) if enough else open_ & (True if of is None else of)
    parts = [part for part in _components(told, low, high, open_) if wanted[part.cells].any() and not part.tree]
    jobs = -1 if sum(len(part.cells) for part in parts) > _IN_PARALLEL and len(parts) > 1 else 1
    found = Parallel(n_jobs=jobs)(delayed(explore)(part, wanted[part.cells], enough) for part in parts)
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
        moved = (new_low > low + TINY) | (new_high < high - TINY)
        low, high = new_low, new_high
        if broken.any() or not moved.any():
            break
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


def _tied_to(told: System, cells: Bools) -> Bools:
    """(n,): cells that sums tie to `cells` by way of others that are not shown."""
    places = np.flatnonzero((told.high - told.low > TINY) | cells)
    _, label = connected_components(_ties(told.sums[:, places].tocsr()), directed=False)
    label = label[: len(places)]
    tied = np.zeros(len(told), np.bool_)
    tied[places] = np.isin(label, label[cells[places]])
    return tied


def _ties(part: csr_array) -> csr_array:
    """The graph of cells, then sums."""
    m, k = part.shape
    entries = part.tocoo()
    return csr_array((np.ones(entries.nnz), (entries.col, k + entries.row)), shape=(k + m, k + m))
