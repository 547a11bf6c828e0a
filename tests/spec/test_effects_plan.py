"""What the report on effects may be asked for: a region, a plan written out, and a hash that tells it from others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from gymreg_core.contracts.effects import DESIGNS, OUTCOMES
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.errors import BadParameters, DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.effects import EffectsReport
from gymreg_core.reporting.effects_material import EffectsMaterial, effects_state
from gymreg_core.reporting.effects_plan import EffectsPlan
from gymreg_core.reporting.params import load_plan, make_plan
from gymreg_core.store import enrolments, registers
from tests.effects_studied import StoredStudy, studied

FILES = ("effects-region.yml", "effects-region-en.yml")


def plan(**values: object) -> EffectsPlan:
    made = make_plan({"report": "effects", **values}, where="test.yml")
    assert isinstance(made, EffectsPlan)
    return made


def test_a_plan_is_studied_once_and_told_in_each_language() -> None:
    runs = plan(languages=["sv", "en"]).expand(2026, "key")
    assert [(run.language, run.slug, run.study) for run in runs] == [
        ("sv", "effektstudie-2026", "key"),
        ("en", "effektstudie-2026", "key"),
    ]
    assert {run.plan_hash for run in runs} == {AnalysisPlan().hash}
    assert {(run.card, run.about_year) for run in runs} == {("effects", 2026)}
    assert all(value is None or isinstance(value, str | int) for value in runs[0].model_dump(mode="json").values())


def test_another_plan_has_another_hash_and_the_same_one_the_same() -> None:
    assert plan(plan={}).plan.hash == plan().plan.hash
    assert plan(plan={"outcome": "completion_4", "also": ["completion_3"]}).plan.hash != plan().plan.hash
    assert plan(plan={"seed": 1}).plan.hash != plan().plan.hash


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"pan": {}}, "Did you mean 'plan'?"),
        (
            {"plan": {"outcom": "points"}},
            "'plan.outcom' is not a parameter of the effects report. Did you mean 'outcome'?",
        ),
        ({"plan": {"outcome": "grades"}}, "'plan.outcome' has to be 'completion_3', 'completion_4'"),
        ({"plan": {"confidence": 95}}, "'plan.confidence' has to be a number above 0.5 below 1"),
        ({"plan": {"simulations": 5}}, "'plan.simulations' has to be a whole number from 100 up to 100000"),
        ({"plan": {"main": "dose", "designs": ["offers"]}}, "the main design 'dose' has to be one of designs"),
        ({"plan": {"first_cohort": 11}}, "'plan.first_cohort' has to be a whole number from 1990 to 2100"),
        ({"plan": 3}, "'plan' has to be a group of values"),
        ({"scope": "municipality"}, "'scope' has to be 'region'"),
        ({"scope_name": "Täby"}, "'scope_name' has to be nothing"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_a_mistake_is_told_with_its_place_and_its_remedy(values: dict[str, object], told: str) -> None:
    with pytest.raises(BadParameters) as caught:
        plan(**values)
    assert told in str(caught.value)
    assert caught.value.exit_code == 10


def test_the_project_s_plan_is_written_out_and_the_same_in_both_languages(repository: Path) -> None:
    made = [load_plan(repository / "params" / name) for name in FILES]
    assert [one.languages for one in made] == [("sv",), ("en",)]
    assert isinstance(made[0], EffectsPlan)
    assert isinstance(made[1], EffectsPlan)
    assert made[0].plan == made[1].plan
    written = yaml.safe_load((repository / "params" / FILES[0]).read_text(encoding="utf-8"))["plan"]
    assert set(written) == set(AnalysisPlan.model_fields), "nothing of the plan is left to a default"
    assert set(written["designs"]) == set(DESIGNS)
    assert {written["outcome"], *written["also"]} == set(OUTCOMES)


def test_every_part_of_the_project_s_plan_is_explained(repository: Path) -> None:
    lines = (repository / "params" / FILES[0]).read_text(encoding="utf-8").split("plan:\n")[1].splitlines()
    alone = [
        line
        for at, line in enumerate(lines)
        if not line.strip().startswith("#") and not lines[at - 1].strip().startswith("#")
    ]
    assert [line.split(":")[0].strip() for line in alone] == ["last_cohort", "seed"], "told with the line before"


def test_real_pupils_need_a_decision_before_anything_is_studied(tmp_path: Path) -> None:
    real = Provenance((), already_public=False, made_up=False)
    with pytest.raises(DisclosureRefused, match="effects report: decision"):
        EffectsMaterial(tmp_path, real, lambda text: None).wanted(plan())
    stored = StoredStudy(studied(cohorts=(2014,)), real)
    with pytest.raises(DisclosureRefused, match="without a decision"):
        EffectsReport.on(stored)
    assert EffectsReport.on(stored, decision="Styrelsen 2026-06-11, § 45").view.decision


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"plan_hash": "other"}, "its plan_hash is"),
        ({"year": 2025}, "its year is 2026"),
        ({"scope": "municipality"}, "'municipality' is not a scope"),
        ({"scope_name": "Täby"}, "the whole region has no name"),
        ({"language": "de"}, "'de' is not a language"),
    ],
)
def test_a_page_of_another_study_is_not_made(wanted: dict[str, object], told: str) -> None:
    stored = StoredStudy(studied(cohorts=(2014,)))
    assert EffectsReport.on(stored, year=2026, plan_hash=stored.studied.plan_hash).view.year == 2026
    with pytest.raises(BadParameters, match=told):
        EffectsReport.on(stored, **wanted)


def test_the_statuses_of_a_page_are_those_of_its_study_and_of_its_own_rules() -> None:
    stored = StoredStudy(replace(studied(cohorts=(2014,)), statuses={"effects.base_cohorts": "derived"}))
    found = EffectsReport.on(stored).view.statuses
    assert found["effects.base_cohorts"] == "derived"
    assert {"supplement.limit", *(f"effects_wording.{design}" for design in DESIGNS)} <= set(found)


@pytest.mark.parametrize(("current", "counts"), [(None, False), ("a key", True)])
def test_registers_count_where_enrolments_of_the_same_pupils_are_stored(
    current: str | None, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the first build of the made-up region, whose admission stores registers, would never be up to date."""
    given = SimpleNamespace(data=None, workspace=tmp_path, reference=None)
    monkeypatch.setattr(enrolments, "current_key", lambda workspace: current)
    before = effects_state(given)
    monkeypatch.setattr(registers, "register_keys", lambda workspace: {2024: "another key"})
    assert (effects_state(given) != before) == counts
