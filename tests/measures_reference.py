"""Measures of completion pupil by pupil, as slow and as plain as can be, to hold the quick way to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from gymreg_core.cohort.cards import Card
from gymreg_core.cohort.histories import STATES, Histories
from gymreg_core.vocabulary.programmes import municipalities

EPOCH = date(1970, 1, 1)
ENROLLED = ("introductory", "preparatory", "vocational")
NATIONAL = ("preparatory", "vocational")
DIPLOMAS = ("preparatory_diploma", "vocational_diploma", "international_baccalaureate")
BANDS = (("0-159", 0), ("160-199", 160), ("200-239", 200), ("240-279", 240), ("280-340", 280))
WAIT = timedelta(days=92)
"""Until certificates have come in."""
COUNTS = ("starters", "completed", "left_out", "not_followed")


def day(number: int) -> date:
    return date.max if number == 2**31 - 1 else EPOCH + timedelta(days=int(number))


@dataclass
class Row:
    state: str
    school: int
    programme: str
    year: int
    start: date
    stop: date


class Pupil:
    """Everything about one pupil, in lists."""

    def __init__(self, h: Histories, number: int) -> None:
        of = h.spells[h.spells["pupil"] == number]
        self.about = h.pupils.iloc[number]
        self.rows = [
            Row(
                STATES[row.state],
                row.school,
                h.paths["programme"].iloc[row.path] if row.path >= 0 else "",
                row.year_of_study,
                day(row.start),
                day(row.stop),
            )
            for row in of.itertuples()
        ]
        self.certificates = [
            (row.certificate, day(row.issued), row.points)
            for row in h.certificates[h.certificates["pupil"] == number].itertuples()
        ]
        self.homes = [(day(row.start), row.municipality) for row in h.homes[h.homes["pupil"] == number].itertuples()]

    def on(self, when: date) -> Row | None:
        found = [row for row in self.rows if row.start <= when < row.stop]
        return found[0] if found else None

    def home(self, when: date) -> str:
        found = [place for start, place in self.homes if start <= when]
        return found[-1] if found else ""

    def completed_by(self, when: date, certificate: bool) -> bool:
        for kind, issued, points in self.certificates:
            good = kind in DIPLOMAS or (certificate and kind == "study_certificate" and points >= 2500)
            if good and issued <= when:
                return True
        return False


def last_day_of(card: Card, cohort: int) -> date:
    month, of_month = (6, 30) if card.last_day == "summer" else (10, 15)
    return date(cohort + card.horizon, month, of_month)


def autumn(when: date) -> int:
    return when.year if (when.month, when.day) >= (7, 1) else when.year - 1


def starts_of(card: Card, pupil: Pupil, since: date, as_of: date) -> list[tuple[int, Row]]:
    """The cohorts that a pupil is in, and the row it began with in each."""
    wanted = ENROLLED if card.population == "all" else NATIONAL
    if card.starts == "first":
        mine = [row for row in pupil.rows if row.state in wanted]
        if not mine or mine[0].year != 1 or mine[0].start < since:
            return []
        if card.population == "all" and pupil.rows[0] is not mine[0]:
            return []
        cohort = autumn(mine[0].start)
        october = pupil.on(date(cohort, 10, 15))
        if card.started == "october" and (october is None or october.state not in wanted):
            return []
        return [(cohort, mine[0])]
    found = []
    for cohort in range(since.year, as_of.year + 1):
        days = [date(cohort, 10, 15)]
        if card.started == "school_year":
            days = [date(cohort, 7, 1) + timedelta(days=n) for n in range(366) if n < 365 or leap(cohort + 1)]
        for one in days:
            row = pupil.on(one)
            if one <= as_of and row is not None and row.state in wanted and row.year == 1:
                found.append((cohort, row))
                break
    return found


def leap(year: int) -> bool:
    return year % 4 == 0


def resident(card: Card, pupil: Pupil, cohort: int, row: Row) -> bool:
    area = [name for name, one in municipalities().items() if one.party]
    days = {
        "at_start": row.start,
        "at_horizon_start": date(cohort, 10, 15),
        "year_end": date(cohort + card.horizon - 1, 12, 31),
    }
    return card.residence == "none" or pupil.home(days[card.residence]) in area


def groups_of(h: Histories, card: Card, pupil: Pupil, row: Row, last: date) -> dict[str, str]:
    wanted = ENROLLED if card.population == "all" else NATIONAL
    belongs = row
    if card.attribution == "last":
        belongs = [one for one in pupil.rows if one.state in wanted and one.start <= last][-1]
    school = h.schools.iloc[belongs.school]
    merit = pupil.about["merit"]
    return {
        "region": "",
        "home": pupil.home(row.start),
        "provider_form": school["provider_form"],
        "programme": belongs.programme,
        "school": h.schools["school_id"].iloc[school["unit"]],
        "entry": "introductory" if pupil.rows[0].state == "introductory" else "national",
        "sex": pupil.about["sex"],
        "merit_band": "none" if pd.isna(merit) else [band for band, start in BANDS if start <= merit][-1],
    }


def measures_reference(card: Card, h: Histories) -> dict[tuple[int, str, str], dict[str, int]]:
    """Counts by cohort, kind of group and group, of every grouping; groups without anybody are not there."""
    since, as_of = day(h.since), day(h.as_of)
    found: Counter[tuple[int, str, str, str]] = Counter()
    for number in range(len(h)):
        pupil = Pupil(h, number)
        for cohort, row in starts_of(card, pupil, since, as_of):
            last = last_day_of(card, cohort)
            if date(cohort, 7, 1) < since or last + WAIT > as_of:
                continue
            for by, group in groups_of(h, card, pupil, row, last).items():
                for name in counted_as(card, pupil, cohort, row, last):
                    found[cohort, by, group, name] += 1
    keys = {(cohort, by, group) for cohort, by, group, _ in found}
    return {key: {name: found[*key, name] for name in COUNTS} for key in keys}


def counted_as(card: Card, pupil: Pupil, cohort: int, row: Row, last: date) -> list[str]:
    done = pupil.completed_by(last, card.completed == "diploma_or_certificate")
    suits = resident(card, pupil, cohort, row)
    if card.age_limit is not None and cohort - pupil.about["birth_year"] > card.age_limit:
        suits = False
    at_last = pupil.on(last)
    if card.moved == "left_out" and not done and at_last is not None and at_last.state == "moved_out":
        suits = False
    if not pupil.about["followed"]:
        if not suits:
            return []
        return ["not_followed", "starters"] if card.temporary == "not_completed" else ["not_followed"]
    if not suits:
        return ["left_out"]
    return ["starters", "completed"] if done else ["starters"]


def as_dict(table: pd.DataFrame) -> dict[tuple[int, str, str], dict[str, Any]]:
    """A frame of `completion` in the same form."""
    assert not table.duplicated(["cohort", "by", "group"]).any()
    return {
        (int(row.cohort), row.by, row.group): {name: int(getattr(row, name)) for name in COUNTS}
        for row in table.itertuples()
    }
