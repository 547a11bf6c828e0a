"""Enrolments written as an extract are read as the same enrolments; persons are known by a keyed pseudonym alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.errors import BadInput
from gymreg_core.sources.check import check_files
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.enrolments.reading import check_enrolments, read_enrolments
from gymreg_core.sources.extract_kinds import kind_of
from gymreg_core.sources.register.keys import KEY_VARIABLE, MADE_UP_KEY
from gymreg_core.sources.register.layout import register_kind
from gymreg_core.sources.register.reading import read_register
from tests.enrolments import small_enrolments, tiny_enrolments, write_small
from tests.extracts import Change, both, cell, content, rows, write_extract
from tests.pseudonyms import pseudonym
from tests.registers import small_register

PERSONS, HOMES, SPELLS, SCHOOLS = "personer.csv", "hemkommun.csv", "inskrivningar.csv", "skolor.csv"
YEAR9 = "arskurs9.csv"
KEY = b"a secret of sixteen bytes or more"
ODD = tiny_enrolments(
    spells="""
| who | school | code  | year | group | start      | stop       | present    | reason        | recorded   | annulled   |
| Ada | A      | NANAT | 1    |       | 2023-08-15 |            |            |               | 2023-06-20 | 2023-09-01 |
| Ada | A      | NANAT | 1    | small | 2023-08-15 | 2023-08-15 | 2023-08-15 | invalid       | 2023-09-01 |            |
| Ada | B      | IMA   | 4    | small | 2023-08-16 | 2026-12-31 | -          | age_limit     | 2023-09-01 | 2023-09-01 |
| Bo  | B      | ES25  | 2    |       | 2022-08-15 |            |            |               | 2022-08-01 |            |
| Cy  | A      | EK25  | 1    |       | 2025-08-15 | 2025-08-20 | -          | never_present |            |            |
    """,
    persons="""
    | who | kind         | protected | sex     | merit | year9 |
    | Ada | coordination | yes       | unknown | -     | 0     |
    | Bo  | placeholder  |           | M       | 340   |       |
    | Cy  |              |           |         | 0     |       |
    """,
    homes="| who | home | start | recorded | annulled |\n| Bo | - | 2024-01-01 | 2024-03-01 | 2024-04-01 |",
    decisions="| who | start | stop | percent |\n| Ada | 2026-01-01 | 2027-06-30 | 50 |",
    certificates="""
    | who | school | certificate                 | issued     | points | eligible |
    | Ada |        | introductory_certificate    | 2026-06-05 | 0      |          |
    | Bo  | B      | international_baccalaureate | 2026-06-05 |        | yes      |
    """,
    schools='| school | form |\n| Skolan; "med" citat | region |\n| B | unknown |',
)


def expected(enrolments: Enrolments, numbers: list[str], key: bytes) -> Enrolments:
    """What is read: pseudonyms of the number; of a placeholder, of number and school unit."""
    unit = dict(zip(enrolments.spells["pupil"], enrolments.spells["school"], strict=True))
    told = [number.replace("-", "") for number in numbers]
    for row in np.flatnonzero(enrolments.persons["number_kind"].eq("placeholder")):
        told[row] += f"|{enrolments.schools['school_id'][unit[row]]}"
    names = [pseudonym(text, key) for text in told]
    return replace(enrolments, persons=enrolments.persons.assign(applicant=pd.Series(names, dtype="str")))


def assert_same(read: Enrolments | None, written: Enrolments) -> None:
    assert read is not None
    assert (read.since, read.as_of, read.made_up) == (written.since, written.as_of, written.made_up)
    for name, table in written.tables().items():
        pd.testing.assert_frame_equal(read.tables()[name], table, obj=name)


@pytest.mark.parametrize(
    "enrolments",
    [small_enrolments(), small_enrolments(400, 3), ODD, tiny_enrolments([{"who": "Ada"}])],
    ids=["small", "many", "odd", "one"],
)
def test_what_is_written_is_read(tmp_path: Path, enrolments: Enrolments) -> None:
    numbers = write_small(tmp_path, enrolments)
    reading = read_enrolments(tmp_path)
    assert_same(reading.enrolments, expected(enrolments, numbers, MADE_UP_KEY))
    assert {found.severity for found in reading.findings} <= {"info"}
    assert reading.provenance.made_up
    assert not reading.provenance.already_public
    assert len(reading.provenance.inputs) == 10


def test_the_same_enrolments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_small(tmp_path / name)
    a, b = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "ab")
    assert a == b
    assert set(a) == enrolment_kind().names


SOUND: dict[str, Change] = {
    "commas": both(*(content(name, lambda text: text.replace(b";", b",")) for name in (HOMES, SPELLS, SCHOOLS))),
    "Latin-1": content(HOMES, lambda text: text.decode().encode("latin-1")),
    "Windows lines": content(SPELLS, lambda text: text.replace(b"\n", b"\r\n")),
    "another column": rows(PERSONS, lambda lines: [lines[0] + ";Namn", *(f"{line};x" for line in lines[1:])]),
    "numbers without hyphen": content(SPELLS, lambda text: text.replace(b"-", b"", 1)),
    "capitals": content(SPELLS, lambda text: text.replace(b"Ordinarie", b"ORDINARIE")),
}


@pytest.mark.parametrize("change", SOUND.values(), ids=SOUND.keys())
def test_another_way_of_writing_is_no_fault(tmp_path: Path, change: Change) -> None:
    numbers = write_small(tmp_path)
    change(tmp_path)
    assert len(check_enrolments(tmp_path)) == 0
    assert_same(read_enrolments(tmp_path).enrolments, expected(small_enrolments(), numbers, MADE_UP_KEY))


def test_decisions_and_certificates_may_be_absent(tmp_path: Path) -> None:
    write_small(tmp_path)
    for name in ("beslut.csv", "bevis.csv"):
        (tmp_path / name).unlink()
    reading = read_enrolments(tmp_path)
    assert reading.enrolments is not None
    assert (len(reading.enrolments.decisions), len(reading.enrolments.certificates)) == (0, 0)
    for name, table in small_enrolments().tables().items():
        assert reading.enrolments.tables()[name].dtypes.equals(table.dtypes)
    (tmp_path / HOMES).unlink()
    assert [(found.rule, found.file) for found in check_enrolments(tmp_path)] == [("extract-file-missing", HOMES)]


def test_real_persons_need_the_key_and_have_the_pseudonym_of_the_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    numbers = write_small(tmp_path / "enrolments", small_enrolments(made_up=False))
    with pytest.raises(BadInput, match="key to them is missing"):
        read_enrolments(tmp_path / "enrolments")
    read = read_enrolments(tmp_path / "enrolments", KEY).enrolments
    assert_same(read, expected(small_enrolments(made_up=False), numbers, KEY))
    old = write_extract(tmp_path / "register", small_register(made_up=False))
    for name in ("elever.csv", "betyg.csv", "ansokningar.csv", "fardighetsprov.csv", "fri_kvot.csv", "svar.csv"):
        content(name, lambda text: text.replace(old[0].encode(), numbers[0].encode()))(tmp_path / "register")
    register = read_register(tmp_path / "register", KEY).register
    assert read is not None
    assert register is not None
    assert register.pupils["applicant"].iloc[0] == read.persons["applicant"].iloc[0]
    assert not set(register.pupils["applicant"]) - {register.pupils["applicant"].iloc[0]} & set(
        read.persons["applicant"]
    )


def test_checking_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    write_small(tmp_path, small_enrolments(made_up=False))
    assert [found.rule for found in check_enrolments(tmp_path)] == ["check-digit-wrong"]


@pytest.mark.parametrize(
    ("description", "rule"),
    [
        ({"version": 2}, "extract-version-unknown"),
        ({"since": "2026-07-01"}, "enrolments-not-described"),
        ({"as_of": "juni"}, "enrolments-not-described"),
        ({"as_of": None}, "enrolments-not-described"),
        ({"made_up": "ja"}, "enrolments-not-described"),
        ({"made_up": None}, "enrolments-not-described"),
    ],
)
def test_a_description_says_what_is_needed(tmp_path: Path, description: dict[str, object], rule: str) -> None:
    write_small(tmp_path)
    path = tmp_path / "utdrag.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **description}))
    assert [(found.rule, found.file) for found in check_files([tmp_path])] == [(rule, "utdrag.json")]
    with pytest.raises(BadInput):
        read_enrolments(tmp_path)


def test_the_two_kinds_of_extract_are_told_apart(tmp_path: Path) -> None:
    write_small(tmp_path / "enrolments")
    write_extract(tmp_path / "register")
    (tmp_path / "neither").mkdir()
    kinds = {"enrolments": enrolment_kind(), "register": register_kind(), "neither": None, "nowhere": None}
    assert {name: kind_of(tmp_path / name) for name in kinds} == kinds
    assert len(check_files([tmp_path / "enrolments", tmp_path / "register"])) == 0
    for name in ("enrolments", "register"):
        (tmp_path / name / "utdrag.json").unlink()
        assert kind_of(tmp_path / name) is kinds[name]
    rules = [(found.rule, found.file) for found in check_files([tmp_path])]
    assert rules == [
        ("enrolments-not-described", "enrolments/utdrag.json"),
        ("extract-not-described", "register/utdrag.json"),
    ]
    (tmp_path / "neither" / SCHOOLS).write_text("Skolenhet\n")
    assert kind_of(tmp_path / "neither") is None


def test_what_points_into_a_missing_file_is_no_fault_of_its_own(tmp_path: Path) -> None:
    for file in (PERSONS, HOMES, SPELLS, SCHOOLS):
        write_small(tmp_path)
        (tmp_path / file).unlink()
        found = [(found.rule, found.file, found.column) for found in check_enrolments(tmp_path)]
        assert found == [("extract-file-missing", file, None)]


def test_enrolments_with_errors_are_given_to_nobody(tmp_path: Path) -> None:
    write_small(tmp_path)
    cell(YEAR9, 2, "Meritvärde", "999")(tmp_path)
    reading = read_enrolments(tmp_path, strict=False)
    assert reading.enrolments is None
    assert "1 findings" in repr(reading)


@pytest.mark.parametrize(("as_of", "found"), [("2030-12-31", []), ("2031-01-01", ["day-far-after-rows"])])
def test_an_extract_is_not_from_a_day_years_after_all_it_knows(tmp_path: Path, as_of: str, found: list[str]) -> None:
    """Every later extract would be an older one. The last row of the small ones is known in 2026."""
    write_small(tmp_path)
    path = tmp_path / "utdrag.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "as_of": as_of}))
    assert [one.rule for one in check_files([tmp_path])] == found
