"""The starts that a card of completion counts, and the school, programme and home that each of them belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.cards import Card
from gymreg_core.cohort.days import calendar_year, day_in
from gymreg_core.cohort.histories import ENROLLED, NATIONAL, Histories
from gymreg_core.rules import rule

Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Starts:
    """m starts: pupil int32 (m,), row of pupils; cohort int16 (m,), autumn; row int32 (m,), the row of spells it is."""

    pupil: Int32
    cohort: Int16
    row: Int32


def starts_of(card: Card, h: Histories, s: pd.DataFrame) -> Starts:
    """The starts of a card's population, as it counts them, of cohorts that `h` tells of from the beginning on.

    The first start of a pupil is the first row of all, or of a national programme; it has to be in the first year of
    study. s : `starts(h)`.
    """
    found = _first(card, h, s) if card.starts == "first" else _every(card, h)
    keep = day_in(found.cohort.astype(np.int64), rule("cohort", "school_year")) >= h.since
    return Starts(found.pupil[keep], found.cohort[keep], found.row[keep])


def attributed(h: Histories, s: pd.DataFrame, every: Starts, population: str, last_day: Int32 | None) -> pd.DataFrame:
    """The columns of `starts(h)` that groups are told by, for each start (m,).

    Home is that of the day of the start. last_day : (m,), school and programme are those of the last row of the
    population's states that begins by this day; None: those that the start began with.
    """
    row = every.row if last_day is None else _last_rows(h, _states(population), every, last_day)
    school, path = (h.spells[name].to_numpy()[row] for name in ("school", "path"))
    start = h.spells["start"].to_numpy(np.int32)[every.row]
    return pd.DataFrame(
        {
            **{name: s[name].array.take(every.pupil) for name in ("entry", "sex", "merit_band")},
            "home": pd.array(h.home_at(start, every.pupil), dtype="str"),
            "school_id": h.schools["school_id"].array.take(h.schools["unit"].to_numpy()[school]),
            "provider_form": h.schools["provider_form"].array.take(school),
            "programme": h.paths["programme"].array.take(path),
        }
    )


def _states(population: str) -> tuple[int, ...]:
    return ENROLLED if population == "all" else NATIONAL


def _of_states(h: Histories, population: str) -> Flags:
    return np.isin(h.spells["state"].to_numpy(), _states(population))


def _first(card: Card, h: Histories, s: pd.DataFrame) -> Starts:
    all_ = card.population == "all"
    row = s["row" if all_ else "national_row"].to_numpy(np.int32)
    cohort = s["cohort" if all_ else "national_cohort"].to_numpy(np.int16)
    pupil = np.flatnonzero(row >= 0).astype(np.int32)
    row, cohort = row[pupil], cohort[pupil]
    begun = h.spells["year_of_study"].to_numpy()[row] == 1
    begun &= (h.spells["start"].to_numpy()[row] >= h.since) & (row == first_rows(h, card.population)[pupil])
    if card.started == "october":
        state = h.state_at(_october(cohort).astype(np.int32), pupil)
        begun &= np.isin(state, _states(card.population))
    return Starts(pupil[begun], cohort[begun], row[begun])


def _every(card: Card, h: Histories) -> Starts:
    """Every autumn in the first year of study: on 15 October, or in any row within the school year."""
    start, stop = (h.spells[name].to_numpy(np.int64) for name in ("start", "stop"))
    whose = h.spells["pupil"].to_numpy(np.int32)
    beginner = _of_states(h, card.population) & (h.spells["year_of_study"].to_numpy() == 1)
    first, last = (int(calendar_year(np.array([day]))[0]) for day in (h.since, h.as_of))
    found = []
    for year in range(first, last + 1):
        if card.started == "october":
            from_day = to_day = int(_october(np.array(year)))
        else:
            begins = rule("cohort", "school_year")
            from_day, to_day = int(day_in(year, begins)), int(day_in(year + 1, begins)) - 1
        rows = np.flatnonzero(beginner & (start <= min(to_day, h.as_of)) & (stop > from_day))
        if from_day > h.as_of:
            continue
        pupil, at = np.unique(whose[rows], return_index=True)
        found.append(Starts(pupil, np.full(len(pupil), year, np.int16), rows[at].astype(np.int32)))
    empty = Starts(np.zeros(0, np.int32), np.zeros(0, np.int16), np.zeros(0, np.int32))
    parts = found or [empty]
    return Starts(
        np.concatenate([one.pupil for one in parts]),
        np.concatenate([one.cohort for one in parts]),
        np.concatenate([one.row for one in parts]),
    )


def _october(cohort: NDArray[np.int_]) -> NDArray[np.int64]:
    return day_in(cohort, rule("cohort", "status_day"))


def first_rows(h: Histories, population: str) -> Int32:
    """The first row of each pupil in the population's states: int32 (n,), -1 where there is none."""
    first = np.full(len(h), -1, np.int32)
    rows = np.flatnonzero(_of_states(h, population))
    pupil, at = np.unique(h.spells["pupil"].to_numpy()[rows], return_index=True)
    first[pupil] = rows[at]
    return first


def _last_rows(h: Histories, states: tuple[int, ...], every: Starts, last_day: Int32) -> Int32:
    """The last row in `states` that begins by each start's last day: int32 (m,); there is one, that of the start."""
    rows = np.flatnonzero(np.isin(h.spells["state"].to_numpy(), states))
    key = h.spells["pupil"].to_numpy(np.int64)[rows] * 2**32 + h.spells["start"].to_numpy(np.int64)[rows]
    at = np.searchsorted(key, every.pupil.astype(np.int64) * 2**32 + last_day, side="right") - 1
    return rows[at].astype(np.int32)
