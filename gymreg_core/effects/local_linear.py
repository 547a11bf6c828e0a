"""Local polynomial fits on both sides of a cut-off: the jump, its robust interval, and what both are made of.

Every estimate is a weighted sum of outcomes, jump = sum(weights * y), and the weights do not depend on y. Calonico,
Cattaneo and Titiunik (2014), Econometrica 82: the bias of the fit of order p is estimated by the curvature of a fit of
order p + 1 and taken away, and the interval allows for the estimate of the bias. Calonico, Cattaneo, Farrell and
Titiunik (2019), Review of Economics and Statistics 101: covariates with the same coefficients on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from gymreg_core.effects.margins import Bools, Floats, Ints

NEIGHBOURS = 3
"""Nearest neighbours in the residuals of Abadie and Imbens (2006), as in Calonico, Cattaneo and Titiunik (2014)."""
_COLLINEAR = 1e12
_ROUNDING = 1e-10
"""A weight below this share of the largest is none: of a group that is all in one place, rounding is left."""


@dataclass(frozen=True, eq=False)
class Points:
    """n applicants around a cut-off at 0, sorted by x; on each side of it at least one.

    x : float64 (n,), ascending. right : bool (n,), on the upper side (at 0 it may be either). groups : int64 (n,),
    numbers from 0 of what has a level of its own, of a single group zeros. clusters : int64 (n,) arrays of numbers
    from 0. None: applicants are independent. One: errors may go together within it. Three: within the first and within
    the second, and the third is who shares both (Cameron, Gelbach and Miller 2011); see `crossed`.
    """

    x: Floats
    right: Bools
    groups: Ints
    clusters: tuple[Ints, ...] = ()


@dataclass(frozen=True, eq=False)
class Fit:
    """A weighted regression of some order around the cut-off, of n applicants.

    influence : float64 (k, n), coefficients = influence @ y: the jump, then x on the left and on the right, x^2 on the
    left and on the right, and so on. design : float64 (n, k), less the weighted means of groups. weights : (n,).
    """

    influence: Floats
    design: Floats
    weights: Floats

    @property
    def order(self) -> int:
        return int(self.design.shape[1] - 1) // 2

    def residuals(self, y: Floats, groups: Ints) -> Floats:
        """What the fit leaves of y (n,) or (n, q); 0 outside of the window."""
        columns = y if y.ndim > 1 else y[:, None]
        left = demeaned(columns, groups, self.weights) - self.design @ (self.influence @ columns)
        left[self.weights == 0] = 0.0
        return left if y.ndim > 1 else left[:, 0]

    def without_own(self, residuals: Floats, cluster: Ints) -> Floats:
        """Of residuals (n, q) those that a fit without the applicant's own cluster (n,) would leave.

        Exact where groups lie within clusters. With them the variance of clusters is the jackknife's (CV3; MacKinnon,
        Nielsen and Webb 2023, Journal of Econometrics 232), which few clusters do not make too small. A cluster without
        which nothing can be fitted keeps its residuals.
        """
        scaled = self.design / np.maximum(np.abs(self.design).max(0), np.finfo(np.float64).tiny)
        weighted = scaled * self.weights[:, None]
        k, many = scaled.shape[1], int(cluster.max()) + 1
        own = np.empty((many, k, k))
        for i in range(k):
            for j in range(i + 1):
                own[:, i, j] = own[:, j, i] = np.bincount(cluster, weighted[:, i] * scaled[:, j], many)
        rest = own.sum(0) - own
        sums = [[np.bincount(cluster, weighted[:, i] * e, many) for e in residuals.T] for i in range(k)]
        sound = np.linalg.cond(rest) < _COLLINEAR
        change = np.zeros((many, k, residuals.shape[1]))
        change[sound] = np.linalg.solve(rest[sound], np.moveaxis(np.array(sums), 2, 0)[sound])
        moved = residuals + np.einsum("nk,nkq->nq", scaled, change[cluster])
        moved[self.weights == 0] = 0.0
        return np.asarray(moved)


@dataclass(frozen=True)
class Jump:
    """A jump at a cut-off.

    estimate, std_error, low, high : conventional. corrected : less its estimated bias, and corrected_error, robust_low,
    robust_high, p_value : with what estimating the bias adds. h, b : bandwidths. left, right : applicants within h.
    clusters : of the first kind, 0 where there is none.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    corrected: float
    corrected_error: float
    robust_low: float
    robust_high: float
    p_value: float
    h: float
    b: float
    left: int
    right: int
    clusters: int


