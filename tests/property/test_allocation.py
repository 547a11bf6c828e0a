"""Dividing whole numbers: the parts add up, keep their bounds, and follow their weights."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gymreg_core.synthetic.allocation import spread

weights = st.lists(st.floats(0, 1e6, allow_nan=False, width=32), min_size=1, max_size=40)


@given(weights, st.integers(0, 100_000))
def test_parts_add_up_to_the_total(weight: list[float], total: int) -> None:
    assert spread(total, weight).sum() == total


@given(weights, st.integers(0, 1000), st.data())
def test_bounds_hold_and_the_sum_is_the_nearest_they_allow(
    weight: list[float], total: int, data: st.DataObject
) -> None:
    low = np.array(data.draw(st.lists(st.integers(0, 20), min_size=len(weight), max_size=len(weight))))
    high = low + np.array(data.draw(st.lists(st.integers(0, 20), min_size=len(weight), max_size=len(weight))))
    parts = spread(total, weight, low, high)
    assert (parts >= low).all()
    assert (parts <= high).all()
    assert parts.sum() == min(max(total, low.sum()), high.sum())


@given(st.integers(1, 30), st.integers(0, 1000))
def test_equal_weights_give_parts_that_differ_by_one_at_most(count: int, total: int) -> None:
    parts = spread(total, np.ones(count))
    assert parts.max() - parts.min() <= 1


@given(weights, st.integers(0, 10_000))
def test_a_larger_weight_never_gets_less(weight: list[float], total: int) -> None:
    parts = spread(total, weight)
    order = np.argsort(weight, kind="stable")
    # Beyond one seat of rounding: equal remainders go to the first in order, whatever their weight.
    assert (np.diff(parts[order]) >= -1).all()


def test_nothing_to_divide_among_nobody() -> None:
    assert spread(5, []).tolist() == []
    assert spread(0, [1.0, 2.0]).tolist() == [0, 0]
    assert spread(3, [0.0, 0.0, 0.0]).tolist() == [1, 1, 1]
