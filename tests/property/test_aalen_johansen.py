"""State probabilities against a slow exact reference, and against what must come out whatever the subjects are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from gymreg_core.cohort.aalen_johansen import EVENT_FREE, AalenJohansen, aalen_johansen, cumulative_incidence
from tests.aalen_johansen_reference import (
    Row,
    area,
    greenwood,
    jackknife,
    probabilities,
    random_rows,
    times_of,
)

ROUNDING = 1e-12
"""Sums of a few dozen fractions in double precision against the exact ones."""
SEEDS = range(60)


def run(rows: list[Row], states: int, **options: Any) -> AalenJohansen:
    return aalen_johansen(
        *(np.array([row[column] for row in rows]) for column in range(5)),
        states=[f"state {h}" for h in range(states)],
        **options,
    )


def wide(result: AalenJohansen, column: str = "probability") -> np.ndarray:
    return result.table[column].to_numpy().reshape(-1, len(result.states))


def column(rows: list[Row], name: str) -> np.ndarray:
    return np.array([getattr(row, name) for row in rows])


def until(rows: list[Row]) -> int:
    return max(row.stop for row in rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_probabilities_areas_and_greenwood_are_those_of_the_reference(seed: int) -> None:
    rows, states = random_rows(np.random.default_rng([1, seed]))
    plain = [row._replace(weight=1) for row in rows]
    result, exact = run(plain, states), probabilities(plain, states)
    assert_allclose(wide(result), np.array(exact, float), atol=ROUNDING)
    begin, end = min(row.start for row in rows), until(rows)
    of_p, of_area = greenwood(plain, states, end)
    assert_allclose(wide(result, "std_error"), np.sqrt(of_p), atol=1e-7, err_msg="a root of rounding near 0")
    expected = result.expected_time(end)
    assert_allclose(expected["time"], np.array(area(exact, times_of(plain), begin, end), float), atol=ROUNDING * 10)
    assert_allclose(expected["std_error"], np.sqrt(of_area), atol=1e-6, err_msg="a root of rounding near 0")
    assert expected["time"].sum() == pytest.approx(end - begin)


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_and_clusters_are_those_of_the_reference(seed: int) -> None:
    rows, states = random_rows(np.random.default_rng([2, seed]))
    result = run(rows, states, weights=column(rows, "weight"), clusters=column(rows, "cluster"))
    assert_allclose(wide(result), np.array(probabilities(rows, states), float), atol=ROUNDING)
    of_p, of_area = jackknife(rows, states, until(rows))
    assert_allclose(wide(result, "std_error"), np.sqrt(of_p), atol=1e-7)
    assert_allclose(result.expected_time(until(rows))["std_error"], np.sqrt(of_area), atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_censoring_they_are_plain_shares(seed: int) -> None:
    rows, states = random_rows(np.random.default_rng([3, seed]), censored=False, late=False)
    n = len({row.subject for row in rows})
    result = run(rows, states)
    for time, told in result.table.groupby("time"):
        there = np.bincount(
            [_state_at(rows, subject, time) for subject in {row.subject for row in rows}], minlength=states
        )
        assert_allclose(told["probability"], there / n, atol=ROUNDING)
        assert_allclose(told["std_error"], np.sqrt(there / n * (1 - there / n) / n), atol=1e-7)
    alone = run(rows, states, clusters=column(rows, "subject"))
    assert_allclose(wide(alone, "std_error"), wide(result, "std_error"), atol=1e-7)


def _state_at(rows: list[Row], subject: int, time: float) -> int:
    own = sorted((row for row in rows if row.subject == subject), key=lambda row: row.start)
    last = [row for row in own if row.start <= time][-1]
    return last.moved_to if last.stop == time and last.moved_to >= 0 else last.state


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("late", [False, True])
def test_two_states_are_kaplan_and_meier(seed: int, late: bool) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    rng = np.random.default_rng([4, seed])
    n = 80
    entry = rng.integers(0, 5, n) if late else np.zeros(n, int)
    entry[:10] = 0
    time, died = entry + rng.integers(1, 12, n), rng.random(n) < 0.6
    survival = SurvfuncRight(time, died.astype(int), entry=entry if late else None)
    result = cumulative_incidence(time, np.where(died, "event", ""), entry, at=survival.surv_times)
    told = result.table[result.table["state"] == EVENT_FREE]
    assert_allclose(told["probability"], survival.surv_prob, atol=ROUNDING)
    certain = survival.surv_prob > 0
    assert_allclose(told["std_error"][certain], survival.surv_prob_se[certain], atol=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_rows_and_where_they_are_split_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng([5, seed])
    rows, states = random_rows(rng)
    clusters, weights = column(rows, "cluster"), column(rows, "weight")
    base = run(rows, states, clusters=clusters, weights=weights)
    shuffled = [rows[at] for at in rng.permutation(len(rows))]
    again = run(shuffled, states, clusters=column(shuffled, "cluster"), weights=column(shuffled, "weight"))
    pd.testing.assert_frame_equal(base.table, again.table, check_exact=True)
    split = []
    for row in rows:
        middle = row.start + 1
        if middle < row.stop:
            split += [row._replace(stop=middle, moved_to=-1), row._replace(start=middle)]
        else:
            split.append(row)
    halves = run(split, states, clusters=column(split, "cluster"), weights=column(split, "weight"))
    assert_allclose(base.table["std_error"], halves.table["std_error"], atol=1e-7)
    pd.testing.assert_frame_equal(base.at_risk, halves.at_risk)
    assert_allclose(base.table["probability"], halves.table["probability"], atol=ROUNDING)


@pytest.mark.parametrize("seed", range(20))
def test_weights_stand_for_so_many_subjects(seed: int) -> None:
    rows, states = random_rows(np.random.default_rng([6, seed]))
    many = [row._replace(subject=10 * row.subject + copy) for row in rows for copy in range(row.weight)]
    weighted, repeated = run(rows, states, weights=column(rows, "weight")), run(many, states)
    assert_allclose(wide(weighted), wide(repeated), atol=ROUNDING)


@pytest.mark.parametrize("seed", range(20))
def test_intervals_lie_within_0_and_1_and_hold_the_estimate(seed: int) -> None:
    rows, states = random_rows(np.random.default_rng([7, seed]))
    for options in ({}, {"clusters": column(rows, "cluster")}):
        table = run(rows, states, **options).table
        assert table["low"].between(0, table["probability"] + ROUNDING).all()
        assert table["high"].between(table["probability"] - ROUNDING, 1).all()
        assert_allclose(table.groupby("time")["probability"].sum(), 1)


def test_any_time_can_be_asked_for() -> None:
    rows, states = random_rows(np.random.default_rng(8))
    result = run(rows, states)
    steps = result.table["time"].unique()
    halfway = result.at(steps + 0.25 * np.diff(np.append(steps, until(rows) + 1)).clip(0, 1) * (steps < until(rows)))
    assert_allclose(halfway["probability"], result.table["probability"])
    small = run(rows, states, at=steps[:2])
    assert_allclose(small.table["std_error"], result.table["std_error"][: len(small.table)])
