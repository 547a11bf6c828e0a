"""Cells by their coordinates: what a reader of tables knows, and what of it is to stay unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Why(IntEnum):
    """Why a cell is not shown. Readers see one symbol for all of them: which it was would tell more."""

    SHOWN = 0
    FEW = 1  # a count, or what it leaves of a whole, below the smallest that is shown
    NEAR_ALL = 2  # few are left of the whole, which the share beside it tells
    DOMINATED = 3  # an amount of which most is one school's or one provider's
    SINGLE = 4  # an independent provider that stands alone
    SENSITIVE = 5  # a measure that the audience is not told
    LINKED = 6  # with it, a sum or a difference would tell another
    EARLIER = 7  # with it, an earlier release would tell how few were added or taken away
    NEAR_NONE = 9  # few of the whole, which the share beside it tells
    NOWHERE = 8  # stands in no table; it follows from others, such as what remains of a whole


@dataclass(frozen=True, eq=False)
class Cells:
    """Numbers of one table or of a whole release, each under its key.

    keys : n texts, each once: `key_of`. The same number of pupils has the same key in every table.
    values : (n,) what is shown, NaN where nothing is.
    why : (n,) int8 of `Why`. unit : (n,) float64, half of what a shown value was rounded by; 0 where it is exact.
    guarded : (n,) bool: cells that have to stay open, each hidden one, and of those that stand nowhere the small ones.
    sums : pairs of the place of a whole and the places of the parts that add up to it.
    amounts : (n,) bool: amounts of money, which need not be whole numbers; None where all cells are counts.
    ratios : place of a part, place of a whole, and what the part is of it at least and at most: a share.

    Nothing here holds what is hidden, so that a record of a release can be kept without the persons' data; it is still
    no file for readers, since `guarded` and `why` tell which counts are small.
    """

    keys: tuple[str, ...]
    values: Floats
    why: NDArray[np.int8]
    unit: Floats
    guarded: NDArray[np.bool_]
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()
    amounts: NDArray[np.bool_] | None = None
    ratios: tuple[tuple[int, int, float, float], ...] = ()

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def none(cls) -> Cells:
        """Nothing that is told."""
        return cls((), np.zeros(0), np.zeros(0, np.int8), np.zeros(0), np.zeros(0, np.bool_))


def key_of(universe: str, measure: str, of: Mapping[str, object]) -> str:
    """The key of a count: ``universe|measure|name=value name=value``, names sorted.

    universe : what is counted, such as 'cohorts.measures'. of : the groups it is counted in; a group that is the whole
    ('' or None) is left out, and `by`, `group` stand for ``<by>=<group>``; 'region' and 'all' are the whole.
    """
    names = {str(name): str(value) for name, value in of.items() if value is not None and str(value) != ""}
    by = names.pop("by", "")
    group = names.pop("group", "") if by else ""
    if by and by not in ("region", "all"):
        names[by] = group
    return f"{universe}|{measure}|" + " ".join(f"{name}={names[name]}" for name in sorted(names))


def merged(parts: Iterable[Cells]) -> tuple[Cells, tuple[str, ...]]:
    """Everything that is told by all `parts` together, and the keys of cells that are shown with two values.

    A cell that one part shows is known, one that several show rounded as closely as all of them tell; one that any part
    guards is guarded. Sums and ratios of all parts hold, each once.
    """
    at: dict[str, int] = {}
    values: list[float] = []
    why: list[int] = []
    unit: list[float] = []
    guarded: list[bool] = []
    amounts: list[bool] = []
    ratios: dict[tuple[int, int, float, float], None] = {}
    sums: dict[tuple[int, tuple[int, ...]], None] = {}
    twice: dict[str, None] = {}
    for part in parts:
        place = []
        money = [False] * len(part) if part.amounts is None else part.amounts.tolist()
        columns = (part.values.tolist(), part.why.tolist(), part.unit.tolist(), part.guarded.tolist(), money)
        for key, value, reason, half, guard, amount in zip(part.keys, *columns, strict=True):
            here = at.setdefault(key, len(values))
            place.append(here)
            if here == len(values):
                values.append(value)
                why.append(reason)
                unit.append(half)
                guarded.append(guard)
                amounts.append(amount)
                continue
            guarded[here] |= guard
            amounts[here] |= amount
            if np.isnan(value):
                if np.isnan(values[here]) and why[here] == Why.NOWHERE:
                    why[here] = reason
                continue
            if not np.isnan(values[here]) and abs(values[here] - value) > unit[here] + half:
                twice[key] = None
            if np.isnan(values[here]):
                values[here], why[here], unit[here] = value, reason, half
                continue
            if half < unit[here]:
                why[here] = reason
            values[here], unit[here] = _narrower((values[here], unit[here]), (value, half))
        ratios |= dict.fromkeys((place[one], place[of], least, most) for one, of, least, most in part.ratios)
        for whole, members in part.sums:
            sums[place[whole], tuple(sorted(place[member] for member in members))] = None
    cells = Cells(
        tuple(at),
        np.asarray(values, np.float64),
        np.asarray(why, np.int8),
        np.asarray(unit, np.float64),
        np.asarray(guarded, np.bool_),
        tuple(sums),
        np.asarray(amounts, np.bool_),
        tuple(ratios),
    )
    return cells, tuple(twice)


def _narrower(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """What two rounded values of a number tell together, value and half a unit; the first where they contradict."""
    low, high = max(one[0] - one[1], other[0] - other[1]), min(one[0] + one[1], other[0] + other[1])
    half = (high - low) / 2
    return next((told for told in (one, other) if half == told[1]), ((low + high) / 2, half)) if half >= 0 else one
