"""Wild bootstrap and randomisation against refits of every combination, and the level that they hold."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from gymreg_core.effects.inference import randomisation, wild_bootstrap
from gymreg_core.effects.regression import Regression
from gymreg_core.effects.within import Within
from tests.effects_regressions import dummies, random_case, slow_wild, taken_out


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("k", "effects"), [(1, 1), (1, 3), (2, 2)])
def test_the_wild_bootstrap_counts_as_refits_do(seed: int, k: int, effects: int) -> None:
    case = random_case(seed, schools=10, rows=90, k=k, effects=effects)
    prepared = Regression.of(case.regressors, case.within, case.cluster)
    root = np.sqrt(case.weights)[:, None]
    every = root * np.column_stack([case.regressors, _basis(dummies(case.effects))])
    slow = slow_wild(root[:, 0] * case.outcome, every, case.cluster)
    assert wild_bootstrap(prepared, case.outcome, 0) == pytest.approx(slow, abs=1e-12)
    noise = np.random.default_rng(seed).normal(size=90)
    assert wild_bootstrap(prepared, noise, 0) == pytest.approx(slow_wild(root[:, 0] * noise, every, case.cluster))


def test_drawn_signs_come_close_to_counted_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    case = random_case(1, schools=12, rows=150, k=1)
    prepared = Regression.of(case.regressors, case.within, case.cluster)
    noise = np.random.default_rng(3).normal(size=150) + case.regressors[:, 0] / 4
    counted = wild_bootstrap(prepared, noise, 0)
    monkeypatch.setattr("gymreg_core.effects.inference.rule", lambda *_: 4000)
    drawn = [wild_bootstrap(prepared, noise, seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    # Four standard errors of a share of 4,000.
    assert drawn == pytest.approx([counted] * 3, abs=4 * np.sqrt(counted * (1 - counted) / 4000))


def test_a_refused_regression_has_no_p_value() -> None:
    case = random_case(1, schools=5, k=1)
    assert np.isnan(wild_bootstrap(Regression.of(case.regressors, case.within, case.cluster), case.outcome, 0))


def test_randomisation_counts_out_every_arrangement() -> None:
    case = random_case(5, schools=7, rows=80, effects=2)
    rng = np.random.default_rng(5)
    part, factor, fixed = rng.gamma(2, size=7), rng.uniform(size=80), rng.normal(size=80) / 5
    strata = np.array([0, 1, 0, 1, 0, 2, 1])
    out, t = taken_out(case.effects, case.weights), []
    stays = (out @ fixed)[:, None]
    out = out - stays @ np.linalg.solve(
        stays.T @ (case.weights[:, None] * stays), (case.weights[:, None] * stays).T @ out
    )
    for one in permutations((0, 2, 4)):
        for other in permutations((1, 3, 6)):
            moved = part.copy()
            moved[[0, 2, 4]], moved[[1, 3, 6]] = part[list(one)], part[list(other)]
            tool = out @ (moved[case.cluster] * factor)
            slope = tool @ (case.weights * case.outcome) / (tool @ (case.weights * tool))
            rest = case.weights * tool * (out @ case.outcome - tool * slope)
            t.append(
                abs(slope) * (tool @ (case.weights * tool)) / np.sqrt((np.bincount(case.cluster, rest) ** 2).sum())
            )
    slow = (np.array(t) >= t[0] * (1 - 1e-9)).mean()
    found = randomisation(case.outcome, case.within, case.cluster, fixed, (part, factor), strata, 0)
    assert len(t) == 36
    assert found == pytest.approx(slow)


def test_schools_that_are_alone_in_their_stratum_have_nothing_to_change() -> None:
    case = random_case(5, schools=7, rows=80, effects=2)
    moved = (np.arange(7.0), np.ones(80))
    found = randomisation(case.outcome, case.within, case.cluster, np.zeros(80), moved, np.arange(7), 0)
    assert np.isnan(found)


def test_randomisation_holds_its_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 outcomes with shocks by school and no effect: 5 % are rejected, within four binomial standard errors."""
    monkeypatch.setattr("gymreg_core.effects.inference.rule", lambda *_: 199)
    rng = np.random.default_rng(8)
    school = np.repeat(np.arange(12), 8)
    late = np.tile(np.repeat([0.0, 1.0], 4), 12)
    within = Within.of([school, late], np.ones(96))
    part, strata = rng.gamma(2, size=12), np.zeros(12, np.int64)
    outcomes = rng.normal(size=(200, 12, 2))[:, school, late.astype(int)] + rng.normal(size=(200, 96))
    p_values = [randomisation(one, within, school, np.zeros(96), (part, late), strata, 0) for one in outcomes]
    assert (np.array(p_values) <= 0.05).mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 200))


def _basis(columns: np.ndarray) -> np.ndarray:
    """Columns that span the same and of which none follows from the others."""
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, size > 1e-9 * size[0]]
