"""The fewest cells that have to be hidden: one program in whole numbers, with a solution for each end of each cell."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.policy import Policy

_FAR = 1000.0


def fewest(cells: Cells, told: Policy) -> int | None:
    """How many cells have to be hidden at least, the small ones among them, so that every guarded one stays open for a
    reader who reckons with fractions of pupils; None where nothing is enough, or it takes too long to find out.

    Of each cell that may have to be open two solutions of all sums, `up` and `down`, are looked for. They move hidden
    cells and those that stand nowhere alone, and lie `least_interval` apart where the cell is hidden, or is guarded.
    """
    n, values = len(cells), cells.values
    nowhere = cells.why == Why.NOWHERE
    small = ~nowhere & (values > 0) & (values < told.smallest_count)
    may = ~nowhere & (values > 0)
    asked = np.flatnonzero(may | (nowhere & cells.guarded))
    low = np.where(nowhere, -values, np.where(may, 1 - values, 0.0))
    high = np.where(nowhere | may, _FAR, 0.0)
    k, of = len(asked), 2 * n
    width = n + of * k
    sums = np.zeros((len(cells.sums), n))
    for line, (whole, parts) in enumerate(cells.sums):
        sums[line, [whole, *parts]] = [-1, *([1] * len(parts))]
    blocks, least, most = [], [], []

    def line(entries: list[tuple[int, float]], at_least: float, at_most: float) -> None:
        places, factors = zip(*entries, strict=True)
        blocks.append(coo_array((factors, ([0] * len(places), places)), shape=(1, width)))
        least.append(at_least)
        most.append(at_most)

    for block, cell in enumerate(asked.tolist()):
        for side in range(2):
            first = n + of * block + n * side
            for row in sums:
                line([(first + int(at), float(row[at])) for at in np.flatnonzero(row)], 0, 0)
            for other in np.flatnonzero(may).tolist():  # what is shown stays where it is
                line([(first + other, 1.0), (other, -high[other])], -np.inf, 0)
                line([(first + other, 1.0), (other, -low[other])], 0, np.inf)
        up, down = n + of * block + cell, n + of * block + n + cell
        if nowhere[cell]:
            line([(up, 1.0), (down, -1.0)], told.least_interval, np.inf)
        else:
            line([(up, 1.0), (down, -1.0), (cell, -float(told.least_interval))], 0, np.inf)
    hide_low = np.where(small, 1.0, 0.0)
    hide_high = np.where(may, 1.0, 0.0)
    found = milp(
        np.concatenate([np.ones(n), np.zeros(of * k)]),
        constraints=LinearConstraint(vstack(blocks).tocsr(), least, most) if blocks else None,
        bounds=Bounds(
            np.concatenate([hide_low, np.tile(low, 2 * k)]), np.concatenate([hide_high, np.tile(high, 2 * k)])
        ),
        integrality=np.concatenate([np.ones(n), np.zeros(of * k)]),
        options={"time_limit": 20.0},
    )
    return round(found.fun) if found.status == 0 else None
