"""Logistic regressions on counted cells, with intervals that let pupils of a school be alike."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gymreg_core.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_TOLERANCE, _STEPS = 1e-12, 50
_CERTAIN = 1e-9
"""What a probability is told by or short of 1 where the likelihood rises for ever; far from what merit values tell."""
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Quantiles of the knots of a natural spline with five (Harrell, Regression Modeling Strategies, 2015, table 2.3)."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Pupils counted by what they have in common, c cells.

    keys : int64 (c, k), the codes that make a cell. yes, no : int64 (c,), how many are eligible and not.
    """

    keys: Ints
    yes: Ints
    no: Ints

    def of(self, rows: Bools) -> Cells:
        """The cells of `rows` (c,) alone."""
        return Cells(self.keys[rows], self.yes[rows], self.no[rows])


def count_cells(outcome: Bools, *codes: ArrayLike) -> Cells:
    """Outcomes (n,) counted by the combinations of integer codes, each (n,)."""
    columns = [np.asarray(code, np.int64) for code in codes]
    cell = np.zeros(len(outcome), np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        cell = cell * max(1, len(values)) + place
    _, first, cell = np.unique(cell, return_index=True, return_inverse=True)
    yes = np.bincount(cell[outcome], minlength=len(first)).astype(np.int64)
    no = np.bincount(cell, minlength=len(first)).astype(np.int64) - yes
    return Cells(np.column_stack(columns)[first], yes, no)


def fit(design: Floats, cells: Cells, cluster: Ints | None = None, offset: Floats | None = None) -> Any:
    """statsmodels' binomial GLM of cells on a design (c, p); its coefficients, covariance, tests.

    cluster : int64 (c,), the school of each cell; then the covariance is the sandwich over schools with the usual
    correction for few of them, and intervals are of Student's t with one degree of freedom less than there are schools
    (Cameron and Miller 2015, A practitioner's guide to cluster-robust inference, II and VI).
    Errors: BadInput where a coefficient has no finite value: two columns that are one, or a combination that tells the
    outcome of some cells without a doubt (Albert and Anderson 1984, Biometrika 71).
    """
    import statsmodels.api as sm

    model = sm.GLM(np.column_stack([cells.yes, cells.no]), design, family=sm.families.Binomial(), offset=offset)
    robust = {} if cluster is None else {"cov_type": "cluster", "cov_kwds": {"groups": cluster}, "use_t": True}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = model.fit(tol=_TOLERANCE, maxiter=_STEPS, **robust)
    alike = np.linalg.matrix_rank(design) < design.shape[1]
    told = np.asarray(result.fittedvalues)
    certain = not result.converged or (np.minimum(told, 1 - told) < _CERTAIN).any()
    if alike or certain or not np.isfinite(result.bse).all():
        raise BadInput(
            "the regression has no solution",
            where="outcome",
            why="Some combination of the groups tells who is eligible without a doubt, or two groups are one.",
            remedy="Use fewer bands, or more cohorts.",
        )
    return result


def knots_of(points: Floats, counts: Ints) -> Floats:
    """Places of the knots (5,) for points (c,) that occur `counts` times. Errors: BadInput where two coincide."""
    order = np.argsort(points, kind="stable")
    reached = np.cumsum(counts[order])
    knots = points[order][np.searchsorted(reached, np.array(KNOTS) * reached[-1])]
    if (np.diff(knots) <= 0).any():
        raise BadInput(
            "the merit values lie too close together for a curve",
            where="merit",
            why=f"The {len(KNOTS)} knots have to be different values.",
            remedy="Give more pupils, or do without the curve.",
        )
    return np.asarray(knots, np.float64)


def natural_spline(points: Floats, knots: Floats) -> Floats:
    """A constant and the natural cubic spline of points (c,): design (c, 5), straight lines beyond the outer knots.

    Harrell (2015), 2.4.5, truncated powers divided by the squared span of the knots.
    """
    last, before = knots[-1], knots[-2]
    span = (last - knots[0]) ** 2

    def cubed(knot: float) -> Floats:
        return np.maximum(points - knot, 0.0) ** 3

    curves = [
        (cubed(k) - cubed(before) * (last - k) / (last - before) + cubed(last) * (before - k) / (last - before)) / span
        for k in knots[:-2]
    ]
    return np.column_stack([np.ones(len(points)), points, *curves])


def indicators(codes: Ints, leave_out: int) -> tuple[Floats, Ints]:
    """A column of 0 and 1 per code but one (c, groups - 1), and which codes they are, upwards."""
    groups = np.unique(codes)
    groups = groups[groups != leave_out]
    return (codes[:, None] == groups).astype(np.float64), groups
