"""Linear regressions with fixed effects taken out: ordinary and two-stage least squares, schools as clusters.

As many regressors as instruments: where none is named, a regressor is its own. A regression is prepared once, and then
fitted to one outcome or to hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.within import Floats, Ints, Within
from gymreg_core.rules import rule

ERRORS = ("jackknife", "clustered")
"""jackknife: what the estimates move by when a cluster is left out (CV3; MacKinnon, Nielsen and Webb 2023, Journal of
Econometrics 232; Bell and McCaffrey 2002), the means of the fixed effects taken as they are; it covers where few
schools carry the contrast and `clustered` (CV1, Stata's) does not. simulate_effects.py measures both."""
_NOTHING = 1e-9
"""What is left of a regressor's spread below which it is rounding."""
_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Fit:
    """k estimates from n rows in G clusters, or a refusal and NaN in every number.

    estimate : (k,). moves : (G, k), what each cluster moves them by: covariance = moves' moves, and that of estimates
    from regressions with the same clusters together likewise. std_error, t, p_value, low, high : (k,), by Student's t
    with G - 1 degrees of freedom. first_stage : F of the excluded instrument for the first regressor, NaN without one.
    robust : ends of the Anderson-Rubin interval of the first regressor, which holds however weak the instrument is;
    -inf, inf where it is not bounded. refusal : of contracts.effects.REFUSALS.
    """

    estimate: Floats
    moves: Floats
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

    @property
    def t(self) -> Floats:
        """(k,), estimates by their standard errors."""
        return np.asarray(self.estimate / self.std_error)

    @property
    def p_value(self) -> Floats:
        """(k,), two-sided."""
        return two_sided(self.t, self.clusters)

    @property
    def low(self) -> Floats:
        """(k,), lower ends of the intervals."""
        return np.asarray(self.estimate - reach(self.confidence, self.clusters) * self.std_error)

    @property
    def high(self) -> Floats:
        """(k,), upper ends of the intervals."""
        return np.asarray(self.estimate + reach(self.confidence, self.clusters) * self.std_error)

    def combined(self, weights: NDArray[Any]) -> Fit:
        """Sums of estimates by weights (k,) or (k, j), as estimates of their own."""
        columns = np.asarray(weights, np.float64).reshape(len(self.estimate), -1)
        return Fit(columns.T @ self.estimate, self.moves @ columns, self.confidence, self.clusters, self.rows,
                   self.pupils, refusal=self.refusal)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Regression:
    """n rows of k regressors and k instruments, fixed effects taken out, in G clusters.

    regressors, instruments : (n, k), left of them. cluster : int64 (n,), 0 ... G - 1. cross : (k, k), instruments'
    weighted products with regressors; of_cluster : (G, k, k), each cluster's part. correction : G / (G - 1) times
    (n - 1) / (n - k - effects that are not nested in clusters), as pyfixest's and reghdfe's. refusal : why there can be
    no estimate, '' where there can.
    """

    within: Within
    regressors: Floats
    instruments: Floats
    cluster: Ints
    clusters: int
    pupils: int
    cross: Floats
    of_cluster: Floats
    correction: float
    refusal: str

    @classmethod
    def of(
        cls,
        regressors: NDArray[Any],
        within: Within,
        cluster: NDArray[Any],
        *,
        instruments: NDArray[Any] | None = None,
        pupils: NDArray[Any] | None = None,
    ) -> Regression:
        """Regressors and instruments (n,) or (n, k), clusters (n,), and pupils (n,) where the weights are not theirs.

        The first instrument is the excluded one of the first regressor. Too few schools or pupils by
        rules/effects.yml, or nothing to compare, and the regression is there and refuses.
        """
        raw = _columns(regressors)
        given = raw if instruments is None else _columns(instruments)
        number = np.unique(cluster, return_inverse=True)[1].astype(np.int64).ravel()
        heads = within.weights if pupils is None else pupils
        left = within(raw)
        tools = left if instruments is None else within(given)
        groups = len(np.unique(number[within.kept]))
        products = (within.weights[:, None] * tools)[:, :, None] * left[:, None, :]
        of_cluster = _by_cluster(products, number, int(number.max(initial=-1)) + 1)
        n, k = int(within.kept.sum()), raw.shape[1]
        rest = n - k - within.beyond(number)
        correction = groups / max(1, groups - 1) * (n - 1) / max(1, rest)
        refusal = _too_few(groups, float(heads.sum())) or _not_compared(raw, left, within, number, rest)
        if instruments is not None:
            refusal = refusal or _not_compared(given, tools, within, number, rest)
        return cls(within, left, tools, number, groups, round(float(heads.sum())), of_cluster.sum(axis=0), of_cluster,
                   correction, refusal)  # fmt: skip

    def fit(self, outcome: NDArray[Any], confidence: float, errors: str = "jackknife") -> Fit:
        """Of one outcome (n,)."""
        rows, k = int(self.within.kept.sum()), self.regressors.shape[1]
        if self.refusal:
            nothing = np.full(k, np.nan)
            moves = np.full((self.of_cluster.shape[0], k), np.nan)
            return Fit(nothing, moves, confidence, self.clusters, rows, self.pupils, refusal=self.refusal)
        left = self.within(outcome)
        estimate = np.linalg.solve(self.cross, self.instruments.T @ (self.within.weights * left)).astype(np.float64)
        scores = self.scores(left - self.regressors @ estimate)
        moved: Floats = np.einsum("gkj,gj->gk", self._inverse(errors), scores)
        return Fit(estimate, moved, confidence, self.clusters, rows, self.pupils)

    def many(self, outcomes: NDArray[Any], errors: str = "jackknife") -> tuple[Floats, Floats]:
        """Estimates and standard errors, each (q, k), of outcomes (n, q), without keeping what made them."""
        q, k = outcomes.shape[1], self.regressors.shape[1]
        estimates, spread = np.full((q, k), np.nan), np.full((q, k), np.nan)
        if self.refusal:
            return estimates, spread
        weighted = self.within.weights[:, None] * self.instruments
        for start in range(0, q, _AT_ONCE):
            block = slice(start, start + _AT_ONCE)
            left = self.within(outcomes[:, block])
            estimates[block] = np.linalg.solve(self.cross, weighted.T @ left).T
            left -= self.regressors @ estimates[block].T
            scores = np.stack([_by_cluster(left * column[:, None], self.cluster, len(self.of_cluster))
                               for column in weighted.T], axis=1)  # fmt: skip
            moved = self._inverse(errors) @ scores
            spread[block] = np.sqrt(np.einsum("gkq,gkq->qk", moved, moved))
        return estimates, spread

    def scores(self, residual: Floats) -> Floats:
        """(G, k), weighted products of instruments and a residual (n,) by cluster."""
        weighted = self.within.weights * residual
        return _by_cluster(self.instruments * weighted[:, None], self.cluster, len(self.of_cluster))

    def _inverse(self, errors: str) -> Floats:
        """(G, k, k), what a cluster's scores are multiplied by to give what it moves the estimates by."""
        if errors == "clustered":
            return np.repeat(np.sqrt(self.correction) * np.linalg.inv(self.cross)[None], len(self.of_cluster), axis=0)
        if errors != "jackknife":
            raise ValueError(f"{errors!r} is none of {ERRORS}")
        return np.asarray(np.sqrt((self.clusters - 1) / self.clusters) * np.linalg.inv(self.cross - self.of_cluster))


def ols(
    outcome: NDArray[Any],
    regressors: NDArray[Any],
    within: Within,
    cluster: NDArray[Any],
    confidence: float,
    *,
    pupils: NDArray[Any] | None = None,
    errors: str = "jackknife",
) -> Fit:
    """Ordinary least squares of an outcome (n,) on regressors (n,) or (n, k); see `Regression.of`."""
    return Regression.of(regressors, within, cluster, pupils=pupils).fit(outcome, confidence, errors)


def two_stage(  # noqa: PLR0913
    outcome: NDArray[Any],
    dose: NDArray[Any],
    instrument: NDArray[Any],
    within: Within,
    cluster: NDArray[Any],
    confidence: float,
    *,
    controls: NDArray[Any] | None = None,
    pupils: NDArray[Any] | None = None,
    errors: str = "jackknife",
) -> Fit:
    """Two-stage least squares of an outcome (n,) on a dose (n,) by an instrument (n,), controls (n, j) beside both."""
    beside = np.zeros((len(within), 0)) if controls is None else _columns(controls)
    tools = np.column_stack([instrument, beside])
    both = Regression.of(np.column_stack([dose, beside]), within, cluster, instruments=tools, pupils=pupils)
    found = both.fit(outcome, confidence, errors)
    if found.refusal:
        return found
    forms = Regression.of(tools, within, cluster, pupils=pupils)
    form, stage = (forms.fit(values, confidence, errors) for values in (outcome, dose))
    moves = np.column_stack([form.moves[:, 0], stage.moves[:, 0]])
    ends = anderson_rubin(form.estimate[0], stage.estimate[0], moves.T @ moves, reach(confidence, found.clusters))
    return replace(found, first_stage=float(stage.t[0] ** 2), robust=ends)


def reach(confidence: float, clusters: int) -> float:
    """Standard errors from an estimate to the end of its interval: Student's t with G - 1 degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(max(1, clusters - 1), (1 + confidence) / 2))


def two_sided(t: Floats, clusters: int) -> Floats:
    """p-values of t statistics with G - 1 degrees of freedom, in their shape."""
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(max(1, clusters - 1), -np.abs(t)))


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


def _too_few(groups: int, heads: float) -> str:
    if heads < rule("effects", "fewest_pupils"):
        return "few_pupils"
    return "few_schools" if groups < rule("effects", "fewest_schools") else ""


def _not_compared(raw: Floats, left: Floats, within: Within, number: Ints, rest: int) -> str:
    """Why regressors as given and what the fixed effects leave of them compare nothing."""
    weights = within.weights
    spread = weights @ (raw - np.average(raw, axis=0, weights=weights)) ** 2
    if (spread <= _NOTHING**2 * (weights @ raw**2)).any():
        return "no_variation"
    if rest < 1 or (weights @ left**2 <= _NOTHING**2 * spread).any() or _dependent(left, weights):
        return "collinear"
    return "one_treated" if _by_one(raw, left, within, number) else ""


def _dependent(columns: Floats, weights: Floats) -> bool:
    scaled = columns * np.sqrt(weights)[:, None]
    scaled = scaled / np.linalg.norm(scaled, axis=0)
    return bool(np.linalg.eigvalsh(scaled.T @ scaled)[0] < _NOTHING)


def _by_one(raw: Floats, left: Floats, within: Within, number: Ints) -> bool:
    """Whether, for some regressor, nothing is left to compare once the school is out that tells most about it."""
    told = _by_cluster(within.weights[:, None] * left**2, number, int(number.max()) + 1)
    share = told / told.sum(axis=0)
    for column in np.flatnonzero(share.max(axis=0) > 1 / 3):
        others = number != share[:, column].argmax()
        some = raw[others, column]
        rest = Within.of([code[others] for code in within.codes], within.weights[others])(some)
        if rest @ rest <= _NOTHING**2 * max(float(some @ some), 1e-300):
            return True
    return False


def _columns(values: NDArray[Any]) -> Floats:
    columns = np.asarray(values, np.float64)
    return columns[:, None] if columns.ndim == 1 else columns


def _by_cluster(values: Floats, number: Ints, clusters: int) -> Floats:
    """Sums over the rows (n, ...) of each cluster: (G, ...)."""
    from scipy.sparse import csr_array

    n = len(number)
    member = csr_array((np.ones(n), (number, np.arange(n))), shape=(clusters, n))
    return np.asarray((member @ values.reshape(n, -1)).reshape(clusters, *values.shape[1:]))
