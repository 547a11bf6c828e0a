"""The dose as paid: against the plain regression, what leaks is seen, and what cannot be answered is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from gymreg_core.effects.choices import cells, planned_choice
from gymreg_core.effects.dose import dose, lead_dose, negative_weights
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.redraw import Truth, redraw
from tests.effects_panels import small_panel

PLAN = AnalysisPlan()
OUTCOME = "completion_3"
NUMBERS = ["estimate", "std_error", "low", "high", "p_value", "p_wild"]


def dummies(*codes: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return np.column_stack([code[:, None] == np.unique(code) for code in codes]).astype(float)


def plain(panel: Panel, columns: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Slopes of the first columns (r, k), every fixed effect a column of its own, cells of the outcome as rows."""
    there = panel.known[OUTCOME] > 0
    known = panel.known[OUTCOME][there]
    fixed = dummies(panel.place[there], (panel.cohort * 100 + panel.band)[there])
    design, root = np.column_stack([columns[there], fixed]), np.sqrt(known)
    value = panel.total[OUTCOME][there] / known
    slopes = np.linalg.lstsq(design * root[:, None], value * root, rcond=None)[0]
    return np.asarray(slopes[: columns.shape[1]])


def test_the_estimate_is_that_of_a_regression_with_every_effect_a_column() -> None:
    panel = small_panel(14, range(2011, 2019), seed=2)
    row = dose(panel, PLAN, OUTCOME, resample=False)["estimates"].iloc[0]
    assert row["estimate"] == pytest.approx(plain(panel, panel.dose[:, None])[0], abs=1e-9)  # two ways to solve


def test_leads_are_the_doses_of_those_who_start_one_and_two_years_later() -> None:
    """Cells of outcomes 0 except for what a later dose does: only its own lead is told from nothing."""
    panel = small_panel(14, range(2011, 2021), seed=3)
    of: dict[tuple[int, int], float] = dict(zip(zip(panel.place, panel.cohort, strict=True), panel.dose, strict=True))
    keys = list(zip(panel.place, panel.cohort, strict=True))
    after = np.array([of.get((place, cohort + 1), 0.0) for place, cohort in keys])
    known = {OUTCOME: panel.pupils * np.array([(place, cohort + 2) in of for place, cohort in keys])}
    noise = np.random.default_rng(0).normal(0, 0.001, len(panel))
    leaky = replace(panel, known=known, total={OUTCOME: known[OUTCOME] * (0.02 * after + noise)})
    told = lead_dose(leaky, PLAN, OUTCOME)
    assert told["p_value"] < 1e-6
    own = replace(panel, known=known, total={OUTCOME: known[OUTCOME] * (0.02 * panel.dose + noise)})
    assert lead_dose(own, PLAN, OUTCOME)["p_value"] > 0.001


def test_the_lead_test_has_its_size_and_sees_a_dose_that_leaks() -> None:
    """Bounds of the size: binomial, 99.9 %. A leak of 5 points by a thousand kronor at 80 schools is seen in 4 of 5."""
    panel, draws = small_panel(80, range(2013, 2022)), 60
    p_values = [lead_dose(redraw(panel, Truth(), seed, (OUTCOME,)), PLAN, OUTCOME)["p_value"] for seed in range(draws)]
    assert sum(p < 0.05 for p in p_values) <= binom.ppf(0.999, draws, 0.05)
    assert min(p_values) < 0.3
    assert max(p_values) > 0.7
    leaking = [redraw(panel, Truth(lead=0.05), seed, (OUTCOME,)) for seed in range(15)]
    assert sum(lead_dose(one, PLAN, OUTCOME)["verdict"] == "fails" for one in leaking) >= 12


def test_negative_weights_add_up_to_the_estimate() -> None:
    """Any effects of cells: the estimate is their sum by the weights of which the negative ones are told."""
    panel = small_panel(14, range(2011, 2019), seed=4)
    found = cells(panel, OUTCOME, planned_choice("dose", PLAN))
    fixed, root = dummies(*found.fixed), np.sqrt(found.weight)
    left = found.dose - fixed @ np.linalg.lstsq(fixed * root[:, None], found.dose * root, rcond=None)[0]
    weight = found.weight * left * found.dose / (found.weight * left * found.dose).sum()
    effects = np.random.default_rng(1).normal(0.02, 0.02, len(weight))
    there = panel.known[OUTCOME] > 0
    total = np.zeros(len(panel))
    total[there] = panel.known[OUTCOME][there] * (effects * found.dose)
    row = dose(replace(panel, total={OUTCOME: total}), PLAN, OUTCOME, resample=False)["estimates"].iloc[0]
    assert row["estimate"] == pytest.approx(weight @ effects, abs=1e-9)
    assert negative_weights(found)["statistic"] == pytest.approx(-weight[weight < 0].sum(), abs=1e-9)
    assert negative_weights(found)["verdict"] == "unclear"


def _without_dose(panel: Panel) -> Panel:
    return replace(panel, dose=np.zeros(len(panel)))


def _nobody(panel: Panel) -> Panel:
    return replace(panel, known={OUTCOME: np.zeros(len(panel), np.int64)})


@pytest.mark.parametrize(
    ("schools", "change", "refusal"),
    [(9, None, "few_schools"), (14, _without_dose, "no_variation"), (14, _nobody, "no_outcome")],
)
def test_what_cannot_be_answered_is_refused_without_a_number(schools: int, change: Any, refusal: str) -> None:
    panel = small_panel(schools, range(2011, 2019))
    found = dose(change(panel) if change else panel, PLAN, OUTCOME)
    assert found["estimates"]["refusal"].tolist() == [refusal]
    assert found["estimates"][NUMBERS].isna().all(axis=None)
    assert set(found["checks"]["verdict"]) == {"unclear"}
    assert found["checks"][["statistic", "p_value", "power"]].isna().all(axis=None)
