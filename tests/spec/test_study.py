"""A study as a whole, its designs stood in for: what runs, in which order, what is planned, what is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.effects import CHECKS, CLAIMS, DESIGNS, EFFECT_TABLES, FINDINGS, OUTCOMES, REFUSALS, Studied
from gymreg_core.effects.found import Found, rows
from gymreg_core.effects.margins import Margins
from gymreg_core.effects.panel import Panel
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.study import TABLE, About, study
from gymreg_core.effects.study_words import answer, cost_told, say
from gymreg_core.effects.study_workspace import StudyOfWorkspace, summary_of
from gymreg_core.errors import BadInput
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.rules import rule
from gymreg_core.store.studies import current_study, kept_study, put_study, stored_study, study_key
from gymreg_core.vocabulary.programmes import LANGUAGES
from tests.effects_margins import small_margins
from tests.effects_panels import small_panel
from tests.spec.test_study_conclusions import NEEDS, estimate

Calls = list[tuple[str, str, Any]]
KEYS = {
    "outcomes": OUTCOMES,
    "short": OUTCOMES,
    "designs": DESIGNS,
    "claims": CLAIMS,
    "findings": FINDINGS,
    "checks": CHECKS,
    "refusals": REFUSALS[1:],
}
ABOUT = About("2011-07-01", "2026-01-31", made_up=True)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return small_panel(schools=12)


@pytest.fixture(scope="module")
def margins() -> Margins:
    return small_margins()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every part of a study stood in for by one that finds an effect and notes what it was asked for."""
    made: Calls = []

    def stand_in(module: str, name: str, found: Callable[..., Found]) -> None:
        instead = ModuleType(module)
        setattr(instead, name, found)
        monkeypatch.setitem(sys.modules, f"gymreg_core.effects.{module}", instead)

    def design(name: str) -> Callable[..., Found]:
        def found(data: Any, plan: AnalysisPlan, outcome: str) -> Found:
            made.append((name, outcome, data))
            rule("effects", "fewest_schools")
            checks = [{"design": name, "outcome": outcome, "check": c, "verdict": "holds"} for c in NEEDS[name]]
            about = estimate(name, outcome, pupils=900, schools=40)
            return Found({"estimates": rows("estimates", [about]), "checks": rows("checks", checks)})

        return found

    def groups(panel: Panel, plan: AnalysisPlan) -> Found:
        made.append(("heterogeneity", plan.outcome, panel))
        told = [estimate(by=by, group="x") for by in ("merit_band", "programme_type")]
        return Found({"estimates": rows("estimates", told)})

    def power(panel: Panel, plan: AnalysisPlan, *_: Any, **__: Any) -> Found:
        made.append(("power", plan.outcome, panel))
        row = {"design": plan.main, "outcome": plan.outcome, "detectable": 0.02, "power": 0.8}
        return Found({"detectable": rows("detectable", [row])})

    def mechanisms(panel: Panel, plan: AnalysisPlan, design: str) -> Found:
        made.append(("mechanisms", design, panel))
        return Found({})

    def by_formula(estimates: pd.DataFrame, plan: AnalysisPlan) -> Found:
        made.append(("power_by_formula", plan.outcome, estimates))
        return Found({})

    def specifications(panel: Panel, plan: AnalysisPlan, *, jobs: int | None) -> Found:
        made.append(("specifications", plan.outcome, jobs))
        return Found({})

    for name in DESIGNS:
        stand_in(name, name, design(name))
    stand_in("heterogeneity", "heterogeneity", groups)
    stand_in("power", "power", power)
    sys.modules["gymreg_core.effects.power"].power_by_formula = by_formula  # type: ignore[attr-defined]
    stand_in("mechanisms", "mechanisms", mechanisms)
    sys.modules["gymreg_core.effects.mechanisms"].PANEL_DESIGNS = ("introduction",)  # type: ignore[attr-defined]
    stand_in("specification", "specifications", specifications)
    return made


def test_every_design_has_an_entry() -> None:
    assert tuple(TABLE) == DESIGNS


