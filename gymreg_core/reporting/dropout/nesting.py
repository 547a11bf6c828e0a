"""Which counts of tracking lie in one another: measures of the same pupils, and the same measure after more years."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.disclosure import Difference

_WORDS = {"sv", "en", "published", "published_by", "main", "told"}


def main_first(cards: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The keys of cards (rules/measures.yml), those of the first figures first; a later one is rather left out."""
    return sorted(cards, key=lambda card: not cards[card].get("main", False))


def of_cards(frame: pd.DataFrame, cards: Mapping[str, Mapping[str, Any]]) -> list[Difference]:
    """What the cards of a cohort and group differ by; by the first and by the last school are not of the same pupils.

    Two cards differ by a count, and so do two pairs whose cards differ in the same way: who finished in the fourth
    year of all starters less of those on national programmes.
    frame : `measures` with the rows of a card after those of the cards before it in `main_first`.
    """
    alike = {card: {key: value for key, value in told.items() if key not in _WORDS} for card, told in cards.items()}
    row = {key: place for place, key in enumerate(zip(frame["card"], *_keys(frame), strict=True))}
    groups = list(dict.fromkeys(zip(*_keys(frame), strict=True)))
    order = [card for card in main_first(cards) if card in alike]
    pairs = [(a, b) for a, b in combinations(order, 2) if alike[a].get("attribution") == alike[b].get("attribution")]
    squares = [(a, b, c, d) for (a, b), (c, d) in combinations(pairs, 2) if _same_way(alike, (a, b), (c, d))]
    return [
        Difference(_rows(_there(pairs, groups, row), 2), (1, -1)),
        Difference(_rows((_last_last(line) for line in _there(squares, groups, row)), 4), (1, -1, -1, 1)),
    ]


def over_years(frame: pd.DataFrame, keys: Sequence[str], year: str) -> list[Difference]:
    """What rows that are alike in `keys` differ by after fewer and after more years; the later is left out."""
    of: dict[Hashable, list[tuple[int, int]]] = {}
    for place, key in enumerate(zip(*(frame[name] for name in keys), strict=True)):
        of.setdefault(key, []).append((int(frame[year].iloc[place]), place))
    lines = [(a, b) for rows in of.values() for (_, a), (_, b) in combinations(sorted(rows), 2)]
    return [Difference(_rows(iter(lines), 2), (1, -1))]


def _keys(frame: pd.DataFrame) -> list[pd.Series]:
    return [frame[name] for name in ("cohort", "by", "group")]


def _same_way(alike: Mapping[str, Mapping[str, Any]], one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two pairs of cards, no card twice, differ in the same lines and in the same values of them."""
    if len({*one, *other}) < 4:  # noqa: PLR2004
        return False
    return _differs(alike, one) == _differs(alike, other)


def _differs(alike: Mapping[str, Mapping[str, Any]], pair: tuple[str, str]) -> dict[str, tuple[Any, Any]]:
    a, b = (alike[card] for card in pair)
    return {key: (a.get(key), b.get(key)) for key in {*a, *b} if a.get(key) != b.get(key)}


def _there(
    lines: Sequence[tuple[str, ...]], groups: Sequence[Any], row: Mapping[Any, int]
) -> Iterator[tuple[int, ...]]:
    for group in groups:
        for line in lines:
            places = tuple(row.get((card, *group), -1) for card in line)
            if min(places) >= 0:
                yield places


def _last_last(line: tuple[int, ...]) -> tuple[int, ...]:
    """A square (a, b, c, d) of which a - b - c + d is a count, turned so that its last row is the last of the table.

    The signs stay as they are: a and d stand for one diagonal, b and c for the other.
    """
    a, b, c, d = line
    turned = {a: (d, b, c, a), b: (c, a, d, b), c: (b, a, d, c), d: line}
    return turned[max(line)]


def _rows(lines: Iterator[tuple[int, ...]], width: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray(list(lines), np.int64).reshape(-1, width)
