"""Differences that are partly chance, drawn towards zero by how much of them is (empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STEPS = 200


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Differences of g groups: value float64 (g,), drawn towards 0; std_error float64 (g,), of the true difference
    about it; between, the variance of the true differences.
    """

    value: Floats
    std_error: Floats
    between: float


def between_variance(difference: Floats, chance: Floats) -> float:
    """The variance of true differences about 0, where each is seen with a known variance of `chance`, both (g,).

    The likelihood times the variance at its highest: with as few groups as three it lies above 0, so that no group is
    ever told to be exactly as expected (Morris and Tang 2011, Statistical Science 26).
    """
    low, high = np.log(chance.min()) - 30, np.log(np.max(difference**2) + chance.max()) + 30
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(np.exp(middle), difference, chance) > 0 else (low, middle)
    return float(np.exp((low + high) / 2))


def _slope(between: float, difference: Floats, chance: Floats) -> float:
    """Of the logarithm of what is made highest, in the logarithm of the variance."""
    whole = between + chance
    return float(1 - 0.5 * np.sum(between / whole) + 0.5 * np.sum(between * difference**2 / whole**2))


def shrink(difference: Floats, chance: Floats, between: float) -> Shrunken:
    """Each difference times the share of its variance that is not chance; both (g,).

    The variance about it is what is left of chance, and what comes from `between` being an estimate as well: the share
    of chance is taken to vary as a beta variable with the curvature of the likelihood does (Morris and Tang 2011).
    """
    whole = between + chance
    share = chance / whole
    curvature = 0.5 * np.sum(chance * between / whole**2) + 0.5 * np.sum(
        difference**2 * between * (between - chance) / whole**3
    )
    doubt = share**2 * (1 - share) ** 2 / np.maximum(curvature + share * (1 - share), np.finfo(float).tiny)
    error = np.sqrt(chance * (1 - share) + doubt * difference**2)
    return Shrunken(difference * (1 - share), error, between)
