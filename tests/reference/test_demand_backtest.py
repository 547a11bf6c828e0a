"""Demand held against the office's final admissions: shares of programmes, one year ahead, from earlier years alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymreg_core.planning.demand_backtest import DemandBacktest, backtest_demand
from gymreg_core.planning.demand_inputs import inputs_of_results
from gymreg_core.sources.demand.reading import read_demand
from gymreg_core.sources.published import read_results

ASKED = 0.85


@pytest.fixture(scope="module")
def finals(storsthlm_dir: Path) -> DemandBacktest:
    read = read_results(*sorted(storsthlm_dir.glob("slutantagning*.xlsx")))
    return backtest_demand(inputs_of_results(read.table, read.provenance, "final"))


def test_the_error_is_well_below_that_of_last_years_shares(finals: DemandBacktest) -> None:
    assert {2022, 2023} <= set(finals.years)
    two = finals.scores[finals.scores["year"].isin([2022, 2023])]
    assert two["error"].sum() <= ASKED * two["error_last"].sum()


def test_intervals_hold_about_as_often_as_they_say(finals: DemandBacktest) -> None:
    # 44 shares, of which 35 are to be held: 3 standard deviations of a count are 8.
    assert 27 / 44 <= finals.scores["covered"].iloc[-1] <= 43 / 44


def test_leaving_grades_of_all_schools_are_read(data_dir: Path) -> None:
    files = sorted((data_dir / "skolverket").glob("slutbetyg-ak9-2024-25*.csv"))
    if not files:
        pytest.skip("no leaving grades of year 9 (GYMREG_DATA/skolverket)")
    found = read_demand(*files)
    assert set(found.year9["year"]) == {2025}
    # The domain page's own count of the same file: 28 municipalities, 29,761 pupils, 89.5 per cent of all eligible
    # where the share is weighted by pupils that have one and almost all is 98.5 per cent; here it is 2.5 pupils.
    assert (len(found.year9), int(found.year9["pupils"].sum())) == (28, 29761)
    assert found.year9["eligible"].sum() / found.year9["known"].sum() == pytest.approx(0.895, abs=0.01)
    assert found.provenance.already_public
