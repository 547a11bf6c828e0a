"""Schools beside their intake: shrinkage by hand, planted differences, and regions too small to compare anything."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.model_words import phrase
from gymreg_core.cohort.outcomes import outcomes
from gymreg_core.cohort.schools import Differences, SchoolComparison, compare_schools, drawn, expected, span, stability
from gymreg_core.cohort.shrinkage import between_variance, shrink
from gymreg_core.cohort.starts import starts
from gymreg_core.rules import rule
from gymreg_core.synthetic.histories import make_enrolments
from tests.cohorts import tiny_histories
from tests.schools_planted import found, planted


def test_shrinkage_by_hand() -> None:
    """Chance 0.03, between schools 0.01: a quarter of a difference is left; chance 0.01: half of it."""
    drawn = shrink(np.array([0.2, -0.2, 0.0]), np.array([0.03, 0.01, 0.01]), 0.01)
    np.testing.assert_allclose(drawn.value, [0.05, -0.1, 0.0])
    # curvature = 0.5 sum(v A / W^2) + 0.5 sum(d^2 A (A - v) / W^3), with W = v + A
    first, second = 0.03 * 0.01 / 0.04**2, 0.01 * 0.01 / 0.02**2
    curvature = 0.5 * (first + 2 * second) + 0.5 * (0.04 * 0.01 * (0.01 - 0.03) / 0.04**3)
    share = 0.75
    doubt = (share * (1 - share)) ** 2 / (curvature + share * (1 - share))
    assert drawn.std_error[0] == pytest.approx(np.sqrt(0.03 * 0.25 + doubt * 0.04))
    assert drawn.std_error[2] == pytest.approx(np.sqrt(0.01 * 0.5))


def test_differences_are_drawn_in_by_what_a_school_adds_to_the_log_odds() -> None:
    """Two of 100 pupils with p = 0.5 and 0.9: a quarter and 0.09 of a share per unit, chance 0.05 and 0.03."""
    whole = Differences(
        np.array([3, 5, 8], np.int32),
        np.full(3, 100),
        np.array([60, 93, 50]),
        np.array([0.5, 0.9, 0.5]),
        np.array([0.05, 0.03, 0.05]),
    )
    seen, chance = np.array([0.1 / 0.25, 0.03 / 0.09, 0.0]), np.array([0.05 / 0.25, 0.03 / 0.09, 0.05 / 0.25]) ** 2
    between = between_variance(seen, chance)
    expected_value = seen * between / (between + chance) * np.array([0.25, 0.09, 0.25])
    np.testing.assert_allclose(drawn(whole).value, expected_value)
    assert drawn(whole).between == pytest.approx(between * (0.0625 + 0.0081 + 0.0625) / 3)


def test_variance_between_schools_where_all_have_the_same_chance() -> None:
    """Then the highest point solves a quadratic equation: (1 - g/2) A^2 + (2v - gv/2 + Q/2) A + v^2 = 0."""
    difference, chance = np.random.default_rng(1).normal(0, 0.08, 30), 0.002
    g, q = len(difference), float(np.sum(difference**2))
    roots = np.roots([1 - g / 2, 2 * chance - g * chance / 2 + q / 2, chance**2])
    assert between_variance(difference, np.full(g, chance)) == pytest.approx(roots[roots > 0][0])


def test_variance_between_schools_lies_where_the_likelihood_is_highest() -> None:
    rng = np.random.default_rng(2)
    chance = rng.gamma(1, 0.002, 60) + 1e-4
    difference = rng.normal(0, np.sqrt(chance + 0.003))
    grid = np.exp(np.linspace(-12, -2, 4_001))
    whole = grid[:, None] + chance
    height = np.log(grid) - 0.5 * np.sum(np.log(whole) + difference**2 / whole, axis=1)
    assert between_variance(difference, chance) == pytest.approx(grid[np.argmax(height)], rel=0.003)  # the grid's step


def test_without_a_school_effect_there_is_next_to_no_variance() -> None:
    alike, apart = ([found(seed, spread, pupils=12_000) for seed in range(3)] for spread in (0.0, 0.5))
    assert max(one.between for one in alike) < 0.02  # the differences by chance alone are about 0.07
    assert all(one.hit.mean() > 0.99 for one in alike)
    assert np.mean([one.between / one.true for one in apart]) == pytest.approx(1, abs=0.1)


def test_planted_differences_are_covered() -> None:
    hits = np.concatenate([found(seed, 0.4, pupils=12_000).hit for seed in range(6)])
    assert 0.92 < hits.mean() < 0.98  # 1 000 schools: 95 per cent less or more 2 points, and what regions share


def test_the_spread_is_that_of_chance() -> None:
    intake, _ = planted(1, 0.0)
    whole, per_cohort = expected(intake)
    standard = whole.difference / whole.spread
    assert standard.std() == pytest.approx(1, abs=0.16)  # three standard errors of a deviation of 180
    assert sum(one.starters.sum() for one in per_cohort.values()) == whole.starters.sum() == len(intake.school)
    assert whole.completed.sum() == pytest.approx((whole.expected * whole.starters).sum(), abs=1e-3)


def test_stability_finds_how_steady_schools_are() -> None:
    steady, chance = (stability(expected(planted(3, spread)[0])[1]) for spread in (0.8, 0.0))
    assert (steady["low"] > 0.3).all()
    assert (steady["reliability"] > 0.4).all()
    assert (chance["low"] < 0).all()
    assert (chance["reliability"] < 0.3).all()
    assert steady["cohort"].tolist() == [2020, 2021]


def one_cohort(values: list[float], starters: int = 20, first: int = 0) -> Differences:
    n = len(values)
    school, counts = np.arange(first, first + n, dtype=np.int32), np.full(n, starters)
    share = np.array(values) + 0.5
    return Differences(school, counts, np.round(share * starters).astype(np.int64), np.full(n, 0.5), np.full(n, 0.01))


def test_stability_by_hand() -> None:
    before = [0.0, 0.1, 0.2, -0.1, -0.2, 0.05, 0.15, -0.15, 0.3, -0.3, 0.25]
    after = [0.1, 0.1, 0.2, -0.2, -0.1, 0.05, -0.05, -0.25, 0.3, -0.2, 0.15]
    table = stability({2020: one_cohort(before), 2021: one_cohort(after), 2023: one_cohort(after)})
    assert table["cohort"].tolist() == [2020]  # 2022 is missing
    row = table.iloc[0]
    assert row["correlation"] == pytest.approx(np.corrcoef(before, after)[0, 1])
    z = np.arctanh(row["correlation"])
    assert [np.arctanh(row["low"]), np.arctanh(row["high"])] == pytest.approx(
        [z - 1.96 / 8**0.5, z + 1.96 / 8**0.5], 1e-4
    )
    sure = [1 - 0.0001 / np.var(values, ddof=1) for values in (before, after)]
    assert row["reliability"] == pytest.approx(np.mean(sure))
    few = {2020: one_cohort(before, starters=8), 2021: one_cohort(after, starters=8)}
    assert stability(few).empty  # below `stability_pupils`
    assert stability({2020: one_cohort(before), 2021: one_cohort(after, first=4)}).empty  # seven in common


@pytest.fixture(scope="module")
def h() -> Histories:
    return histories(make_enrolments(range(2020, 2023), date(2025, 12, 31), seed=2, scale=0.12))


@pytest.fixture(scope="module")
def compared(h: Histories) -> SchoolComparison:
    return compare_schools(h, starts(h))


def test_counts_are_those_of_the_measure(h: Histories, compared: SchoolComparison) -> None:
    one = outcomes(card(rule("cohort_models", "outcome_card")), h, starts(h))
    assert compared.reason == ""
    assert compared.table["starters"].sum() == len(one.pupil)
    assert compared.table["completed"].sum() == one.completed.sum()
    schools = h.schools["unit"].to_numpy()[h.spells["school"].to_numpy()[one.row]]
    for place, count in zip(*np.unique(schools, return_counts=True), strict=True):
        row = compared.table[compared.table["school_id"] == h.schools["school_id"][place]]
        assert row["starters"].tolist() == [count]


def test_nothing_is_ranked(compared: SchoolComparison) -> None:
    table = compared.table
    pd.testing.assert_frame_equal(table, table.sort_values(["municipality", "school", "school_id"], ignore_index=True))
    assert (table["low"] < table["difference"]).all()
    assert (table["difference"] < table["high"]).all()
    assert not {"rank", "place"} & set(table.columns)
    assert "rangordnas inte" in compared.describe("sv")
    assert "not ranked" in compared.describe("en")


def test_the_order_of_pupils_changes_nothing() -> None:
    intake, _ = planted(5, 0.3, schools=30, pupils=2_000)
    order = np.random.default_rng(0).permutation(2_000)
    mixed = type(intake)(*(getattr(intake, name)[order] for name in ("school", "cohort", "completed", "design")))
    first, second = expected(intake)[0], expected(mixed)[0]
    np.testing.assert_allclose(first.expected, second.expected, atol=1e-9)  # sums in another order


NOTHING = {
    "no pupil": ("", "no_cohort"),
    "one pupil": ("| who | start |\n| eva | 2019-08-15 |", "few_schools"),
    "one school": ("| who | start |\n| eva | 2019-08-15 |\n| ann | 2020-08-15 |\n| bo | 2020-08-15 |", "few_schools"),
    "nobody completed": (
        "| who | start | school |\n" + "\n".join(f"| p{at} | 2020-08-15 | S{at % 12} |" for at in range(24)),
        "no_event",
    ),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_nothing_is_compared_the_reason_is_told(name: str) -> None:
    spells, reason = NOTHING[name]
    h = tiny_histories(spells, since="2019-07-01", as_of="2025-12-31")
    result = compare_schools(h, starts(h))
    assert result.reason == reason
    assert result.table.empty
    assert result.stability.empty
    for language in ("sv", "en"):
        assert result.describe(language)


def test_every_sentence_stands_in_both_languages(compared: SchoolComparison) -> None:
    assert phrase().incomplete() == []
    assert "förklarar" in compared.describe("sv")


def test_cohorts_are_told_as_a_span() -> None:
    assert (span([2020]), span([2020, 2021, 2022])) == ("2020", "2020-2022")
