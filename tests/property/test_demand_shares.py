"""What moves shares: the fit against plain loops, and never anything of the years that are foretold."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.planning.demand_backtest import backtest_demand
from gymreg_core.planning.demand_shares import ShareHistory, fit_shares
from gymreg_core.rules import rule
from tests import demands

YEARS = np.arange(2019, 2024)


def history(seed: int, programmes: int = 6, years: int = 5) -> ShareHistory:
    rng = np.random.default_rng(seed)
    size = rng.gamma(1.0, 400.0, programmes) + 40
    walk = np.exp(np.cumsum(rng.normal(0, 0.08, (programmes, years)), axis=1))
    counts = rng.poisson(size[:, None] * walk).astype(float) + 1
    return ShareHistory(YEARS[:years], counts, rng.normal(0, 0.7, (programmes, years)))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("years", [1, 2, 3, 5])
def test_weights_are_those_of_plain_loops(seed: int, years: int) -> None:
    h = history(seed, years=years)
    slow = demands.slow_weights(h.shares, h.pressure, list(h.totals), float(rule("demand", "momentum")))
    np.testing.assert_allclose(fit_shares(h).weights, slow, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_shares_add_up_and_are_not_negative(seed: int) -> None:
    fit = fit_shares(history(seed))
    for shares in (fit.expected(5), fit.drawn(5, 50, np.random.default_rng(seed))):
        assert (shares >= 0).all()
        np.testing.assert_allclose(shares.sum(axis=-1), 1)
    assert 0 <= fit.trust <= 1


def test_a_steady_trend_goes_on_and_a_walk_is_not_followed() -> None:
    years = np.arange(2010, 2020)
    growing = 200 * 1.06 ** np.arange(10)
    counts = np.stack([growing, 900 - growing, np.full(10, 600.0)]) * 20
    steady = fit_shares(ShareHistory(years, counts, np.zeros_like(counts)))
    assert steady.expected(1)[0, 0] > steady.last[0] + 0.6 * (steady.last[0] - counts[0, -2] / counts[:, -2].sum())
    to_and_fro = 300 + 40 * (-1.0) ** np.arange(10)
    counts = np.stack([to_and_fro, 900 - to_and_fro, np.full(10, 600.0)]) * 20
    restless = fit_shares(ShareHistory(years, counts, np.zeros_like(counts)))
    assert restless.expected(1)[0, 0] > restless.last[0]  # after a low year, back up


def test_pressure_that_has_told_before_tells_again() -> None:
    rng = np.random.default_rng(1)
    shares = [np.full(8, 1 / 8)]
    pressure = rng.normal(0, 1, (8, 8))
    for at in range(7):
        moved = shares[-1] * (1 + 0.05 * (pressure[:, at] - shares[-1] @ pressure[:, at]))
        shares.append(moved / moved.sum())
    fit = fit_shares(ShareHistory(np.arange(8), np.array(shares).T * 1e6, pressure))
    assert fit.weights[0] == pytest.approx(0.05, abs=0.015)  # 1 of 8 parts is believed to be 0 before


def test_a_backtest_looks_at_no_later_year() -> None:
    frame = demands.choices(5)
    before = backtest_demand(demands.inputs(frame), seed=1)
    later = frame["intake_year"].eq(2023)
    changed = frame.assign(pupils=frame["pupils"].where(~later, frame["pupils"] * 7 + 3))
    after = backtest_demand(demands.inputs(changed), seed=1)
    assert before.years == after.years == (2022, 2023)
    told = ["expected", "low", "high", "last"]
    for year in before.years:
        one, other = (t.table[t.table["year"].eq(year)][told].to_numpy() for t in (before, after))
        np.testing.assert_array_equal(one, other)
    assert before.scores["error"].iloc[1] != after.scores["error"].iloc[1]
