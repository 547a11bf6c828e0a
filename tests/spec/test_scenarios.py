"""What each kind of scenario does to five applicants and three study paths, as tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gymreg_core.contracts.register import REGISTER_TABLES, SUBJECTS, Register, as_table
from gymreg_core.errors import BadParameters
from gymreg_core.matching.apply_scenario import apply_scenario
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.scenarios import load_scenario, make_scenario
from gymreg_core.matching.seats import most_sought, spread
from gymreg_core.matching.solve import solve
from tests.registers import small_register
from tests.tiny import SIXTEEN, expected, place_of, seats, tiny_register

PATHS = """
    | path | seats | code  | place     | form        |
    | na1  | 1     | NANAT | Stockholm | municipal   |
    | na2  | 1     | NANAT | Täby      | independent |
    | ek   | 1     | EKEKO | Stockholm | municipal   |
"""
APPLICANTS = """
    | who  | merit | home      | choices |
    | Asta | 300   | Stockholm | na1 na2 |
    | Bo   | 280   | Täby      | na1 na2 |
    | Cia  | 260   | Stockholm | na1 ek  |
    | Dan  | 240   | Täby      | na2 ek  |
    | Eva  | 200   | Täby      | na2     |
"""
KINDS = {
    "nothing": ("", "na1 na2 ek - -"),
    "a seat more at a path": ("seats: [{path_id: na1, number: 1}]", "na1 na1 ek na2 -"),
    "a seat more at a school": ("seats: [{school: Skola na2, number: 1}]", "na1 na2 ek na2 -"),
    "seats doubled by percent": ("seats: [{programme: EK, percent: 100}]", "na1 na2 ek ek -"),
    "a seat closed": ("seats: [{municipality: Täby, programme: NA, number: -1}]", "na1 - ek - -"),
    "a path closed": ("close: [{path_id: na1}]", "na2 - ek - -"),
    "a provider closed": ("close: [{provider_form: independent}]", "na1 - ek - -"),
    "seats moved": ("move: [{programmes: NA, percent: 100}]", "na2 na2 ek - -"),
    "seats moved back": ("move: [{programmes: NA, percent: 100, from_municipality: Täby}]", "na1 na1 ek - -"),
    "a new path, wanted more": (
        "new_paths: [{path_id: na3, school: Skola ek, like: na1, seats: 1, place: before}]",
        "na3 na1 ek na2 -",
    ),
    "a new path, wanted less": (
        "new_paths: [{path_id: na3, school: Skola ek, like: na1, seats: 1}]",
        "na1 na3 ek na2 -",
    ),
    "a stronger cohort": ("cohort: [{home_municipality: Täby, merit_shift: 50}]", "na2 na1 - ek -"),
    "a weaker cohort": ("cohort: [{home_municipality: [Stockholm], merit_shift: -110}]", "- na1 ek na2 -"),
    "reserved seats": ("quotas: [{kind: reserved, percent: 100, path_id: na1, members: Täby}]", "na2 na1 ek - -"),
    "neighbours first": ("quotas: [{kind: neighbourhood, percent: 100, path_id: na2}]", "na1 na2 ek - -"),
    "neighbours first, na1 closed": (
        "{close: [{path_id: na1}], quotas: [{kind: neighbourhood, percent: 100, path_id: na2}]}",
        "- na2 ek - -",
    ),
    "half a seat is none": ("quotas: [{kind: reserved, percent: 50, path_id: na1, members: Täby}]", "na1 na2 ek - -"),
}


def outcome(register: Register, asked: dict[str, Any], seed: int = 0) -> dict[str, str]:
    other, options = apply_scenario(register, make_scenario({"name": "prov", **asked}), seed)
    return seats(solve(build_market(other, "final", options)), other, APPLICANTS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_scenario_moves_whom_it_should(kind: str) -> None:
    text, gets = KINDS[kind]
    found = outcome(tiny_register(PATHS, APPLICANTS), yaml.safe_load(text) or {})
    assert found == dict(zip(found, gets.split(), strict=True))


def test_a_lottery_lets_anyone_eligible_in() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    asked = {"quotas": [{"kind": "lottery", "percent": 100, "path_id": "na1"}]}
    drawn = {outcome(register, asked, seed)["Cia"] for seed in range(20)}
    assert drawn == {"na1", "ek"}


TIED = """
    | who  | merit | choices | gets |
    | Asta | 300   | ek      | ek   |
    | Bo   | 250   | ek na1  | -    |
    | Cia  | 250   | na1     | na1  |
