"""The intake and what was settled before: moved by a dose that moves them, and not by chance or by time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from gymreg_core.effects.mechanisms import PANEL_DESIGNS, composition, mechanisms
from gymreg_core.effects.panel import SETTLED, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.redraw import Truth, redraw
from gymreg_core.effects.regression import ols
from gymreg_core.effects.within import Within
from tests.effects_panels import small_panel

PLAN = AnalysisPlan(also=())
OUTCOME = "completion_3"
YEARS = range(2011, 2020)


def checks(panel: Panel, design: str) -> dict[str, str]:
    told = mechanisms(panel, PLAN, design)["checks"]
    return dict(zip(told["check"], told["verdict"], strict=True))


@pytest.mark.parametrize("design", PANEL_DESIGNS)
def test_a_dose_that_moves_the_intake_is_seen(design: str) -> None:
    panel, draws = small_panel(50, YEARS), 8
    found = [checks(redraw(panel, Truth(composition=0.05), seed, (OUTCOME,)), design) for seed in range(draws)]
    assert sum(one["composition"] == "fails" for one in found) >= 0.8 * draws
    if design != "dose_groups":  # ratios of quarters see less
        assert sum(one["placebo_outcome"] == "fails" for one in found) >= 0.8 * draws


@pytest.mark.parametrize("design", PANEL_DESIGNS)
def test_what_was_settled_before_is_not_found_moved_more_often_than_by_chance(design: str) -> None:
    panel, draws = small_panel(50, YEARS), 25
    fails = [
        checks(redraw(panel, Truth(effect=0.03), seed, (OUTCOME,)), design)["placebo_outcome"] for seed in range(draws)
    ]
    assert fails.count("fails") <= binom.ppf(0.999, draws, 0.05)


def test_schools_that_are_low_by_chance_do_not_pass_for_an_intake_that_moved() -> None:
    """Small intakes, so that much of a predicted dose is chance. The plain regression falls for it."""
    seen, naive = 0, 0
    for seed in range(30):
        panel = small_panel(40, YEARS, seed, pupils=12)
        verdict = mechanisms(panel, PLAN, "dose")["checks"].set_index("check").loc["composition"]
        seen += verdict["p_value"] < 0.05
        pupils = panel.pupils.astype(float)
        within = Within.of([panel.place, panel.cohort], pupils)
        brought = panel.predicted * panel.exposure[panel.cohort]
        naive += ols(panel.covered / pupils, brought, within, panel.school, 0.95).p_value[0] < 0.05
    assert seen <= binom.ppf(0.999, 30, 0.05)
    assert naive >= 15


def test_balance_tells_of_the_intake_and_of_all_that_was_settled() -> None:
    panel = redraw(small_panel(40, YEARS), Truth(), 1, (OUTCOME,))
    balance = mechanisms(panel, PLAN, "introduction")["balance"]
    assert balance["covariate"].tolist() == ["covered", "intake_merit", *SETTLED]
    assert np.isfinite(balance[["estimate", "std_error", "low", "high", "p_value"]]).all(axis=None)


def test_without_an_untouched_intake_the_tests_are_unclear() -> None:
    late = small_panel(40, range(2016, 2024))
    told = mechanisms(late, PLAN, "introduction")["checks"]
    assert set(told["verdict"]) == {"unclear"}
    assert "" not in set(told["refusal"])
    assert told[["statistic", "p_value", "power"]].isna().all(axis=None)
    assert isinstance(composition(replace(late, exposure=np.ones(len(late.cohorts))), PLAN), str)


def test_what_no_pupil_differs_in_is_left_out() -> None:
    panel = small_panel(40, YEARS)
    same = {name: panel.settled_known[name].astype(float) for name in ("older", "introductory")}
    flat = replace(panel, settled_total={**panel.settled_total, **same})
    covariates = mechanisms(flat, PLAN, "dose")["balance"]["covariate"].tolist()
    assert covariates == ["covered", "intake_merit", "girls"]  # merit is the middle of its band in these panels
