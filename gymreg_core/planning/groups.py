"""Groups of study paths: by programme, municipality and sub-region, crossed where that says more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language, programmes

COORDINATES = ("programme_type", "programme", "sub_region", "municipality")
"""What a row of a table by groups is about; '' in a column is all of them."""
LEVELS: tuple[tuple[str, ...], ...] = (
    (),
    ("programme_type",),
    ("programme",),
    ("sub_region",),
    ("municipality",),
    ("programme", "sub_region"),
    ("programme", "municipality"),
)
COARSER = {
    "programme": "programme_type",
    "municipality": "sub_region",
    "home_municipality": "home_sub_region",
}
"""Coordinates whose values are parts of those of another."""
OUTSIDE = "outside"
"""The sub-region of municipalities that rules/balance.yml puts nowhere; as a home all of them together."""


def sub_regions() -> Mapping[str, str]:
    """The sub-region of each municipality, by name (rules/balance.yml)."""
    found: dict[str, str] = {}
    for name, region in rule("balance", "sub_regions").items():
        found |= dict.fromkeys(region["municipalities"], name)
    return found


def type_of(programme: str) -> str:
    """The type of a programme; other for one that is not known."""
    known = programmes().get(programme)
    return known.type if known else "other"


def sub_region_name(name: str, language: Language) -> str:
    """A sub-region's name as it stands inside a sentence; one that there is not belongs to `OUTSIDE`."""
    regions = rule("balance", "sub_regions")
    return str(regions[name][language]) if name in regions else str(rule("balance", "outside")[language])


def sub_region_of(municipality: pd.Series) -> pd.Series:
    """The sub-region of each municipality, OUTSIDE where it belongs to none."""
    return municipality.map(sub_regions()).fillna(OUTSIDE).astype("str")


def by_levels(
    measured: Callable[[list[str]], pd.DataFrame],
    levels: Sequence[Sequence[str]] = LEVELS,
    coordinates: Sequence[str] = COORDINATES,
) -> pd.DataFrame:
    """The groups of every level below each other, with all coordinates, the whole first.

    measured : a table with a row per group of the columns that it is given, these among its columns; none: one row.
    """
    parts = []
    for level in levels:
        part = measured(list(level))
        parts.append(part.assign(**{name: "" for name in coordinates if name not in level}))
    whole = pd.concat(parts, ignore_index=True)
    return whole[[*coordinates, *(name for name in whole.columns if name not in coordinates)]]


def at_level(table: pd.DataFrame, *level: str, coordinates: Sequence[str] = COORDINATES) -> pd.DataFrame:
    """The rows of a table by groups that tell of exactly these coordinates; none: the region."""
    named = pd.Series(True, index=table.index)
    for name in coordinates:
        named &= table[name].ne("") if name in level else table[name].eq("")
    return table[named].reset_index(drop=True)


def sums_of(table: pd.DataFrame, coordinates: Sequence[str] = COORDINATES) -> list[tuple[int, list[int]]]:
    """Rows (positions) that others add up to: each row, and those that tell of one coordinate more or of a finer one.

    For tables whose rows count each pupil, or each study path, once at every level; programmes divide their type among
    them, and municipalities their sub-region.
    """
    found: dict[tuple[frozenset[tuple[str, str]], str], list[int]] = {}
    named = [
        {name: str(value) for name, value in zip(coordinates, row, strict=True) if value}
        for row in table[list(coordinates)].itertuples(index=False)
    ]
    place_of = {frozenset(row.items()): place for place, row in enumerate(named)}
    for place, row in enumerate(named):
        for name, value in row.items():
            rest = {other: of for other, of in row.items() if other != name}
            found.setdefault((frozenset(rest.items()), name), []).append(place)
            if name in COARSER and COARSER[name] not in row:
                coarse = {**rest, COARSER[name]: _coarse(name, value)}
                found.setdefault((frozenset(coarse.items()), name), []).append(place)
    return [(place_of[whole], parts) for (whole, _), parts in found.items() if whole in place_of]


def _coarse(name: str, value: str) -> str:
    if name == "programme":
        return type_of(value)
    return sub_regions().get(value, OUTSIDE)