def jump(points: Points, y: Floats, h: float, b: float, *, order: int = 1, confidence: float = 0.95) -> Jump | None:
    """The jump of y (n,) at the cut-off, by a fit of `order` within h and its bias by one of a higher order within b.

    None where either fit is collinear. With clusters b has to be at least h. By Student's t with one less than the
    clusters of the first kind, by the normal distribution where there are none.
    """
    lower, upper = local_fit(points, order, h), local_fit(points, order + 1, b)
    if lower is None or upper is None:
        return None
    plain, corrected = bias_corrected(points, lower, upper)
    if points.clusters:
        left_over = tuple(
            fit.without_own(fit.residuals(y[:, None], points.groups), points.clusters[0]) for fit in (lower, upper)
        )
    else:
        left_over = (side_residuals(points, y, max(h, b))[:, None],) * 2
    estimate, without_bias = float(plain @ y), float(corrected @ y)
    error, corrected_error = (
        float(np.sqrt(covariance(w, e, points.clusters)[0, 0]))
        for w, e in zip((plain, corrected), left_over, strict=True)
    )
    inside, used = np.abs(points.x) <= h, _telling(plain) | _telling(corrected)
    clusters = int(np.count_nonzero(np.bincount(points.clusters[0], used))) if points.clusters else 0
    law = student(clusters - 1) if clusters else norm
    wide = float(law.ppf(0.5 + confidence / 2))
    return Jump(
        estimate,
        error,
        estimate - wide * error,
        estimate + wide * error,
        without_bias,
        corrected_error,
        without_bias - wide * corrected_error,
        without_bias + wide * corrected_error,
        float(2 * law.sf(abs(without_bias) / corrected_error)) if corrected_error > 0 else float("nan"),
        h,
        b,
        int((inside & ~points.right).sum()),
        int((inside & points.right).sum()),
        clusters,
    )


def bias_corrected(points: Points, lower: Fit, upper: Fit) -> tuple[Floats, Floats]:
    """The weights (n,) of outcomes in the jump of the lower fit, and in it less the bias that the upper one tells."""
    plain, power = lower.influence[0], points.x ** (lower.order + 1)
    corrected = plain
    for side, curvature in zip((~points.right, points.right), upper.influence[-2:], strict=True):
        corrected = corrected - (plain @ np.where(side, power, 0.0)) * curvature
    return plain, corrected


def local_fit(points: Points, order: int, width: float) -> Fit | None:
    """The fit of an order within a width, triangular weights, levels by group; None where it is collinear."""
    weights = np.maximum(0.0, 1 - np.abs(points.x) / width)
    sides = (~points.right, points.right)
    scaled = points.x / width
    columns = [points.right.astype(np.float64)]
    columns += [np.where(side, scaled**power, 0.0) for power in range(1, order + 1) for side in sides]
    design = demeaned(np.column_stack(columns), points.groups, weights)
    weighted = design * weights[:, None]
    inner = design.T @ weighted
    scale = np.sqrt(np.diag(inner))
    if not (scale > 0).all() or np.linalg.cond(inner / np.outer(scale, scale)) > _COLLINEAR:
        return None
    units = width ** -np.concatenate([[0.0], np.repeat(np.arange(1.0, order + 1), 2)])
    return Fit(np.linalg.solve(inner, weighted.T) * units[:, None], design / units, weights)


def demeaned(columns: Floats, groups: Ints, weights: Floats) -> Floats:
    """Columns (n, k) less their weighted means in groups (n,)."""
    total = np.bincount(groups, weights)
    total[total == 0] = 1.0
    means = [np.bincount(groups, weights * column) / total for column in columns.T]
    return columns - np.column_stack(means)[groups]


