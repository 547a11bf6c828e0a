"""Linear regressions with fixed effects taken out: ordinary and two-stage least squares, schools as clusters.

As many regressors as instruments: where none is named, a regressor is its own. A regression is prepared once, and then
fitted to one outcome or to hundreds.

Errors (`errors`) are of two kinds. adjusted: each cluster's part is put right for what the regression took from it, so
that the variance is unbiased where errors are alike (CV2), and Student's t has as many degrees of freedom as schools
that the estimate rests on, less one (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018, Journal of Business and
Economic Statistics 36). Where few schools carry a contrast, 95 % intervals cover it so, and with G - 1 they do not.
clustered: the usual ones of Stata and pyfixest (CV1), G - 1 degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.fit import Fit, anderson_rubin, degrees_of, reach
from gymreg_core.effects.within import Floats, Ints, Within, by_cluster, products
from gymreg_core.rules import rule

ERRORS = ("adjusted", "clustered")
_NOTHING = 1e-9
"""What is left of a regressor's spread below which it is rounding."""
_TWO = 2
"""Schools that a contrast has to rest on; with fewer it is one school against the others."""
_AT_ONCE = 64


@dataclass(frozen=True, eq=False, repr=False)
class Regression:
    """n rows of k regressors and k instruments, fixed effects taken out, in G clusters.

    regressors, instruments : (n, k), left of them. cluster : int64 (n,), 0 ... G - 1. clusters : those with rows that
    tell something. cross : (k, k), instruments' weighted products with regressors. turned : for each kind of errors
    (G, k, k), what a cluster's scores are multiplied by to give what it moves the estimates by. expected : see Fit.
    refusal : why there can be no estimate, '' where there can.
    """

    within: Within
    regressors: Floats
    instruments: Floats
    cluster: Ints
    clusters: int
    pupils: int
    cross: Floats
    turned: dict[str, Floats]
    expected: Floats
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
        left = within(raw)
        tools = left if instruments is None else within(given)
        heads = round(float((within.weights if pupils is None else pupils).sum()))
        groups, n, k = len(np.unique(number[within.kept])), int(within.kept.sum()), raw.shape[1]
        rest = n - k - within.beyond(number)
        refusal = _too_few(groups, heads) or _not_compared(raw, left, within.weights, rest)
        if instruments is not None:
            refusal = refusal or _not_compared(given, tools, within.weights, rest)
        many, weighted = int(number.max()) + 1, within.weights[:, None] * tools
        crosses, squares = (products(weighted, columns, number, many) for columns in (left, tools))
        cross, none = crosses.sum(axis=0), np.full((many, k, k), np.nan)
        if not refusal and _dependent(cross):
            refusal = "weak_instrument"
        if refusal:
            return cls(within, left, tools, number, groups, heads, cross, dict.fromkeys(ERRORS, none), none, refusal)
        inverse = np.linalg.inv(cross)
        correction = groups / (groups - 1) * (n - 1) / rest
        turned = {
            "adjusted": inverse @ _adjusted(crosses @ inverse, squares, within.apart(tools, number, many)),
            "clustered": np.broadcast_to(np.sqrt(correction) * inverse, none.shape),
        }
        expected = inverse @ squares @ inverse.T
        if degrees_of(expected, groups, k)[0] < _TWO - 1:
            refusal = "one_treated"
        return cls(within, left, tools, number, groups, heads, cross, turned, expected, refusal)

    @property
    def degrees(self) -> Floats:
        """(k,), degrees of freedom of Student's t for adjusted errors."""
        return degrees_of(self.expected, self.clusters, self.cross.shape[0])

    def fit(self, outcome: NDArray[Any], confidence: float, errors: str = "adjusted") -> Fit:
        """Of one outcome (n,)."""
        rows, k = int(self.within.kept.sum()), self.regressors.shape[1]
        expected = self.expected if errors == "adjusted" else None
        if self.refusal:
            none = np.full((len(self.expected), k), np.nan)
            return Fit(none[0], none, expected, confidence, self.clusters, rows, self.pupils, refusal=self.refusal)
        left = self.within(outcome)
        estimate = np.linalg.solve(self.cross, self.instruments.T @ (self.within.weights * left)).astype(np.float64)
        scores = self.scores(left - self.regressors @ estimate)
        moved: Floats = np.einsum("gkj,gj->gk", self.turned[errors], scores)
        return Fit(estimate, moved, expected, confidence, self.clusters, rows, self.pupils)

    def many(self, outcomes: NDArray[Any], errors: str = "adjusted") -> tuple[Floats, Floats]:
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
            scores = [by_cluster(left * column[:, None], self.cluster, len(self.expected)) for column in weighted.T]
            moved = self.turned[errors] @ np.stack(scores, axis=1)
            spread[block] = np.sqrt(np.einsum("gkq,gkq->qk", moved, moved))
        return estimates, spread

    def first(self, outcomes: NDArray[Any], errors: str = "adjusted") -> tuple[Floats, Floats]:
        """The first estimate and its standard error, each (q,), of outcomes (n, q): as `many`, whatever k is.

        What a cluster moves it by is a sum over its rows, of residuals by weights that no outcome changes.
        """
        turned = np.take(self.turned[errors][:, 0], self.cluster, axis=0)
        by_row = self.within.weights * np.einsum("nk,nk->n", turned, self.instruments)
        weighted = self.within.weights[:, None] * self.instruments
        estimates, spread = np.empty(outcomes.shape[1]), np.empty(outcomes.shape[1])
        for start in range(0, outcomes.shape[1], _AT_ONCE):
            block = slice(start, start + _AT_ONCE)
            left = self.within(outcomes[:, block])
            found = np.linalg.solve(self.cross, weighted.T @ left)
            moved = by_cluster((left - self.regressors @ found) * by_row[:, None], self.cluster, len(self.expected))
            estimates[block], spread[block] = found[0], np.sqrt((moved**2).sum(axis=0))
        return estimates, spread

    def scores(self, residual: Floats) -> Floats:
        """(G, k), weighted products of instruments and a residual (n,) by cluster."""
        weighted = self.within.weights * residual
        return by_cluster(self.instruments * weighted[:, None], self.cluster, len(self.expected))


