"""Seats against demand: where there are too few, too many, or enough in the wrong place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.admission.measures import is_national, measure, ratio
from gymreg_core.errors import BadInput
from gymreg_core.planning.balance_words import balance_sentences
from gymreg_core.planning.groups import COORDINATES, at_level, by_levels, sub_region_of
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

FEW, MANY, WRONG_PLACE, WRONG_PROGRAMME, ENOUGH = "too_few", "too_many", "wrong_place", "wrong_programme", "enough"
SMALL, UNKNOWN, UNSURE = "too_small", "unknown", "unsure"
_FIGURES = ("seats", "admitted", "free_seats", "reserves")
_MEASURES = (
    "study_paths",
    "schools",
    *_FIGURES,
    "fill_rate",
    "competitive_share",
    "free_share",
    "reserves_per_seat",
)
PATH_KEYS = ("municipality", "school", "study_path_code", "study_path_name", "programme", "programme_type")
FORECAST = ("level", "year", "municipality", "programme", "programme_type", "expected", "low", "high")


@dataclass(frozen=True, eq=False)
class Balance:
    """Seats beside those who want them, national programmes of one year and round.

    table : a row per group of study paths, see `groups.LEVELS`. COORDINATES ('' = all), study_paths, schools, seats,
        admitted, free_seats, reserves (entries; one applicant may hold several), fill_rate, competitive_share,
        free_share (free_seats / seats), reserves_per_seat, few_share and many_share (of the seats, those of its parts
        that have too few or too many), supply.
        supply : too_few | too_many | wrong_place (parts of both kinds in other sub-regions) | wrong_programme (the same
        in other programmes of the place) | enough | too_small | unknown (figures are missing).
        With a forecast: expected, expected_low, expected_high (pupils) and expected_supply: too_few (more pupils than
        seats) | too_many (so few that many_free of the seats would be empty) | enough | unsure (the interval holds more
        than one answer) | too_small | unknown.
    paths : a row per study path: PATH_KEYS, sub_region, seats, admitted, free_seats, reserves, free_share,
        reserves_per_seat, supply.
    Thresholds: rules/balance.yml. All of it follows from what the office publishes, but for a forecast.
    """

    table: pd.DataFrame
    paths: pd.DataFrame
    intake_year: int
    round: str

    def summary(self) -> dict[str, Any]:
        """The region's figures, and how many programmes are short, over-supplied or in the wrong place."""
        region, programmes = at_level(self.table).iloc[0], at_level(self.table, "programme")
        kinds = programmes["supply"].value_counts()
        figures = {name: None if pd.isna(region[name]) else int(region[name]) for name in ("study_paths", *_FIGURES)}
        return {
            **figures,
            "supply": str(region["supply"]),
            **{f"programmes_{kind}": int(kinds.get(kind, 0)) for kind in (FEW, MANY, WRONG_PLACE)},
        }

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """Where seats are too few, too many or in the wrong place, most seats first."""
        return balance_sentences(self.table, language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False, max_rows=20))


def balance(results: pd.DataFrame, *, intake_year: int, round_: str = "final") -> Balance:
    """Seats against demand as a round left them.

    results : contracts/results.py, published or of a match (`matching.outcome`).
    Errors: BadInput where no national programme of the year and round is in it.
    """
    mine = results["intake_year"].eq(intake_year) & results["round"].eq(round_) & is_national(results)
    rows = results[mine].reset_index(drop=True)
    if rows.empty:
        raise BadInput(
            f"there are no results of national programmes of {intake_year}, {round_} round",
            where="results",
            remedy="Give the result file of that year and round.",
        )
    rows = rows.assign(sub_region=sub_region_of(rows["municipality"]))
    table = by_levels(lambda level: _measured(rows, level))
    paths = _with_ratios(rows[[*PATH_KEYS, "sub_region", *_FIGURES]])
    names = [*COORDINATES, *_MEASURES, "few_share", "many_share", "supply"]
    return Balance(table[names], paths.assign(supply=_own_supply(paths)), intake_year, round_)


