"""What of a forecast of demand may be shown: the region's programmes and the municipalities' totals to the unit, what
few pupils stand behind to the nearest multiple of the policy's base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gymreg_core.disclosure import (
    About,
    Released,
    Ties,
    release_counts,
    release_estimates,
    release_published,
    release_rounded,
    smallest_count,
)
from gymreg_core.planning.demand import DemandForecast
from gymreg_core.planning.demand_backtest import DemandBacktest
from gymreg_core.provenance import Provenance

OTHERS = "other "
"""How the programme of those of a type that too few chose to stand alone begins; the type follows."""
_NUMBERS = ["pupils", "expected", "low", "high"]
_EVERYONE = 1_000_000
Sum = tuple[int | None, Sequence[int]]


def release_region(forecast: DemandForecast, year: int) -> Released:
    """A row for all ('', ''), for each type (kind, '') and programme (kind, programme): pupils, of the last year known;
    expected, low, high, of `year`.

    Of a type, the programmes that fewest chose are one row together, of `smallest_count` pupils at least; it has no
    interval, since those of its parts do not add up.
    """
    frame = _rows(forecast, year, "region")
    if not forecast.provenance.already_public:
        frame = pd.concat([_together(rows) for _, rows in frame.groupby("kind", sort=False)], ignore_index=True)
    types = frame.index[frame["kind"].ne("") & frame["programme"].eq("")]
    sums: list[Sum] = [(0, types.tolist())]
    for at in types:
        parts = frame["kind"].eq(frame["kind"][at]) & frame["programme"].ne("")
        sums.append((int(at), frame.index[parts].tolist()))
    return _estimated(frame, forecast, sums)


def release_municipalities(forecast: DemandForecast, year: int) -> Released:
    """A row for the region and for each municipality by residence (by: home) and by school (place), all together."""
    frame = pd.concat([_rows(forecast, year, level) for level in ("region", "home", "place")], ignore_index=True)
    frame = frame[frame["kind"].eq("")].reset_index(drop=True)
    whole = int(frame.index[frame["by"].eq("region")][0])
    levels = [frame.index[frame["by"].eq(level)].tolist() for level in ("home", "place")]
    sums: list[Sum] = [(whole, parts) for parts in levels if parts]
    return _estimated(frame, forecast, sums)


def release_programmes(forecast: DemandForecast, year: int, level: str, municipality: str) -> Released:
    """The programmes and types of one municipality, by residence or by school, rounded one by one."""
    frame = _rows(forecast, year, level)
    frame = frame[frame["group"].eq(municipality) & frame[_NUMBERS].any(axis=1)].reset_index(drop=True)
    return _rounded(frame, forecast, "planning.choices")


def release_ways(forecast: DemandForecast, year: int, home: str) -> Released:
    """Where the pupils of a municipality go (municipality): pupils and expected, rounded one by one."""
    rows = forecast.ways
    rows = rows[rows["year"].eq(year) & rows["home"].eq(home) & rows[["expected", "last"]].any(axis=1)]
    frame = pd.DataFrame({"group": rows["home"], "municipality": rows["place"], "pupils": rows["last"]})
    frame = frame.assign(expected=rows["expected"]).reset_index(drop=True)
    return _rounded(frame, forecast, "planning.ways")


def release_years(forecast: DemandForecast) -> Released:
    """All of the region and each type in each year that is foretold: year, kind, pupils, expected, low, high."""
    rows = forecast.table
    rows = rows[rows["level"].eq("region") & rows["programme"].eq("")].sort_values(["year"], kind="stable")
    frame = rows[["year", "programme_type", "last", *_NUMBERS[1:]]].reset_index(drop=True)
    frame = frame.rename(columns={"programme_type": "kind", "last": "pupils"}).astype({"year": "int64"})
    sums: list[Sum] = []
    for _, part in frame.groupby("year", sort=False):
        whole = part.index[part["kind"].eq("")]
        sums.append((int(whole[0]), part.index.difference(whole).tolist()))
    return _estimated(frame, forecast, sums)


def release_programme(forecast: DemandForecast, programme: str) -> Released:
    """A programme of the region in the last year known, and in each that is foretold: kind, programme, year, pupils (of
    the last year known), expected, low, high; expected is what came in the last year known.

    Empty where `release_region` does not tell of it by itself.
    """
    told = release_region(forecast, forecast.intake_year).table
    own = told["programme"].eq(programme) & told[["pupils", "expected", "low"]].notna().all(axis=1)
    rows = forecast.table
    rows = rows[rows["level"].eq("region") & rows["programme"].eq(programme)] if own.any() else rows.head(0)
    frame = rows[["programme_type", "programme", "year", "last", *_NUMBERS[1:]]]
    frame = frame.rename(columns={"programme_type": "kind", "last": "pupils"}).sort_values("year", kind="stable")
    came = frame.head(1).assign(year=forecast.last_year, **{name: frame["pupils"].head(1) for name in _NUMBERS[1:]})
    whole = pd.concat([came, frame], ignore_index=True).astype({"year": "int64"})
    return _estimated(whole, forecast, [])


def release_history(history: pd.DataFrame, programme: str, provenance: Provenance) -> Released:
    """First choices of a programme in each year known: intake_year, programme, applicants.

    history : `StoredDemand.history`. Few are left out; no sum of programmes is told beside them.
    """
    rows = history[history["programme"].eq(programme)].sort_values("intake_year")
    frame = rows.rename(columns={"pupils": "applicants"}).reset_index(drop=True)
    about = About("planning.choices", {"round": "final"})
    return release_counts(frame[["intake_year", "programme", "applicants"]], provenance, about=about)


def release_backtest(backtest: DemandBacktest, provenance: Provenance) -> Released:
    """A row for each year held against, the last of all (label ''): count, of programmes; error and error_previous,
    percentage points a programme; error_share, of the two; share, of outcomes in their interval."""
    scores = backtest.scores
    sizes = scores["programmes"].astype("float64")
    frame = pd.DataFrame(
        {
            "label": pd.Series([str(year) if year else "" for year in scores["year"]], dtype="str"),
            "count": scores["programmes"].astype("int64"),
            "error": 100 * scores["error"].astype("float64") / sizes,
            "error_previous": 100 * scores["error_last"].astype("float64") / sizes,
            "error_share": scores["ratio"].astype("float64"),
            "share": scores["covered"].astype("float64"),
        }
    )
    if provenance.already_public:
        return release_published(frame, provenance)
    # They are of all programmes of the region together, and nobody is counted in them.
    whole = release_estimates(frame.assign(pupils=_EVERYONE), provenance, behind=["pupils"], about="planning.scores")
    return whole.select(*map(str, frame.columns))


def _rows(forecast: DemandForecast, year: int, level: str) -> pd.DataFrame:
    """by, group, kind, programme, pupils, expected, low, high of a level in a year."""
    rows = forecast.table
    rows = rows[rows["year"].eq(year) & rows["level"].eq(level)].reset_index(drop=True)
    names = {"by": rows["level"], "group": rows["municipality"], "kind": rows["programme_type"]}
    numbers = {name: rows["last" if name == "pupils" else name] for name in _NUMBERS}
    return pd.DataFrame({**names, "programme": rows["programme"], **numbers})


def _together(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a type, those of its programmes that fewest chose as one where one of them has too few."""
    alone = rows["programme"].eq("")
    programmes = rows[~alone].sort_values("pupils", kind="stable")
    few = programmes["pupils"].between(1, smallest_count() - 1) | (
        programmes["pupils"].eq(0) & programmes["expected"].gt(0)
    )
    if not few.any():
        return rows
    enough = programmes["pupils"].cumsum().to_numpy() >= smallest_count()
    last = max(int(np.flatnonzero(few.to_numpy())[-1]), int(np.argmax(enough)) if enough.any() else len(few) - 1)
    small = programmes.index[: last + 1]
    one = (
        rows.loc[small[:1]]
        .astype({"low": "Int64", "high": "Int64"})
        .assign(programme=f"{OTHERS}{rows['kind'].iloc[0]}")
    )
    one.loc[:, ["low", "high"]] = pd.NA
    one = one.assign(**{name: rows.loc[small, name].sum() for name in ("pupils", "expected")})
    return pd.concat([rows.drop(index=small).astype({"low": "Int64", "high": "Int64"}), one], ignore_index=True)


def _about(forecast: DemandForecast, universe: str) -> About:
    of = {"intake_year": forecast.last_year, "round": "final"}
    return About(universe, of if forecast.measure == "first_choices" else of | {"measure": forecast.measure})


def _estimated(frame: pd.DataFrame, forecast: DemandForecast, sums: Sequence[Sum]) -> Released:
    if forecast.provenance.already_public:
        return release_published(frame, forecast.provenance)
    about = _about(forecast, "planning.choices")
    return release_estimates(frame, forecast.provenance, behind=["pupils"], ties=Ties(sums=sums), about=about)


def _rounded(frame: pd.DataFrame, forecast: DemandForecast, universe: str) -> Released:
    if forecast.provenance.already_public:
        return release_published(frame, forecast.provenance)
    return release_rounded(frame, forecast.provenance, about=_about(forecast, universe))
