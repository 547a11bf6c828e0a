"""The rules of admission are data: every one is used, says where it comes from, and none stands in the code."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

import gymreg_core
from gymreg_core.contracts.register import GRADES, SUBJECTS
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.eligibility import door_of
from gymreg_core.matching.lists import calendar, reserve_rounds
from gymreg_core.matching.merit import scale_of
from gymreg_core.matching.tiers import tie_policies
from gymreg_core.rules import entries, rule, rules_read
from gymreg_core.vocabulary.programmes import municipalities, programmes
from tests.registers import small_register

PACKAGE = Path(gymreg_core.__file__).parent
FILES = ("admission", "admission_calendar", "eligibility", "grades", "merit", "tie_breaks")
NAMED_BY_DATA = ("grades", "tie_breaks")  # asked for by the names that stand in a register, a scenario or another entry
APPLY_RULES = (
    "merit",
    "eligibility",
    "tiers",
    "lists",
    "standing",
    "build_market",
    "quotas",
    "outcome",
    "year",
    "explain",
)
DECISIONS = {*SUBJECTS, *GRADES, *programmes(), *municipalities(), "municipal", "independent", "region"} - {""}
YEARS = range(2011, 2028)


def constants(module: str) -> list[object]:
    tree = ast.parse((PACKAGE / f"matching/{module}.py").read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def in_code() -> set[object]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    return {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def test_every_rule_is_asked_for_somewhere() -> None:
    asked = in_code()
    for name in FILES:
        keys = {key.split(" ")[0] for key in entries(name)}
        if name not in NAMED_BY_DATA:
            assert keys - asked == set(), name


@pytest.mark.parametrize("name", [name for name in FILES if name != "tie_breaks"])
def test_what_is_published_says_in_which_paragraph_or_where(name: str) -> None:
    for key, entry in entries(name).items():
        if entry["status"] == "published":
            assert re.search(r"\d+ §|\(.+\)|asked questions|Danderyds", entry["source"]), key


@pytest.mark.parametrize("module", APPLY_RULES)
def test_no_subject_grade_programme_or_place_stands_in_the_code(module: str) -> None:
    assert [value for value in constants(module) if isinstance(value, str) and value in DECISIONS] == []


@pytest.mark.parametrize("module", [name for name in APPLY_RULES if name != "build_market"])
def test_no_number_but_hundredths_stands_in_the_code(module: str) -> None:
    plain = {0, 1, 2, 100, 1e-9}  # 2 rounds a half, 100 is hundredths, 1e-9 forgives a floating share
    numbers = [v for v in constants(module) if isinstance(v, (int, float)) and not isinstance(v, bool)]
    assert [value for value in numbers if value not in plain] == []


@pytest.mark.parametrize("year", YEARS)
def test_every_programme_can_be_entered_in_every_year(year: int) -> None:
    for code in programmes():
        assert door_of(code, year).requirement in rule("eligibility", "requirements", year)


def test_every_tie_break_can_be_used() -> None:
    names = [name for name in entries("tie_breaks") if name != "region_default"]
    assert all(policy[-1] == "lottery" for policy in tie_policies(names, None, 2023))
    assert tie_policies(["", "swedish_first"], None, 2023)[0] == ("lottery",)
    assert tie_policies(["", "swedish_first"], "science_first", 2023)[1][0].startswith("MA+")


def test_the_scale_changes_with_the_year_and_a_scenario_only_where_it_is_asked_for() -> None:
    assert scale_of(2012).points.tolist() == [0, 0, 1000, 1500, 2000]
    assert scale_of(2013).points.tolist() == [0, 0, 1000, 1250, 1500, 1750, 2000]
    assert scale_of(2030).points.tolist() == scale_of(2013).points.tolist()
    assert scale_of(2023, "ten-step").points.tolist() == [0, 600, 800, 1000, 1400, 1600, 2000]


@pytest.mark.parametrize("year", YEARS)
def test_the_days_of_the_year_follow_each_other(year: int) -> None:
    days = calendar(year)
    assert list(days) == [
        *("last_application_day", "last_rechoice_day", "final_admission", "last_reply_day"),
        *("reserve_1", "reserve_2", "schools_take_over"),
    ]
    assert list(days.values()) == sorted(days.values())
    assert all(day.year == year for day in days.values())
    assert reserve_rounds(year) == ("reserve_1", "reserve_2")


def asked_for(**columns: object) -> dict[str, str]:
    """The rules that a final round asks for, with these columns of its study paths."""
    register = small_register()
    with rules_read() as read:
        build_market(replace(register, study_paths=register.study_paths.assign(**columns)), "final")
    return read


def test_a_match_tells_which_rules_it_asked_for_with_the_status_of_its_year() -> None:
    read = asked_for()
    assert {name.split(".")[0] for name in read} == set(FILES)
    assert read["grades.A-F"] == entries("grades")["A-F"]["status"]
    assert read["admission_calendar.final_admission"] == entries("admission_calendar")["final_admission 2023"]["status"]
    assert "grades.ten-step" not in read
    assert "tie_breaks.science_first" not in read
    rule("report", "choices_told")
    assert not [name for name in read if name.startswith("report.")]


def test_a_second_match_in_the_same_process_tells_as_many_rules() -> None:
    told = []
    for _ in range(2):
        with rules_read() as read:
            build_market(small_register(), "final")
        told.append(read)
    assert told[0] == told[1]
    assert "assumption" in told[0].values()


def test_a_rule_that_no_study_path_needs_is_not_asked_for() -> None:
    usual, own = asked_for(), asked_for(tie_break="science_first", free_quota_seats=0)
    assert {"tie_breaks.region_default", "admission.free_quota_rounds"} <= set(usual)
    assert set(own) - set(usual) == {"tie_breaks.science_first"}
    assert set(usual) - set(own) == {
        *("tie_breaks.region_default", "tie_breaks.lottery_only", "admission.free_quota_rounds"),
    }
