"""What becomes of one row when a second extract comes, by the numbered rules of docs/decisions/0014.

The first extract is of 2024-06-30, the second of 2025-06-30; it begins on the day that stands with it. Usual values:
tests/enrolments.py. Rows are told as: the cells that differ, recorded, annulled ('-': still counts).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from gymreg_core.store.merging import merged
from tests.enrolments import tiny_enrolments

FIRST, SECOND = "2024-06-30", "2025-06-30"
EVA: dict[str, Any] = {"spells": [{"who": "eva"}, {"who": "old"}, {"who": "odd"}]}
CASES: dict[str, tuple[str, str, list[dict[str, str]], list[dict[str, str]], list[str]]] = {
    "1: annulled since the first extract, on the day after it": (
        "homes",
        "2023-07-01",
        [{"who": "eva", "home": "Solna", "start": "2024-01-10"}],
        [{"who": "eva", "home": "Solna", "start": "2024-01-10", "annulled": "2024-07-01"}],
        ["Solna 2024-01-10 2024-07-01"],
    ),
    "2: said to have been annulled on the day of the first extract, where it counted": (
        "homes",
        "2023-07-01",
        [{"who": "eva", "home": "Solna", "start": "2024-01-10"}],
        [{"who": "eva", "home": "Solna", "start": "2024-01-10", "annulled": FIRST}],
        [f"Solna 2024-01-10 {SECOND}"],
    ),
    "1: annulled on the day of the first extract in both, the second of which begins earlier": (
        "homes",
        "2022-07-01",
        [{"who": "eva", "home": "Solna", "start": "2024-01-10", "annulled": FIRST}],
        [{"who": "eva", "home": "Solna", "start": "2024-01-10", "annulled": FIRST}],
        [f"Solna 2024-01-10 {FIRST}"],
    ),
    "3: recorded on the day of the first extract, which lacked it": (
        "homes",
        "2023-07-01",
        [],
        [{"who": "eva", "home": "Solna", "start": "2024-01-10", "recorded": FIRST}],
        [f"Solna {SECOND} -"],
    ),
    "4: gone, and from the first day that the second extract tells of": (
        "homes",
        "2024-01-10",
        [{"who": "eva", "home": "Solna", "start": "2024-01-10"}],
        [],
        [f"Solna 2024-01-10 {SECOND}"],
    ),
    "4: gone, and from the day before": (
        "homes",
        "2024-01-11",
        [{"who": "eva", "home": "Solna", "start": "2024-01-10"}],
        [],
        ["Solna 2024-01-10 -"],
    ),
    "4: a diploma of another day has the place of the one before": (
        "certificates",
        "2024-07-01",
        [{"who": "eva", "issued": "2024-06-10"}],
        [{"who": "eva", "issued": "2024-06-05", "recorded": "2024-08-01"}],
        ["2024-06-05 2024-08-01 -", f"2024-06-10 2024-06-10 {SECOND}"],
    ),
    "4: a certificate of another kind has not": (
        "certificates",
        "2024-07-01",
        [{"who": "eva", "certificate": "study_certificate", "issued": "2024-06-10"}],
        [{"who": "eva", "issued": "2025-01-05"}],
        ["2024-06-10 2024-06-10 -", "2025-01-05 2025-01-05 -"],
    ),
    "4: a number that was replaced by another than was told": (
        "identities",
        "2024-07-01",
        [{"who": "odd", "former": "old", "day": "2024-01-01"}],
        [{"who": "eva", "former": "old", "day": "2024-01-01", "recorded": "2024-08-01"}],
        [f"2024-01-01 2024-01-01 {SECOND}", "2024-01-01 2024-08-01 -"],
    ),
    "4: another share of the same two units": (
        "predecessors",
        "2024-07-01",
        [{"former": "A", "school": "B", "day": "2024-01-01"}],
        [{"former": "A", "school": "B", "day": "2024-01-01", "percent": "60", "recorded": "2024-08-01"}],
        [f"100 2024-01-01 {SECOND}", "60 2024-08-01 -"],
    ),
    "4: a further unit that took over a part": (
        "predecessors",
        "2024-07-01",
        [{"former": "A", "school": "B", "day": "2024-01-01", "percent": "60"}],
        [{"former": "A", "school": "C", "day": "2024-08-01", "percent": "40"}],
        ["40 2024-08-01 -", "60 2024-01-01 -"],
    ),
}
SHOWN = {"homes": "municipality", "certificates": "issued", "identities": "day", "predecessors": "percent"}


@pytest.mark.parametrize("name", CASES)
def test_a_row_when_a_second_extract_comes(name: str) -> None:
    table, since, before, after, expected = CASES[name]
    persons = [{"who": who, "home": "-"} for who in ("eva", "old", "odd")]
    schools = [{"school": school} for school in "ABC"]
    given: dict[str, Any] = {**EVA, "persons": persons, "schools": schools}
    stored = tiny_enrolments(**{**given, table: before}, as_of=FIRST)
    new = tiny_enrolments(**{**given, table: after}, since=since, as_of=SECOND)
    whole, _ = merged(stored, new)
    assert (whole.since, whole.as_of) == (min(since, "2023-07-01"), SECOND)
    rows = whole.tables()[table]
    cells = rows[[SHOWN[table], "recorded", "annulled"]].itertuples(index=False)
    assert sorted(" ".join(map(_cell, row)) for row in cells) == expected


def _cell(value: Any) -> str:
    if value is pd.NaT:
        return "-"
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
