"""What is known of pupils when they start, as columns of a design, and what such a design tells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gymreg_core.rules import rule

Floats = NDArray[np.float64]
_HUNDRED, _TOLERANCE = 100, 1e-8


def merit_columns(merit: Floats) -> Floats:
    """A line of merit that bends at the rule `intake_knots`, and whether there is none: float64 (n, knots + 2).

    In hundreds of points; without a merit value the line is 0 (Harrell 2015, Regression Modeling Strategies, 2.4.3).
    """
    missing = np.isnan(merit)
    points = np.where(missing, 0.0, merit) / _HUNDRED
    bends = [np.maximum(points - knot / _HUNDRED, 0.0) for knot in rule("cohort_models", "intake_knots")]
    return np.column_stack([missing, points, *bends]).astype(np.float64)


def indicators(values: ArrayLike) -> Floats:
    """A column of 0 and 1 per value that occurs, but the commonest (n, values - 1), in the order of the values."""
    levels, codes, size = np.unique(np.asarray(values, object).astype(str), return_inverse=True, return_counts=True)
    kept = [place for place in range(len(levels)) if place != np.argmax(size)] if len(size) else []
    columns: NDArray[np.bool_] = codes[:, None] == np.array(kept, np.int64)
    return columns.astype(np.float64)


def learned(design: Floats, outcome: NDArray[np.bool_]) -> Callable[[Floats], Floats]:
    """What gives the probability of an outcome (n,) for any design of the same columns (n, p).

    Logistic regression whose coefficients, of columns with a standard deviation of 1, are held back a little (by half
    the sum of their squares): columns that go together, or few pupils that all have the same outcome, do no harm, and
    among thousands of pupils it is not to be seen. The constant is free, so that the probabilities have the mean of
    what came. Errors: ValueError where all have the same outcome.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=_TOLERANCE, solver="newton-cholesky"))
    model.fit(design, outcome)
    return lambda of: np.asarray(model.predict_proba(of)[:, 1], np.float64)