def test_every_design_runs_for_every_outcome_of_the_plan_after_power(
    calls: Calls, panel: Panel, margins: Margins
) -> None:
    plan = AnalysisPlan(designs=("introduction", "offers", "cutoff"), also=("switching",))
    progress: list[tuple[str, int]] = []
    found = study(panel, margins, margins, plan, lambda *step: progress.append(step), about=ABOUT, jobs=3)
    expected = [(d, o) for d in plan.designs for o in plan.outcomes]
    told = [call[:2] for call in calls]
    beside = [("mechanisms", "introduction"), ("heterogeneity", "completion_3")]
    assert (told[0], told[-2:]) == (
        ("power", "completion_3"),
        [("power_by_formula", "completion_3"), ("specifications", "completion_3")],
    )
    assert sorted(told[1:-2]) == sorted([*expected, *beside])
    given = {name: data for name, _, data in calls}
    assert (given["introduction"], given["offers"], given["cutoff"]) == (panel, margins, margins)
    assert given["specifications"] == 3
    assert (given["power_by_formula"]["group"] == "").sum() == len(expected)
    assert progress == [("designs", 8)] * 8
    assert list(zip(found.conclusions["design"], found.conclusions["outcome"], strict=True)) == expected
    assert set(found.conclusions["claim"]) == {"causal"}
    assert (found.plan, found.plan_hash, found.as_of) == (plan.as_json(), plan.hash, ABOUT.as_of)
    assert "effects.fewest_schools" in found.statuses
    assert "effects_wording.offers" in found.statuses


def test_the_designs_see_the_population_of_the_plan(calls: Calls, panel: Panel) -> None:
    plan = AnalysisPlan(first_cohort=2014, last_cohort=2020, programmes="vocational")
    study(panel, None, None, plan, about=ABOUT)
    for name, _, data in calls:
        if name in ("power", "dose", "heterogeneity"):
            assert data.cohorts.tolist() == list(range(2014, 2021))
            assert data.vocational[data.programme].all()


@pytest.mark.parametrize("of", ["nobody", "no pairs"])
def test_without_applicants_offers_and_cutoffs_are_refused(
    calls: Calls, panel: Panel, margins: Margins, of: str
) -> None:
    given = None if of == "nobody" else none_of(margins)
    found = study(panel, given, given, AnalysisPlan(), about=ABOUT)
    assert {name for name, *_ in calls} & {"offers", "cutoff"} == set()
    refused = found.conclusions[found.conclusions["design"].isin(["offers", "cutoff"])]
    assert len(refused) == 2 * len(OUTCOMES)
    assert set(refused["refusal"]) == {"no_offers"}
    assert set(refused["claim"]) == {"none"}
    assert answer(found, "offers", "points", "en").endswith("no registers of the admission.")


def none_of(margins: Margins) -> Margins:
    nobody = np.zeros(len(margins), bool)
    return replace(
        margins,
        **{
            name: {key: values[nobody] for key, values in given.items()} if isinstance(given, dict) else given[nobody]
            for name, given in vars(margins).items()
        },
    )


@pytest.mark.parametrize("groups", [(), ("merit_band",), ("merit_band", "programme_type")])
def test_groups_are_exploratory_where_the_plan_does_not_ask_for_them(
    calls: Calls, panel: Panel, groups: tuple[str, ...]
) -> None:
    plan = AnalysisPlan(groups=groups)
    table = study(panel, None, None, plan, about=ABOUT).estimates
    assert calls
    assert table.loc[table["group"] == "", "planned"].all()
    assert set(table.loc[(table["group"] != "") & table["planned"], "by"]) == set(groups)


