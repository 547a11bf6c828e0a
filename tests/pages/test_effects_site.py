"""A site with the page of an effect study: addresses, front page, manifest with the plan, browser, PDF, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.contracts.effects import Studied
from gymreg_core.effects import study_workspace
from gymreg_core.errors import BadInput
from gymreg_core.release.gate import check_release
from gymreg_core.reporting import build
from gymreg_core.reporting.build import BuildRequest, build_site
from gymreg_core.reporting.effects_material import EffectsMaterial
from gymreg_core.reporting.effects_plan import EffectsPlan
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.params import make_plan
from gymreg_core.reporting.site import check_links
from gymreg_core.store.studies import StoredStudy, put_study
from tests.effects_studied import MADE_UP, studied
from tests.pages.browser_checks import check_site
from tests.pages.pdf_checks import check_pdfs


class Told:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def advance(self, step: str, total: int) -> None: ...


@dataclass(frozen=True)
class _Done:
    stored: StoredStudy

    @property
    def studied(self) -> Studied:
        return self.stored.studied


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BuildRequest, EffectsPlan]]:
    """The site in two languages, of a study that lies in the workspace already."""
    folder = tmp_path_factory.mktemp("effects")
    plan = make_plan({"report": "effects", "languages": ["sv", "en"], "plan": {"seed": 7}}, where="test")
    assert isinstance(plan, EffectsPlan)
    workspace = folder / "studied"
    made = studied(plan=plan.plan, cohorts=range(2011, 2017))
    stored = put_study(workspace, made, "0" * 63 + "a", MADE_UP)
    put_study(workspace, studied(cohorts=(2014,)), "0" * 63 + "b", MADE_UP)

    def gather(given: Any, note: Any) -> EffectsMaterial:
        del given
        return EffectsMaterial(workspace, MADE_UP, note)

    kind = replace(KINDS["effects"], gather=gather)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "KINDS", {**KINDS, "effects": kind})
        patch.setattr(study_workspace, "study_workspace", lambda *_, **__: _Done(stored))
        request = BuildRequest.of(
            [plan],
            data=None,
            workspace=folder / "ws",
            reference=None,
            out=folder / "site",
            renderer="embedded",
            jobs=1,
        )
        build_site(request, Told())
        yield request, plan


def test_the_site_has_the_page_in_both_languages_and_a_card_on_the_front_page(
    built: tuple[BuildRequest, EffectsPlan],
) -> None:
    request, _ = built
    names = {p.relative_to(request.out).as_posix() for p in request.out.rglob("effektstudie-*.html")}
    assert names == {"effektstudie-2026.html", "en/effektstudie-2026.html"}
    check_links(request.out)
    front = (request.out / "index.html").read_text(encoding="utf-8")
    assert "Effektstudie av strukturtillägget 2026" in front
    assert "Om strukturtillägget har ändrat" in front
    page = (request.out / "effektstudie-2026.html").read_text(encoding="utf-8")
    assert "2011–2016" in page, "not the study that was made last, but that of the plan"


def test_the_manifest_holds_the_plan_s_hash(built: tuple[BuildRequest, EffectsPlan]) -> None:
    request, plan = built
    whole = json.loads((request.out / MANIFEST).read_text(encoding="utf-8"))
    assert {entry["params"]["plan_hash"] for entry in whole["reports"]} == {plan.plan.hash}
    beside = json.loads((request.out / "data" / "effektstudie-2026" / MANIFEST).read_text(encoding="utf-8"))
    assert beside["params"]["plan_hash"] == plan.plan.hash


def test_the_page_holds_in_a_browser(built: tuple[BuildRequest, EffectsPlan], chromium_path: str) -> None:
    pages = sorted(built[0].out.rglob("effektstudie-*.html"))
    assert check_site(built[0].out, chromium_path, pages) == []


def test_every_pdf_holds(built: tuple[BuildRequest, EffectsPlan]) -> None:
    assert check_pdfs(built[0].out) == []


def test_the_gate_lets_the_site_out(built: tuple[BuildRequest, EffectsPlan]) -> None:
    assert list(check_release(built[0].out, jobs=1)) == []


def test_result_files_alone_have_no_report_on_effects(
    built: tuple[BuildRequest, EffectsPlan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "KINDS", KINDS)
    (tmp_path / "results").mkdir()
    request = replace(built[0], data=tmp_path / "results", workspace=tmp_path / "ws", out=tmp_path / "site")
    told = Told()
    with pytest.raises(BadInput, match="nothing here to make a report of: effects"):
        build_site(request, told)
    assert any("there are no enrolments here" in note for note in told.notes)
