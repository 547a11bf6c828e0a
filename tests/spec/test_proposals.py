"""A proposal of seats by school and programme: read, checked, made a what-if scenario, and its effects."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.whatif import what_if
from gymreg_core.planning.proposal import as_scenario, effects_of, load_proposal, make_proposal
from tests.tiny import tiny_register

PATHS = """
    | path | seats | code  | place     |
    | na   | 1     | NANAT | Stockholm |
    | ek   | 2     | EKEKO | Täby      |
    | ba   | 3     | BAHUS | Täby      |
"""
WISHES = """
    | who  | merit | home      | choices |
    | Asta | 300   | Stockholm | na      |
    | Bo   | 280   | Täby      | na ek   |
    | Cia  | 260   | Täby      | ek ba   |
    | Dan  | 240   | Täby      | ek ba   |
"""
CSV = "skola;program;platser\nSkola na;NA;2\n20000002;BA;1\n"
YAML = """
name: Fler på NA
note: efter nämndens förslag
seats:
  - {school: Skola na, programme: NA, seats: 2}
  - {school: "20000002", programme: BA, municipality: Täby, seats: 1}
"""


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "text"), [("förslag.csv", CSV), ("plan.yml", YAML)])
def test_proposed_seats_become_changes_of_the_scenario(tmp_path: Path, name: str, text: str) -> None:
    register = tiny_register(PATHS, WISHES)
    scenario = as_scenario(load_proposal(file(tmp_path, name, text)), register)
    assert [(change.school, change.programme, change.number) for change in scenario.seats] == [
        (("Skola na",), ("NA",), 1),
        (("20000002",), ("BA",), -2),
    ]
    assert scenario.name == ("förslag" if name.endswith("csv") else "Fler på NA")


def test_the_effects_stand_beside_what_was_proposed(tmp_path: Path) -> None:
    register = tiny_register(PATHS, WISHES)
    proposal = load_proposal(file(tmp_path, "p.csv", CSV))
    found = what_if(register, as_scenario(proposal, register))
    table = effects_of(proposal, register, found).table
    assert table[["programme", "seats_previous", "seats", "admitted_previous", "admitted"]].to_numpy().tolist() == [
        ["NA", 1, 2, 1, 2],
        ["BA", 3, 1, 1, 0],
    ]
    assert found.comparison.table.iloc[0][["better", "worse"]].tolist() == [2, 0]


def test_what_is_proposed_as_it_is_makes_no_change() -> None:
    register = tiny_register(PATHS, WISHES)
    rows = [
        {"school": "Skola na", "programme": "NA", "seats": 1},
        {"school": "Skola ek", "programme": "EK", "seats": 5},
    ]
    assert len(as_scenario(make_proposal({"name": "x", "seats": rows}), register).seats) == 1
    with pytest.raises(BadParameters, match="seats that there are"):
        as_scenario(make_proposal({"name": "x", "seats": rows[:1]}), register)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        load_proposal(file(tmp_path, "p.csv", "school;programme;seats\n;NA;2\nSkola na;QQ;2,5\nSkola ek;EK;-1\n"))
    assert [line.split(":")[0] for line in refused.value.what.split("\n  ")] == ["line 2", "line 3", "line 3", "line 4"]
    with pytest.raises(BadParameters, match="earlier row"):
        load_proposal(file(tmp_path, "p.csv", CSV + "Skola na;NA;3\n"))
    with pytest.raises(BadParameters, match="programm"):
        make_proposal({"name": "x", "seats": [{"school": "A", "programm": "NA", "seats": 1}]})
    with pytest.raises(BadParameters, match="true or false"):
        make_proposal({"name": "x", "seats": [{"school": "A", "programme": "NA", "seats": True}]})


def test_names_that_are_not_in_the_register_are_all_told() -> None:
    register = tiny_register(PATHS, WISHES)
    rows = [
        {"school": "Skola nb", "programme": "NA", "seats": 2},
        {"school": "Skola na", "programme": "EK", "seats": 2},
        {"school": "Skola ek", "programme": "EK", "seats": 4},
        {"school": "20000001", "programme": "EK", "seats": 5},
        {"school": "Skola ba", "programme": "BA", "municipality": "Tyresö", "seats": 5},
    ]
    with pytest.raises(BadParameters) as refused:
        as_scenario(make_proposal({"name": "x", "seats": rows}), register)
    told = refused.value.what.split("\n  ")
    assert [line.split(":")[0].split(".")[1] for line in told] == ["1", "2", "4", "5"]
    assert "Did you mean" in told[0]
