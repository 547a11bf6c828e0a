"""Random histories of a few pupils: what really was, and what was known of it when."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import (
    END_REASONS,
    ENROLMENT_TABLES,
    GROUPS,
    Enrolments,
    empty_enrolment_table,
    enrolment_table,
)

SINCE, AS_OF = dt.date(2023, 7, 1), dt.date(2025, 1, 31)
HOMES = ("Stockholm", "Nacka", "Håbo", "Gnesta", "Uppsala", "")
CODES = ("NA", "EKEKO", "BA", "IMS", "VI")
_ENDS = [reason for reason in END_REASONS if reason not in ("", "never_present")]


def random_enrolments(seed: int, pupils: int = 12, *, tidy: bool = False) -> Enrolments:
    """Enrolments that hold to their contract at the end.

    Spells may overlap, and what was known before may be doubled or be of another kind altogether. tidy: at no time does
    anything overlap: what was wrong was only where, what and when somebody first was present.
    """
    rng = random.Random(seed)
    rows: dict[str, list[dict[str, Any]]] = {"spells": [], "homes": [], "decisions": []}
    for pupil in range(pupils):
        rows["spells"] += _spells(rng, pupil, tidy)
        rows["homes"] += _homes(rng, pupil, tidy)
        rows["decisions"] += _decisions(rng, pupil, tidy)
    persons = pd.DataFrame(
        {
            "applicant": [f"{rng.getrandbits(128):032x}" for _ in range(pupils)],
            "number_kind": [rng.choice(("personal", "personal", "coordination", "placeholder")) for _ in range(pupils)],
            "protected": [rng.random() < 0.1 for _ in range(pupils)],
            "sex": "F",
            "birth_year": [rng.choice((2007, 2006, 2005, 2004, 2003)) for _ in range(pupils)],
        }
    )
    rows["year9"] = [
        {
            "pupil": pupil,
            "school_unit": "",
            "year": 2023,
            "merit": rng.choice((np.nan, 120.0, 187.5, 200.0, 230.0)),
            "eligible": "",
            "recorded": pd.Timestamp(SINCE),
            "annulled": pd.NaT,
        }
        for pupil in range(pupils)
    ]
    forms = ("municipal", "municipal", "independent", "region", "municipal", "independent")
    places = ("Stockholm", "Nacka", "Stockholm", "Håbo", "Uppsala", "Uppsala")
    schools = pd.DataFrame(
        {
            "school_id": [f"1000000{number}" for number in range(len(forms))],
            "school": [f"Skolan {number}" for number in range(len(forms))],
            "municipality": places,
            "provider_form": forms,
            "provider": [
                f"{place} kommun" if form == "municipal" else f"{form} {place}"
                for form, place in zip(forms, places, strict=True)
            ],
        }
    )
    tables = {name: enrolment_table(name, _columns(name, rows[name])) for name in rows}
    return Enrolments(
        since=SINCE.isoformat(),
        as_of=AS_OF.isoformat(),
        made_up=True,
        persons=enrolment_table("persons", persons),
        **{name: empty_enrolment_table(name) for name in ("certificates", "identities", "predecessors")},
        schools=enrolment_table("schools", schools),
        **tables,
    )


def shuffled(e: Enrolments, seed: int) -> Enrolments:
    """The same enrolments with the rows of every table in another order."""
    rng = np.random.default_rng(seed)
    persons, schools = rng.permutation(len(e.persons)), rng.permutation(len(e.schools))
    person_at, school_at = np.argsort(persons), np.argsort(schools)
    tables = {}
    for name in ("year9", "homes", "spells", "decisions", "certificates"):
        table = getattr(e, name)
        table = table.take(rng.permutation(len(table)))
        table = table.assign(pupil=person_at[table["pupil"]])
        if "school" in table:
            table = table.assign(school=school_at[table["school"]])
        tables[name] = enrolment_table(name, table.reset_index(drop=True))
    return replace(
        e,
        persons=e.persons.take(persons).reset_index(drop=True),
        schools=e.schools.take(schools).reset_index(drop=True),
        **tables,
    )


def some_sold(e: Enrolments, seed: int) -> Enrolments:
    """The same enrolments after some schools got another provider, and some of those another form or municipality."""
    rng = random.Random(seed)
    schools = e.schools.copy()
    for row in rng.sample(range(len(schools)), 3):
        schools.loc[row, "provider"] = f"Bolag {rng.randrange(4)}"
        if rng.random() < 0.6:
            schools.loc[row, "provider_form"] = rng.choice(("municipal", "independent", "region"))
        if rng.random() < 0.4:
            schools.loc[row, "municipality"] = rng.choice(("Stockholm", "Nacka", "Uppsala"))
    return replace(e, schools=schools)


def extract_of(e: Enrolments, day: dt.date, seed: int) -> Enrolments:
    """The extract that would have been made on a day: what was known then, in an order of its own."""
    tables = {}
    for name in ("year9", "homes", "spells", "decisions"):
        table = getattr(e, name)
        table = table[table["recorded"] <= pd.Timestamp(day)]
        later = table["annulled"] > pd.Timestamp(day)
        tables[name] = enrolment_table(
            name, table.assign(annulled=table["annulled"].mask(later)).reset_index(drop=True)
        )
    return shuffled(replace(e, as_of=day.isoformat(), **tables), seed)


def _columns(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {column.name: [row[column.name] for row in rows] for column in ENROLMENT_TABLES[name]}


def _day(rng: random.Random, low: dt.date, high: dt.date) -> dt.date:
    return low + dt.timedelta(days=rng.randint(0, max((high - low).days, 0)))


def _stamp(day: dt.date | None) -> Any:
    return pd.NaT if day is None else pd.Timestamp(day)


def _versions(
    rng: random.Random, row: dict[str, Any], start: dt.date, wrong: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The row as it is known at last, after wrong ones that were annulled the day that the next was recorded."""
    latest = AS_OF - dt.timedelta(days=1)
    days = sorted(_day(rng, max(start - dt.timedelta(days=30), SINCE), latest) for _ in range(len(wrong) + 1))
    ends = [*days[1:], None]
    return [
        {**version, "recorded": _stamp(since), "annulled": _stamp(until)}
        for version, since, until in zip([*wrong, row], days, ends, strict=True)
        if since != until
    ]


