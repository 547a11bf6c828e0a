"""The slow and obvious way to what a reader can know: every solution in whole numbers, tried out."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from gymreg_core.disclosure.cells import Cells, Why

Floats = NDArray[np.float64]


def solutions(cells: Cells, zeros_shown: bool) -> NDArray[np.int64]:
    """(s, n) every way to fill the cells that agrees with what is shown; none is above the largest that is."""
    points, most = np.zeros((1, 0), np.int64), int(np.nanmax(cells.values + cells.unit))
    choices = [_choices(cells, place, zeros_shown, most) for place in range(len(cells))]
    least, highest = (np.array([end(c) for c in choices]) for end in (min, max))
    for place, values in enumerate(choices):
        points = np.column_stack([np.repeat(points, len(values), axis=0), np.tile(values, len(points))])
        keep = np.ones(len(points), np.bool_)
        for whole, parts in cells.sums:
            # part - whole lies between what the cells that are still to be filled leave of it
            low, high = np.zeros(len(points)), np.zeros(len(points))
            for sign, cell in [(-1, whole), *((1, part) for part in parts)]:
                known = points[:, cell] if cell <= place else None
                ends = (least[cell], highest[cell])[::sign]
                low = low + sign * (ends[0] if known is None else known)
                high = high + sign * (ends[1] if known is None else known)
            keep &= (low <= 0) & (high >= 0)
        for part, whole, low, high in cells.ratios:
            if max(part, whole) <= place:
                keep &= (points[:, part] >= low * points[:, whole] - 1e-9) & (
                    points[:, part] <= high * points[:, whole] + 1e-9
                )
        points = points[keep]
    return points


def _choices(cells: Cells, place: int, zeros_shown: bool, most: int) -> list[int]:
    value, half = cells.values[place], cells.unit[place]
    if not np.isnan(value):
        return [n for n in range(most + 1) if value - half <= n <= value + half]
    return list(range(int(zeros_shown and cells.why[place] != Why.NOWHERE), most + 1))


def linear_bounds(cells: Cells) -> tuple[Floats, Floats]:
    """Least and most of every cell of a release of amounts, by a dense linear program of its own for each."""
    n = len(cells)
    sums = np.zeros((len(cells.sums), n))
    for line, (whole, parts) in enumerate(cells.sums):
        sums[line, [whole, *parts]] = [-1, *([1] * len(parts))]
    shown = ~np.isnan(cells.values)
    limits = [
        (max(v - u, min(v, 0)), v + u) if s else (0, None)
        for v, u, s in zip(cells.values, cells.unit, shown, strict=True)
    ]
    ends = np.zeros((n, 2))
    for place, (column, sign) in product(range(n), enumerate((1, -1))):
        goal = np.zeros(n)
        goal[place] = sign
        found = linprog(goal, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=limits, method="highs")
        ends[place, column] = -sign * np.inf if found.status == 3 else sign * found.fun
    return ends[:, 0], ends[:, 1]


def cross(rng: np.random.Generator, shape: tuple[int, ...], mean: float, hidden: float, zeros: bool = False) -> Cells:
    """A random cross table of counts with all its totals, each cell but the whole hidden by chance and then guarded.

    zeros : whether cells of 0 are hidden too.
    """
    table = rng.poisson(mean, shape)
    keys: dict[tuple[int | None, ...], int] = {}
    numbers: list[int] = []
    ways = [[*range(size), None] for size in shape]
    for at in product(*ways):
        keys[at] = len(numbers)
        numbers.append(int(table[tuple(slice(None) if way is None else way for way in at)].sum()))
    sums = []
    for at, whole in keys.items():
        for way in range(len(shape)):
            parts = [(*at[:way], one, *at[way + 1 :]) for one in range(shape[way])]
            if at[way] is None:
                sums.append((whole, tuple(keys[part] for part in parts)))
    values = np.array(numbers, np.float64)
    gone = (rng.random(len(values)) < hidden) & (zeros | (values > 0))
    gone[-1] = False
    names = tuple("-".join("*" if way is None else str(way) for way in at) for at in keys)
    why = np.where(gone, int(Why.FEW), int(Why.SHOWN)).astype(np.int8)
    return Cells(names, np.where(gone, np.nan, values), why, np.zeros(len(values)), gone, tuple(sums))
