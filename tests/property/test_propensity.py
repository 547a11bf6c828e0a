"""Chances of a seat over all lotteries: equal to counting every lottery, near to simulated ones, and the formula's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from gymreg_core.effects import propensity
from gymreg_core.effects.propensity import chances, exact_chances, formula_scores
from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE
from gymreg_core.matching.market import Market
from gymreg_core.matching.rerun_kernel import admitted_counts
from gymreg_core.matching.rerun_lists import rerun_lists
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import lots_per_path
from tests.effects_lotteries import admitted_by, counted, lottery_market, made_up_intake
from tests.matching_markets import market_of

LOTTERIES = 100_000
FIVE_ERRORS = 5
"""Standard errors that a frequency may lie away: of a thousand chances none does by chance, in 1,999 of 2,000 runs."""


@pytest.mark.parametrize(
    ("seeds", "n_most", "pools"), [(range(150), 5, False), (range(150, 158), 7, False), (range(200, 280), 4, True)]
)
def test_equal_to_every_lottery_counted(seeds: range, n_most: int, pools: bool) -> None:
    inside = 0
    for seed in seeds:
        market = lottery_market(np.random.default_rng(seed), n_most=n_most, pools=pools)
        expected, found = counted(market), exact_chances(market)
        assert (expected == found).all(), seed
        inside += sum(0 < one < 1 for one in expected.ravel())
    assert inside > len(seeds) / 2  # the cases are worth counting


def test_seven_applicants_every_one_of_5040_lotteries() -> None:
    for seed in (3, 4, 6):
        rng = np.random.default_rng(seed)
        choices = np.argsort(rng.random((7, 4)), axis=1).astype(np.int32)
        order = np.broadcast_to(rng.integers(0, 2, 7)[:, None], choices.shape).astype(np.int64)
        market = market_of((choices, order, np.array([1, 2, 1, 1], np.int32)))
        assert (counted(market) == exact_chances(market)).all()


def test_a_lottery_for_each_path() -> None:
    for seed in range(40):
        market = lottery_market(np.random.default_rng(seed), n_most=4 if seed % 8 == 0 else 3, m_most=2)
        n = len(market.choices)
        market = replace(market, lottery=lots_per_path(np.arange(n, dtype=np.int32), market.choices, seed))
        assert (counted(market) == exact_chances(market)).all(), seed


def test_frequencies_of_a_hundred_thousand_lotteries() -> None:
    compared = 0
    for seed in range(20):
        market = lottery_market(np.random.default_rng(seed), n_most=14, m_most=6)
        chance = exact_chances(market).astype(np.float64)
        share = _frequencies(market, LOTTERIES)
        error = np.sqrt(chance * (1 - chance) / LOTTERIES)
        assert (np.abs(share - chance) <= FIVE_ERRORS * error + 1e-12).all(), seed
        compared += int(((chance > 0) & (chance < 1)).sum())
    assert compared > 50


def test_parts_that_are_too_large_are_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    markets = [lottery_market(np.random.default_rng(seed), n_most=12, m_most=6) for seed in range(60)]
    exact = [exact_chances(market).astype(np.float64) for market in markets]
    given = {"exact_applicants": 5, "exact_parts": 2, "lotteries": 4_000}
    monkeypatch.setattr(propensity, "rule", lambda _, name: given[name])
    simulated = 0
    for market, expected in zip(markets, exact, strict=True):
        found = chances(market)
        simulated += found.lotteries > 0
        real = np.sqrt(expected * (1 - expected) / given["lotteries"])
        assert (np.abs(found.chance - expected) <= FIVE_ERRORS * real + 1e-12).all()
        assert np.isclose(found.chance.sum(), expected.sum(), atol=0.1)
        assert (found.error <= 1 / (2 * np.sqrt(given["lotteries"]))).all()
    assert 10 < simulated < 60


def test_a_market_too_large_to_count_is_refused() -> None:
    with pytest.raises(BadParameters, match="too large"):
        exact_chances(made_up_intake(1, n=300, paths=20).market, parts=10)


def test_formula_on_one_lottery() -> None:
    """Two of four equals get into A, one of the others into B; a fifth is above all, a sixth below."""
    wanted = np.array([[0, 1]] * 4 + [[1, 0], [1, 0]], np.int32)
    order = np.array([[1, 1]] * 4 + [[2, 2], [0, 0]], np.int64)
    match = solve(market_of((wanted, order, np.array([2, 2], np.int32)), lottery=np.array([5, 4, 3, 1, 2, 0])))
    # A takes lots of 4 and more, 2 of 6; B, where the fifth is sure, those of 3 and more, 3 of 6.
    assert np.allclose(formula_scores(match), [[1 / 3, 1 / 6]] * 4 + [[1, 0], [0, 0]])


def test_formula_remembers_the_largest_share_that_was_missed() -> None:
    """A takes half of the lots, B a quarter, C five of eight: of whoever missed A one in eight is left for C."""
    wanted = np.array([[0, 1, 2]] * 6 + [[1, -1, -1]] * 2, np.int32)
    order = np.where(wanted != NONE, 0, NOT_ELIGIBLE).astype(np.int64)
    lots = np.array([7, 5, 4, 3, 2, 1, 6, 0])
    found = formula_scores(solve(market_of((wanted, order, np.array([3, 1, 1], np.int32)), lottery=lots)))
    assert np.allclose(found, [[1 / 2, 0, 1 / 8]] * 6 + [[1 / 4, 0, 0]] * 2)


def test_formula_with_lotteries_apart_and_points_nearby() -> None:
    wanted = np.array([[0, 1], [0, 1]], np.int32)
    order = np.zeros((2, 2), np.int64)
    market = market_of((wanted, order, np.ones(2, np.int32)), lottery=np.array([[1, 0], [0, 1]], np.int64))
    assert np.allclose(formula_scores(solve(market)), [[1 / 2, 1 / 2]] * 2)
    near = np.array([[True, False], [True, True]])
    one = solve(replace(market, lottery=np.array([1, 0], np.int64)))
    assert np.allclose(formula_scores(one, near), [[1 / 2, 1 / 2], [1 / 2, 1 / 4]])


def test_formula_is_the_limit_of_large_markets() -> None:
    """The same applicants and seats many times over: the difference falls with the root of the size."""
    off = []
    for times in (2, 20, 200):
        here = []
        for seed in range(3):
            market = _many_times(lottery_market(np.random.default_rng(seed + 20), n_most=12, m_most=5), times)
            share = _frequencies(market, 4_000)
            inside = (share > 0.02) & (share < 0.98)
            here.append(np.abs(formula_scores(solve(market)) - share)[inside].mean() if inside.any() else 0.0)
        off.append(float(np.mean(here)))
    assert off[2] < off[1] < off[0]
    assert off[2] < 0.03  # in 2,400 applicants; simulation adds 0.006


def _frequencies(market: Market, lotteries: int) -> np.ndarray:
    """How often each choice (n, k) got a seat; of markets without quotas, whose entries are their choices."""
    lists = rerun_lists(market)
    counts = admitted_counts(lists, range(lotteries), seed=11)
    found = np.zeros(market.choices.shape)
    for row, (start, stop) in enumerate(zip(lists.start, lists.stop, strict=True)):
        for entry in range(start, stop):
            found[row, np.flatnonzero(market.choices[row] == lists.unit[entry])[0]] = counts[entry] / lotteries
    return found


def _many_times(market: Market, times: int) -> Market:
    choices, order = np.tile(market.choices, (times, 1)), np.tile(market.order, (times, 1))
    order = np.where(choices == NONE, NOT_ELIGIBLE, order)
    lots = np.random.default_rng(times).permutation(len(choices)).astype(np.int64)
    return market_of((choices, order, (market.capacity * times).astype(np.int32)), lottery=lots)


def test_frequencies_are_those_of_solving() -> None:
    """The compiled draws against solving each drawn market by the ordinary way."""
    market, rng, many = made_up_intake(3, n=120, paths=10).market, np.random.default_rng(5), 1_500
    seats = np.zeros(market.choices.shape)
    for _ in range(many):
        seats[admitted_by(solve(replace(market, lottery=rng.permutation(len(seats)).astype(np.int64))))] += 1
    chance = chances(market).chance
    error = np.sqrt(np.maximum(chance * (1 - chance), 1e-4) / many)
    assert (np.abs(seats / many - chance) <= FIVE_ERRORS * error + 0.01).all()


def test_chances_are_fractions_of_the_seats() -> None:
    for seed in range(30):
        market = lottery_market(np.random.default_rng(seed), n_most=9)
        found = exact_chances(market)
        assert all(isinstance(one, Fraction) and 0 <= one <= 1 for one in found.ravel())
        assert (found.sum(axis=1) <= 1).all()