def _spells(rng: random.Random, pupil: int, tidy: bool) -> list[dict[str, Any]]:
    out, at = [], _day(rng, SINCE, dt.date(2024, 3, 1))
    while at < dt.date(2024, 12, 1) and rng.random() < 0.85:
        stop = at + dt.timedelta(days=rng.choice((9, 25, 60, 150, 400)))
        going = stop > AS_OF
        never = rng.random() < 0.08
        first = None if never else min(at + dt.timedelta(days=rng.choice((0, 0, 0, 3, 20))), stop)
        row = {
            "pupil": pupil,
            "school": rng.randrange(6),
            "study_path_code": rng.choice(CODES),
            "year_of_study": rng.choice((1, 1, 2, 3, 4)),
            "group": rng.choice((GROUPS[0], *GROUPS)),
            "start": _stamp(at),
            "stop": _stamp(None if going else stop),
            "present": _stamp(first),
            "reason": "" if going else ("never_present" if never else rng.choice(_ENDS)),
        }
        wrong = [_wrong_spell(rng, row, tidy) for _ in range(rng.choice((0, 0, 1, 2)))]
        out += _versions(rng, row, at, wrong)
        if going:
            break
        at = stop + dt.timedelta(days=rng.choice((1, 1, 1, 8, 40) if tidy else (1, 1, 1, 8, 40, 0, -7)))
    return out


def _wrong_spell(rng: random.Random, row: dict[str, Any], tidy: bool) -> dict[str, Any]:
    others = {
        "school": rng.randrange(6),
        "study_path_code": rng.choice(CODES),
        "year_of_study": rng.choice((1, 2, 3, 4)),
        "present": pd.NaT,
    }
    other = {**row, **{name: value for name, value in others.items() if rng.random() < 0.3}}
    if not tidy and rng.random() < 0.6:
        other["start"] = row["start"] + pd.Timedelta(days=rng.choice((-30, -5, 0, 10)))
        other |= {"stop": pd.NaT, "reason": ""}
    return other


def _homes(rng: random.Random, pupil: int, tidy: bool) -> list[dict[str, Any]]:
    out, at = [], SINCE - dt.timedelta(days=rng.choice((0, 300)))
    for _ in range(rng.choice((1, 1, 2, 3))):
        row = {"pupil": pupil, "municipality": rng.choice(HOMES), "start": _stamp(at)}
        wrong = [{**row, "municipality": rng.choice(HOMES)} for _ in range(rng.choice((0, 0, 1)))]
        if wrong and not tidy:
            wrong[0]["start"] = row["start"] + pd.Timedelta(days=rng.choice((-20, 0, 20)))
        out += _versions(rng, row, at, wrong)
        at = max(at, SINCE) + dt.timedelta(days=rng.choice((70, 200, 331)))
    return out


def _decisions(rng: random.Random, pupil: int, tidy: bool) -> list[dict[str, Any]]:
    if rng.random() < 0.4:
        return []
    at = _day(rng, SINCE, dt.date(2024, 6, 1))
    row = {
        "pupil": pupil,
        "decision": "extended_time",
        "start": _stamp(at),
        "stop": _stamp(at + dt.timedelta(days=rng.choice((90, 300)))),
        "percent": rng.choice((100, 60, 33)),
    }
    wrong = [{**row, "percent": 50}] if rng.random() < 0.3 else []
    return _versions(rng, row, at, wrong)
