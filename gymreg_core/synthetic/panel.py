"""The made-up region over the years: schools and paths that come and go, demand that remembers, two rounds a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.allocation import Floats
from gymreg_core.synthetic.applicants import draw_applicants
from gymreg_core.synthetic.outcome import Demand, Outcome, Targets, settle
from gymreg_core.synthetic.proportions import block, entries, in_year, stream, value
from gymreg_core.synthetic.schools import Area, draw_schools, next_schools
from gymreg_core.synthetic.seats import first_seats, fitted_seats, places
from gymreg_core.synthetic.supply import draw_paths, next_paths, offered


@dataclass(frozen=True)
class YearResult:
    """A year of the made-up region: all `schools` so far, the `paths` offered that year (P rows) and both rounds.

    `applicants` has a row per path where the preliminary file of the year holds applicants, else it is None.
    """

    year: int
    schools: pd.DataFrame
    paths: pd.DataFrame
    preliminary: Outcome
    final: Outcome
    applicants: pd.DataFrame | None


def make_years(area: Area, years: Sequence[int], seed: int) -> list[YearResult]:
    """The given years in order, from the earliest on; years between them are stepped through but not returned."""
    first, last = min(years), max(years)
    schools = draw_schools(area, first, stream(seed, "schools", first))
    paths = draw_paths(schools, first, area.factor, stream(seed, "paths", first))
    rough = first_seats(paths, schools, stream(seed, "seats", first))
    level = _first_level(paths, schools, stream(seed, "level", first))
    made = [_settled(area, schools, paths, rough, level, first, seed)]
    for year in range(first + 1, last + 1):
        schools = next_schools(schools, area, year, stream(seed, "schools", year))
        paths = next_paths(paths, schools, year, area.factor, stream(seed, "paths", year))
        level = _next_level(level, paths, schools, stream(seed, "level", year))
        rough = _next_seats(rough, paths, schools, stream(seed, "seats", year))
        made.append(_settled(area, schools, paths, rough, level, year, seed))
    return [result for result in made if result.year in set(years)]


def _first_level(paths: pd.DataFrame, schools: pd.DataFrame, rng: np.random.Generator) -> Floats:
    own = rng.normal(size=len(paths)) * value("shape", "path_noise")
    return np.asarray(schools["level"].to_numpy(dtype=np.float64)[paths["school"]] + own, dtype=np.float64)


def _next_level(level: Floats, paths: pd.DataFrame, schools: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """Demand of the year after: drawn towards its middle, moved by a heavy-tailed change; new paths start afresh."""
    memory, tail = value("shape", "year_memory"), value("shape", "tail")
    fresh = _first_level(paths, schools, rng)[len(level) :]
    moved = rng.standard_t(tail, size=len(level)) / np.sqrt(tail / (tail - 2))
    stayed = level.mean() + memory * (level - level.mean()) + np.sqrt(1 - memory**2) * level.std() * moved
    return np.concatenate([stayed, fresh])


def _next_seats(rough: Floats, paths: pd.DataFrame, schools: pd.DataFrame, rng: np.random.Generator) -> Floats:
    fresh = first_seats(paths, schools, rng)[len(rough) :]
    changed = rng.random(len(rough)) >= value("turnover", "seats_kept")
    change = np.exp(changed * rng.normal(size=len(rough)) * value("turnover", "seats_spread"))
    return np.concatenate([rough * change, fresh])


def _settled(
    area: Area, schools: pd.DataFrame, paths: pd.DataFrame, rough: Floats, level: Floats, year: int, seed: int
) -> YearResult:
    there = offered(paths, schools, year)
    mine = paths[there].reset_index(drop=True)
    family = np.array([e.family for e in entries()], dtype=object)[mine["entry"]]
    scale = np.array([e.scale for e in entries()], dtype=object)[mine["entry"]]
    totals, targets = _final_targets(family, year)
    place, place_totals = places(mine, schools, area)
    seats = fitted_seats(rough[there], family, place, place_totals, totals)
    of_size = value("shape", "size_pull") * np.log2(seats / np.exp(np.log(seats).mean()))
    of_scale = np.array([float(block("scales")[s]["lead"]) for s in scale])
    demand = Demand(family, scale, seats, level[there] + of_size + of_scale)
    final = settle(demand, targets, "final", stream(seed, "final", year))
    early = _early(demand, stream(seed, "early", year))
    preliminary = settle(early, _early_targets(early, year), "preliminary", stream(seed, "preliminary", year), final)
    applicants = draw_applicants(early, preliminary, year, stream(seed, "applicants", year))
    return YearResult(year, schools, mine, preliminary, final, applicants)


def _final_targets(family: NDArray[np.object_], year: int) -> tuple[dict[str, float], dict[str, Targets]]:
    """Seats and targets of each family that is present: the region's, in the proportion of the rows made here."""
    table = in_year("final", year)
    present, counts = np.unique(family.astype(str), return_counts=True)
    seats, targets = {}, {}
    for name, rows in zip(present.tolist(), counts.tolist(), strict=True):
        row, share = table[name], rows / table[name]["rows"]
        seats[name] = row["seats"] * share
        targets[name] = Targets(row["admitted"] * share, row["free"] * share, row["reserves"] * share, row["full"])
    return seats, targets


def _early(demand: Demand, rng: np.random.Generator) -> Demand:
    """The preliminary round's demand: nearly the final one's; some paths have a few seats more or less."""
    moved = value("shape", "seats_moved")
    count, most = len(demand.seats), moved["spread"]
    change = np.where(rng.random(count) < moved["share"], rng.integers(-most, most + 1, count), 0)
    noise = rng.normal(size=count) * value("shape", "path_noise") / 2
    return replace(demand, seats=np.maximum(1, demand.seats + change), level=demand.level + noise)


def _early_targets(demand: Demand, year: int) -> dict[str, Targets]:
    """Targets of the preliminary round for the families present, in the proportion of their seats."""
    present = set(demand.family)
    targets = {}
    for name, row in in_year("preliminary", year).items():
        if name in present:
            seats = float(demand.seats[demand.family == name].sum())
            share = seats / row["seats"]
            admitted = round(row["admitted"] * share)
            targets[name] = Targets(admitted, seats - admitted, row["reserves"] * share, row["full"])
    return targets
