"""Are there as many applicants just above a cut-off as just below it? If not, somebody chose the side (sorting).

A cut-off is the lowest merit value admitted, so somebody is at 0 by construction, and where merit has steps the step
with the cut-off holds more than its neighbours: the larger a step, the likelier that the last seat falls in it. A test
with those at 0 in it would reject always. Given the cut-off, those strictly above and strictly below it are draws from
either part of the distribution: of n with K seats the expected number by a width w above is that of K - 1 draws,
(K - 1) E[f w / (1 - F(cut-off))] = n f w, and below (n - K) E[f w / F(cut-off)] = n f w, for the share of an order
statistic above it is Beta distributed. So whoever is at 0 is left out, and the rest compared.

Applicants who would be offered something better at the cut-off already are never above it, and would make those below
it more by nobody's doing: around.in_plan leaves them out. Those who would a little above it thin out from there on,
which moves the slope and not the level at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from scipy.stats import norm

from gymreg_core.effects.local_linear import Points, local_fit
from gymreg_core.effects.margins import Floats, Ints
from gymreg_core.rules import rule

_ORDER = 2
_LEAST = 20
"""Applicants on each side within a bandwidth, besides a parameter each: as in Cattaneo, Jansson and Ma (2018)."""
_HALF = 0.5


@dataclass(frozen=True)
class DensityTest:
    """A test of a jump in the density at 0.

    left, right : densities there, per point and applicant (stepwise: applicants per step). statistic : their difference
    over its standard error, and p_value by the normal distribution. error : the standard error. widths : bandwidths
    on the left and on the right, points. stepwise : by counts of steps.
    """

    left: float
    right: float
    error: float
    statistic: float
    p_value: float
    widths: tuple[float, float]
    stepwise: bool

    def power(self, jump: float, level: float) -> float:
        """Chance to see a density on the right that is larger by this share of their mean."""
        size = jump * (self.left + self.right) / 2 / self.error
        limit = float(norm.isf(level / 2))
        return float(norm.sf(limit - size) + norm.cdf(-limit - size))


def sorting(points: Points) -> DensityTest | None:
    """The density test for applicants around cut-offs, without those at 0; None where there are too few.

    By the counts of steps where fewer than half of the values are distinct, else by local_density.
    """
    keep = points.x != 0
    x = points.x[keep]
    inside = x[np.abs(x) <= rule("effects", "density_window")]
    if min((inside < 0).sum(), (inside > 0).sum()) < rule("effects", "fewest_in_window"):
        return None
    if len(np.unique(inside)) > _HALF * len(inside):
        return local_density(x)
    return stepwise(x, tuple(codes[keep] for codes in (*points.clusters[1:2], points.groups)))


def stepwise(x: Floats, clusters: tuple[Ints, ...] = ()) -> DensityTest | None:
    """By counts: x (n,), none of them 0, in steps of rules/merit_scale.yml.

    A local quadratic fit to the counts of steps within rules/effects.yml, density_window, which is the local linear one
    less its bias; its jump is a sum of one weight for each of x. Its variance is the largest of theirs as independent
    and of their sums in clusters, int64 (n,) each (applicants; cut-offs): any one of them alone was a little too small.
    Fit for values in steps as Frandsen (2017), whose test needs the cut-off to be set beforehand, is not.
    """
    step = float(rule("merit_scale", "cutoff_step"))
    steps = int(float(rule("effects", "density_window")) / step)
    place = (np.sign(x) * np.ceil(np.abs(x) / step)).astype(np.int64)
    inside = np.abs(place) <= steps
    place = place[inside]
    values = np.delete(np.arange(-steps, steps + 1), steps).astype(np.float64)
    grid = Points(values, values > 0, np.zeros(len(values), np.int64))
    fit = local_fit(grid, _ORDER, steps + 1.0)
    if fit is None:
        return None
    weights = np.insert(fit.influence[0], steps, 0.0)[place + steps]
    right = _level(grid.x[grid.right], np.bincount(place[place > 0] - 1, minlength=steps))
    jump = float(weights.sum())
    sums = [weights, *(np.bincount(codes[inside], weights) for codes in clusters)]
    error = float(np.sqrt(max((one**2).sum() for one in sums)))
    width = steps * step
    return _tested(right - jump, right, error, (width, width), stepwise=True)


def local_density(x: Floats) -> DensityTest:
    """By a local quadratic fit of the distribution function: x (n,), independent, at least _LEAST + 3 on each side.

    Cattaneo, Jansson and Ma (2020), JASA 115, and (2018), Stata Journal 18: unrestricted, triangular kernel, of order 2
    with the test by order 3, jackknife. Of the jackknife's sum what is told is the part of leading order: the centre
    cancels where both densities are the same, and what the fit leaves vanishes with the bandwidth. The bandwidth of
    each side is the middle one of those for its density, the difference and the sum of both; the first ones by the
    normal distribution and the uniform kernel.
    """
    x = np.sort(x)
    left, right = widths(x)
    order = _ORDER + 1
    (low, low_variance), (high, high_variance) = (
        _derivative(x, side, width, order, 1) for side, width in ((-1, left), (1, right))
    )
    return _tested(low, high, float(np.sqrt(low_variance + high_variance)), (left, right), stepwise=False)


def widths(x: Floats) -> tuple[float, float]:
    """Bandwidths on the left and on the right for sorted x (n,)."""
    n, p = len(x), _ORDER
    sides = (-1, 1)
    nearest = [np.sort(np.abs(x[x * side >= 0])) for side in sides]
    least = max(float(one[min(_LEAST + p, len(one) - 1)]) for one in nearest)
    most = max(float(one[-1]) for one in nearest)

    def held(width: float) -> float:
        return max(min(width, most), least)

    first, second = held(_normal_width(x, p, 1)), held(_normal_width(x, p + 2, p + 1))
    spread = [n * first * _derivative(x, side, first, p, 1)[1] for side in sides]
    gram, moments = _triangular(p)
    constant = float(np.linalg.solve(gram, moments)[1]) / factorial(p + 1)
    bias = [constant * side**p * _derivative(x, side, second, p + 2, p + 1)[0] for side in sides]

    def best(variance: float, square: float) -> float:
        return held(float((variance / (2 * p * square * n)) ** (1 / (2 * p + 1)))) if square > 0 else most

    both = [best(sum(spread), (bias[1] + sign * bias[0]) ** 2) for sign in (-1, 1)]
    middle = [float(np.median([best(v, b**2), *both])) for v, b in zip(spread, bias, strict=True)]
    return middle[0], middle[1]


def _derivative(x: Floats, side: int, width: float, order: int, derivative: int) -> tuple[float, float]:
    """A derivative of the distribution function at 0 from one side (-1, 1), and its variance, for sorted x (n,)."""
    n = len(x)
    rank = (np.searchsorted(x, x, side="right") - 1) / (n - 1)
    inside = (np.abs(x) <= width) & (x * side >= 0)
    near, rank = x[inside], rank[inside]
    powers = (near / width)[:, None] ** np.arange(order + 1)
    weighted = powers * (1 - np.abs(near) / width)[:, None]
    row = np.linalg.solve(weighted.T @ powers, weighted.T)[derivative] * factorial(derivative) / width**derivative
    reached = np.append(np.cumsum(row[::-1])[::-1], 0.0)[np.searchsorted(near, near)]
    return float(row @ rank), float((reached**2).sum()) / (n - 1) ** 2


def _normal_width(x: Floats, order: int, derivative: int) -> float:
    """The best width for a derivative of a normal distribution function at 0, by a one-sided uniform kernel."""
    n, spread = len(x), float(np.std(x, ddof=1))
    at = -float(x.mean()) / spread
    hermite = np.polynomial.hermite_e.hermeval(at, [0.0] * order + [1.0])
    bent = (-1) ** order * hermite * float(norm.pdf(at)) / spread ** (order + 1)
    j = np.arange(order + 1)
    g = np.linalg.inv(1 / (j[:, None] + j + 1))[derivative] * factorial(derivative)
    bias = float((g / (j + order + 2)).sum()) * bent / factorial(order + 1)
    inner = 1 - 1 / (j[:, None] + 2) - 1 / (j + 2) + 1 / (j[:, None] + j + 3)
    scaled = g / (j + 1)
    variance = float(scaled @ inner @ scaled) * float(norm.pdf(at)) / spread
    if bias == 0:
        return float("inf")
    ratio = (2 * derivative - 1) * variance / (2 * (order + 1 - derivative) * bias**2 * n)
    return float(ratio ** (1 / (2 * order + 1)))


def _triangular(order: int) -> tuple[Floats, Floats]:
    """Moments of the one-sided triangular kernel: of powers (order + 1, order + 1), and with the next power."""
    j = np.arange(order + 1)
    total, above = j[:, None] + j, j + order + 1
    return 1 / (total + 1) - 1 / (total + 2), 1 / (above + 1) - 1 / (above + 2)


def _level(at: Floats, counts: Ints) -> float:
    """The quadratic's value at 0 of counts (k,) at steps (k,) of one side, triangular weights."""
    powers = at[:, None] ** np.arange(_ORDER + 1)
    weighted = powers * (1 - np.abs(at) / (len(at) + 1))[:, None]
    return float(np.linalg.solve(weighted.T @ powers, weighted.T @ counts)[0])


def _tested(left: float, right: float, error: float, used: tuple[float, float], *, stepwise: bool) -> DensityTest:
    statistic = (right - left) / error if error > 0 else float("nan")
    return DensityTest(left, right, error, statistic, float(2 * norm.sf(abs(statistic))), used, stepwise)
