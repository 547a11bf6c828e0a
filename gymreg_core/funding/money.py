"""Money is integer öre, and parts add up to their total: the one place where amounts are rounded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

ORE = 100
"""Öre in a krona."""
MONTHS = 12

Ore = NDArray[np.int64]


def split(total: int, weights: ArrayLike) -> Ore:
    """`total` öre in parts (n,) after non-negative integer weights (n,), by the largest remainder: they add up to it.

    Of equal remainders the earlier part gets the öre. A negative total is the split of its positive, negated.
    Errors: ValueError where no weight is above 0 or one is below.
    """
    parts = np.asarray(weights, dtype=object)
    whole = sum(parts.tolist())
    if whole <= 0 or any(part < 0 for part in parts.tolist()):
        raise ValueError("weights have to be 0 or more, and not all of them 0")
    size = abs(int(total))
    shares = [divmod(size * int(part), whole) for part in parts.tolist()]
    amounts = np.array([share for share, _ in shares], dtype=np.int64)
    order = sorted(range(len(shares)), key=lambda at: -shares[at][1])
    amounts[order[: size - int(amounts.sum())]] += 1
    return amounts if total >= 0 else -amounts


def twelfth(yearly: ArrayLike, month: ArrayLike) -> Ore:
    """What of yearly amounts (n,) falls on calendar months 1-12 (n,): `split` in twelve equal parts, so that the months
    of a year add up to it (gymnasieförordningen 13 kap. 11 §)."""
    amount, at = np.asarray(yearly, np.int64), np.asarray(month, np.int64)
    size = np.abs(amount)
    return np.asarray(np.sign(amount) * (size // MONTHS + (at <= size % MONTHS)), np.int64)


def part(amount: ArrayLike, of: int, whole: int) -> Ore:
    """`of`/`whole` of amounts (n,), to the nearest öre, half an öre up: the first part of a `split` in two."""
    size = np.asarray(amount, np.int64)
    return np.asarray(np.sign(size) * ((np.abs(size) * (2 * of) + whole) // (2 * whole)), np.int64)


def nearest(amount: Fraction) -> int:
    """An exact amount to the nearest whole, half up: kronor of a price list, or öre of an amount in öre."""
    size = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return size if amount >= 0 else -size
