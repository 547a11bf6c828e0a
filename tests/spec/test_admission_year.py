"""The year of an admission round by round, as tables. How to read and write them: tests/tiny.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.matching.outcome import figures_of
from gymreg_core.matching.year import reserve_list, run_year
from tests.tiny import expected, seats, table, tiny_register

# The columns of a round say what everyone holds after it.
ROUNDS = {
    "a seat that is declined goes to the first in reserve, and the seat that becomes free by it to the next": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | choices | reply    | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | declined | a     | -         | -         |
        | Bo  | 250   | a b     | accepted | b     | a         | a         |
        | Cia | 200   | b       |          | -     | b         | b         |
        """,
    ),
    "no answer is an acceptance, and one stays in reserve for higher choices": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | choices | reply    | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | declined | a     | -         | -         |
        | Bo  | 250   | a b     |          | b     | a         | a         |
        """,
    ),
    "an answer that was not given counts as one that is missing, also where the register has a line for it": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | choices | reply              | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | none               | a     | a         | a         |
        | Bo  | 250   | a b     | none               | b     | b         | b         |
        | Cia | 200   | a b     | withdraws          | -     | -         | -         |
        """,
    ),
    "whoever withdraws from the higher choices stays, and the one below in reserve moves up instead": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | choices | reply              | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | declined           | a     | -         | -         |
        | Bo  | 250   | a b     | accepted withdraws | b     | b         | b         |
        | Cia | 200   | a b     |                    | -     | a         | a         |
        """,
    ),
    "lower choices lapse with the seat: what becomes free there goes to others": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | choices | reply    | final | reserve_1 | reserve_2 |
        | Ann | 300   | a b     | declined | a     | -         | -         |
        | Bo  | 290   | b       | declined | b     | -         | -         |
        | Cia | 200   | b       |          | -     | b         | b         |
        """,
    ),
    "whoever declines waits for the higher choices alone": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        | c    | 1     |
        """,
        """
        | who | merit | choices | reply              | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | declined           | a     | -         | -         |
        | Bo  | 290   | a b c   | declined           | b     | a         | a         |
        | Cia | 280   | c       | declined           | c     | -         | -         |
        """,
    ),
    "unless they withdraw from them too": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 1     |
        """,
        """
        | who | merit | choices | reply              | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | declined           | a     | -         | -         |
        | Bo  | 290   | a b     | declined withdraws | b     | -         | -         |
        """,
    ),
    "a reserve moves down when someone with a higher merit is added": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who | merit | choices | reply    | final | reserve_1 | reserve_2 |
        | Ann | 300   | a       | declined | a     | -         | -         |
        | Bo  | 200   | a       |          | -     | -         | -         |
        | Cia | 250   | a@07-20 |          | -     | a         | a         |
        """,
    ),
    "but not by a late application": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who | merit | choices  | reply    | final | reserve_1 | reserve_2 |
        | Ann | 300   | a        | declined | a     | -         | -         |
        | Bo  | 200   | a        |          | -     | a         | a         |
        | Cia | 250   | a@07-20! |          | -     | -         | -         |
        """,
    ),
    "nobody loses a seat to someone who is added, whatever the merit": (
        """
        | path | seats |
        | a    | 1     |
        """,
        """
        | who | merit | choices | reply    | final | reserve_1 | reserve_2 |
        | Ann | 200   | a       |          | a     | a         | a         |
        | Bo  | 300   | a@07-20 |          | -     | -         | -         |
        """,
    ),
    "seats that were free are there for those who come in late; after the first reserve round in the second": (
        """
        | path | seats |
        | a    | 3     |
        """,
        """
        | who | merit | choices  | reply    | final | reserve_1 | reserve_2 |
        | Ann | 200   | a        |          | a     | a         | a         |
        | Bo  | 160   | a@07-31! |          | -     | a         | a         |
        | Cia | 300   | a@08-01! |          | -     | -         | a         |
        | Dan | 300   | a@08-11! |          | -     | -         | -         |
        """,
    ),
    "a choice added above the seat counts, one below it does not; who gave up a seat may choose anew": (
        """
        | path | seats |
        | a    | 1     |
        | b    | 2     |
        | c    | 2     |
        """,
        """
        | who | merit | choices            | reply    | final | reserve_1 | reserve_2 |
        | Ann | 200   | a@07-20! b c@07-20! |          | b     | a         | a         |
        | Bo  | 190   | b c@07-20!         | declined | b     | c         | c         |
        """,
    ),
    "a seat of the free quota is kept, and falls to merit when it is given up": (
        """
        | path | seats | quota |
        | a    | 2     | 1     |
        | b    | 2     | 1     |
        """,
        """
        | who | merit | choices | quota | reply    | final | reserve_1 | reserve_2 |
        | Ann | 160   | a       | a:1   |          | a     | a         | a         |
        | Bo  | 300   | a       |       |          | a     | a         | a         |
        | Cia | 290   | a       |       |          | -     | -         | -         |
        | Dan | 160   | b       | b:1   | declined | b     | -         | -         |
        | Eva | 300   | b       |       |          | b     | b         | b         |
        | Fia | 200   | b       |       |          | -     | b         | b         |
        """,
    ),
}


