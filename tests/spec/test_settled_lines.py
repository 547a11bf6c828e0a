"""What reports and payers learn of settled months: tables in, expected tables out. No pupil can be told from any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from gymreg_core.contracts.ledger import CAUSES
from gymreg_core.contracts.results import PROVIDER_FORMS
from gymreg_core.errors import GymregError
from gymreg_core.funding.flows import flows, require_equal
from gymreg_core.funding.lines import LINES, funding_table, lines_of, supplement_of, unpaid_of
from gymreg_core.funding.payment_files import payment_files
from gymreg_core.funding.payments import payments
from gymreg_core.funding.reconciliation import corrections_by_month, reconcile
from gymreg_core.vocabulary.texts import texts
from tests.funding_postings import postings, schools, unpaid
from tests.tiny import table

TWO_SCHOOLS = postings("""
    | who | booked | school | code  | price | vat | supplement |
    | a   | 202401 | A      | EKEKO | 1000  | 0   | 50         |
    | b   | 202401 | A      | EKEKO | 1000  | 0   | 0          |
    | c   | 202401 | A      | EKJUR | 1000  | 0   | 0          |
    | d   | 202401 | B      | EKEKO | 1000  | 60  | 0          |
""")


def lines(frame: pd.DataFrame) -> pd.DataFrame:
    return funding_table("lines", lines_of(frame, frame["protected"].to_numpy(), schools()))


def agrees(found: pd.DataFrame, expected: str) -> None:
    """The columns that the expected table has, as text, row by row."""
    rows = table(expected)
    cells: Sequence[dict[str, Any]] = found[list(rows[0])].astype("str").to_dict(orient="records")
    assert cells == rows


def test_pupils_of_one_school_path_and_payer_are_one_line() -> None:
    found = lines(TWO_SCHOOLS)
    agrees(
        found,
        """
        | receiver    | school_id | school  | provider_form | study_path_code | programme | pupil_months | price | vat |
        | Almvreta AB | B         | Skola B | independent   | EKEKO           | EK        | 1            | 1000  | 60  |
        | Täby kommun | A         | Skola A | municipal     | EKEKO           | EK        | 2            | 2000  | 0   |
        | Täby kommun | A         | Skola A | municipal     | EKJUR           | EK        | 1            | 1000  | 0   |
        """,
    )
    assert [(column.name, column.dtype) for column in LINES] == [(str(n), str(d)) for n, d in found.dtypes.items()]


def test_a_protected_pupil_is_in_no_line_of_a_school() -> None:
    """Skollagen and KSL's instructions (rules/settlement.yml, protected): paid, never listed."""
    frame = postings("""
        | who | booked | school | code  | year | price | supplement | protected |
        | a   | 202401 | A      | EKEKO | 1    | 1000  | 50         | no        |
        | b   | 202401 | A      | EKEKO | 1    | 1000  | 70         | yes       |
        | c   | 202401 | A      | BAHUS | 3    | 1200  | 0          | yes       |
    """)
    agrees(
        lines(frame),
        """
        | school_id | school  | study_path_code | programme | year_of_study | pupil_months | price | supplement |
        |           |         |                 |           | 0             | 2            | 2200  | 70         |
        | A         | Skola A | EKEKO           | EK        | 1             | 1            | 1000  | 50         |
        """,
    )


def test_a_payer_outside_the_area_is_none_of_its_parties() -> None:
    frame = postings("""
        | who | booked | payer   | price |
        | a   | 202401 | Uppsala | 1000  |
        | b   | 202401 | Gnesta  | 1000  |
        | c   | 202401 | Täby    | 1000  |
    """)
    agrees(
        lines(frame),
        """
        | payer   | payer_in_area | kind            |
        | Gnesta  | False         | inter_municipal |
        | Täby    | True          | own             |
        | Uppsala | False         | outside         |
        """,
    )


CORRECTED = postings("""
    | who | booked | concerns | school | cause          | sign | price | vat | supplement |
    | a   | 202402 | 202401   | A      | school_changed | -1   | -1000 | 0   | -50        |
    | a   | 202402 | 202401   | B      | school_changed | 1    | 1000  | 63  | 50         |
    | a   | 202402 | 202402   | B      |                | 1    | 1000  | 63  | 50         |
    | b   | 202402 | 202402   | A      |                | 1    | 1000  | 0   | 0          |
""")


def test_corrections_stand_by_the_month_they_concern_and_their_cause() -> None:
    agrees(
        corrections_by_month(lines(CORRECTED)),
        """
        | concerns | booked | cause          | pupil_months | price | vat | supplement | amount |
        | 202401   | 202402 | school_changed | 0            | 0     | 63  | 0          | 63     |
        """,
    )


