"""What a regression found: estimates, what each school moves them by, and what follows from the two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.within import Floats


@dataclass(frozen=True, eq=False)
class Fit:
    """k estimates from n rows in G clusters, or a refusal and NaN in every number.

    estimate : (k,). moves : (G, k), what each cluster moves them by: covariance = moves' moves, and that of estimates
    from other regressions with the same clusters together likewise. expected : (G, k, k), what each cluster would add
    to the covariance were all errors alike and apart; None where degrees of freedom are G - 1. first_stage : F of the
    excluded instrument for the first regressor, NaN without one. robust : ends of the Anderson-Rubin interval of the
    first regressor, which holds however weak the instrument is; -inf, inf where it has no end. refusal : of
    contracts.effects.REFUSALS.
    """

    estimate: Floats
    moves: Floats
    expected: Floats | None
    confidence: float
    clusters: int
    rows: int
    pupils: int
    first_stage: float = float("nan")
    robust: tuple[float, float] = (float("nan"), float("nan"))
    refusal: str = ""

    @cached_property
    def covariance(self) -> Floats:
        """(k, k)."""
        return np.asarray(self.moves.T @ self.moves)

    @cached_property
    def std_error(self) -> Floats:
        """(k,)."""
        return np.sqrt(np.diag(self.covariance))

    @cached_property
    def degrees(self) -> Floats:
        """(k,), degrees of freedom of Student's t."""
        return degrees_of(self.expected, self.clusters, len(self.estimate))

    @property
    def t(self) -> Floats:
        """(k,), estimates by their standard errors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.estimate / self.std_error)

    @property
    def p_value(self) -> Floats:
        """(k,), two-sided."""
        return two_sided(self.t, self.degrees)

    @property
    def low(self) -> Floats:
        """(k,), lower ends of the intervals."""
        return np.asarray(self.estimate - reach(self.confidence, self.degrees) * self.std_error)

    @property
    def high(self) -> Floats:
        """(k,), upper ends of the intervals."""
        return np.asarray(self.estimate + reach(self.confidence, self.degrees) * self.std_error)

    def combined(self, weights: NDArray[Any]) -> Fit:
        """Sums of estimates by weights (k,) or (k, j), as estimates of their own."""
        columns = np.asarray(weights, np.float64).reshape(len(self.estimate), -1)
        expected = None if self.expected is None else columns.T @ self.expected @ columns
        return replace(self, estimate=columns.T @ self.estimate, moves=self.moves @ columns, expected=expected,
                       first_stage=float("nan"), robust=(float("nan"), float("nan")))  # fmt: skip

    def some(self, places: Any) -> Fit:
        """The estimates at some places (a slice, int or bool array)."""
        return self.combined(np.eye(len(self.estimate))[:, places])

    @property
    def effective(self) -> float:
        """Clusters of equal weight that all k estimates rest on together; one more than the degrees of freedom of the
        F distribution that a joint test takes (effects/joint_test.py), for one estimate those of Student's t.

        By what the clusters' parts of the covariance would spread (HTZ of Tipton and Pustejovsky 2015, Journal of
        Educational and Behavioral Statistics 40).
        """
        if self.expected is None:
            return float(self.clusters)
        k = len(self.estimate)
        root = np.linalg.inv(np.linalg.cholesky(self.expected.sum(axis=0)))
        parts = root @ self.expected @ root.T
        spread = np.trace(parts, axis1=1, axis2=2) ** 2 + (parts**2).sum(axis=(1, 2))
        return k * (k + 1) / float(spread.sum())


def degrees_of(expected: Floats | None, clusters: int, k: int) -> Floats:
    """(k,), degrees of freedom: clusters of equal weight that an estimate rests on, less one; G - 1 at most.

    By what each adds to its variance (G, k, k), Satterthwaite's (sum)² / sum of squares; within a tenth of Bell and
    McCaffrey's, which add that clusters share the means of fixed effects. At least 1, so that an interval has an end.
    """
    if expected is None:
        return np.full(k, float(max(1, clusters - 1)))
    parts = np.diagonal(expected, axis1=1, axis2=2)
    return np.asarray(parts.sum(axis=0) ** 2 / (parts**2).sum(axis=0) - 1)


def reach(confidence: float, degrees: Floats | float) -> Floats:
    """Standard errors from an estimate to the end of its interval, by Student's t with so many degrees of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(1.0, degrees), (1 + confidence) / 2))


def two_sided(t: Floats, degrees: Floats | float) -> Floats:
    """p-values of t statistics, in their shape."""
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(np.maximum(1.0, degrees), -np.abs(t)))


def anderson_rubin(form: float, stage: float, covariance: Floats, reach: float) -> tuple[float, float]:
    """The effects e at which form - e * stage is within `reach` standard errors of 0; -inf, inf where they have no end.

    form, stage : slopes of the outcome and of the dose on the instrument. covariance : (2, 2) of the two.
    """
    square = stage**2 - reach**2 * covariance[1, 1]
    half = form * stage - reach**2 * covariance[0, 1]
    rest = form**2 - reach**2 * covariance[0, 0]
    root = half**2 - square * rest
    if square <= 0 or root < 0:
        return -np.inf, np.inf
    return float((half - np.sqrt(root)) / square), float((half + np.sqrt(root)) / square)