"""


def test_another_tie_break_decides_between_equals() -> None:
    register = tiny_register(PATHS, TIED)

    def of(seed: int, **asked: Any) -> dict[str, str]:
        other, options = apply_scenario(register, make_scenario({"name": "prov", **asked}), seed)
        return seats(solve(build_market(other, "final", options)), other, TIED)

    by_lot = [of(seed) for seed in range(12)]
    assert {found["Cia"] for found in by_lot} == {"na1", "-"}
    assert all(of(seed, tie_break="rank_grades_lottery") == expected(TIED) for seed in range(12))


EQUALS = """
    | who  | merit | choices |
    | Asta | 250   | na1     |
    | Bo   | 250   | na1     |
    | Cia  | 250   | na1 ek  |
    | Dan  | 250   | na1 ek  |
    | Eva  | 250   | ek      |
"""


def test_one_lottery_puts_two_equals_in_one_order_everywhere() -> None:
    """Cia and Dan want na1 and ek alike: whose lot is the better one at each."""
    register = tiny_register(PATHS, EQUALS)
    found: dict[str, set[tuple[int, ...]]] = {"single": set(), "per_path": set()}
    for lottery, better in found.items():
        for seed in range(30):
            other, options = apply_scenario(register, make_scenario({"name": "prov", "lottery": lottery}), seed)
            lots = build_market(other, "final", options).lottery.reshape(5, -1)[2:4]
            better.add(tuple(np.broadcast_to(lots, (2, 2)).argmax(axis=0).tolist()))
    assert found["single"] == {(0, 0), (1, 1)}
    assert found["per_path"] == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_another_grade_scale_orders_anew() -> None:
    """Nine B and seven D are worth more than sixteen C on today's scale, and less in the ten steps."""
    applicants = "| who | merit | choices |\n| Asta | 160 | na1 |\n| Bo | 160 | na1 |"
    register = tiny_register(PATHS, applicants)
    columns = {s: register.grades[s].to_numpy().copy() for s in SUBJECTS}
    for place, subject in enumerate(SIXTEEN):
        columns[subject][0::2] = place_of("B" if place < 9 else "D")
        columns[subject][1::2] = place_of("C")
    register = replace(register, grades=as_table("grades", register.grades.assign(**columns)))
    for scale, gets in ((None, ["na1", "-"]), ("ten-step", ["-", "na1"])):
        other, options = apply_scenario(register, make_scenario({"name": "prov", "grade_scale": scale}))
        found = seats(solve(build_market(other, "final", options)), other, applicants)
        assert list(found.values()) == gets, scale


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.0, 1.3, 2.0, 3.4])
def test_a_cohort_has_as_many_times_the_applicants(factor: float) -> None:
    register = small_register(200, 3)
    homes = ["Täby", "Nacka", "Solna"]
    mine = register.pupils["home_municipality"].isin(homes).to_numpy()
    scenario = make_scenario({"name": "prov", "cohort": [{"home_municipality": homes, "factor": factor}]})
    other, options = apply_scenario(register, scenario)
    before, after = (build_market(one, "final", options).pupil for one in (register, other))
    assert np.isin(np.flatnonzero(~mine), after).all()
    assert len(after) - len(before) == round(mine.sum() * factor) - mine.sum()
    assert other.pupils["applicant"].is_unique
    assert other.pupils["home_municipality"].iloc[len(register.pupils) :].isin(homes).all()
    for name, columns in REGISTER_TABLES.items():
        assert [c.name for c in columns] == list(other.tables()[name].columns)
    lots = [build_market(one, "final", options) for one in (register, other)]
    kept = np.intersect1d(before, after)
    order = [np.argsort(m.lottery[np.searchsorted(m.pupil, kept)]) for m in lots]
    assert np.array_equal(*order), "who was there before keeps the place in the lottery"


def test_doubles_have_what_they_double() -> None:
    register = tiny_register(PATHS, APPLICANTS)
    scenario = make_scenario({"name": "prov", "cohort": [{"home_municipality": "Täby", "factor": 2}] * 2})
    other, options = apply_scenario(register, scenario)
    assert len(other.pupils) == 5 + 3 + 6
    assert other.pupils["applicant"].is_unique
    market = build_market(other, "final", options)
    lists = [tuple(row) for row in market.choices.tolist()]
    assert all(lists.count(lists[row]) == times for row, times in ((1, 4 + 1), (3, 4), (4, 4)))


