"""Small choices for tests of the forecast of demand, the same for the same arguments; and slow ways to check it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from gymreg_core.contracts.demand import ELSEWHERE, demand_table
from gymreg_core.planning.demand_inputs import DemandInputs
from gymreg_core.provenance import Provenance

MADE_UP = Provenance((), already_public=False, made_up=True)
HOMES = ("Nacka", "Täby", "Vaxholm", ELSEWHERE)
PROGRAMMES = ("EK", "NA", "HT", "BA", "IMV")
PLACES = ("Nacka", "Stockholm")


def choices(
    seed: int = 0, years: tuple[int, ...] = (2020, 2021, 2022, 2023), mean: float = 20.0, empty: float = 0.2
) -> pd.DataFrame:
    """Choices of a few municipalities; a share `empty` of the cells has nobody."""
    rng = np.random.default_rng(seed)
    rows = [
        (year, home, programme, place, int(rng.poisson(mean * rng.gamma(2.0, 0.5))))
        for year in years
        for home in HOMES
        for programme in PROGRAMMES
        for place in PLACES
        if rng.random() >= empty
    ]
    return table(rows)


def table(rows: list[tuple[int, str, str, str, int]]) -> pd.DataFrame:
    """A table of choices of (intake year, home, programme, place, pupils)."""
    names = ("intake_year", "home", "programme", "place", "pupils")
    return demand_table("choices", pd.DataFrame(rows, columns=list(names)))


def inputs(frame: pd.DataFrame, **more: object) -> DemandInputs:
    """Inputs of choices alone, and what else is given."""
    return DemandInputs(frame, MADE_UP, **more)  # type: ignore[arg-type]


def population(counts: dict[tuple[int, str, int], int]) -> pd.DataFrame:
    """A table of population of {(year, municipality, age): persons}."""
    rows = [(*key, n) for key, n in counts.items()]
    return demand_table("population", pd.DataFrame(rows, columns=["year", "municipality", "age", "pupils"]))


def largest_remainders(total: int, weights: list[int]) -> list[int]:
    """Hand out units one at a time to the part that lacks most of its exact share, the earlier of equals first."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    for _ in range(total - sum(parts)):
        lacks = [share - part for share, part in zip(exact, parts, strict=True)]
        parts[lacks.index(max(lacks))] += 1
    return parts


def slow_weights(shares: np.ndarray, pressure: np.ndarray, totals: list[float], momentum: float) -> list[float]:
    """The weights of pressure, momentum and reversion of programmes that are there in every year, one year apart.

    In plain loops: the sums of squares that ridge regression solves, of all pairs of years.
    """
    count, years = shares.shape
    rows, changes, last = [], [], []
    for at in range(years):
        mean = sum(shares[p, at] * pressure[p, at] for p in range(count))
        moving = 0.0
        if at > 0:
            moving = sum((shares[p, at] - shares[p, at - 1]) ** 2 / shares[p, at - 1] for p in range(count))
            moving = max(0.0, moving - 2 * count / totals[at])
        signals = []
        for p in range(count):
            d = 0.0
            if at > 0:
                own = moving * shares[p, at - 1]
                d = (shares[p, at] - shares[p, at - 1]) * own / (own + 2 / totals[at])
            m = sum(shares[p, : at + 1]) / (at + 1) - shares[p, at] if at > 1 else 0.0
            signals.append([shares[p, at] * (pressure[p, at] - mean), d, m])
        if at + 1 < years:
            rows += signals
            changes += [shares[p, at + 1] - shares[p, at] for p in range(count)]
        last = signals
    before = [0.0, momentum, 0.0]
    left = [[sum(r[i] * r[j] for r in rows) for j in range(3)] for i in range(3)]
    right = [sum(r[i] * c for r, c in zip(rows, changes, strict=True)) for i in range(3)]
    for i in range(3):
        size = left[i][i] / max(years - 1, 1) or sum(r[i] ** 2 for r in last) or 1.0
        left[i][i] += size
        right[i] += size * before[i]
    return list(np.linalg.solve(np.array(left), np.array(right)))
