"""Whole pupils that add up: largest remainders along a line, and a matrix with both its margins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def apportioned(total: int, weights: Floats) -> Ints:
    """`total` in whole parts (n,) after weights (n,), by the largest remainder; they add up to it.

    Of equal remainders the earlier part gets the unit. Without any weight above 0 all parts are 0, and so is `total`.
    Errors: ValueError for a total or weight below 0, a weight that is no number, or a total that no part can take.
    """
    if total < 0 or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("the total and the weights have to be 0 or more")
    whole = weights.sum()
    if whole <= 0:
        if total:
            raise ValueError("no part can take the total")
        return np.zeros(len(weights), np.int64)
    exact = total * (weights / whole)
    parts = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    order = order[weights[order] > 0]
    missing = total - int(parts.sum())
    parts[order[:missing]] += 1
    return np.asarray(parts, np.int64)


def rounded_matrix(expected: Floats, rows: Ints, columns: Ints) -> Ints:
    """A matrix of whole numbers near `expected` (n, m) whose rows add up to `rows` (n,) and columns to `columns` (m,).

    Cells that are expected to be 0 stay 0 where the margins can be kept so. The sum of absolute differences to
    `expected` is the smallest there is: a flow of least cost, whole in the corners (Cox 1987, JASA 82:520).
    Errors: ValueError where the margins have different totals.
    """
    if rows.sum() != columns.sum() or (rows < 0).any() or (columns < 0).any():
        raise ValueError("rows and columns have to be 0 or more, with one total")
    n, m = expected.shape
    if not rows.sum():
        return np.zeros((n, m), np.int64)
    low = np.floor(expected)
    part = (expected - low).ravel()
    far = np.where(expected.ravel() > 0, 1.0, 4.0 * (n + m))
    most = float(rows.sum())
    # A cell is its whole part, and one more, and further ones, less what is taken away.
    cost = np.concatenate([np.where(part > 0, 1 - 2 * part, far), far, np.ones(n * m)])
    bounds = [*((0.0, 1.0) for _ in part), *((0.0, most) for _ in part), *((0.0, float(v)) for v in low.ravel())]
    at = np.arange(n * m)
    line = np.concatenate([at // m, n + at % m])
    cell = np.concatenate([at, at])
    once = csr_array((np.ones(2 * n * m), (line, cell)), shape=(n + m, n * m))
    left = np.concatenate([rows - low.sum(axis=1), columns - low.sum(axis=0)])
    found = linprog(cost, A_eq=hstack([once, once, -once]).tocsr(), b_eq=left, bounds=bounds, method="highs-ds")
    if found.x is None:
        raise ValueError("no such matrix")
    more, further, less = np.rint(found.x).reshape(3, n, m)
    return np.asarray(low + more + further - less, np.int64)
