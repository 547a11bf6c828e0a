"""Made-up schools: how many in each real municipality, who runs them, what they lean to, when they open and close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.errors import BadParameters
from gymreg_core.synthetic.allocation import Floats, Ints, spread
from gymreg_core.synthetic.naming import new_names, renamed
from gymreg_core.synthetic.proportions import block, value

NEVER = 9999
_FEWEST_PEERS = 3  # a municipality keeps its last schools
Form = NDArray[np.object_]


@dataclass(frozen=True)
class Area:
    """The part of the region that is made: `towns` has a row per municipality with its schools and seats.

    Columns of `towns`: name, schools, independent, seats, independent_seats, admitted, median, introductory_only.
    `factor` is its share of the region's seats in national programmes.
    """

    towns: pd.DataFrame
    factor: float


def scaled_area(scale: float = 1.0, municipalities: Sequence[str] | None = None) -> Area:
    """The municipalities with schools of their own, thinned out or multiplied by `scale`.

    Errors: BadParameters where no school with national programmes would be left.
    """
    every = pd.DataFrame([{"name": n, "introductory_only": False, **row} for n, row in block("municipalities").items()])
    towns = every if municipalities is None else every[every["name"].isin(list(municipalities))]
    if not (towns["seats"] > 0).any():
        raise BadParameters(
            "none of these municipalities has a school with national programmes",
            where="municipalities",
            remedy=f"Choose among: {', '.join(sorted(every.loc[every['seats'] > 0, 'name']))}.",
        )
    towns = towns.reset_index(drop=True)
    kept = ~towns["introductory_only"] | (scale >= 1)
    schools = spread(max(1.0, float(towns["schools"].sum()) * scale), towns["schools"] * kept)
    ratio = schools / towns["schools"]
    independent = spread(float((towns["independent"] * ratio).sum()), towns["independent"] * ratio, high=schools)
    scaled = towns.assign(
        schools=schools,
        independent=independent,
        seats=towns["seats"] * ratio,
        independent_seats=np.where(independent > 0, towns["independent_seats"] * ratio, 0.0),
        admitted=towns["admitted"] * ratio,
    )
    factor = float(scaled["seats"].sum() / every["seats"].sum())
    return Area(scaled[scaled["schools"] > 0].reset_index(drop=True), factor)


def draw_schools(area: Area, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """The schools of the first year, one per row.

    Columns: name, former (name of the year before a renaming), renamed (year), municipality, form (K|F|L), size
    (relative), vocational and arts (what it leans to), level (points of demand), opened and closed (years),
    introductory_only.
    """
    towns = area.towns
    of_town = np.repeat(np.arange(len(towns)), towns["schools"])
    position = np.concatenate([np.arange(n) for n in towns["schools"]])
    independent = position < towns["independent"].to_numpy()[of_town]
    form: Form = np.where(independent, "F", "K").astype(object)
    introductory = towns["introductory_only"].to_numpy(dtype=bool)[of_town]
    municipal = np.flatnonzero(~independent & ~introductory)
    form[_some(municipal, value("shape", "region_run") * area.factor, rng)] = "L"
    return _furnished(towns.iloc[of_town].reset_index(drop=True), form, year, frozenset(), rng)


def next_schools(schools: pd.DataFrame, area: Area, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """The schools with those that close, open or change their name in `year`; no row is ever taken away."""
    running = schools["closed"].gt(year) & schools["opened"].lt(year)
    peers = schools[running].groupby("municipality")["name"].transform("size").reindex(schools.index, fill_value=0)
    may_close = np.flatnonzero(running & peers.ge(_FEWEST_PEERS) & schools["form"].eq("F"))
    closing = _some(may_close, value("turnover", "schools_closed") * running.sum(), rng)
    may_rename = np.setdiff1d(np.flatnonzero(running & schools["renamed"].eq(NEVER)), closing)
    renaming = _some(may_rename, value("turnover", "schools_renamed") * running.sum(), rng)
    after = schools.copy()
    after.loc[closing, "closed"] = year
    after.loc[renaming, "former"] = after.loc[renaming, "name"]
    after.loc[renaming, "renamed"] = year
    used = frozenset(after["name"])
    after.loc[renaming, "name"] = renamed(list(after.loc[renaming, "name"]), used, rng)
    towns = area.towns[area.towns["independent"] > 0].reset_index(drop=True)
    count = round(value("turnover", "schools_opened") * running.sum()) if len(towns) else 0
    share = (towns["independent"] / max(1, towns["independent"].sum())).to_numpy()
    chosen = towns.iloc[rng.choice(len(towns), count, p=share)] if count else towns.head(0)
    form: Form = np.full(len(chosen), "F", dtype=object)
    fresh = _furnished(chosen.reset_index(drop=True), form, year, used | frozenset(after["name"]), rng)
    return pd.concat([after, fresh], ignore_index=True) if count else after


def _furnished(
    towns: pd.DataFrame, form: Form, year: int, taken: frozenset[str], rng: np.random.Generator
) -> pd.DataFrame:
    """A school for each row of `towns` (shape (S,)), run as `form` says, named unlike any in `taken`."""
    count, public = len(towns), form != "F"
    names, leans = new_names(list(towns["name"]), list(form), taken, rng)
    drawn = np.column_stack([rng.normal(size=count) * value("shape", "lean_spread"), rng.normal(size=count)])
    leans = np.where(np.isnan(leans), drawn, leans)
    above, fuller = _standing(towns)
    spread_public, spread_independent = value("shape", "school_spread")
    size = np.exp(rng.normal(size=count) * np.where(public, spread_public, spread_independent))
    level = (
        value("shape", "municipality_weight") * above
        + value("shape", "municipality_fill") * fuller
        + value("shape", "municipal_lead") * np.where(public, 1.0, -1.0)
        + value("shape", "school_noise") * rng.normal(size=count)
    )
    return pd.DataFrame(
        {
            "name": names,
            "former": "",
            "renamed": NEVER,
            "municipality": list(towns["name"]),
            "form": list(form),
            "size": size * np.where(public, value("shape", "municipal_size"), 1.0),
            "vocational": leans[:, 0] - value("shape", "municipality_lean") * above,
            "arts": leans[:, 1],
            "level": level,
            "opened": year,
            "closed": NEVER,
            "introductory_only": towns["introductory_only"].to_numpy(dtype=bool),
        }
    )


def _standing(towns: pd.DataFrame) -> tuple[Floats, Floats]:
    """How far a municipality's median (points) and fill rate (share) lie above the region's: two arrays, shape (S,)."""
    every = [row for row in block("municipalities").values() if row["seats"]]
    admitted, seats = sum(r["admitted"] for r in every), sum(r["seats"] for r in every)
    region_median = sum(r["median"] * r["admitted"] for r in every) / admitted
    has_seats = towns["seats"] > 0
    fill = np.where(has_seats, towns["admitted"] / towns["seats"].where(has_seats, 1.0), admitted / seats)
    return towns["median"].to_numpy(dtype=float) - region_median, fill - admitted / seats


def _some(among: Ints, count: float, rng: np.random.Generator) -> Ints:
    return np.sort(rng.choice(among, min(len(among), round(count)), replace=False)) if len(among) else among
