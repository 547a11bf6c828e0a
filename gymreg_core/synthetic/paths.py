"""The study paths of the made-up region in a year: the fitted ones of the base year, moved on or back in time."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.catalogue import code_in
from gymreg_core.synthetic.grades import Floats
from gymreg_core.synthetic.pupils import Home
from gymreg_core.synthetic.shape import stream, value

COLUMNS = (
    *("school", "municipality", "form", "code", "scale", "test_weight", "seats"),
    *("expected", "attraction", "slope", "reach", "test_mean"),
)
_FOREVER = 10_000
_POINTS_PER_UTILITY = 20.0
"""How far a cut-off moves with attraction, about: what pupils learn from the preliminary admission."""
_HIGHEST_EXPECTED, _LEAST_EXPECTED = 337.5, 10.0


@cache
def fitted_paths() -> pd.DataFrame:
    """Study paths of the base year with their fitted numbers: COLUMNS, see calibration/study_paths.csv."""
    with files("gymreg_core.synthetic").joinpath("calibration/study_paths.csv").open(encoding="utf-8") as stream_:
        return pd.read_csv(stream_, keep_default_na=False)[list(COLUMNS)]


@cache
def fitted_homes() -> tuple[Home, ...]:
    """Municipalities with the levels of their pupils, see calibration/homes.csv."""
    with files("gymreg_core.synthetic").joinpath("calibration/homes.csv").open(encoding="utf-8") as stream_:
        rows = pd.read_csv(stream_)
    return tuple(Home(*row) for row in rows.itertuples(index=False, name=None))


def scaled(paths: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The paths of every so-manieth school (scale below 1), or of schools that stand more than once (above 1)."""
    if scale == 1:
        return paths
    size = paths.groupby("school")["seats"].sum()
    places = paths.drop_duplicates("school").set_index("school")["municipality"]
    order = pd.DataFrame({"place": places, "size": size}).sort_values(["place", "size"], kind="stable").index
    kept = np.floor((np.arange(max(1, round(len(order) * scale))) + 0.5) / scale).astype(int)
    chosen = order[np.minimum(kept, len(order) - 1)]
    rows = pd.DataFrame({"school": chosen, "own": np.arange(len(chosen))}).merge(paths, on="school", sort=False)
    return rows.assign(school=rows["own"])[list(COLUMNS)]


def as_fitted(year: int, scale: float) -> bool:
    """Whether the region of a year is the very one that the numbers were fitted to."""
    return year == value("base_year") and scale == 1


def paths_in(year: int, seed: int, scale: float = 1.0) -> pd.DataFrame:
    """The study paths of an intake year: COLUMNS, their code of 2022-2024 as `base_code`, and `turn`, which of several
    successors they have; `code` is the year's. The base year's are the fitted ones.
    """
    every = _with_turnover(scaled(fitted_paths(), scale), seed)
    drift = _drift(every, seed, year)
    alive = (every["begins"] <= year) & (every["ends"] > year)
    moved = every.assign(
        attraction=every["attraction"] + drift,
        # Fashion moves those who can count on a seat; the others would only stand in longer reserve lists.
        reach=every["reach"] - drift - (0.0 if as_fitted(year, scale) else value("drift", "sober")),
        expected=_expected(every["expected"].to_numpy(), drift),
        seats=_seats(every, seed, year),
    )
    now = moved[alive].reset_index(drop=True)
    now["turn"] = now.groupby("code").cumcount()
    codes = [code_in(code, year, turn) for code, turn in zip(now["code"], now["turn"], strict=True)]
    now = now.assign(base_code=now["code"], code=pd.Series(codes, dtype="object"))
    return now[now["code"].notna()].reset_index(drop=True)[[*COLUMNS, "base_code", "turn"]]


def _with_turnover(paths: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The paths with the years in which they begin and end, and others beside them that were or will be."""
    base, (first, last), middle = value("base_year"), value("years"), value("names_known_from")
    rng = stream(seed, "turnover")
    count = len(paths)
    own = paths.assign(
        begins=base + 1 - rng.geometric(value("turnover", "begins"), count),
        ends=base + rng.geometric(value("turnover", "ends"), count),
    )
    parts = [own]
    for year in (*range(middle, last + 1), *range(middle - 1, first - 1, -1)):
        new = paths.iloc[rng.integers(0, count, round(value("turnover", "begins") * count))]
        new = new[new["code"].str[:2].ne("VI")]
        if year > base:
            parts.append(new.assign(begins=year, ends=year + rng.geometric(value("turnover", "ends"), len(new))))
        elif year < base:
            parts.append(new.assign(begins=year - rng.geometric(value("turnover", "begins"), len(new)), ends=year + 1))
    return pd.concat(parts, ignore_index=True)


def _drift(paths: pd.DataFrame, seed: int, year: int) -> Floats:
    """How much more attractive each path is in a year than in the base year: a walk that forgets."""
    of_path = _walk(len(paths), seed, "path", year) * value("drift", "path")
    of_school = _walk(int(paths["school"].max()) + 1, seed, "school", year) * value("drift", "school")
    return np.asarray(of_path + of_school[paths["school"]], dtype=np.float64)


def _walk(count: int, seed: int, purpose: str, year: int) -> Floats:
    """Standard steps, each year's remembered in part, from the base year on or back; 0 in the base year."""
    base = value("base_year")
    step = 1 if year > base else -1
    at = np.zeros(count)
    for passed in range(base + step, year + step, step) if year != base else ():
        at = value("drift", "memory") * at + stream(seed, "drift", purpose, passed).standard_normal(count)
    return at


def _expected(expected: Floats, drift: Floats) -> Floats:
    """The cut-offs (points) that pupils count with in the window for changes, 0 where they count with none."""
    told = np.clip(expected + _POINTS_PER_UTILITY * drift, _LEAST_EXPECTED, np.maximum(_HIGHEST_EXPECTED, expected))
    return np.where(expected > 0, np.round(told / 2.5) * 2.5, 0.0)


def _seats(paths: pd.DataFrame, seed: int, year: int) -> NDArray[np.int64]:
    changed = np.exp(_walk(len(paths), seed, "seats", year) * value("drift", "seats"))
    seats = np.rint(paths["seats"].to_numpy() * value("seats", year) * changed)
    return np.asarray(np.maximum(1, seats), dtype=np.int64)
