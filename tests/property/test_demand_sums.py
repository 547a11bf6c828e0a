"""Parts of a forecast of demand are its totals: what is expected, every simulated future, and the roundings alone."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.planning.demand import forecast_demand
from gymreg_core.planning.demand_rounding import apportioned, rounded_matrix
from tests import demands

_CASES = [(0, 20.0, 0.2), (1, 2.0, 0.6), (2, 0.3, 0.5), (3, 60.0, 0.0)]


@pytest.mark.parametrize(("seed", "mean", "empty"), _CASES)
def test_parts_are_the_totals_exactly(seed: int, mean: float, empty: float) -> None:
    frame = demands.choices(seed, mean=mean, empty=empty)
    told = forecast_demand(demands.inputs(frame), 2024, ahead=3, draws=40)
    rows = told.table
    programmes = rows[rows["programme"].ne("")]
    wholes = rows[rows["programme"].eq("")]
    of_region = programmes.groupby(["level", "year", "programme"])["expected"].sum().unstack("level")
    assert (of_region["home"] == of_region["region"]).all()
    assert (of_region["place"] == of_region["region"]).all()
    keys = ["level", "municipality", "year"]
    types = wholes[wholes["programme_type"].ne("")].groupby([*keys, "programme_type"])["expected"].sum()
    assert types.equals(programmes.groupby([*keys, "programme_type"])["expected"].sum())
    everyone = wholes[wholes["programme_type"].eq("")].groupby(keys)["expected"].sum()
    assert everyone.equals(programmes.groupby(keys)["expected"].sum())
    assert told.ways.groupby(["year", "home"])["expected"].sum().to_list() == _level(everyone, "home")
    assert told.ways.groupby(["year", "place"])["expected"].sum().to_list() == _level(everyone, "place")
    pupils = told.pupils.groupby(["year", "programme", told.pupils["municipality"].eq("*")])["expected"].sum()
    assert (pupils.unstack()[True] == pupils.unstack()[False]).all()


def _level(everyone: object, level: str) -> list[int]:
    found = everyone.loc[level].reset_index()  # type: ignore[attr-defined]
    return list(found.sort_values(["year", "municipality"])["expected"])


@pytest.mark.parametrize(("seed", "mean", "empty"), _CASES)
def test_every_future_is_whole_and_adds_up(seed: int, mean: float, empty: float) -> None:
    frame = demands.choices(seed, mean=mean, empty=empty)
    futures = forecast_demand(demands.inputs(frame), 2024, ahead=2, draws=60).futures
    assert (futures.homes >= 0).all()
    assert (futures.places >= 0).all()
    assert (futures.homes.sum(axis=2) == futures.places.sum(axis=3)).all()
    assert (futures.ways.sum(axis=3) == futures.homes.sum(axis=3)).all()
    assert (futures.ways.sum(axis=2) == futures.places.sum(axis=2)).all()


def test_intervals_hold_one_another_and_grow() -> None:
    told = forecast_demand(demands.inputs(demands.choices()), 2024, ahead=5, draws=200).table
    assert (told["low"] <= told["inner_low"]).all()
    assert (told["inner_low"] <= told["inner_high"]).all()
    assert (told["inner_high"] <= told["high"]).all()
    whole = told[told["level"].eq("region") & told["programme"].ne("")].groupby("year")[["low", "high"]].sum()
    width = (whole["high"] - whole["low"]).to_numpy()
    assert (np.diff(width) > 0).all()


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 400), st.lists(st.integers(0, 50), min_size=1, max_size=9).filter(any))
def test_remainders_as_one_hands_them_out(total: int, weights: list[int]) -> None:
    parts = apportioned(total, np.array(weights, np.float64))
    assert parts.sum() == total
    exact = total * np.array(weights) / sum(weights)
    assert (np.abs(parts - exact) < 1 + 1e-9).all()  # rounding of floats
    if (np.abs(exact * 2 - np.rint(exact * 2)) > 1e-6).all() or len(weights) == 1:  # no ties that floats may turn
        reference = demands.largest_remainders(total, weights)
        assert sorted(np.abs(parts - exact)) == pytest.approx(sorted(np.abs(np.array(reference) - exact)))


@pytest.mark.parametrize(("total", "weights"), [(-1, [1.0]), (1, [0.0, 0.0]), (1, [-1.0, 2.0]), (1, [np.nan])])
def test_what_cannot_be_apportioned_is_refused(total: int, weights: list[float]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        apportioned(total, np.array(weights))


@pytest.mark.parametrize("seed", range(12))
def test_a_matrix_is_as_near_as_any_with_its_margins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    expected = np.round(rng.gamma(1.0, 1.5, (2, 3)), 2) * (rng.random((2, 3)) > 0.2)
    whole = round(float(expected.sum()))
    rows = apportioned(whole, expected.sum(axis=1) + 1e-9)
    columns = apportioned(whole, expected.sum(axis=0) + 1e-9)
    found = rounded_matrix(expected, rows, columns)
    assert (found.sum(axis=1) == rows).all()
    assert (found.sum(axis=0) == columns).all()
    assert (found >= 0).all()
    best = min(
        _distance(expected, cells)
        for top in product(range(int(rows[0]) + 1), repeat=2)
        if (cells := _filled(top, rows, columns)) is not None
    )
    assert _distance(expected, found) == pytest.approx(best)


def _filled(top: tuple[int, ...], rows: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
    first = np.array([*top, rows[0] - sum(top)])
    cells = np.stack([first, columns - first])
    return cells if (cells >= 0).all() else None


def _distance(expected: np.ndarray, cells: np.ndarray) -> float:
    far = 4.0 * sum(expected.shape)  # a pupil where nobody goes counts as so many
    return float(np.where(expected > 0, np.abs(cells - expected), far * cells).sum())
