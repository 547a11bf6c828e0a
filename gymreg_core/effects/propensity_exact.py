"""Chances of a seat over all lotteries, exact: what no lottery changes is settled, the rest is drawn lot by lot.

Applicants with the same choices and classes are one type. A market falls into parts that share no unit; in each, those
whom some lottery compares with one another stand in a group, and each of them has the best lot in it equally often.
Whoever has it is put above the others; then more is settled, and the market falls into smaller parts. A part that was
met before is not reckoned again.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from gymreg_core.effects.propensity_kernel import Bools, bounds

Entries = tuple[tuple[int, int], ...]
"""The choices of a type, best first: unit and class, higher first."""
Part = tuple[tuple[int, ...], tuple[int, ...], tuple[tuple[Entries, int], ...]]
"""Seats and lottery of each unit, and types with how many applicants they have, sorted."""
Seats = list[list[Fraction]]
"""Mean number of a type's applicants who are admitted, by type and entry."""
_DEEPEST = 200


class TooLarge(Exception):
    """More parts than were allowed."""


class ExactChances:
    """Chances of a seat in markets; parts that were reckoned once are kept.

    applicants : how many may be in each part that a market falls into at first. parts : how many parts may be reckoned
    for each of these.
    """

    def __init__(self, applicants: int, parts: int) -> None:
        self._applicants, self._parts, self._left = applicants, parts, parts
        self._known: dict[Part, Seats] = {}

    def of(self, market: Part) -> tuple[Seats, list[tuple[int, list[int]]], list[int]]:
        """The mean number of seats of each type and entry; the types, and which of their entries, of parts that were
        too large, for whom it stays 0; and the seats (u,) that are left to these."""
        found, left, parts = _settled(market)
        large: list[tuple[int, list[int]]] = []
        for members in parts:
            self._left = self._parts
            if sum(market[2][t][1] for t, _ in members) > self._applicants:
                large += members
                continue
            try:
                self._add(found, members, (tuple(left), *market[1:]), 0)
            except TooLarge:
                large += members
        return found, large, left

    def _market(self, market: Part, depth: int) -> Seats:
        found, left, parts = _settled(market)
        for members in parts:
            self._add(found, members, (tuple(left), *market[1:]), depth)
        return found

    def _add(self, found: Seats, members: list[tuple[int, list[int]]], market: Part, depth: int) -> None:
        """Enter what a part of the market gives; types that have the same choices left share alike."""
        seats, lotteries, types = market
        kept = [tuple(types[t][0][p] for p in places) for t, places in members]
        classes: dict[int, set[int]] = {}
        for u, c in (entry for entries in kept for entry in entries):
            classes.setdefault(u, set()).add(c)
        units = sorted(classes)
        number = {u: k for k, u in enumerate(units)}
        rank = {u: {c: k for k, c in enumerate(sorted(classes[u]))} for u in units}
        named = [tuple((number[u], rank[u][c]) for u, c in entries) for entries in kept]
        many: dict[Entries, int] = {}
        for (t, _), entries in zip(members, named, strict=True):
            many[entries] = many.get(entries, 0) + types[t][1]
        part = tuple(seats[u] for u in units), tuple(lotteries[u] for u in units), tuple(sorted(many.items()))
        if part not in self._known:
            self._known[part] = self._drawn(part, depth)
        of = {entries: got for (entries, _), got in zip(part[2], self._known[part], strict=True)}
        for (t, places), entries in zip(members, named, strict=True):
            share = Fraction(types[t][1], many[entries])
            for p, got in zip(places, of[entries], strict=True):
                found[t][p] = got * share

    def _drawn(self, part: Part, depth: int) -> Seats:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise TooLarge
        seats, lotteries, types = part
        group, lottery = _group(part)
        if not group:
            return _by_asking(part)
        found: Seats = [[Fraction(0)] * len(entries) for entries, _ in types]
        whole = sum(types[t][1] for t in group)
        for best in group:
            entries, count = types[best]
            lifted = tuple((u, 2 * c + (lotteries[u] == lottery)) for u, c in entries)
            there = [t for t in range(len(types)) if t != best or count > 1]
            others = [(tuple((u, 2 * c) for u, c in types[t][0]), types[t][1] - (t == best)) for t in there]
            got = self._market((seats, lotteries, (*others, (lifted, 1))), depth + 1)
            for t, row in zip([*there, best], got, strict=True):
                _more(found[t], row, Fraction(count, whole))
        return found


