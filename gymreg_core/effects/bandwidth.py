"""Bandwidths of a regression discontinuity with the smallest mean squared error of the jump.

Calonico, Cattaneo and Titiunik (2014), Econometrica 82, section 4 and supplement; Calonico, Cattaneo, Farrell and
Titiunik (2017), Stata Journal 17 (`mserd`, and how values that repeat are allowed for); Calonico, Cattaneo and Farrell
(2020), Econometrics Journal 23. Three steps, each a plug-in rule that needs the one before: a width for the derivative
of the bias of the bias, the width b of the bias, the width h of the jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np

from gymreg_core.effects.local_linear import Fit, Points, covariance, local_fit, side_residuals
from gymreg_core.effects.margins import Floats

RULE_OF_THUMB = 2.576
"""Of the triangular kernel and the normal distribution."""
FEWEST_VALUES = 10
"""Distinct values on each side that a window has to hold where values repeat."""
REGULARISATION = 3.0
"""Times the variance of the estimated bias (Imbens and Kalyanaraman 2012)."""

_EDGE = 1e-8


@dataclass(frozen=True)
class Bandwidths:
    """h : of the jump. b : of its bias. values : distinct values on the left and on the right."""

    h: float
    b: float
    values: tuple[int, int]


def bandwidths(points: Points, y: Floats, order: int = 1, *, repeated: bool = True) -> Bandwidths | None:
    """Widths for the jump of y (n,) by a fit of `order`; None where a step has too little to go by.

    repeated : allow for values that repeat, by counting distinct ones.
    """
    x = points.x
    sides = (~points.right, points.right)
    values = [np.unique(np.abs(x[side])) for side in sides]
    if min(len(v) for v in values) <= order + 3:
        return None
    reach = [float(v[-1]) for v in values]
    quarter, three = np.quantile(x, [0.25, 0.75])
    spread = min(float(np.std(x, ddof=1)), float(three - quarter) / 1.349)
    n = sum(len(v) for v in values) if repeated else len(x)
    least = max(float(v[min(FEWEST_VALUES, len(v)) - 1]) for v in values) + _EDGE if repeated else 0.0
    pilot = max(min(RULE_OF_THUMB * spread * n**-0.2, max(reach)), least)
    everyone = max(reach) + _EDGE
    widths = [everyone]
    for fitted, derivative, regularised in (
        (order + 2, order + 2, False),
        (order + 1, order + 1, True),
        (order, 0, True),
    ):
        lower, upper = local_fit(points, fitted, pilot), local_fit(points, fitted + 1, widths[-1])
        if lower is None or upper is None:
            return None
        width = _best(points, y, (lower, pilot), (upper, widths[-1]), derivative, regularised)
        if not np.isfinite(width):
            return None
        widths.append(max(min(width, max(reach)), least))
    return Bandwidths(h=widths[3], b=widths[2], values=(len(values[0]), len(values[1])))


def _best(
    points: Points, y: Floats, lower: tuple[Fit, float], upper: tuple[Fit, float], derivative: int, regularised: bool
) -> float:
    """The width with the least mean squared error of the difference in a derivative that the lower fit tells.

    lower, upper : a fit and its width. The upper one tells the coefficient after the lower one's last, the bias.
    """
    (fit, pilot), (above, wide) = lower, upper
    order = fit.order
    left, right = ~points.right, points.right
    told = fit.influence[0] if derivative == 0 else fit.influence[2 * derivative] - fit.influence[2 * derivative - 1]
    told = told * factorial(derivative)
    spread = _variance(points, y, told, fit, pilot) * pilot ** (2 * derivative + 1)
    power = points.x ** (order + 1)
    bias = sum(
        (told @ np.where(side, power, 0.0)) * row for side, row in zip((left, right), above.influence[-2:], strict=True)
    )
    bias = bias * pilot ** (derivative - order - 1)
    squared = float(bias @ y) ** 2
    if regularised:
        squared += REGULARISATION * _variance(points, y, bias, above, wide)
    ratio = (2 * derivative + 1) * spread / (2 * (order + 1 - derivative) * squared) if squared > 0 else np.inf
    return float(ratio ** (1 / (2 * order + 3)))


def _variance(points: Points, y: Floats, weights: Floats, fit: Fit, width: float) -> float:
    """Of sum(weights * y), weights of the fit within the width."""
    residuals = fit.residuals(y, points.groups) if points.clusters else side_residuals(points, y, width)
    return float(covariance(weights, residuals[:, None], points.clusters)[0, 0])
