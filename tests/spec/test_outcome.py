"""The office's own columns, from rounds small enough to count by hand. How to read the tables: tests/tiny.py."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.result_checks import check_results
from gymreg_core.contracts.results import COLUMN_NAMES
from gymreg_core.matching.build_market import MarketOptions, PoolRule, build_market
from gymreg_core.matching.outcome import figures_of, outcome, points_at_seat
from gymreg_core.matching.solve import solve
from tests.registers import small_register
from tests.tiny import matched, table

# cutoff, median: '-' is missing. kind: c competitive, e everyone eligible got in, n nobody admitted.
FIGURES = {
    "full with reserves; full without; with free seats; nobody": (
        """
        | path | seats | cutoff | median | admitted | reserves | free | kind |
        | a    | 2     | 240    | 270    | 2        | 2        | 0    | c    |
        | b    | 1     | 230    | 230    | 1        | 0        | 0    | c    |
        | c    | 3     | -      | 180    | 1        | 0        | 2    | e    |
        | d    | 2     | -      | -      | 0        | 0        | 2    | n    |
        """,
        """
        | who | merit | choices |
        | Ann | 300   | a d     |
        | Bo  | 240   | a       |
        | Cia | 230   | a b     |
        | Dan | 180   | a c     |
        """,
    ),
    "the median of an even number lies between the two in the middle": (
        """
        | path | seats | cutoff | median | admitted | reserves | free | kind |
        | a    | 4     | 210    | 248.75 | 4        | 1        | 0    | c    |
        """,
        """
        | who | merit | choices |
        | Ann | 300   | a       |
        | Bo  | 257.5 | a       |
        | Cia | 240   | a       |
        | Dan | 210   | a       |
        | Eva | 200   | a       |
        """,
    ),
    "a tie at the cut-off: the cut-off is theirs, and one of them is in reserve": (
        """
        | path | seats | cutoff | median | admitted | reserves | free | kind |
        | a    | 2     | 240    | 270    | 2        | 2        | 0    | c    |
        """,
        """
        | who | merit | choices |
        | Ann | 300   | a       |
        | Bo  | 240   | a       |
        | Cia | 240   | a       |
        | Dan | 240   | a       |
        """,
    ),
    "the free quota sets neither cut-off nor median": (
        """
        | path | seats | quota | cutoff | median | admitted | reserves | free | kind |
        | a    | 3     | 1     | 280    | 290    | 3        | 1        | 0    | c    |
        """,
        """
        | who | merit | choices | quota |
        | Ann | 160   | a       | a:1   |
        | Bo  | 300   | a       |       |
        | Cia | 280   | a       |       |
        | Dan | 270   | a       |       |
        """,
    ),
    "unless nobody else was admitted": (
        """
        | path | seats | quota | cutoff | median | admitted | reserves | free | kind |
        | a    | 1     | 1     | 160    | 160    | 1        | 1        | 0    | c    |
        """,
        """
        | who | merit | choices | quota |
        | Ann | 160   | a       | a:1   |
        | Bo  | 300   | a       |       |
        """,
    ),
    "where the second hand fills up, the cut-off is the fewest points all the same": (
        """
        | path | seats | cutoff | median | admitted | reserves | free | kind |
        | a    | 3     | 170    | 180    | 3        | 1        | 0    | c    |
        """,
        """
        | who | merit | home    | choices |
        | Ann | 300   | Uppsala | a       |
        | Bo  | 180   | Täby    | a       |
        | Cia | 170   | Täby    | a       |
        | Dan | 290   | Uppsala | a       |
        """,
    ),
    "tests are part of the points": (
        """
        | path | seats | code  | scale           | needs_test | cutoff | median | admitted | reserves | free | kind |
        | m    | 2     | ESMUS | grades_and_test | yes        | 420    | 460    | 2        | 1        | 0    | c    |
        """,
        """
        | who | merit | choices | tests  |
        | Ann | 300   | m       | m:12.5 |
        | Bo  | 180   | m       | m:15   |
        | Cia | 240   | m       | m:10   |
        | Dan | 320   | m       |        |
        """,
    ),
    "one school, one pupil": (
        """
        | path | seats | cutoff | median | admitted | reserves | free | kind |
        | a    | 1     | 160    | 160    | 1        | 0        | 0    | c    |
        """,
        """
        | who | merit | choices |
        | Ann | 160   | a       |
        """,
    ),
}
_KINDS = {"c": "competitive", "e": "all_eligible_admitted", "n": "none_admitted"}


@pytest.mark.parametrize(("paths", "applicants"), FIGURES.values(), ids=FIGURES)
def test_the_offices_columns(paths: str, applicants: str) -> None:
    match, register = matched(paths, applicants)
    found = outcome(match, register)
    assert tuple(found.columns) == COLUMN_NAMES
    assert len(check_results(found)) == 0
    for row, wanted in zip(found.to_dict("records"), table(paths), strict=True):
        shown = {name: "-" if pd.isna(row[name]) else f"{row[name]:g}" for name in ("cutoff", "median")}
        assert shown == {name: wanted[name] for name in shown}
        counts = {"seats": "seats", "admitted": "admitted", "reserves": "reserves", "free_seats": "free"}
        assert {name: str(row[name]) for name in counts} == {name: wanted[word] for name, word in counts.items()}
        assert row["cutoff_kind"] == _KINDS[wanted["kind"]]


def test_a_closed_path_is_no_row_and_a_path_without_seats_is_told() -> None:
    paths = "| path | seats | state |\n| a | 2 | |\n| b | 2 | closed |\n| c | 0 | |"
    found = outcome(*matched(paths, "| who | merit | choices |\n| Ann | 200 | b c a |"))
    assert found["study_path_name"].tolist() == ["Studieväg a", "Studieväg c"]
    assert found["cutoff_kind"].tolist() == ["all_eligible_admitted", "none_admitted"]
    assert [f.rule for f in check_results(found)] == ["no-seats"]


APPLIED = """
| path | seats | code  |
| a    | 1     | NANAT |
| b    | 1     | BAHUS |
"""
LISTS = """
| who | merit | choices |
| Ann | 300   | a b     |
| Bo  | 290   | b a     |
| Cia | 100   | a b     |
"""


def test_who_applied_is_counted_by_choice_and_eligibility() -> None:
    """Cia lacks passes for a and has them for b. Reserve entries: Bo at a, for which b came first, is none."""
    match, register = matched(APPLIED, LISTS)
    columns = ["applicants", "first_choice_eligible", "first_choice_not_eligible", "other_choice_eligible", "reserves"]
    assert figures_of(match)[columns].to_numpy().tolist() == [[3, 1, 1, 1, 0], [3, 1, 0, 2, 1]]
    assert points_at_seat(match).tolist()[:2] == [300, 290]
    assert np.isnan(points_at_seat(match)[2])
    assert outcome(match, register)["programme"].tolist() == ["NA", "BA"]


def test_a_quota_that_stays_empty_leaves_free_seats_and_no_cutoff() -> None:
    """A hard quota for those outside the area, of whom nobody applies."""
    rules = (PoolRule("national", 0.5, soft=False),)
    match, register = matched(
        "| path | seats |\n| a | 2 |",
        "| who | merit | choices |\n| Ann | 200 | a |\n| Bo | 210 | a |",
        pool_rules=rules,
    )
    row = outcome(match, register).iloc[0]
    assert (row["admitted"], row["free_seats"], row["cutoff_kind"]) == (1, 1, "all_eligible_admitted")
    assert pd.isna(row["cutoff"])


@pytest.mark.parametrize("round_", ["preliminary", "final"])
@pytest.mark.parametrize("seed", range(25))
def test_random_rounds_hold_to_the_contract_and_to_a_count_by_hand(round_: str, seed: int) -> None:
    register = small_register(40 + 3 * seed, seed, paths=9)
    match = solve(build_market(register, round_, MarketOptions(seed=seed)))
    found = outcome(match, register)
    assert [f.rule for f in check_results(found) if f.rule != "no-seats"] == []
    where = np.flatnonzero(register.study_paths["state"] == "open")
    for path, row in zip(where, found.to_dict("records"), strict=True):
        inside = [i for i in range(len(match.market.pupil)) if match.assignment.seat[i] == path]
        points = [match.market.points[i, match.assignment.rank[i]] / 100 for i in inside if match.pool[i] == -1]
        points = points or [match.market.points[i, match.assignment.rank[i]] / 100 for i in inside]
        assert row["admitted"] == len(inside)
        assert row["free_seats"] == row["seats"] - len(inside)
        assert pd.isna(row["median"]) if not inside else row["median"] == np.median(points)
        full = inside and len(inside) == row["seats"]
        assert row["cutoff"] == min(points) if full else pd.isna(row["cutoff"])
