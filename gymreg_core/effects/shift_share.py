"""Shift-share regressions told at the level of the shocks: errors that hold where units with like shares share shocks.

Borusyak, Hull and Jaravel (2022), Review of Economic Studies 89; Adão, Kolesár and Morales (2019), Quarterly Journal of
Economics 134. Shares are taken as they are; what is taken to be drawn by chance are the shocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.fit import Fit
from gymreg_core.effects.panel import Floats, Ints
from gymreg_core.effects.regression import two_stage
from gymreg_core.effects.within import Within

_NOTHING = 1e-9
"""A share of the largest that is rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Shocks:
    """N shocks, each the amount of a level in a period, and n units that are exposed to those of their period.

    level, period : int64 (N,). size : (N,), the amount. weight : (N,), the exposure of all units to it. shares :
    (n, L), of a unit in each level; a sum below 1 leaves the rest exposed to nothing. of_period : int64 (n,). within :
    of the units' fixed effects and weights. controls : (n, q), what shares alone would tell, fixed effects taken out.
    """

    level: Ints
    period: Ints
    size: Floats
    weight: Floats
    shares: Floats
    of_period: Ints
    within: Within
    controls: Floats

    @classmethod
    def of(cls, shares: Floats, amounts: Floats, of_period: Ints, within: Within) -> Shocks:
        """Shares (n, L) of units, amounts (T, L) of periods, and the period of each unit (n,).

        Two things about amounts were no chance: that some levels have more than others, and some periods than others.
        So units are held to their shares (level by level), and to the sum of their shares in each period, as the shocks
        are to effects of levels and periods (sections 3.2 and 4.1 of the paper; Borusyak and Hull 2023, Econometrica
        91).
        """
        exposed = _totals(within.weights[:, None] * shares, of_period, len(amounts))
        period, level = np.nonzero(exposed > 0)
        by_period = shares.sum(axis=1)[:, None] * (of_period[:, None] == np.unique(of_period))
        controls = within(np.column_stack([shares, by_period]))
        return cls(level, period, amounts[period, level], exposed[period, level], shares, of_period, within, controls)

    @property
    def effective(self) -> float:
        """How many levels it is that tell something: 1 by the sum of squares of each level's share of what is left of
        the shocks once levels and periods are out. 0 where nothing is."""
        if not len(self.size):
            return 0.0
        left = self._within(self.size)
        told = np.bincount(self.level, self.weight * left**2)
        size = float(self.weight @ self.size**2)
        return 0.0 if told.sum() <= _NOTHING**2 * max(size, 1e-300) else float(told.sum() ** 2 / (told @ told))

    def fit(self, outcome: NDArray[Any], treatment: NDArray[Any] | None, pupils: int, confidence: float) -> Fit:
        """Of outcomes (n,) on a treatment (n,) by the shocks, or on what the shocks bring (None); levels are clusters.

        The estimate is that of the units by their shares times amounts; only its errors are told by shocks, whatever
        the amounts of a level have to do with one another over periods.
        """
        heads = np.full(len(self.level), pupils / len(self.level))
        brought = self._brought if treatment is None else self._of_shocks(treatment)
        clustered = (self._within, self.level, confidence)
        return two_stage(self._of_shocks(outcome), brought, self.size, *clustered, pupils=heads)

    @cached_property
    def _within(self) -> Within:
        return Within.of([self.level, self.period], self.weight)

    @cached_property
    def _brought(self) -> Floats:
        """What the shocks bring the units by their shares, as the other columns."""
        table = np.zeros((int(self.period.max()) + 1, self.shares.shape[1]))
        table[self.period, self.level] = self.size
        return self._of_shocks((self.shares * table[self.of_period]).sum(axis=1))

    def _of_shocks(self, values: NDArray[Any]) -> Floats:
        """The mean of what is left of a column (n,) over the units exposed to each shock, by their exposure: (N,)."""
        root = np.sqrt(self.within.weights)
        left = root * self.within(values)
        left -= self._controls @ (self._controls.T @ left)
        totals = _totals((root * left)[:, None] * self.shares, self.of_period, int(self.period.max()) + 1)
        return np.asarray(totals[self.period, self.level] / self.weight)

    @cached_property
    def _controls(self) -> Floats:
        """Columns at right angles that span the controls, one of which may follow from the others: (n, rank)."""
        columns, size, _ = np.linalg.svd(np.sqrt(self.within.weights)[:, None] * self.controls, full_matrices=False)
        return np.asarray(columns[:, size > _NOTHING * size[0]])


def _totals(values: Floats, of_period: Ints, periods: int) -> Floats:
    """Sums over the units of each period: (n, L) -> (T, L)."""
    totals = np.zeros((periods, values.shape[1]))
    np.add.at(totals, of_period, values)
    return totals