def _settled(market: Part) -> tuple[Seats, list[int], list[list[tuple[int, list[int]]]]]:
    """Seats that no lottery changes, the seats (u,) that are left, and the parts of the others: types, each with the
    places of the entries that are left to it."""
    seats, _, types = market
    never, perhaps = _bounds(market)
    found: Seats = [[Fraction(0)] * len(entries) for entries, _ in types]
    left, open_ = list(seats), []
    at = 0
    for t, (entries, count) in enumerate(types):
        places = [p for p in range(len(entries)) if not never[at + p]]
        until = next((k for k, p in enumerate(places) if not perhaps[at + p]), len(places) - 1)
        places = places[: until + 1]
        if places and not perhaps[at + places[0]]:
            found[t][places[0]] = Fraction(count)
            left[entries[places[0]][0]] -= count
        elif places:
            open_.append((t, places))
        at += len(entries)
    return found, left, _apart(open_, types)


def _more(total: list[Fraction], row: list[Fraction], weight: Fraction) -> None:
    for p, got in enumerate(row):
        if got:
            total[p] += weight * got


def _bounds(part: Part) -> tuple[Bools, Bools]:
    seats, _, types = part
    flat = np.array([entry for entries, count in types for entry in entries], np.int64).reshape(-1, 2)
    start = np.cumsum([0, *(len(entries) for entries, _ in types)])
    count = np.array([count for _, count in types], np.int64)
    capacity = np.maximum(np.array(seats, np.int64), 0)
    never, perhaps = bounds(start, flat[:, 0].copy(), flat[:, 1].copy(), count, capacity)
    return never, perhaps


def _apart(
    open_: list[tuple[int, list[int]]], types: tuple[tuple[Entries, int], ...]
) -> list[list[tuple[int, list[int]]]]:
    """Types with what they have left, those that share a unit together, directly or by others."""
    root = _Joined([types[t][0][p][0] for p in places] for t, places in open_)
    parts: dict[int, list[tuple[int, list[int]]]] = {}
    for t, places in open_:
        parts.setdefault(root(types[t][0][places[0]][0]), []).append((t, places))
    return list(parts.values())


def _group(part: Part) -> tuple[list[int], int]:
    """The smallest group of types of whom a lottery compares each with another, and the lottery; none: ([], 0)."""
    _, lotteries, types = part
    _, perhaps = _bounds(part)
    ties: dict[tuple[int, int], list[int]] = {}
    at = 0
    for t, (entries, _) in enumerate(types):
        for p, entry in enumerate(entries):
            if perhaps[at + p]:
                ties.setdefault(entry, []).append(t)
        at += len(entries)
    groups: dict[tuple[int, int], list[int]] = {}
    for lottery in sorted(set(lotteries)):
        tied = [
            whose for (u, _), whose in ties.items() if lotteries[u] == lottery and sum(types[t][1] for t in whose) > 1
        ]
        root = _Joined(tied)
        for t in sorted({t for whose in tied for t in whose}):
            groups.setdefault((lottery, root(t)), []).append(t)
    if not groups:
        return [], 0
    (lottery, _), group = min(groups.items(), key=lambda one: (len(one[1]), sum(types[t][1] for t in one[1]), one[0]))
    return group, lottery


class _Joined:
    """Which numbers belong together, of sets that overlap."""

    def __init__(self, sets: Iterable[Iterable[int]]) -> None:
        self._to: dict[int, int] = {}
        for one in sets:
            first: int | None = None
            for number in one:
                root = self(number)
                first = root if first is None else first
                self._to[root] = first

    def __call__(self, number: int) -> int:
        to = self._to
        to.setdefault(number, number)
        while to[number] != number:
            to[number] = to[to[number]]
            number = to[number]
        return number


def _by_asking(part: Part) -> Seats:
    """The part without ties: deferred acceptance, one applicant a type."""
    seats, _, types = part
    held: list[list[tuple[int, int]]] = [[] for _ in seats]
    place = [-1] * len(types)
    asking = list(range(len(types)))
    while asking:
        t = asking.pop()
        place[t] += 1
        if place[t] == len(types[t][0]):
            continue
        unit, order = types[t][0][place[t]]
        held[unit] = sorted([*held[unit], (order, t)], reverse=True)
        if len(held[unit]) > seats[unit]:
            asking.append(held[unit].pop()[1])
    return [[Fraction(int(p == place[t])) for p in range(len(entries))] for t, (entries, _) in enumerate(types)]
