"""Where cohorts are month by month, where they go from year to year, who switched and who left: counts of pupils."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gymreg_core.cohort.card_starts import attributed, starts_of
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.completed import diploma_day
from gymreg_core.cohort.counting import Cohort, Int32, Ints, counted, filled_cells, followed_starters, joined
from gymreg_core.cohort.days import day_in, lookup
from gymreg_core.cohort.histories import (
    AGE_LIMIT,
    ENROLLED,
    FAR,
    INTERRUPTED,
    MOVED_OUT,
    MOVES,
    STATES,
    STUDY_BREAK,
    Histories,
)
from gymreg_core.contracts.tracked import SCOPES, SWITCH_KINDS, tracked_table
from gymreg_core.rules import rule

_LEFT = (STUDY_BREAK, INTERRUPTED, MOVED_OUT, AGE_LIMIT)
_ENTRIES = ("introductory", "national")
_YEAR = 12


def monthly(h: Histories, s: pd.DataFrame) -> pd.DataFrame:
    """The table `monthly` (contracts/tracked.py): where each cohort is on the 15th of each month, from October of the
    start to as many years later as cohorts are followed, or to the last such day that `h` knows. s : `starts(h)`.

    By region, home, provider form, programme and entry; states without anyone have no row. Errors: RuleMissing.
    """
    those = followed_starters(s)
    rows, whose, first, after, last = _stays(h, those)
    state, frames = h.spells["state"].to_numpy()[rows], []
    for axes in those.groups((*SCOPES, "entry")):
        cell = {name: (codes[whose], labels) for name, (codes, labels) in axes.items()}
        cell["state"] = (state, STATES)
        came, went = (counted({**cell, "month": (edge, range(last + 2))}) for edge in (first, after))
        frames.append(filled_cells({**cell, "month": (first, range(last + 2))}, np.cumsum(came - went, axis=-1)))
    found = joined(frames, "monthly", ["cohort", "month"])
    at = found["month"].to_numpy(np.int64) + _october(found["cohort"].to_numpy(np.int64))
    return tracked_table("monthly", found.assign(month=at // _YEAR * 100 + at % _YEAR + 1))


def _stays(h: Histories, those: Cohort) -> tuple[Ints, Ints, Ints, Ints, int]:
    """The rows of spells (r,) in which starters are on some day of counting: the row, whose it is (place among the
    starters), the first such day and the one after the last, 0 in October of the start; and the last day there is."""
    last = int(rule("cohort", "followed_years")) * _YEAR
    place = np.full(len(h), -1, np.int64)
    place[those.pupil] = np.arange(len(those.pupil))
    whose = place[h.spells["pupil"].to_numpy()]
    rows = np.flatnonzero(whose >= 0)
    whose = whose[rows]
    october = _october(those.cohort)[whose]
    unknown = np.clip(_month_from(np.array([h.as_of + 1]))[0] - october, 0, last + 1)
    start, stop = (h.spells[name].to_numpy(np.int32)[rows] for name in ("start", "stop"))
    first = np.clip(lookup(_month_from, start) - october, 0, unknown)
    ended = lookup(_month_from, np.minimum(stop, h.as_of + 1).astype(np.int32))
    after = np.clip(ended - october, 0, unknown)
    kept = first < after
    return rows[kept], whose[kept], first[kept], after[kept], last


def _october(cohort: Ints) -> Ints:
    """October of each year (n,) in months from year 0 on."""
    return cohort * _YEAR + 9


def _month_from(days: Ints) -> Ints:
    """The month, from year 0 on, of the first day of counting on or after each day (n,)."""
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    day = month.astype("datetime64[D]").astype(np.int64) + int(rule("cohort", "month_day")) - 1
    return month.astype(np.int64) + 1970 * _YEAR + (days > day)


def flows(h: Histories, s: pd.DataFrame) -> pd.DataFrame:
    """The table `flows` (contracts/tracked.py): pairs of states on one 15 October and the next, of the years that ended
    by `h.as_of`; pairs without anyone have no row. s : `starts(h)`. By region, home, provider form and programme.

    Errors: RuleMissing.
    """
    those, frames = followed_starters(s), []
    for year, begins, ends in _school_years(those):
        past = ends <= h.as_of
        pairs = [h.state_at(day, those.pupil) for day in (begins, ends)]
        for axes in those.groups(SCOPES):
            cell = {**axes, "origin": (pairs[0], STATES), "destination": (pairs[1], STATES)}
            frames.append(filled_cells(cell, counted(cell, past)).assign(year=year))
    return tracked_table("flows", joined(frames, "flows", ["cohort", "year"]))


def leavers(h: Histories, s: pd.DataFrame) -> pd.DataFrame:
    """The table `leavers` (contracts/tracked.py), of the years that ended by `h.as_of`. s : `starts(h)`.

    A school year after the start runs from one 15 October to the next; the first begins with the pupil's first day.
    Left has who was enrolled when it began and is on a study break, interrupted, moved out or beyond the age limit when
    it ends; returned of them who was enrolled on any later day. Every state has a row where anybody was present. By
    region, home, provider form and programme. Errors: RuleMissing.
    """
    those, frames = followed_starters(s), []
    entry = np.searchsorted(_ENTRIES, those.about["entry"].to_numpy(str))
    back = _last_enrolled(h)[those.pupil]
    for year, begins, ends in _school_years(those):
        present = (ends <= h.as_of) & ((year == 1) | np.isin(h.state_at(begins, those.pupil), ENROLLED))
        state = h.state_at(ends, those.pupil)
        for axes in those.groups(SCOPES):
            cell = {**axes, "entry": (entry, _ENTRIES)}
            there = counted(cell, present)
            for left in _LEFT:
                gone = present & (state == left)
                counts = {"pupils": counted(cell, gone), "returned": counted(cell, gone & (back > ends))}
                frames.append(filled_cells(cell, there, "present", counts).assign(year=year, state=STATES[left]))
    return tracked_table("leavers", joined(frames, "leavers", ["cohort", "year"]))


def switches(h: Histories, s: pd.DataFrame) -> pd.DataFrame:
    """The table `switches` (contracts/tracked.py): the first switch of the starters of the measure `switch_card`, by 15
    October so many years after the start, of days that have passed by `h.as_of`. s : `starts(h)`.

    What is a switch stands in rules/cohort.yml. completed: held a diploma by the measure's last day, once that is known
    (rules/completion.yml, wait). Every kind has a row where anybody started. By region, home, provider form and
    programme. Errors: RuleMissing.
    """
    measure = card(rule("cohort", "switch_card"))
    started = starts_of(measure, h, s)
    here = np.flatnonzero(h.pupils["followed"].to_numpy(np.bool_)[started.pupil])
    about = attributed(h, s, started, measure.population, None).iloc[here].reset_index(drop=True)
    those = Cohort(started.pupil[here], started.cohort[here].astype(np.int64), about)
    day, kind = first_switch(h, those.pupil, started.row[here])
    horizon = day_in(those.cohort + measure.horizon, rule("completion", "last_day")[measure.last_day])
    done = diploma_day(h)[those.pupil] <= horizon
    frames = []
    for within in rule("cohort", "switch_years"):
        until = day_in(those.cohort + within, rule("cohort", "status_day"))
        past, by_then = until <= h.as_of, np.where(day <= until, kind, 0)
        for axes in those.groups(SCOPES):
            everyone = counted(axes, past)
            known = counted(axes, past & (horizon + int(rule("completion", "wait")) <= h.as_of)) > 0
            for place, name in enumerate(SWITCH_KINDS):
                some = past & (by_then == place)
                completed = np.where(known, counted(axes, some & done), -1)
                counts = {"pupils": counted(axes, some), "completed": completed}
                frames.append(filled_cells(axes, everyone, "starters", counts).assign(within=within, kind=name))
    return tracked_table("switches", joined(frames, "switches", ["cohort", "within"]))


def _school_years(those: Cohort) -> Iterator[tuple[int, Int32, Int32]]:
    """The years after the start: number, first and last day of each starter (m,)."""
    october = rule("cohort", "status_day")
    for year in range(1, int(rule("cohort", "followed_years")) + 1):
        begins, ends = (day_in(those.cohort + at, october).astype(np.int32) for at in (year - 1, year))
        yield year, begins, ends


def first_switch(h: Histories, pupil: Int32, row: Int32) -> tuple[Ints, Ints]:
    """Day and kind (place in SWITCH_KINDS) of the first switch of pupils (m,) after a row (m,) of spells: FAR, 0 where
    there is none."""
    kinds = rule("cohort", "switch_kinds")
    kind_of = np.array([SWITCH_KINDS.index(kinds.get(move, "none")) for move in MOVES])
    move = kind_of[h.spells["move"].to_numpy()]
    at = np.append(np.flatnonzero(move), -1)
    first = at[np.searchsorted(at[:-1], row, side="right")]
    if not len(move):
        return np.full(len(pupil), FAR, np.int64), np.zeros(len(pupil), np.int64)
    theirs = (first >= 0) & (h.spells["pupil"].to_numpy()[first] == pupil)
    day = np.where(theirs, h.spells["start"].to_numpy(np.int64)[first], FAR)
    return day, np.where(theirs, move[first], 0)


def _last_enrolled(h: Histories) -> Ints:
    """The last day on which each pupil came into a row at a school: int64 (n,)."""
    rows = np.flatnonzero(np.isin(h.spells["state"].to_numpy(), ENROLLED))
    day = np.full(len(h), -1, np.int64)
    np.maximum.at(day, h.spells["pupil"].to_numpy()[rows], h.spells["start"].to_numpy(np.int64)[rows])
    return day
