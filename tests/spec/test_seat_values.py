"""What one seat more or less means, as tables anyone in the office can read."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gymreg_core.disclosure import Released
from gymreg_core.errors import BadParameters
from gymreg_core.planning.groups import at_level
from gymreg_core.planning.seat_value import seat_values
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning.balance_released import release_values
from tests.registers import small_register
from tests.tiny import tiny_register

CHAIN = """
    | path | seats | code  | place     |
    | na   | 1     | NANAT | Stockholm |
    | ek   | 1     | EKEKO | Täby      |
    | sa   | 1     | SASAM | Täby      |
    | hu   | 2     | HUSPR | Täby      |
"""
WISHES = """
    | who  | merit | home      | choices     |
    | Asta | 300   | Täby      | na          |
    | Bo   | 280   | Stockholm | na ek       |
    | Cia  | 260   | Täby      | ek sa       |
    | Dan  | 240   | Täby      | sa          |
    | Eva  | 220   | Täby      | hu          |
"""


def values(paths: str, applicants: str, **options: int) -> pd.DataFrame:
    return seat_values(tiny_register(paths, applicants), **options).paths.set_index("path_id")


def test_a_seat_is_worth_the_whole_chain_that_it_starts() -> None:
    found = values(CHAIN, WISHES)
    # Bo moves up to na, Cia to his seat at ek, and Dan, who had none, to hers at sa.
    assert found.loc["na", ["gained", "newly_seated", "first_choice", "local"]].tolist() == [3, 1, 3, 1]
    assert found.loc["ek", ["gained", "newly_seated", "first_choice", "local"]].tolist() == [2, 1, 2, 2]
    assert found.loc["sa", ["gained", "newly_seated", "first_choice", "local"]].tolist() == [1, 1, 1, 1]


def test_a_seat_where_seats_are_left_is_worth_nothing() -> None:
    found = values(CHAIN, WISHES)
    assert found.loc["hu", ["gained", "lost", "unseated"]].tolist() == [0, 0, 0]


def test_a_seat_less_sends_the_chain_down() -> None:
    found = values(CHAIN, WISHES)
    # Asta has nothing else; at ek Bo goes, and at sa Cia.
    assert found.loc["na", ["lost", "unseated", "first_choice_lost"]].tolist() == [1, 1, 1]
    assert found.loc["ek", ["lost", "unseated", "first_choice_lost"]].tolist() == [1, 1, 0]


def test_those_who_move_stand_no_longer_in_the_way_of_a_trade() -> None:
    paths = """
        | path | seats | code  | scale           | weight |
        | new  | 0     | NANAT | grades          | 0      |
        | a    | 1     | ESMUS | grades_and_test | 1      |
        | b    | 1     | ESDAN | grades_and_test | 1      |
        | c    | 1     | EKEKO | grades          | 0      |
    """
    applicants = """
        | who | merit | choices | tests       |
        | Ada | 200   | b a     | a:90 b:10   |
        | Ben | 200   | a b     | a:10 b:90   |
        | Cai | 200   | new b c | b:50        |
    """
    found = values(paths, applicants)
    # Cai, between Ada and Ben at b, goes to the new seat. Ada and Ben then trade, though no seat at a or b is free.
    assert found.loc["new", ["gained", "newly_seated", "first_choice"]].tolist() == [3, 0, 3]


def test_what_a_closed_study_path_would_be_worth_is_not_told() -> None:
    register = tiny_register(CHAIN, WISHES)
    closed = register.study_paths.assign(state=["open", "closed", "open", "open"])
    found = seat_values(replace(register, study_paths=closed)).paths
    assert found["path_id"].tolist() == ["na", "sa", "hu"]


def test_groups_add_up_and_tell_no_person() -> None:
    found = seat_values(small_register(n=80, paths=14))
    whole, national = found.table.iloc[0], found.paths[found.paths["programme_type"] != "introductory"]
    assert len(national) < len(found.paths)
    assert whole["gained"] == national["gained"].sum() > 0
    assert found.summary()["lost_per_seat"] == national["lost"].mean()
    for level in (["programme"], ["municipality"], ["programme", "sub_region"]):
        assert at_level(found.table, *level)["lost"].sum() == whole["lost"]
    assert repr(found) == "SeatValues(2023 final, 13 study paths)"


def test_further_lotteries_give_means_and_leave_the_first_as_it_is() -> None:
    register = small_register(n=120, paths=10, seed=3)
    one, several = seat_values(register, seed=5), seat_values(register, seed=5, lots=3)
    assert several.paths["gained"].tolist() == one.paths["gained"].tolist()
    draws = [seat_values(register, seed=5 + k).paths["gained"] for k in range(4)]
    assert several.paths["gained_mean"].tolist() == pytest.approx((sum(draws) / 4).tolist())


@pytest.mark.parametrize("wrong", [{"lots": -1}, {"seed": -1}])
def test_fewer_lotteries_than_none_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadParameters):
        seat_values(small_register(n=20), **wrong)


def test_what_pages_may_show_is_rounded() -> None:
    found = seat_values(small_register(n=300, paths=30, longest=8))
    out = release_values(found, Provenance((), already_public=False, made_up=True))
    assert isinstance(out.groups, Released)
    for name in ("gained", "lost", "local", "newly_seated"):
        assert (out.paths.table[name] % 5 == 0).all()
        assert (out.paths.table[name] - found.paths[name]).abs().max() <= 2
    region = out.groups.table.iloc[0]
    assert region["gained_per_seat"] == pytest.approx(region["gained"] / region["study_paths"])
    assert (out.groups.table["study_paths"] >= 10).all()
