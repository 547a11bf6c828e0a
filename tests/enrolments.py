"""Enrolments for tests, written as tables that anyone in the office can read.

A table is text, lines `| cell | cell |` of which the first names the columns, or a list of dictionaries with the same
words. Cells and columns that are left out have a usual value; '-' is none where something usual would stand.

Persons: who; born (2007), sex (F), kind (personal), protected (no), year9 (born + 16), merit (220; '-'), home
(Stockholm, from `since` on; '-'). Left out altogether, they are those that the other tables name, in that order.
Year 9, rows besides those of the persons (known from `since` on): who; unit (none), year (2023), merit (220; '-'),
eligible (not told).
Homes, moves besides: who, home ('-': in no municipality), start.
Spells: who; school (A), code (EKEKO), year (1), group (ordinary), start (2023-08-15), stop (none), present (the start;
'-': never), reason (interrupted where it stopped).
Decisions: who; decision (extended_time), start, stop, percent (100).
Certificates: who; school (A), code (EKEKO), certificate (preparatory_diploma), issued, points (2500), eligible (yes
where the diploma is preparatory).
Identities: who (under the number used now), former (who it was before), day; evidence (registered).
Predecessors: former, school (names of schools), day; percent (100).
Schools: school; place (Stockholm), form (municipal), provider. Those that only other tables name are as usual.
All but persons and schools have also recorded (the start, the day, or the day of issue) and annulled (never).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments, enrolment_table
from gymreg_core.synthetic.enrolment_extracts import write_enrolments
from gymreg_core.synthetic.identities import numbers_of
from tests.tiny import table

Rows = str | Sequence[Mapping[str, Any]]
SINCE, AS_OF = "2023-07-01", "2026-06-30"
START = "2023-08-15"
_NONE = "-"
_PROVIDERS = {"municipal": "{} kommun", "independent": "Almvreta AB", "region": "Regionen", "unknown": "Okänd"}


def tiny_enrolments(
    spells: Rows = "",
    persons: Rows = "",
    homes: Rows = "",
    decisions: Rows = "",
    certificates: Rows = "",
    schools: Rows = "",
    *,
    year9: Rows = "",
    identities: Rows = "",
    predecessors: Rows = "",
    since: str = SINCE,
    as_of: str = AS_OF,
) -> Enrolments:
    """Enrolments of these tables; persons and schools keep the order in which they are first named."""
    given = {
        "spells": _rows(spells),
        "homes": _rows(homes),
        "decisions": _rows(decisions),
        "certificates": _rows(certificates),
        "year9": _rows(year9),
        "identities": _rows(identities),
    }
    people, places, units = _rows(persons), _rows(schools), _rows(predecessors)
    also = {row["former"]: None for row in given["identities"]}
    people = people or [
        {"who": who} for who in dict.fromkeys(row["who"] for rows in given.values() for row in rows) | also
    ]
    named = [row["school"] for row in places]
    for name in [row.get("school", "A") for row in given["spells"] + given["certificates"]] + [
        row[column] for row in units for column in ("former", "school")
    ]:
        if name not in named:
            named.append(name)
            places.append({"school": name})
    whose = {person["who"]: number for number, person in enumerate(people)}
    at = {name: number for number, name in enumerate(named)}
    first = [{**person, "start": since} for person in people if person.get("home") != _NONE]
    return Enrolments(
        since=since,
        as_of=as_of,
        made_up=True,
        persons=_persons(people),
        year9=_year9(people, since, whose, given["year9"]),
        homes=_homes(first, whose, given["homes"]),
        spells=_spells(given["spells"], whose, at),
        decisions=_decisions(given["decisions"], whose),
        certificates=_certificates(given["certificates"], whose, at),
        identities=_identities(given["identities"], whose),
        predecessors=_predecessors(units, at),
        schools=_schools(places),
    )


def small_enrolments(n: int = 60, seed: int = 0, *, made_up: bool = True) -> Enrolments:
    """Valid enrolments of `n` persons over three school years, the same for the same arguments, with no finding.

    There are promotions, changes of school, interruptions, breaks, pupils who never came, moves, decisions,
    certificates, and rows that were annulled and recorded anew; no odd number, no protected identity.
    """
    rng = np.random.default_rng([seed, n])
    persons, homes, spells, decisions, certificates = [], [], [], [], []
    for number in range(n):
        who = f"{seed}:{number}"
        steps = int(rng.integers(0, 65)) if rng.random() < 0.5 else int(rng.integers(65, 137))
        merit = _NONE if rng.random() < 0.05 else str(steps * 2.5)
        persons.append(
            {"who": who, "born": 2007 - int(rng.random() < 0.1), "merit": merit, "sex": rng.choice(["F", "M"])}
        )
        homes += _moves(rng, who)
        spells += _career(rng, who)
        if spells[-1].get("reason") == "completed":
            kind = rng.choice(["preparatory_diploma", "vocational_diploma", "study_certificate"])
            certificates.append(
                {"who": who, "issued": "2026-06-09", "certificate": kind, "school": spells[-1]["school"]}
            )
        if rng.random() < 0.1:
            decisions.append(
                {"who": who, "start": "2026-01-01", "stop": "2026-12-31", "percent": int(rng.integers(1, 101))}
            )
    schools = [
        {"school": "A", "place": "Täby"},
        {"school": "B", "form": "independent"},
        {"school": "C", "form": "region", "place": "Södertälje"},
        {"school": "D", "place": "Malmö"},
        {"school": "E", "place": "Nacka"},
        {"school": "F", "form": "independent"},
    ]
    drawn = tiny_enrolments(spells, persons, homes, decisions, certificates, schools)
    return replace(drawn, made_up=made_up)


def write_small(folder: Path, enrolments: Enrolments | None = None, seed: int = 1) -> list[str]:
    """Write enrolments, by default the small ones, as an extract and return the persons' identity numbers."""
    enrolments = small_enrolments() if enrolments is None else enrolments
    numbers = numbers_of(enrolments.persons, np.random.default_rng(seed))
    write_enrolments(enrolments, numbers, folder)
    return numbers


