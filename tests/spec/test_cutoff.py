"""What an offer at a cut-off changes: found where planted, refused where it cannot be told, withdrawn by its checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gymreg_core.effects.around import around, in_plan
from gymreg_core.effects.cutoff import cutoff, cutoff_jump
from gymreg_core.effects.cutoff_checks import balance
from gymreg_core.effects.density import sorting
from gymreg_core.effects.margins import Margins
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.redraw_margins import MarginTruth, redraw_margins
from gymreg_core.rules import rule
from tests.effects_admissions import admitted_margins
from tests.effects_margins import small_margins

PLAN = AnalysisPlan()
OUTCOME = "completion_3"


def only(margins: Margins, keep: np.ndarray) -> Margins:
    """The pairs of a mask."""
    cut = {name: value[keep] for name, value in vars(margins).items() if isinstance(value, np.ndarray)}
    parts = {name: {key: one[keep] for key, one in getattr(margins, name).items()} for name in _PARTS}
    return Margins(**cut, **parts)


_PARTS = ("covariates", "known", "outcome")


def with_outcome(margins: Margins, values: np.ndarray) -> Margins:
    return replace(margins, outcome={**margins.outcome, OUTCOME: values})


def unknown(margins: Margins) -> Margins:
    return replace(margins, known={**margins.known, OUTCOME: np.zeros(len(margins), np.bool_)})


REFUSED: dict[str, tuple[Callable[[Margins], Margins], str]] = {
    "nobody applied": (lambda m: only(m, np.zeros(len(m), np.bool_)), "no_offers"),
    "no outcome is known": (unknown, "no_offers"),
    "everyone could have had better": (lambda m: replace(m, better=np.zeros(len(m))), "no_offers"),
    "thirty applicants": (lambda m: only(m, np.arange(len(m)) < 30), "few_pupils"),
    "nine schools": (lambda m: only(m, m.school < 9), "few_schools"),
    "nobody above": (lambda m: only(m, m.points < 0), "empty_window"),
    "a few below": (lambda m: only(m, (m.points > 0) | (np.arange(len(m)) % 100 == 0)), "empty_window"),
    "everyone completes": (lambda m: with_outcome(m, np.ones(len(m))), "no_variation"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case: str) -> None:
    change, refusal = REFUSED[case]
    found = cutoff(change(small_margins(2)), PLAN, OUTCOME)
    row = found["estimates"].set_index("measure").loc["offer"]
    assert row["refusal"] == refusal
    assert row[["estimate", "std_error", "low", "high", "p_value"]].isna().all()
    assert found["balance"].empty
    assert found["cutoff_checks"].empty


def test_a_dose_that_is_the_same_for_all_gives_no_first_stage() -> None:
    margins = small_margins(2)
    found = cutoff(replace(margins, dose=np.where(np.isnan(margins.dose), np.nan, 2.0)), PLAN, OUTCOME)
    row = found["estimates"].set_index("measure").loc["first_stage"]
    assert (row["refusal"], np.isnan(row["estimate"])) == ("no_variation", True)


def test_tables_hold_what_the_contract_asks() -> None:
    margins = small_margins(4, paths=90, per_path=80, schools=30)
    found = cutoff(margins, PLAN, OUTCOME)
    assert found["estimates"]["measure"].tolist() == ["offer", "first_stage"]
    assert found["estimates"]["planned"].all()
    assert found["checks"]["check"].tolist() == ["density", "covariates", "bandwidth", "donut", "mass_points"]
    again = found["cutoff_checks"].groupby("kind")["value"].apply(len)
    assert again["bandwidth"] == len(rule("effects", "bandwidth_factors"))
    assert again["donut"] == len(rule("effects", "donuts"))
    assert again["placebo"] == len(rule("effects", "placebo_cutoffs"))
    same = found["cutoff_checks"].query("kind == 'bandwidth'").iloc[2]
    offer = found["estimates"].iloc[0]
    names = ["estimate", "std_error", "low", "high", "pupils"]
    assert same[names].tolist() == pytest.approx(offer[names].tolist())
    joint, each = found["checks"].set_index("check").loc["covariates", "p_value"], found["balance"]["p_value"]
    assert joint == pytest.approx(min(1, len(each) * each.min()))
    assert "merit" not in set(found["balance"]["covariate"])
    bins = found["cutoff_bins"].set_index("points_from")
    told = pd.Series(margins.points).between(-2.5, -0.01).sum(), (margins.points == 0).sum()
    assert (bins.loc[-2.5, "pupils"], bins.loc[0.0, "pupils"]) == told
    assert bins.loc[-2.5, "offered"] == 0
    assert bins.loc[2.5, "offered"] == 1
    assert cutoff(margins, AnalysisPlan(also=()), "switching")["estimates"]["planned"].tolist() == [False, False]


def test_the_plan_chooses_intakes_and_programmes() -> None:
    margins = small_margins(4, intakes=3)
    chosen = in_plan(margins, AnalysisPlan(first_cohort=2020, last_cohort=2020, programmes="vocational"))
    assert (chosen == ((margins.intake == 2020) & margins.vocational)).all()
    assert (in_plan(margins, AnalysisPlan(programmes="preparatory")) == ~margins.vocational).all()


def test_of_those_at_the_cutoff_the_lot_decides_the_side() -> None:
    margins = small_margins(4)
    pairs = around(margins, np.ones(len(margins), np.bool_))
    assert (np.diff(pairs.points.x) >= 0).all()
    assert (pairs.points.right == margins.offered[pairs.row]).all()
    assert (~pairs.points.right[pairs.points.x == 0]).any()


def test_order_of_the_pairs_decides_nothing() -> None:
    margins = small_margins(5, truth=MarginTruth(offer=0.1))
    turned = only(margins, np.random.default_rng(1).permutation(len(margins)))
    for name in ("estimates", "checks", "balance", "cutoff_checks"):
        one, other = (cutoff(m, PLAN, OUTCOME)[name] for m in (margins, turned))
        pd.testing.assert_frame_equal(one, other, rtol=1e-8)


def test_planted_effects_are_covered_and_balance_holds() -> None:
    """Of 60 intervals at 95 per cent fewer than 51 hold the truth less than once in a thousand times, as do of 60 tests
    at 5 per cent more than 9 reject; the mean is within three of its standard errors and a tenth of an interval's."""
    truth = MarginTruth(offer=0.08, slope=0.3, bend=0.1, of_covariates={"home": 0.1})
    told, rejected = [], 0
    for seed in range(60):
        margins = redraw_margins(admitted_margins(np.random.default_rng([9, seed]), intakes=2), truth, seed)
        one = cutoff_jump(margins, in_plan(margins, PLAN), margins.outcome[OUTCOME], PLAN)
        assert one.found is not None
        told.append((one.found.corrected, one.found.corrected_error, one.found.robust_low, one.found.robust_high))
        rejected += balance(margins, one.pairs, one.found, 0.95)[1]["p_value"] < 0.05
    estimate, error, low, high = np.array(told).T
    assert ((low <= truth.offer) & (truth.offer <= high)).sum() >= 51
    assert abs(estimate.mean() - truth.offer) < 3 * estimate.std() / np.sqrt(60) + 0.1 * error.mean()
    assert error.mean() == pytest.approx(estimate.std(), rel=0.35)
    assert rejected <= 9


