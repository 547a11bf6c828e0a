"""Made-up histories come near published figures: docs/simulations/made-up-histories.md, in a small region."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from gymreg_core.rules import rule
from gymreg_core.synthetic.histories import make_enrolments
from gymreg_core.synthetic.outcomes import eligible_chance, levels, planted_odds, simulate_outcomes
from tests.histories_figures import TARGETS, figures

INTAKES, AS_OF, SCALE = (2021, 2022), date(2026, 1, 31), 0.15
OF_FEW = {
    # Some hundred pupils of this small region are in these figures: three standard errors.
    "diploma within 3 years, vocational, country": 0.05,
    "diploma of switchers": 0.06,
    "diploma of those who switched programme and school": 0.08,
    "leavers who left before year 3": 0.06,
    "introductory to national after 1 year": 0.05,
    "introductory to national after 3 years": 0.06,
    "diploma within 4 years, introductory": 0.05,
}
OF_MANY = 0.01
"""Two standard errors of a share among some 8,000 pupils."""


@pytest.fixture(scope="module")
def found() -> pd.Series:
    return figures(make_enrolments(INTAKES, AS_OF, scale=SCALE), INTAKES)


@pytest.mark.parametrize("name", TARGETS)
def test_figure(found: pd.Series, name: str) -> None:
    more = OF_FEW.get(name, OF_MANY)
    assert TARGETS[name].low - more <= found[name] <= TARGETS[name].high + more


def test_planted_odds_lie_near_the_rules_and_are_found_again() -> None:
    merit = np.random.default_rng(1).normal(272, 58, 200_000).clip(60, 340).round(1)
    merit[:4000] = np.nan
    planted = planted_odds(merit)
    wanted = rule("supplement", "odds_ratios")
    assert planted.keys() == wanted.keys()
    for level, ratio in planted.items():
        assert ratio == pytest.approx(wanted[level], rel=0.15)  # bands hold other merit values than their middle
    eligible = simulate_outcomes(merit, np.full(len(merit), "EK"), 3)[1]
    share = pd.Series(eligible).groupby(levels(merit)).mean()
    odds = share / (1 - share)
    for level, ratio in planted.items():
        assert odds[level] / odds[0] == pytest.approx(ratio, rel=0.15)  # 2,000 pupils: a standard error of 5 per cent


def test_the_chance_rises_without_a_jump() -> None:
    merit = np.arange(0, 341, 0.5)
    steps = np.diff(eligible_chance(merit))
    assert (steps >= 0).all()
    assert steps.max() < 0.005  # no jump at a band's edge, where a study of the supplement would look for its effect


def test_a_preparatory_diploma_gives_eligibility() -> None:
    merit = np.full(5000, 230.0)
    completed, eligible = simulate_outcomes(merit, np.full(5000, "EK"), 1)
    assert (completed == eligible).all()
    completed, eligible = simulate_outcomes(merit, np.full(5000, "BA"), 1)
    assert (completed >= eligible).all()
    assert completed.sum() > eligible.sum()
