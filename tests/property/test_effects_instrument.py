"""The formula dose as an instrument: by unit and by shock the same, right where shocks are many, else no number.

Bounds are binomial at 99.9 % on both sides for as many draws as are made; docs/simulations/effects.md has more of them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from gymreg_core.effects.fit import Fit
from gymreg_core.effects.instrument import instrument
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.regression import two_stage
from gymreg_core.effects.shift_share import Shocks
from gymreg_core.effects.within import Within
from tests.effects_panels import small_panel
from tests.effects_shocks import BANDS, Shocked, shock_panel

PLAN = AnalysisPlan()
OUTCOME = "completion_3"
DRAWS = 40
SMALL = Shocked(levels=30, schools=60, cohorts=6, effect=0.02)


@cache
def found(made: Shocked, seed: int) -> tuple[pd.Series, pd.DataFrame]:  # type: ignore[type-arg]
    told = instrument(shock_panel(seed, made), PLAN, OUTCOME)
    return told["estimates"].set_index("measure").loc["dose"], told["checks"].set_index("check")


def by_units(panel: Panel) -> Fit:
    """The same regression, shares and their sums by cohort as controls, with schools as clusters."""
    known, many = panel.known[OUTCOME], len(panel.cohorts)
    within = Within.of([panel.place, panel.cohort * BANDS + panel.band], known)
    sums = panel.shares.sum(axis=1)[:, None] * (panel.cohort[:, None] == np.arange(1, many))
    beside, value = np.column_stack([panel.shares, sums]), panel.total[OUTCOME] / known
    return two_stage(value, panel.dose, panel.formula, within, panel.school, PLAN.confidence, controls=beside)


def test_the_estimate_by_shocks_is_that_by_units() -> None:
    """Proposition 1 of Borusyak, Hull and Jaravel: the same number, whatever is aggregated."""
    panel = shock_panel(3, SMALL)
    told = instrument(panel, PLAN, OUTCOME)["estimates"].set_index("measure")
    assert told.loc["dose", "estimate"] == pytest.approx(by_units(panel).estimate[0], rel=1e-8)  # two ways to solve


def test_a_level_is_one_shock_over_all_years() -> None:
    """Its amounts hang together, and so does what befalls it: a level's years are one cluster."""
    panel = shock_panel(3, SMALL)
    known = panel.known[OUTCOME]
    within = Within.of([panel.place, panel.cohort * BANDS + panel.band], known)
    shocks = Shocks.of(panel.shares, panel.amounts, panel.cohort, within)
    fit = shocks.fit(panel.total[OUTCOME] / known, panel.dose, int(known.sum()), PLAN.confidence)
    assert fit.clusters == SMALL.levels
    assert len(shocks.level) == SMALL.levels * SMALL.cohorts
    assert 1 < shocks.effective < SMALL.levels


def test_intervals_hold_the_effect_as_often_as_they_say_and_the_middle_is_right() -> None:
    rows = [found(SMALL, seed)[0] for seed in range(DRAWS)]
    assert {row["refusal"] for row in rows} == {""}
    inside = sum(row["low"] <= SMALL.effect <= row["high"] for row in rows)
    low, high = binom.interval(0.999, DRAWS, 0.95)
    assert low <= inside <= high
    estimates = np.array([row["estimate"] for row in rows])
    # The mean of so many draws lies within 3.3 of its own standard errors.
    assert abs(estimates.mean() - SMALL.effect) < 3.3 * estimates.std() / np.sqrt(DRAWS)
    # A standard deviation of so many draws is known to within a ninth; nearly three times that.
    assert np.mean([row["std_error"] for row in rows]) == pytest.approx(estimates.std(), rel=0.3)


def test_schools_as_clusters_would_be_far_too_sure() -> None:
    """What befalls a level strikes all schools that have it: the reason for errors by shocks."""
    many_schools = Shocked(levels=25, schools=150, cohorts=4, effect=0.02, shared=0.4)
    fits = [by_units(shock_panel(seed, many_schools)) for seed in range(25)]
    inside = sum(bool(fit.low[0] <= many_schools.effect <= fit.high[0]) for fit in fits)
    assert inside < binom.ppf(0.001, len(fits), PLAN.confidence)


def test_amounts_that_follow_what_pupils_feel_are_seen_in_what_was_settled_before() -> None:
    chosen = replace(SMALL, chosen=0.7)
    fails = sum(found(chosen, seed)[1].loc["shock_balance", "verdict"] == "fails" for seed in range(20))
    assert fails >= 16


def test_the_balance_test_has_its_size() -> None:
    fails = sum(found(SMALL, seed)[1].loc["shock_balance", "p_value"] < 0.05 for seed in range(DRAWS))
    low, high = binom.interval(0.999, DRAWS, 0.05)
    assert low <= fails <= high


def refused(panel: Panel) -> tuple[set[str], pd.DataFrame]:
    told = instrument(panel, PLAN, OUTCOME)
    estimates = told["estimates"].set_index("measure")
    numbers = ["estimate", "std_error", "low", "high", "p_value"]
    assert estimates.loc[["dose", "reduced_form"], numbers].isna().all(axis=None)
    return set(estimates.loc[["dose", "reduced_form"], "refusal"]), told["checks"].set_index("check")


def test_four_levels_that_rise_together_give_no_number() -> None:
    """The supplement as it is: four levels, set once and raised together."""
    panel = small_panel(40)
    refusals, checks = refused(panel)
    assert refusals == {"no_shocks"}
    assert checks.loc["enough_shocks", "verdict"] == "fails"
    assert 1 <= checks.loc["enough_shocks", "statistic"] <= 4
    assert set(checks.loc[["first_stage", "shock_balance"], "refusal"]) == {"no_shocks"}
    stage = instrument(panel, PLAN, OUTCOME)["estimates"].set_index("measure").loc["first_stage"]
    assert stage["refusal"] == ""
    assert np.isfinite(stage["estimate"])


def test_amounts_that_never_change_give_no_number() -> None:
    panel = shock_panel(1, SMALL)
    amounts = np.repeat(panel.amounts[:1], len(panel.cohorts), axis=0)
    same = replace(panel, amounts=amounts, formula=np.einsum("rl,rl->r", panel.shares, amounts[panel.cohort]))
    assert refused(same)[0] == {"no_variation"}


def test_few_schools_and_nobody_known_give_no_number() -> None:
    panel = shock_panel(1, replace(SMALL, schools=9))
    assert refused(panel)[0] == {"few_schools"}
    nobody = replace(panel, known={OUTCOME: np.zeros(len(panel), np.int64)})
    assert refused(nobody)[0] == {"no_outcome"}
