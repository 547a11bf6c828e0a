"""Jumps at a cut-off the slow and obvious way: least squares with dummies, neighbours by looking at everyone."""

from __future__ import annotations

import numpy as np

from gymreg_core.effects.local_linear import Points

Array = np.ndarray


def coefficients(points: Points, y: Array, order: int, width: float) -> tuple[Array, Array]:
    """Jump, left x, right x, left x^2 ...; and the residuals (n,), 0 where there is no weight."""
    x, right = points.x, points.right
    weight = np.where(np.abs(x) < width, 1 - np.abs(x) / width, 0.0)
    columns = [right * 1.0] + [np.where(side, x**k, 0) for k in range(1, order + 1) for side in (~right, right)]
    dummies = [(points.groups == group) * 1.0 for group in np.unique(points.groups[weight > 0])]
    design = np.column_stack(columns + dummies)
    root = np.sqrt(weight)
    found = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    return found[: len(columns)], np.where(weight > 0, y - design @ found, 0.0)


def corrected(points: Points, y: Array, h: float, b: float, order: int = 1) -> float:
    """The jump of what is left of y without the curves that a fit of a higher order sees."""
    left, right = coefficients(points, y, order + 1, b)[0][-2:]
    curve = points.x ** (order + 1) * np.where(points.right, right, left)
    return float(coefficients(points, y - curve, order, h)[0][0])


def neighbour_residuals(x: Array, y: Array, many: int = 3) -> Array:
    """Each against the mean of the others that are no farther than the `many`-th nearest."""
    residuals = np.zeros(len(x))
    for i in range(len(x)):
        others = np.delete(np.arange(len(x)), i)
        far = np.abs(x[others] - x[i])
        near = others[far <= np.sort(far)[min(many, len(others)) - 1]]
        residuals[i] = np.sqrt(len(near) / (len(near) + 1)) * (y[i] - y[near].mean())
    return residuals


def weights(points: Points, h: float, b: float) -> tuple[Array, Array]:
    """What one more of each outcome does to the jump, plain and corrected."""
    units = np.eye(len(points.x))
    return (
        np.array([coefficients(points, unit, 1, h)[0][0] for unit in units]),
        np.array([corrected(points, unit, h, b) for unit in units]),
    )


def without_own(points: Points, y: Array, order: int, width: float) -> Array:
    """Residuals by the slopes and the jump of everyone but the own cluster, with the own group's level."""
    x, left = points.x, np.zeros(len(y))
    weight = np.where(np.abs(x) < width, 1 - np.abs(x) / width, 0.0)
    for cluster in np.unique(points.clusters[0]):
        rest = points.clusters[0] != cluster
        others = Points(x[rest], points.right[rest], points.groups[rest])
        found = coefficients(others, y[rest], order, width)[0]
        columns = [points.right * 1.0]
        columns += [np.where(side, x**k, 0) for k in range(1, order + 1) for side in (~points.right, points.right)]
        after = y - np.column_stack(columns) @ found
        for group in np.unique(points.groups[~rest & (weight > 0)]):
            own = (points.groups == group) & (weight > 0)
            left[own] = after[own] - np.average(after[own], weights=weight[own])
    return left


def clustered(weight: Array, residual: Array, clusters: tuple[Array, ...]) -> float:
    """The variance: every pair of applicants that share a cluster of either kind counts once."""
    used = np.flatnonzero(weight)
    score = weight * residual
    total = sum(
        score[i] * score[j] for i in used for j in used if any(cluster[i] == cluster[j] for cluster in clusters)
    )
    many = len(np.unique(clusters[0][used]))
    return float(total) * (many - 1) / many
