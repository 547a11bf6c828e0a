"""Measures of completion: one function that computes any card of rules/measures.yml, and the table of them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.card_starts import Starts, attributed, starts_of
from gymreg_core.cohort.cards import Card, cards
from gymreg_core.cohort.completed import certificate_day, diploma_day
from gymreg_core.cohort.days import day_in
from gymreg_core.cohort.histories import MOVED_OUT, Histories
from gymreg_core.cohort.starts import grouped
from gymreg_core.contracts.tracked import GROUPINGS, SCOPES, empty_tracked, tracked_table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities

Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
T = TypeVar("T")


def completion(card: Card, h: Histories, s: pd.DataFrame, by: str | Sequence[str] = "region") -> pd.DataFrame:
    """The table `measures` (contracts/tracked.py) of one card, for every cohort whose horizon has passed by `h.as_of`,
    and the time after it in which certificates come in (rules/completion.yml, wait).

    s : `starts(h)`. by : kinds of groups, of GROUPINGS. Cohorts that the histories do not tell of from the first day of
    their school year on are not in it. starters + left_out are the followed pupils who started as the card says;
    not_followed are those with a placeholder number who would be among the starters (with `temporary: not_completed`
    they are). Rows are sorted by cohort, `by` and group; groups without anyone have none.
    Errors: RuleMissing.
    """
    return _Measuring(h, s).completion(card, [by] if isinstance(by, str) else by)


def all_measures(h: Histories, s: pd.DataFrame, of: Sequence[Card] | None = None) -> pd.DataFrame:
    """The table `measures` of some cards, or every one: by region, home, provider form and programme, and those of the
    main cards by school, entry, sex and merit band too. Errors: RuleMissing; BadParameters where a card is wrong."""
    measuring = _Measuring(h, s)
    found = [measuring.completion(card, GROUPINGS if card.main else SCOPES) for card in (cards() if of is None else of)]
    found = [table for table in found if len(table)]
    return tracked_table("measures", pd.concat(found, ignore_index=True)) if found else empty_tracked("measures")


class _Measuring:
    """What several cards have in common is computed once."""

    def __init__(self, h: Histories, s: pd.DataFrame) -> None:
        self.h, self.s = h, s
        self._kept: dict[object, object] = {}

    def _once(self, key: object, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    def completion(self, card: Card, kinds: Sequence[str]) -> pd.DataFrame:
        day = rule("completion", "last_day")[card.last_day]
        started = (card.population, card.starts, card.started)
        every = self._once(started, lambda: starts_of(card, self.h, self.s))
        last_day = day_in(every.cohort.astype(np.int64) + card.horizon, day).astype(np.int32)
        passed = last_day + int(rule("completion", "wait")) <= self.h.as_of
        whose = (*started, card.attribution, *((card.horizon, card.last_day) if card.attribution == "last" else ()))
        by_day = last_day if card.attribution == "last" else None
        about = self._once(whose, lambda: attributed(self.h, self.s, every, card.population, by_day))
        counts = self._counts(card, every, last_day, passed)
        frames = []
        for by in kinds:
            codes, names = self._once((*whose, by), partial(grouped, about, by))
            frames.append(_table(card.key, by, every.cohort[passed], codes[passed], names, counts, passed))
        table = pd.concat(frames, ignore_index=True) if frames else empty_tracked("measures")
        return tracked_table("measures", table.sort_values("cohort", kind="stable", ignore_index=True))

    def _counts(self, card: Card, every: Starts, last_day: Int32, passed: Flags) -> dict[str, Flags]:
        """Whether each start counts as what: (m,) by the column of `measures`."""
        followed = self.h.pupils["followed"].to_numpy(bool)[every.pupil]
        suits = passed & self._suits(card, every)
        done = self._done(card)[every.pupil] <= last_day
        if card.moved == "left_out":
            suits &= self.h.state_at(last_day, every.pupil) != MOVED_OUT  # nobody who holds a diploma is
        starters = suits & (followed | (card.temporary == "not_completed"))
        return {
            "starters": starters,
            "completed": starters & followed & done,
            "left_out": passed & followed & ~suits,
            "not_followed": suits & ~followed,
        }

    def _suits(self, card: Card, every: Starts) -> Flags:
        """Age and residence."""
        suits = np.ones(len(every.pupil), np.bool_)
        if card.age_limit is not None:
            suits &= every.cohort - self.h.pupils["birth_year"].to_numpy(np.int64)[every.pupil] <= card.age_limit
        if card.residence != "none":
            key = (card.population, card.starts, card.started, card.residence, card.horizon)
            suits &= self._once(key, lambda: self._resident(card, every))
        return suits

    def _resident(self, card: Card, every: Starts) -> Flags:
        cohort = every.cohort.astype(np.int64)
        if card.residence == "at_start":
            day = self.h.spells["start"].to_numpy(np.int64)[every.row]
        elif card.residence == "at_horizon_start":
            day = day_in(cohort, rule("cohort", "status_day"))
        else:
            day = day_in(cohort + card.horizon - 1, "12-31")
        homes = self.h.home_at(day.astype(np.int32), every.pupil)
        return np.asarray(pd.Index(homes).isin([name for name, one in municipalities().items() if one.party]), np.bool_)

    def _done(self, card: Card) -> Int32:
        diploma = self._once("diploma", lambda: diploma_day(self.h))
        if card.completed == "diploma":
            return diploma
        return np.minimum(diploma, self._once("certificate", lambda: certificate_day(self.h)))


def _table(
    key: str, by: str, cohort: Int16, codes: Int32, names: Sequence[str], counts: dict[str, Flags], passed: Flags
) -> pd.DataFrame:
    """Counts per cohort and group: sums over a cell for each pair of them."""
    years, year = np.unique(cohort, return_inverse=True)
    cell = year * len(names) + codes
    sums = {
        name: np.bincount(cell[flags[passed]], minlength=len(years) * len(names)).astype(np.int64)
        for name, flags in counts.items()
    }
    filled = np.flatnonzero(sums["starters"] + sums["left_out"] + sums["not_followed"])
    group = np.asarray(names, dtype=object)[filled % max(len(names), 1)]
    about = {"card": key, "cohort": years[filled // max(len(names), 1)], "by": by, "group": group}
    return pd.DataFrame(about | {name: sum_[filled] for name, sum_ in sums.items()})