def test_doubles_compete_with_the_test_of_the_one_they_double() -> None:
    paths = "| path | seats | scale | needs_test |\n| mu | 1 | grades_and_test | yes |"
    register = tiny_register(paths, "| who | merit | choices | tests |\n| Ann | 200 | mu | mu:10 |")
    other, options = apply_scenario(register, make_scenario({"name": "prov", "cohort": [{"factor": 2}]}))
    assert build_market(other, "final", options).points.tolist() == [[36_000], [36_000]]


def test_where_seats_are_closed_the_free_quota_has_no_more_than_are_left() -> None:
    register = tiny_register(
        "| path | seats | quota |\n| na1 | 4 | 3 |", "| who | merit | choices |\n| Ann | 200 | na1 |"
    )
    other, _ = apply_scenario(register, make_scenario({"name": "prov", "seats": [{"path_id": "na1", "number": -2}]}))
    assert other.study_paths[["seats_final", "free_quota_seats"]].to_numpy().tolist() == [[2, 2]]


def test_a_new_path_is_put_on_some_lists() -> None:
    register = small_register(400, 1)
    ids = register.study_paths["path_id"].tolist()
    new = {"path_id": "nytt", "school": "20000001", "like": ids[0], "seats": 7, "interest": 40}
    other, _ = apply_scenario(register, make_scenario({"name": "prov", "new_paths": [new]}))
    assert other.study_paths["seats_final"].iloc[-1] == 7
    lists = other.applications[other.applications["round"] == "final"].groupby("pupil")["path"].agg(list)
    wants, has = (lists.map(lambda paths, p=p: p in paths) for p in (0, len(ids)))
    assert not (has & ~wants).any()
    assert all(paths.index(len(ids)) == paths.index(0) + 1 for paths in lists[has])
    # Four in ten of some 150, drawn by lot: five standard deviations.
    assert abs(has.sum() - 0.4 * wants.sum()) < 5 * np.sqrt(0.24 * wants.sum())
    ranks = other.applications.groupby(["pupil", "round"])["rank"].agg(list)
    assert all(given == list(range(1, len(given) + 1)) for given in ranks)


def test_who_wants_a_new_path_and_who_wins_a_lot_are_drawn_apart() -> None:
    register = small_register(200, 3)
    model = int(register.applications["path"].mode()[0])
    path = {"path_id": "ny", "school": register.schools["school"][0], "seats": 5, "interest": 50}
    path["like"] = register.study_paths["path_id"][model]
    for number in range(2):
        quotas = [{"kind": "lottery", "percent": 40}] * 2
        asked = {"name": "prov", "new_paths": [path, path | {"path_id": "ny2"}][: number + 1], "quotas": quotas}
        other, options = apply_scenario(register, make_scenario(asked), 1)
        market = build_market(other, "final", options)
        interested = (market.choices == len(other.study_paths) - 1).any(axis=1)
        for quota in np.flatnonzero(market.pools.path == model):
            mine = market.pools.pool == quota
            who, lots = interested[market.pools.applicant[mine]], market.pools.key[mine]
            assert lots[who].max() > lots[~who].min()
            assert lots[who].min() < lots[~who].max()


def test_seats_are_spread_by_largest_remainder() -> None:
    assert spread(5, np.array([3, 3, 4])).tolist() == [2, 1, 2]
    assert spread(4, np.array([0, 0, 0])).tolist() == [2, 1, 1]
    rng = np.random.default_rng(5)
    for _ in range(300):
        weights = rng.integers(0, 30, int(rng.integers(1, 8)))
        total = int(rng.integers(0, weights.sum() + 1))
        parts = spread(total, weights)
        assert parts.sum() == total
        assert (parts <= weights).all()


def test_seats_that_move_stay_in_the_region() -> None:
    register = small_register(300, 2, paths=40)
    asked = {"name": "prov", "move": [{"most_sought": 3, "percent": 30}]}
    other, _ = apply_scenario(register, make_scenario(asked))
    change = other.study_paths["seats_final"] - register.study_paths["seats_final"]
    programme = register.study_paths["study_path_code"].str[:2]
    assert change.sum() == 0
    assert (change != 0).any()
    assert set(programme[change != 0]) <= {code[:2] for code in most_sought(register, 3)}
    assert (change.groupby(programme).sum() == 0).all()
    assert (other.study_paths["free_quota_seats"] <= other.study_paths["seats_final"]).all()


