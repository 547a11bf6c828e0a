"""A level told from characteristics, with an error that differs: robust regression weighted by how sure rows are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.rules import rule

Floats = NDArray[np.float64]
_ROUNDS, _ITERATIONS = 3, 3000


@dataclass(frozen=True)
class Told:
    """`level` : float64 (n,), points. `spread` : float64 (n,), points; how large the error is, up to one factor."""

    level: Floats
    spread: Floats


Model = Callable[[Floats, Floats], Told]


def fit_level(design: Floats, about_error: Floats, target: Floats) -> Model:
    """What tells a level and its spread for any rows of the same columns; NaN in a column says nothing.

    design : (n, p). about_error : (n, q). target : (n,), points. A straight line in the columns, held back, with
    Huber's loss (Huber 1981, Robust Statistics, 7.7); the logarithm of its errors is told by another, held back too,
    and rows count by the inverse of their spread; in turn until both have settled (Carroll and Ruppert 1988,
    Transformation and Weighting in Regression, 3).
    """
    from sklearn.linear_model import HuberRegressor, Ridge

    told_by, spread_by = standardised(design), standardised(about_error)
    columns, of_error = told_by(design), spread_by(about_error)
    spread = np.ones(len(target))
    for _ in range(_ROUNDS):
        line = HuberRegressor(
            epsilon=rule("cutoff_forecast", "huber_threshold"),
            alpha=rule("cutoff_forecast", "holding_back"),
            max_iter=_ITERATIONS,
        ).fit(columns, target, sample_weight=np.median(spread) / spread)
        error = np.abs(target - line.predict(columns))
        of_size = Ridge(alpha=rule("cutoff_forecast", "spread_holding_back")).fit(
            of_error, np.log(error + rule("cutoff_forecast", "spread_floor"))
        )
        spread = np.exp(of_size.predict(of_error))

    def model(design: Floats, about_error: Floats) -> Told:
        level = np.asarray(line.predict(told_by(design)), np.float64)
        return Told(level, np.exp(np.asarray(of_size.predict(spread_by(about_error)), np.float64)))

    return model


def standardised(design: Floats) -> Callable[[Floats], Floats]:
    """What turns columns (m, p) into those with mean 0 and standard deviation 1 in `design` (n, p).

    Unknown values become the mean; values beyond the rule `outlying` become it; a column that does not vary, or holds
    nothing, becomes 0.
    """
    known = ~np.isnan(design)
    count = np.maximum(known.sum(0), 1)
    mean = np.where(known, design, 0.0).sum(0) / count
    deviation = np.sqrt((np.where(known, design - mean, 0.0) ** 2).sum(0) / count)
    limit = float(rule("cutoff_forecast", "outlying"))

    def columns(of: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = (of - mean) / deviation
        return np.where(np.isfinite(scores) & (deviation > 0), np.clip(scores, -limit, limit), 0.0)

    return columns


def reaches(error: Floats, spread: Floats, coverages: tuple[float, ...]) -> tuple[float, ...]:
    """How many spreads an interval has to reach on either side to hold each share of errors never seen in fitting.

    error, spread : (n,), points. Split conformal prediction with normalised errors (Lei et al. 2018, JASA 113, 5).
    """
    score = np.sort(np.abs(error) / spread)
    places = [min(len(score), int(np.ceil(share * (len(score) + 1)))) for share in coverages]
    return tuple(float(score[place - 1]) for place in places)
