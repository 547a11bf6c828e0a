"""The count of heads that every closing is held against: who was enrolled on the count day, and when it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from gymreg_core.errors import GymregError
from gymreg_core.funding.closing_checks import check_closing
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.reconciliation import HeadCount
from gymreg_core.funding.settlement import Closing, close_month
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.funding.supplement import Supplement
from tests.enrolments import pseudonym, tiny_enrolments

RULES = SettlementRules.packaged()
ENROLMENTS = tiny_enrolments(
    spells="""
    | who   | start      | stop       | reason  | present    | recorded   | annulled   |
    | first | 2023-10-10 |            |         | 2023-10-10 | 2023-10-10 |            |
    | last  | 2023-08-15 | 2023-10-10 |         | 2023-08-15 | 2023-08-15 |            |
    | gone  | 2023-08-15 | 2023-10-09 |         | 2023-08-15 | 2023-08-15 |            |
    | next  | 2023-10-11 |            |         | 2023-10-11 | 2023-10-11 |            |
    | never | 2023-08-15 |            |         | -          | 2023-08-15 |            |
    | known | 2023-08-15 |            |         | 2023-08-15 | 2023-10-20 |            |
    | late  | 2023-08-15 |            |         | 2023-08-15 | 2023-10-21 |            |
    | kept  | 2023-08-15 |            |         | 2023-08-15 | 2023-08-15 | 2023-10-21 |
    | taken | 2023-08-15 |            |         | 2023-08-15 | 2023-08-15 | 2023-10-20 |
    | wrong | 2023-08-15 | 2023-12-01 | invalid | 2023-08-15 | 2023-08-15 |            |
    """
)
"""As known on 20 October 2023, the closing day, of the 10th: first, last, known and kept are paid for, never is not."""


def closing() -> Closing:
    return close_month(202310, ENROLMENTS, None, Tariff.packaged(), Supplement.packaged(2023), RULES)


def counted(one: Closing) -> list[int]:
    rows, _ = check_closing(one, ENROLMENTS.schools, HeadCount(ENROLMENTS), RULES)
    return rows.iloc[0].tolist()


def test_who_was_enrolled_on_the_count_day_as_known_on_the_closing_day() -> None:
    assert counted(closing()) == [202310, 5, 4, 1]


def without(table: pd.DataFrame, who: str) -> pd.DataFrame:
    return table[table["pupil"] != pseudonym(who)]


def as_if(table: pd.DataFrame, who: str, other: str) -> pd.DataFrame:
    """The rows of a pupil, said to be another's."""
    names = table["pupil"].astype("str").replace(pseudonym(who), pseudonym(other))
    return table.assign(pupil=pd.Categorical(names, categories=sorted({*names, *ENROLMENTS.persons["applicant"]})))


@pytest.mark.parametrize(
    "changes",
    [
        {"postings": lambda one: without(one.postings, "first")},
        {"unpaid": lambda one: without(one.unpaid, "never")},
        {"postings": lambda one: pd.concat([one.postings, one.postings.iloc[:1]])},
        {"unpaid": lambda one: pd.concat([one.unpaid, one.unpaid[one.unpaid["pupil"] == pseudonym("gone")]])},
        {"postings": lambda one: as_if(one.postings, "first", "late")},
        {"postings": lambda one: as_if(one.postings, "first", "never")},
        {
            "postings": lambda one: pd.concat(
                [
                    part := as_if(one.postings, "first", "first"),
                    as_if(part[part["pupil"] == pseudonym("last")], "last", "late"),
                ]
            )
        },
    ],
    ids=["not paid", "not told", "paid twice", "told twice", "another paid", "paid and told", "paid besides"],
)
def test_a_closing_that_pays_others_than_were_there_is_refused(changes: dict[str, Any]) -> None:
    one = closing()
    broken = replace(one, **{name: change(one) for name, change in changes.items()})
    with pytest.raises(GymregError, match="the head count of 202310") as refused:
        counted(broken)
    assert not any(who in str(refused.value) for who in ENROLMENTS.persons["applicant"])