def _moves(rng: np.random.Generator, who: str) -> list[dict[str, Any]]:
    if rng.random() < 0.7:
        return []
    place, day = str(rng.choice(["Täby", "Solna", "Uppsala", _NONE])), f"2024-{rng.integers(1, 13):02d}-10"
    move = {"who": who, "home": place, "start": day}
    if rng.random() < 0.7:
        return [move]
    return [{**move, "annulled": "2025-02-01"}, {**move, "home": "Nacka", "recorded": "2025-02-01"}]


def _career(rng: np.random.Generator, who: str) -> list[dict[str, Any]]:
    """The spells of a person in the order they were known in."""
    school, code = str(rng.choice(list("ABCD"))), str(rng.choice(["NANAT", "EKEKO", "VOVAR", "IMS", "BAHUS"]))
    base: dict[str, Any] = {"who": who, "school": school, "code": code}
    if rng.random() < 0.1:
        base["group"] = str(rng.choice(["small", "apprentice"]))
    rows: list[dict[str, Any]] = []
    for year in (1, 2, 3):
        first, last = f"{2022 + year}-08-{rng.integers(14, 20)}", f"{2023 + year}-06-09"
        spell = {**base, "year": year, "start": first}
        chance = rng.random()
        if chance < 0.08:
            day = f"{2022 + year}-{rng.integers(10, 13)}-{rng.integers(10, 28)}"
            reason = str(rng.choice(["interrupted", "moved_out", "study_break", "exchange_year"]))
            return [*rows, *_corrected(rng, spell, day, reason)]
        if chance < 0.1:
            return [*rows, {**spell, "present": _NONE, "stop": f"{2022 + year}-09-20", "reason": "never_present"}]
        if chance < 0.2:
            rows += _corrected(rng, spell, f"{2022 + year}-11-14", "changed")
            base = {**base, "school": str(rng.choice(list("ABCD")))}
            spell = {**base, "year": year, "start": f"{2022 + year}-11-15"}
        rows += _corrected(rng, spell, last, "promoted" if year < 3 else "completed")
    return rows


def _corrected(rng: np.random.Generator, spell: dict[str, Any], stop: str, reason: str) -> list[dict[str, Any]]:
    """A spell as it was known when it began, and as it was known once it had ended."""
    if rng.random() < 0.5:
        return [{**spell, "stop": stop, "reason": reason}]
    known = str((pd.Timestamp(stop) + pd.Timedelta(days=int(rng.integers(0, 20)))).date())
    return [{**spell, "annulled": known}, {**spell, "stop": stop, "reason": reason, "recorded": known}]


def pseudonym(who: str) -> str:
    """The applicant of a person with this name."""
    return hashlib.sha256(who.encode()).hexdigest()[:32]


def _rows(given: Rows) -> list[dict[str, str]]:
    rows = table(given) if isinstance(given, str) and given.strip() else given or []
    return [{name: str(cell) for name, cell in row.items() if str(cell) != ""} for row in rows]  # type: ignore[union-attr]


def _day(text: str | None) -> pd.Timestamp:
    return pd.NaT if text in (None, _NONE) else pd.Timestamp(text)


def _known(rows: list[dict[str, str]], start: str) -> dict[str, Any]:
    return {
        "recorded": [_day(row.get("recorded", row.get("start", start))) for row in rows],
        "annulled": pd.Series([_day(row.get("annulled")) for row in rows], dtype="datetime64[s]"),
    }


def _persons(rows: list[dict[str, str]]) -> pd.DataFrame:
    return enrolment_table(
        "persons",
        {
            "applicant": [pseudonym(row["who"]) for row in rows],
            "number_kind": [row.get("kind", "personal") for row in rows],
            "protected": [row.get("protected") == "yes" for row in rows],
            "sex": [row.get("sex", "F") for row in rows],
            "birth_year": [int(row.get("born", "2007")) for row in rows],
        },
    )


