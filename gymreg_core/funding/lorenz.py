"""How evenly an amount lies over pupils: Lorenz curve, Gini and concentration, exact in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Curve:
    """Shares that add up along an order of units, from 0 to 1.

    weights, amounts : added up, int64 (k + 1,), beginning with 0. Units that are tied in the order are one step, so
    that the curve does not depend on how they stand among themselves.
    """

    weights: Ints
    amounts: Ints

    @property
    def shares(self) -> tuple[Floats, Floats]:
        """Share of the weight and of the amount, float64 (k + 1,) each; NaN for the amount where it is 0 in all."""
        whole = self.amounts[-1]
        return self.weights / self.weights[-1], self.amounts / whole if whole else np.full(len(self.amounts), np.nan)

    @property
    def index(self) -> float:
        """1 less twice the area under the curve, NaN where there is no amount: Gini's index on a Lorenz curve, else the
        concentration index (Kakwani, Wagstaff and van Doorslaer 1997, Journal of Econometrics 77)."""
        whole = int(self.weights[-1]) * int(self.amounts[-1])
        if not whole:
            return float("nan")
        steps = np.diff(self.weights).tolist()
        sums = (self.amounts[1:].astype(object) + self.amounts[:-1].astype(object)).tolist()
        return float(1 - Fraction(sum(step * both for step, both in zip(steps, sums, strict=True)), whole))

    def top_share(self, part: Fraction) -> float:
        """Share of the amount that the last `part` of the weight has, the unit that it cuts through divided evenly."""
        shares, amounts = self.shares
        return float(1 - np.interp(1 - float(part), shares, amounts))


def lorenz(amounts: ArrayLike, weights: ArrayLike) -> Curve:
    """The curve of units in the order of their amount per weight, the least first.

    amounts : int64 (n,), 0 or more; those of 0 count. weights : int64 (n,), above 0.
    The index is the sum over i and j of w_i w_j |a_i/w_i - a_j/w_j| divided by twice the sums of weights and amounts.
    Errors: ValueError for weights or amounts that are not so.
    """
    own, w = np.asarray(amounts, np.int64), np.asarray(weights, np.int64)
    each = [Fraction(a, b) if b else Fraction(0) for a, b in zip(own.tolist(), w.tolist(), strict=True)]
    place = {value: rank for rank, value in enumerate(sorted(set(each)))}
    return concentration(own, w, np.array([place[value] for value in each], np.int64))


def concentration(amounts: ArrayLike, weights: ArrayLike, order: ArrayLike) -> Curve:
    """The curve of units (n,) in the order of another number (n,), the least first. Errors: ValueError as `lorenz`."""
    own, w = np.asarray(amounts, np.int64), np.asarray(weights, np.int64)
    if not len(w) or (w <= 0).any() or (own < 0).any():
        raise ValueError("weights have to be above 0 and amounts 0 or more")
    groups, which = np.unique(np.asarray(order), return_inverse=True)
    sums = [np.zeros(len(groups), np.int64), np.zeros(len(groups), np.int64)]
    for into, values in zip(sums, (w, own), strict=True):
        np.add.at(into, which, values)
    weight, amount = (np.concatenate([[0], np.cumsum(values)]).astype(np.int64) for values in sums)
    return Curve(weight, amount)
