"""Every reasonable choice against regressions with all dummies, and what choices and groups say together."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from gymreg_core.effects.choices import Choice, every_choice, planned_choice, school_predicted
from gymreg_core.effects.chosen import chosen
from gymreg_core.effects.found import Found
from gymreg_core.effects.heterogeneity import heterogeneity, holm
from gymreg_core.effects.panel import Floats, Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.specification import one_direction, specifications
from tests.effects_panels import small_panel

PLAN = AnalysisPlan(groups=("merit_band",), simulations=200)
OUTCOME = PLAN.outcome


@cache
def panel() -> Panel:
    return small_panel(24, range(2011, 2023), pupils=40)


@cache
def curve() -> Found:
    return specifications(panel(), PLAN, jobs=1)


def by_dummies(given: Panel, choice: Choice) -> float:
    """The estimate with a column for every level of every fixed effect."""
    years = given.cohorts[given.cohort]
    frame = pd.DataFrame(
        {
            "place": given.place,
            "year": years,
            "band": given.band,
            "type": given.vocational[given.programme],
            "known": given.known[OUTCOME],
            "total": given.total[OUTCOME],
            "dose": given.school_dose if choice.dose_of == "school" else given.dose,
            "foretold": school_predicted(given) if choice.dose_of == "school" else given.predicted,
            "exposure": given.exposure[given.cohort],
        }
    )
    frame = frame[frame["known"] > 0]
    if choice.programmes != "all":
        frame = frame[frame["type"] == (choice.programmes == "vocational")]
    partly = frame["exposure"].between(0.2, 1, inclusive="neither")
    if choice.cohorts == "without_partly":
        frame = frame[~partly]
    if choice.cohorts == "newest":
        # Of 2015-2019, which had it in all years and are known in 2022, the later three; those from before beside.
        before = (frame["year"] <= 2012) & (choice.design == "introduction")
        frame = frame[(frame["year"] >= 2017) | before]
    frame["instrument"] = frame["foretold"] * frame["exposure"]
    if choice.adjusted != "bands":
        shares = frame.pivot_table(index=["place", "year"], columns="band", values="known", fill_value=0)
        shares = shares.div(shares.sum(axis=1), axis=0).add_prefix("share_")
        sums = {"known": "sum", "total": "sum", "dose": "first", "instrument": "first", "type": "first"}
        frame = frame.groupby(["place", "year"]).agg(sums).join(shares).reset_index().assign(band=0)
    weight = frame["known"].to_numpy(float)
    if choice.weights == "cells":
        weight = weight / frame.groupby(["place", "year"])["known"].transform("sum").to_numpy(float)
    group = frame["year"] * 100 + frame["band"] + (10_000_000 * frame["type"] if choice.effects == "type_cohort" else 0)
    fixed = [pd.get_dummies(frame["place"]), pd.get_dummies(group)]
    controls = frame.filter(like="share_") if choice.adjusted == "shares" else frame[[]]
    beside = np.hstack([part.to_numpy(float) for part in (*fixed, controls)])
    columns = frame[["dose", "instrument"]].assign(outcome=frame["total"] / frame["known"]).to_numpy(float)
    root = np.sqrt(weight)[:, None]
    left = root * columns - root * beside @ np.linalg.lstsq(root * beside, root * columns, rcond=None)[0]
    tool = left[:, 1] if choice.design == "introduction" else left[:, 0]
    return float(tool @ left[:, 2] / (tool @ left[:, 0]))


SOME = [
    Choice("introduction"),
    Choice("dose", "school"),
    Choice("introduction", "school", "shares", "cells", "without_partly"),
    Choice("introduction", "school_programme", "none", "pupils", "newest", "vocational"),
    Choice("dose", "school_programme", "bands", "cells", "newest", "all", "type_cohort"),
    Choice("dose", "school", "shares", "pupils", "without_partly", "preparatory"),
    Choice("introduction", "school", "bands", "pupils", "newest", "all", "type_cohort"),
]


@pytest.mark.parametrize("choice", SOME, ids=lambda choice: "-".join(vars(choice).values()))
def test_a_choice_is_the_regression_with_all_dummies(choice: Choice) -> None:
    found = chosen(panel(), OUTCOME, choice, 0.95)
    assert found.refusal == ""
    # Of a least squares problem with hundreds of columns, solved in two ways.
    assert found.estimate == pytest.approx(by_dummies(panel(), choice), rel=1e-6, abs=1e-9)
    assert found.interval["low"] < found.estimate < found.interval["high"]


def test_a_school_is_foretold_what_its_pupils_from_before_bring() -> None:
    given, found = panel(), school_predicted(panel())
    base = np.isin(given.cohorts[given.cohort], (2011, 2012))
    for school in range(len(given.schools)):
        mine = given.school == school
        mean = np.average(given.predicted[mine & base], weights=given.pupils[mine & base])
        assert found[mine] == pytest.approx(np.full(mine.sum(), mean))


def test_no_choice_is_hidden() -> None:
    table = curve()["specifications"]
    choices = every_choice(panel(), PLAN)
    # 2 designs, 2 doses, 3 ways for merit, 2 weights, 3 sets of cohorts; programmes of both types with two kinds of
    # effects, of one type with one.
    assert len(table) == len(choices) == len(set(choices)) == 2 * 2 * 3 * 2 * 3 * (2 + 1 + 1)
    assert set(zip(*(table[name] for name in vars(choices[0])), strict=True)) == {
        tuple(vars(c).values()) for c in choices
    }
    assert list(table["number"]) == list(range(1, len(table) + 1))
    shown = table[table["refusal"] == ""]
    assert shown["estimate"].is_monotonic_increasing
    assert table.loc[table["refusal"] != "", ["estimate", "std_error", "low", "high"]].isna().all(axis=None)
    assert table["planned"].sum() == 2
    planned = table[table["planned"]].set_index("design")
    for design in ("introduction", "dose"):
        one = chosen(panel(), OUTCOME, planned_choice(design, PLAN), PLAN.confidence)
        assert planned.loc[design, "estimate"] == one.estimate


def test_a_panel_of_one_type_and_without_earlier_cohorts_keeps_its_rows() -> None:
    late = small_panel(24, range(2016, 2023))
    vocational = late.vocational[late.programme]
    codes = late.programmes[late.programme[vocational]]
    assert set(codes) == {"BA", "EE", "VO"}
    kept = {
        name: value[vocational]
        for name, value in vars(late).items()
        if isinstance(value, np.ndarray) and len(value) == len(late) and name != "schools"
    }
    sums = {
        name: {key: one[vocational] for key, one in getattr(late, name).items()}
        for name in ("known", "total", "settled_known", "settled_total")
    }
    found = specifications(replace(late, **kept, **sums), AnalysisPlan(programmes="vocational"), jobs=1)
    table = found["specifications"]
    assert len(table) == 2 * 2 * 3 * 2 * 3
    assert set(table["programmes"]) == {"vocational"}
    assert set(table.loc[table["design"] == "introduction", "refusal"]) == {"no_earlier"}
    test = found["joint_tests"].set_index("design")["refusal"]
    assert test["introduction"] == "no_earlier"


def test_one_direction_counts_what_is_told_from_none() -> None:
    table, tests = curve()["specifications"], curve()["joint_tests"].set_index("design")
    told = table[(table["design"] == "dose") & (table["adjusted"] != "none") & (table["refusal"] == "")]
    share = max((told["low"] > 0).mean(), (told["high"] < 0).mean())
    assert tests.loc["dose", "statistic"] == pytest.approx(share)
    assert tests.loc["dose", "number"] == len(told)


def with_effect(effect: float, seed: int = 0) -> Panel:
    """Outcomes without any noise but a cell's own, and an effect of the dose."""
    given, rng = panel(), np.random.default_rng(seed)
    mean = 0.3 + 0.03 * given.band + effect * given.dose
    noise = rng.normal(0, 0.3, len(given)) / np.sqrt(np.maximum(given.known[OUTCOME], 1))
    total: Floats = given.known[OUTCOME] * (mean + noise)
    return replace(given, total={**given.total, OUTCOME: total})


