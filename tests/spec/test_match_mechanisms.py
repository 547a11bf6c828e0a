"""Who gets which seat, as tables anyone can read: one row per applicant with the list and the points at each choice."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.input_check import _STEP, examine
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT, Assignment, deferred_acceptance
from gymreg_core.matching.mechanisms import immediate_acceptance, serial_dictatorship, top_trading_cycles
from gymreg_core.matching.pools import Mechanism

PATHS = "ABCDEFGH"
MECHANISMS = (deferred_acceptance, immediate_acceptance, serial_dictatorship, top_trading_cycles)


def solved(table: str, seats: dict[str, int], mechanism: Mechanism = deferred_acceptance) -> dict[str, str]:
    """name -> path. A line: name, then choices with points, best first: `Ann  B 300  A 280  C -` (- = not eligible)."""
    names, found = assignment(table, seats, mechanism)
    return {name: "" if seat == NONE else PATHS[seat] for name, seat in zip(names, found.seat, strict=True)}


def assignment(table: str, seats: dict[str, int], mechanism: Mechanism) -> tuple[list[str], Assignment]:
    rows = [line.split() for line in table.strip().splitlines()]
    width = max((len(row) - 1) // 2 for row in rows)
    choices = np.full((len(rows), width), NONE, np.int32)
    keys = np.full((len(rows), width), NOT_ELIGIBLE, np.int64)
    for i, row in enumerate(rows):
        for c, (path, points) in enumerate(zip(row[1::2], row[2::2], strict=True)):
            choices[i, c] = PATHS.index(path)
            keys[i, c] = NOT_ELIGIBLE if points == "-" else int(points)
    return [row[0] for row in rows], mechanism(choices, keys, np.array(list(seats.values()), np.int32))


ONE_LIST = """
    Ann   A 340  B 340
    Bo    A 320  B 320
    Cia   A 300  B 300  C 300
    Dan   B 280  C 280
"""


@pytest.mark.parametrize("mechanism", [deferred_acceptance, serial_dictatorship, top_trading_cycles])
def test_on_one_common_list_the_best_choose_first(mechanism: Mechanism) -> None:
    seats = {"A": 1, "B": 1, "C": 1}
    assert solved(ONE_LIST, seats, mechanism) == {"Ann": "A", "Bo": "B", "Cia": "C", "Dan": ""}


def test_picking_in_order_is_a_method_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the certificate would compare deferred acceptance with itself."""
    monkeypatch.setattr("gymreg_core.matching.kernel.own_orders", None)
    seats = {"A": 1, "B": 1, "C": 1}
    assert solved(ONE_LIST, seats, serial_dictatorship) == {"Ann": "A", "Bo": "B", "Cia": "C", "Dan": ""}
    some = "Ann   A -  B 340\n Bo   A 320  B -\n Cia  C -"
    assert solved(some, seats, serial_dictatorship) == {"Ann": "B", "Bo": "A", "Cia": ""}


def test_immediate_acceptance_rewards_whoever_puts_a_path_first() -> None:
    found = solved(ONE_LIST, {"A": 1, "B": 1, "C": 1}, immediate_acceptance)
    assert found == {"Ann": "A", "Bo": "", "Cia": "C", "Dan": "B"}


def test_each_path_may_rank_in_its_own_way() -> None:
    table = """
        Ann   A 10  B 20
        Bo    B 10  A 20
    """
    assert solved(table, {"A": 1, "B": 1}) == {"Ann": "A", "Bo": "B"}
    crossed = """
        Ann   A 10  B 20
        Bo    A 20  B 10
    """
    assert solved(crossed, {"A": 1, "B": 1}) == {"Ann": "B", "Bo": "A"}


def test_trading_waives_priority_where_both_gain() -> None:
    """Cia's priority at A keeps Ann and Bo, who would trade, from doing so; trading cycles let them (Roth 1982)."""
    table = """
        Ann   B 20  A 30
        Bo    A 10  B 30
        Cia   A 20
    """
    assert solved(table, {"A": 1, "B": 1}) == {"Ann": "A", "Bo": "B", "Cia": ""}
    assert solved(table, {"A": 1, "B": 1}, top_trading_cycles) == {"Ann": "B", "Bo": "A", "Cia": ""}


