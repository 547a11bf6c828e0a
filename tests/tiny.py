"""Registers and results written as tables that anyone in the office can read.

A table is lines of cells between bars; the first line names the columns. Cells that are left out have a usual value.
Study paths: path, seats; code, form (municipal, independent …), place (municipality), first (seats in the preliminary
round), quota (seats of the free quota), scale, weight, needs_test, tie_break, national, state.
Applicants: who, merit, choices; strong in and without (a subject), autumn (merit of the autumn), first (choices of the
preliminary round), home, born, year9 (when it was finished), completed, tests and quota ("b:15"), reply ("declined",
"withdraws"). A choice "b!" came in late; "b@07-20" came in on that day.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import GRADES, SUBJECTS, Register, as_table, empty_table
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.market import Match
from gymreg_core.matching.solve import solve

SIXTEEN = tuple(subject for subject in SUBJECTS if subject not in ("SVA", "M1", "M2", "ML", "TN", "DA"))
YEAR = 2023
_RAISED_FIRST = (*SIXTEEN[3:], *SIXTEEN[:3])
_FAILED_FIRST = ("BL", "HKK", "IDH", "MU", "SL", "TK")


def table(text: str) -> list[dict[str, str]]:
    """The rows of a table, by column."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def place_of(letter: str) -> int:
    """A grade as it is stored; '-' is none."""
    return 0 if letter in ("-", "") else GRADES.index(letter)


def grades(sixteen: str = "E", **others: str) -> np.ndarray[Any, Any]:
    """One pupil's grades (1, subjects): `sixteen` in the common subjects, `others` by subject."""
    row = np.array([place_of(sixteen) if subject in SIXTEEN else 0 for subject in SUBJECTS], np.int8)
    for subject, letter in others.items():
        row[SUBJECTS.index(subject)] = place_of(letter)
    return row[None, :]


def grades_worth(merit: float, strong: str = "", without: str = "") -> np.ndarray[Any, Any]:
    """Grades with this merit value: an A in `strong`, none in `without`, passes in all that a programme names."""
    row = grades("E", **({"SV": "-", "SVA": "E"} if strong == "SVA" else {}))[0]
    for subject in _FAILED_FIRST[: max(0, round((160 - merit) / 10))]:
        row[SUBJECTS.index(subject)] = place_of("F")
    if without:
        row[SUBJECTS.index(without)] = 0
    steps = max(0, round((merit - 10 * (row >= place_of("E")).sum()) / 2.5))
    for subject in dict.fromkeys([*([strong] if strong else []), *_RAISED_FIRST]):
        column = SUBJECTS.index(subject)
        taken = min(place_of("A") - int(row[column]), steps) if row[column] else 0
        row[column] += taken
        steps -= taken
    return row[None, :]


def tiny_register(paths: str, applicants: str, year: int = YEAR) -> Register:
    """The register of two tables; each study path is at a school of its own, named like it."""
    offers, people = table(paths), table(applicants)
    at = {offer["path"]: row for row, offer in enumerate(offers)}
    lists = [row for number, person in enumerate(people) for row in _lists(number, person, at, year)]
    return Register(
        intake_year=year,
        made_up=True,
        pupils=_pupils(people, year),
        grades=_grades(people),
        applications=as_table("applications", pd.DataFrame(lists)) if lists else empty_table("applications"),
        tests=_pairs("tests", "points", people, "tests", at),
        free_quota=_pairs("free_quota", "place", people, "quota", at),
        study_paths=_study_paths(offers),
        schools=_schools(offers),
        replies=_replies(people),
    )


def _pupils(people: list[dict[str, str]], year: int) -> pd.DataFrame:
    return as_table(
        "pupils",
        {
            "applicant": [hashlib.sha256(p["who"].encode()).hexdigest()[:32] for p in people],
            "number_kind": ["personal"] * len(people),
            "protected": [False] * len(people),
            "sex": ["F"] * len(people),
            "birth_year": [int(p.get("born") or year - 16) for p in people],
            "home_municipality": [p.get("home") or "Stockholm" for p in people],
            "year9_school": ["10000001"] * len(people),
            "year9_year": [int(p.get("year9") or year) for p in people],
            "completed_national": [p.get("completed") == "yes" for p in people],
        },
    )


