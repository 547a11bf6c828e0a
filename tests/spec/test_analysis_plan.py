"""The analysis plan: what stands in it by default, what it refuses, and the hash that it is known by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gymreg_core.contracts.effects import DESIGNS, OUTCOMES
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.plan_file import make_plan, read_plan
from gymreg_core.errors import BadParameters

DEFAULT_HASH = "442177bde09821d2c3ae869f232359605f08536ad5b5fecd86051e5337b8be21"


def test_the_default_plan_asks_for_every_design_and_outcome() -> None:
    plan = AnalysisPlan()
    assert plan.outcomes == OUTCOMES
    assert plan.designs == DESIGNS
    assert (plan.main, plan.outcome, plan.programmes, plan.groups) == ("introduction", "completion_3", "all", ())
    assert (plan.confidence, plan.smallest_of_interest, plan.power) == (0.95, 1.0, 0.8)


def test_the_hash_is_of_the_content_and_stays() -> None:
    """Hashes stand in manifests of published pages: a plan has to have the same one next year."""
    assert AnalysisPlan().hash == DEFAULT_HASH
    assert AnalysisPlan(designs=list(DESIGNS), seed=2026).hash == DEFAULT_HASH  # type: ignore[arg-type]
    assert AnalysisPlan.model_validate(AnalysisPlan().as_json()).hash == DEFAULT_HASH


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "completion_4"},
        {"also": ("points",)},
        {"first_cohort": 2013},
        {"last_cohort": 2020},
        {"programmes": "vocational"},
        {"main": "dose"},
        {"designs": tuple(reversed(DESIGNS))},
        {"groups": ("merit_band",)},
        {"confidence": 0.9},
        {"smallest_of_interest": 2},
        {"power": 0.9},
        {"simulations": 501},
        {"seed": 1},
        {"registered": "Nämnden 2026-01-15, § 7"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_field_changes_the_hash(changed: dict[str, Any]) -> None:
    assert AnalysisPlan(**changed).hash != DEFAULT_HASH


def test_every_field_is_tried_above() -> None:
    [mark] = test_every_field_changes_the_hash.pytestmark  # type: ignore[attr-defined]
    assert {name for changed in mark.args[1] for name in changed} == set(AnalysisPlan.model_fields)


def test_the_further_outcomes_are_the_others() -> None:
    assert AnalysisPlan(outcome="switching").outcomes == (
        "switching",
        *(outcome for outcome in OUTCOMES if outcome != "switching"),
    )
    assert AnalysisPlan(outcome="switching", also=()).outcomes == ("switching",)


def test_a_plan_stands_fast() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        AnalysisPlan().seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"outcom": "points"}, "'outcom' is not known. Did you mean 'outcome'?"),
        ({"outcome": "grades"}, "outcome: Input should be 'completion_3'"),
        ({"also": ["points", "points"]}, "a design or an outcome stands there twice"),
        ({"outcome": "points", "also": ["points"]}, "a design or an outcome stands there twice"),
        ({"designs": ["dose", "dose"], "main": "dose"}, "a design or an outcome stands there twice"),
        ({"designs": ["dose"]}, "the main design 'introduction' has to be one of designs"),
        ({"first_cohort": 2020, "last_cohort": 2015}, "first_cohort lies after last_cohort"),
        ({"confidence": 95}, "confidence: Input should be less than 1"),
        ({"smallest_of_interest": 0}, "smallest_of_interest: Input should be greater than 0"),
        ({"simulations": 10}, "simulations: Input should be greater than or equal to 100"),
        ({"groups": ["school"]}, "groups.1: Input should be 'merit_band' or 'programme_type'"),
        (["dose"], "an analysis plan holds `name: value` lines"),
    ],
)
def test_a_mistake_in_a_plan_is_told(raw: Any, told: str) -> None:
    with pytest.raises(BadParameters) as refused:
        make_plan(raw, where="plan.yml")
    assert told in str(refused.value)
    assert str(refused.value).startswith("plan.yml: ")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(BadParameters) as refused:
        make_plan({"outcom": "points", "power": 2, "seed": "x"}, where="plan.yml")
    assert all(name in str(refused.value) for name in ("outcom", "power", "seed"))


def test_a_plan_is_read_from_a_params_file_and_changed_by_hand(tmp_path: Path) -> None:
    params, alone = tmp_path / "effects.yml", tmp_path / "plan.yml"
    params.write_text("report: effects\nplan:\n  outcome: points\n  seed: 7\n", encoding="utf-8")
    alone.write_text("outcome: points\nseed: 7\n", encoding="utf-8")
    assert read_plan(params) == read_plan(alone) == AnalysisPlan(outcome="points", seed=7)
    assert read_plan(params, ["seed=8", "designs=[dose, cutoff]", "main=dose"]) == AnalysisPlan(
        outcome="points", seed=8, main="dose", designs=("dose", "cutoff")
    )
    params.write_text("report: effects\n", encoding="utf-8")
    assert read_plan(params) == read_plan(None) == AnalysisPlan()


@pytest.mark.parametrize("change", ["seed", "=3", "seed=[1", ""])
def test_a_change_that_is_none_is_refused(change: str) -> None:
    with pytest.raises(BadParameters, match="name=value"):
        read_plan(None, [change])


def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadParameters, match=r"gone.yml: this params file cannot be read"):
        read_plan(tmp_path / "gone.yml")