def test_sorting_makes_the_density_fail() -> None:
    """Asked for is 80 of a hundred."""
    margins = small_margins(1, paths=150, per_path=60, schools=30)
    sort = MarginTruth(sorted_share=0.2)
    sides = [around(redraw_margins(margins, sort, seed), margins.better > 0).points for seed in range(20)]
    assert sum(test is not None and test.p_value < 0.05 for test in map(sorting, sides)) >= 16
    found = cutoff(redraw_margins(margins, sort, 1), PLAN, OUTCOME)["checks"].set_index("check")
    assert found.loc["density", "verdict"] == "fails"


def test_a_covariate_that_jumps_fails() -> None:
    margins = small_margins(3, paths=90, per_path=80, schools=30)
    jumps = {"girls": margins.offered + np.random.default_rng(1).normal(size=len(margins))}
    found = cutoff(replace(margins, covariates={**margins.covariates, **jumps}), PLAN, OUTCOME)
    assert found["checks"].set_index("check").loc["covariates", "verdict"] == "fails"
    assert found["balance"].set_index("covariate").loc["girls", "estimate"] == pytest.approx(1, abs=0.4)


def test_few_applicants_leave_the_density_unclear() -> None:
    found = cutoff(small_margins(2), PLAN, OUTCOME)["checks"].set_index("check")
    assert found.loc["density", "verdict"] == "unclear"
    assert found.loc["density", "power"] < rule("effects", "test_power")