def test_an_error_in_a_design_is_not_taken_for_a_refusal(
    calls: Calls, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Found:
        raise ZeroDivisionError

    monkeypatch.setattr(sys.modules["gymreg_core.effects.dose"], "dose", broken)
    with pytest.raises(ZeroDivisionError):
        study(panel, None, None, AnalysisPlan(), about=ABOUT)
    assert calls


def test_what_was_found_of_the_dose_is_told_too(calls: Calls, panel: Panel) -> None:
    jump = rows("jump", [{"merit_from": 200, "pupils": 10, "own": 0, "dose": 1.0}])
    found = study(panel, None, None, AnalysisPlan(), about=replace(ABOUT, doses=Found({"jump": jump})))
    assert calls
    assert len(found.jump) == 1
    assert set(found.tables()) == set(EFFECT_TABLES)


@pytest.fixture
def found(calls: Calls, panel: Panel) -> Studied:
    doses = rows("doses", [{"cohort": 2011, "by": "region"}, {"cohort": 2015, "by": "region"}])
    about = replace(ABOUT, doses=Found({"doses": doses}))
    return study(panel, None, None, AnalysisPlan(), about=about)


def test_a_study_comes_back_from_the_workspace_as_it_was(found: Studied, tmp_path: Path) -> None:
    provenance = Provenance((InputFile("elever.csv", "ab", 1),), already_public=False, made_up=True)
    key = study_key("enrolments", [(2020, "register", "")], found.plan_hash)
    assert kept_study(tmp_path, key) is None
    assert current_study(tmp_path) is None
    put_study(tmp_path, found, key, provenance)
    back = stored_study(tmp_path)
    assert (back.key, back.provenance, current_study(tmp_path)) == (key, provenance, key)
    for name, table in found.tables().items():
        pd.testing.assert_frame_equal(getattr(back.studied, name), table)
    for name in ("since", "as_of", "made_up", "plan", "plan_hash", "statuses"):
        assert getattr(back.studied, name) == getattr(found, name)
    kept = kept_study(tmp_path, key)
    assert kept is not None
    assert kept.key == key


def test_a_workspace_without_a_study_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Run gymreg study"):
        stored_study(tmp_path)


def test_a_study_is_known_by_all_that_decides_it() -> None:
    def keys() -> Iterator[str]:
        yield study_key("e", [(2019, "r", "m"), (2020, "r", "m")], "p")
        yield study_key("f", [(2019, "r", "m"), (2020, "r", "m")], "p")
        yield study_key("e", [(2019, "q", "m"), (2020, "r", "m")], "p")
        yield study_key("e", [(2019, "r", "n"), (2020, "r", "m")], "p")
        yield study_key("e", [(2019, "r", "m")], "p")
        yield study_key("e", [(2019, "r", "m"), (2020, "r", "m")], "q")

    assert len(set(keys())) == 6
    assert next(keys()) == study_key("e", [(2020, "r", "m"), (2019, "r", "m")], "p")


def test_a_result_tells_itself(found: Studied) -> None:
    provenance = Provenance((), already_public=False, made_up=True)
    done = StudyOfWorkspace(put_nowhere(found, provenance), computed=True)
    assert done.table is found.estimates
    summary = done.summary()
    assert summary == summary_of(found)
    assert (summary["claim"], summary["finding"], summary["cohorts"]) == ("causal", "more", [2011, 2015])
    dose = found.cost["dose"].iloc[0]
    assert summary["detectable"] == pytest.approx(2 * dose)
    told = done.describe("sv")
    assert told.startswith(
        f"Elever som började 2011–2015, som det var känt 2026-01-31, enligt analysplanen {found.plan_hash[:8]}"
    )
    assert "Strukturtillägget har ökat andelen med gymnasieexamen inom tre år" in told
    assert "En elev till med examen kostar 150\N{NO-BREAK SPACE}000" in told
    assert done._repr_html_() == f"<p>{told}</p>"
    assert "The structural supplement raised the share" in done.describe("en")
    assert repr(done) == f"StudyOfWorkspace({found!r})"


def put_nowhere(found: Studied, provenance: Provenance) -> Any:
    from gymreg_core.store.studies import StoredStudy

    return StoredStudy("key", found, provenance)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_and_finding_has_its_words(found: Studied, language: Any) -> None:
    """And none but a causal one says that anything raised or lowered anything."""
    causes = {"sv": ("har ökat", "har minskat"), "en": ("raised", "lowered")}[language]
    for measure, design in (("dose", "introduction"), ("offer", "offers")):
        for claim in ("causal", "associated", "withdrawn", "none"):
            for finding in ("more", "less", "nothing_of_interest", "cannot_tell"):
                told = answer(changed(found, design, measure, claim, finding), design, "completion_3", language)
                assert told.endswith(".")
                assert "{" not in told
                caused = any(word in told for word in causes)
                assert caused == (claim == "causal" and finding in ("more", "less"))
                if claim == "causal" and measure == "offer":
                    assert {"sv": "pengarna", "en": "money"}[language] in told
    assert cost_told(found, "offers", "completion_3", language) == ""


def changed(found: Studied, design: str, measure: str, claim: str, finding: str) -> Studied:
    one = {"design": design, "outcome": "completion_3", "measure": measure, "claim": claim, "finding": finding}
    because = {"associated": "pre_trend,composition", "withdrawn": "density"}.get(claim, "")
    refusal = "few_schools" if claim == "none" else ""
    size = {"quantity": "percentage_points", "estimate": -2.0, "low": float("-inf"), "high": -1.0}
    return replace(
        found,
        conclusions=rows("conclusions", [{**one, "because": because, "refusal": refusal}]),
        cost=rows("cost", [{"design": design, "outcome": "completion_3", **size}]),
    )


def test_an_effect_downwards_is_told_by_its_size(found: Studied) -> None:
    told = answer(changed(found, "dose", "dose", "causal", "less"), "dose", "completion_3", "en")
    assert "lowered the share with a diploma within three years: by 2.0 percentage points" in told
    assert told.endswith("(1.0 to no limit).")


def test_texts_are_whole_in_both_languages() -> None:
    assert say().incomplete() == []
    for kind, keys in KEYS.items():
        assert {f"{kind}.{key}" for key in keys} <= set(say().entries)
