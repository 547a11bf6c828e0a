"""File totals beside published ones: what can be compared is, and what cannot says so."""

# ruff: noqa: E501 - tables are drawn as wide as they are

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gymreg_core.errors import BadInput
from gymreg_core.sources.published import read_results
from gymreg_core.sources.reconcile import COLUMNS, reconcile
from tests.written import HEADER, delimited, drawn, shown, workbook

FINAL_2021 = f"""
{HEADER}
2021 | Täby | Åva | K | EKEKO | Ekonomiprogrammet EK - Ekonomi | 0 | 200 | 90 | 80 | 0 | 10
2021 | Täby | Åva | K | BAHUS | Bygg- och anläggningsprogrammet BA - Husbyggnad | 0 | 200 | 20 | 15 | 0 | 5
"""
FINAL_2022 = f"""
{HEADER}
2022 | Täby | Åva | K | EKEKO | Ekonomiprogrammet EK - Ekonomi | 0 | 200 | 90 | 85 | 0 | 5
2022 | Täby | Åva | K | IB    | International Baccalaureate IB | 0 | 200 | 20 | 15 | 0 | 5
2022 | Täby | Åva | K | BAHUS | Bygg- och anläggningsprogrammet BA - Husbyggnad | 0 | 200 | 20 | 12 | 0 | 8
2022 | Täby | Åva | K | IMVBA | Introduktionsprogram IM        | 0 | 100 | 20 | 9  | 0 | 11
2022 | Täby | Åva | K | VIINF | Fjärde tekniskt år VI          | 0 | 900 | 20 | 3  | 0 | 17
"""
PRELIMINARY_2025 = f"""
{HEADER} | Sökande | Sökande 1:a Beh | Sökande 1:a OBeh
2025 | Täby | Åva | K | EKEKI | Ekonomiprogrammet EK25 - Ekonomi | 0 | 200 | 90 | 80 | 0 | 10 | 200 | 70 | 6
"""
STATED = """
intake_year | round       | group                        | measure                          | value | source
2022        | final       | national_programmes          | admitted                         | 120   | press
2022        | final       | higher_education_preparatory | admitted                         | 100   | press
2022        | final       | vocational                   | admitted                         | 12    | press
2022        | final       | EK                           | change_in_admitted               | 5     | press
2021        | final       | EK                           | change_in_admitted               | 7     | press
2022        | final       | national_programmes          | first_choice_applicants          | 900   | press
2022        | final       | national_programmes          | first_choice_share               | 70    | press
2022        | final       | XQ                           | admitted                         | 1     | press
2025        | preliminary | EK                           | first_choice_applicants          | 76    | press
2025        | preliminary | EK                           | first_choice_applicants_eligible | 71    | press
2019        | final       | EK                           | admitted                         | 5000  | press
"""
EXPECTED = """
intake_year | group                        | measure                          | file_total | published_total | difference
2021        | EK                           | change_in_admitted               |            | 7               |
2022        | national_programmes          | admitted                         | 112        | 120             | -8
2022        | higher_education_preparatory | admitted                         | 100        | 100             | 0
2022        | vocational                   | admitted                         | 12         | 12              | 0
2022        | EK                           | change_in_admitted               | 5          | 5               | 0
2022        | national_programmes          | first_choice_applicants          |            | 900             |
2022        | national_programmes          | first_choice_share               |            | 70              |
2022        | XQ                           | admitted                         |            | 1               |
2025        | EK                           | first_choice_applicants          | 76         | 76              | 0
2025        | EK                           | first_choice_applicants_eligible | 70         | 71              | -1
"""


def test_totals_are_compared_where_the_files_have_them(tmp_path: Path) -> None:
    files = {"slut-2021": FINAL_2021, "slut-2022": FINAL_2022, "prel-2025": PRELIMINARY_2025}
    table = read_results(*(workbook(tmp_path / f"{name}.xlsx", {"x": rows}) for name, rows in files.items())).table
    found = reconcile(table, delimited(tmp_path / "totals.csv", STATED, ","))
    assert list(found.columns) == list(COLUMNS)
    head, body = drawn(EXPECTED)
    assert shown(found, head) == body


@pytest.mark.parametrize(
    ("stated", "what"),
    [
        (STATED.replace("measure", "mått"), "columns are missing: measure"),
        (STATED.replace("5000", "many"), "no whole number"),
    ],
)
def test_published_totals_that_cannot_be_used_say_why(tmp_path: Path, stated: str, what: str) -> None:
    table = read_results(workbook(tmp_path / "slut-2021.xlsx", {"x": FINAL_2021})).table
    with pytest.raises(BadInput, match=what) as refused:
        reconcile(table, delimited(tmp_path / "totals.csv", stated, ","))
    assert refused.value.where == "totals.csv"


def test_absent_published_totals_are_an_error_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        reconcile(pd.DataFrame({"intake_year": [2021], "round": ["final"]}), tmp_path / "none.csv")