def ols(
    outcome: NDArray[Any],
    regressors: NDArray[Any],
    within: Within,
    cluster: NDArray[Any],
    confidence: float,
    *,
    pupils: NDArray[Any] | None = None,
    errors: str = "adjusted",
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
    errors: str = "adjusted",
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
    far = float(reach(confidence, form.degrees)[0])
    ends = anderson_rubin(form.estimate[0], stage.estimate[0], moves.T @ moves, far)
    return replace(found, first_stage=float(stage.t[0] ** 2), robust=ends)


def _adjusted(taken: Floats, squares: Floats, apart: Floats) -> Floats:
    """(G, k, k), the matrices that give clusters' scores the variance that they would have before the regression.

    taken : (G, k, k), a cluster's part of the cross products by their inverse. squares : (G, k, k), the scores'
    variance were errors alike; apart : the same without what the fixed effects took (`Within.apart`).
    """
    crossed = taken @ np.swapaxes(squares, 1, 2)
    left = apart - crossed - np.swapaxes(crossed, 1, 2) + taken @ squares.sum(axis=0) @ np.swapaxes(taken, 1, 2)
    root = _power(squares, 0.5)
    return np.asarray(root @ _power(root @ left @ root, -0.5) @ root)


def _power(matrices: Floats, exponent: float) -> Floats:
    """Powers of positive semi-definite matrices (G, k, k); directions in which they are nothing stay nothing."""
    values, vectors = np.linalg.eigh((matrices + np.swapaxes(matrices, 1, 2)) / 2)
    there = values > _NOTHING * np.maximum(values[:, -1:], 1e-300)
    powers = np.where(there, np.where(there, values, 1.0) ** exponent, 0.0)
    return np.asarray((vectors * powers[:, None, :]) @ np.swapaxes(vectors, 1, 2))


def _too_few(groups: int, heads: int) -> str:
    if heads < rule("effects", "fewest_pupils"):
        return "few_pupils"
    return "few_schools" if groups < rule("effects", "fewest_schools") else ""


def _not_compared(raw: Floats, left: Floats, weights: Floats, rest: int) -> str:
    """Why regressors as given (n, k) and what the fixed effects leave of them compare nothing."""
    spread = weights @ (raw - np.average(raw, axis=0, weights=weights)) ** 2
    if (spread <= _NOTHING**2 * (weights @ raw**2)).any():
        return "no_variation"
    nothing = (weights @ left**2 <= _NOTHING**2 * spread).any()
    return "collinear" if rest < 1 or nothing or _dependent((weights[:, None] * left).T @ left) else ""


def _dependent(cross: Floats) -> bool:
    """Whether a row of (k, k) products follows from the others."""
    size = np.linalg.norm(cross, axis=1, keepdims=True)
    return bool((size == 0).any()) or bool(np.linalg.svd(cross / size, compute_uv=False)[-1] < _NOTHING)


def _columns(values: NDArray[Any]) -> Floats:
    columns = np.asarray(values, np.float64)
    return columns[:, None] if columns.ndim == 1 else columns
