"""What is decided about money in a year, and what a change of a scenario makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.errors import BadParameters
from gymreg_core.funding.changed_prices import changed_prices
from gymreg_core.funding.money import ORE, Ore, part
from gymreg_core.funding.price_reckoning import share
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.scenarios import Change, PupilChange, SupplementChange
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.funding.supplement import Supplement

_MILLION = 10**6
Cost = Callable[["Decision"], int]
"""What the supplement of the year costs by a decision, in öre and without compensation for tax."""


@dataclass(frozen=True, eq=False)
class Decision:
    """Prices, supplement and rules of a price year; `pupils`: how many more there are than in the register, in turn."""

    year: int
    tariff: Tariff
    supplement: Supplement
    rules: SettlementRules
    pupils: tuple[PupilChange, ...] = ()

    @classmethod
    def packaged(cls, year: int) -> Decision:
        """As decided in rules/. Errors: RuleMissing for a year that nothing was decided for."""
        return cls(year, Tariff.packaged(), Supplement.packaged(year), SettlementRules.packaged(year))

    def changed(self, change: Change, cost: Cost) -> Decision:
        """The decision with a change on top. Errors: BadParameters where there is nothing to change."""
        if change.prices is not None:
            return replace(self, tariff=changed_prices(self.tariff, change.prices, self.year))
        if change.supplement is not None:
            return self._supplemented(change.supplement, cost)
        if change.pupils is not None:
            return replace(self, pupils=(*self.pupils, change.pupils))
        if change.vat is not None:
            return replace(self, rules=replace(self.rules, vat_reading=change.vat))
        days = change.count_days
        rules = self.rules.counted_on(days) if isinstance(days, int) else self.rules.counted_daily()
        return replace(self, rules=rules)

    def pays_as(self, other: Decision) -> bool:
        """Whether the same is paid for each pupil as by another decision."""
        same = self.tariff is other.tariff and self.supplement is other.supplement
        return same and self.rules == other.rules and self.year == other.year

    def _supplemented(self, change: SupplementChange, cost: Cost) -> Decision:
        amounts = None if change.amounts is None else [kronor * ORE for kronor in change.amounts]
        other = self.supplement.with_changes(
            limit=change.limit, bands=change.bands, missing_level=change.missing_level, amounts=amounts
        )
        if change.percent is not None:
            other = other.with_changes(amounts=_risen(other, change.percent, change.levels))
        decision = replace(self, supplement=other)
        if change.total is None:
            return decision
        now = cost(decision)
        if now <= 0:
            raise BadParameters(
                "no amounts make that total", where="supplement.total", why="Nobody is covered, or for nothing."
            )
        scaled = times(other.amounts_in(self.year), Fraction(change.total * ORE, now))
        return replace(self, supplement=other.with_changes(amounts=scaled.tolist()))


def times(amounts: ArrayLike, factor: Fraction) -> Ore:
    """So many times amounts (n,), the factor to a millionth part, to the nearest öre."""
    near = factor.limit_denominator(_MILLION)
    return part(amounts, near.numerator, near.denominator)


def pupil_factors(cells: pd.DataFrame, changes: tuple[PupilChange, ...]) -> NDArray[np.object_]:
    """How many times the pupils of each row (columns programme and payer) there are: Fraction (n,).

    Errors: BadParameters for a change that is about none of them.
    """
    factors = np.full(len(cells), Fraction(1), dtype=object)
    for change in changes:
        mine = np.ones(len(cells), np.bool_)
        for column, names in (("programme", change.programme), ("payer", change.home_municipality)):
            if names is not None:
                mine &= cells[column].isin(names).to_numpy()
        if not mine.all() and not mine.any():
            raise BadParameters(
                "nobody is paid for who is meant",
                where="pupils",
                why=f"Programme: {change.programme or 'any'}. Home municipality: {change.home_municipality or 'any'}.",
            )
        factors[mine] = factors[mine] * (1 + share(change.percent))
    return factors


def _risen(supplement: Supplement, percent: float, levels: tuple[int, ...] | None) -> list[int]:
    """The amounts with those of some levels risen."""
    unknown = sorted(set(levels or ()) - set(supplement.levels))
    if unknown:
        raise BadParameters(
            f"there is no level {', '.join(map(str, unknown))}",
            where="supplement.levels",
            remedy=f"Levels: {', '.join(map(str, supplement.levels))}.",
        )
    amounts = supplement.amounts_in(supplement.year)
    rises = [level in levels if levels else True for level in supplement.levels]
    return [int(amount) for amount in np.where(rises, times(amounts, 1 + share(percent)), amounts)]
