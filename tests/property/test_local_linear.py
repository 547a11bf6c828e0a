"""Jumps at a cut-off against least squares with dummies, on random applicants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import tests.effects_cutoff_reference as slow
from gymreg_core.effects.bandwidth import bandwidths
from gymreg_core.effects.local_linear import Points, adjusted, covariance, crossed, jump, local_fit, neighbour_residuals

EXACT = 1e-7
"""Both solve the same equations; fits of order 2 are conditioned to about 1e6."""


def applicants(seed: int, n: int = 80, *, groups: int = 4, step: float = 2.5) -> tuple[Points, np.ndarray]:
    """Merit in steps, some of those at 0 on either side, levels by group, two kinds of clusters."""
    rng = np.random.default_rng(seed)
    x = np.sort(np.round(rng.normal(0, 20, n) / step) * step) if step else np.sort(rng.normal(0, 20, n))
    right = (x > 0) | ((x == 0) & (rng.random(n) < 0.5))
    group = rng.integers(0, groups, n)
    clusters = crossed(group % 4, rng.integers(0, n // 2, n))
    y = rng.normal(size=n) + 0.5 * right + x / 30 + group + rng.normal(size=n)[clusters[1]]
    return Points(x, right, group, clusters), y


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kinds", [0, 1, 3])
def test_jump_and_its_errors_are_those_of_least_squares(seed: int, kinds: int) -> None:
    points, y = applicants(seed, groups=4 + seed)
    points = replace(points, clusters=points.clusters[:kinds])
    h, b = 25.0 + seed, 35.0
    found = jump(points, y, h, b)
    assert found is not None
    assert found.estimate == pytest.approx(slow.coefficients(points, y, 1, h)[0][0], rel=EXACT)
    assert found.corrected == pytest.approx(slow.corrected(points, y, h, b), rel=EXACT)
    plain, corrected = slow.weights(points, h, b)
    plain[np.abs(plain) < EXACT**2], corrected[np.abs(corrected) < EXACT**2] = 0, 0
    if kinds:
        residuals = [slow.without_own(points, y, order, width) for order, width in ((1, h), (2, b))]
        wanted = [slow.clustered(w, e, points.clusters[:2]) for w, e in zip((plain, corrected), residuals, strict=True)]
    else:
        residual = np.zeros(len(y))
        for upper in (True, False):
            side = (points.right == upper) & (np.abs(points.x) <= b)
            residual[side] = slow.neighbour_residuals(points.x[side], y[side])
        wanted = [float(((w * residual) ** 2).sum()) for w in (plain, corrected)]
    assert [found.std_error**2, found.corrected_error**2] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("step", [0.0, 2.5, 12.5])
@pytest.mark.parametrize("n", [2, 3, 4, 40])
def test_nearest_are_found_with_all_who_are_as_near(step: float, n: int) -> None:
    rng = np.random.default_rng(n)
    x = np.sort(rng.uniform(0, 60, n)) if not step else np.sort(np.round(rng.uniform(0, 60, n) / step) * step)
    y = rng.normal(size=n)
    assert neighbour_residuals(x, y) == pytest.approx(slow.neighbour_residuals(x, y))


def test_curves_and_levels_leave_no_bias_in_the_corrected_jump() -> None:
    points, _ = applicants(7)
    curve = np.where(points.right, 0.3 - points.x**2 / 900, points.x**2 / 500 + points.x / 9)
    found = jump(points, curve + 5 * points.groups, 25, 35)
    assert found is not None
    assert found.corrected == pytest.approx(0.3, abs=EXACT)
    assert abs(found.estimate - 0.3) > 0.1


def test_covariates_are_taken_away_as_a_joint_regression_does() -> None:
    """Calonico, Cattaneo, Farrell and Titiunik (2019): one coefficient for both sides."""
    points, y = applicants(3, 200)
    z = np.random.default_rng(1).normal(size=(200, 2))
    z = np.column_stack([z, points.x, z[:, 0]])
    less = adjusted(points, y + 2 * z[:, 0] - z[:, 1], z, 30)
    root = np.sqrt(np.maximum(0, 1 - np.abs(points.x) / 30))
    columns = [points.right, points.x * ~points.right, points.x * points.right, z[:, 0], z[:, 1]]
    design = np.column_stack([*columns, points.groups[:, None] == np.arange(4)])
    joint = np.linalg.lstsq(design * root[:, None], (y + 2 * z[:, 0] - z[:, 1]) * root, rcond=None)[0]
    fit = local_fit(points, 1, 30)
    assert fit is not None
    assert fit.influence[0] @ less == pytest.approx(joint[0], rel=EXACT)


def test_two_kinds_of_clusters_that_give_no_covariance_leave_the_first() -> None:
    weight, residual = np.ones(4), np.array([[1.0], [-1.0], [1.0], [-1.0]])
    same, other = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])
    one = covariance(weight, residual, (np.array([0, 1, 2, 3]),))
    assert covariance(weight, residual, crossed(same, other))[0, 0] == 0
    assert one[0, 0] == pytest.approx(4 * 3 / 4)


@pytest.mark.parametrize("x", [7.1, 7.3, 8.9])
def test_a_group_in_one_place_is_no_cluster_whatever_rounding_leaves_of_its_weights(x: float) -> None:
    points, y = applicants(0)
    at = np.full(3, np.searchsorted(points.x, x))
    group, one, other = (np.insert(code, at, code.max() + 1) for code in (points.groups, *points.clusters[:2]))
    more = Points(np.insert(points.x, at, x), np.insert(points.right, at, True), group, crossed(one, other))
    found, wanted = jump(more, np.insert(y, at, [9.0, 1.0, 3.0]), 25.0, 35.0), jump(points, y, 25.0, 35.0)
    assert found is not None
    assert wanted is not None
    assert found.clusters == wanted.clusters
    assert found.corrected_error == pytest.approx(wanted.corrected_error, rel=EXACT)


def test_width_follows_the_unit_of_points_and_not_the_level_of_the_outcome() -> None:
    points, y = applicants(5, 600, step=0.0)
    found, stretched = bandwidths(points, y), bandwidths(replace(points, x=points.x * 3), y * 7 + 100)
    assert found is not None
    assert stretched is not None
    assert (stretched.h, stretched.b) == pytest.approx((3 * found.h, 3 * found.b), rel=1e-5)


def test_more_bend_narrows_the_window_and_more_noise_widens_it() -> None:
    points, y = applicants(5, 2000, groups=1, step=0.0)
    points = replace(points, clusters=())
    noise = y - points.x / 30
    bend = np.where(points.right, 1, -1) * (points.x / 20) ** 2
    widths = [bandwidths(points, noise * scale + bend) for scale in (0.3, 1, 3)]
    assert all(widths)
    h = [one.h for one in widths if one]
    assert h[0] < h[1] < h[2]


def test_collinear_fits_give_nothing() -> None:
    points, y = applicants(1)
    assert jump(replace(points, right=np.ones(len(y), np.bool_)), y, 25, 35) is None
    assert jump(points, y, 2.0, 35) is None
    assert bandwidths(replace(points, x=np.sign(points.x)), y) is None
