"""Moves of cells that leave every sum as it is, found by balancing one sum after the other."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.disclosure.hiding_kernel import Graph

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
TINY = 1e-7
_NOISE = 0.5
"""Of how many persons chance may prefer a cell, so that another try takes another way."""


@numba.njit(cache=True)
def moves(
    graph: Graph,
    low: Floats,
    high: Floats,
    close: Ints,
    need: Floats,
    rise: Floats,
    lowest: Floats,
    highest: Floats,
    tries: int,
    steps: int,
) -> tuple[Ints, Ints, Floats]:
    """Points that show cells of `close` to be open: starts of the points, cells, and how far these are moved there.

    lowest, highest : (n,) of the points that were found before; changed. A cell is open where they are `need` + `rise` x
    highest apart. tries : how often each cell is tried. steps : how many cells may be moved for one.
    """
    np.random.seed(1)
    at, rows = graph.at, graph.rows
    moved, off = np.zeros(len(low)), np.zeros(len(graph.starts) - 1)
    ends = [np.int64(0)]
    places = [np.int64(0) for _ in range(0)]
    far = [0.0 for _ in range(0)]
    for cell in close:
        for attempt in range(2 * tries):
            if highest[cell] - lowest[cell] >= need[cell] + rise[cell] * highest[cell] - TINY:
                break
            if attempt % 2 == 0:
                to = min(high[cell], (lowest[cell] + need[cell]) / (1 - rise[cell]))
            else:
                to = max(low[cell], highest[cell] * (1 - rise[cell]) - need[cell])
            if lowest[cell] - TINY <= to <= highest[cell] + TINY:
                continue
            touched = [cell]
            moved[cell] = to
            if _balance(graph, low, high, moved, off, touched, steps):
                for one in touched:
                    if moved[one] != 0.0:
                        places.append(one)
                        far.append(moved[one])
                        lowest[one] = min(lowest[one], moved[one])
                        highest[one] = max(highest[one], moved[one])
                        moved[one] = 0.0
                ends.append(np.int64(len(places)))
            for one in touched:
                moved[one] = 0.0
                for t in range(at[one], at[one + 1]):
                    off[rows[t]] = 0.0
    return np.array(ends), np.array(places), np.array(far)


@numba.njit(cache=True)
def _balance(
    graph: Graph,
    low: Floats,
    high: Floats,
    moved: Floats,
    off: Floats,
    touched: list[int],
    steps: int,
) -> bool:
    """Move further cells, within `low` and `high`, until every sum is as it was; the first of `touched` stays.

    moved : (n,) with the first cell moved. off : (m,) 0; what each sum is off by at the end. touched gets every cell.
    """
    starts, cells, signs, at, rows, turns = graph
    first = touched[0]
    waiting = [np.int64(0) for _ in range(0)]
    for t in range(at[first], at[first + 1]):
        off[rows[t]] += turns[t] * moved[first]
        waiting.append(rows[t])
    last = first
    for _ in range(steps):
        while len(waiting) and abs(off[waiting[-1]]) < TINY:
            waiting.pop()
        if not len(waiting):
            return True
        row = waiting[-1]
        best, best_to, best_score = -1, 0.0, np.inf
        for k in range(starts[row], starts[row + 1]):
            cell = cells[k]
            if cell == first or cell == last or low[cell] == high[cell]:
                continue
            to = min(max(moved[cell] - off[row] * signs[k], low[cell]), high[cell])
            by = to - moved[cell]
            if abs(by) < TINY:
                continue
            score = np.random.random() * _NOISE - abs(by)
            for t in range(at[cell], at[cell + 1]):
                if rows[t] != row:
                    shift = turns[t] * by
                    score += abs(off[rows[t]] + shift) - abs(off[rows[t]])
            if score < best_score:
                best, best_to, best_score = cell, to, score
        if best < 0:
            return False
        by = best_to - moved[best]
        moved[best] = best_to
        touched.append(best)
        last = best
        for t in range(at[best], at[best + 1]):
            off[rows[t]] += turns[t] * by
            waiting.append(rows[t])
    return False