def adjusted(points: Points, y: Floats, covariates: Floats, width: float, order: int = 1) -> Floats:
    """y (n,) less what covariates (n, q) tell of it, with the coefficients of the fit within a width.

    A covariate that tells nothing beside the others counts as 0.
    """
    fit = local_fit(points, order, width)
    if fit is None or not covariates.size:
        return y
    root = np.sqrt(fit.weights)[:, None]
    left = fit.residuals(np.column_stack([y, covariates]), points.groups)
    coefficients = np.linalg.lstsq(left[:, 1:] * root, left[:, 0] * root[:, 0])[0]
    return y - covariates @ np.asarray(coefficients)


def crossed(first: Ints, second: Ints) -> tuple[Ints, Ints, Ints]:
    """Clusters of two kinds, numbered from 0, with those who share both."""
    one, two = (np.unique(codes, return_inverse=True)[1].astype(np.int64) for codes in (first, second))
    both = np.unique(one * (int(two.max(initial=0)) + 1) + two, return_inverse=True)[1]
    return one, two, both.astype(np.int64)


def covariance(weights: Floats, residuals: Floats, clusters: tuple[Ints, ...]) -> Floats:
    """(q, q), of sum(weights * y) for q outcomes with residuals (n, q): independent, or with clusters by their sums.

    With clusters times (G - 1) / G of the first kind. Of two kinds: the sum of both less that within both, or the first
    alone where that is no covariance. Not a number where G is 1.
    """
    scores = weights[:, None] * residuals
    if not clusters:
        return np.asarray(scores.T @ scores)
    many = np.count_nonzero(np.bincount(clusters[0], _telling(weights)))
    if many <= 1:
        return np.full((scores.shape[1],) * 2, np.nan)
    squares = [_squared(scores, cluster) for cluster in clusters]
    value = squares[0]
    if squares[1:]:
        both = squares[0] + squares[1] - squares[2]
        value = both if np.linalg.eigvalsh(both)[0] > 0 else value
    return value * (many - 1) / many


def _telling(weights: Floats) -> Bools:
    size = np.abs(weights)
    return np.asarray(size > _ROUNDING * size.max(initial=0.0))


def _squared(scores: Floats, places: Ints) -> Floats:
    sums = np.column_stack([np.bincount(places, column) for column in scores.T])
    return np.asarray(sums.T @ sums)


def side_residuals(points: Points, y: Floats, width: float) -> Floats:
    """The residuals of nearest neighbours of y (n,) among those within a width on the same side; 0 beyond it."""
    residuals = np.zeros(len(y))
    inside = np.abs(points.x) <= width
    for side in (inside & ~points.right, inside & points.right):
        residuals[side] = neighbour_residuals(points.x[side], y[side])
    return residuals


def neighbour_residuals(x: Floats, y: Floats) -> Floats:
    """Of n outcomes of one side, x ascending: y less the nearest's mean, so scaled that its square is the variance.

    The nearest are the three others nearest in x and whoever is as near as the third of them.
    """
    values, first, count = np.unique(x, return_index=True, return_counts=True)
    n, last = len(x), first + count - 1
    place = np.repeat(np.arange(len(values)), count)
    low, high = place.copy(), place.copy()
    want = min(NEIGHBOURS, n - 1)
    for _ in range(want):
        found = last[high] - first[low]
        down = np.where(low > 0, x - values[np.maximum(low - 1, 0)], np.inf)
        up = np.where(high < len(values) - 1, values[np.minimum(high + 1, len(values) - 1)] - x, np.inf)
        short = found < want
        low, high = low - (short & (down <= up)), high + (short & (up <= down))
    running = np.concatenate([[0.0], np.cumsum(y)])
    many = last[high] - first[low]
    others = (running[last[high] + 1] - running[first[low]] - y) / np.maximum(many, 1)
    return np.asarray(np.sqrt(many / (many + 1)) * (y - others))