def test_payments_are_one_for_each_payer_and_receiver_with_corrections_in_them() -> None:
    found = payments(lines(CORRECTED))
    agrees(
        found.payments,
        """
        | payer | receiver    | provider_form | pupil_months | price | vat | supplement | amount | corrections |
        | Täby  | Almvreta AB | independent   | 2            | 2000  | 126 | 100        | 2226   | 1113        |
        | Täby  | Täby kommun | municipal     | 0            | 0     | 0   | -50        | -50    | -1050       |
        """,
    )
    agrees(
        found.basis,
        """
        | payer | receiver    | concerns | cause          | school_id | programme | pupil_months | price |
        | Täby  | Almvreta AB | 202401   | school_changed | B         | EK        | 1            | 1000  |
        | Täby  | Almvreta AB | 202402   |                | B         | EK        | 1            | 1000  |
        | Täby  | Täby kommun | 202401   | school_changed | A         | EK        | -1           | -1000 |
        | Täby  | Täby kommun | 202402   |                | A         | EK        | 1            | 1000  |
        """,
    )
    agrees(
        found.supplement,
        """
        | receiver    | school_id | programme | supplement |
        | Almvreta AB | B         | EK        | 100        |
        | Täby kommun | A         | EK        | -50        |
        """,
    )


def test_no_basis_tells_who_has_a_supplement() -> None:
    """The supplement is paid without saying for which pupils (Storsthlm, strukturtillägg); of a municipality's only
    pupil at a school, the supplement or the compensation for VAT on it would tell."""
    assert not {"supplement", "vat", "amount"} & set(payments(lines(TWO_SCHOOLS)).basis)
    assert "payer" not in payments(lines(TWO_SCHOOLS)).supplement


def test_protected_pupils_are_one_row_of_payments() -> None:
    frame = postings("""
        | who | booked | concerns | school | code  | cause      | price | supplement | protected |
        | a   | 202402 | 202402   | A      | EKEKO |            | 1000  | 50         | yes       |
        | b   | 202402 | 202401   | A      | BAHUS | late_start | 1200  | 0          | yes       |
        | c   | 202402 | 202402   | A      | EKEKO |            | 1000  | 70         | no        |
    """)
    found = payments(lines(frame))
    agrees(
        found.basis,
        """
        | concerns | cause | school_id | school  | programme | pupil_months | price |
        | 0        |       |           |         |           | 2            | 2200  |
        | 202402   |       | A         | Skola A | EK        | 1            | 1000  |
        """,
    )
    agrees(
        found.supplement,
        """
        | receiver    | school_id | programme | supplement |
        | Täby kommun |           |           | 50         |
        | Täby kommun | A         | EK        | 70         |
        """,
    )


def test_amounts_in_files_are_kronor_with_a_decimal_comma() -> None:
    frame = postings("""
        | who | booked | school | price    | vat | supplement |
        | a   | 202402 | A      | -1234567 | -7  | 0          |
        | b   | 202402 | B      | 99       | 100 | -100       |
    """)
    files = payment_files(payments(lines(frame)), made_up=False, sha256="")
    rows = files["betalningar-2024-02.csv"].decode("utf-8-sig").splitlines()
    assert [row.split(";")[4:] for row in rows[1:]] == [
        ["0,99", "1,00", "-1,00", "0,99", "0,00"],
        ["-12345,67", "-0,07", "0,00", "-12345,74", "0,00"],
    ]


def test_payments_are_of_one_booked_month() -> None:
    with pytest.raises(ValueError, match="too many values"):
        payments(lines(postings("| who | booked | price |\n| a | 202401 | 1 |\n| a | 202402 | 1 |")))


def test_supplement_counts_pupils_and_months_per_school_and_national_programme() -> None:
    frame = postings("""
        | who | booked | school | code  | sign | price | supplement | protected |
        | a   | 202401 | A      | EKEKO | 1    | 1000  | 50         | no        |
        | a   | 202402 | A      | EKJUR | 1    | 1000  | 50         | no        |
        | b   | 202401 | A      | EKEKO | 1    | 1000  | 0          | no        |
        | c   | 202401 | A      | EKEKO | 1    | 1000  | 50         | no        |
        | c   | 202402 | A      | EKEKO | -1   | -1000 | -50        | no        |
        | d   | 202401 | A      | BAHUS | 1    | 1000  | 0          | no        |
        | e   | 202401 | A      | EKEKO | 1    | 1000  | 50         | yes       |
        | f   | 202401 | A      | IMV   | 1    | 1000  | 0          | no        |
    """)
    agrees(
        supplement_of(frame, frame["protected"].to_numpy(), schools()),
        """
        | school_id | school  | provider_form | programme | pupils | covered | pupil_months | covered_months | amount |
        | A         | Skola A | municipal     | BA        | 1      | 0       | 1            | 0              | 0      |
        | A         | Skola A | municipal     | EK        | 2      | 1       | 3            | 2              | 100    |
        """,
    )


