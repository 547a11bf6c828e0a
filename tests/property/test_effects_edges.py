"""Data that answer nothing: every design refuses, with no number, and no test says more than it could see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from gymreg_core.contracts.effects import EFFECT_TABLES, Studied
from gymreg_core.effects.choices import cells, planned_choice
from gymreg_core.effects.chosen import Chosen, chosen
from gymreg_core.effects.dose import LEADS, lead_dose
from gymreg_core.effects.dose_groups import dose_groups, group_cells, grouped, quarters
from gymreg_core.effects.event_study import EventStudy, event_study
from gymreg_core.effects.fit import Fit
from gymreg_core.effects.heterogeneity import equal_effects
from gymreg_core.effects.instrument import instrument
from gymreg_core.effects.introduction import introduction
from gymreg_core.effects.joint_test import joint_test
from gymreg_core.effects.panel import Bools, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.population import mean_dose, of_interest, population
from gymreg_core.effects.pre_trends import placebo_year, pre_trend
from gymreg_core.effects.regression import ols
from gymreg_core.effects.shift_share import Shocks
from gymreg_core.effects.specification import specifications
from gymreg_core.effects.study import About, study
from gymreg_core.effects.within import Within
from gymreg_core.rules import rules_read
from tests.effects_panels import small_panel

PLAN = AnalysisPlan(simulations=100, also=())
PANEL_DESIGNS = ("introduction", "dose", "dose_groups", "instrument")
_CELLS = ("school", "programme", "cohort", "band", "pupils", "covered", "dose", "school_dose", "predicted", "formula")
_NAMED = ("known", "total", "settled_known", "settled_total")
_ABOUT = {"violation", "power", "dose", "statistic"}
"""Numbers that a refused row may have: what it is about; of a joint test or a check, the statistic that refused."""


def only(panel: Panel, keep: Bools) -> Panel:
    """Some of the cells, all else as it is."""
    cut = {name: getattr(panel, name)[keep] for name in (*_CELLS, "shares")}
    named = {name: {key: one[keep] for key, one in getattr(panel, name).items()} for name in _NAMED}
    return replace(panel, **cut, **named)


def without_money(panel: Panel) -> Panel:
    """Nobody below the limit anywhere."""
    none = {name: np.zeros_like(getattr(panel, name)) for name in _CELLS[5:]}
    return replace(panel, **none, shares=np.zeros_like(panel.shares))


def of_all(panel: Panel, share: int) -> Panel:
    """The outcome of everyone or of nobody."""
    return replace(panel, total={name: share * known.astype(float) for name, known in panel.known.items()})


def unknown(panel: Panel) -> Panel:
    nobody = {name: np.zeros_like(known) for name, known in panel.known.items()}
    return replace(panel, known=nobody, total={name: none.astype(float) for name, none in nobody.items()})


NOTHING: dict[str, tuple[Callable[[Panel], Panel], tuple[str, ...]]] = {
    "no cell": (lambda p: only(p, p.school < 0), ("no_outcome",) * 4),
    "nobody's outcome": (unknown, ("no_outcome",) * 4),
    "one school": (lambda p: only(p, p.school == 0), ("few_schools",) * 4),
    "one cohort": (lambda p: only(p, p.cohort == 5), ("no_earlier", "collinear", "no_earlier", "no_variation")),
    "no money": (without_money, ("no_variation",) * 4),
    "all have the outcome": (lambda p: of_all(p, 1), ("no_variation",) * 4),
    "nobody has the outcome": (lambda p: of_all(p, 0), ("no_variation",) * 4),
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_answers_nothing_is_refused_everywhere(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    make, refusals = NOTHING[case]
    found = study(make(small_panel(12)), None, None, PLAN, about=About("2011-07-01", "2026-01-31", True), jobs=1)
    told = found.conclusions.set_index("design")
    assert tuple(told["refusal"][list(PANEL_DESIGNS)]) == refusals
    assert set(told["claim"]) == {"none"}
    assert set(told["finding"]) == {"refused"}
    holds_together(found)
    assert not any(capfd.readouterr()), "nothing is said beside the tables"


def holds_together(found: Studied) -> None:
    """A number or a refusal, never both and never neither; no test fails that was refused."""
    for name, table in found.tables().items():
        columns = [c.name for c in EFFECT_TABLES[name] if c.nullable and c.name not in _ABOUT]
        if "refusal" not in table or not columns or name in ("checks", "doses"):
            continue
        number = table[columns].notna().any(axis=1)
        assert not (number & table["refusal"].ne("")).any(), name
        if name != "detectable":  # where no effect is large enough it has no number
            assert (number | table["refusal"].ne("")).all(), name
    assert set(found.checks["verdict"][found.checks["refusal"] != ""]) <= {"unclear"}


def test_a_dose_that_is_not_known_leaves_its_cell_out() -> None:
    """A school that closed before any 15 October has a starter and no dose."""
    panel = small_panel(14)
    there = np.arange(len(panel)) % 40 != 0
    gaps, whole = replace(panel, dose=np.where(there, panel.dose, np.nan)), only(panel, there)
    for design in ("introduction", "dose"):
        choice = planned_choice(design, PLAN)
        one, other = (cells(p, "completion_3", choice) for p in (gaps, whole))
        assert one.known.sum() == other.known.sum() < cells(panel, "completion_3", choice).known.sum()
        assert np.isfinite(one.dose).all()
    assert np.isfinite(lead_dose(gaps, PLAN, "completion_3")["p_value"])
    by_schools = [instrument(p, PLAN, "completion_3")["estimates"]["estimate"].iloc[1] for p in (gaps, whole)]
    assert by_schools[0] == pytest.approx(by_schools[1])


def test_the_power_of_the_pre_trend_is_against_what_a_trend_leaves_in_the_leads() -> None:
    """A line that passes for an effect of interest, put through the regression without noise, is the violation."""
    panel = small_panel(24)
    found = cells(panel, "completion_3", planned_choice("introduction", PLAN))
    event = event_study(panel, found, 0.95)
    assert isinstance(event, EventStudy)
    slope = of_interest(panel, PLAN) * event.brought / event.far
    years = panel.cohorts[found.cohort].astype(float) - panel.cohorts[event.reference]
    line = event_study(panel, replace(found, outcome=slope * years * event.foretold), 0.95)
    assert isinstance(line, EventStudy)
    leads = np.eye(len(event.cohort))[:, event.before]
    passes, *violation = line.with_trends(leads).estimate
    assert passes == pytest.approx(of_interest(panel, PLAN))
    seen = event.with_trends(leads).some(slice(1, None))
    expected = joint_test(seen.estimate, seen.moves, seen.effective, np.array(violation))
    assert pre_trend(panel, PLAN, event)["power"] == pytest.approx(expected.power, rel=1e-6)


def test_rules_that_threads_ask_for_are_noted() -> None:
    panel = small_panel(12)
    noted = []
    for jobs in (1, 2):
        with rules_read() as statuses:
            specifications(panel, PLAN, jobs=jobs)
        noted.append(dict(statuses))
    assert noted[0] == noted[1]
    assert {"effects.fewest_schools", "effects.untreated_below", "effects.base_cohorts"} <= set(noted[0])


def test_an_instrument_that_cannot_be_fitted_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    none = np.full(1, np.nan)
    refused = Fit(none, none[None], None, 0.95, 12, 100, 1000, refusal="collinear")
    monkeypatch.setattr(Shocks, "effective", property(lambda _: 20.0))
    monkeypatch.setattr(Shocks, "fit", lambda *_: refused)
    checks = instrument(small_panel(14), PLAN, "completion_3")["checks"].set_index("check")
    assert tuple(checks.loc["first_stage", ["verdict", "refusal"]]) == ("unclear", "collinear")


def test_groups_that_few_schools_carry_are_not_compared() -> None:
    """Two differences by as many schools as carry them: there is no statistic, and the row says why."""
    schools = np.arange(12)
    moves = np.random.default_rng(1).normal(0, 0.01, (3, 12))
    groups = [Chosen(0.1 * at, 0.03, schools, one, 12, 2.5, 900, 0.95, "") for at, one in enumerate(moves)]
    assert equal_effects(groups, 12)["refusal"] == "few_schools"
    assert not equal_effects([replace(one, effective=9.0) for one in groups], 12)["refusal"]


def test_effects_of_which_one_follows_from_the_other_take_no_factor(capfd: pytest.CaptureFixture[str]) -> None:
    """Fixed effects of schools and of the two halves that they lie in: the halves say nothing more."""
    school = np.repeat(np.arange(4), 3)
    within = Within.of([school, school // 2], np.ones(12))
    values = np.arange(12.0) ** 2
    assert within(values) == pytest.approx(values - np.repeat(values.reshape(4, 3).mean(axis=1), 3))
    assert within.absorbed == 4
    assert not any(capfd.readouterr())


def test_a_population_keeps_cohorts_in_step_with_all_that_is_told_of_them() -> None:
    panel = small_panel(12)
    some = population(panel, AnalysisPlan(first_cohort=2013, last_cohort=2016))
    assert some.cohorts.tolist() == [2013, 2014, 2015, 2016]
    assert some.exposure == pytest.approx(panel.exposure[2:6])
    assert (some.amounts == panel.amounts[2:6]).all()
    years = panel.cohorts[panel.cohort]
    there = (years >= 2013) & (years <= 2016)
    assert (some.cohorts[some.cohort] == years[there]).all()
    assert (some.dose == panel.dose[there]).all()


def test_a_trend_that_goes_on_as_it_was_is_within_bounds_of_once_as_much() -> None:
    """A straight line before and after: allowed for once, what was planted is in the interval, and 0 is not."""
    panel = small_panel(24, range(2008, 2022))
    years = panel.cohorts[panel.cohort].astype(float) - 2012
    share = 0.4 + panel.band / 40 + (panel.place % 7) / 100 + 0.03 * panel.dose + 0.004 * years * panel.predicted
    sure = replace(panel, total=panel.total | {"completion_3": share * panel.known["completion_3"]})
    found = introduction(sure, PLAN, "completion_3", resample=False)
    bounds = found["bounds"].set_index("violation")
    assert bounds.loc[0.0, "low"] > 0.04
    assert 0.01 < bounds.loc[1.0, "low"] <= 0.03


def test_the_power_of_a_placebo_year_is_against_an_effect_of_interest() -> None:
    panel = small_panel(20, range(2008, 2022))
    found = cells(panel, "completion_3", planned_choice("introduction", PLAN))
    event = event_study(panel, found, 0.95)
    assert isinstance(event, EventStudy)
    before = panel.cohorts[found.cohort] <= 2012
    columns = event.foretold * (panel.cohorts[found.cohort] >= 2010)
    within = Within.of([code[before] for code in found.fixed], found.weight[before])
    fit = ols(found.outcome[before], columns[before], within, found.school[before], 0.95, pupils=found.known[before])
    expected = joint_test(fit.estimate, fit.moves, fit.effective, np.array([of_interest(panel, PLAN) * event.brought]))
    assert 0.5 < event.brought < 0.95
    assert placebo_year(panel, PLAN, found, event) == pytest.approx(expected.row)


def test_the_power_of_later_doses_is_against_an_effect_of_interest_of_both_together() -> None:
    panel = small_panel(14)
    powers = [lead_dose(panel, AnalysisPlan(smallest_of_interest=points), "completion_3")["power"] for points in (1, 2)]
    later = [np.full(len(panel), np.nan) for _ in LEADS]
    of_place = dict(zip(zip(panel.place.tolist(), panel.cohort.tolist(), strict=True), panel.dose, strict=True))
    for one, years in zip(later, LEADS, strict=True):
        for row, (place, cohort) in enumerate(zip(panel.place.tolist(), panel.cohort.tolist(), strict=True)):
            one[row] = of_place.get((place, cohort + years), np.nan)
    there = np.isfinite(later).all(axis=0)
    found = cells(panel, "completion_3", planned_choice("dose", PLAN), there)
    doses = np.column_stack([one[found.rows] for one in (panel.dose, *later)])
    fit = ols(found.outcome, doses, Within.of(found.fixed, found.weight), found.school, 0.95, pupils=found.known)
    leads = fit.some(slice(1, None))
    for points, power in zip((1, 2), powers, strict=True):
        violation = np.full(2, points / 100 / mean_dose(panel) / 2)
        assert power == pytest.approx(joint_test(leads.estimate, leads.moves, leads.effective, violation).power)


def test_groups_of_dose_are_told_together_by_their_pupils() -> None:
    """Three times as many pupils in the newest cohorts, where the effect is another."""
    panel = small_panel(24)
    more = np.where(panel.cohort >= 8, 3, 1)
    share = 0.3 + panel.band / 40 + panel.dose * np.where(panel.cohort >= 8, 0.05, 0.01)
    known = panel.known["completion_3"] * more
    crowded = replace(panel, known={**panel.known, "completion_3": known}, total={"completion_3": share * known})
    (groups,) = grouped(crowded, PLAN, group_cells(crowded, PLAN, "completion_3"))
    weight = np.array([known[(panel.cohort == cohort) & (quarters(crowded)[panel.place] == group)].sum()
                       for group, cohort in zip(groups.group, groups.cohort, strict=True)]) * groups.after  # fmt: skip
    gain, dose = weight @ groups.effect.estimate, weight @ groups.dose.estimate
    told = dose_groups(crowded, PLAN, "completion_3")["estimates"].iloc[0]
    assert told.estimate == pytest.approx(gain / dose)
    assert told.estimate > 0.035


def test_a_joint_test_is_hotellings_and_sees_the_violation_that_is_hardest_to_see() -> None:
    rng = np.random.default_rng(4)
    given = rng.normal(0.3, 1, (12, 3)) @ rng.normal(0, 1, (3, 3))
    mean = given.mean(axis=0)
    test = joint_test(mean, (given - mean) / np.sqrt(12 * 11), 12, np.diag([9.0, 1.0, 2.0]))
    squared = 12 * mean @ np.linalg.solve(np.cov(given.T), mean)
    assert test.statistic == pytest.approx((12 - 3) / (3 * (12 - 1)) * squared)
    assert test.p_value == pytest.approx(stats.f.sf(test.statistic, 3, 9))
    inverse = np.linalg.inv(np.cov(given.T) / 12)
    away = min(size**2 * inverse[at, at] for at, size in enumerate((9.0, 1.0, 2.0)))
    assert test.power == pytest.approx(stats.ncf.sf(stats.f.isf(0.05, 3, 9), 3, 9, away))


def test_a_choice_whose_instrument_is_weak_gives_no_number() -> None:
    """What is foretold has nothing to do with what arrives."""
    panel = small_panel(20)
    luck = np.random.default_rng(2).random(int(panel.place.max()) + 1)[panel.place]
    one = chosen(replace(panel, predicted=luck), "completion_3", planned_choice("introduction", PLAN), 0.95)
    assert (one.refusal, np.isnan(one.estimate)) == ("weak_instrument", True)
