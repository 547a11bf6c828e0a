"""Power: what is drawn against the slow way, variances that are planted, and the same numbers wherever it runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from gymreg_core.contracts.effects import empty_effects
from gymreg_core.effects.drawing import drawing
from gymreg_core.effects.drawn_kernel import binomial_shares
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.power import SIMULATED, Shared, Tried, power, power_by_formula, prepared, simulate
from gymreg_core.effects.variation import standard_line, variation
from tests.effects_panels import small_panel

PLAN = AnalysisPlan(simulations=120)
OUTCOME = PLAN.outcome


@cache
def panel() -> Panel:
    return small_panel(30, range(2011, 2023))


@cache
def found() -> Found:
    return power(panel(), PLAN, jobs=1)


def test_drawn_counts_are_those_of_the_inverse_binomial() -> None:
    rng = np.random.default_rng(3)
    pupils, chance, luck = rng.integers(1, 400, 5000) * 1.0, rng.uniform(0.02, 0.98, 5000), rng.random(5000)
    assert np.array_equal(binomial_shares(luck, pupils, chance), binom.ppf(luck, pupils, chance) / pupils)
    assert (
        binomial_shares(luck, pupils, np.minimum(chance + 0.05, 0.98)) >= binomial_shares(luck, pupils, chance)
    ).all()
    few = binomial_shares(np.array([0.0, 0.3, 1 - 1e-16]), np.ones(3), np.array([0.5, 0.71, 0.02]))
    assert few.tolist() == [0, 1, 1]


@pytest.mark.parametrize("outcome", ["completion_3", "points"])
def test_planted_variation_is_found(outcome: str) -> None:
    """Mean of eight panels; their spread gives the error, of which four are allowed."""
    planted = {"school_cohort": 0.03, "place_cohort": 0.04, "drift": 0.02, "pupil": 0.2}
    estimates = []
    for seed in range(8):
        made = small_panel(60, range(2011, 2021), seed, pupils=60)
        rng, cells = np.random.default_rng(seed), np.flatnonzero(made.known[outcome] > 0)
        known, school, cohort = made.known[outcome][cells], made.school[cells], made.cohort[cells]
        mean = 0.3 + 0.04 * made.band[cells]
        many = len(made.cohorts)
        mean = mean + planted["school_cohort"] * rng.standard_normal((len(made.schools), many))[school, cohort]
        mean += planted["place_cohort"] * rng.standard_normal((made.place.max() + 1, many))[made.place[cells], cohort]
        mean += planted["drift"] * rng.standard_normal(len(made.schools))[school] * standard_line(made)[cohort]
        value = rng.binomial(known, np.clip(mean, 0, 1)) / known
        if outcome == "points":
            value = mean + planted["pupil"] / np.sqrt(known) * rng.standard_normal(len(cells))
        total = np.zeros(len(made))
        total[cells] = known * value
        told = variation(replace(made, total={**made.total, outcome: total}), outcome, seed)
        estimates.append([getattr(told, name) ** 2 for name in planted])
    mean, error = np.mean(estimates, axis=0), np.std(estimates, axis=0) / np.sqrt(8)
    wanted = np.array([spread**2 for spread in planted.values()])
    there = ~np.isnan(mean)
    assert there.tolist() == [True, True, True, outcome == "points"]
    assert (np.abs(mean - wanted) < 4 * error)[there].all()


def test_variation_looks_at_no_dose() -> None:
    other = replace(panel(), **{name: getattr(panel(), name) * 7 for name in ("dose", "predicted", "formula")})
    assert repr(variation(other, OUTCOME, 1)) == repr(variation(panel(), OUTCOME, 1))


def test_the_batch_is_the_estimate_of_one_outcome() -> None:
    for design in SIMULATED:
        cells, regression = prepared(panel(), PLAN, design)
        assert not isinstance(regression, str)
        outcomes = np.random.default_rng(1).random((len(cells.outcome), 3))
        estimates, errors = regression.first(outcomes)
        for column in range(3):
            one = regression.fit(outcomes[:, column], 0.95)
            # Rounding alone, of sums in another order.
            assert np.isclose(estimates[column], one.estimate[0], rtol=1e-9)
            assert np.isclose(errors[column], one.std_error[0], rtol=1e-9)


def test_planted_effects_move_the_estimate_by_themselves() -> None:
    """With the same luck, the mean estimate of a planted effect lies above that of none by the effect."""
    drawn = variation(panel(), OUTCOME, 1)
    effect = 0.01
    cells, regression = prepared(panel(), PLAN, "introduction")
    tried = Tried("introduction", np.searchsorted(drawn.cells, cells.rows), regression)
    part = simulate(Shared(drawing(panel(), OUTCOME, drawn), (tried,), (0.0, effect), 5), range(40))
    gained = part.estimates[0, 1] - part.estimates[0, 0]
    # A tenth of the effect is lost at most where chances are kept off 0 and 1; four standard errors of the mean.
    assert abs(gained.mean() - effect) < 4 * gained.std() / np.sqrt(40) + 0.1 * effect
    assert 0 < gained.std() < part.estimates[0, 0].std() / 2


def test_power_rises_from_the_level_to_what_is_asked_for() -> None:
    curves, detectable = found()["power"], found()["detectable"]
    assert list(detectable["design"]) == list(SIMULATED)
    assert (detectable["refusal"] == "").all()
    for design, curve in curves.groupby("design"):
        # Level 0.05 of 120 simulations has a standard error of 0.02; the grid ends above the share asked for.
        assert curve["power"].iloc[0] < 0.05 + 3 * 0.02
        assert curve["power"].iloc[-1] > PLAN.power
        assert curve["power"].is_monotonic_increasing
        row = detectable.set_index("design").loc[design]
        assert curve["effect"].iloc[1] < row["detectable"] < curve["effect"].iloc[-1]
        # 2.8 standard errors of a normal distribution, a few more by Student's t; four simulation errors.
        assert abs(row["detectable"] - 2.95 * row["std_error"]) < 4 * row["error"] + 0.15 * row["std_error"]


def test_the_same_bit_for_bit_on_threads_and_on_a_cluster() -> None:
    from distributed import LocalCluster

    told: list[tuple[str, int]] = []
    same = power(panel(), PLAN, lambda *what: told.append(what), jobs=3)
    assert sorted(told) == 40 * [("power", 40)] + 40 * [("power of the main design", 40)]
    with LocalCluster(
        n_workers=1, threads_per_worker=2, host="127.0.0.1", dashboard_address=None, silence_logs=40
    ) as cluster:
        there = power(panel(), PLAN, cluster=cluster.scheduler_address)
    for name in ("power", "detectable"):
        pd.testing.assert_frame_equal(same[name], found()[name], check_exact=True)
        pd.testing.assert_frame_equal(there[name], found()[name], check_exact=True)


@pytest.mark.parametrize(
    ("made", "refusals"),
    [
        (small_panel(6), ["few_schools"] * 3),
        (small_panel(30, range(2016, 2023)), ["no_earlier", "", "no_earlier"]),
        (small_panel(30, range(2011, 2013)), ["no_outcome"] * 3),
    ],
    ids=["few schools", "no cohort from before", "no outcome yet"],
)
def test_what_cannot_be_simulated_is_refused(made: Panel, refusals: list[str]) -> None:
    table = power(made, PLAN, jobs=1)["detectable"]
    assert list(table["refusal"]) == refusals
    assert (table["detectable"].isna() == (table["refusal"] != "")).all()


def test_designs_without_simulation_are_told_by_their_errors() -> None:
    about = {"outcome": OUTCOME, "by": "region", "estimate": 5.0}
    estimates = rows(
        "estimates",
        [
            about | {"design": "offers", "measure": "offer", "std_error": 0.02, "schools": 40},
            about | {"design": "offers", "measure": "first_stage", "std_error": 9.0},
            about | {"design": "cutoff", "measure": "offer", "refusal": "empty_window", "estimate": np.nan},
        ],
    )
    table = power_by_formula(estimates, PLAN)["detectable"].set_index("design")
    # 1.96 + 0.84 standard errors, see Bloom (1995).
    assert table.loc["offers", "detectable"] == pytest.approx(2.8016 * 0.02, rel=1e-4)
    assert table.loc["cutoff", "refusal"] == "empty_window"
    assert np.isnan(table.loc["cutoff", "detectable"])
    assert not len(power_by_formula(empty_effects("estimates"), PLAN)["detectable"])
