"""The municipal activity responsibility (skollagen 29 kap. 9 §) and a municipality's list beside the register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.days import day_number
from gymreg_core.cohort.reconcile import Reconciliation, reconcile
from gymreg_core.cohort.responsibility import NOT_RESPONSIBLE, responsibility, standing_on
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.tracked import RESPONSIBILITY_REASONS
from gymreg_core.errors import BadInput
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.track_view import ListView, say
from gymreg_core.sources.person_list import read_person_list
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.vocabulary.texts import texts
from tests.enrolments import pseudonym, tiny_enrolments
from tests.tiny import table

PEOPLE = """
| who  | born | home      | day        | says                  | why |
| ann  | 2007 | Stockholm | 2024-10-15 | interrupted           | left in March 2024 |
| ann  | 2007 | Stockholm | 2024-02-15 | enrolled_national     | not yet |
| bo   | 2007 | Stockholm | 2024-10-15 | study_break           | a pupil on a study break belongs too |
| cia  | 2007 | Stockholm | 2026-06-30 | study_certificate     | a study certificate is no diploma |
| dan  | 2007 | Stockholm | 2026-06-30 | diploma               | |
| eva  | 2007 | Stockholm | 2026-06-30 | enrolled_introductory | |
| fia  | 2007 | Stockholm | 2024-10-15 | never_present         | enrolled, and never came |
| fia  | 2007 | Stockholm | 2023-08-20 | nothing               | the enrolment had not ended |
| gus  | 2007 | Stockholm | 2024-10-15 | moved                 | left the region |
| hal  | 2005 | Stockholm | 2024-10-15 | interrupted           | turns 20 next year |
| hal  | 2005 | Stockholm | 2025-06-30 | interrupted           | half of those born in 2005 are still 19 |
| hal  | 2005 | Stockholm | 2025-07-01 | too_old               | half of them have turned 20 |
| ida  | 2007 | Stockholm | 2024-10-15 | nothing               | a placeholder number, followed nowhere |
| jan  | 2007 | Stockholm | 2024-10-15 | nothing               | a protected identity, linked to nothing |
| kim  | 2007 | Stockholm | 2024-10-15 | age_limit             | ended because of age, and under 20 by the register |
| lea  | 2007 | Stockholm | 2024-10-15 | interrupted           | came back in January 2025 |
| lea  | 2007 | Stockholm | 2025-02-15 | enrolled_national     | |
| mia  | 2007 | Malmö     | 2024-10-15 | interrupted           | another municipality's |
| nils | 2007 | Malmö     | 2026-06-30 | diploma               | wherever the home is |
| olle | 2003 | Stockholm | 2024-10-15 | nothing               | has not begun |
"""
SPELLS = """
| who | start      | stop       | reason        | code  | present |
| ann | 2023-08-15 | 2024-03-10 | interrupted   | EKEKO |   |
| bo  | 2023-08-15 | 2024-08-20 | study_break   | EKEKO |   |
| cia | 2023-08-15 | 2026-06-10 | completed     | EKEKO |   |
| dan | 2023-08-15 | 2026-06-10 | completed     | EKEKO |   |
| eva | 2023-08-15 |            |               | IMS   |   |
| fia | 2023-08-15 | 2023-09-01 | never_present | EKEKO | - |
| gus | 2023-08-15 | 2024-03-10 | moved_out     | EKEKO |   |
| hal | 2023-08-15 | 2024-03-10 | interrupted   | EKEKO |   |
| ida | 2023-08-15 | 2024-03-10 | interrupted   | EKEKO |   |
| jan | 2023-08-15 | 2024-03-10 | interrupted   | EKEKO |   |
| kim | 2023-08-15 | 2024-03-10 | age_limit     | EKEKO |   |
| lea | 2023-08-15 | 2024-03-10 | interrupted   | EKEKO |   |
| lea | 2025-01-10 |            |               | EKEKO |   |
| mia | 2023-08-15 | 2024-03-10 | interrupted   | EKEKO |   |
| nils | 2023-08-15 | 2026-06-10 | completed    | EKEKO |   |
| olle | 2025-08-15 |           |               | EKEKO |   |
"""
CERTIFICATES = """
| who | issued     | certificate         |
| cia | 2026-06-09 | study_certificate   |
| dan | 2026-06-09 | preparatory_diploma |
| nils | 2026-06-09 | vocational_diploma |
"""
ODD = {"ida": {"kind": "placeholder"}, "jan": {"protected": "yes"}}


@pytest.fixture(scope="module")
def register() -> Enrolments:
    people = {row["who"]: row for row in table(PEOPLE)}
    persons = [
        {"who": who, "born": row["born"], "home": row["home"], **ODD.get(who, {})} for who, row in people.items()
    ]
    return tiny_enrolments(SPELLS, persons, certificates=CERTIFICATES)


def says_of(register: Enrolments, who: str, day: str) -> str:
    standing = standing_on(histories(register), register, day_number(day))
    names = list(register.persons["applicant"])
    found = dict(zip((names[row] for row in standing.person), standing.says, strict=True))
    return str(found.get(pseudonym(who), "nothing"))


@pytest.mark.parametrize("row", table(PEOPLE), ids=lambda row: f"{row['who']}-{row['day']}")
def test_who_belongs_to_it(register: Enrolments, row: dict[str, str]) -> None:
    assert says_of(register, row["who"], row["day"]) == row["says"]


def test_the_table_counts_the_area_on_two_days(register: Enrolments) -> None:
    found = responsibility(histories(register), register)
    told = {(row.day, row.municipality, row.reason): row.pupils for row in found.itertuples()}
    assert told == {
        ("2025-10-15", "Stockholm", "interrupted"): 1,  # ann; hal is too old, lea is back, mia lives elsewhere
        ("2025-10-15", "Stockholm", "study_break"): 1,  # bo
        ("2025-10-15", "Stockholm", "never_present"): 1,  # fia
        ("2025-10-15", "Stockholm", "age_limit"): 1,  # kim
        ("2026-06-30", "Stockholm", "interrupted"): 2,  # ann, and bo whose break grew long (rules/cleaning.yml)
        ("2026-06-30", "Stockholm", "never_present"): 1,
        ("2026-06-30", "Stockholm", "age_limit"): 1,
        ("2026-06-30", "Stockholm", "study_certificate"): 1,  # cia
    }


def test_a_number_that_was_replaced_is_one_person() -> None:
    spells = """
    | who | start      | stop       | reason      | present |
    | old | 2023-08-15 | 2024-03-10 | interrupted |         |
    | new | 2024-08-15 | 2024-09-01 | never_present | -     |
    """
    e = tiny_enrolments(spells, identities=[{"who": "new", "former": "old", "day": "2024-05-01"}])
    h = histories(e)
    standing = standing_on(h, e, day_number("2024-10-15"))
    assert standing.says.tolist() == ["interrupted"]
    listed = reconcile(h, e, [pseudonym("old")], "Stockholm", day_number("2024-10-15"), NOWHERE)
    assert counts(listed) == {("both", "interrupted"): 1}


NOWHERE = Provenance((), already_public=False, made_up=True)
LISTED = ["ann", "cia", "dan", "eva", "gus", "hal", "lea", "mia", "ida", "jan", "nils", "nobody"]


def counts(compared: Reconciliation) -> dict[tuple[str, str], int]:
    return {(row.kind, row.reason): row.pupils for row in compared.table.itertuples() if row.pupils}


def test_a_list_beside_the_register(register: Enrolments) -> None:
    names = [pseudonym(who) for who in LISTED]
    compared = reconcile(
        histories(register), register, [*names, names[0]], "Stockholm", day_number("2026-06-30"), NOWHERE
    )
    assert counts(compared) == {
        ("both", "interrupted"): 1,  # ann
        ("both", "study_certificate"): 1,  # cia
        ("register", "interrupted"): 1,  # bo, whose break grew long
        ("register", "never_present"): 1,  # fia
        ("register", "age_limit"): 1,  # kim
        ("list", "diploma"): 2,  # dan and nils
        ("list", "enrolled_introductory"): 1,  # eva
        ("list", "enrolled_national"): 1,  # lea
        ("list", "too_old"): 1,  # hal
        ("list", "moved"): 2,  # gus left the region, mia has another home
        ("list", "not_known"): 3,  # ida and jan are linked to nothing, nobody is nobody
    }
    on_list = compared.table.loc[compared.table["kind"] != "register", "pupils"].sum()
    assert on_list == compared.listed == len(LISTED)


def test_of_another_municipality_the_list_is_another(register: Enrolments) -> None:
    day = day_number("2026-06-30")
    compared = reconcile(histories(register), register, [pseudonym("ann")], "Täby", day, NOWHERE)
    assert counts(compared) == {("list", "moved"): 1}


def test_small_counts_are_left_out(register: Enrolments) -> None:
    names = [pseudonym(who) for who in LISTED]
    day = day_number("2026-06-30")
    view = ListView.of(reconcile(histories(register), register, names, "Stockholm", day, NOWHERE))
    shown = view.counts.table["pupils"].dropna()
    assert not ((shown > 0) & (shown < 5)).any()
    assert view.counts.suppressed
    [(released, columns, _)] = view.terminal_tables("en")
    assert list(released.table["kind"].unique()) == ["both", "only the register", "only the list"]
    assert [column.name for column in columns] == ["kind", "reason", "pupils"]


def test_what_is_left_out_of_a_list_is_not_told_by_sums() -> None:
    parts = {"interrupted": (40, 3), "study_break": (30, 20), "study_certificate": (10, 9)}
    rows = [("both", reason, one) for reason, (one, _) in parts.items()]
    rows += [("register", reason, other) for reason, (_, other) in parts.items()]
    rows += [("list", "diploma", 12), ("list", "moved", 2), ("list", "not_known", 30)]
    compared = Reconciliation(
        "Täby", "2025-10-15", 124, pd.DataFrame(rows, columns=["kind", "reason", "pupils"]), NOWHERE
    )
    released = ListView.of(compared).counts.table
    kept = {(row.kind, row.reason): row.pupils for row in released.itertuples()}
    assert pd.isna(kept["register", "interrupted"])
    assert pd.isna(kept["both", "interrupted"])  # the number of the register is on a page: 43
    hidden = [reason for reason in parts if pd.isna(kept["register", reason])]
    assert len(hidden) > 1 or pd.isna(kept["register", "all"])
    assert pd.isna(kept["list", "moved"])


def test_every_reason_has_words() -> None:
    entries = texts("gymreg_core.reporting", "track_texts.yml")
    assert entries.incomplete() == []
    assert all(say()(f"reasons.{reason}", "sv") for reason in (*RESPONSIBILITY_REASONS, *NOT_RESPONSIBLE))


NUMBERS = ["20070314-1239", "200708221235", "20070314-1239"]


@pytest.mark.parametrize(
    "content",
    [
        "Personnummer\n" + "\n".join(NUMBERS),
        "Namn;Personnummer;Beslut\n" + "\n".join(f"x;{number};y" for number in NUMBERS),
        "personnummer,x\r\n" + "\r\n".join(f"{number},åtgärd" for number in NUMBERS),
        "Åtgärd\tPersonnummer\n" + "\n".join(f"åäö\t{number}" for number in NUMBERS) + "\n\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_list_as_text(tmp_path: Path, content: str, encoding: str) -> None:
    (tmp_path / "lista.csv").write_bytes(content.encode(encoding))
    found = read_person_list(tmp_path / "lista.csv", made_up=True)
    assert found == sorted(pseudonyms(["200703141239", "200708221235"], MADE_UP_KEY))


def test_a_list_as_a_workbook(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "lista.xlsx") as book:
        sheet = book.add_worksheet("Aktiva")
        sheet.write_row(0, 0, ["Kommun", "Personnummer"])
        sheet.write_row(1, 0, ["Täby", NUMBERS[0]])
        sheet.write_row(2, 0, ["Täby", 200708221235])
    found = read_person_list(tmp_path / "lista.xlsx", made_up=True)
    assert found == sorted(pseudonyms(["200703141239", "200708221235"], MADE_UP_KEY))


def test_another_key_gives_other_pseudonyms(tmp_path: Path) -> None:
    (tmp_path / "lista.csv").write_text("Personnummer\n" + NUMBERS[0])
    (tmp_path / "key").write_text("a key of more than sixteen signs")
    one = read_person_list(tmp_path / "lista.csv", tmp_path / "key")
    assert one == pseudonyms(["200703141239"], b"a key of more than sixteen signs")
    assert one != read_person_list(tmp_path / "lista.csv", made_up=True)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file-empty"),
        (b"Namn;Nummer\nx;20070314-1239\n", "extract-columns-missing"),
        (b"Personnummer;Personnummer\n1;2\n", "column-twice"),
        (b"Personnummer\n20070314-1239\n070314-1239\nhemlig\n", "identity-number-not-readable"),
        ("Personnummer\n20070314-1239".encode("utf-16"), "text-in-utf-16"),
        (None, "file-not-found"),
    ],
)
def test_a_list_that_cannot_be_read(tmp_path: Path, content: bytes | None, rule: str) -> None:
    if content is not None:
        (tmp_path / "lista.csv").write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_person_list(tmp_path / "lista.csv", made_up=True)
    assert [found.rule for found in refused.value.findings] == [rule]
    said = str(refused.value)
    assert "1239" not in said
    assert "hemlig" not in said
    assert "lista.csv" in said


def test_a_list_of_real_persons_needs_the_key(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("GYMREG_KEY", raising=False)
    (tmp_path / "lista.csv").write_text("Personnummer\n20070314-1239")
    with pytest.raises(BadInput) as refused:
        read_person_list(tmp_path / "lista.csv")
    assert [found.rule for found in refused.value.findings] == ["key-missing"]


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "lista.xlsx").write_bytes(b"PK no")
    with pytest.raises(BadInput) as refused:
        read_person_list(tmp_path / "lista.xlsx", made_up=True)
    assert len(refused.value.findings)
