"""Effects of an offer where the truth is planted: lots are drawn anew, and what would be without an offer stays."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from gymreg_core.effects.applicants import Applicants
from gymreg_core.effects.offers import offers
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.redraw_margins import MarginTruth, redraw_margins
from tests.effects_lotteries import Intake, drawn_applicants, made_up_intake
from tests.effects_margins import small_margins

PLAN = AnalysisPlan()
DRAWS = 80
"""Of 80 intervals of 95 % fewer than 69 hold the truth once in 2,000 runs; of 80 tests of size 5 % more than 11
reject as rarely. `make simulate` draws 500."""


@cache
def intake() -> Intake:
    return made_up_intake(1)


def test_effect_is_found_and_its_interval_holds_it() -> None:
    found = [offers(drawn_applicants(intake(), seed, offer=0.1), PLAN, "points") for seed in range(DRAWS)]
    told = [one["estimates"].iloc[0] for one in found]
    estimates = np.array([row["estimate"] for row in told])
    spread = estimates.std()
    assert abs(estimates.mean() - 0.1) < 3.3 * spread / np.sqrt(DRAWS)
    assert 0.8 < np.mean([row["std_error"] for row in told]) / spread < 1.3  # a spread of 80 is known to within 8 %
    assert sum(row["low"] <= 0.1 <= row["high"] for row in told) >= 69
    assert sum(one["checks"].iloc[0]["p_value"] < 0.05 for one in found) <= 11
    assert {row["measure"] for row in told} == {"offer"}
    steps = np.array([one["estimates"].iloc[2]["estimate"] for one in found])
    assert abs(steps.mean()) < 3.3 * steps.std() / np.sqrt(DRAWS)  # the same effect whatever the dose


def test_offers_that_do_not_go_by_lot_are_found_out() -> None:
    found = [offers(drawn_applicants(intake(), seed, cheat=0.15), PLAN, "points")["checks"] for seed in range(20)]
    verdicts = [checks.set_index("check").loc["balance", "verdict"] for checks in found]
    assert verdicts.count("fails") >= 16


def test_near_cutoffs_where_lots_decide_too_little() -> None:
    """Without lots those within 5 points stand in, with a line on each side: a slope of merit is no effect."""
    truth = MarginTruth(offer=0.15, slope=3.0, level=0.5, noise=0.15)
    off = []
    for seed in range(30):
        margins = redraw_margins(small_margins(seed, step=0.5, lottery_share=0.0, per_path=80), truth, seed)
        near = np.abs(margins.points) <= 5
        margins = replace(margins, covariates={"girls": margins.covariates["girls"]})
        whole = Applicants(**vars(margins), chance=np.full(len(margins), 0.5), by_lot=np.zeros(len(margins), np.bool_))
        found = offers(_some(whole, near), PLAN, "points")
        row = found["estimates"].iloc[0]
        off.append((row["estimate"] - truth.offer) / row["std_error"])
        assert found["checks"].set_index("check").loc["overlap", "verdict"] == "unclear"
    assert abs(np.mean(off)) < 3.3 / np.sqrt(30)
    assert np.std(off) < 1.5  # 30 draws of a spread of 1 lie below it in 1,999 of 2,000 runs


def _some(whole: Applicants, keep: np.ndarray) -> Applicants:
    parts = {
        name: {key: one[keep] for key, one in values.items()} if isinstance(values, dict) else values[keep]
        for name, values in vars(whole).items()
    }
    return Applicants(**parts)
