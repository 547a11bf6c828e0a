"""Scores, reaches and what surrounds a study path, each against a slow and obvious count on random cases."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.planning.cutoff_backtest import backtest_cutoffs, usual_rise
from gymreg_core.planning.cutoff_features import _others
from gymreg_core.planning.cutoff_scores import SCORES, scores
from gymreg_core.planning.cutoffs import forecast_cutoffs, identified
from gymreg_core.planning.level_model import fit_level, reaches, standardised
from gymreg_core.planning.path_history import usable
from tests.cutoffs_drawn import published, results

KINDS = ("competitive", "all_eligible_admitted", "none_admitted")


def ended(seed: int, rows: int) -> pd.DataFrame:
    """A random forecast with how it ended."""
    rng = np.random.default_rng(seed)

    def some(values: np.ndarray, share: float = 0.7) -> np.ndarray:
        return np.where(rng.random(rows) < share, values, np.nan)

    ladder = np.sort(rng.uniform(100, 300, (rows, 5)), axis=1)
    ladder[rng.random(rows) < 0.2] = np.nan
    table = pd.DataFrame(ladder, columns=["q10", "q25", "q50", "q75", "q90"])
    table["p_all_eligible"] = some(rng.random(rows), 0.9)
    table["cutoff_kind"] = rng.choice([*KINDS, None], rows)
    table["cutoff"] = np.where(table["cutoff_kind"] == "competitive", rng.uniform(100, 300, rows), np.nan)
    table["scale"] = rng.choice(["grades", "grades_and_test"], rows, p=[0.8, 0.2])
    table["april_cutoff"] = some(rng.uniform(80, 280, rows))
    table["last_cutoff_kind"] = rng.choice([*KINDS, None], rows)
    table["last_cutoff"] = np.where(table["last_cutoff_kind"] == "competitive", rng.uniform(100, 300, rows), np.nan)
    return table


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def slow_scores(table: pd.DataFrame, rise: float) -> dict[str, float | str]:
    rows = [row for _, row in table.iterrows()]
    told = [
        r for r in rows if r["cutoff_kind"] == "competitive" and r["scale"] == "grades" and not math.isnan(r["q50"])
    ]
    both = [r for r in told if not math.isnan(r["april_cutoff"])]
    known = [r for r in both if not math.isnan(r["last_cutoff"])]
    last = [r for r in told if not math.isnan(r["last_cutoff"])]

    def mae(of: list[pd.Series], what: str, add: float = 0.0) -> float:
        return mean([abs(r["cutoff"] - r[what] - add) for r in of])

    chance = [
        r
        for r in rows
        if r["cutoff_kind"] in KINDS[:2] and r["last_cutoff_kind"] in KINDS[:2] and not math.isnan(r["p_all_eligible"])
    ]
    opened = [float(r["cutoff_kind"] == KINDS[1]) for r in chance]
    out: dict[str, float | str] = {
        "both": len(both),
        "mae_both": mae(both, "q50"),
        "mae_rise": mae(both, "april_cutoff", rise),
        "both_last": len(known),
        "mae_both_last": mae(known, "q50"),
        "mae_rise_last": mae(known, "april_cutoff", rise),
        "mae_last_both": mae(known, "last_cutoff"),
        "last": len(last),
        "mae_of_last": mae(last, "q50"),
        "mae_last": mae(last, "last_cutoff"),
        "judged": len(told),
        "covered_80": mean([float(r["q10"] <= r["cutoff"] <= r["q90"]) for r in told]),
        "covered_50": mean([float(r["q25"] <= r["cutoff"] <= r["q75"]) for r in told]),
        "chance": len(chance),
        "brier": mean([(r["p_all_eligible"] - o) ** 2 for r, o in zip(chance, opened, strict=True)]),
        "brier_last": mean(
            [(float(r["last_cutoff_kind"] == KINDS[1]) - o) ** 2 for r, o in zip(chance, opened, strict=True)]
        ),
    }
    last_wins = bool(known) and out["mae_last_both"] <= out["mae_rise_last"]
    out["better_rule"] = "last" if last_wins else "rise" if both else ""
    pair = ("mae_both_last", "mae_last_both") if last_wins else ("mae_both", "mae_rise")
    for name, part, whole in (("both", *pair), ("last", "mae_of_last", "mae_last"), ("brier", "brier", "brier_last")):
        bottom = float(out[whole])
        out[f"ratio_{name}"] = float(out[part]) / bottom if bottom > 0 else float("nan")
    return out


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 25), st.floats(-10, 40))
def test_scores_are_those_of_a_slow_count(seed: int, rows: int, rise: float) -> None:
    table = ended(seed, rows)
    fast, slow = scores(table, rise), slow_scores(table, rise)
    assert list(fast) == list(SCORES)
    for name, value in fast.items():
        # sums in another order
        assert (
            value == slow[name] if isinstance(value, str) else value == pytest.approx(slow[name], rel=1e-9, nan_ok=True)
        )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=60), st.sampled_from([0.5, 0.8]))
def test_a_reach_is_the_smallest_score_that_holds_its_share_of_one_more(sizes: list[float], share: float) -> None:
    error = np.array(sizes)
    (reach,) = reaches(error, np.ones(len(error)), (share,))
    wanted = min(len(sizes), math.ceil(share * (len(sizes) + 1)))
    assert sum(size <= reach for size in sizes) >= wanted
    assert sum(size < reach for size in sizes) < wanted


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_mean_of_the_others_is_that_of_a_slow_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = pd.Series(np.where(rng.random(20) < 0.7, rng.normal(200, 30, 20), np.nan))
    group = pd.Series(rng.integers(0, 4, 20))
    slow = []
    for i in range(20):
        others = [values[j] for j in range(20) if j != i and group[j] == group[i] and not math.isnan(values[j])]
        slow.append(mean([*others, 210.0]))
    np.testing.assert_allclose(_others(values, [group], 210.0), slow)


def test_a_line_is_found_among_outliers_and_unknown_values() -> None:
    rng = np.random.default_rng(4)
    design = rng.normal(0, 1, (400, 3))
    target = 20 + design @ np.array([10.0, -5.0, 0.0]) + rng.normal(0, 1, 400)
    target[:20] += 200
    unsure = np.column_stack([np.arange(400) < 200])
    seen = np.where(rng.random((400, 3)) < 0.02, np.nan, design)
    told = fit_level(seen, unsure.astype(float), target)(
        np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), np.zeros((3, 1))
    )
    # 400 rows with an error of 1, 2 % of values unknown, held back by the rule: within a point of the truth.
    np.testing.assert_allclose(told.level, [20, 30, 15], atol=1.0)


def test_the_spread_follows_what_tells_of_it_and_sure_rows_count_more() -> None:
    rng = np.random.default_rng(5)
    loose = rng.random(600) < 0.5
    design = rng.normal(0, 1, (600, 1))
    target = 10 * design[:, 0] + np.where(loose, 30.0, 3.0) * rng.normal(0, 1, 600)
    told = fit_level(design, loose.astype(float)[:, None], target)(np.zeros((2, 1)), np.array([[0.0], [1.0]]))
    assert told.spread[1] > 3 * told.spread[0]


def test_columns_that_hold_nothing_say_nothing() -> None:
    columns = standardised(np.array([[np.nan, 1.0, 1.0], [np.nan, 1.0, 3.0]]))
    np.testing.assert_array_equal(columns(np.array([[5.0, 2.0, np.nan], [np.nan, 1.0, 99.0]])), [[0, 0, 0], [0, 0, 4]])


def test_a_backtest_is_its_forecasts_and_names_the_years_that_had_none() -> None:
    table = published((2021, 2022, 2023))
    judged = backtest_cutoffs(results(table), (2021, 2023))
    assert judged.table["year"].tolist() == [2023]
    assert list(judged.not_forecast) == [2021]
    assert "2021 preliminary" in judged.not_forecast[2021]
    told = forecast_cutoffs(results(table), 2023).table
    pd.testing.assert_frame_equal(judged.paths[told.columns], told)
    april, july = (table[(table["intake_year"] < 2023) & (table["round"] == r)] for r in ("preliminary", "final"))
    pairs = april.merge(july, on=["intake_year", "municipality", "school", "study_path_code"])
    rises = (pairs["cutoff_y"] - pairs["cutoff_x"]).dropna()
    assert usual_rise(usable(identified(results(table))), 2023) == np.median(rises)
    for language in ("sv", "en"):
        assert "2023" in judged.describe(language)
    assert judged.pooled()["covered_80"] == judged.table["covered_80"].iloc[0]
