"""A panel pupil by pupil, as slow and as plain as can be, to hold the quick way to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isnan, nan
from statistics import mean
from typing import Any

from gymreg_core.cohort.histories import MOVES, Histories
from gymreg_core.effects.panel import Panel
from tests.measures_reference import DIPLOMAS, NATIONAL, WAIT, Pupil, Row, day

EDGES = (0, 100, 140, 160, 180, 200, 220, 240, 260, 280, 300)
START_KRONOR = (6000.0, 10500.0, 15000.0, 10500.0)
RISES = {2016: 3.05, 2017: 1.8, 2018: 1.8, 2019: 1.8, 2020: 1.0, 2021: 0.0, 2022: 1.5, 2023: 1.8, 2024: 3.4}
LATEST_RISES = (2.8, 6.0, 6.0, 2.8)
"""Of 2025 and 2026, by level."""
SWITCHES = ("programme", "school", "programme_and_school", "to_introductory")
FORMER = {"HA": "FS", "HV": "FR"}
BASE = (2011, 2012)
Place = tuple[str, str]


def kronor(level: int, price_year: int) -> float:
    """Thousand kronor a year, to the öre or so."""
    if level == 0 or price_year < 2015:
        return 0.0
    amount = START_KRONOR[level - 1]
    for year in range(2016, price_year + 1):
        amount *= 1 + (LATEST_RISES[level - 1] if year >= 2025 else RISES[year]) / 100
    return amount / 1000


def school_year_amount(level: int, autumn: int) -> float:
    """July to December at the autumn's prices, January to June at the spring's."""
    return (kronor(level, autumn) + kronor(level, autumn + 1)) / 2


def level_of(merit: float) -> int:
    if isnan(merit):
        return 4
    return 0 if merit >= 200 else 1 if merit >= 180 else 2 if merit >= 140 else 3


def band_of(merit: float) -> str:
    if isnan(merit):
        return "none"
    low = max(edge for edge in EDGES if edge <= merit)
    above = [edge for edge in EDGES if edge > low]
    return f"{low}-{above[0] - 1}" if above else f"{low}-340"


@dataclass
class Starter:
    pupil: Pupil
    number: int
    place: Place
    cohort: int


def panel_reference(h: Histories) -> dict[tuple[str, str, int, str], dict[str, Any]]:
    """Every cell by school, programme, cohort and band: pupils, covered, dose, and so on by the names of `Panel`."""
    pupils = [Pupil(h, number) for number in range(len(h))]
    since, as_of = day(h.since), day(h.as_of)
    last = as_of.year if as_of >= date(as_of.year, 10, 15) else as_of.year - 1
    autumns = range(since.year if since <= date(since.year, 7, 1) else since.year + 1, last + 1)
    money: dict[tuple[Place, int], float] = defaultdict(float)
    heads: dict[tuple[Place, int], int] = defaultdict(int)
    for pupil in pupils:
        for autumn in autumns:
            row = pupil.on(date(autumn, 10, 15))
            if row and row.state in NATIONAL and row.year in (1, 2, 3):
                for place in (place_of(h, row), (place_of(h, row)[0], "")):
                    money[place, autumn] += school_year_amount(level_of(pupil.about["merit"]), autumn)
                    heads[place, autumn] += 1

    def dose(place: Place, cohort: int) -> float:
        there = [autumn for autumn in range(cohort, cohort + 3) if heads.get((place, autumn))]
        return mean(money[place, autumn] / heads[place, autumn] for autumn in there)

    starters = [one for one in (starter(h, number, pupil) for number, pupil in enumerate(pupils)) if one]
    cells: dict[tuple[str, str, int, str], dict[str, Any]] = {}
    for one in starters:
        if not one.pupil.about["followed"]:
            continue
        key = (*one.place, one.cohort, band_of(one.pupil.about["merit"]))
        if key not in cells:
            years = [autumn for autumn in range(one.cohort, one.cohort + 3) if autumn in autumns]
            amounts = [mean(school_year_amount(level, autumn) for autumn in years) for level in (1, 2, 3, 4)]
            earlier = shares(starters, one.place, (one.cohort - 3,))
            before = shares(starters, one.place, BASE)
            first = [mean(school_year_amount(level, autumn) for autumn in (2015, 2016, 2017)) for level in (1, 2, 3, 4)]
            cells[key] = {
                "pupils": 0,
                "covered": 0,
                "dose": dose(one.place, one.cohort),
                "school_dose": dose((one.place[0], ""), one.cohort),
                "formula": product(earlier, amounts),
                "predicted": product(before, first),
                "known": defaultdict(int),
                "total": defaultdict(float),
            }
        cell = cells[key]
        cell["pupils"] += 1
        cell["covered"] += level_of(one.pupil.about["merit"]) > 0
        for name, value in {**became(h, one, as_of), **settled(h, one)}.items():
            cell["known"][name] += 1
            cell["total"][name] += value
    return cells


def place_of(h: Histories, row: Row) -> Place:
    school = h.schools["school_id"].iloc[h.schools["unit"].iloc[row.school]]
    return str(school), FORMER.get(row.programme, row.programme)


def starter(h: Histories, number: int, pupil: Pupil) -> Starter | None:
    """Who begins a national programme for the first time, in year 1, and is on one on 15 October."""
    first = next((row for row in pupil.rows if row.state in NATIONAL), None)
    if first is None or first.year != 1:
        return None
    cohort = first.start.year if first.start.month >= 7 else first.start.year - 1
    there = pupil.on(date(cohort, 10, 15))
    if date(cohort, 7, 1) < day(h.since) or there is None or there.state not in NATIONAL:
        return None
    return Starter(pupil, number, place_of(h, first), cohort)


def shares(starters: Iterable[Starter], place: Place, cohorts: tuple[int, ...]) -> list[float] | None:
    levels = [level_of(s.pupil.about["merit"]) for s in starters if s.place == place and s.cohort in cohorts]
    return [levels.count(level) / len(levels) for level in (1, 2, 3, 4)] if levels else None


def product(shares: list[float] | None, amounts: list[float]) -> float:
    return sum(a * b for a, b in zip(shares, amounts, strict=True)) if shares else nan


def became(h: Histories, one: Starter, as_of: date) -> dict[str, float]:
    """Outcomes that are known."""
    pupil, found = one.pupil, {}
    for name, years in (("completion_3", 3), ("completion_4", 4), ("points", 3)):
        by = date(one.cohort + years, 6, 30)
        kinds = DIPLOMAS if name != "points" else (*DIPLOMAS, "study_certificate")
        points = [min(p / 2500, 1) for kind, issued, p in pupil.certificates if kind in kinds and issued <= by]
        if by + WAIT <= as_of and (points or not moved(pupil, by)):
            found[name] = max(points, default=0.0) if name == "points" else float(bool(points))
    by = date(one.cohort + 1, 10, 15)
    rows = h.spells[h.spells["pupil"] == one.number]
    begun = next(place for place, row in enumerate(pupil.rows) if row.state in NATIONAL)
    later = [day(row.start) for row in rows.iloc[begun + 1 :].itertuples() if MOVES[row.move] in SWITCHES]
    switched = bool(later) and later[0] <= by
    if by + WAIT <= as_of:
        there = pupil.on(by)
        if not moved(pupil, by):
            found["interruption"] = float(there is not None and there.state == "interrupted")
        if switched or not moved(pupil, by):
            found["switching"] = float(switched)
    return found


def moved(pupil: Pupil, when: date) -> bool:
    there = pupil.on(when)
    return there is not None and there.state == "moved_out"


def settled(h: Histories, one: Starter) -> dict[str, float]:
    about = one.pupil.about
    found = {
        "older": float(about["birth_year"] < one.cohort - 16),
        "introductory": float(one.pupil.rows[0].state == "introductory"),
    }
    if about["sex"] != "unknown":
        found["girls"] = float(about["sex"] == "F")
    if not isnan(about["merit"]):
        found["merit"] = float(about["merit"])
    return found


def as_cells(panel: Panel) -> dict[tuple[str, str, int, str], dict[str, Any]]:
    """A panel in the words of `panel_reference`."""
    names = ("pupils", "covered", "dose", "school_dose", "formula", "predicted")
    counts = {"known": panel.known | panel.settled_known, "total": panel.total | panel.settled_total}
    return {
        (
            str(panel.schools[panel.school[row]]),
            str(panel.programmes[panel.programme[row]]),
            int(panel.cohorts[panel.cohort[row]]),
            str(panel.bands[panel.band[row]]),
        ): {name: getattr(panel, name)[row] for name in names}
        | {of: {name: values[row] for name, values in found.items()} for of, found in counts.items()}
        for row in range(len(panel))
    }