def test_whoever_is_bumped_goes_on_from_the_next_choice_not_yet_tried() -> None:
    """Ann sits at A until Bo comes, is refused at B, and must still be asked about C and D: none is lost on the way."""
    table = """
        Cia   B 300
        Ann   A 200  B 200  C 200  D 200
        Dan   C 250
        Bo    A 300
    """
    for order in range(24):
        lines = table.strip().splitlines()
        turned = [lines.pop(order // d % len(lines)) for d in (6, 2, 1, 1)]
        found = solved("\n".join(turned), {"A": 1, "B": 1, "C": 1, "D": 1})
        assert found == {"Ann": "D", "Bo": "A", "Cia": "B", "Dan": "C"}


def test_a_long_chain_of_bumps_ends_where_it_must() -> None:
    """Each newcomer bumps the one before from A, who bumps the next from B, and so on: the worst gets no seat."""
    n = 8
    lines = [f"P{i}  " + "  ".join(f"{path} {100 + i}" for path in PATHS[:7]) for i in range(n)]
    found = solved("\n".join(lines), dict.fromkeys(PATHS[:7], 1))
    assert found == {f"P{i}": PATHS[n - 1 - i] if i else "" for i in range(n)}


def test_choices_that_cannot_be_had_are_passed_over() -> None:
    table = """
        Ann   A -    B 10
        Bo    C 90   B 5
        Cia   A 1
    """
    assert solved(table, {"A": 1, "B": 1, "C": 0}) == {"Ann": "B", "Bo": "", "Cia": "A"}


def test_holes_in_a_list_are_passed_over() -> None:
    choices = np.array([[NONE, 0, NONE, 1], [0, NONE, NONE, NONE]], np.int32)
    keys = np.array([[0, 5, 0, 5], [9, 0, 0, 0]], np.int64)
    for mechanism in MECHANISMS:
        found = mechanism(choices, keys, np.array([1, 1], np.int32))
        assert found.seat.tolist() == [1, 0]
        assert found.rank.tolist() == [3, 0]


def test_cutoffs_and_counts() -> None:
    table = """
        Ann   A 30
        Bo    A 20
        Cia   A 10
        Dan   B 10
    """
    for mechanism in MECHANISMS:
        _, found = assignment(table.replace("Dan   B 10", "Dan   B 11"), {"A": 2, "B": 2, "C": 0}, mechanism)
        assert found.admitted.tolist() == [2, 1, 0]
        assert found.cutoff_key.tolist() == [20, NOT_ELIGIBLE, SHUT]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize(("n", "k", "m"), [(0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 0)])
def test_nobody_nothing_nowhere(mechanism: Mechanism, n: int, k: int, m: int) -> None:
    choices, keys = np.full((n, k), NONE, np.int32), np.arange(n * k, dtype=np.int64).reshape(n, k)
    for order in (keys, np.arange(n, dtype=np.int64)):
        found = mechanism(choices, order, np.zeros(m, np.int32))
        assert found.seat.tolist() == found.rank.tolist() == [NONE] * n
        assert found.admitted.tolist() == [0] * m
        assert found.cutoff_key.tolist() == [SHUT] * m


@pytest.mark.parametrize("keys", [[NOT_ELIGIBLE + 1, 0, SHUT - 1], [-5, NOT_ELIGIBLE, 5], [1 << 62, -(1 << 62), 0]])
def test_keys_of_any_size_on_a_common_list(keys: list[int]) -> None:
    choices = np.array([[0, 1], [0, 1], [0, 1]], np.int32)
    common, capacity = np.array(keys, np.int64), np.array([1, 1], np.int32)
    short = deferred_acceptance(choices, common, capacity)
    whole = deferred_acceptance(choices, np.repeat(common[:, None], 2, axis=1), capacity)
    assert short.seat.tolist() == whole.seat.tolist()
    assert short.cutoff_key.tolist() == whole.cutoff_key.tolist() == sorted(keys)[:0:-1]


def refused(choices: object, keys: object, capacity: object, mechanism: Mechanism = deferred_acceptance) -> BadInput:
    arrays = np.array(choices, np.int32), np.array(keys, np.int64), np.array(capacity, np.int32)
    with pytest.raises(BadInput) as caught:
        mechanism(*arrays)
    return caught.value


def found_in(problem: BadInput) -> dict[str, int]:
    return {finding.rule: finding.count for finding in problem.findings}


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_market_that_cannot_be_solved_is_refused_by_name_with_counts(mechanism: Mechanism) -> None:
    keys = [[3, 3], [2, 2]]
    assert found_in(refused([[0, 2], [1, 0]], keys, [1, 1], mechanism)) == {"matching-unknown-path": 1}
    assert found_in(refused([[0, -2], [7, 0]], keys, [1, 1], mechanism)) == {"matching-unknown-path": 2}
    assert found_in(refused([[0, 0], [1, 0]], keys, [1, 1], mechanism)) == {"matching-choice-twice": 1}
    assert found_in(refused([[0, 1], [1, 0]], keys, [1, -1], mechanism)) == {"matching-seats-negative": 1}
    assert found_in(refused([[0, 1], [1, 0]], [[3, 2], [2, 1]], [1, 1], mechanism)) == {"matching-equal-keys": 2}
    assert found_in(refused([[0, 1], [1, 0]], [3, 3], [1, 1], mechanism)) == {"matching-equal-keys": 2}


def test_every_reason_is_told_at_once() -> None:
    problem = refused([[0, 0], [1, 9], [1, 0]], [[1, 1], [5, 5], [5, 2]], [2, -2])
    assert found_in(problem) == {
        "matching-unknown-path": 1,
        "matching-choice-twice": 1,
        "matching-seats-negative": 1,
        "matching-equal-keys": 2,
    }
    assert problem.exit_code == 11
    assert "twice" in str(problem)


def test_equal_keys_where_nobody_can_be_admitted_or_at_different_paths_are_no_ties() -> None:
    choices = np.array([[0, 1], [1, 0]], np.int32)
    none = np.array([[1, NOT_ELIGIBLE], [1, NOT_ELIGIBLE]], np.int64)
    assert deferred_acceptance(choices, none, np.array([1, 1], np.int32)).seat.tolist() == [0, 1]


def test_what_only_looks_equal_to_the_fast_check_is_solved() -> None:
    """The check mixes path and key into one number; these two mix to the same."""
    choices = np.repeat(np.array([[0, 1]], np.int32), 70, axis=0)
    keys = np.repeat(np.arange(70, dtype=np.int64)[:, None], 2, axis=1)
    keys[0] = [int(_STEP.astype(np.int64)), 1_000]
    keys[1] = [2_000, 0]
    assert not examine(choices, keys, np.array([1, 1], np.int32))[0]
    assert deferred_acceptance(choices, keys, np.array([1, 1], np.int32)).seat[[0, 1, 69]].tolist() == [1, 0, NONE]


@pytest.mark.parametrize("size", [50, 3_000])
def test_one_pair_of_equal_keys_among_many_is_found(size: int) -> None:
    rng = np.random.default_rng(size)
    choices = np.argsort(rng.random((size, 9)), axis=1)[:, :5].astype(np.int32)
    keys = rng.permutation(size * 5).reshape(size, 5).astype(np.int64)
    capacity = np.full(9, size // 10, np.int32)
    assert deferred_acceptance(choices, keys, capacity).admitted.sum() > 0
    first, second = np.argwhere(choices == 4)[[0, -1]]
    keys[tuple(second)] = keys[tuple(first)]
    assert found_in(refused(choices, keys, capacity)) == {"matching-equal-keys": 2}
    assert found_in(refused(choices, np.minimum(np.arange(size), size - 2), capacity)) == {"matching-equal-keys": 2}


def arrays() -> list[NDArray[np.generic]]:
    return [np.zeros((2, 1), np.int32), np.array([[1], [2]], np.int64), np.ones(1, np.int32)]


@pytest.mark.parametrize(
    ("which", "wrong", "name"),
    [
        (0, np.zeros((2, 1), np.int64), "choices"),
        (0, np.zeros(2, np.int32), "choices"),
        (1, np.zeros((2, 1), np.float64), "keys"),
        (1, np.zeros((2, 2), np.int64), "keys"),
        (1, np.zeros(3, np.int64), "keys"),
        (2, np.ones((1, 1), np.int32), "capacity"),
        (2, np.ones(1, np.float64), "capacity"),
    ],
)
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_arrays_of_another_kind_are_a_mistake_of_the_caller(
    mechanism: Mechanism, which: int, wrong: NDArray[np.generic], name: str
) -> None:
    given = arrays()
    given[which] = wrong
    with pytest.raises(BadParameters, match=name):
        mechanism(*given)
