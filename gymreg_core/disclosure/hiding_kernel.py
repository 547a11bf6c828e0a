"""How far cells of sums can move from their true numbers, sum by sum, and which cell to hide beside one that cannot.

`low`, `high` (n,) are how far down (0 or below) and up (0 or above) a cell can move from its true number; 0 and 0 where
it is shown.
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
NOWHERE, KNOWN = -1, -2
"""Units of cells that stand in no table, and of cells that are known whatever is hidden, such as zeros."""
FAR = 1e9
"""What stands for a cost where nothing can be hidden; costs are near 1."""


class Graph(NamedTuple):
    """A system of sums, by its rows and by its cells.

    starts (m + 1,), cells, signs : of each row its cells, each with +1 or -1. at (n + 1,), rows, turns : of each cell
    its rows, and the same +1 or -1.
    """

    starts: Ints
    cells: Ints
    signs: Floats
    at: Ints
    rows: Ints
    turns: Floats


class Units(NamedTuple):
    """What is hidden as one.

    of (n,) : the unit of a cell, below 0 for none. starts (units + 1,), cells : of each unit its cells.
    free (n,) : what it costs to hide a cell that is shown; FAR or more where it cannot be hidden, or is already.
    deep (n,) : how far a cell can move down where it is hidden, 0 or above. need (n,) : how far it has to be able to.
    loose : whether cells that stand nowhere count as able to move, which most of them are once one of theirs is.
    """

    of: Ints
    starts: Ints
    cells: Ints
    free: Floats
    deep: Floats
    need: Floats
    loose: bool


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
    queue = first
    for _ in range(rounds):
        after = np.zeros(len(graph.starts) - 1, np.bool_)
        for row in queue:
            _narrow(row, graph, low, high, after)
        queue = np.flatnonzero(after)
        if not len(queue):
            return


@numba.njit(cache=True)
def _narrow(row: int, graph: Graph, low: Floats, high: Floats, after: Bools) -> None:
    """Narrow the cells of a row; marks the other rows of those that are narrower in `after`."""
    starts, cells, signs, at, rows, _ = graph
    of = _of_row(row, starts, cells, signs, low, high)
    if of[1] > 1 and of[3] > 1:
        return
    for k in range(starts[row], starts[row + 1]):
        cell = cells[k]
        if low[cell] == high[cell]:
            continue
        down, up = _left(k, of, cells, signs, low, high)
        lower = down > low[cell] + TINY * max(1.0, abs(down))
        upper = up < high[cell] - TINY * max(1.0, abs(up))
        if lower:
            low[cell] = min(down, 0.0)
        if upper:
            high[cell] = max(up, 0.0)
        if lower or upper:
            of = _of_row(row, starts, cells, signs, low, high)
            for t in range(at[cell], at[cell + 1]):
                if rows[t] != row:
                    after[rows[t]] = True


@numba.njit(cache=True)
def beside(graph: Graph, units: Units, low: Floats, high: Floats, close: Ints) -> Bools:
    """Units to hide, so that the cells `close` can move further; (units,) bool. None for one that nothing helps.

    In the row that holds a cell closest the unit is hidden that costs least, with what its own other rows then need.
    Where no row of a cell has one it is looked for in the rows of the cells that these tie it to, and so on. A cell
    waits for the next time where one was hidden in a row of it, or where it stands nowhere and is tied to a closed one.
    """
    chosen = np.zeros(len(units.starts) - 1, np.bool_)
    touched = np.zeros(len(graph.starts) - 1, np.bool_)
    shut = np.zeros(len(low), np.bool_)
    shut[close] = True
    seen = np.full(len(low), -1, np.int64)
    for cell in close:
        if units.of[cell] < 0 and _waits(cell, graph, units, shut):
            continue
        seen[cell] = cell
        wave = np.array([cell])
        best = -1
        while len(wave) and best < 0:
            lines, reach = _rows_of(wave, graph, low, high)
            if touched[lines].any():
                break
            best = _cheapest(lines, reach, cell, graph, units, low, high)
            wave = _next(lines, cell, graph, units, low, high, seen)
        if best >= 0:
            chosen[best] = True
            for t in range(units.starts[best], units.starts[best + 1]):
                for s in range(graph.at[units.cells[t]], graph.at[units.cells[t] + 1]):
                    touched[graph.rows[s]] = True
    return chosen


@numba.njit(cache=True)
def _waits(cell: int, graph: Graph, units: Units, shut: Bools) -> bool:
    """Whether a cell is tied to one that stands somewhere and is closed itself: it may open with that one."""
    for t in range(graph.at[cell], graph.at[cell + 1]):
        row = graph.rows[t]
        for k in range(graph.starts[row], graph.starts[row + 1]):
            if units.of[graph.cells[k]] >= 0 and shut[graph.cells[k]]:
                return True
    return False


@numba.njit(cache=True)
def _rows_of(wave: Ints, graph: Graph, low: Floats, high: Floats) -> tuple[Ints, Floats]:
    """The rows of cells, and how far each row by itself lets the cell move."""
    starts, cells, signs, at, rows, _ = graph
    lines = [np.int64(0) for _ in range(0)]
    reach = [0.0 for _ in range(0)]
    for one in wave:
        for t in range(at[one], at[one + 1]):
            of = _of_row(rows[t], starts, cells, signs, low, high)
            for k in range(starts[rows[t]], starts[rows[t] + 1]):
                if cells[k] == one:
                    down, up = _left(k, of, cells, signs, low, high)
                    lines.append(rows[t])
                    reach.append(up - down)
    return np.array(lines), np.array(reach)


@numba.njit(cache=True)
def _cheapest(lines: Ints, reach: Floats, cell: int, graph: Graph, units: Units, low: Floats, high: Floats) -> int:
    """The unit that costs least in the row of least reach that has any, or in rows of the same; -1 for none."""
    best, least, found = -1, FAR, np.inf
    for place in np.argsort(reach):
        if best >= 0 and reach[place] > found + TINY:
            break
        for k in range(graph.starts[lines[place]], graph.starts[lines[place] + 1]):
            other = graph.cells[k]
            if units.free[other] >= FAR:
                continue
            score = units.free[other] + _then(units.of[other], lines[place], graph, units, low, high)
            if units.deep[other] < units.need[cell] - TINY:
                score += 1.0 - units.deep[other] / units.need[cell]
            if score < least - TINY or best < 0:
                best, least, found = units.of[other], score, min(found, reach[place])
    return best


@numba.njit(cache=True)
def _then(unit: int, row: int, graph: Graph, units: Units, low: Floats, high: Floats) -> float:
    """What it costs to let the cells of a unit move in their rows but `row`: nothing where another can move already, or
    counts as able to."""
    cost = 0.0
    for t in range(units.starts[unit], units.starts[unit + 1]):
        inner = units.cells[t]
        if units.deep[inner] <= 0:
            continue
        for s in range(graph.at[inner], graph.at[inner + 1]):
            if graph.rows[s] == row:
                continue
            least = FAR
            for k in range(graph.starts[graph.rows[s]], graph.starts[graph.rows[s] + 1]):
                other = graph.cells[k]
                if units.of[other] == unit:
                    continue
                if high[other] > low[other] or (units.loose and units.of[other] == NOWHERE):
                    least = 0.0
                    break
                least = min(least, units.free[other])
            cost += least
    return cost


@numba.njit(cache=True)
def _next(lines: Ints, of: int, graph: Graph, units: Units, low: Floats, high: Floats, seen: Ints) -> Ints:
    """Cells of rows that stand nowhere or can move, and were not `seen` for the cell `of` yet."""
    found = [np.int64(0) for _ in range(0)]
    for row in lines:
        for k in range(graph.starts[row], graph.starts[row + 1]):
            other = graph.cells[k]
            if seen[other] != of and (units.of[other] < 0 or high[other] > low[other]):
                seen[other] = of
                found.append(other)
    return np.array(found)
