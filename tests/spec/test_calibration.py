"""Fitting a region: a made-up one is taken for published, and the fit has to come near it again."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.solve import solve
from gymreg_core.synthetic.calibration.fit import Fit, figures
from gymreg_core.synthetic.calibration.homes import fit_homes
from gymreg_core.synthetic.paths import fitted_homes
from gymreg_core.synthetic.registers import DEFAULT_SEED, make_register
from gymreg_core.synthetic.shape import value


@pytest.fixture(scope="module")
def published() -> tuple[pd.DataFrame, int]:
    """Results of a small region, another seed's, and how many applied."""
    register = make_register(value("base_year"), scale=0.05, seed=DEFAULT_SEED + 1)
    return outcome(solve(build_market(register, "final")), register), len(register.pupils)


@pytest.mark.parametrize(("way", "steps", "pace"), [("at_cutoffs", 40, 0.5), ("by_match", 60, 0.1)])
def test_steps_of_either_kind_come_nearer_from_the_start(
    published: tuple[pd.DataFrame, int], way: str, steps: int, pace: float
) -> None:
    targets, count = published
    fit = Fit(targets, list(fitted_homes()), DEFAULT_SEED, count)
    before = fit.matched()
    for _ in range(steps):
        getattr(fit, way)(pace)
    after = fit.matched()
    # Over six regions of this size the distance fell to 0.11-0.44 of itself, the persons by the match to 0.04-0.15.
    assert fit.whole(after) < 0.6 * fit.whole(before)
    off = [np.abs(fit.wanted["admitted"] - found["admitted"]).sum() for found in (before, after)]
    assert off[1] < 0.5 * off[0]


def test_a_trial_never_takes_the_whole_farther_away(published: tuple[pd.DataFrame, int]) -> None:
    targets, count = published
    fit, rng = Fit(targets, list(fitted_homes()), DEFAULT_SEED, count), np.random.default_rng(1)
    passed = [fit.whole(fit.matched())]
    for _ in range(25):
        fit.by_trial(rng)
        passed.append(fit.whole(fit.matched()))
    assert all(later <= earlier for earlier, later in itertools.pairwise(passed))
    assert passed[-1] < passed[0]


def test_homes_are_fitted_to_merit_and_eligibility() -> None:
    targets = pd.DataFrame(
        {"pupils": [6000, 3000], "merit": [260.0, 225.0], "eligible": [0.94, 0.85]}, index=["A", "B"]
    )
    steps = list(fit_homes(targets, 1))
    assert [home.name for home in steps[-1]] == ["A", "B"]
    assert steps[-1][0].level > steps[-1][1].level
    assert steps[-1][0].spread != steps[0][0].spread


def test_figures_count_who_sits_and_who_waits() -> None:
    choices = np.array([[0, 1, -1], [1, 0, -1], [0, -1, -1]], np.int32)
    column = np.array([1, 0, -1], np.int32)
    points = np.array([[20000, 20000, 0], [30000, 30000, 0], [10000, 0, 0]])
    may = choices >= 0
    found = figures(choices, column, points, may, 2)
    assert found["admitted"].tolist() == [0, 2]
    assert found["reserves"].tolist() == [2, 0]
    assert np.isnan(found["median"][0])
    assert found["median"][1] == 250
