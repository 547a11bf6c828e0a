"""Simulated futures as tables: whole pupils that add up, intervals, and what was last known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.demand import NOT_TOLD
from gymreg_core.planning.demand_draws import Futures, Middle
from gymreg_core.planning.demand_rounding import apportioned, rounded_matrix
from gymreg_core.planning.demand_stock import Stays, pupils_in_all_years
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COLUMNS = ("level", "municipality", "programme", "programme_type", "year", "expected")
TYPES = ("preparatory", "vocational", "introductory")


@dataclass(frozen=True, eq=False)
class WhatIs:
    """The names along the axes: H homes, P programmes, S places and K years."""

    homes: tuple[str, ...]
    programmes: tuple[str, ...]
    places: tuple[str, ...]
    years: tuple[int, ...]

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(programmes()[code].type for code in self.programmes)


@dataclass(frozen=True, eq=False)
class Whole:
    """Expected pupils in whole numbers: homes int (K, H, P), places int (K, P, S), with one sum for a programme."""

    homes: Ints
    places: Ints


def table_of(futures: Futures, middle: Middle, what: WhatIs, last: Floats) -> tuple[pd.DataFrame, Whole]:
    """`DemandForecast.table`, and its expected pupils. last : float (H, P, S), of the last year known."""
    whole = _rounded(middle)
    by_home = (np.moveaxis(futures.homes, 2, 3), np.moveaxis(whole.homes, 1, 2), last.sum(axis=2).T)
    by_place = (futures.places, whole.places, last.sum(axis=0))
    region = tuple(values.sum(axis=-1, keepdims=True) for values in by_home)
    frames = [_level("region", ("",), what, region)]
    if what.homes != (NOT_TOLD,):
        frames.append(_level("home", what.homes, what, by_home))
    frames.append(_level("place", what.places, what, by_place))
    return pd.concat(frames, ignore_index=True), whole


def ways_table(middle: Middle, what: WhatIs, whole: Whole, last: Floats) -> pd.DataFrame:
    """`DemandForecast.ways`; empty where homes are not told. last : float (H, S), of the last year known."""
    rows: list[dict[str, Any]] = []
    if what.homes != (NOT_TOLD,):
        for at, year in enumerate(what.years):
            cells = rounded_matrix(middle.ways[at], whole.homes[at].sum(axis=1), whole.places[at].sum(axis=0))
            rows += [
                {"year": year, "home": home, "place": place, "expected": int(cells[h, s]), "last": int(last[h, s])}
                for h, home in enumerate(what.homes)
                for s, place in enumerate(what.places)
            ]
    return pd.DataFrame(rows, columns=["year", "home", "place", "expected", "last"])


def pupil_table(expected: Ints, by_home: Floats, known: Ints, what: WhatIs, stays: Stays) -> pd.DataFrame:
    """`DemandForecast.pupils`: of years whose earlier intakes are all known or foretold.

    expected : int (K, H, P). by_home : float (H, P, T), choices of the known years (T,).
    """
    intakes = {int(year): by_home[..., at] for at, year in enumerate(known)}
    intakes |= {year: expected[at].astype(np.float64) for at, year in enumerate(what.years)}
    back = range(stays.staying.shape[1] + 1)
    rows: list[dict[str, Any]] = []
    for year in what.years:
        if any(year - ago not in intakes for ago in back):
            continue
        pupils = pupils_in_all_years(np.stack([intakes[year - ago] for ago in back], axis=-2), stays)
        per = apportioned(round(float(pupils.sum())), pupils.sum(axis=0))
        cells = np.stack([apportioned(int(per[p]), pupils[:, p]) for p in range(len(per))], axis=1)
        for name, line in [*zip(what.homes, cells, strict=True), *_whole_region(what, per)]:
            rows += [
                {"year": year, "municipality": name, "programme": code, "expected": int(n)}
                for code, n in zip(what.programmes, line, strict=True)
            ]
    return pd.DataFrame(rows, columns=["year", "municipality", "programme", "expected"])


def _whole_region(what: WhatIs, per: Ints) -> list[tuple[str, Ints]]:
    return [] if what.homes == (NOT_TOLD,) else [(NOT_TOLD, per)]


def _rounded(middle: Middle) -> Whole:
    """What is expected, rounded from the whole to programmes and from each to homes and to places."""
    homes, places = middle.homes, middle.places
    out = Whole(np.zeros(homes.shape, np.int64), np.zeros(places.shape, np.int64))
    for year in range(len(homes)):
        programme = apportioned(round(float(homes[year].sum())), homes[year].sum(axis=0))
        for at, pupils in enumerate(programme):
            out.homes[year, :, at] = apportioned(int(pupils), homes[year, :, at])
            out.places[year, at] = apportioned(int(pupils), places[year, at])
    return out


def _level(level: str, names: tuple[str, ...], what: WhatIs, values: tuple[Any, ...]) -> pd.DataFrame:
    """The rows of a level: for each municipality all, each type and each programme, year by year.

    values : futures int (D, K, P, n), expected int (K, P, n) and last float (P, n), of n municipalities.
    """
    quantiles = rule("demand", "intervals")
    frames = []
    for code, of, rows in _parts(what):
        drawn, expected, last = values[0][:, :, rows].sum(axis=2), values[1][:, rows].sum(axis=1), values[2][rows]
        ends = np.quantile(drawn, list(quantiles.values()), axis=0, method="inverted_cdf").astype(np.int64)
        frame = pd.DataFrame(
            {
                "level": level,
                "municipality": np.tile(np.array(names, dtype=object), len(what.years)),
                "programme": code,
                "programme_type": of,
                "year": np.repeat(what.years, len(names)),
                "expected": expected.ravel(),
                **{name: end.ravel() for name, end in zip(quantiles, ends, strict=True)},
                "last": np.tile(np.rint(last.sum(axis=0)).astype(np.int64), len(what.years)),
            }
        )
        frames.append(frame)
    text = dict.fromkeys(("level", "municipality", "programme", "programme_type"), "str")
    return pd.concat(frames, ignore_index=True).astype(text)


def _parts(what: WhatIs) -> Iterator[tuple[str, str, list[int]]]:
    """Programme, type and the places of programmes: all, each type that there is, each programme."""
    yield "", "", list(range(len(what.programmes)))
    for of in TYPES:
        rows = [at for at, one in enumerate(what.types) if one == of]
        if rows:
            yield "", of, rows
    for at, code in enumerate(what.programmes):
        yield code, what.types[at], [at]
