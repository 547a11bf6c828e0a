"""Random enrolments of a few pupils, with all that the cleaning has to do with, and more of it than in real ones."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.cohort.cleaning import CleaningRules
from gymreg_core.contracts.enrolments import (
    CERTIFICATE_KINDS,
    END_REASONS,
    ENROLMENT_TABLES,
    Enrolments,
    enrolment_table,
)

SINCE, AS_OF = dt.date(2022, 7, 1), dt.date(2025, 10, 31)
SCHOOLS = 6
CODES = (*("EKEKO", "EKEKI", "EK", "EKJUR", "HAHAN", "FSFOR", "BAHUS", "BAHUS0L"), *("IMS", "IMVBA", "IMVEE", "VI"))
EASY_MASS = replace(CleaningRules.packaged(), mass_pupils=2, mass_percent=60)
"""The packaged rules, but that two pupils make a mass."""
_HOMES = ("Stockholm", "Nacka", "Solna", "")
_STEPS = (-40, -31, -30, -2, -1, 0, 0, 0, 1, 1, 1, 1, 2, 10, 30, 31, 32, 60, 66, 70, 95, 120, 400, 470)


def random_cases(seed: int, persons: int = 12) -> Enrolments:
    """Enrolments that hold to their contract, but that spells overlap and certificates stand anywhere."""
    rng = random.Random(seed)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ENROLMENT_TABLES}
    for person in range(persons):
        rows["persons"].append(
            {
                "applicant": f"{rng.getrandbits(128):032x}",
                "number_kind": rng.choice(("personal", "personal", "personal", "coordination", "placeholder")),
                "protected": rng.random() < 0.1,
                "sex": rng.choice(("F", "M", "unknown")),
                "birth_year": rng.choice((2005, 2006, 2007)),
            }
        )
        rows["homes"] += _homes(rng, person)
        rows["spells"] += _spells(rng, person)
        rows["certificates"] += _certificates(rng, person)
        rows["year9"] += _year9(rng, person)
    rows["spells"] += _together(rng, persons)
    rows["identities"] = _replaced(rng, persons)
    rows["predecessors"] = _units(rng)
    for school in range(SCHOOLS):
        form = rng.choice(("municipal", "independent"))
        rows["schools"].append(
            {
                "school_id": f"{20000000 + (school * 7) % 11}",
                "school": f"Skolan {school}",
                "municipality": rng.choice(("Stockholm", "Nacka")),
                "provider_form": form,
                "provider": f"{form} {school}",
            }
        )
    tables = {name: enrolment_table(name, _columns(name, rows[name])) for name in rows}
    return Enrolments(since=SINCE.isoformat(), as_of=AS_OF.isoformat(), made_up=True, **tables)


def shuffled(e: Enrolments, seed: int) -> Enrolments:
    """The same enrolments with the rows of every table in another order."""
    rng = np.random.default_rng(seed)
    orders = {name: rng.permutation(len(table)) for name, table in e.tables().items()}
    person_at, school_at = np.argsort(orders["persons"]), np.argsort(orders["schools"])
    found = {}
    for name, table in e.tables().items():
        to = {"pupil": person_at, "school": school_at, "former": school_at if name == "predecessors" else person_at}
        moved = table.take(orders[name]).reset_index(drop=True)
        rows = {column: to[column][moved[column]] for column in to if column in moved and name != "schools"}
        found[name] = enrolment_table(name, moved.assign(**rows))
    return replace(e, **found)


def as_of(e: Enrolments, day: dt.date) -> Enrolments:
    """The extract that would have been made at the end of an earlier day: rows recorded later are not in it, nor that
    others were annulled later."""
    when = pd.Timestamp(day)
    found = {}
    for name, table in e.tables().items():
        if "recorded" in table:
            kept = table[table["recorded"] <= when].reset_index(drop=True)
            found[name] = kept.assign(annulled=kept["annulled"].where(kept["annulled"] <= when))
    return replace(e, as_of=day.isoformat(), **found)


def _columns(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in ENROLMENT_TABLES[name]:
        cells = [row[column.name] for row in rows]
        found[column.name] = pd.Series(cells, dtype=column.dtype) if "datetime" in column.dtype else cells
    return found


def _known(rng: random.Random, row: dict[str, Any], since: dt.date) -> list[dict[str, Any]]:
    """A row as it was recorded; sometimes annulled, sometimes in favour of another."""
    recorded = max(since + dt.timedelta(days=rng.choice((0, 0, 0, 1, 20, 29, 30, 31, 45, 200))), SINCE)
    row = {**row, "recorded": recorded, "annulled": None}
    chance = rng.random()
    if chance < 0.75:
        return [row]
    annulled = recorded + dt.timedelta(days=rng.choice((0, 1, 30, 300)))
    if chance < 0.8:
        return [{**row, "annulled": annulled}]
    return [{**row, "annulled": annulled}, {**row, "recorded": annulled}]


def _homes(rng: random.Random, person: int) -> list[dict[str, Any]]:
    rows = [{"pupil": person, "municipality": rng.choice(_HOMES), "start": SINCE, "recorded": SINCE, "annulled": None}]
    for _ in range(rng.choice((0, 0, 1, 2))):
        start = rng.choice((SINCE, dt.date(2023, 8, 15), dt.date(2024, 1, 1)))
        rows += _known(rng, {"pupil": person, "municipality": rng.choice(_HOMES), "start": start}, start)
    return rows


def _spells(rng: random.Random, person: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    start = dt.date(
        rng.choice((2022, 2023, 2024)), *rng.choice(((8, 15), (8, 15), (8, 20), (10, 15), (10, 16), (6, 20)))
    )
    school, code, year = rng.randrange(SCHOOLS), rng.choice(CODES), rng.choice((1, 1, 1, 2))
    for _ in range(rng.choice((0, 1, 2, 2, 3, 3, 4, 6))):
        stop = rng.choice(
            (
                dt.date(start.year + 1, 6, 9),
                dt.date(start.year + (start.month > 6), 5, 31),
                start + dt.timedelta(days=rng.choice((0, 0, 1, 5, 31, 60, 150))),
                start + dt.timedelta(days=rng.choice((0, 1, 29, 30, 200, 400))),
            )
        )
        stop = max(stop, start)
        reason = rng.choice(("promoted", "promoted", "changed", "changed", *END_REASONS[1:]))
        present: dt.date | None = start + dt.timedelta(days=rng.choice((0, 0, 0, 5, 40)))
        if reason == "never_present" or rng.random() < 0.1 or present > stop:
            present = None
        row = {
            "pupil": person,
            "school": school,
            "study_path_code": code,
            "year_of_study": year,
            "group": "ordinary",
            "start": start,
            "stop": stop,
            "present": present,
            "reason": reason,
        }
        if rng.random() < 0.15:
            row |= {"stop": None, "reason": "", "present": start if rng.random() < 0.8 else None}
        rows += _known(rng, row, start)
        start = max(stop + dt.timedelta(days=rng.choice(_STEPS)), SINCE)
        if rng.random() < 0.3:
            start = max(start, dt.date(start.year, 8, rng.choice((14, 15, 16))))
        if rng.random() < 0.4:
            school = rng.randrange(SCHOOLS)
        if rng.random() < 0.4:
            code = rng.choice(rng.choice((CODES, CODES[:4])))
        if rng.random() < 0.5:
            year = min(year + 1, 4)
    return rows


def _together(rng: random.Random, persons: int) -> list[dict[str, Any]]:
    """Some who move from one school to another on the same day."""
    old, new = rng.sample(range(SCHOOLS), 2)
    code, day = rng.choice(CODES[:8]), dt.date(2024, rng.choice((1, 8)), 10)
    rows = []
    for person in rng.sample(range(persons), rng.choice((0, 2, 3, 4))):
        for school, start, stop, reason in ((old, SINCE, day, "changed"), (new, day + dt.timedelta(1), None, "")):
            row = {
                "pupil": person,
                "school": school,
                "study_path_code": code,
                "year_of_study": 1,
                "group": "ordinary",
                "start": start,
                "stop": stop,
                "present": start,
                "reason": reason,
            }
            rows.append({**row, "recorded": start, "annulled": None})
    return rows


def _certificates(rng: random.Random, person: int) -> list[dict[str, Any]]:
    rows = []
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
        issued = dt.date(rng.choice((2023, 2024, 2025)), *rng.choice(((6, 9), (6, 9), (6, 10), (8, 15), (9, 1))))
        kind = rng.choice(("preparatory_diploma", "study_certificate", *CERTIFICATE_KINDS))
        row = {
            "pupil": person,
            "school": rng.randrange(SCHOOLS),
            "study_path_code": rng.choice(CODES),
            "certificate": kind,
            "issued": issued,
            "points": rng.choice((2400, 2500, 2500)),
            "higher_eligible": rng.random() < 0.5,
        }
        rows += _known(rng, row, issued)
    return rows


def _year9(rng: random.Random, person: int) -> list[dict[str, Any]]:
    rows = []
    for _ in range(rng.choice((0, 1, 1, 2))):
        row = {
            "pupil": person,
            "school_unit": "",
            "year": rng.choice((0, 2021, 2022)),
            "eligible": "",
            "merit": rng.choice((float("nan"), 0.0, 159.5, 160.0, 225.0, 340.0)),
        }
        rows += _known(rng, row, SINCE)
    return rows


def _replaced(rng: random.Random, persons: int) -> list[dict[str, Any]]:
    """Numbers that were replaced by a later one, so that nothing runs in a circle."""
    rows = []
    for former in rng.sample(range(persons - 1), rng.choice((0, 1, 3, 4))):
        for _ in range(rng.choice((1, 1, 1, 2))):
            day = dt.date(2023, rng.randint(1, 12), 1)
            row = {"pupil": rng.randrange(former + 1, persons), "former": former, "day": day, "evidence": "registered"}
            rows += _known(rng, row, day)
    return rows


def _units(rng: random.Random) -> list[dict[str, Any]]:
    rows = []
    for former in rng.sample(range(SCHOOLS - 1), rng.choice((0, 0, 1, 2))):
        for percent in rng.choice(((100,), (60, 40), (50, 50))):
            row = {
                "former": former,
                "school": rng.randrange(former + 1, SCHOOLS),
                "day": rng.choice(
                    (dt.date(2024, 7, 1), dt.date(2024, 7, 1), dt.date(2023, 11, 1), dt.date(2025, 1, 8))
                ),
                "percent": percent,
            }
            rows += _known(rng, row, row["day"])
    return rows
