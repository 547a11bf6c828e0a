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
from gymreg_core.effects.local_linear import Points, jump, local_fit
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


def test_errors_within_states() -> None:
    """rdrobust prints 1.534: the elections of a state on either side are clusters of their own, G / (G - 1) *
    (n - 1) / (n - 2) with those of the side within b. The same from the weights and residuals here. What is told here,
    1.483, is the jackknife's (without_own), and a state's two sides go together.
    """
    points, vote = elections()
    state = senate().dropna()["state"].to_numpy()
    fit = local_fit(points, 1, 18.084)
    assert fit is not None
    score = fit.influence[0] * fit.residuals(vote, points.groups)
    total = 0.0
    for side in (points.right, ~points.right):
        used = side & (fit.weights > 0)
        many, n = len(np.unique(state[used])), int((side & (np.abs(points.x) <= 27.651)).sum())
        total += (np.bincount(state[used], score[used]) ** 2).sum() * many / (many - 1) * (n - 1) / (n - 2)
    assert round(float(np.sqrt(total)), 3) == 1.534
    found = jump(replace(points, clusters=(state,)), vote, 18.084, 27.651)
    assert found is not None
    assert (round(found.estimate, 3), found.clusters) == (7.395, 50)
    assert found.std_error == pytest.approx(1.483, abs=5e-4)


def test_the_density_test_to_the_printed_digits() -> None:
    test = local_density(senate()["margin"].to_numpy())
    assert len(senate()) == 1390
    assert (round(test.statistic, 4), round(test.p_value, 4)) == (-0.8753, 0.3814)
    assert test.widths == pytest.approx((19.841108, 27.118787), abs=6e-7)
    assert (test.left, test.right, test.error) == pytest.approx((0.021686, 0.018138, 0.004054), abs=6e-7)
