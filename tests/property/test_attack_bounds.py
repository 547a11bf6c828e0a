"""What the attacker finds is what trying out every solution finds, no more and no less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.disclosure.attack import attacked, bounds
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.policy import policy
from tests.attack_reference import cross, linear_bounds, solutions

OPEN = policy()
ALL_IN_WHOLE = OPEN.model_copy(update={"least_interval": 1000})
"""Every cell is near what is asked, so that whole numbers are looked for wherever linear bounds are none."""


def tiny(seed: int) -> Cells:
    rng = np.random.default_rng(seed)
    shape, mean = [((2, 2), 2.0), ((2, 3), 1.5), ((3, 3), 1.0), ((2, 2, 2), 1.0), ((2, 2, 3), 0.6)][seed % 5]
    zeros = seed % 4 == 0
    cells = cross(rng, shape, mean, rng.uniform(0.3, 0.7), zeros)
    if seed % 3 == 0:  # a number that is shown rounded
        cells.unit[rng.integers(len(cells))] = 1.0
    if zeros:
        return replace(cells, why=np.where(cells.guarded, int(Why.NOWHERE), 0).astype(np.int8))
    return cells


@pytest.mark.parametrize("seed", range(60))
def test_bounds_are_those_of_all_solutions(seed: int) -> None:
    cells = tiny(seed)
    points = solutions(cells, zeros_shown=True)
    low, high = bounds(cells, ALL_IN_WHOLE)
    assert low.tolist() == points.min(axis=0).tolist()
    assert high.tolist() == points.max(axis=0).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_linear_bounds_are_those_of_a_program_for_each_cell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = cross(rng, [(4, 4), (5, 5), (3, 3, 3)][seed % 3], 6, 0.5)
    cells = replace(counts, amounts=np.ones(len(counts), np.bool_))
    low, high = bounds(cells, OPEN)
    least, most = linear_bounds(cells)
    # HiGHS solves to 1e-7; numbers are below 1,000
    assert np.allclose(low, least, atol=1e-4)
    assert np.allclose(high, most, atol=1e-4)


@pytest.mark.parametrize("seed", range(40))
def test_the_early_way_out_finds_the_same_cells(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, mean = [((3, 4), 3.0), ((6, 6), 4.0), ((3, 3, 3), 3.0), ((2, 2, 4), 4.0)][seed % 4]
    cells = cross(rng, shape, mean, 0.55)
    low, high = bounds(cells, OPEN)
    narrow = cells.guarded & (high - low < OPEN.least_interval)
    found = attacked(cells, OPEN)
    assert found.places == tuple(np.flatnonzero(narrow).tolist())
    assert found.told == tuple(cells.keys[place] for place in found.places)
    assert found.guarded == cells.guarded.sum()
    if found.places:
        assert found.narrowest == pytest.approx((high - low)[narrow].min() / OPEN.least_interval)


def test_whole_numbers_are_closer_than_linear_bounds() -> None:
    """Six cells are alike, since each adds up to the same with a seventh; together they are 19 to 29, and so 24."""
    keys = ("together", *(f"with {n}" for n in range(6)), *(f"cell {n}" for n in range(6)), "seventh")
    values = np.array([24.0, *[20.0] * 6, *[np.nan] * 7])
    sums = ((0, tuple(range(7, 13))), *((1 + n, (7 + n, 13)) for n in range(6)))
    unit, why = np.where(values == 24, 5.0, 0.0), np.where(np.isnan(values), int(Why.FEW), 0).astype(np.int8)
    cells = Cells(keys, values, why, unit, values == 24, sums)
    assert attacked(cells, OPEN).told == ("together",)
    low, high = bounds(cells, OPEN)
    assert low[0] == high[0] == 24
    assert not attacked(replace(cells, amounts=np.ones(len(cells), np.bool_)), OPEN)


def test_sums_that_cannot_hold_are_named() -> None:
    cells = Cells(
        ("all", "a", "b"),
        np.array([10.0, 12, np.nan]),
        np.array([0, 0, 1], np.int8),
        np.zeros(3),
        np.array([False, False, True]),
        ((0, (1, 2)),),
    )
    found = attacked(cells, OPEN)
    assert found
    assert "b" in found.contradictory


@pytest.mark.parametrize(("share", "told"), [(0.04, True), (0.06, False)])
def test_amounts_are_bounded_by_a_share_of_them(share: float, told: bool) -> None:
    """Rounded to `share` either way, an amount is known to about twice that; a tenth is asked."""
    cells = Cells(
        ("amount",),
        np.array([1e6]),
        np.zeros(1, np.int8),
        np.array([share * 1e6]),
        np.ones(1, np.bool_),
        (),
        np.ones(1, np.bool_),
    )
    assert bool(attacked(cells, OPEN)) == told


def test_the_same_cells_give_the_same_answer_in_another_order() -> None:
    cells = cross(np.random.default_rng(5), (4, 4, 3), 4.0, 0.5)
    order = np.random.default_rng(6).permutation(len(cells))
    place = np.argsort(order)
    turned = Cells(
        tuple(cells.keys[one] for one in order),
        cells.values[order],
        cells.why[order],
        cells.unit[order],
        cells.guarded[order],
        tuple((int(place[whole]), tuple(place[list(parts)].tolist())) for whole, parts in reversed(cells.sums)),
    )
    assert set(attacked(turned, OPEN).told) == set(attacked(cells, OPEN).told)
    low, high = bounds(cells, OPEN)
    low_turned, high_turned = bounds(turned, OPEN)
    assert np.allclose(low[order], low_turned)
    assert np.allclose(high[order], high_turned)
