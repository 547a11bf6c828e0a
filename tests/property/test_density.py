"""The density test at cut-offs: its parts the slow way, its size where nobody sorts, its power where somebody does.

The cut-offs are those of admissions solved by deferred acceptance, so somebody is always at 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import factorial

import numpy as np
import pytest

from gymreg_core.effects.around import around, in_plan
from gymreg_core.effects.density import _derivative, local_density, sorting, stepwise
from gymreg_core.effects.local_linear import Points
from gymreg_core.effects.plan import AnalysisPlan
from tests.effects_admissions import admitted_margins
from tests.effects_cutoff_reference import coefficients

SIMULATIONS = 100
MOST = 13
"""Of 100 tests at the level of 5 per cent 5 reject; more than 13 do so less than once in a thousand."""


def admissions(many: int, seed: int, sorted_share: float = 0.0) -> Iterator[Points]:
    for one in range(many):
        rng = np.random.default_rng([seed, one])
        margins = admitted_margins(rng, intakes=3, applicants=1000, sorted_share=sorted_share)
        assert (margins.points[margins.better <= 0] <= 0).all()
        yield around(margins, in_plan(margins, AnalysisPlan())).points


def p_values(points: list[Points]) -> np.ndarray:
    tests = [sorting(one) for one in points]
    assert all(test is not None and test.stepwise for test in tests)
    return np.array([test.p_value for test in tests if test is not None])


def test_size_without_sorting_and_with_those_at_the_cutoff_counted() -> None:
    drawn = list(admissions(SIMULATIONS, 1))
    assert (p_values(drawn) < 0.05).sum() <= MOST
    counted = [stepwise(np.where(told.x >= 0, told.x + 2.5, told.x)) for told in drawn[:20]]
    assert np.mean([test is not None and test.p_value < 0.05 for test in counted]) > 0.9


def test_sorting_is_seen() -> None:
    """Of those within ten points below, three of ten are lifted; asked for is 80 of a hundred."""
    assert (p_values(list(admissions(30, 2, sorted_share=0.3))) < 0.05).mean() >= 0.8


def test_steps_are_counted_as_a_quadratic_through_the_counts() -> None:
    rng = np.random.default_rng(4)
    x = np.round(rng.normal(3, 20, 5000) / 2.5) * 2.5
    x = x[x != 0]
    test = stepwise(x)
    assert test is not None
    at = np.delete(np.arange(-14, 15), 14) * 1.0
    counts = np.array([(x == 2.5 * one).sum() for one in at]) * 1.0
    grid = Points(at, at > 0, np.zeros(28, np.int64))
    weights = np.array([coefficients(grid, unit, 2, 15)[0][0] for unit in np.eye(28)])
    assert test.right - test.left == pytest.approx(weights @ counts)
    assert test.error**2 == pytest.approx(weights**2 @ counts)
    doubled = stepwise(np.repeat(x, 2), (np.arange(2 * len(x)), np.repeat(np.arange(len(x)), 2)))
    assert doubled is not None
    assert (doubled.statistic, doubled.error) == pytest.approx((test.statistic, 2 * test.error))


def test_values_off_the_steps_fall_in_the_step_away_from_the_cutoff() -> None:
    x = np.concatenate([np.arange(-34.9, 0, 0.1), np.arange(0.1, 35, 0.1)])
    test, steps = stepwise(x), stepwise(np.sign(x) * np.ceil(abs(x) / 2.5) * 2.5)
    assert test == steps
    assert test is not None
    assert test.left == pytest.approx(25, rel=0.05)


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(("order", "derivative"), [(2, 1), (3, 1), (4, 3)])
def test_density_is_the_slope_of_the_distribution_function_of_the_others(
    side: int, order: int, derivative: int
) -> None:
    rng = np.random.default_rng(order)
    x = np.sort(np.round(rng.normal(4, 20, 300), 1))
    share = np.array([(np.delete(x, i) <= x[i]).mean() for i in range(len(x))])
    near = (np.abs(x) < 18) & (x * side >= 0)
    root = np.sqrt(1 - np.abs(x[near]) / 18)
    design = x[near][:, None] ** np.arange(order + 1)
    wanted = np.linalg.lstsq(design * root[:, None], share[near] * root, rcond=None)[0][derivative]
    assert _derivative(x, side, 18.0, order, derivative)[0] == pytest.approx(wanted * factorial(derivative), rel=1e-6)


def test_error_of_the_difference_is_that_of_leaving_applicants_out() -> None:
    """Within 3 per cent: leaving out also moves the design of the fit, by less the more applicants there are."""
    x = np.sort(np.random.default_rng(8).normal(4, 20, 800))

    def difference(of: np.ndarray) -> float:
        return _derivative(of, 1, 15.0, 3, 1)[0] - _derivative(of, -1, 15.0, 3, 1)[0]

    without = np.array([difference(np.delete(x, i)) for i in range(len(x))])
    jackknife = (len(x) - 1) / len(x) * ((without - without.mean()) ** 2).sum()
    told = sum(_derivative(x, side, 15.0, 3, 1)[1] for side in (-1, 1))
    assert np.sqrt(told) == pytest.approx(np.sqrt(jackknife), rel=0.03)


def test_size_and_power_of_the_test_of_values_without_steps() -> None:
    rng = np.random.default_rng(6)
    draws = [rng.normal(5, 30, 1200) for _ in range(SIMULATIONS)]
    assert sum(local_density(x).p_value < 0.05 for x in draws) <= MOST
    lifted = [np.where((x < 0) & (x > -6) & (rng.random(len(x)) < 0.5), -x, x) for x in draws[:30]]
    assert np.mean([local_density(x).p_value < 0.05 for x in lifted]) >= 0.8


def test_which_test_is_made() -> None:
    rng = np.random.default_rng(3)
    points = Points(np.sort(rng.normal(0, 20, 1000)), np.zeros(1000, np.bool_), np.zeros(1000, np.int64))
    fine, steps = sorting(points), sorting(replace(points, x=np.round(points.x / 2.5) * 2.5))
    assert fine is not None
    assert steps is not None
    assert (fine.stepwise, steps.stepwise) == (False, True)
    with_last = sorting(Points(np.append(points.x, np.zeros(90)), np.zeros(1090, np.bool_), np.zeros(1090, np.int64)))
    assert with_last == fine
    assert sorting(replace(points, x=np.abs(points.x))) is None
    assert sorting(replace(points, x=points.x * 100)) is None
    assert steps.power(0.0, 0.05) == pytest.approx(0.05)
    assert steps.power(10.0, 0.05) == pytest.approx(1.0)
