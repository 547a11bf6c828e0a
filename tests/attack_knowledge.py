"""What a reader knows beside counts and their sums: shares, prices, means, and that a number is shown at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gymreg_core.disclosure.cells import Cells, Why


@dataclass(frozen=True)
class Share:
    """A share that is shown with so many decimals (0.333: three; 33.3 per cent: the same), of a part in a whole."""

    part: str
    whole: str
    share: float
    decimals: int


@dataclass(frozen=True)
class Price:
    """A public price, so that an amount tells how many it was paid for."""

    amount: str
    pupils: str
    price: float


@dataclass(frozen=True)
class Mean:
    """A mean over pupils that is shown with so many decimals, of those that `count` counts; `total` names their sum."""

    total: str
    count: str
    mean: float
    decimals: int


def from_shares(shares: Iterable[Share]) -> Cells:
    """What shares tell of their part and whole: whatever the one is, the other is within a share of it."""
    ratios = []
    for one in shares:
        half = _half(one.decimals)
        ratios.append((one.part, one.whole, max(one.share - half, 0.0), min(one.share + half, 1.0)))
    return _related(ratios)


def from_prices(prices: Iterable[Price]) -> Cells:
    """What public prices tell of pupils by amounts, and of amounts by pupils."""
    prices = list(prices)
    return _related([(one.amount, one.pupils, one.price, one.price) for one in prices], {one.amount for one in prices})


def from_means(means: Iterable[Mean]) -> Cells:
    """What means tell of the sums of what they are taken over, of which those of groups add up."""
    means = list(means)
    ratios = [(one.total, one.count, one.mean - _half(one.decimals), one.mean + _half(one.decimals)) for one in means]
    return _related(ratios, {one.total for one in means})


def from_order(keys: Sequence[str]) -> Cells:
    """That rows, bars or colours stand in the order of numbers, the largest first, also of those that are hidden."""
    return _related([(after, before, 0.0, 1.0) for before, after in pairwise(keys)])


def at_least(keys: Sequence[str], smallest: int) -> Cells:
    """That counts are `smallest` or more, which a median or a curve tells that is shown of them."""
    n = len(keys)
    names = (*keys, "the smallest that is shown", *(f"{key} above it" for key in keys))
    values = np.full(len(names), np.nan)
    values[n] = smallest
    why = np.asarray([Why.LINKED] * n + [Why.SHOWN] + [Why.NOWHERE] * n, np.int8)
    none = np.zeros(len(names))
    sums = tuple((place, (n, n + 1 + place)) for place in range(n))
    return Cells(names, values, why, none, none.astype(np.bool_), sums)


def _half(decimals: int) -> float:
    return 0.5 * 10.0**-decimals


def _related(ratios: Sequence[tuple[str, str, float, float]], amounts: Iterable[str] = ()) -> Cells:
    keys = tuple(dict.fromkeys(key for part, whole, *_ in ratios for key in (part, whole)))
    at, of_money = {key: place for place, key in enumerate(keys)}, set(amounts)
    none = np.zeros(len(keys))
    return Cells(
        keys,
        np.full(len(keys), np.nan),
        np.full(len(keys), int(Why.NOWHERE), np.int8),
        none,
        none.astype(np.bool_),
        (),
        np.asarray([key in of_money for key in keys], np.bool_),
        tuple((at[part], at[whole], least, most) for part, whole, least, most in ratios),
    )
