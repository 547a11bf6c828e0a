"""The files of a settled year add up to its lines, to the öre, and name everything in words."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from gymreg_core.contracts.ledger import AMOUNTS, UNPAID_REASONS
from gymreg_core.funding.payment_files import payment_words
from gymreg_core.funding.settle_months import settle_months
from gymreg_core.funding.settled import SettledYear, settled_year
from gymreg_core.funding.year_files import year_files
from gymreg_core.store.enrolments import ingest_enrolments
from tests.enrolments import write_small

CSV_FILES = ("matris", "netto", "avstamning", "ej-betalt", "rattelser")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> SettledYear:
    folder = tmp_path_factory.mktemp("year")
    write_small(folder / "extract")
    ingest_enrolments(folder / "extract", folder / "ws")
    settle_months(folder / "ws", 202401, 202406)
    return settled_year(folder / "ws", 2024)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def ore(text: str) -> int:
    return int(text.replace(",", ""))


def test_the_matrix_adds_up_to_the_lines_by_row_and_by_column(settled: SettledYear) -> None:
    matrix = rows(year_files(settled)["matris-2024.csv"])
    whole = settled.lines.assign(amount=settled.lines[list(AMOUNTS)].sum(axis=1))
    by_payer, by_receiver = (whole.groupby(who, observed=True)["amount"].sum() for who in ("payer", "receiver"))
    assert {row["Betalare (hemkommun)"]: ore(row["Att betala kr"]) for row in matrix} == by_payer.to_dict()
    assert {name: sum(ore(row[name]) for row in matrix) for name in by_receiver.index} == by_receiver.to_dict()
    assert list(matrix[0]) == ["Betalare (hemkommun)", *by_receiver.index, "Att betala kr"]


def test_nets_add_up_to_nothing_and_are_what_was_received_less_what_was_paid(settled: SettledYear) -> None:
    nets = rows(year_files(settled)["netto-2024.csv"])
    assert sum(ore(row["Netto kr"]) for row in nets) == 0
    assert all(ore(row["Netto kr"]) == ore(row["Fått kr"]) - ore(row["Betalat kr"]) for row in nets)
    assert any(ore(row["Netto kr"]) for row in nets)


def test_head_counts_and_corrections_are_those_of_the_lines(settled: SettledYear) -> None:
    files, lines = year_files(settled), settled.lines
    months = rows(files["avstamning-2024.csv"])
    assert [row["Avser månad"] for row in months] == [f"2024-{month:02d}" for month in range(1, 7)]
    in_months = lines[lines["concerns"].between(202401, 202406)].groupby("concerns")["pupil_months"].sum()
    assert [int(row["Betalda nu"]) for row in months] == in_months.tolist()
    late = lines[lines["concerns"] != lines["booked"]]
    corrected = rows(files["rattelser-2024.csv"])
    assert sum(ore(row["Att betala kr"]) for row in corrected) == int(late[list(AMOUNTS)].to_numpy().sum())
    unpaid = rows(files["ej-betalt-2024.csv"])
    assert sum(int(row["Elevmånader"]) for row in unpaid) == int(settled.unpaid["pupil_months"].sum())


def test_the_same_year_gives_the_same_bytes_and_no_pupil(settled: SettledYear) -> None:
    files = year_files(settled)
    assert sorted(files) == sorted([f"{name}-2024.csv" for name in CSV_FILES] + ["avrakning-2024.xlsx"])
    assert files == year_files(settled)
    heads = {name: files[f"{name}-2024.csv"].decode("utf-8-sig").splitlines()[0] for name in CSV_FILES}
    assert heads["ej-betalt"] == "Avser månad;Skäl;Elevmånader"
    assert not any(word in head for head in heads.values() for word in ("Personnummer", "pupil"))


def test_every_reason_has_its_words() -> None:
    assert {f"reason.{reason}" for reason in UNPAID_REASONS} <= set(payment_words().entries)


def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_is_a_text(settled: SettledYear) -> None:
    lines = settled.lines.assign(receiver=pd.Categorical(["=1+1"] * len(settled.lines)))
    renamed = SettledYear(settled.year, lines, settled.unpaid, settled.supplement, settled.counted, settled.about)
    assert b";'=1+1;" in year_files(renamed)["matris-2024.csv"]
