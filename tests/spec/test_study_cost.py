"""What one more pupil with a diploma costs: 1,000 kronor x school years of dose / effect, or why it cannot be said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.effects import QUANTITIES
from gymreg_core.effects.conclusions import conclusions
from gymreg_core.effects.cost import cost
from gymreg_core.effects.found import rows
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import mean_dose, population, pupils_a_year
from gymreg_core.rules import rule
from tests.effects_panels import small_panel
from tests.spec.test_study_conclusions import NEEDS, estimate

TOLERANCE = 1e-12  # a few multiplications of doubles


@pytest.fixture(scope="module")
def panel() -> Panel:
    return small_panel(schools=12)


def told(panel: Panel, design: str = "introduction", claim: str = "causal", **numbers: Any) -> pd.DataFrame:
    """The costs of one design and outcome, by quantity."""
    outcome = numbers.pop("outcome", "completion_3")
    verdict = {"causal": "holds", "associated": "unclear", "withdrawn": "fails"}[claim]
    checks = [{"design": design, "outcome": outcome, "check": c, "verdict": verdict} for c in NEEDS[design]]
    plan = AnalysisPlan(main="introduction", designs=tuple({"introduction", design}))
    estimates = rows("estimates", [estimate(design, outcome, **numbers)])
    said = conclusions(estimates, rows("checks", checks), mean_dose(panel), plan)
    table = cost(panel, estimates, said, plan)["cost"]
    assert set(table["quantity"]) <= set(QUANTITIES)
    return table.set_index("quantity")


def test_the_dose_and_the_pupils_are_those_of_wholly_exposed_cohorts(panel: Panel) -> None:
    whole = [year for year, share in zip(panel.cohorts, panel.exposure, strict=True) if share > 0.999]
    assert whole[0] == 2015
    there = np.isin(panel.cohorts[panel.cohort], whole)
    assert mean_dose(panel) == pytest.approx(np.average(panel.dose[there], weights=panel.pupils[there]), rel=TOLERANCE)
    assert pupils_a_year(panel) == round(panel.pupils[there].sum() / len(whole))


def test_a_pupil_more_costs_three_years_of_a_thousand_kronor_by_the_effect(panel: Panel) -> None:
    assert rule("effects", "dose_school_years") == len(rule("supplement", "years_of_study"))
    row = told(panel, estimate=0.02, low=0.01, high=0.03).loc["kronor_per_pupil"]
    # 50 pupils get 1,000 kronor in each of three years for one diploma more
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx([150_000, 100_000, 300_000], rel=TOLERANCE)
    assert row["refusal"] == ""


def test_points_and_pupils_are_the_effect_at_the_mean_dose(panel: Panel) -> None:
    table, dose, pupils = told(panel, estimate=0.02, low=-0.01, high=0.03), mean_dose(panel), pupils_a_year(panel)
    for quantity, factor in (("percentage_points", 100 * dose), ("pupils_a_year", dose * pupils)):
        row = table.loc[quantity]
        expected = [factor * 0.02, factor * -0.01, factor * 0.03]
        assert [row["estimate"], row["low"], row["high"]] == pytest.approx(expected, rel=TOLERANCE)
        assert (row["pupils"], row["dose"]) == (pupils, pytest.approx(dose, rel=TOLERANCE))
    whole = table.loc["supplement_kronor_a_year", "estimate"]
    assert whole == pytest.approx(1000 * dose * 3 * pupils, rel=TOLERANCE)


@pytest.mark.parametrize(
    ("low", "estimate_", "high", "refusal", "least"),
    [
        (-0.01, 0.01, 0.03, "no_gain_told", 100_000),
        (0.0, 0.01, 0.03, "no_gain_told", 100_000),
        (-0.03, -0.01, 0.002, "no_gain_told", 1_500_000),
        (-0.03, -0.02, -0.01, "no_gain_told", None),
        (-0.03, -0.02, 0.0, "no_gain_told", None),
    ],
)
def test_where_there_may_be_no_gain_no_cost_is_said(
    panel: Panel, low: float, estimate_: float, high: float, refusal: str, least: float | None
) -> None:
    table = told(panel, estimate=estimate_, low=low, high=high)
    row = table.loc["kronor_per_pupil"]
    assert row["refusal"] == refusal
    assert row[["estimate", "low", "high"]].isna().all()
    assert ("least_kronor_per_pupil" in table.index) == (least is not None)
    if least is not None:
        bound = table.loc["least_kronor_per_pupil"]
        assert bound["estimate"] == pytest.approx(least, rel=TOLERANCE)
        assert bound[["low", "high"]].isna().all()


@pytest.mark.parametrize("claim", ["associated", "withdrawn"])
def test_a_cost_is_told_only_of_a_cause(panel: Panel, claim: str) -> None:
    table = told(panel, claim=claim)
    assert table.loc["kronor_per_pupil", "refusal"] == "not_causal"
    assert np.isnan(table.loc["kronor_per_pupil", "estimate"])
    assert "least_kronor_per_pupil" not in table.index
    assert table.loc["percentage_points", "refusal"] == ""


@pytest.mark.parametrize("design", ["offers", "cutoff"])
def test_an_offer_has_no_cost_and_no_dose(panel: Panel, design: str) -> None:
    table = told(panel, design, estimate=0.05, low=0.02, high=0.08, pupils=700)
    assert list(table.index) == ["percentage_points"]
    row = table.iloc[0]
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx([5, 2, 8], rel=TOLERANCE)
    assert (row["pupils"], np.isnan(row["dose"])) == (700, True)


@pytest.mark.parametrize(
    ("outcome", "quantities"),
    [
        ("completion_4", {"percentage_points", "pupils_a_year", "kronor_per_pupil"}),
        ("interruption", {"percentage_points", "pupils_a_year"}),
        ("switching", {"percentage_points", "pupils_a_year"}),
        ("points", {"percentage_points"}),
    ],
)
def test_only_diplomas_have_a_price_and_points_are_no_heads(panel: Panel, outcome: str, quantities: set[str]) -> None:
    assert set(told(panel, outcome=outcome).index) == quantities


def test_a_refusal_of_the_estimate_is_one_of_every_quantity(panel: Panel) -> None:
    table = told(panel, refusal="few_schools").drop("supplement_kronor_a_year")
    assert set(table["refusal"]) == {"few_schools"}
    assert table[["estimate", "low", "high"]].isna().all(axis=None)


def test_without_a_wholly_exposed_cohort_there_is_no_mean_dose(panel: Panel) -> None:
    early = population(panel, AnalysisPlan(last_cohort=2014))
    assert np.isnan(mean_dose(early))
    table = told(early)
    assert set(table["refusal"]) == {"no_outcome"}
    assert "supplement_kronor_a_year" not in table.index


@pytest.mark.parametrize("kind", ["vocational", "preparatory"])
def test_a_population_is_of_its_cohorts_and_programmes(panel: Panel, kind: str) -> None:
    part = population(panel, AnalysisPlan(first_cohort=2013, last_cohort=2016, programmes=kind))
    assert part.cohorts.tolist() == [2013, 2014, 2015, 2016]
    assert (part.vocational[part.programme] == (kind == "vocational")).all()
    years, whole = part.cohorts[part.cohort], panel.cohorts[panel.cohort]
    kept = (whole >= 2013) & (whole <= 2016) & (panel.vocational[panel.programme] == (kind == "vocational"))
    assert np.array_equal(years, whole[kept])
    for name in ("pupils", "dose", "predicted", "shares", "school"):
        assert np.array_equal(getattr(part, name), getattr(panel, name)[kept], equal_nan=name != "school")
    assert np.array_equal(part.total["switching"], panel.total["switching"][kept])
    assert np.array_equal(part.exposure, panel.exposure[2:6])
    assert population(panel, AnalysisPlan()) is panel


def test_a_dose_that_is_not_known_is_no_dose(panel: Panel) -> None:
    gone = np.where(panel.cohorts[panel.cohort] == panel.cohorts[-1], np.nan, panel.dose)
    assert mean_dose(replace(panel, dose=gone)) == pytest.approx(
        mean_dose(population(panel, AnalysisPlan(last_cohort=int(panel.cohorts[-2])))), rel=TOLERANCE
    )
