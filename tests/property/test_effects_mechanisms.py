"""The intake and what was settled before: moved by a dose that moves them, and not by chance or by time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from gymreg_core.effects.mechanisms import PANEL_DESIGNS, composition, mechanisms, verdict_of
from gymreg_core.effects.panel import SETTLED, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.redraw import Truth, redraw
from gymreg_core.effects.regression import Fit, ols
from gymreg_core.effects.within import Within
from tests.effects_panels import small_panel

PLAN = AnalysisPlan(also=())
OUTCOME = "completion_3"
YEARS = range(2011, 2020)


def checks(panel: Panel, design: str) -> dict[str, str]:
    told = mechanisms(panel, PLAN, design)["checks"]
    return dict(zip(told["check"], told["verdict"], strict=True))


def test_a_dose_that_moves_the_intake_is_seen_and_one_that_does_not_is_none() -> None:
    """With 15 % more covered pupils by a thousand kronor, at 100 schools."""
    panels = [small_panel(100, YEARS, seed, pupils=60) for seed in range(6)]
    moved = [redraw(panel, Truth(composition=0.15), seed, (OUTCOME,)) for seed, panel in enumerate(panels)]
    found = [checks(panel, "dose") for panel in moved]
    assert sum(one["composition"] == "fails" for one in found) >= 5
    p_values = [verdict_of(intake(small_panel(40, YEARS, seed)), None)["p_value"] for seed in range(60)]
    assert sum(p < 0.05 for p in p_values) <= binom.ppf(0.999, 60, 0.05)
    assert min(p_values) < 0.3
    assert max(p_values) > 0.7


@pytest.mark.parametrize("design", PANEL_DESIGNS)
def test_what_was_settled_before_is_found_moved_where_it_is(design: str) -> None:
    panel = small_panel(50, YEARS, pupils=60)
    strength = 0.06 if design == "dose_groups" else 0.03  # ratios of quarters see less
    moved = [checks(redraw(panel, Truth(settled=strength), seed, (OUTCOME,)), design) for seed in range(6)]
    assert sum(one["placebo_outcome"] == "fails" for one in moved) >= 5
    still = [checks(redraw(panel, Truth(effect=0.03), seed, (OUTCOME,)), design) for seed in range(25)]
    assert sum(one["placebo_outcome"] == "fails" for one in still) <= binom.ppf(0.999, 25, 0.05)


@pytest.mark.parametrize("design", PANEL_DESIGNS)
def test_what_was_settled_is_told_by_a_thousand_kronor_of_dose(design: str) -> None:
    """As the effect of interest is, which it is held against; of a dose that is foretold less arrives."""
    whole = small_panel(50, YEARS, pupils=60)
    panel = replace(whole, dose=0.7 * whole.dose)
    share = 0.4 + 0.03 * panel.dose + panel.band / 100 + (panel.place * 7 + panel.cohort * 3) % 5 / 10_000
    girls = share * panel.settled_known["girls"]
    found = mechanisms(replace(panel, settled_total={**panel.settled_total, "girls": girls}), PLAN, design)["balance"]
    assert found.set_index("covariate")["estimate"]["girls"] == pytest.approx(0.03, rel=0.03)


def test_schools_that_are_low_by_chance_do_not_pass_for_an_intake_that_moved() -> None:
    """Small intakes, so that much of a predicted dose is chance. The plain regression falls for it."""
    seen, naive = 0, 0
    for seed in range(20):
        panel = small_panel(40, YEARS, seed, pupils=12)
        seen += verdict_of(intake(panel), None)["p_value"] < 0.05
        pupils = panel.pupils.astype(float)
        within = Within.of([panel.place, panel.cohort], pupils)
        brought = panel.predicted * panel.exposure[panel.cohort]
        naive += ols(panel.covered / pupils, brought, within, panel.school, 0.95).p_value[0] < 0.05
    assert seen <= binom.ppf(0.999, 20, 0.05)
    assert naive >= 10


def test_grades_that_rise_for_all_are_no_intake_that_moved() -> None:
    """Every pupil one band higher from 2016 on: the share below the limit falls most where it was highest."""
    panel = small_panel(40, YEARS)
    last = len(panel.bands) - 1
    higher = np.where(panel.band < last - 1, panel.band + 1, panel.band)
    risen = replace(panel, band=np.where(panel.cohorts[panel.cohort] >= 2016, higher, panel.band))
    np.testing.assert_allclose(intake(risen).estimate, intake(panel).estimate, atol=0.002)  # the highest two are one


def test_cohorts_whose_merit_values_were_made_otherwise_are_not_compared() -> None:
    """Before 2014 no language came on top (rules/merit.yml)."""
    panel = small_panel(40, YEARS)
    early = panel.cohorts[panel.cohort] < 2014
    shuffled = np.where(early, panel.band[::-1], panel.band)
    assert intake(replace(panel, band=shuffled)).estimate == pytest.approx(intake(panel).estimate)
    assert composition(small_panel(40, range(2015, 2022)), PLAN) == "no_earlier"
    assert composition(small_panel(40, range(2008, 2015)), PLAN) == "no_outcome"


def intake(panel: Panel) -> Fit:
    found = composition(panel, PLAN)
    assert not isinstance(found, str), found
    return found


def test_balance_tells_of_the_intake_and_of_all_that_was_settled() -> None:
    panel = redraw(small_panel(40, YEARS), Truth(), 1, (OUTCOME,))
    balance = mechanisms(panel, PLAN, "introduction")["balance"]
    assert balance["covariate"].tolist() == ["intake_rank", *SETTLED]
    assert np.isfinite(balance[["estimate", "std_error", "low", "high", "p_value"]]).all(axis=None)


def test_without_a_start_the_tests_are_unclear() -> None:
    told = mechanisms(small_panel(40, range(2016, 2024)), PLAN, "introduction")["checks"]
    assert set(told["verdict"]) == {"unclear"}
    assert "" not in set(told["refusal"])
    assert told[["statistic", "p_value", "power"]].isna().all(axis=None)


def test_what_no_pupil_differs_in_is_left_out() -> None:
    panel = small_panel(40, YEARS)
    girls = panel.settled_known["girls"].astype(float)
    flat = replace(panel, settled_total={**panel.settled_total, "girls": girls})
    covariates = mechanisms(flat, PLAN, "dose")["balance"]["covariate"].tolist()
    assert covariates == ["intake_rank", "older", "introductory"]  # merit is the middle of its band in these panels
