"""What supplement each school and programme had a school year, per pupil who was there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.days import calendar_year, day_in
from gymreg_core.cohort.histories import NATIONAL, Histories
from gymreg_core.effects.school_years import THOUSAND, first_price_year, length, price_years
from gymreg_core.funding.supplement import Supplement
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Paid:
    """Supplement and pupils of u school units, p programmes and y school years.

    schools : (u,), unit codes in order; units that others took over from have nothing. programmes : codes as they are
    today, in order. autumns : (y,), school years from the first that the histories tell
    of whole to the last whose 15 October they tell of. money : (u, p, y), thousand kronor a school year. pupils :
    (u, p, y), those in covered years of study on 15 October, whether they are covered or not.
    """

    schools: NDArray[np.str_]
    programmes: tuple[str, ...]
    autumns: Ints
    money: Floats
    pupils: Floats

    def __repr__(self) -> str:
        return f"Paid({len(self.schools)} schools, {len(self.autumns)} school years)"

    def autumns_of(self, cohort: int) -> list[int]:
        """The school years of a cohort that are there already."""
        there = set(self.autumns.tolist())
        return [autumn for autumn in range(cohort, cohort + length()) if autumn in there]

    def dose(self, cohorts: Iterable[int]) -> tuple[Floats, Floats]:
        """The mean dose over the school years of cohorts, of each unit and programme (u, p, c) and unit (u, c).

        Thousand kronor per pupil and school year; school years in which nobody was there do not count, NaN where there
        is none.
        """
        per = _shares(self.money, self.pupils), _shares(self.money.sum(axis=1), self.pupils.sum(axis=1))
        at = [np.isin(self.autumns, self.autumns_of(cohort)) for cohort in cohorts]
        places, units = (
            np.stack([_mean(one[..., of]) for of in at], axis=-1) if at else np.zeros((*one.shape[:-1], 0))
            for one in per
        )
        return places, units


def paid(h: Histories) -> Paid:
    """The supplement of every school unit as it is today (`h.schools`), programme and school year that `h` tells of.

    A school year's pupils are those of 15 October on national programmes in the years of study that are covered, with
    the merit value of year 9; money is their amounts in the two price years that the school year spans, by months, and
    0 before the supplement. Everyone who is there counts, followed or not.
    Errors: RuleMissing for a price year whose amounts are not known.
    """
    schools, unit = by_code(h)
    names, programme = np.unique(h.paths["programme"].map(today).to_numpy(str), return_inverse=True)
    autumns = _autumns(h)
    u, p, y = len(h.schools), len(names), len(autumns)
    state, school, path, pupil = (h.spells[name].to_numpy() for name in ("state", "school", "path", "pupil"))
    start, stop, year = (h.spells[name].to_numpy() for name in ("start", "stop", "year_of_study"))
    counted = np.flatnonzero(np.isin(state, NATIONAL) & np.isin(year, rule("supplement", "years_of_study")))
    start, stop = start[counted], stop[counted]
    place = unit[school[counted]] * p + programme[path[counted]]
    merit = h.pupils["merit"].to_numpy(np.float64)
    amount = cache(lambda price_year: _amounts(price_year, merit, h.paths["programme"]))
    money, pupils = np.zeros((y, u * p)), np.zeros((y, u * p))
    for number, autumn in enumerate(autumns.tolist()):
        day = int(day_in(autumn, rule("cohort", "status_day")))
        on = np.flatnonzero((start <= day) & (stop > day))
        rows = counted[on]
        pupils[number] = np.bincount(place[on], minlength=u * p)
        for price_year, share in price_years(autumn):
            if price_year >= first_price_year():
                of_level, level, covers = amount(price_year)
                kronor = of_level[np.where(covers[path[rows]], level[pupil[rows]], 0)]
                money[number] += np.bincount(place[on], kronor * share, u * p)
    by_place = (np.moveaxis(table.reshape(y, u, p), 0, -1) for table in (money, pupils))
    return Paid(schools, tuple(names.tolist()), autumns, *by_place)


def by_code(h: Histories) -> tuple[NDArray[np.str_], Ints]:
    """The codes of all schools in order, (u,), and the place among them of the unit that each school of `h` is today,
    int64 (schools of h,)."""
    codes, place = np.unique(h.schools["school_id"].to_numpy(str), return_inverse=True)
    return codes, place.astype(np.int64)[h.schools["unit"].to_numpy()]


def today(programme: str) -> str:
    """The code that a programme has today, where it goes on under another (vocabulary/programmes.yml)."""
    while (later := programmes()[programme].followed_by) is not None:
        programme = later
    return programme


def _autumns(h: Histories) -> Ints:
    begins, counts = rule("cohort", "school_year"), rule("cohort", "status_day")
    first, last = calendar_year(np.array([h.since, h.as_of])).tolist()
    years = np.arange(first, last + 1)
    return years[(day_in(years, begins) >= h.since) & (day_in(years, counts) <= h.as_of)]


def _amounts(
    price_year: int, merit: Floats, programme: pd.Series
) -> tuple[Floats, NDArray[np.int8], NDArray[np.bool_]]:
    """Thousand kronor by level, 0 first; the level of each pupil (n,); and which paths are covered."""
    supplement = Supplement.packaged(price_year)
    amounts: Floats = np.append(0.0, supplement.amounts_in(price_year)) / THOUSAND
    return amounts, supplement.level(merit), supplement.covers(programme.to_numpy(object))


def _shares(money: Floats, pupils: Floats) -> Floats:
    shares: Floats = np.divide(money, pupils, out=np.full(money.shape, np.nan), where=pupils > 0)
    return shares


def _mean(dose: Floats) -> Floats:
    """The mean over the last axis, of what there is."""
    there = np.isfinite(dose)
    return _shares(np.where(there, dose, 0).sum(axis=-1), there.sum(axis=-1).astype(np.float64))
