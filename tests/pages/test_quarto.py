"""Who renders: real Quarto where it is installed, and what our own side of it does where it is not."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from gymreg_core.errors import BadParameters, RenderingFailed
from gymreg_core.reporting.renderers import QuartoRenderer, choose_renderer, find_quarto
from tests.pages.browser_checks import check_site
from tests.pages.pdf_checks import check_pdfs

WRITES_A_SITE = 'mkdir _site && pwd > _site/where && echo "$@" > _site/asked'
on_posix = pytest.mark.skipif(os.name == "nt", reason="a stand-in for Quarto is a shell script")


class Quiet:
    def note(self, text: str) -> None: ...
    def advance(self, step: str, total: int) -> None: ...


def stand_in(folder: Path, version: str, render: str = WRITES_A_SITE) -> Path:
    """A program called quarto that tells `version` and does `render`."""
    folder.mkdir()
    program = folder / "quarto"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo {version}; exit; fi\n{render}\n', encoding="utf-8"
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder `bin` that holds the only quarto that can be found."""
    found = shutil.which
    place = tmp_path / "bin"
    monkeypatch.setattr(
        "gymreg_core.reporting.renderers.shutil.which", lambda name, path=None: found(name, path=str(place))
    )
    return place


@on_posix
@pytest.mark.parametrize(("version", "taken"), [("1.7.34", True), ("1.10.18", True), ("1.6.9", False), ("what", False)])
def test_a_new_enough_quarto_is_taken(only: Path, version: str, taken: bool) -> None:
    stand_in(only, version)
    chosen = choose_renderer("auto")
    assert chosen.name == ("quarto" if taken else "embedded")
    assert (version if taken else "1.7 or newer is needed") in chosen.notice


def test_without_quarto_the_embedded_renderer_says_why(only: Path) -> None:
    assert choose_renderer("auto").notice == "rendering with the embedded renderer (Quarto is not installed)"
    with pytest.raises(BadParameters, match="not installed"):
        choose_renderer("quarto")


@on_posix
def test_quarto_is_started_in_the_project_and_its_site_taken(tmp_path: Path) -> None:
    program = stand_in(tmp_path / "bin", "1.9.0")
    (tmp_path / "project").mkdir()
    QuartoRenderer(str(program), "1.9.0").render(tmp_path / "project", tmp_path / "site", 2, Quiet())
    assert Path((tmp_path / "site" / "where").read_text().strip()) == tmp_path / "project"
    assert (tmp_path / "site" / "asked").read_text().split() == ["render", "--no-execute"]


@on_posix
@pytest.mark.parametrize("render", ["echo 'ERROR: no such filter' >&2; exit 1", "exit 0"])
def test_a_failing_quarto_is_told_with_its_last_words(tmp_path: Path, render: str) -> None:
    program = stand_in(tmp_path / "bin", "1.9.0", render)
    (tmp_path / "project").mkdir()
    with pytest.raises(RenderingFailed, match="Quarto ended with code") as caught:
        QuartoRenderer(str(program), "1.9.0").render(tmp_path / "project", tmp_path / "site", 2, Quiet())
    assert ("no such filter" in str(caught.value)) == ("filter" in render)
    assert str(tmp_path) not in str(caught.value)
    assert not (tmp_path / "site").exists()


@pytest.fixture(scope="module")
def quarto_site(fixture_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture as real Quarto renders it."""
    quarto, reason = find_quarto()
    if quarto is None:
        pytest.skip(f"real Quarto was not tried: {reason}")
    project, site = tmp_path_factory.mktemp("quarto") / "project", tmp_path_factory.mktemp("by") / "site"
    shutil.copytree(fixture_project, project)
    quarto.render(project, site, 2, Quiet())
    (site / "manifest.json").write_text("{}\n", encoding="utf-8")
    return site


def words(page: Path) -> list[str]:
    return re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8").partition("<body")[2]).split()


def test_real_quarto_makes_the_same_pages(quarto_site: Path, fixture_site: Path) -> None:
    names = sorted(p.relative_to(fixture_site) for p in fixture_site.rglob("*.html"))
    assert [n.as_posix() for n in names if words(quarto_site / n) != words(fixture_site / n)] == []


def test_real_quarto_makes_good_pdfs(quarto_site: Path, fixture_site: Path) -> None:
    made = {p.relative_to(fixture_site) for p in fixture_site.rglob("*.pdf")}
    assert made <= {p.relative_to(quarto_site) for p in quarto_site.rglob("*.pdf")}
    assert check_pdfs(quarto_site) == []


def test_real_quarto_makes_accessible_pages(quarto_site: Path, chromium_path: str) -> None:
    assert check_site(quarto_site, chromium_path) == []
