"""Logistic regressions on counted cells with schools as clusters, and what they say in shares."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Int32 = NDArray[np.int32]
_TOLERANCE, _STEPS = 1e-12, 50
_CERTAIN = 1e-9
"""What a probability is told by or short of 1 where the likelihood rises for ever."""


class NoFit(ValueError):
    """There is no model; `reason` is a key of model_texts.yml: few_schools, no_event, collinear or separated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, eq=False)
class Term:
    """One characteristic of the rows, m of them: its levels, and which of them each row is on.

    codes : int32 (m,), places in levels. reference : the place of the level that the others are compared with.
    """

    name: str
    codes: Int32
    levels: tuple[str, ...]
    reference: int

    @property
    def others(self) -> tuple[int, ...]:
        """The levels but the reference, in their order."""
        return tuple(place for place in range(len(self.levels)) if place != self.reference)


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows counted by what they have in common, c cells.

    terms : the characteristics, each with codes (c,). cluster : int32 (c,). rows, events : int64 (c,), how many rows,
    and how many of them with the event.
    """

    terms: tuple[Term, ...]
    cluster: Int32
    rows: Ints
    events: Ints

    def design(self) -> Floats:
        """A column of ones, then one per level but the reference of each term, in their order: float64 (c, p)."""
        columns = [np.ones(len(self.rows))]
        columns += [term.codes == place for term in self.terms for place in term.others]
        return np.column_stack(columns).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients float64 (p,), their covariance (p, p), schools as clusters, and how many standard errors reach
    from an estimate to the end of its 95 % interval.
    """

    coefficients: Floats
    covariance: Floats
    reach: float


@dataclass(frozen=True, eq=False)
class Effects:
    """Of each level but the references, in the order of the design, l of them: what it changes.

    term : int64 (l,), place among the terms. level : int64 (l,), place in its levels. effect, std_error : float64
    (l,), in the probability. log_odds, log_odds_error : float64 (l,).
    """

    term: Ints
    level: Ints
    effect: Floats
    std_error: Floats
    log_odds: Floats
    log_odds_error: Floats


def count_cells(terms: Sequence[Term], cluster: Int32, event: NDArray[np.bool_]) -> Cells:
    """Rows (m,) counted by their levels and cluster."""
    cell = np.unique(cluster, return_inverse=True)[1].astype(np.int64)
    for term in terms:
        cell = cell * len(term.levels) + term.codes
    _, first, cell, rows = np.unique(cell, return_index=True, return_inverse=True, return_counts=True)
    events = np.bincount(cell[event], minlength=len(first)).astype(np.int64)
    counted = tuple(Term(t.name, t.codes[first], t.levels, t.reference) for t in terms)
    return Cells(counted, cluster[first], rows.astype(np.int64), events)


def fit(design: Floats, rows: Ints, events: Ints, cluster: Int32) -> Fit:
    """A logistic regression of cells (c,) on a design (c, p), with the sandwich covariance over clusters.

    The covariance and its correction for few clusters are those of single rows, whatever they are counted by; the
    intervals are of Student's t with one degree of freedom less than there are clusters (Cameron and Miller 2015,
    A practitioner's guide to cluster-robust inference, II and VI).
    Errors: NoFit with one cluster, or where a coefficient is not finite (Albert and Anderson 1984, Biometrika 71).
    """
    import statsmodels.api as sm

    everyone, p = int(rows.sum()), design.shape[1]
    if not 0 < events.sum() < everyone:
        raise NoFit("no_event")
    if len(np.unique(cluster)) < 2:  # noqa: PLR2004 clusters are compared with one another
        raise NoFit("few_schools")
    if len(rows) < p or np.linalg.matrix_rank(design) < p:
        raise NoFit("collinear")
    model = sm.GLM(np.column_stack([events, rows - events]), design, family=sm.families.Binomial())
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clustered = {"groups": cluster.astype(np.int64)}
        result = model.fit(tol=_TOLERANCE, maxiter=_STEPS, cov_type="cluster", cov_kwds=clustered, use_t=True)
        told = np.asarray(result.fittedvalues)
        spread = np.asarray(result.bse)
        reach = (np.asarray(result.conf_int())[0, 1] - result.params[0]) / spread[0]
    certain = not result.converged or (np.minimum(told, 1 - told) < _CERTAIN).any()
    if certain or not np.isfinite(spread).all():
        raise NoFit("separated")
    of_cells = (len(rows) - 1) / max(1, len(rows) - p)
    of_rows = (everyone - 1) / (everyone - p)
    return Fit(np.asarray(result.params), np.asarray(result.cov_params()) * of_rows / of_cells, float(reach))


def probability(design: Floats, coefficients: Floats) -> Floats:
    """What a fit tells of each row of a design (c, p): float64 (c,)."""
    told: Floats = 1 / (1 + np.exp(-(design @ coefficients)))
    return told


def average_effects(cells: Cells, fitted: Fit) -> Effects:
    """Average marginal effects: everyone put on a level, less everyone put on the reference of its term.

    The other characteristics stay as they are, and every row counts the same. Standard errors by the delta method from
    the clustered covariance; the rows themselves are taken as given (Wooldridge 2010, Econometric Analysis of Cross
    Section and Panel Data, 15.6).
    """
    design, weight = cells.design(), cells.rows / cells.rows.sum()
    which, level, effect, spread = [], [], [], []
    at = 1
    for place, term in enumerate(cells.terms):
        own = slice(at, at + len(term.others))
        put = design.copy()
        put[:, own] = 0
        base, base_slope = _mean(put, weight, fitted.coefficients)
        for column, other in enumerate(term.others, at):
            put[:, column] = 1
            told, slope = _mean(put, weight, fitted.coefficients)
            put[:, column] = 0
            gradient = slope - base_slope
            which.append(place)
            level.append(other)
            effect.append(told - base)
            spread.append(np.sqrt(gradient @ fitted.covariance @ gradient))
        at = own.stop
    return Effects(
        term=np.array(which, np.int64),
        level=np.array(level, np.int64),
        effect=np.array(effect, np.float64),
        std_error=np.array(spread, np.float64),
        log_odds=fitted.coefficients[1:],
        log_odds_error=np.sqrt(np.diag(fitted.covariance))[1:],
    )


def _mean(design: Floats, weight: Floats, coefficients: Floats) -> tuple[float, Floats]:
    """The mean probability of a design, and its slopes in the coefficients (p,)."""
    told = probability(design, coefficients)
    return float(weight @ told), (weight * told * (1 - told)) @ design
