"""Regressions with fixed effects the slow way: a column for every level, a matrix for every row with every other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from gymreg_core.effects.within import Within


@dataclass(frozen=True)
class Case:
    """n rows: outcome (n,), regressors and instruments (n, k), levels of each fixed effect, weights and clusters."""

    outcome: Any
    regressors: Any
    instruments: Any
    effects: list[Any]
    weights: Any
    cluster: Any

    @property
    def within(self) -> Within:
        return Within.of(self.effects, self.weights)


def random_case(seed: int, *, schools: int = 12, k: int = 2, rows: int = 160, effects: int = 3) -> Case:
    """Schools with programmes (nested), cohorts with bands and with types (neither, and each tells the cohort)."""
    rng = np.random.default_rng(seed)
    place = rng.permutation(np.arange(rows) % (3 * schools))
    school = place // 3
    cohort, band, kind = rng.integers(0, 4, rows), rng.integers(0, 3, rows), rng.integers(0, 2, rows)
    tools = rng.gamma(2.0, size=(schools, k))[school] * cohort[:, None] ** 0.5 + rng.normal(size=(rows, k)) / 3
    hidden = rng.normal(size=(schools, 4))[school, cohort] + rng.normal(size=rows)
    regressors = 0.8 * tools + 0.3 * hidden[:, None] + rng.normal(size=(rows, k)) / 3
    outcome = regressors.sum(axis=1) / 2 + hidden + place / 7 + cohort * band / 5
    levels = [place, cohort * 3 + band, cohort * 2 + kind][:effects]
    return Case(outcome, regressors, tools, levels, rng.integers(1, 20, rows).astype(float), school)


def dummies(effects: list[Any]) -> Any:
    return np.column_stack([np.eye(int(code.max()) + 1)[code] for code in effects])


def taken_out(effects: list[Any], weights: Any) -> Any:
    """The matrix (n, n) that takes fixed effects out of a column."""
    columns = dummies(effects)
    root = np.sqrt(weights)[:, None]
    return np.eye(len(weights)) - columns @ np.linalg.pinv(root * columns) * root.T


def slow_fit(case: Case, instruments: Any = None) -> tuple[Any, Any, Any]:
    """Estimates (k,), the matrices (G, k, n) that turn outcomes into each cluster's scores, and the cross products."""
    out = taken_out(case.effects, case.weights)
    left, tools = out @ case.regressors, out @ (case.regressors if instruments is None else instruments)
    weighted = case.weights[:, None] * tools
    cross = weighted.T @ left
    residual_of = out - left @ np.linalg.solve(cross, weighted.T @ out)
    clusters = np.unique(case.cluster)
    scores = np.stack([(weighted * (case.cluster == one)[:, None]).T @ residual_of for one in clusters])
    return np.linalg.solve(cross, weighted.T @ out @ case.outcome), scores, cross


def slow_wild(outcome: Any, columns: Any, cluster: Any) -> float:
    """p-value of the first column by refitting ordinary least squares to every combination of signs."""
    clusters = np.unique(cluster)

    def t_of(values: Any) -> float:
        inverse = np.linalg.inv(columns.T @ columns)
        estimate = inverse @ columns.T @ values
        residual = values - columns @ estimate
        scores = np.stack([columns[cluster == one].T @ residual[cluster == one] for one in clusters])
        return abs(estimate[0]) / np.sqrt((inverse @ scores.T @ scores @ inverse)[0, 0])

    rest = columns[:, 1:]
    restricted = rest @ np.linalg.lstsq(rest, outcome, rcond=None)[0]
    observed, as_large, many = t_of(outcome), 0, 0
    for signs in product((1, -1), repeat=len(clusters)):
        of_row = np.array(signs)[np.searchsorted(clusters, cluster)]
        as_large += t_of(restricted + of_row * (outcome - restricted)) >= observed * (1 - 1e-9)
        many += 1
    return as_large / many