def with_forecast(found: Balance, forecast: pd.DataFrame, year: int) -> Balance:
    """The same beside a forecast of pupils, as if the seats of today were those of that year.

    forecast : FORECAST, as `DemandForecast.table`: the rows of the region and of places (municipalities of schools) are
        used, '' = all in programme and programme_type; pupils expected and the ends of an interval. Groups that it does
        not hold, sub-regions among them, have no forecast. last : a further column, where it is there: the same pupils
        of the last year known. Where they are first choices, seats are filled by others too, or not by all of them:
        how many seats would be filled is then the admitted of today, changed as those pupils do.
    Errors: BadInput for a column that is missing, a year that is not in it, or a group that stands twice.
    """
    missing = [name for name in FORECAST if name not in forecast]
    if missing:
        raise BadInput(f"a forecast lacks {', '.join(missing)}", where="forecast")
    place = forecast["level"].eq("place") & forecast["municipality"].ne("")
    rows = forecast[forecast["year"].eq(year) & (forecast["level"].eq("region") | place)]
    if rows.empty:
        raise BadInput(f"there is no forecast of {year}", where="forecast")
    kind = rows["programme_type"].mask(rows["programme"].ne(""), "")
    told = pd.DataFrame(
        {
            "programme_type": kind,
            "programme": rows["programme"],
            "sub_region": "",
            "municipality": rows["municipality"],
            "expected": rows["expected"],
            "expected_low": rows["low"],
            "expected_high": rows["high"],
            "last": rows["last"] if "last" in rows else pd.NA,
        }
    )
    if told.duplicated(list(COORDINATES)).any():
        raise BadInput("a forecast tells of a group twice", where="forecast")
    table = found.table.merge(told, on=list(COORDINATES), how="left", validate="one_to_one")
    return replace(found, table=table.assign(expected_supply=_expected_supply(table)).drop(columns="last"))


def _with_ratios(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype(dict.fromkeys(_FIGURES, "Int64"))
    return table.assign(
        free_share=ratio(table["free_seats"], table["seats"]),
        reserves_per_seat=ratio(table["reserves"], table["seats"]),
    )


def _own_supply(table: pd.DataFrame) -> list[str]:
    """What the figures of each row say by themselves."""
    seats, free, reserves = (
        table[n].to_numpy(np.float64, na_value=np.nan) for n in ("seats", "free_share", "reserves_per_seat")
    )
    few = (reserves >= rule("balance", "few_reserves")) & (free <= rule("balance", "few_free"))
    many = (free >= rule("balance", "many_free")) & (reserves < rule("balance", "few_reserves"))
    small = seats < rule("balance", "least_seats")
    known = ~(np.isnan(seats) | np.isnan(free) | np.isnan(reserves))
    return [str(s) for s in np.select([small, ~known, few, many], [SMALL, UNKNOWN, FEW, MANY], ENOUGH)]


def _measured(rows: pd.DataFrame, level: list[str]) -> pd.DataFrame:
    """The figures of each group of a level, and what they and those of its parts say."""
    table = _with_ratios(measure(rows, level))
    own = _own_supply(table)
    placed, single = {"sub_region", "municipality"} & set(level), "programme" in level
    split = ["programme"] if placed else ["programme", "sub_region"]
    parts = _with_ratios(measure(rows, list(dict.fromkeys([*level, *split]))))
    parts = parts.assign(supply=_own_supply(parts), seats=parts["seats"].astype("Float64"))
    for name, kind in (("few_share", FEW), ("many_share", MANY)):
        seats = parts["seats"].where(parts["supply"] == kind, 0)
        there = seats.groupby([parts[n] for n in level]).sum().to_numpy() if level else [seats.sum()]
        table[name] = ratio(pd.Series(there, dtype="Float64"), table["seats"])
    least = rule("balance", "wrong_share")
    both = (table["few_share"].ge(least) & table["many_share"].ge(least)).fillna(value=False).to_numpy(np.bool_)
    mixed = own if placed and single else np.where(both, WRONG_PROGRAMME if placed else WRONG_PLACE, own)
    return table.assign(supply=[str(kind) for kind in mixed])


def _expected_supply(table: pd.DataFrame) -> list[str]:
    """What the expected pupils say of the seats that there are; '' without a forecast."""
    names = ("seats", "expected", "expected_low", "expected_high", "admitted", "last")
    seats, expected, low, high, admitted, last = (table[n].to_numpy(np.float64, na_value=np.nan) for n in names)
    seated = np.divide(admitted, last, out=np.ones_like(last), where=(last > 0) & ~np.isnan(admitted))
    full, empty = rule("balance", "expected_full") * seats, (1 - rule("balance", "many_free")) * seats
    told = ~(np.isnan(expected) | np.isnan(low) | np.isnan(high))
    kinds = [
        ~told,
        np.isnan(seats),
        seats < rule("balance", "least_seats"),
        low > full,
        seated * high <= empty,
        (seated * low > empty) & (high <= full),
    ]
    return [str(kind) for kind in np.select(kinds, ["", UNKNOWN, SMALL, FEW, MANY, ENOUGH], UNSURE)]
