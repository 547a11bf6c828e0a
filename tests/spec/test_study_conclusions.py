"""The tests of a design decide what may be said, whatever the number is (docs/decisions/0018)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from gymreg_core.contracts.effects import CHECKS, CLAIMS, DESIGNS, FINDINGS, OUTCOMES, REFUSALS, VERDICTS
from gymreg_core.effects.conclusions import conclusions, wording
from gymreg_core.effects.found import rows
from gymreg_core.effects.plan import AnalysisPlan

NEEDS = {
    "introduction": ("first_stage", "pre_trend", "composition", "placebo_outcome"),
    "dose": ("lead_dose", "composition", "placebo_outcome"),
    "dose_groups": ("pre_trend", "composition", "placebo_outcome"),
    "instrument": ("first_stage", "shock_balance"),
    "offers": ("balance",),
    "cutoff": ("density", "covariates"),
}
ABOUT = {design: "offer" if design in ("offers", "cutoff") else "dose" for design in DESIGNS}
EVERY = [(design, check) for design in DESIGNS for check in NEEDS[design]]


def estimate(design: str = "introduction", outcome: str = "completion_3", **given: Any) -> dict[str, Any]:
    numbers = {} if given.get("refusal") else {"estimate": 0.02, "low": 0.01, "high": 0.03}
    return {"design": design, "outcome": outcome, "measure": ABOUT[design], "by": "region", **numbers, **given}


def said(
    estimates: list[dict[str, Any]],
    verdicts: dict[str, str],
    *,
    dose: float = 1.0,
    **plan: Any,
) -> pd.DataFrame:
    """What is concluded from estimates of one design and outcome, and what its checks say."""
    design, outcome = estimates[0]["design"], estimates[0]["outcome"]
    checks = [{"design": design, "outcome": outcome, "check": check, "verdict": v} for check, v in verdicts.items()]
    asked = AnalysisPlan(**{"main": design, "designs": (design,), "outcome": outcome, **plan})
    return conclusions(rows("estimates", estimates), rows("checks", checks), dose, asked)


def one(table: pd.DataFrame) -> dict[str, Any]:
    [row] = table.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_needs_these_checks(design: str) -> None:
    words = wording(design)
    assert (words.needs, words.about) == (NEEDS[design], ABOUT[design])
    assert words.most in CLAIMS
    assert set(words.needs) <= set(CHECKS)


@pytest.mark.parametrize(("design", "check"), EVERY)
@pytest.mark.parametrize(
    ("verdict", "claim"), [("holds", "causal"), ("fails", "withdrawn"), ("unclear", "associated"), (None, "associated")]
)
def test_one_check_decides_the_claim(design: str, check: str, verdict: str | None, claim: str) -> None:
    verdicts = dict.fromkeys(NEEDS[design], "holds") | {check: verdict or "holds"}
    if verdict is None:
        del verdicts[check]
    row = one(said([estimate(design)], verdicts))
    assert (row["claim"], row["because"]) == (claim, "" if claim == "causal" else check)
    assert (row["measure"], row["refusal"], row["planned"]) == (ABOUT[design], "", True)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_checks_that_a_design_does_not_need_decide_nothing(design: str, verdict: str) -> None:
    verdicts = dict.fromkeys(CHECKS, verdict) | dict.fromkeys(NEEDS[design], "holds")
    assert one(said([estimate(design)], verdicts))["claim"] == "causal"


@pytest.mark.parametrize(
    ("first_stage", "pre_trend", "claim", "because"),
    [
        ("fails", "unclear", "withdrawn", "first_stage"),
        ("unclear", "fails", "withdrawn", "pre_trend"),
        ("fails", "fails", "withdrawn", "first_stage,pre_trend"),
        ("unclear", "unclear", "associated", "first_stage,pre_trend"),
    ],
)
def test_the_worst_check_decides_and_all_that_are_as_bad_are_named(
    first_stage: str, pre_trend: str, claim: str, because: str
) -> None:
    verdicts = dict.fromkeys(NEEDS["introduction"], "holds") | {"first_stage": first_stage, "pre_trend": pre_trend}
    row = one(said([estimate()], verdicts))
    assert (row["claim"], row["because"]) == (claim, because)


@pytest.mark.parametrize("order", [("holds", "fails"), ("fails", "holds"), ("unclear", "fails"), ("fails", "unclear")])
def test_of_a_check_that_was_made_twice_the_worse_counts(order: tuple[str, str]) -> None:
    twice = [
        {"design": "offers", "outcome": "completion_3", "check": "balance", "verdict": verdict} for verdict in order
    ]
    plan = AnalysisPlan(main="offers", designs=("offers",))
    row = one(conclusions(rows("estimates", [estimate("offers")]), rows("checks", twice), 1.0, plan))
    assert row["claim"] == "withdrawn"


def test_checks_of_another_design_or_outcome_say_nothing() -> None:
    checks = [
        {"design": "offers", "outcome": "completion_4", "check": "balance", "verdict": "holds"},
        {"design": "cutoff", "outcome": "completion_3", "check": "balance", "verdict": "holds"},
    ]
    plan = AnalysisPlan(main="offers", designs=("offers",))
    row = one(conclusions(rows("estimates", [estimate("offers")]), rows("checks", checks), 1.0, plan))
    assert (row["claim"], row["because"]) == ("associated", "balance")


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("refusal", [refusal for refusal in REFUSALS if refusal])
def test_without_a_number_nothing_is_said(design: str, refusal: str) -> None:
    row = one(said([estimate(design, refusal=refusal)], dict.fromkeys(NEEDS[design], "fails")))
    assert (row["claim"], row["finding"], row["because"], row["refusal"]) == ("none", "refused", "", refusal)


@pytest.mark.parametrize(
    ("low", "high", "dose", "finding"),
    [
        # share per thousand kronor; smallest effect of interest 1 percentage point at the mean dose
        (0.010, 0.030, 1.0, "more"),
        (0.0001, 0.011, 1.0, "more"),
        (-0.030, -0.012, 1.0, "less"),
        (-0.011, 0.011, 1.0, "cannot_tell"),
        (0.0, 0.030, 1.0, "cannot_tell"),
        (-0.030, 0.0, 1.0, "cannot_tell"),
        (-0.002, 0.030, 1.0, "cannot_tell"),
        (-0.009, 0.009, 1.0, "nothing_of_interest"),
        (0.001, 0.009, 1.0, "nothing_of_interest"),
        (-0.009, -0.001, 1.0, "nothing_of_interest"),
        (0.001, 0.010, 1.0, "more"),
        (-0.006, 0.006, 2.0, "cannot_tell"),
        (0.001, 0.006, 2.0, "more"),
        (-0.015, 0.015, 0.5, "nothing_of_interest"),
        (-0.001, 0.001, float("nan"), "cannot_tell"),
        (0.001, 0.002, float("nan"), "more"),
        (float("-inf"), 0.001, 1.0, "cannot_tell"),
    ],
)
def test_what_an_interval_says(low: float, high: float, dose: float, finding: str) -> None:
    row = one(said([estimate(low=low, high=high)], {}, dose=dose))
    assert row["finding"] == finding
    assert finding in FINDINGS


@pytest.mark.parametrize("design", ["offers", "cutoff"])
def test_an_effect_of_an_offer_needs_no_dose(design: str) -> None:
    """One percentage point by being offered a seat is of interest, however much money goes with it."""
    assert one(said([estimate(design, low=-0.009, high=0.009)], {}, dose=9.0))["finding"] == "nothing_of_interest"
    assert one(said([estimate(design, low=-0.011, high=0.009)], {}, dose=0.1))["finding"] == "cannot_tell"


@pytest.mark.parametrize("design", DESIGNS)
def test_groups_and_first_stages_conclude_nothing(design: str) -> None:
    told = [
        estimate(design),
        estimate(design, by="merit_band", group="0", low=0.5, high=0.6),
        {**estimate(design, low=0.5, high=0.6), "measure": "first_stage"},
    ]
    table = said(told, dict.fromkeys(NEEDS[design], "holds"))
    assert len(table) == 1
    assert one(table)["finding"] == "more"


def test_the_order_is_that_of_the_plan() -> None:
    plan = AnalysisPlan(main="dose", designs=("dose", "cutoff"), outcome="switching", also=("completion_3",))
    told = [estimate(d, o) for o in OUTCOMES for d in DESIGNS]
    table = conclusions(rows("estimates", told), rows("checks", []), 1.0, plan)
    expected = [(d, o) for d in ("dose", "cutoff") for o in ("switching", "completion_3")]
    assert list(zip(table["design"], table["outcome"], strict=True)) == expected


def test_a_design_that_tells_only_of_groups_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="introduction gave no estimate of completion_3 by dose"):
        said([estimate(by="merit_band", group="0")], {})
