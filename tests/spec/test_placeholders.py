"""Placeholders (day of birth and TF10 or TF20) can be shared: one person per number and school unit, by the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from tests.enrolments import tiny_enrolments, write_small
from tests.extracts import everywhere
from tests.settlement_histories import shuffled

PERSONS = [
    {"who": "Ada", "kind": "placeholder", "merit": "-", "year9": 0, "home": "-"},
    {"who": "Bo"},
]
SPELLS = [
    {"who": "Ada", "school": "A", "stop": "2024-06-10"},
    {"who": "Ada", "school": "B", "start": "2023-09-01"},
    {"who": "Bo", "school": "C"},
]
HOMES = [{"who": "Ada", "home": "-", "start": "2023-08-01"}, {"who": "Ada", "home": "Täby", "start": "2024-01-10"}]


def read(folder: Path, enrolments: Enrolments) -> tuple[Enrolments, list[str]]:
    numbers = write_small(folder, enrolments)
    found = read_enrolments(folder)
    assert found.enrolments is not None
    return found.enrolments, [number.replace("-", "") for number in numbers]


def at(enrolments: Enrolments, applicant: str) -> list[tuple[str, ...]]:
    """What stands under a pseudonym: homes, then schools."""
    row = enrolments.persons.index[enrolments.persons["applicant"].eq(applicant)].item()
    homes = enrolments.homes.loc[enrolments.homes["pupil"] == row, "municipality"]
    spells = enrolments.spells.loc[enrolments.spells["pupil"] == row, "school"]
    return [tuple(homes), tuple(enrolments.schools["school"].to_numpy()[spells])]


def test_a_placeholder_at_two_units_is_two_persons_who_share_what_no_unit_tells(tmp_path: Path) -> None:
    """Nor are they enrolled twice on one day."""
    read_, (ada, bo) = read(tmp_path, tiny_enrolments(SPELLS, PERSONS, HOMES))
    units = read_.schools.set_index("school")["school_id"]
    at_a, at_b = pseudonyms([f"{ada}|{units['A']}", f"{ada}|{units['B']}"], MADE_UP_KEY)
    assert len(read_.persons) == 3
    assert at(read_, at_a) == [("", "Täby"), ("A",)]
    assert at(read_, at_b) == [("", "Täby"), ("B",)]
    assert at(read_, *pseudonyms([bo], MADE_UP_KEY)) == [("Stockholm",), ("C",)]


def test_a_decision_about_a_shared_placeholder_is_of_both(tmp_path: Path) -> None:
    spells = [{"who": "Bo", "school": school} for school in "AB"]
    decision = [{"who": "Bo", "start": "2024-01-01", "stop": "2024-12-31"}]
    persons = [{"who": "Bo", "kind": "placeholder"}]
    found, _ = read(tmp_path, tiny_enrolments(spells, persons, decisions=decision))
    assert sorted(found.decisions["pupil"]) == [0, 1]


def test_how_many_are_shared_is_told(tmp_path: Path) -> None:
    write_small(tmp_path, tiny_enrolments(SPELLS, PERSONS, HOMES))
    found = {one.rule: (one.severity, one.count, one.rows) for one in check_enrolments(tmp_path)}
    assert found == {"placeholder-number": ("info", 1, (2,)), "placeholder-shared": ("info", 1, (2,))}


def test_two_persons_with_one_placeholder_may_both_stand_in_the_files(tmp_path: Path) -> None:
    persons = [{**PERSONS[0], "who": who} for who in ("Ada", "Cy")]
    spells = [{"who": "Ada", "school": "A"}, {"who": "Cy", "school": "B"}]
    homes = [{"who": who, "home": "-", "start": "2023-08-01"} for who in ("Ada", "Cy")]
    ada, cy = write_small(tmp_path, tiny_enrolments(spells, persons, homes))
    everywhere(lambda text: text.replace(cy, ada))(tmp_path)
    found = read_enrolments(tmp_path)
    assert found.enrolments is not None
    assert {one.rule for one in found.findings} == {"placeholder-number", "placeholder-shared"}
    assert len(found.enrolments.persons) == 2
    assert found.enrolments.homes["pupil"].tolist() == [0, 1]


def test_a_certificate_stays_at_its_school(tmp_path: Path) -> None:
    papers = [{"who": "Ada", "school": "B", "issued": "2026-06-05", "certificate": "introductory_certificate"}]
    read_, (ada, _) = read(tmp_path, tiny_enrolments(SPELLS, PERSONS, HOMES, certificates=papers))
    whose = read_.persons["applicant"][read_.certificates["pupil"].item()]
    unit = read_.schools.set_index("school")["school_id"]["B"]
    assert [whose] == pseudonyms([f"{ada}|{unit}"], MADE_UP_KEY)


def linked(folder: Path, goes_on_at: Sequence[str]) -> tuple[list[Any], set[str]]:
    """The units of the persons whom a new number is linked to, and what was found."""
    spells = [*SPELLS, *({"who": "Bo", "school": name, "start": "2024-08-15"} for name in goes_on_at)]
    events = [{"who": "Bo", "former": "Ada", "day": "2024-07-01"}]
    enrolments, _ = read(folder, tiny_enrolments(spells, PERSONS, HOMES, identities=events))
    rows = enrolments.spells[enrolments.spells["pupil"].isin(enrolments.identities["former"])]
    names = enrolments.schools["school"].to_numpy()[rows["school"]]
    return names.tolist(), {one.rule for one in check_enrolments(folder)}


def test_a_new_number_is_linked_where_the_unit_tells_whose_it_is(tmp_path: Path) -> None:
    assert linked(tmp_path / "one", ["B"])[0] == ["B"]
    for name, units in {"elsewhere": ["D"], "at both": ["A", "B"]}.items():
        found, rules = linked(tmp_path / name, units)
        assert found == []
        assert "placeholder-not-linked" in rules


def test_the_order_of_rows_says_nothing(tmp_path: Path) -> None:
    """Pseudonyms go by number and unit, so a later extract has the same ones whatever else it holds."""
    e = tiny_enrolments(SPELLS, PERSONS, HOMES)
    first, _ = read(tmp_path / "first", e)
    only_a = replace(e, spells=e.spells[:1])
    spells = pd.concat([e.spells[2:], only_a.spells], ignore_index=True)
    alone, _ = read(tmp_path / "alone", replace(e, spells=spells))
    other, _ = read(tmp_path / "other", shuffled(e, 3))
    assert set(alone.persons["applicant"]) < set(first.persons["applicant"])
    assert len(other.persons) == 3
