"""Cells as they are gathered, one after the other, each key once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.small import small


@dataclass
class Sheet:
    """Cells of a table. A count that stands in several rows is known where one of them shows it, and guarded where one
    hides it. twice : keys that are shown with two values."""

    at: dict[str, int] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    why: list[int] = field(default_factory=list)
    unit: list[float] = field(default_factory=list)
    guarded: list[bool] = field(default_factory=list)
    amounts: list[bool] = field(default_factory=list)
    sums: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)
    twice: dict[str, None] = field(default_factory=dict)

    def cell(
        self, key: str, value: float, why: int = 0, *, unit: float = 0.0, guarded: bool = False, amount: bool = False
    ) -> int:
        """Add a cell; its place. value : NaN where it is not shown."""
        place = self.at.setdefault(key, len(self.values))
        if place == len(self.values):
            self.keys.append(key)
            self.values.append(value)
            self.why.append(why)
            self.unit.append(unit)
            self.guarded.append(guarded)
            self.amounts.append(amount)
            return place
        before, half = self.values[place], self.unit[place]
        self.guarded[place] |= guarded
        if math.isnan(value):
            if math.isnan(before) and self.why[place] == Why.NOWHERE:
                self.why[place] = why
            return place
        if not math.isnan(before) and abs(before - value) > unit + half:
            self.twice[key] = None
        if math.isnan(before) or unit < half:
            self.values[place], self.why[place], self.unit[place] = value, why, unit
        return place

    def adds_up(self, whole: int, parts: Sequence[int]) -> None:
        """Say that the cells at `parts` add up to the one at `whole`."""
        if whole not in parts:
            self.sums[whole, tuple(sorted(parts))] = None

    def known(self, place: int) -> bool:
        return not math.isnan(self.values[place])

    def cells(self) -> Cells:
        """All of them."""
        found = Cells(
            tuple(self.keys),
            np.asarray(self.values, np.float64),
            np.asarray(self.why, np.int8),
            np.asarray(self.unit, np.float64),
            np.asarray(self.guarded, np.bool_),
            tuple(self.sums),
            np.asarray(self.amounts, np.bool_) if any(self.amounts) else None,
        )
        return replace(found, guarded=found.guarded & ~no_secret(found))


def no_secret(cells: Cells) -> NDArray[np.bool_]:
    """(n,): counts that are shown exactly and are not few. What they leave of a whole, and what they differ by from
    others, are cells of their own."""
    shown = ~np.isnan(cells.values) & (cells.unit == 0)
    few = small(np.where(shown, cells.values, 0))
    amounts = np.zeros(len(cells), np.bool_) if cells.amounts is None else cells.amounts
    return np.asarray(shown & ~few & ~amounts, np.bool_)
