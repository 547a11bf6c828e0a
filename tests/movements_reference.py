"""Where pupils are and go, counted pupil by pupil and month by month, to hold the quick way to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from gymreg_core.cohort.cards import Card, card
from gymreg_core.cohort.histories import MOVES, Histories
from tests.measures_reference import ENROLLED, WAIT, Pupil, Row, autumn, day, groups_of, last_day_of, starts_of

SCOPES = ("region", "home", "provider_form", "programme")
SWITCHES = {
    "programme": "programme",
    "school": "school",
    "programme_and_school": "programme_and_school",
    "to_introductory": "programme",
}
LEFT = ("study_break", "interrupted", "moved_out", "age_limit")
COMPLETED = "skolverket_3"
Key = tuple[Any, ...]


def starters(h: Histories) -> Iterator[tuple[Pupil, int, dict[str, str]]]:
    """Followed first-time starters, their cohort, and their groups."""
    everyone = card("skr_3")
    for number in range(len(h)):
        pupil = Pupil(h, number)
        first = pupil.rows[0]
        cohort = autumn(first.start)
        whole = day(h.since) <= date(cohort, 7, 1) <= first.start <= date(cohort, 10, 15)
        if first.year == 1 and whole and pupil.about["followed"]:
            yield pupil, cohort, groups_of(h, everyone, pupil, first, first.start)


def state(pupil: Pupil, when: date) -> str:
    row = pupil.on(when)
    assert row is not None
    return row.state


def monthly(h: Histories) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for pupil, cohort, groups in starters(h):
        for after in range(61):
            year, month = cohort + (9 + after) // 12, (9 + after) % 12 + 1
            if date(year, month, 15) <= day(h.as_of):
                for by in (*SCOPES, "entry"):
                    found[cohort, by, groups[by], 100 * year + month, state(pupil, date(year, month, 15))] += 1
    return found


def flows(h: Histories) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for pupil, cohort, groups in starters(h):
        for year in range(1, 6):
            begins, ends = date(cohort + year - 1, 10, 15), date(cohort + year, 10, 15)
            if ends <= day(h.as_of):
                for by in SCOPES:
                    found[cohort, by, groups[by], year, state(pupil, begins), state(pupil, ends)] += 1
    return found


def leavers(h: Histories) -> dict[Key, tuple[int, int, int]]:
    present: Counter[Key] = Counter()
    left: Counter[Key] = Counter()
    returned: Counter[Key] = Counter()
    for pupil, cohort, groups in starters(h):
        for year in range(1, 6):
            begins, ends = date(cohort + year - 1, 10, 15), date(cohort + year, 10, 15)
            if ends > day(h.as_of) or (year > 1 and state(pupil, begins) not in ENROLLED):
                continue
            back = any(row.state in ENROLLED and row.start > ends for row in pupil.rows)
            for by in SCOPES:
                key = (cohort, by, groups[by], year, groups["entry"])
                present[key] += 1
                left[*key, state(pupil, ends)] += 1
                returned[*key, state(pupil, ends)] += back
    return {
        (*key, where): (count, left[*key, where], returned[*key, where])
        for key, count in present.items()
        for where in LEFT
    }


def switches(h: Histories) -> dict[Key, tuple[int, int]]:
    measure = card(COMPLETED)
    pupils: Counter[Key] = Counter()
    completed: Counter[Key] = Counter()
    groups_there: dict[Key, Card] = {}
    for number in range(len(h)):
        pupil = Pupil(h, number)
        for cohort, row in starts_of(measure, pupil, day(h.since), day(h.as_of)):
            if date(cohort, 7, 1) < day(h.since) or not pupil.about["followed"]:
                continue
            when, kind = first_switch(h, number, pupil, row)
            last = last_day_of(measure, cohort)
            for within in (1, 2, 3):
                until = date(cohort + within, 10, 15)
                if until > day(h.as_of):
                    continue
                by_then = kind if when <= until else "none"
                for by in SCOPES:
                    key = (cohort, by, groups_of(h, measure, pupil, row, last)[by], within)
                    groups_there[key] = measure
                    pupils[*key, by_then] += 1
                    completed[*key, by_then] += pupil.completed_by(last, certificate=False)
    return {
        (*key, kind): (
            pupils[*key, kind],
            completed[*key, kind] if last_day_of(measure, key[0]) + WAIT <= day(h.as_of) else -1,
        )
        for key in groups_there
        for kind in ("none", "programme", "school", "programme_and_school")
    }


def first_switch(h: Histories, number: int, pupil: Pupil, begun: Row) -> tuple[date, str]:
    moves = h.spells.loc[h.spells["pupil"] == number, "move"]
    for row, move in zip(pupil.rows, moves, strict=True):
        if row.start > begun.start and MOVES[move] in SWITCHES:
            return row.start, SWITCHES[MOVES[move]]
    return date.max, "none"


def months_after(when: date, cohort: int) -> float:
    """Months from 15 August of the cohort's year: whole on the 15th, in between by the days of the month."""
    year, month = (when.year, when.month) if when.day >= 15 else previous(when.year, when.month)
    begins = date(year, month, 15)
    ends = date(year + month // 12, month % 12 + 1, 15)
    return (year - cohort) * 12 + month - 8 + (when - begins) / (ends - begins)


def previous(year: int, month: int) -> tuple[int, int]:
    return (year - 1, 12) if month == 1 else (year, month - 1)


def curve_rows(h: Histories) -> pd.DataFrame:
    """The rows of starters as the curves have them: who, school, by groups, start, stop, state and what came next."""
    rows = []
    for who, (pupil, cohort, groups) in enumerate(starters(h)):
        end = day(h.as_of)  # what happens on this day is known, what happens on the next one is not
        for place, row in enumerate(pupil.rows):
            start, stop = months_after(row.start, cohort), months_after(min(row.stop, end), cohort)
            after = pupil.rows[place + 1].state if place + 1 < len(pupil.rows) else None
            start = 0.0 if place == 0 and start > 0 else max(start, 0.0)
            if stop > 60:
                stop, after = 60.0, None
            if start < stop:
                rows.append(
                    {
                        **groups,
                        "who": who,
                        "first_school": pupil.rows[0].school,
                        "start": start,
                        "stop": stop,
                        "state": row.state,
                        "after": None if after == row.state else after,
                    }
                )
    return pd.DataFrame(rows)
