"""What a switch is, who left and who came back: pupils of one school, a table each."""

from __future__ import annotations

import pandas as pd
import pytest

from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.movements import flows, leavers, monthly, switches
from gymreg_core.cohort.starts import starts
from gymreg_core.rules import rules_read
from tests.cohorts import tiny_histories
from tests.tiny import table


def first_switch(second: str, certificate: str = "", as_of: str = "2026-09-30") -> pd.DataFrame:
    """The region's switches of a pupil who began EKEKO at A in 2023 and then had the rows of `second`."""
    spells = [{"who": "eva", "stop": "2024-06-10", "reason": "promoted"}, *table(second)]
    issued = [{"who": "eva", "issued": certificate}] if certificate else []
    h = tiny_histories(spells, certificates=issued, as_of=as_of)
    told = switches(h, starts(h))
    return told[(told["by"] == "region") & (told["pupils"] > 0)][["within", "kind", "completed"]]


@pytest.mark.parametrize(
    ("school", "code", "kind"),
    [
        ("A", "EKEKO", "none"),
        ("A", "EKJUR", "none"),  # another orientation of the same programme at the same school
        ("A", "SABET", "programme"),
        ("B", "EKEKO", "school"),
        ("B", "SABET", "programme_and_school"),
        ("A", "IMA", "programme"),  # from a national programme to an introductory one
    ],
)
def test_what_counts_as_a_switch(school: str, code: str, kind: str) -> None:
    told = first_switch(f"""
    | who | school   | code   | year | start      |
    | eva | {school} | {code} | 2    | 2024-08-15 |
    """)
    assert told["kind"].tolist() == [kind] * 2


def test_the_first_switch_counts_by_15_october_of_the_year() -> None:
    later = """
    | who | code  | year | start      | stop       | reason   |
    | eva | EKEKO | 2    | 2024-08-15 | 2024-10-15 | changed  |
    | eva | SABET | 2    | 2024-10-16 | 2025-06-10 | promoted |
    | eva | NANAT | 3    | 2025-08-15 |            |          |
    """
    assert first_switch(later).to_numpy().tolist() == [[1, "none", 0], [2, "programme", 0]]
    a_day_before = later.replace("2024-10-16", "2024-10-15").replace("2024-10-15 | changed", "2024-10-14 | changed")
    assert first_switch(a_day_before).to_numpy().tolist() == [[1, "programme", 0], [2, "programme", 0]]


@pytest.mark.parametrize(
    ("issued", "as_of", "completed"),
    [("2026-06-30", "2026-09-30", 1), ("", "2026-09-30", 0), ("", "2026-09-29", -1)],
)
def test_who_completed_is_told_once_certificates_have_come_in(issued: str, as_of: str, completed: int) -> None:
    rows = """
    | who | code  | year | start      | stop       | reason   |
    | eva | SABET | 2    | 2024-08-15 | 2025-06-10 | promoted |
    | eva | SABET | 3    | 2025-08-15 |            |          |
    """
    assert first_switch(rows, issued, as_of)["completed"].tolist() == [completed] * 2


@pytest.fixture(scope="module")
def leaving() -> Histories:
    return tiny_histories(
        """
        | who | code  | year | start      | stop       | reason      |
        | ann | EKEKO | 1    | 2023-08-15 | 2024-06-10 | promoted    |
        | ann | EKEKO | 2    | 2024-08-15 |            |             |
        | bo  | EKEKO | 1    | 2023-08-15 | 2023-09-20 | interrupted |
        | cia | EKEKO | 1    | 2023-08-15 | 2024-02-01 | interrupted |
        | cia | EKEKO | 1    | 2025-11-15 |            |             |
        | dan | IMV   | 1    | 2023-08-15 | 2024-02-01 | moved_out   |
        | eva | EKEKO | 1    | 2023-08-15 | 2024-02-01 | study_break |
        | eva | EKEKO | 1    | 2024-08-15 | 2024-12-01 | interrupted |
        | fia | EKEKO | 1    | 2023-08-15 | 2024-06-10 | promoted    |
        | fia | NANAT | 1    | 2024-08-15 | 2024-09-01 | interrupted |
        """
    )


def test_who_left_in_which_year_and_who_came_back(leaving: Histories) -> None:
    told = leavers(leaving, starts(leaving))
    region = told[told["by"] == "region"].drop(columns=["cohort", "by", "group"])
    seen = region[(region["pupils"] > 0)].to_numpy().tolist()
    assert seen == [
        # bo before 15 October and for good, fia after some weeks of the second autumn, cia until later; eva was back
        [1, "national", 5, "interrupted", 3, 1],
        [1, "introductory", 1, "moved_out", 1, 0],
        [2, "national", 2, "interrupted", 1, 0],
    ]
    assert len(region) == 4 * 3


def test_a_cohort_is_known_as_long_as_the_enrolments_tell_of_it(leaving: Histories) -> None:
    s = starts(leaving)
    months = monthly(leaving, s).query("by == 'region'")
    assert months["month"].min() == 202310
    assert months["month"].max() == 202606
    assert months.groupby("month")["pupils"].sum().unique().tolist() == [6]
    ways = flows(leaving, s).query("by == 'region'")
    assert ways["year"].unique().tolist() == [1, 2]
    first = ways[ways["year"] == 1].set_index(["origin", "destination"])["pupils"].to_dict()
    assert first == {
        ("preparatory", "preparatory"): 2,
        ("preparatory", "interrupted"): 2,
        ("interrupted", "interrupted"): 1,
        ("introductory", "moved_out"): 1,
    }


def test_cohorts_that_began_before_the_enrolments_do_are_in_no_table() -> None:
    spells = """
    | who | start      | stop       | reason   |
    | ann | 2023-08-15 | 2024-06-10 | promoted |
    | bo  | 2024-08-15 | 2025-06-10 | promoted |
    """
    h = tiny_histories(spells, since="2023-08-01")
    s = starts(h)
    for make in (monthly, flows, switches, leavers):
        assert make(h, s)["cohort"].unique().tolist() == [2024]


def test_pages_can_say_that_the_switches_rest_on_an_assumption(leaving: Histories) -> None:
    with rules_read() as read:
        switches(leaving, starts(leaving))
    assert read["cohort.switch_kinds"] == "assumption"
