"""Seats with an order of their own, as tables. How to read them: tests/tiny.py."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import MarketOptions, PoolRule, build_market
from gymreg_core.matching.solve import solve
from tests.registers import small_register
from tests.tiny import expected, matched, seats, tiny_register

FOUR_SEATS = """
| path | seats | place |
| a    | 4     | Täby  |
"""
PUPILS = """
| who | merit | home    | choices | neighbourhood | national | reserved | hard national |
| Ann | 300   | Solna   | a       | a             | a        | a        | a             |
| Bo  | 290   | Solna   | a       | a             | a        | a        | a             |
| Cia | 280   | Solna   | a       | a             | a        | a        | -             |
| Dan | 270   | Solna   | a       | -             | -        | -        | -             |
| Eva | 200   | Täby    | a       | a             | -        | -        | -             |
| Fia | 190   | Uppsala | a       | -             | a        | -        | a             |
| Gun | 180   | Solna   | a       | -             | -        | a        | -             |
"""
MEMBERS = np.array([False] * 6 + [True])
RULES = {
    "neighbourhood": PoolRule("neighbourhood", 0.25),
    "national": PoolRule("national", 0.25),
    "reserved": PoolRule("reserved", 0.25, members=MEMBERS),
    "hard national": PoolRule("national", 0.5, soft=False),
}


@pytest.mark.parametrize("name", RULES)
def test_who_gets_a_seat_set_aside(name: str) -> None:
    match, register = matched(FOUR_SEATS, PUPILS, pool_rules=(RULES[name],))
    assert seats(match, register, PUPILS) == expected(PUPILS, name)


def test_reserved_first_or_open_first() -> None:
    """Ann and Dan belong to the quota. Filled first, it takes her; filled last, him whom the open seats left."""
    applicants = """
    | who | merit | choices | reserved first | open first |
    | Ann | 300   | a       | a     | a    |
    | Bo  | 200   | a       | a     | -    |
    | Cia | 100   | a       | -     | -    |
    | Dan | 180   | a       | -     | a    |
    """
    members = np.array([True, False, False, True])
    for column, before in (("reserved first", True), ("open first", False)):
        rule = PoolRule("reserved", 0.5, members=members, before_open=before)
        match, register = matched("| path | seats |\n| a | 2 |", applicants, pool_rules=(rule,))
        assert seats(match, register, applicants) == expected(applicants, column)


def test_a_share_by_lottery_gives_everyone_a_chance() -> None:
    register = tiny_register(FOUR_SEATS, PUPILS)
    won = np.zeros(7)
    for seed in range(100):
        options = MarketOptions(seed=seed, pool_rules=(PoolRule("lottery", 0.5),))
        match = solve(build_market(register, "final", options))
        won += match.assignment.seat >= 0
        assert (match.assignment.seat >= 0).sum() == 4
        assert (match.pool >= 0).sum() == 2
    assert (won > 10).all()  # two of seven by lot: the chance is at least 2/7
    assert won[0] == 100  # first by merit among whoever the lots left


def test_each_lottery_has_lots_of_its_own() -> None:
    """Whoever loses the lottery between equals has everyone's chance in a quota by lot, and in another one."""
    register = small_register(400, 2)
    rules = (PoolRule("lottery", 0.2), PoolRule("lottery", 0.2))
    market = build_market(register, "final", MarketOptions(seed=1, pool_rules=rules))
    path = np.bincount(market.choices[market.eligible]).argmax()
    first, second = np.flatnonzero((market.pools.path == path) & (market.pools.kind == "lottery"))
    who = market.pools.applicant[market.pools.pool == first]
    lots = [market.lottery[who], *(market.pools.key[market.pools.pool == pool] for pool in (first, second))]
    # Independent ranks of n: the correlation's standard deviation is 1/sqrt(n), here four of them.
    assert np.abs(np.corrcoef(lots) - np.eye(3)).max() < 4 / np.sqrt(len(who))


def test_shares_are_rounded_down_and_hold_for_the_paths_that_are_meant() -> None:
    paths = "| path | seats |\n| a | 5 |\n| b | 3 |\n| c | 40 |"
    register = tiny_register(paths, "| who | merit | choices |\n| Ann | 300 | a b c |")
    rule = PoolRule("neighbourhood", 0.35)
    pools = build_market(register, "final", MarketOptions(pool_rules=(rule,))).pools
    assert dict(zip(pools.path.tolist(), pools.seats.tolist(), strict=True)) == {0: 1, 1: 1, 2: 14}
    only = PoolRule("neighbourhood", 0.35, paths=np.array([False, True, False]))
    assert build_market(register, "final", MarketOptions(pool_rules=(only,))).pools.path.tolist() == [1]


def test_quotas_of_a_path_never_have_more_seats_than_the_path() -> None:
    paths = "| path | seats | quota |\n| a | 4 | 3 |"
    register = tiny_register(paths, "| who | merit | choices |\n| Ann | 300 | a |")
    rules = (PoolRule("lottery", 0.5), PoolRule("neighbourhood", 0.5))
    pools = build_market(register, "final", MarketOptions(pool_rules=rules)).pools
    assert pools.kind.tolist() == ["free_quota", "lottery", "neighbourhood"]
    assert pools.seats.tolist() == [3, 1, 0]
    assert solve(build_market(register, "final", MarketOptions(pool_rules=rules))).assignment.seat.tolist() == [0]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (PoolRule("sibling", 0.5), "cannot be 'sibling'"),  # type: ignore[arg-type]
        (PoolRule("lottery", 1.5), "share 1.5"),
        (PoolRule("reserved", 0.5), "who belongs to it"),
    ],
)
def test_a_quota_that_cannot_be_is_told(rule: PoolRule, message: str) -> None:
    register = tiny_register(FOUR_SEATS, PUPILS)
    with pytest.raises(BadParameters, match=message):
        build_market(register, "final", MarketOptions(pool_rules=(rule,)))
