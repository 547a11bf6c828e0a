"""Jump and density at a cut-off on the senate data, against what rdrobust 2.1.1 and rddensity 3.0 print for them.

Both are written from the papers alone. Bandwidths agree to six figures (which the kernel's constant in the first step
decides), estimates and errors with the same bandwidths to nine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.effects.bandwidth import bandwidths
from gymreg_core.effects.density import local_density
from gymreg_core.effects.local_linear import Points, jump
from tests.senate import senate


def elections() -> tuple[Points, np.ndarray]:
    told = senate().dropna()
    x = told["margin"].to_numpy()
    return Points(x, x >= 0, np.zeros(len(x), np.int64)), told["vote"].to_numpy()


def test_the_printed_digits() -> None:
    points, vote = elections()
    widths = bandwidths(points, vote)
    assert widths is not None
    assert (round(widths.h, 3), round(widths.b, 3)) == (17.754, 28.028)
    assert widths.values == (595, 665)
    found = jump(points, vote, widths.h, widths.b)
    assert found is not None
    assert (round(found.estimate, 3), round(found.std_error, 3)) == (7.414, 1.459)
    assert (round(found.low, 3), round(found.high, 3)) == (4.555, 10.273)
    assert (round(found.robust_low, 3), round(found.robust_high, 3)) == (4.094, 10.919)
    assert (found.left, found.right) == (360, 323)
    assert f"{found.p_value:.3e}" == "1.625e-05"


def test_the_digits_behind_them() -> None:
    points, vote = elections()
    found = jump(points, vote, 17.754398, 28.028089)
    assert found is not None
    behind = (found.estimate, found.corrected, found.std_error, found.corrected_error)
    assert behind == pytest.approx((7.414131, 7.506502, 1.458716, 1.741258), abs=6e-7)


def test_widths_that_do_not_allow_for_repeated_values() -> None:
    points, vote = elections()
    widths = bandwidths(points, vote, repeated=False)
    assert widths is not None
    assert (widths.h, widths.b) == pytest.approx((17.708030, 27.984123), rel=1e-6)


def test_other_widths() -> None:
    points, vote = elections()
    found = jump(points, vote, 15, 20)
    assert found is not None
    assert (round(found.estimate, 3), round(found.std_error, 3)) == (7.487, 1.560)
    assert (round(found.robust_low, 3), round(found.robust_high, 3)) == (4.185, 11.813)


def test_errors_within_states_differ_by_the_sides_going_together() -> None:
    """rdrobust prints 1.534 and [3.985, 11.025] and takes a state's elections on either side for different clusters.

    So done here too, what is left is the correction for few: G / (G - 1) * (n - 1) / (n - k) with the 100 clusters and
    all elections of both sides at once here, with the 50 clusters and the elections of each side there (1.528 against
    1.534), and the distribution, Student's here and the normal one there. A state's sides do go together: 1.471.
    """
    points, vote = elections()
    state = senate().dropna()["state"].to_numpy()
    apart = jump(replace(points, clusters=(2 * state + points.right,)), vote, 18.084, 27.651)
    together = jump(replace(points, clusters=(state,)), vote, 18.084, 27.651)
    assert apart is not None
    assert together is not None
    assert round(apart.estimate, 3) == 7.395
    assert (apart.clusters, together.clusters) == (100, 50)
    n = apart.left + apart.right
    ours = 100 / 99 * (n - 1) / (n - 4)
    sides = [50 / 49 * (side - 1) / (side - 2) for side in (apart.left, apart.right)]
    assert apart.std_error == pytest.approx(1.528, abs=5e-4)
    assert apart.std_error * np.sqrt(np.mean(sides) / ours) == pytest.approx(1.534, abs=1e-3)
    assert together.std_error == pytest.approx(1.471, abs=5e-4)


def test_the_density_test_to_the_printed_digits() -> None:
    test = local_density(senate()["margin"].to_numpy())
    assert len(senate()) == 1390
    assert (round(test.statistic, 4), round(test.p_value, 4)) == (-0.8753, 0.3814)
    assert test.widths == pytest.approx((19.841108, 27.118787), abs=6e-7)
    assert (test.left, test.right, test.error) == pytest.approx((0.021686, 0.018138, 0.004054), abs=6e-7)