def _grades(people: list[dict[str, str]]) -> pd.DataFrame:
    parts = []
    for term in ("autumn", "final"):
        worth = [float((p.get("autumn") if term == "autumn" else "") or p["merit"]) for p in people]
        given = zip(worth, people, strict=True)
        rows = np.concatenate([grades_worth(m, p.get("strong in", ""), p.get("without", "")) for m, p in given])
        columns = {subject: rows[:, place] for place, subject in enumerate(SUBJECTS)}
        parts.append(
            {"pupil": np.arange(len(people)), "term": [term] * len(people), "english_dispensation": False, **columns}
        )
    return pd.concat([as_table("grades", pd.DataFrame(part)) for part in parts], ignore_index=True)


def _lists(pupil: int, person: dict[str, str], at: dict[str, int], year: int) -> list[dict[str, Any]]:
    rows = []
    for round_, day, text in (
        ("preliminary", "02-01", person.get("first") or person["choices"]),
        ("final", "05-01", person["choices"]),
    ):
        for rank, choice in enumerate(text.split(), 1):
            name, _, on = choice.rstrip("!").partition("@")
            rows.append(
                {
                    "pupil": pupil,
                    "round": round_,
                    "rank": rank,
                    "path": at[name],
                    "received": pd.Timestamp(f"{year}-{on or day}"),
                    "late": choice.endswith("!"),
                }
            )
    return rows


def _pairs(name: str, value: str, people: list[dict[str, str]], column: str, at: dict[str, int]) -> pd.DataFrame:
    pairs = [(n, *cell.split(":")) for n, person in enumerate(people) for cell in person.get(column, "").split()]
    return as_table(
        name,
        {"pupil": [p[0] for p in pairs], "path": [at[p[1]] for p in pairs], value: [float(p[2]) for p in pairs]},
    )


def _study_paths(offers: list[dict[str, str]]) -> pd.DataFrame:
    def column(name: str, usual: str) -> list[str]:
        return [offer.get(name) or usual for offer in offers]

    return as_table(
        "study_paths",
        {
            "path_id": [offer["path"] for offer in offers],
            "school": np.arange(len(offers)),
            "study_path_code": column("code", "EKEKO"),
            "study_path_name": [f"Studieväg {offer['path']}" for offer in offers],
            "state": column("state", "open"),
            "seats_preliminary": [int(o.get("first") or o["seats"]) for o in offers],
            "seats_final": [int(offer["seats"]) for offer in offers],
            "free_quota_seats": list(map(int, column("quota", "0"))),
            "scale": column("scale", "grades"),
            "test_weight": list(map(float, column("weight", "0"))),
            "test_required": [text == "yes" for text in column("needs_test", "no")],
            "tie_break": column("tie_break", ""),
            "national_recruitment": [text == "yes" for text in column("national", "no")],
        },
    )


def _schools(offers: list[dict[str, str]]) -> pd.DataFrame:
    return as_table(
        "schools",
        {
            "school_id": [f"{20000000 + row}" for row in range(len(offers))],
            "school": [f"Skola {offer['path']}" for offer in offers],
            "municipality": [offer.get("place") or "Stockholm" for offer in offers],
            "provider_form": [offer.get("form") or "municipal" for offer in offers],
            "provider": ["Huvudmannen"] * len(offers),
        },
    )


def _replies(people: list[dict[str, str]]) -> pd.DataFrame:
    said = [(n, p["reply"].split()) for n, p in enumerate(people) if p.get("reply")]
    return as_table(
        "replies",
        {
            "pupil": [n for n, _ in said],
            "answer": [next((w for w in words if w in ("accepted", "declined")), "none") for _, words in said],
            "withdraws_higher": ["withdraws" in words for _, words in said],
        },
    )


def seats(match: Match, register: Register, applicants: str) -> dict[str, str]:
    """What everyone got, by name; '-' is no seat."""
    names = [person["who"] for person in table(applicants)]
    paths = register.study_paths["path_id"].tolist()
    got = dict.fromkeys(names, "-")
    for pupil, seat in zip(match.market.pupil.tolist(), match.assignment.seat.tolist(), strict=True):
        got[names[pupil]] = paths[seat] if seat >= 0 else "-"
    return got


def matched(paths: str, applicants: str, round_: str = "final", **options: Any) -> tuple[Match, Register]:
    """The round of two tables, solved."""
    register = tiny_register(paths, applicants)
    return solve(build_market(register, round_, MarketOptions(**options))), register


def expected(applicants: str, column: str = "gets") -> dict[str, str]:
    """What the table of applicants says that everyone gets."""
    return {person["who"]: person[column] for person in table(applicants)}