def test_unpaid_is_counted_by_month_reason_and_home() -> None:
    frame = unpaid("""
        | who | concerns | reason               | home |
        | a   | 202401   | no_home_municipality | -    |
        | b   | 202401   | no_decision          | Täby |
        | c   | 202401   | no_decision          | Täby |
        | c   | 202402   | no_decision          | Täby |
    """)
    agrees(
        unpaid_of(frame),
        """
        | concerns | reason               | municipality | pupil_months |
        | 202401   | no_decision          | Täby         | 2            |
        | 202401   | no_home_municipality |              | 1            |
        | 202402   | no_decision          | Täby         | 1            |
        """,
    )


def test_municipalities_pay_each_other_for_their_own_schools_alone() -> None:
    """Skollagen 16 kap. 50 §: the home municipality compensates the one that took the pupil in."""
    frame = postings("""
        | who | booked | payer     | school | price | supplement |
        | a   | 202401 | Täby      | A      | 1000  | 0          |
        | b   | 202401 | Täby      | D      | 1100  | 10         |
        | c   | 202401 | Stockholm | A      | 400   | 0          |
        | d   | 202401 | Täby      | B      | 5000  | 0          |
        | e   | 202401 | Täby      | C      | 6000  | 0          |
        | f   | 202401 | Täby      | E      | 7000  | 0          |
    """)
    found = flows(lines(frame))
    agrees(
        found.between,
        """
        | payer     | municipality | pupil_months | price | supplement | amount |
        | Stockholm | Täby         | 1            | 400   | 0          | 400    |
        | Täby      | Stockholm    | 1            | 1100  | 10         | 1110   |
        | Täby      | Uppsala      | 1            | 7000  | 0          | 7000   |
        """,
    )
    agrees(
        found.balances,
        """
        | municipality | received | paid | net   |
        | Stockholm    | 1110     | 400  | 710   |
        | Täby         | 400      | 8110 | -7710 |
        | Uppsala      | 7000     | 0    | 7000  |
        """,
    )
    assert found.matrix().loc["Täby", "Almvreta AB"] == 5000
    assert found.between_matrix().loc["Täby"].to_dict() == {"Stockholm": 1110, "Täby": 0, "Uppsala": 7000}
    assert found.summary() == {"amount": 20510, "between": 8510, "payers": 2, "receivers": 5}


def test_heads_are_held_against_months() -> None:
    counted = pd.DataFrame({"concerns": [202402, 202401], "enrolled": [2, 1], "paid": [2, 1], "not_paid": [0, 0]})
    frame = pd.concat([lines(CORRECTED), lines(postings("| who | booked | price |\n| a | 202401 | 1000 |"))])
    none = unpaid_of(unpaid("| who | concerns | reason | home |\n| c | 202401 | study_break | Täby |"))
    found = reconcile(counted, frame, none)
    agrees(
        found.table,
        """
        | concerns | enrolled | paid | not_paid | corrected | paid_now |
        | 202401   | 1        | 1    | 0        | 0         | 1        |
        | 202402   | 2        | 2    | 0        | 0         | 2        |
        """,
    )
    agrees(found.unpaid, "| concerns | reason      | pupil_months |\n| 202401   | study_break | 1            |")
    with pytest.raises(GymregError, match="pupils paid for in 202401"):
        reconcile(counted.assign(paid=3), frame, none)


def test_sums_that_disagree_are_an_error_in_the_program_that_tells_no_value() -> None:
    with pytest.raises(GymregError, match="payments: the parts do not add up") as told:
        require_equal("payments", [123, 456], [580])
    assert not any(value in str(told.value) for value in ("123", "456", "579", "580"))


def test_the_words_of_files_and_sentences_are_whole() -> None:
    for name in ("payment_texts.yml", "settled_texts.yml"):
        assert texts("gymreg_core.funding", name).incomplete() == []
    known = texts("gymreg_core.funding", "payment_texts.yml").entries
    assert {f"cause.{cause}" for cause in CAUSES if cause} <= set(known)
    assert {f"provider_form.{form}" for form in PROVIDER_FORMS} <= set(known)
