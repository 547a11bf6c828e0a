"""What a tariff answers: a price with its rule, a table of prices, or the error that says what has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.errors import RuleMissing
from gymreg_core.rules.audience import OPEN_WEB, told_to


class PriceRule(NamedTuple):
    """What an amount rests on: how it came about, where that was published, and how sure it is (rules.STATUSES)."""

    rule: str
    source: str
    status: str


@dataclass(frozen=True)
class Price:
    """`amount`: öre per pupil and year, without VAT compensation and without the structural supplement."""

    amount: int
    rule: str
    source: str
    status: str


@dataclass(frozen=True, eq=False)
class PriceTable:
    """Prices of n keys.

    amount : int64 (n,), öre per pupil and year, -1 where there is no price. rule : int32 (n,), place in `rules`, -1
    where there is none. rules : every rule used, once.
    """

    amount: NDArray[np.int64]
    rule: NDArray[np.int32]
    rules: tuple[PriceRule, ...]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(n,): where there is no price; `price_missing` makes the error of it."""
        return self.amount < 0

    @property
    def table(self) -> pd.DataFrame:
        """A row for each rule used: rule, source, status, keys (how many of them rest on it)."""
        counts = np.bincount(self.rule[self.rule >= 0], minlength=len(self.rules))
        return pd.DataFrame(self.rules, columns=list(PriceRule._fields)).assign(keys=counts)


class PriceMissing(RuleMissing):
    """A study path is paid for that no list has a price for; nothing may be posted then."""


def price_missing(keys: pd.DataFrame) -> PriceMissing:
    """The error that says which study paths have no price: code, year of study, price year, and where `keys` has the
    columns, school (its name) and pupils (how many; fewer than the open web may knows are not told exactly).
    """
    least = int(told_to("smallest_count", OPEN_WEB))
    lines = []
    by = [name for name in ("code", "year_of_study", "price_year", "group", "school") if name in keys]
    counts = keys.groupby(by, sort=True)["pupils"].sum() if "pupils" in keys else keys.groupby(by, sort=True).size()
    for values, pupils in counts.items():
        told = dict(zip(by, values if isinstance(values, tuple) else (values,), strict=True))
        count = f"fewer than {least} pupils" if pupils < least else f"{pupils} pupils"
        at = f" at {told['school']}" if told.get("school") else ""
        lines.append(
            f"{told['code']}, year of study {told['year_of_study']}, {told['price_year']}{at}"
            + (f": {count}" if "pupils" in keys else "")
        )
    return PriceMissing(
        f"{'a study path has' if len(lines) == 1 else f'{len(lines)} study paths have'} no price; nothing was posted",
        where="rules/prices",
        why="\n  ".join(lines),
        remedy="Add the price with its source, or give the list that has it.",
    )