@pytest.mark.parametrize("design", ["introduction", "dose"])
def test_an_effect_turns_the_specifications_and_none_does_not(design: str) -> None:
    some = [one for one in every_choice(panel(), PLAN) if (one.design, one.adjusted) == (design, "bands")]
    for effect, seen in ((0.05, True), (0.0, False)):
        found = [chosen(with_effect(effect), OUTCOME, choice, 0.95) for choice in some]
        test = one_direction(found, len(panel().schools), PLAN)
        assert (test["p_value"] < 0.02) == seen
        assert (test["statistic"] > 0.5) == seen


def test_holm_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(4)
    for size in (1, 2, 5, 9):
        p = rng.random(size) ** 3
        assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1])
    assert holm([0.01, float("nan"), 0.03])[::2] == [0.02, 0.03]
    assert np.isnan(holm([float("nan")])[0])


def test_groups_are_regressions_of_their_own() -> None:
    found = heterogeneity(panel(), PLAN)
    table = found["estimates"].set_index(["design", "by", "group"])
    assert list(table.loc["dose"].loc["programme_type"].index) == ["preparatory", "vocational"]
    assert list(table.loc["dose"].loc["merit_band"].index) == ["0-159", "160-199", "200-239", "240-340"]
    assert (table["planned"] == (table.index.get_level_values("by") == "merit_band")).all()
    one = chosen(panel(), OUTCOME, Choice("dose", programmes="vocational"), 0.95)
    assert table.loc[("dose", "programme_type", "vocational"), "estimate"] == pytest.approx(one.estimate)
    inside = np.isin(panel().bands[panel().band], ["200-219", "220-239"])
    one = chosen(panel(), OUTCOME, Choice("introduction"), 0.95, inside)
    assert table.loc[("introduction", "merit_band", "200-239"), "estimate"] == one.estimate
    held = table.loc["dose"].loc["merit_band"]
    assert held["p_adjusted"].to_list() == pytest.approx(holm(held["p_value"].tolist()))


def test_groups_with_unlike_effects_are_told_apart() -> None:
    given = with_effect(0.0)
    high = panel().band >= 5
    total = given.total[OUTCOME] + given.known[OUTCOME] * np.where(high, 0.15 * given.dose, 0.0)
    unlike = replace(given, total={**given.total, OUTCOME: total})
    for made, differ in ((given, False), (unlike, True)):
        tests = heterogeneity(made, PLAN)["joint_tests"].set_index(["design", "by"])
        p_values = tests["p_value"].xs("merit_band", level="by")
        assert (p_values < 0.01).all() if differ else (p_values > 0.02).all()
        assert (tests.loc[("dose", "programme_type"), "number"]) == 2
