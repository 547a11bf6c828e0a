"""Which study paths stand at which made-up school in which year, and under what local profile."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.allocation import Ints
from gymreg_core.synthetic.hosts import choices, dealt, family_hosts, none_empty, placed, pull, shares
from gymreg_core.synthetic.proportions import OUTSIDE, entries, in_year, profiles, value
from gymreg_core.synthetic.schools import NEVER

_FEWEST_PATHS = 3  # a school with fewer keeps them
_NEW_HOSTS = 3  # schools without a family that may take it up when it grows


def wanted_rows(year: int, factor: float) -> dict[str, int]:
    """How many study paths each family has in a year, in an area with `factor` of the region's seats."""
    table = in_year("final", year)
    rows = {family: int(row["rows"] * factor + 0.5) for family, row in table.items()}
    if not any(n for family, n in rows.items() if family not in OUTSIDE):
        rows[max(table, key=lambda family: table[family]["seats"])] = 1
    return rows


def open_in(frame: pd.DataFrame, year: int) -> NDArray[np.bool_]:
    """Which rows (schools or study paths) exist in `year`: shape (N,)."""
    return (frame["opened"].le(year) & frame["closed"].gt(year)).to_numpy(dtype=bool)


def offered(paths: pd.DataFrame, schools: pd.DataFrame, year: int) -> NDArray[np.bool_]:
    """Which study paths are offered in `year`, at an open school and with a code: shape (P,)."""
    coded = np.array([e.code(year) is not None for e in entries()])
    running: NDArray[np.bool_] = open_in(paths, year) & open_in(schools, year)[paths["school"]] & coded[paths["entry"]]
    return running


def draw_paths(schools: pd.DataFrame, year: int, factor: float, rng: np.random.Generator) -> pd.DataFrame:
    """The study paths of the first year, one per row.

    Columns: school and entry (positions among the schools and in the catalogue), profile (a name or empty), opened and
    closed (years).
    """
    running = open_in(schools, year)
    school, entry = [], []
    for family, count in wanted_rows(year, factor).items():
        at = family_hosts(schools, running, family, year, count, rng) if count else np.zeros(0, dtype=np.int64)
        if len(at):
            cards = dealt(family, year, count, rng)
            school.append(placed(schools, at, cards, family, rng))
            entry.append(cards)
    return _opened(None, schools, np.concatenate(school), np.concatenate(entry), year)


def next_paths(
    paths: pd.DataFrame, schools: pd.DataFrame, year: int, factor: float, rng: np.random.Generator
) -> pd.DataFrame:
    """The study paths with those that close or open in `year`; no row is ever taken away."""
    after = paths.copy()
    after.loc[_leaving(after, schools, year, rng), "closed"] = year
    running = offered(after, schools, year)
    family_of = np.array([e.family for e in entries()])[after["entry"]]
    school, entry = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for family, count in wanted_rows(year, factor).items():
        mine = np.flatnonzero(running & (family_of == family))
        if len(mine) > count:
            after.loc[np.sort(rng.choice(mine, len(mine) - count, replace=False)), "closed"] = year
        elif len(mine) < count:
            more = family_hosts(schools, open_in(schools, year), family, year, count, rng)[:_NEW_HOSTS]
            at = np.union1d(np.asarray(after.loc[mine, "school"], dtype=np.int64), more)
            wished = count - len(mine) if len(at) else 0
            entry.append(dealt(family, year, count, rng)[:wished])
            school.append(rng.choice(at, wished, p=shares(pull(schools, family)[at])) if wished else at)
    return _opened(after, schools, np.concatenate(school), np.concatenate(entry), year)


def _leaving(paths: pd.DataFrame, schools: pd.DataFrame, year: int, rng: np.random.Generator) -> Ints:
    """Study paths that close while their school goes on: positions."""
    running = offered(paths, schools, year)
    per_school = np.bincount(paths.loc[running, "school"], minlength=len(schools))[paths["school"]]
    only = np.array([e.at > 0 or len(choices(e.family, year)) == 1 for e in entries()])[paths["entry"]]
    candidates = np.flatnonzero(running & (per_school >= _FEWEST_PATHS) & ~only)
    count = min(len(candidates), round(value("turnover", "paths_closed") * running.sum()))
    return np.sort(rng.choice(candidates, count, replace=False))


def _opened(before: pd.DataFrame | None, schools: pd.DataFrame, school: Ints, entry: Ints, year: int) -> pd.DataFrame:
    """`before` and the new paths below it; no open school is left empty, no two names of a school are alike."""
    held = before.loc[offered(before, schools, year), "school"].to_numpy() if before is not None else school[:0]
    crowd = np.bincount(np.concatenate([held, school]), minlength=len(schools))
    school = none_empty(schools, np.flatnonzero(open_in(schools, year) & (crowd == 0)), school, entry, held)
    fresh = pd.DataFrame({"school": school, "entry": entry, "profile": "", "opened": year, "closed": NEVER})
    return _profiled(fresh if before is None else pd.concat([before, fresh], ignore_index=True), year)


def _profiled(paths: pd.DataFrame, year: int) -> pd.DataFrame:
    """Name a local profile for a path of `year` whose school has the same one already, under either code list."""
    taken: dict[tuple[int, str], set[str]] = {}
    named = []
    for school, position, profile, fresh in zip(
        paths["school"], paths["entry"], paths["profile"], paths["opened"] == year, strict=True
    ):
        entry = entries()[position]
        codes = [(school, code) for code in (entry.gy11, entry.gy25) if code]
        used = set().union(*(taken.get(code, set()) for code in codes))
        name = next(word for word in _words(entry.family) if word not in used) if fresh else profile
        named.append(name)
        for code in codes:
            taken.setdefault(code, set()).add(name)
    return paths.assign(profile=named)


def _words(family: str) -> Iterator[str]:
    """No profile, then those of the family, then the same with numbers."""
    yield ""
    yield from profiles(family)
    yield from (f"{word} {number}" for number in itertools.count(2) for word in profiles(family))
