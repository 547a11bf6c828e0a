"""The finished site of the made-up region, as the README's commands make it: every page, every PDF, every byte."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gymreg_core.errors import GymregError, RenderingFailed
from gymreg_core.provenance import sha256_of
from gymreg_core.release.gate import check_release
from gymreg_core.reporting.build import HOME, BuildRequest, build_site
from gymreg_core.reporting.manifest import MANIFEST
from gymreg_core.reporting.params import make_plan
from gymreg_core.reporting.site import Site, check_links
from gymreg_core.store.locking import exclusive
from tests.pages.browser_checks import check_site
from tests.pages.pdf_checks import check_pdfs
from tests.readme import Ended

MUNICIPALITIES = 27
REGION_PAGES = 4


@pytest.fixture(scope="session")
def site(readme_run: tuple[Path, list[Ended]]) -> Path:
    folder, ended = readme_run
    assert ended[-1].code == 0, ended[-1].output
    return folder / "build" / "site"


def test_the_pages_that_were_asked_for(site: Path) -> None:
    names = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    reports = {n for n in names if n.startswith("antagning-")}
    assert len(reports) == MUNICIPALITIES + REGION_PAGES
    assert {
        "index.html",
        "metod.html",
        "tillganglighet.html",
        "en/index.html",
        "en/metod.html",
        "en/tillganglighet.html",
    } <= names
    assert "en/antagning-2025-slut.html" in names
    assert {n.replace(".html", ".pdf") for n in reports} <= {
        p.relative_to(site).as_posix() for p in site.rglob("*.pdf")
    }


def test_every_kind_of_page_holds_in_a_browser(site: Path, chromium_path: str) -> None:
    """All but those of most municipalities, which are made alike: the largest, the smallest and one between stay. Parts
    of the region in completion and funding are looked at in their own sites (test_dropout_site, test_funding_pages)."""
    alike = {
        page
        for page in site.rglob("antagning-2025-slut-*.html")
        if page.stem.rsplit("-", 1)[-1] not in ("stockholm", "vaxholm", "taby")
    }
    alike |= {*site.rglob("genomstromning-2022-*.html"), *site.rglob("ersattning-2025-*.html")}
    pages = [page for page in sorted(site.rglob("*.html")) if page not in alike]
    assert len(pages) > REGION_PAGES
    assert check_site(site, chromium_path, pages) == []


def test_every_pdf_holds(site: Path) -> None:
    assert check_pdfs(site) == []


def test_no_link_leads_nowhere(site: Path) -> None:
    check_links(site)


def test_the_manifest_names_every_file_and_no_other(site: Path) -> None:
    manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    others = [p for p in site.rglob("*") if p.is_file() and p != site / MANIFEST]
    listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    assert listed == {p.relative_to(site).as_posix(): sha256_of(p) for p in others}
    assert manifest["made_up"] is True
    assert sum(i["name"].endswith(".xlsx") for i in manifest["inputs"]) == 4


def test_every_report_has_its_manifest_beside_it(site: Path) -> None:
    for page in site.glob("antagning-*.html"):
        own = json.loads((site / "data" / page.stem / MANIFEST).read_text(encoding="utf-8"))
        assert own["params"]["intake_year"] in (2024, 2025)
        assert len(own["inputs"]) == len({i["sha256"] for i in own["inputs"]}) == 4


def test_pages_hold_no_path_script_or_traceback(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"Traceback|/home/|/tmp/|/root/|file://", text), path.name
        assert len(re.findall(r"<script", text)) == (1 if path.stem == "index" else 0), path.name
        assert "<style" not in text


def test_figures_hold_no_more_than_is_drawn(site: Path) -> None:
    figures = list(site.rglob("*.svg"))
    assert len(figures) > MUNICIPALITIES
    for path in figures:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|<metadata|data-|aria-label|<desc|<title|https?://(?!www\.w3\.org)", text), (
            path.name
        )


def test_downloads_are_tables(site: Path) -> None:
    files = list(site.rglob("*.csv"))
    assert files
    for path in files:
        rows = list(
            csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter="," if "en" in path.parts else ";")
        )
        assert len(rows) > 1, path.name
        assert {len(row) for row in rows} == {len(rows[0])}, path.name


def test_the_gate_lets_the_pages_of_the_region_and_of_a_municipality_out(site: Path, tmp_path: Path) -> None:
    manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    left_out = {entry["page"] for entry in manifest["reports"] if entry["params"]["scope_name"] not in (None, "Täby")}
    kept = {name: entry for name, entry in manifest["files"].items() if not left_out & {*re.split(r"[/.]", name)}}
    for name in kept:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(site / name, tmp_path / name)
    (tmp_path / MANIFEST).write_text(json.dumps({**manifest, "files": kept}), encoding="utf-8")
    assert {"antagning-2025-slut.pdf", "en/antagning-2025-slut.pdf"} <= kept.keys()
    assert list(check_release(tmp_path, jobs=1)) == []


class Quiet:
    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


def request(readme_run: tuple[Path, list[Ended]], out: Path, **plan: object) -> BuildRequest:
    plans = [make_plan({"report": "admission", **plan}, where="test")]
    return BuildRequest.of(
        plans, data=readme_run[0] / "data", workspace=None, reference=None, out=out, renderer="embedded"
    )


def test_an_unchanged_build_does_nothing_and_a_changed_one_only_what_changed(
    readme_run: tuple[Path, list[Ended]], tmp_path: Path
) -> None:
    told: list[str] = []

    class Listening(Quiet):
        def note(self, text: str) -> None:
            told.append(text)

    first = request(readme_run, tmp_path / "site", scope="municipality", scope_name="Håbo")
    assert not build_site(first, Listening()).unchanged
    before = (tmp_path / "site").resolve()
    assert build_site(first, Listening()).unchanged
    assert (tmp_path / "site").resolve() == before
    second = request(readme_run, tmp_path / "site", scope="municipality", scope_name="Håbo", languages=["sv", "en"])
    told.clear()
    assert not build_site(second, Listening()).unchanged
    assert "1 of 2 reports are unchanged" in told


def test_a_failing_notebook_leaves_the_site_that_stood(readme_run: tuple[Path, list[Ended]], tmp_path: Path) -> None:
    good = request(readme_run, tmp_path / "site", scope="municipality", scope_name="Vaxholm")
    build_site(good, Quiet())
    before = sha256_of(tmp_path / "site" / "index.html")
    home = tmp_path / "home"
    for name in ("gymreg_core", "notebooks", "reports"):
        shutil.copytree(HOME / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = home / "notebooks" / "admission_report.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(c for c in notebook["cells"][::-1] if c["cell_type"] == "code")["source"] = "{}['a value of a row']"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(RenderingFailed) as caught:
        build_site(replace(good, home=home), Quiet())
    assert "KeyError at line 1 of the cell" in str(caught.value)
    assert "a value of a row" not in str(caught.value)
    assert sha256_of(tmp_path / "site" / "index.html") == before


@pytest.mark.skipif(os.name == "nt", reason="a folder is switched by a link, which Windows keeps from ordinary users")
def test_a_build_ended_at_any_moment_leaves_a_whole_site(readme_run: tuple[Path, list[Ended]], tmp_path: Path) -> None:
    def start(scope_name: str) -> subprocess.Popen[bytes]:
        arguments = [
            "report",
            "admission",
            "--data",
            str(readme_run[0] / "data"),
            "--out",
            "site",
            "--renderer",
            "embedded",
        ]
        wanted = ["--set", "scope=municipality", "--set", f"scope_name={scope_name}"]
        code = "from gymreg_core.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments, *wanted], cwd=tmp_path, stderr=subprocess.DEVNULL
        )

    assert start("Vaxholm").wait(timeout=300) == 0
    draw = random.Random(20261123)
    for _ in range(4):
        build = start("Ekerö")
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(timeout=draw.uniform(0.5, 8))
        build.kill()
        build.wait()
        manifest = Site(tmp_path / "site").manifest()
        assert manifest is not None
        check_links(tmp_path / "site")
    assert start("Ekerö").wait(timeout=300) == 0
    assert (tmp_path / "site" / "antagning-2025-slut-ekero.html").is_file()
    assert not (tmp_path / "site" / "antagning-2025-slut-vaxholm.html").exists()


def test_two_builds_at_once_do_not_mix(readme_run: tuple[Path, list[Ended]], tmp_path: Path) -> None:
    wanted = request(readme_run, tmp_path / "site", scope="municipality", scope_name="Vaxholm")
    wanted.workspace.mkdir()
    with exclusive(wanted.workspace / "build.lock"), pytest.raises(GymregError, match="another run"):
        build_site(wanted, Quiet())
    assert not (tmp_path / "site").exists()
