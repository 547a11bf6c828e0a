"""The introduction of the supplement on panels whose truth is known without noise, and what cannot be answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gymreg_core.effects.bounds import relative_magnitudes
from gymreg_core.effects.choices import cells, planned_choice
from gymreg_core.effects.event_study import EventStudy, event_study
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.introduction import CHECKS, introduction
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import mean_dose
from gymreg_core.effects.pre_trends import pre_trend
from gymreg_core.effects.redraw import Truth, redraw
from tests.effects_panels import small_panel

PLAN = AnalysisPlan()
EXACT = 1e-9
"""What rounding leaves where outcomes have no noise."""
LONG = tuple(range(2008, 2022))
"""Four cohorts before the last one from before: more than there are in Sweden, where nothing before 2011 compares."""


def told(panel: Panel, effect: float | Callable[[Any], Any] = 0.0, trend: Callable[[Any], Any] | None = None) -> Panel:
    """The panel with outcomes as they would be without chance: band and cohort, place, effect of the dose and trend.

    effect : of a thousand kronor, or a function of the cohort's year. trend : by a thousand kronor of predicted dose.
    """
    years = panel.cohorts[panel.cohort].astype(float)
    share = 0.3 + panel.band / 40 + (panel.cohort % 3) / 50 + (panel.place % 7) / 100
    share = share + panel.dose * (effect(years) if callable(effect) else effect)
    if trend:
        share = share + trend(years) * np.nan_to_num(panel.predicted)
    return replace(panel, total=panel.total | {"completion_3": share * panel.known["completion_3"]})


def event_of(panel: Panel) -> EventStudy:
    found = event_study(panel, cells(panel, "completion_3", planned_choice("introduction", PLAN)), 0.95)
    assert isinstance(found, EventStudy)
    return found


def test_without_noise_the_effect_is_what_was_planted_whatever_the_exposure() -> None:
    found = introduction(told(small_panel(20), 0.04), PLAN, "completion_3")
    estimates = found["estimates"].set_index("measure")
    assert list(estimates.index) == ["dose", "first_stage", "reduced_form"]
    assert estimates["estimate"]["dose"] == pytest.approx(0.04, abs=EXACT)
    ratio = estimates["estimate"]["reduced_form"] / estimates["estimate"]["first_stage"]
    assert ratio == pytest.approx(0.04, abs=EXACT)
    assert estimates["p_wild"]["dose"] == estimates["p_wild"]["reduced_form"] < 0.01
    assert found["checks"]["check"].tolist() == list(CHECKS)


def test_cohorts_are_told_against_the_last_one_before() -> None:
    panel = told(small_panel(20), trend=lambda years: 0.01 * (years - 2012))
    event = introduction(panel, PLAN, "completion_3", resample=False)["event"]
    assert event["cohort"].tolist() == list(range(2011, 2023))
    assert event["cohort"][event["reference"]].tolist() == [2012]
    assert event["estimate"].to_numpy() == pytest.approx(0.01 * (event["cohort"] - 2012).to_numpy(), abs=EXACT)
    assert event["exposure"].to_numpy()[:6] == pytest.approx([0, 1 / 6, 1 / 2, 5 / 6, 1, 1])
    known = small_panel(20).known["completion_3"].sum()
    assert event["pupils"].sum() == known == introduction(panel, PLAN, "completion_3", resample=False)["estimates"][
        "pupils"][0]  # fmt: skip


def test_the_mean_effect_has_the_errors_of_what_the_dose_leaves_of_the_outcome() -> None:
    panel = redraw(small_panel(20), Truth(effect=0.06), 1, ["completion_3"])
    event = event_of(panel)
    mean = event.with_trends(event.steps())
    known = np.maximum(panel.known["completion_3"], 1)
    left = panel.total["completion_3"] / known - mean.estimate[0] * panel.dose
    rest = event_of(replace(panel, total=panel.total | {"completion_3": left * known})).effect
    assert mean.std_error[0] == pytest.approx(rest.combined(event.after / event.brought).std_error[0], rel=1e-6)
    raw = event.effect.combined(event.after / event.brought)
    assert raw.estimate[0] == pytest.approx(mean.estimate[0])
    assert raw.std_error[0] != pytest.approx(mean.std_error[0], rel=1e-3)


def test_schools_doses_are_dealt_anew_with_what_programmes_differ_by_in_place() -> None:
    panel = small_panel(20)
    pupils = np.bincount(panel.school, panel.pupils)
    of_school = np.bincount(panel.school, panel.pupils * panel.predicted) / pupils
    for within_school in (0.0, 0.5):
        predicted = of_school[panel.school] + within_school * (panel.programme % 2)
        given = replace(panel, predicted=predicted, dose=predicted * panel.exposure[panel.cohort])
        row = introduction(told(given, 0.04), PLAN, "completion_3")["estimates"].iloc[0]
        assert row.p_random < 0.01


@pytest.mark.parametrize("effect", [0.05, lambda years: 0.01 + 0.006 * np.maximum(years - 2012, 0)])
def test_an_effect_is_no_trend_though_the_reference_had_half_a_year_of_it(effect: Any) -> None:
    event = event_of(told(small_panel(20, LONG), effect))
    leads = event.with_trends(np.eye(len(event.cohort))[:, event.before]).some(slice(1, None))
    raw = event.effect.estimate[event.before]
    assert np.abs(raw).min() > 1e-3
    # What dose a foretold one brought differs a little from year to year, so that a line is not all of a growing one;
    # a twentieth of the standard error that such a lead has with chance in it.
    assert np.abs(leads.estimate).max() < (4e-4 if callable(effect) else EXACT)


@pytest.mark.parametrize("slope", [-0.004, 0.002])
def test_a_trend_in_a_straight_line_lies_at_the_edge_of_as_large_a_violation(slope: float) -> None:
    """Without noise: the effect is 0.03, the trend adds to the mean what it goes in a year times the years to it."""
    event = event_of(told(small_panel(20, LONG), 0.03, lambda years: slope * (years - 2012)))
    fit = event.with_trends(event.steps())
    added = slope * event.far / event.brought
    line = [slope / event.brought] * 4
    assert fit.estimate == pytest.approx([0.03 + added, *line], rel=1e-2)
    bounds = relative_magnitudes(replace(fit, moves=0 * fit.moves), event.far, [0, 1, 2])
    for violation, low, high in bounds:
        middle, away = 0.03 + added, violation * abs(added)
        assert (low, high) == pytest.approx((middle - away, middle + away), rel=2e-2)


def test_the_power_of_the_pre_trend_test_is_how_often_it_sees_the_trend() -> None:
    """The noncentral F against 60 outcomes drawn with that trend, within four binomial standard errors."""
    panel = small_panel(24, LONG)
    slope = 0.012
    event = event_of(panel)
    wanted = slope * event.far / event.brought * mean_dose(panel) * 100
    plan = AnalysisPlan(smallest_of_interest=wanted)
    tests = []
    for seed in range(60):
        drawn = redraw(panel, Truth(trend=slope), seed, ["completion_3"])
        tests.append(pre_trend(panel, plan, event_of(drawn)))
    share = np.mean([test["verdict"] == "fails" for test in tests])
    power = np.mean([test["power"] for test in tests])
    assert 0.3 < power < 0.9
    assert share == pytest.approx(power, abs=4 * np.sqrt(power * (1 - power) / 60))


def test_a_placebo_year_takes_three_cohorts_from_before() -> None:
    short = introduction(small_panel(20), PLAN, "completion_3", resample=False)["checks"].set_index("check")
    assert short.loc["placebo_year", ["verdict", "refusal"]].tolist() == ["unclear", "no_earlier"]
    panel = told(small_panel(20, LONG), trend=lambda years: 0.01 * (years >= 2010))
    long = introduction(panel, PLAN, "completion_3", resample=False)["checks"].set_index("check")
    # Of 2008 to 2012 those from 2010 on: nothing else differs, so that the test sees it without noise.
    assert long.loc["placebo_year", "verdict"] == "fails"
    assert long.loc["placebo_year", "statistic"] > 1e6


def _without_dose(panel: Panel, some: Any) -> Panel:
    return replace(panel, predicted=np.where(some, panel.predicted, 0.0))


def _cases() -> dict[str, Panel]:
    panel = small_panel(16)
    late = tuple(range(2015, 2026))
    nothing = {name: np.zeros_like(known) for name, known in panel.known.items()}
    some = np.arange(len(panel)) % (len(panel) // 40) == 0
    few = {name: np.minimum(known, some) for name, known in panel.known.items()}
    return {
        "few_schools": small_panel(9),
        "few_pupils": replace(panel, known=few),
        "no_variation": replace(panel, predicted=np.ones(len(panel))),
        "one_treated": _without_dose(panel, panel.school == 3),
        "no_earlier": replace(small_panel(16, late), predicted=small_panel(16, late).dose),
        "no_outcome": replace(panel, known=nothing),
    }


@pytest.mark.parametrize("refusal", list(_cases()))
def test_what_cannot_be_answered_is_refused_in_every_row(refusal: str) -> None:
    found = introduction(_cases()[refusal], PLAN, "completion_3")
    assert not len(found["event"])
    for table in ("estimates", "bounds", "checks"):
        assert set(found[table]["refusal"]) == {refusal}
        numbers = found[table].select_dtypes("float64").drop(columns="violation", errors="ignore")
        assert numbers.isna().all(axis=None)
    assert set(found["checks"]["verdict"]) == {"unclear"}


def test_a_dose_that_nothing_foretold_is_refused_and_what_the_foretold_did_is_told() -> None:
    panel = small_panel(16)
    noise = np.random.default_rng(1).gamma(2, size=len(panel.schools) * 99 * 20)[panel.place * 20 + panel.cohort]
    found = introduction(replace(panel, dose=noise), PLAN, "completion_3", resample=False)
    estimates = found["estimates"].set_index("measure")
    assert estimates["refusal"].tolist() == ["weak_instrument", "", ""]
    assert np.isnan(estimates["estimate"]["dose"])
    assert not np.isnan(estimates["estimate"]["reduced_form"])
    assert set(found["bounds"]["refusal"]) == {"weak_instrument"}
    assert found["checks"].set_index("check")["verdict"]["first_stage"] == "fails"


def test_a_part_of_the_cells_is_as_a_panel_of_them() -> None:
    panel = small_panel(20)
    inside = panel.vocational[panel.programme]
    plan = AnalysisPlan(programmes="vocational")
    part = introduction(panel, PLAN, "completion_3", inside=inside, resample=False)["estimates"]
    whole = introduction(panel, plan, "completion_3", resample=False)["estimates"]
    assert part["estimate"].tolist() == whole["estimate"].tolist()


def _fit(estimate: Any, root: Any = None) -> Fit:
    moves = np.zeros((1, len(estimate))) if root is None else root.T
    return Fit(np.array(estimate), moves, None, 0.95, 10_000, 0, 0)


@pytest.mark.parametrize(
    ("steps", "violation", "low", "high"),
    [
        # effect 0.05, three years after: +- violation * 3 * the largest step
        ([0.01], 0.0, 0.05, 0.05),
        ([0.01], 1.0, 0.02, 0.08),
        ([-0.01], 1.0, 0.02, 0.08),
        ([0.004, -0.02, 0.01], 0.5, 0.02, 0.08),
        ([0.0, 0.0], 2.0, 0.05, 0.05),
    ],
)
def test_bounds_without_noise_are_the_identified_set(
    steps: list[float], violation: float, low: float, high: float
) -> None:
    assert list(relative_magnitudes(_fit([0.05, *steps]), 3.0, [violation])) == [
        (violation, pytest.approx(low), pytest.approx(high))
    ]


def test_bounds_are_what_a_test_of_every_effect_lets_stand() -> None:
    root = np.array([[0.01, 0, 0], [0.004, 0.006, 0], [-0.002, 0.001, 0.005]])
    fit = _fit([0.05, 0.004, -0.006], root)
    [(_, low, high)] = relative_magnitudes(fit, 3.0, [0.5])
    grid, covariance = np.linspace(-0.1, 0.2, 3001), root @ root.T
    stands = np.zeros(len(grid), bool)
    for at in (1, 2):
        for sign in (1, -1):
            upper, lower = (np.eye(3)[0] + side * sign * 1.5 * np.eye(3)[at] for side in (1, -1))
            ends = [(w @ fit.estimate, 1.96 * np.sqrt(w @ covariance @ w)) for w in (lower, upper)]
            stands |= (ends[0][0] - ends[0][1] <= grid) & (grid <= ends[1][0] + ends[1][1])
    assert (grid[stands].min(), grid[stands].max()) == pytest.approx((low, high), abs=2e-4)


@pytest.mark.parametrize("violation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("steps", [(0.0, 0.0), (0.01, 0.0), (-0.01, 0.01)])
def test_bounds_hold_the_effect_at_the_worst_trend(violation: float, steps: tuple[float, float]) -> None:
    """1,000 estimates around a trend that parts as far as it may: covered 95 % of the time at least, less four standard
    errors of such a share."""
    rng = np.random.default_rng(4)
    root = np.array([[0.01, 0, 0], [0.004, 0.006, 0], [-0.002, 0.001, 0.005]])
    worst = violation * 3 * max(map(abs, steps))
    held = 0
    for noise in rng.normal(size=(1000, 3)):
        fit = _fit(np.array([0.02 + worst, *steps]) + root @ noise, root)
        [(_, low, high)] = relative_magnitudes(fit, 3.0, [violation])
        held += low <= 0.02 <= high
    assert held / 1000 >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / 1000)


def test_a_planted_effect_is_found_without_bias_and_covered() -> None:
    """60 panels drawn anew with an effect: bias within four standard errors of their mean, coverage and the level of
    the pre-trend test within four binomial ones."""
    panel, effect = small_panel(24), 0.03
    drawn = (redraw(panel, Truth(effect=effect), seed, ["completion_3"]) for seed in range(60))
    found = [introduction(one, PLAN, "completion_3", resample=False) for one in drawn]
    first = [one["estimates"].iloc[0] for one in found]
    estimates = np.array([row.estimate for row in first])
    assert estimates.mean() == pytest.approx(effect, abs=4 * estimates.std() / np.sqrt(60))
    assert np.mean([row.std_error for row in first]) == pytest.approx(estimates.std(), rel=4 / np.sqrt(2 * 60))
    covered = np.mean([row.low <= effect <= row.high for row in first])
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.05 * 0.95 / 60))
    fails = np.mean([one["checks"].set_index("check")["verdict"]["pre_trend"] == "fails" for one in found])
    assert fails <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / 60)
