"""The effect on the treated between two periods, and what each unit adds to it: difference in differences on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FEWEST = 2
"""Units on each side: from a single one nobody can tell how far it could have fallen otherwise."""
_TOLERANCE, _STEPS = 1e-12, 50
_CERTAIN = 1e-6
"""A chance of being treated this near 1 has nobody untreated to compare with."""


@dataclass(frozen=True, eq=False)
class TwoPeriods:
    """effect : on the treated, NaN where there is none. influence : (n,), of each unit on it, mean 0: the variance of
    the effect is the sum of their squares by n². refusal : '', one_treated, collinear or no_variation.
    """

    effect: float
    influence: Floats
    refusal: str


def two_periods(change: Floats, treated: Bools, x: Floats, weights: Floats, *, doubly_robust: bool) -> TwoPeriods:
    """Change of the treated less that of the untreated who are like them.

    change : (n,), the outcome after less before. treated : (n,), the others are compared with. x : (n, k), a column of
    ones and what was settled before. weights : (n,).
    By outcome regression, the untreated's change is foretold from x by least squares (Heckman, Ichimura and Todd 1997);
    doubly robust, what it misses is taken away as well, untreated weighed by their odds of treatment from a logistic
    regression on x (Sant'Anna and Zhao 2020, Journal of Econometrics 219, equations 2.6, 3.1 and theorem A.1). Without
    covariates both are the plain difference of means.
    """
    n, k = x.shape
    w = weights / weights.mean()
    on, off = w * treated, w * ~treated
    if treated.sum() < FEWEST or (~treated).sum() <= max(k, FEWEST - 1):
        return _none(n, "one_treated")
    information = (x * off[:, None]).T @ x / n
    if np.linalg.matrix_rank(x[~treated]) < k:
        return _none(n, "collinear")
    slope = np.linalg.solve(information, x.T @ (off * change) / n)
    miss = change - x @ slope
    of_slope = np.linalg.solve(information, (x * (off * miss)[:, None]).T).T

    gain = on @ miss / on.sum()
    own = on * (miss - gain) / on.mean() - of_slope @ (x.T @ on / on.sum())
    if not doubly_robust or k == 1:
        return TwoPeriods(float(gain), own, "")

    chance = _chance(x, treated, w)
    if chance is None:
        return _none(n, "no_variation")
    odds = off * chance / (1 - chance)
    rest = odds @ miss / odds.sum()
    steepness = (x * (w * chance * (1 - chance))[:, None]).T @ x / n
    of_chance = np.linalg.solve(steepness, (x * (w * (treated - chance))[:, None]).T).T
    other = odds * (miss - rest) / odds.mean()
    other += of_chance @ (x.T @ (odds * (miss - rest)) / odds.sum()) - of_slope @ (x.T @ odds / odds.sum())
    return TwoPeriods(float(gain - rest), own - other, "")


def _chance(x: Floats, treated: Bools, w: Floats) -> Floats | None:
    """Chance of being treated by x (n,), by Newton's method; None where x parts the treated from the others."""
    slope = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        chance: Floats = 1 / (1 + np.exp(-np.clip(x @ slope, -30, 30)))
        if chance[~treated].max() > 1 - _CERTAIN:
            return None
        steepness = (x * (w * chance * (1 - chance))[:, None]).T @ x
        if not np.isfinite(steepness).all() or np.linalg.matrix_rank(steepness) < x.shape[1]:
            return None
        step = np.linalg.solve(steepness, x.T @ (w * (treated - chance)))
        slope += step
        if np.abs(step).max() < _TOLERANCE * max(1, np.abs(slope).max()):
            return chance
    return None


def _none(n: int, refusal: str) -> TwoPeriods:
    return TwoPeriods(np.nan, np.full(n, np.nan), refusal)
