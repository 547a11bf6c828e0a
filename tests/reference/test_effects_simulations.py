"""Small versions of `make simulate`: planted effects are found, tests keep their size, and broken designs are told."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from gymreg_core.effects.panel import Panel
from gymreg_core.effects.redraw import Truth
from gymreg_core.effects.redraw_margins import MarginTruth
from tests import effects_simulated as made
from tests.effects_panels import small_panel
from tests.effects_shocks import Shocked

RUNS, TESTS, BREAKS = 80, 30, 8
FAR = 4.0
"""Standard errors of a share or mean over so many simulations that are put down to chance."""


@cache
def panel() -> Panel:
    return small_panel(40, range(2011, 2023), pupils=50)


@pytest.mark.parametrize("planted", ["none", "large, constant", "large, growing", "large, by group"])
def test_planted_effects_are_found(planted: str) -> None:
    truth = made.plants(panel())[planted]
    for runs in made.panel_runs(panel(), truth, range(RUNS)).values():
        assert abs(runs.bias) < FAR / RUNS**0.5
        assert runs.covered > 0.95 - FAR * (0.95 * 0.05 / RUNS) ** 0.5
        # The spread of estimates is known to within 1/sqrt(2 RUNS).
        assert abs(runs.ratio - 1) < FAR / (2 * RUNS) ** 0.5


def test_a_design_that_sees_no_noise_aims_at_the_constant_effect() -> None:
    for runs in made.panel_runs(panel(), Truth(effect=0.01), range(1)).values():
        assert runs.aims_at == pytest.approx(0.01)


def test_tests_reject_what_holds_no_more_often_than_they_should() -> None:
    told = made.panel_tests(panel(), Truth(), range(TESTS))
    for name in told[0]:
        share = np.mean([one[name] < 0.05 for one in told])
        assert share < 0.05 + FAR * (0.05 * 0.95 / TESTS) ** 0.5, name
        # And p-values are no constant: a test that never looks has none below a half.
        assert 0.2 < np.mean([one[name] < 0.5 for one in told]) < 0.8, name


BROKEN = {
    made.Broken("diverging trends", "introduction", "pre_trend", later=3): Truth(trend=0.012),
    made.Broken("leaking dose", "dose", "lead_dose"): Truth(lead=0.04),
    made.Broken("the dose moves what was settled", "introduction", "placebo_outcome"): Truth(settled=0.03),
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.name}, {broken.design}")
def test_broken_panels_are_told_and_withdraw_the_claim(broken: made.Broken) -> None:
    judged = np.array([made.broken_panel(panel(), broken, BROKEN[broken], seed) for seed in range(BREAKS)])
    # In make simulate they are told in more than nine of ten.
    assert (judged.sum(axis=0)[:2] >= 0.6 * BREAKS).all()


BESIDE = {
    "sorting at the cut-off": lambda seed: made.one_cutoff(MarginTruth(), 0.4, seed),
    "offers besides the lots": lambda seed: made.one_offers({}, 0.25, seed),
    "amounts that follow the pupils": lambda seed: made.one_instrument(Shocked(chosen=0.5), seed),
}


@pytest.mark.parametrize("name", BESIDE)
def test_broken_offers_and_shocks_are_told_and_withdraw_the_claim(name: str) -> None:
    judged = np.array([BESIDE[name](seed)[2] for seed in range(BREAKS)])
    assert (judged.sum(axis=0)[:2] >= 0.6 * BREAKS).all()
