"""A site of the report on completion, of a small made-up region: pages, front page, PDF, and what is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gymreg_core.disclosure.linked import together
from gymreg_core.errors import BadInput, DisclosureRefused
from gymreg_core.release.gate import check_release
from gymreg_core.reporting.build import BuildRequest, build_site
from gymreg_core.reporting.executing import run_folder
from gymreg_core.reporting.from_enrolments import made_up_extract
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.params import make_plan
from gymreg_core.reporting.run_cells import cells_of
from gymreg_core.reporting.site import check_links
from tests.pages.browser_checks import check_site
from tests.pages.pdf_checks import check_pdfs


class Told:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def advance(self, step: str, total: int) -> None: ...


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildRequest, list[str]]:
    """A site of the region in two languages, a municipality, a kind of provider and a programme, made once."""
    folder = tmp_path_factory.mktemp("dropout")
    plans = [
        make_plan({"report": "dropout", **wanted}, where="test")
        for wanted in (
            {"languages": ["sv", "en"]},
            {"scope": "municipality", "scope_name": "Stockholm"},
            {"scope": "provider_form", "scope_name": "independent"},
            {"scope": "programme", "scope_name": "SA"},
        )
    ]
    extract = made_up_extract(folder / "extract", 0.02)
    request = BuildRequest.of(
        plans, data=extract, workspace=folder / "ws", reference=None, out=folder / "site", renderer="embedded", jobs=1
    )
    told = Told()
    build_site(request, told)
    return request, told.notes


def test_the_site_has_the_pages_that_were_asked_for(built: tuple[BuildRequest, list[str]]) -> None:
    request, notes = built
    names = {p.relative_to(request.out).as_posix() for p in request.out.rglob("genomstromning-*.html")}
    assert names == {
        "genomstromning-2022.html",
        "en/genomstromning-2022.html",
        "genomstromning-2022-stockholm.html",
        "genomstromning-2022-huvudman-fristaende.html",
        "genomstromning-2022-program-sa.html",
    }
    check_links(request.out)
    assert json.loads((request.out / MANIFEST).read_text(encoding="utf-8"))["made_up"] is True
    assert "following the cohorts" in notes
    front = (request.out / "index.html").read_text(encoding="utf-8")
    assert "Genomströmning, årskullen 2022" in front
    assert all(name in front for name in names if not name.startswith("en/"))


def test_every_page_holds_in_a_browser(built: tuple[BuildRequest, list[str]], chromium_path: str) -> None:
    pages = sorted(built[0].out.rglob("genomstromning-*.html"))
    assert check_site(built[0].out, chromium_path, pages) == []


def test_every_pdf_holds(built: tuple[BuildRequest, list[str]]) -> None:
    assert check_pdfs(built[0].out) == []


def test_the_gate_lets_the_site_out(built: tuple[BuildRequest, list[str]]) -> None:
    assert list(check_release(built[0].out, jobs=1)) == []


def test_an_unchanged_build_does_nothing(built: tuple[BuildRequest, list[str]]) -> None:
    told = Told()
    assert build_site(built[0], told).unchanged
    assert told.notes == []


def test_the_attack_on_all_pages_is_told_and_kept(built: tuple[BuildRequest, list[str]]) -> None:
    request, notes = built
    assert any("comes too close to none" in note for note in notes)
    record = request.out.with_name(f".{request.out.name}-versions") / "disclosure.json"
    assert record.stat().st_mode & 0o777 == 0o600
    manifest = json.loads((request.out / MANIFEST).read_text(encoding="utf-8"))
    held = json.loads(record.read_text(encoding="utf-8"))
    assert held["key"] == manifest["key"]
    assert set(manifest["disclosure"]) == {"cells", "hidden"}
    assert held["reports"]["dropout"]["hidden"]["FEW"] > 0
    assert not [path for path in request.out.rglob("*") if "cells" in path.name or path.name == "disclosure.json"]


def test_two_pages_that_contradict_one_another_are_refused(built: tuple[BuildRequest, list[str]]) -> None:
    reports = json.loads((built[0].out / MANIFEST).read_text(encoding="utf-8"))["reports"]
    parts = list(cells_of(run_folder(built[0].workspace, report["key"]) for report in reports))
    assert len(together(parts)) > 0
    told = next(part for part in parts if part.keys and part.keys[0].startswith("cohorts.measures"))
    with pytest.raises(DisclosureRefused, match=r"counts are told with two values: cohorts\.measures") as refused:
        together([*parts, replace(told, values=told.values + 7)])
    assert refused.value.exit_code == 13


def test_funding_rests_on_the_same_enrolments(built: tuple[BuildRequest, list[str]], tmp_path: Path) -> None:
    """What was made and taken in for one report is there for the other."""
    plan = make_plan({"report": "funding"}, where="test")
    told = Told()
    build_site(replace(built[0], plans=(plan,), out=tmp_path / "site"), told)
    assert "taking in the enrolments" not in told.notes


def test_an_extract_of_real_persons_is_taken_in_on_purpose_or_not_at_all(
    built: tuple[BuildRequest, list[str]], tmp_path: Path
) -> None:
    shutil.copytree(str(built[0].data), tmp_path / "real")
    description = tmp_path / "real" / "utdrag.json"
    told = description.read_text(encoding="utf-8")
    assert '"made_up": true' in told
    description.write_text(told.replace('"made_up": true', '"made_up": false'), encoding="utf-8")
    wanted = replace(built[0], data=tmp_path / "real", workspace=tmp_path / "ws", out=tmp_path / "site")
    with pytest.raises(DisclosureRefused, match="gymreg track"):
        build_site(wanted, Told())
    assert not (tmp_path / "ws" / "enrolments-of-reports").exists()


def test_result_files_alone_have_no_reports_on_completion(
    built: tuple[BuildRequest, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    request = BuildRequest.of(
        built[0].plans, data=tmp_path / "results", workspace=tmp_path / "ws", reference=None, out=tmp_path / "site"
    )
    told = Told()
    with pytest.raises(BadInput, match="nothing here to make a report of: dropout"):
        build_site(request, told)
    assert any("there are no enrolments here" in note for note in told.notes)
