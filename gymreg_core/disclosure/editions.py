"""Several releases held against one another: what differs between two editions of a number tells of those who differ.

A reader cannot know what a hidden number was before, and yet presumes: where all that has changed in a sum is told, the
rest is as it was; where all that is told has become more, nothing has become less. Protection has to hold against
whoever is right in presuming so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gymreg_core.disclosure.cells import Cells, Why, merged
from gymreg_core.disclosure.system import TINY

Pair = tuple[int, int, str]
"""A key that stands in two editions, by their numbers, and in none between them."""


@dataclass(frozen=True, eq=False)
class Editions:
    """All that is known of several releases.

    cells : of the newest under their keys; those of an earlier one that may differ have its number behind the key.
    changes : places of cells that say how much a count has changed. keys : the key of a cell by its name.
    """

    cells: Cells
    changes: tuple[int, ...]
    keys: Mapping[str, str]


def editions_together(editions: Sequence[Cells], apart: Collection[str] = ()) -> Editions:
    """What `editions`, the oldest first, tell together.

    apart : keys of which nothing is presumed, since what is shown would contradict it.
    """
    compared = _Compared(editions, apart)
    compared.presume_rests()
    signs = compared.signs()
    names = compared.names(signs)
    parts = [replace(one, keys=tuple(names[number, key] for key in one.keys)) for number, one in enumerate(editions)]
    changes = _Changes(compared, names, signs)
    cells, _ = merged([*reversed(parts), changes.cells()])
    at = {key: place for place, key in enumerate(cells.keys)}
    secret = {
        one.keys[place] for one in parts for place in np.flatnonzero(one.guarded & (one.why != Why.LINKED)).tolist()
    }
    # A number that was left out for the sake of others alone, and stands in another release, is no secret.
    told = ~np.isnan(cells.values) & (cells.unit == 0) & np.array([key not in secret for key in cells.keys], np.bool_)
    keys = {name: key for (_, key), name in names.items()} | changes.keys
    places = tuple(at[name] for name in changes.keys)
    return Editions(replace(cells, guarded=cells.guarded & ~told), places, keys)


class _Compared:
    """Editions, with what is known of how their numbers differ.

    differ : by pair, what the later edition shows more than the earlier; None where one of them shows no number, 0
    where rounding may be all. same : pairs that are known or presumed to be one number.
    """

    def __init__(self, editions: Sequence[Cells], apart: Collection[str]) -> None:
        self.editions, self.apart = editions, apart
        self.at = [{key: place for place, key in enumerate(one.keys)} for one in editions]
        last: dict[str, int] = {}
        self.differ: dict[Pair, float | None] = {}
        for number, one in enumerate(editions):
            for key in one.keys:
                if key in last:
                    self.differ[last[key], number, key] = self._difference(last[key], number, key)
                last[key] = number
        self.same = {pair for pair, by in self.differ.items() if by == 0}

    def unit(self, pair: Pair) -> float:
        first, second, key = pair
        return float(self.editions[first].unit[self.at[first][key]] + self.editions[second].unit[self.at[second][key]])

    def of_money(self, pair: Pair) -> bool:
        amounts = self.editions[pair[1]].amounts
        return amounts is not None and bool(amounts[self.at[pair[1]][pair[2]]])

    def _difference(self, first: int, second: int, key: str) -> float | None:
        more = float(
            self.editions[second].values[self.at[second][key]] - self.editions[first].values[self.at[first][key]]
        )
        if np.isnan(more):
            return None
        return 0.0 if abs(more) <= self.unit((first, second, key)) + TINY else more

    def presume_rests(self) -> None:
        """Presume that what a sum does not show is as it was, where what it shows is all that the whole has changed."""
        sums = list(self._sums())
        moved = True
        while moved:
            moved = False
            for whole, parts in sums:
                open_ = [pair for pair in (whole, *parts) if pair not in self.same and self.differ[pair] is None]
                if not open_ or any(pair[2] in self.apart for pair in open_) or (whole in open_ and len(open_) > 1):
                    continue
                shown = sum(self.differ[part] or 0.0 for part in parts)
                if abs((self.differ[whole] or 0.0) - shown) > TINY:
                    continue
                self.same.update(open_)
                moved = True

    def _sums(self) -> Iterator[tuple[Pair, list[Pair]]]:
        """Sums all of whose cells stand in the same two editions."""
        found = {}
        following = {(second, key): first for first, second, key in self.differ}
        for number, one in enumerate(self.editions):
            for whole, parts in one.sums:
                keys = [one.keys[place] for place in (whole, *parts)]
                firsts = {following.get((number, key), -1) for key in keys}
                if len(firsts) == 1 and -1 not in firsts:
                    first = firsts.pop()
                    found[first, number, *keys] = [(first, number, key) for key in keys]
        return ((whole, parts) for whole, *parts in found.values())

    def signs(self) -> dict[Pair, int]:
        """By pair that is not known to be one number: 1 where all that sums tie to it and is shown has become more, -1
        less, 0 where nothing is shown; pairs that are tied to both are not among them."""
        of: dict[Pair, Pair] = {pair: pair for pair in self.differ if pair not in self.same}

        def root(pair: Pair) -> Pair:
            while of[pair] != pair:
                of[pair] = of[of[pair]]
                pair = of[pair]
            return pair

        for whole, parts in self._sums():
            roots = [root(pair) for pair in (whole, *parts) if pair in of]
            for one in roots[1:]:
                of[one] = roots[0] if root(one) != root(roots[0]) else of[one]
        seen: dict[Pair, set[int]] = {}
        for pair in of:
            by = self.differ[pair]
            seen.setdefault(root(pair), set()).update(() if by is None else (1 if by > 0 else -1,))
        found = {pair: seen[root(pair)] for pair in of if pair[2] not in self.apart}
        return {pair: next(iter(told), 0) for pair, told in found.items() if len(told) <= 1}

    def names(self, signs: Mapping[Pair, int]) -> dict[tuple[int, str], str]:
        """The name of each key in each edition; one name for what is one number."""
        alike = self.same | {pair for pair, sign in signs.items() if sign == 0}
        after = {(first, key): (second, (first, second, key) in alike) for first, second, key in self.differ}
        names: dict[tuple[int, str], str] = {}
        for number in reversed(range(len(self.editions))):
            for key in self.editions[number].keys:
                later = after.get((number, key))
                if later is None:
                    names[number, key] = key
                else:
                    names[number, key] = names[later[0], key] if later[1] else f"{key} (edition {number + 1})"
        return names


class _Changes:
    """How much counts have changed: shown, or tied to both of the editions."""

    def __init__(self, compared: _Compared, names: Mapping[tuple[int, str], str], signs: Mapping[Pair, int]) -> None:
        self.keys: dict[str, str] = {}
        self.values: list[float] = []
        self.unit: list[float] = []
        self.ties: list[tuple[str, str, str]] = []  # the larger of two editions is the smaller and the change
        for pair, by in compared.differ.items():
            first, second, key = pair
            sign = signs.get(pair, 0)
            if pair in compared.same or compared.of_money(pair) or (by is None and sign == 0):
                continue
            name = f"change of {key} from edition {first + 1} to {second + 1}"
            self.keys[name] = key
            self.values.append(np.nan if by is None else abs(by))
            self.unit.append(0.0 if by is None else compared.unit(pair))
            if by is None:
                smaller, larger = (names[number, key] for number in ((first, second) if sign > 0 else (second, first)))
                self.ties.append((larger, smaller, name))

    def cells(self) -> Cells:
        others = list(dict.fromkeys(name for larger, smaller, _ in self.ties for name in (larger, smaller)))
        names = (*self.keys, *others)
        at = {name: place for place, name in enumerate(names)}
        n = len(names)
        return Cells(
            names,
            np.array([*self.values, *([np.nan] * len(others))], np.float64),
            np.full(n, int(Why.NOWHERE), np.int8),
            np.array([*self.unit, *([0.0] * len(others))], np.float64),
            np.zeros(n, np.bool_),
            tuple((at[larger], (at[smaller], at[change])) for larger, smaller, change in self.ties),
        )