WRONG = """
nam: prov
seats:
  - {programme: NA, percnt: 20}
  - {school: X, number: 5, percent: 3}
  - {number: 2}
  - {programme: NA, number: yes}
close: {path_id: na1}
quotas:
  - {kind: lotery, percent: 120}
  - {kind: reserved, percent: 10}
cohort:
  - {factor: 0}
  - {merit_shift: .nan}
tie_break: rank_grade_lottery
grade_scale: tenstep
"""
FAULTS = (
    "'nam' is not known. Did you mean 'name'?",
    "name: Field required",
    "'seats.1.percnt' is not known. Did you mean 'percent'?",
    "seats.2: give either number or percent",
    "seats.3: name at least one of path_id, school, programme, municipality, provider_form",
    "seats.4.number: a number is wanted, not true or false",
    "close: a list is wanted, its entries beginning with '-'",
    "quotas.1.kind: Input should be 'lottery', 'neighbourhood' or 'reserved'",
    "quotas.1.percent: Input should be less than or equal to 100",
    "quotas.2: members (home municipalities) belong to the kind reserved, and it needs them",
    "cohort.1.factor: Input should be greater than 0",
    "cohort.2.merit_shift: Input should be",
    "tie_break: there is no 'rank_grade_lottery'. Did you mean 'rank_grades_lottery' or 'rank_grades_number_lottery'?",
    "grade_scale: there is no 'tenstep'. Did you mean 'ten-step'?",
)


def test_a_wrong_file_is_told_with_all_its_faults(tmp_path: Path) -> None:
    (tmp_path / "fel.yml").write_text(WRONG, encoding="utf-8")
    with pytest.raises(BadParameters) as told:
        load_scenario(tmp_path / "fel.yml")
    lines = str(told.value).removeprefix("fel.yml: ").splitlines()
    assert all(any(line.strip().startswith(fault) for line in lines) for fault in FAULTS)
    assert len(lines) == len(FAULTS)


@pytest.mark.parametrize("text", ["", "- a\n", "name: [\n", "namn"])
def test_a_file_that_is_no_scenario_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "fel.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BadParameters, match=r"fel\.yml"):
        load_scenario(tmp_path / "fel.yml")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadParameters, match="cannot be read"):
        load_scenario(tmp_path / "fel.yml")


def test_names_that_the_register_lacks_are_told_at_once() -> None:
    asked = {
        "name": "prov",
        "seats": [{"programme": "NAA", "number": 1}, {"school": "Skola na", "number": 1}],
        "close": [{"path_id": "na9", "municipality": "Tby"}],
        "move": [{"programmes": "QQ", "percent": 5, "to": "Nacka", "from_municipality": "Stokholm"}],
        "new_paths": [
            {"path_id": "na1", "school": "Skola ek", "like": "na1", "seats": 1},
            {"path_id": "ny", "school": "Skolan", "like": "na8", "seats": 1, "code": "QQ"},
        ],
        "cohort": [{"home_municipality": "Tby"}],
        "quotas": [{"kind": "reserved", "percent": 1, "members": "Stockhom"}],
    }
    with pytest.raises(BadParameters) as told:
        apply_scenario(tiny_register(PATHS, APPLICANTS), make_scenario(asked))
    text = str(told.value)
    for fault in (
        "seats.1.programme: there is no 'NAA' in the register. Did you mean 'NA'?",
        "seats.2.school: there is no 'Skola na'",
        "close.1.path_id: there is no 'na9'",
        "close.1.municipality: there is no 'Tby' in the register. Did you mean 'Täby'?",
        "move.1.programmes: there is no 'QQ'",
        "move.1: there is no 'Nacka'",
        "move.1: there is no 'Stokholm'",
        "new_paths.1.path_id: there is a 'na1' already",
        "new_paths.2.like: there is no 'na8'",
        "new_paths.2.school: there is no 'Skolan'",
        "new_paths.2.code: there is no 'QQ'",
        "cohort.1.home_municipality: there is no 'Tby'",
        "quotas.1.members: there is no 'Stockhom'",
    ):
        assert fault in text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"seats": [{"path_id": "na1", "number": 10**10}]}, "less than or equal to 100000"),
        ({"seats": [{"path_id": "na1", "number": -2}]}, "2 seats cannot be closed where there are 1"),
        ({"seats": [{"programme": "EK", "municipality": "Täby", "number": 1}]}, "no open study path fits"),
        ({"close": [{"path_id": "na1"}] * 2}, "no open study path fits"),
        ({"move": [{"programmes": "EK", "percent": 50}]}, "'EK' cannot move"),
        ({"close": [{"path_id": "na2"}], "move": [{"most_sought": 2, "percent": 50}]}, "no programme can move"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameters, match=told):
        apply_scenario(tiny_register(PATHS, APPLICANTS), make_scenario({"name": "prov", **asked}))
