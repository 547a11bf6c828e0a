"""Parts add up to totals and matrices to postings, to the öre, on random postings; an obvious count agrees."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.errors import GymregError
from gymreg_core.funding import flows as flows_module
from gymreg_core.funding.flows import BETWEEN, flows
from gymreg_core.funding.lines import funding_table, lines_of, supplement_of
from gymreg_core.funding.payment_files import payment_files
from gymreg_core.funding.payments import payments
from gymreg_core.funding.reconciliation import corrections_by_month
from gymreg_core.vocabulary.study_paths import programme_of
from tests.funding_lines import random_lines
from tests.funding_postings import random_postings, schools

sizes, seeds = st.integers(1, 60), st.integers(0, 10**6)
KEYS = (
    *("booked", "concerns", "payer", "receiver", "school_id", "municipality", "provider_form", "study_path_code"),
    *("year_of_study", "kind", "cause"),
)


def drawn(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    """Postings, and whether each is of a pupil who is protected in any of them."""
    frame = random_postings(rows, seed)
    hidden = set(frame.loc[frame["protected"], "pupil"])
    return frame, frame["pupil"].isin(hidden).to_numpy()


@given(sizes, seeds)
@settings(max_examples=40, deadline=None)
def test_lines_are_what_one_counts_by_hand(rows: int, seed: int) -> None:
    frame, hidden = drawn(rows, seed)
    expected: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row, protected in zip(frame.to_dict(orient="records"), hidden, strict=True):
        shown = {**row, **({"school_id": "", "study_path_code": "", "year_of_study": 0} if protected else {})}
        sums = expected[tuple(shown[name] for name in KEYS)]
        for place, name in enumerate(("sign", *AMOUNTS)):
            sums[place] += row[name]
    lines = funding_table("lines", lines_of(frame, hidden, schools()))
    found = {
        tuple(row[name] for name in KEYS): [row[name] for name in ("pupil_months", *AMOUNTS)]
        for row in lines.to_dict(orient="records")
    }
    assert found == expected
    assert list(found) == sorted(found)
    assert (lines["programme"] == [programme_of(code) if code else "" for code in lines["study_path_code"]]).all()
    assert (lines["school"] == lines["school_id"].map(lambda unit: f"Skola {unit}" if unit else "")).all()


@given(sizes, seeds)
@settings(max_examples=20, deadline=None)
def test_the_order_of_postings_does_not_matter(rows: int, seed: int) -> None:
    frame, hidden = drawn(rows, seed)
    order = np.random.default_rng(seed).permutation(rows)
    mixed = frame.iloc[order].reset_index(drop=True)
    one, other = lines_of(frame, hidden, schools()), lines_of(mixed, hidden[order], schools())
    pd.testing.assert_frame_equal(funding_table("lines", one), funding_table("lines", other))


@given(sizes, seeds)
@settings(max_examples=20, deadline=None)
def test_supplement_per_school_is_what_one_counts_by_hand(rows: int, seed: int) -> None:
    frame, hidden = drawn(rows, seed)
    months: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in frame[~hidden].to_dict(orient="records"):
        programme = programme_of(row["study_path_code"])
        if programme != "IMV" or row["supplement"]:
            sums = months[row["school_id"], programme, row["pupil"]]
            sums[0] += row["sign"]
            sums[1] += row["sign"] if row["supplement"] else 0
            sums[2] += row["supplement"]
    expected: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for (school, programme, _), (all_, covered, amount) in months.items():
        for place, value in enumerate((all_ > 0, covered > 0, all_, covered, amount)):
            expected[school, programme][place] += value
    columns = ["pupils", "covered", "pupil_months", "covered_months", "amount"]
    found = supplement_of(frame, hidden, schools())
    assert {
        (row["school_id"], row["programme"]): [row[name] for name in columns] for row in found.to_dict(orient="records")
    } == expected


@given(st.integers(1, 200), seeds)
@settings(max_examples=25, deadline=None)
def test_matrices_add_up_to_lines(rows: int, seed: int) -> None:
    lines = random_lines(rows, seed)
    found, money = flows(lines), lines[list(AMOUNTS)].to_numpy()
    assert found.matrix().to_numpy().sum() == found.providers["amount"].sum() == money.sum()
    for payer, paid in found.matrix().iterrows():
        assert paid.sum() == money[lines["payer"] == payer].sum()
    for receiver, received in found.matrix().items():
        assert received.sum() == money[lines["receiver"] == receiver].sum()
    apart = lines["kind"].isin(BETWEEN) & (lines["provider_form"] == "municipal")
    apart &= lines["payer"] != lines["municipality"]
    assert found.between_matrix().to_numpy().sum() == money[apart].sum()
    balances = found.balances.set_index("municipality")
    assert balances["net"].sum() == 0
    for town, row in balances.iterrows():
        assert row["paid"] == money[apart & (lines["payer"] == town)].sum()
        assert row["received"] == money[apart & (lines["municipality"] == town)].sum()
        assert row["net"] == row["received"] - row["paid"]


@given(st.integers(1, 60), seeds)
@settings(max_examples=10, deadline=None)
def test_payments_and_their_basis_add_up_to_lines(rows: int, seed: int) -> None:
    whole = random_lines(rows, seed)
    corrections = corrections_by_month(whole)
    total = 0
    for month, lines in whole.groupby("booked"):
        found, money = payments(lines), lines[list(AMOUNTS)].to_numpy()
        late = (lines["concerns"] != lines["booked"]).to_numpy()
        assert found.booked == month
        assert found.payments["amount"].sum() == money.sum()
        assert found.payments["corrections"].sum() == money[late].sum()
        assert corrections.loc[corrections["booked"] == month, "amount"].sum() == money[late].sum()
        pairs = found.basis.groupby(["payer", "receiver"])["price"].sum()
        for (payer, receiver, _), row in found.payments.groupby(["payer", "receiver", "provider_form"]):
            assert len(row) == 1
            of_pair = (lines["payer"] == payer) & (lines["receiver"] == receiver)
            of_form = of_pair & (lines["provider_form"] == row["provider_form"].iloc[0])
            assert row["amount"].iloc[0] == money[of_form].sum()
            assert pairs[payer, receiver] == lines.loc[of_pair, "price"].sum()
        extra = found.supplement.groupby("receiver")["supplement"].sum()
        assert extra.sum() == lines["supplement"].sum()
        for receiver, amount in extra.items():
            assert amount == lines.loc[lines["receiver"] == receiver, "supplement"].sum()
        assert (found.basis[found.basis["school_id"] == ""].groupby(["payer", "receiver"]).size() == 1).all()
        assert (found.supplement[found.supplement["school_id"] == ""].groupby("receiver").size() == 1).all()
        total += found.summary()["amount"]
    assert total == whole[list(AMOUNTS)].to_numpy().sum()


@pytest.mark.parametrize("seed", range(4))
def test_the_files_hold_what_the_payments_are_and_the_same_bytes(seed: int) -> None:
    lines = random_lines(300, seed)
    found = payments(lines[lines["booked"] == 202404])
    files = payment_files(found, made_up=True, sha256="ab" * 32)
    assert files == payment_files(found, made_up=True, sha256="ab" * 32)
    assert list(files) == [
        *("betalningar-2024-04.csv", "underlag-2024-04.csv", "strukturtillagg-2024-04.csv"),
        "betalningar-2024-04.xlsx",
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["betalningar-2024-04.xlsx"]))
    assert book.sheet_names == ["Betalningar", "Strukturtillägg", "Om filen"]
    for name, table, columns in (
        ("betalningar", found.payments, {"Att betala kr": "amount", "Varav rättelser kr": "corrections"}),
        ("underlag", found.basis, {"Programpeng kr": "price"}),
        ("strukturtillagg", found.supplement, {"Strukturtillägg kr": "supplement"}),
    ):
        rows = list(csv.DictReader(io.StringIO(files[f"{name}-2024-04.csv"].decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == len(table)
        for head, column in columns.items():
            assert [int(row[head].replace(",", "")) for row in rows] == table[column].tolist()
        if "concerns" in table:
            months = [row["Avser månad"] for row in rows]
            assert months == [f"{m // 100}-{m % 100:02d}" if m else "" for m in table["concerns"].tolist()]
    for sheet, table, column in (("Betalningar", found.payments, 7), ("Strukturtillägg", found.supplement, 4)):
        cells = book.get_sheet_by_name(sheet).to_python()[1:]
        name = "amount" if sheet == "Betalningar" else "supplement"
        assert [round(100 * row[column]) for row in cells] == table[name].tolist()
    told = [row[1] for row in book.get_sheet_by_name("Om filen").to_python()]
    assert told == ["2024-04", "ab" * 32, "Påhittad region: eleverna finns inte"]


def test_a_name_is_no_formula() -> None:
    lines = random_lines(40)
    lines = lines[lines["booked"] == 202404].assign(receiver="=1+1")
    files = payment_files(payments(lines), made_up=False, sha256="")
    assert b";'=1+1;" in files["betalningar-2024-04.csv"]
    assert b";=1+1;" not in files["betalningar-2024-04.csv"]


def test_a_name_with_the_separator_stays_one_cell() -> None:
    lines = random_lines(40)
    lines = lines[lines["booked"] == 202404].assign(receiver='Skolan; "Almvreta"')
    files = payment_files(payments(lines), made_up=False, sha256="")
    rows = list(csv.reader(io.StringIO(files["betalningar-2024-04.csv"].decode("utf-8-sig")), delimiter=";"))
    assert {row[1] for row in rows[1:]} == {'Skolan; "Almvreta"'}
    assert {len(row) for row in rows} == {9}


def test_a_matrix_that_loses_an_ore_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    summed = flows_module._summed

    def losing(lines: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        found = summed(lines, keys)
        found.loc[0, "price"] -= 1
        return found

    monkeypatch.setattr(flows_module, "_summed", losing)
    with pytest.raises(GymregError, match="payers by receivers, price"):
        flows(random_lines(50))