def _year9(
    people: list[dict[str, str]], since: str, whose: dict[str, int], besides: list[dict[str, str]]
) -> pd.DataFrame:
    first = [
        {
            "who": person["who"],
            "year": person.get("year9", str(int(person.get("born", "2007")) + 16)),
            "merit": person.get("merit", "220"),
            "recorded": since,
        }
        for person in people
    ]
    rows = [row for row in first if (row["year"], row["merit"]) != ("0", _NONE)] + besides
    return enrolment_table(
        "year9",
        {
            "pupil": [whose[row["who"]] for row in rows],
            "school_unit": [row.get("unit", "") for row in rows],
            "year": [int(row.get("year", "2023")) for row in rows],
            "merit": [float(row.get("merit", "220").replace(_NONE, "nan")) for row in rows],
            "eligible": [row.get("eligible", "") for row in rows],
            **_known(rows, SINCE),
        },
    )


def _homes(first: list[dict[str, str]], whose: dict[str, int], moves: list[dict[str, str]]) -> pd.DataFrame:
    rows = first + moves
    return enrolment_table(
        "homes",
        {
            "pupil": [whose[row["who"]] for row in rows],
            "municipality": [row.get("home", "Stockholm").removeprefix(_NONE) for row in rows],
            "start": [_day(row["start"]) for row in rows],
            **_known(rows, SINCE),
        },
    )


def _spells(rows: list[dict[str, str]], whose: dict[str, int], at: dict[str, int]) -> pd.DataFrame:
    usual = ["interrupted" if "stop" in row else "" for row in rows]
    return enrolment_table(
        "spells",
        {
            "pupil": [whose[row["who"]] for row in rows],
            "school": [at[row.get("school", "A")] for row in rows],
            "study_path_code": [row.get("code", "EKEKO") for row in rows],
            "year_of_study": [int(row.get("year", "1")) for row in rows],
            "group": [row.get("group", "ordinary") for row in rows],
            "start": [_day(row.get("start", START)) for row in rows],
            "stop": pd.Series([_day(row.get("stop")) for row in rows], dtype="datetime64[s]"),
            "present": pd.Series(
                [_day(row.get("present", row.get("start", START))) for row in rows], dtype="datetime64[s]"
            ),
            "reason": [row.get("reason", other) for row, other in zip(rows, usual, strict=True)],
            **_known(rows, START),
        },
    )


def _decisions(rows: list[dict[str, str]], whose: dict[str, int]) -> pd.DataFrame:
    return enrolment_table(
        "decisions",
        {
            "pupil": [whose[row["who"]] for row in rows],
            "decision": [row.get("decision", "extended_time") for row in rows],
            "start": [_day(row["start"]) for row in rows],
            "stop": [_day(row["stop"]) for row in rows],
            "percent": [int(row.get("percent", "100")) for row in rows],
            **_known(rows, SINCE),
        },
    )


def _certificates(rows: list[dict[str, str]], whose: dict[str, int], at: dict[str, int]) -> pd.DataFrame:
    kind = [row.get("certificate", "preparatory_diploma") for row in rows]
    usual = ["yes" if name == "preparatory_diploma" else "no" for name in kind]
    return enrolment_table(
        "certificates",
        {
            "pupil": [whose[row["who"]] for row in rows],
            "school": [at[row.get("school", "A")] for row in rows],
            "study_path_code": [row.get("code", "EKEKO") for row in rows],
            "certificate": kind,
            "issued": [_day(row["issued"]) for row in rows],
            "points": [int(row.get("points", "2500")) for row in rows],
            "higher_eligible": [row.get("eligible", other) == "yes" for row, other in zip(rows, usual, strict=True)],
            **_known([{"recorded": row["issued"], **row} for row in rows], SINCE),
        },
    )


def _identities(rows: list[dict[str, str]], whose: dict[str, int]) -> pd.DataFrame:
    return enrolment_table(
        "identities",
        {
            "pupil": [whose[row["who"]] for row in rows],
            "former": [whose[row["former"]] for row in rows],
            "day": [_day(row["day"]) for row in rows],
            "evidence": [row.get("evidence", "registered") for row in rows],
            **_known([{"recorded": row["day"], **row} for row in rows], SINCE),
        },
    )


def _predecessors(rows: list[dict[str, str]], at: dict[str, int]) -> pd.DataFrame:
    return enrolment_table(
        "predecessors",
        {
            "former": [at[row["former"]] for row in rows],
            "school": [at[row["school"]] for row in rows],
            "day": [_day(row["day"]) for row in rows],
            "percent": [int(row.get("percent", "100")) for row in rows],
            **_known([{"recorded": row["day"], **row} for row in rows], SINCE),
        },
    )


def _schools(rows: list[dict[str, str]]) -> pd.DataFrame:
    form = [row.get("form", "municipal") for row in rows]
    place = [row.get("place", "Stockholm") for row in rows]
    usual = [_PROVIDERS[one].format(where) for one, where in zip(form, place, strict=True)]
    return enrolment_table(
        "schools",
        {
            "school_id": [f"{20000000 + number}" for number in range(len(rows))],
            "school": [row["school"] for row in rows],
            "municipality": place,
            "provider_form": form,
            "provider": [row.get("provider", other) for row, other in zip(rows, usual, strict=True)],
        },
    )
