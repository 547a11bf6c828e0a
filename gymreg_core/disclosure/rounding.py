"""Rounding counts instead of leaving the small ones out: each by itself, or those of a table so that they add up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array

from gymreg_core.disclosure.opening import tied

Floats = NDArray[np.float64]
_NODES = 500
_TINY = 1e-6


def nearest(counts: Floats, base: int) -> Floats:
    """(n,) -> (n,): the nearest multiples of `base`, half-way up; NaN stays.

    What a count becomes depends on nothing but the count: the same number is told with the same value wherever it
    stands, in a whole release and in the next.
    """
    return np.asarray(np.floor((counts + base // 2) / base) * base, np.float64)


def controlled(counts: Floats, sums: csr_array, base: int) -> Floats:
    """(n,) -> (n,): multiples of `base` next to each count, above or below, that add up as nearly as they can.

    For a table whose counts stand nowhere else, since what a count becomes depends on the others. Multiples stay, 0
    among them. Of ways that add up equally well the one nearest to the counts. sums : (m, n) csr, `sums @ counts == 0`.
    Source: controlled rounding, Cox (1987) and Salazar-González (2006), without the condition that sums hold exactly.
    """
    out = nearest(counts, base)
    entries = sums.tocoo()
    label, rows = tied(entries.row, entries.col, len(counts))
    for name in np.unique(rows[np.unique(entries.row)]) if sums.nnz else ():
        cells = np.flatnonzero(label == name)
        inside = sums[:, cells].tocsr()
        inside = inside[np.flatnonzero(np.diff(inside.indptr))]
        out[cells] = _best(counts[cells], inside, base, out[cells])
    return out


def _best(counts: Floats, sums: csr_array, base: int, plain: Floats) -> Floats:
    """Whether each count goes up (1) or down (0), and by how many multiples each sum is off, by one program."""
    m, n = sums.shape
    below = np.floor(counts / base)
    up = counts / base - below
    off = eye_array(m, format="csr")
    held = block_array([[sums, off, -off]], format="csr")
    right = -(sums @ below)
    far = (1 - 2 * up) / (n + 1)
    most = np.concatenate([np.where(up > _TINY, 1.0, 0.0), np.full(2 * m, np.inf)])
    found = milp(
        np.concatenate([far, np.ones(2 * m)]),
        constraints=LinearConstraint(held, right, right),
        bounds=Bounds(np.zeros(n + 2 * m), most),
        integrality=np.concatenate([np.ones(n), np.zeros(2 * m)]),
        options={"node_limit": _NODES},
    )
    if found.x is None or np.abs(sums @ plain).sum() <= base * found.x[n:].sum() + _TINY:
        return plain
    return np.asarray((below + np.round(found.x[:n])) * base, np.float64)
