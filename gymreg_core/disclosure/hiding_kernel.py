"""How far cells of sums can move from their true numbers, sum by sum, and which cell to hide beside one that cannot.

`low`, `high` (n,) are how far down (0 or below) and up (0 or above) a cell can move from its true number; 0 and 0 where it
is shown.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
TINY = 1e-7
_FAR = 1e9
"""What stands for a cost where nothing can be hidden; costs are near 1."""


class Graph(NamedTuple):
    """A system of sums, by its rows and by its cells.

    starts (m + 1,), cells, signs : of each row its cells, each with +1 or -1. at (n + 1,), rows, turns : of each cell its
    rows, and the same +1 or -1.
    """

    starts: Ints
    cells: Ints
    signs: Floats
    at: Ints
    rows: Ints
    turns: Floats


def graph_of(sums: csr_array) -> Graph:
    """The system of `sums` (m, n)."""
    by = sums.tocsc()
    rows, columns = (
        (one.indptr.astype(np.int64), one.indices.astype(np.int64), one.data.astype(np.float64)) for one in (sums, by)
    )
    return Graph(*rows, *columns)


@numba.njit(cache=True)
def _of_row(
    row: int, starts: Ints, cells: Ints, signs: Floats, low: Floats, high: Floats
) -> tuple[float, int, float, int]:
    """The least and the most that a row of moves adds up to, without those that are endless, and how many these are."""
    least, most, endless_least, endless_most = 0.0, 0.0, 0, 0
    for k in range(starts[row], starts[row + 1]):
        down, up = low[cells[k]], high[cells[k]]
        if signs[k] < 0:
            down, up = -up, -down
        if np.isinf(down):
            endless_least += 1
        else:
            least += down
        if np.isinf(up):
            endless_most += 1
        else:
            most += up
    return least, endless_least, most, endless_most


@numba.njit(cache=True)
def _left(
    k: int, of: tuple[float, int, float, int], cells: Ints, signs: Floats, low: Floats, high: Floats
) -> tuple[float, float]:
    """How far the cell of entry k can move by its row alone, since the row adds up to 0."""
    least, endless_least, most, endless_most = of
    down, up = low[cells[k]], high[cells[k]]
    if signs[k] < 0:
        down, up = -up, -down
    if np.isinf(down):
        endless_least -= 1
        down = 0.0
    if np.isinf(up):
        endless_most -= 1
        up = 0.0
    at_most = np.inf if endless_least else down - least
    at_least = -np.inf if endless_most else up - most
    return (at_least, at_most) if signs[k] > 0 else (-at_most, -at_least)


@numba.njit(cache=True)
def propagate(graph: Graph, low: Floats, high: Floats, first: Ints, rounds: int) -> None:
    """Narrow `low` and `high` by one row after the other, starting from the rows `first`; changes both.

    They are then the closest ones where no cells are tied in a circle, and outer bounds elsewhere or after `rounds`.
    """
    starts, cells, signs, at, rows, _ = graph
    queue = first
    for _ in range(rounds):
        after = np.zeros(len(starts) - 1, np.bool_)
        changed = False
        for row in queue:
            of = _of_row(row, starts, cells, signs, low, high)
            if of[1] > 1 and of[3] > 1:
                continue
            for k in range(starts[row], starts[row + 1]):
                cell = cells[k]
                if low[cell] == high[cell]:
                    continue
                down, up = _left(k, of, cells, signs, low, high)
                narrower = False
                if down > low[cell] + TINY * max(1.0, abs(down)):
                    low[cell] = min(down, 0.0)
                    narrower = True
                if up < high[cell] - TINY * max(1.0, abs(up)):
                    high[cell] = max(up, 0.0)
                    narrower = True
                if narrower:
                    of = _of_row(row, starts, cells, signs, low, high)
                    changed = True
                    for t in range(at[cell], at[cell + 1]):
                        if rows[t] != row:
                            after[rows[t]] = True
        if not changed:
            return
        queue = np.flatnonzero(after)


@numba.njit(cache=True)
def _cheapest_beside(
    row: int, without: int, starts: Ints, cells: Ints, free: Floats, unit: Ints, low: Floats, high: Floats
) -> float:
    """What it costs to let the cells of unit `without` move in another row: 0 where one can move already."""
    least = _FAR
    for k in range(starts[row], starts[row + 1]):
        cell = cells[k]
        if unit[cell] == without and without >= 0:
            continue
        if high[cell] > low[cell]:
            return 0.0
        least = min(least, free[cell])
    return least


@numba.njit(cache=True)
def _waits(cell: int, graph: Graph, unit: Ints, shut: Bools) -> bool:
    """Whether a cell that stands nowhere is tied to one that does and is closed itself: it may open with that one."""
    for t in range(graph.at[cell], graph.at[cell + 1]):
        row = graph.rows[t]
        for k in range(graph.starts[row], graph.starts[row + 1]):
            if unit[graph.cells[k]] >= 0 and shut[graph.cells[k]]:
                return True
    return False


@numba.njit(cache=True)
def beside(
    graph: Graph,
    low: Floats,
    high: Floats,
    free: Floats,
    deep: Floats,
    unit: Ints,
    of_unit: Ints,
    in_unit: Ints,
    close: Ints,
    need: Floats,
) -> Bools:
    """Units to hide, so that the cells `close` can move further; (units,) bool. None for one that nothing helps.

    free : (n,) what it costs to hide a cell that is shown; `_FAR` or more where it cannot be hidden, or is already.
    deep : (n,) how far a cell can move down if it is hidden. unit : (n,) what is hidden as one; -1 for cells that
    stand nowhere. of_unit, in_unit : the cells of each unit. need : (n,) how far a cell has to be able to move.
    In the row that holds a cell closest, the one is hidden that costs least with what its own other rows then need.
    """
    starts, cells, signs, at, rows, _ = graph
    chosen = np.zeros(len(of_unit) - 1, np.bool_)
    touched = np.zeros(len(starts) - 1, np.bool_)
    seen = np.full(len(low), -1, np.int64)
    shut = np.zeros(len(low), np.bool_)
    shut[close] = True
    for cell in close:
        if unit[cell] < 0 and _waits(cell, graph, unit, shut):
            continue
        wave = np.array([cell])
        seen[cell] = cell
        best, best_score = -1, _FAR
        waiting = False
        while len(wave) and best < 0 and not waiting:
            # Rows of the wave, the closest first; the next wave are cells of these that stand nowhere, or are hidden.
            reach = np.empty(0, np.float64)
            line = np.empty(0, np.int64)
            for one in wave:
                for t in range(at[one], at[one + 1]):
                    row = rows[t]
                    if touched[row]:
                        waiting = True
                        break
                    of = _of_row(row, starts, cells, signs, low, high)
                    for k in range(starts[row], starts[row + 1]):
                        if cells[k] == one:
                            down, up = _left(k, of, cells, signs, low, high)
                            reach = np.append(reach, up - down)
                            line = np.append(line, row)
            if waiting:
                break
            for place in np.argsort(reach):
                row = line[place]
                if best >= 0 and reach[place] > reach.min() + TINY:
                    break
                for k in range(starts[row], starts[row + 1]):
                    other = cells[k]
                    if free[other] >= _FAR:
                        continue
                    mine = unit[other]
                    score = free[other]
                    if deep[other] < need[cell] - TINY:
                        score += 1.0 - deep[other] / need[cell]
                    for t in range(of_unit[mine], of_unit[mine + 1]):
                        inner = in_unit[t]
                        if deep[inner] <= 0:
                            continue
                        for s in range(at[inner], at[inner + 1]):
                            if rows[s] != row:
                                score += _cheapest_beside(rows[s], mine, starts, cells, free, unit, low, high)
                    if score < best_score - TINY or (best < 0 and free[other] < _FAR):
                        best, best_score = mine, score
            if best < 0:
                following = [np.int64(0) for _ in range(0)]
                for row in line:
                    for k in range(starts[row], starts[row + 1]):
                        other = cells[k]
                        if seen[other] != cell and (unit[other] < 0 or high[other] > low[other]):
                            seen[other] = cell
                            following.append(other)
                wave = np.array(following) if len(following) else np.empty(0, np.int64)
        if best >= 0:
            chosen[best] = True
            for t in range(of_unit[best], of_unit[best + 1]):
                inner = in_unit[t]
                for s in range(at[inner], at[inner + 1]):
                    touched[rows[s]] = True
    return chosen