@pytest.mark.parametrize(("paths", "applicants"), ROUNDS.values(), ids=ROUNDS)
def test_what_everyone_holds_after_each_round(paths: str, applicants: str) -> None:
    register = tiny_register(paths, applicants)
    year = run_year(register)
    assert list(year.matches) == ["preliminary", "final", "reserve_1", "reserve_2"]
    for round_ in ("final", "reserve_1", "reserve_2"):
        assert seats(year.matches[round_], register, applicants) == expected(applicants, round_), round_


FULL = """
| path | seats |
| a    | 2     |
| b    | 1     |
"""
WAITING = """
| who | merit | choices | reply    | final | reserve_1 | reserve_2 |
| Ann | 300   | a       | declined | a     | -         | -         |
| Bo  | 290   | a       |          | a     | a         | a         |
| Cia | 280   | a b     |          | b     | b         | a         |
| Dan | 270   | a       |          | -     | -         | -         |
"""


def test_seats_may_be_added_and_taken_away_between_the_rounds_but_not_from_anyone() -> None:
    """One seat of a is closed before the first reserve round: Ann's falls away. It comes back before the second."""
    register = tiny_register(FULL, WAITING)
    later = {"reserve_1": np.array([1, 1], np.int32), "reserve_2": np.array([2, 0], np.int32)}
    year = run_year(register, seats_later=later)
    for round_ in ("final", "reserve_1", "reserve_2"):
        assert seats(year.matches[round_], register, WAITING) == expected(WAITING, round_), round_
    closed = run_year(register, seats_later={"reserve_1": np.zeros(2, np.int32)})
    assert closed.matches["reserve_1"].market.capacity.tolist() == [1, 1]  # Bo and Cia hold theirs
    assert closed.matches["reserve_2"].market.capacity.tolist() == [1, 1]


def test_the_reserve_list_is_in_the_order_of_the_path_and_ends_with_the_late() -> None:
    applicants = """
    | who | merit | choices |
    | Ann | 300   | a       |
    | Bo  | 290   | a       |
    | Cia | 310   | b a     |
    | Dan | 295   | a!      |
    | Eva | 295   | a b     |
    """
    register = tiny_register("| path | seats |\n| a | 1 |\n| b | 1 |", applicants)
    lists = reserve_list(run_year(register).matches["final"])
    names = [person["who"] for person in table(applicants)]
    got = [(register.study_paths["path_id"][row.path], row.place, names[row.pupil]) for row in lists.itertuples()]
    assert got == [("a", 1, "Eva"), ("a", 2, "Bo"), ("a", 3, "Dan"), ("b", 1, "Eva")]


def test_what_the_schools_take_over_is_the_list_after_the_last_round() -> None:
    register = tiny_register(FULL, WAITING)
    year = run_year(register)
    lists = year.reserve_lists()
    assert lists.to_dict("list") == {"path": [0], "place": [1], "pupil": [3]}


def test_the_rounds_in_numbers() -> None:
    rows = run_year(tiny_register(FULL, WAITING)).table.set_index("round")
    assert rows.loc["final", ["applicants", "seats", "admitted", "free_seats", "waiting", "reserves"]].tolist() == [
        *(4, 3, 3, 0, 2, 2)
    ]
    assert rows.loc["reserve_1", ["moved_up", "newly_seated", "gave_back"]].tolist() == [1, 0, 1]
    assert rows.loc["reserve_2", ["moved_up", "newly_seated", "gave_back"]].tolist() == [0, 0, 0]
    assert rows.loc[["preliminary", "final"], "moved_up"].isna().all()
    assert repr(run_year(tiny_register(FULL, WAITING))) == "Year(preliminary, final, reserve_1, reserve_2)"


def test_a_year_without_a_final_list_ends_with_the_preliminary_round() -> None:
    register = tiny_register(FULL, WAITING)
    applications = register.applications
    only = applications[applications["round"] == "preliminary"].reset_index(drop=True)
    assert list(run_year(replace(register, applications=only)).matches) == ["preliminary"]


def test_the_cutoff_of_a_reserve_round_is_the_fewest_points_of_all_who_hold_a_seat() -> None:
    applicants = """
    | who | merit | choices | reply    |
    | Ann | 300   | a       |          |
    | Bo  | 290   | a       | declined |
    | Cia | 280   | a       |          |
    | Dan | 270   | a       |          |
    """
    register = tiny_register("| path | seats |\n| a | 2 |", applicants)
    matches = run_year(register).matches
    assert figures_of(matches["final"])["cutoff"].tolist() == [290]
    assert figures_of(matches["reserve_1"])["cutoff"].tolist() == [280]
    assert figures_of(matches["reserve_1"])["median"].tolist() == [290]


def test_a_seat_of_the_free_quota_sets_no_cutoff_in_a_reserve_round_either() -> None:
    applicants = """
    | who | merit | choices | quota |
    | Ann | 160   | a       | a:1   |
    | Bo  | 290   | a       |       |
    | Cia | 280   | a       |       |
    """
    register = tiny_register("| path | seats | quota |\n| a | 2 | 1 |", applicants)
    for round_ in ("final", "reserve_1", "reserve_2"):
        figures = figures_of(run_year(register).matches[round_])
        assert figures[["cutoff", "median", "admitted"]].iloc[0].tolist() == [290, 290, 2]
