"""Quarters of predicted dose: plain differences of differences, any shape of response, and trends from before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gymreg_core.effects.dose_groups import dose_groups, quarters
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.redraw import Truth, redraw
from tests.effects_panels import small_panel

PLAN = AnalysisPlan()
OUTCOME = "completion_3"
YEARS = range(2010, 2019)


def even(schools: int = 24, seed: int = 1) -> Panel:
    """One band, and as many pupils in each cell: then the regression is one of plain means."""
    panel = small_panel(schools, YEARS, seed)
    first = np.unique(panel.place * 100 + panel.cohort, return_index=True)[1]
    rows = {name: getattr(panel, name)[first] for name in ("school", "programme", "cohort", "dose", "predicted")}
    n, known = len(first), np.where(panel.cohorts[panel.cohort[first]] <= 2016, 10, 0)
    total = known * np.random.default_rng(seed).normal(0.5, 0.1, n)
    return replace(
        panel,
        bands=panel.bands[:1],
        band=np.zeros(n, np.int64),
        pupils=np.full(n, 10),
        covered=np.zeros(n, np.int64),
        known={OUTCOME: known},
        total={OUTCOME: total},
        **rows,
    )


def test_groups_have_about_as_many_pupils_and_rise_with_the_dose() -> None:
    panel = small_panel(40, seed=3)
    group = quarters(panel)[panel.place]
    pupils = np.bincount(group, panel.pupils)
    assert len(pupils) == 4
    # A school and programme is not split, and the largest has some three per cent of all pupils.
    np.testing.assert_allclose(pupils / pupils.sum(), 0.25, atol=0.04)
    for low, high in ((0, 1), (1, 2), (2, 3)):
        assert panel.predicted[group == low].max() < panel.predicted[group == high].min()


def test_each_group_and_cohort_is_a_plain_difference_of_differences() -> None:
    panel = even()
    found = dose_groups(panel, PLAN, OUTCOME)
    group = quarters(panel)[panel.place]
    there = panel.known[OUTCOME] > 0
    value = np.divide(panel.total[OUTCOME], panel.known[OUTCOME], out=np.zeros(len(panel)), where=there)
    year = panel.cohorts[panel.cohort]

    def gain(column: np.ndarray, which: int, cohort: int) -> float:  # type: ignore[type-arg]
        of = [column[(group == g) & (year == y)].mean() for g in (which, 0) for y in (cohort, 2012)]
        return float(of[0] - of[1] - of[2] + of[3])

    apart = [panel.predicted[(group == g) & there].mean() for g in range(4)]
    for row in found["event"].itertuples():
        plain = gain(value, int(row.group) - 1, row.cohort) / (apart[int(row.group) - 1] - apart[0])
        assert row.estimate == pytest.approx(plain, abs=1e-9)  # sums of a few hundred numbers below 1
        assert row.reference == (row.cohort == 2012)
    estimates = found["estimates"].set_index("group")["estimate"]
    of_groups = {
        g: [(gain(value, g, y), gain(panel.dose, g, y), (group == g).sum()) for y in (2015, 2016)] for g in (1, 2, 3)
    }
    for g, parts in of_groups.items():
        effect, dose, _ = np.sum(parts, axis=0)
        assert estimates[str(g + 1)] == pytest.approx(effect / dose, abs=1e-8)
    weight = np.array([part[2] for parts in of_groups.values() for part in parts])
    both = np.array([part[:2] for parts in of_groups.values() for part in parts])
    effect, dose = weight @ both
    assert estimates[""] == pytest.approx(effect / dose, abs=1e-8)


def test_a_response_of_any_shape_is_told_group_by_group() -> None:
    """Nothing up to the second quarter's dose, and all of it from there on."""
    panel = even()
    group = quarters(panel)[panel.place]
    step = np.where((group >= 2) & (panel.exposure[panel.cohort] >= 1), 0.06, 0.0)
    planted = replace(panel, total={OUTCOME: panel.known[OUTCOME] * (0.4 + step)})
    event = dose_groups(planted, PLAN, OUTCOME)["event"].query("exposure >= 1")
    apart = [panel.predicted[(group == g) & (panel.known[OUTCOME] > 0)].mean() for g in range(4)]
    for g, wanted in ((1, 0.0), (2, 0.06), (3, 0.06)):
        told = event.query(f"group == '{g + 1}'")["estimate"] * (apart[g] - apart[0])
        np.testing.assert_allclose(told, wanted, atol=1e-9)


def test_what_becomes_of_one_group_is_nothing_to_another() -> None:
    panel = even()
    group = quarters(panel)[panel.place]
    moved = panel.total[OUTCOME] + panel.known[OUTCOME] * 0.3 * (group == 3) * (panel.cohort > 4)
    before, after = (dose_groups(p, PLAN, OUTCOME)["event"] for p in (panel, replace(panel, total={OUTCOME: moved})))
    same = before["group"] != "4"
    np.testing.assert_allclose(before["estimate"][same], after["estimate"][same], atol=1e-9)
    assert not np.allclose(before["estimate"][~same], after["estimate"][~same])


def _pre_trend(panel: Panel, truth: Truth, seed: int) -> dict[str, Any]:
    checks = dose_groups(redraw(panel, truth, seed, (OUTCOME,)), PLAN, OUTCOME)["checks"].set_index("check")
    return dict(checks.loc["pre_trend"])


def test_diverging_trends_are_seen() -> None:
    """Five cohorts before the reference, and parts of 0.8 points a year and thousand kronor."""
    early = small_panel(60, range(2007, 2019))
    assert sum(_pre_trend(early, Truth(trend=0.008), seed)["verdict"] == "fails" for seed in range(15)) >= 12


def test_an_effect_alone_is_no_trend() -> None:
    """The reference had the supplement in its last half year, and so parts from cohorts before it."""
    panel = even(40)
    noise = np.random.default_rng(5).normal(0, 1e-4, len(panel))
    helped = replace(panel, total={OUTCOME: panel.known[OUTCOME] * (0.4 + 0.05 * panel.dose + noise)})
    checks = dose_groups(helped, PLAN, OUTCOME)["checks"].set_index("check")
    assert checks.loc["pre_trend", "p_value"] > 0.001


def _same(panel: Panel) -> Panel:
    return replace(panel, predicted=np.ones(len(panel)))


@pytest.mark.parametrize(
    ("schools", "years", "change", "refusal"),
    [
        (9, YEARS, None, "few_schools"),
        (14, YEARS, _same, "no_variation"),
        (14, range(2015, 2022), None, "no_earlier"),
        (14, range(2010, 2014), None, "no_outcome"),
    ],
)
def test_what_cannot_be_answered_is_refused_without_a_number(
    schools: int, years: range, change: Any, refusal: str
) -> None:
    panel = small_panel(schools, years)
    found = dose_groups(change(panel) if change else panel, PLAN, OUTCOME)
    assert found["estimates"]["refusal"].tolist() == [refusal]
    assert found["estimates"][["estimate", "std_error", "low", "high", "p_value"]].isna().all(axis=None)
    assert len(found["event"]) == 0
    assert set(found["checks"]["refusal"]) == {refusal}
