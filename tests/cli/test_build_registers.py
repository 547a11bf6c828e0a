"""From registers to pages: made-up ones go straight through, real ones only by a result file made on purpose."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gymreg_core import cli
from gymreg_core.matching import certificate
from gymreg_core.reporting.build import BuildRequest, build_site
from gymreg_core.reporting.params import make_plan
from gymreg_core.store.matches import matches
from gymreg_core.store.registers import register_years
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.registers import small_register


class Told:
    """Keeps what a build notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def advance(self, step: str, total: int) -> None: ...


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extracts")
    for year in (2024, 2025):
        made = small_register(120, seed=year, paths=20, intake_year=year)
        write_register(made, identity_numbers(made, 1), folder / str(year))
    return folder


def request(data: Path, folder: Path, **plan: Any) -> BuildRequest:
    wanted = {"report": "admission", "round": "final", "languages": ["sv"], **plan}
    plans = [make_plan(wanted, where="test")]
    return BuildRequest.of(
        plans, data=data, workspace=folder / "ws", reference=None, out=folder / "site", renderer="embedded", jobs=1
    )


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["gymreg", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


def test_made_up_registers_become_pages_with_their_checks(extracts: Path, tmp_path: Path) -> None:
    wanted, told = request(extracts, tmp_path), Told()
    first = build_site(wanted, told)
    assert not first.unchanged
    rounds = [(year, round_) for year in (2024, 2025) for round_ in ("final", "preliminary")]
    assert matches(tmp_path / "ws") == rounds
    assert sum(note.startswith("matching") for note in told.notes) == 4
    page = (tmp_path / "site" / "antagning-2025-slut.html").read_text(encoding="utf-8")
    assert "Så har antagningen kontrollerats" in page
    assert "påhittad region" in page.lower()
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["inputs"]) == 4
    again = Told()
    assert build_site(wanted, again).unchanged
    assert not again.notes


def test_a_match_that_fails_its_certificate_becomes_no_page(
    extracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = certificate.certify

    def broken(found: Any) -> certificate.Certificate:
        seen = right(found)
        return replace(seen, table=seen.table.assign(status="failed"))

    monkeypatch.setattr(certificate, "certify", broken)
    wanted = ("--data", extracts, "--workspace", tmp_path / "ws", "--out", tmp_path / "site")
    assert run(monkeypatch, "report", "admission", *wanted) == 16
    assert not (tmp_path / "site").exists()


def test_a_real_register_is_refused_with_the_way_to_go(
    extracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(extracts, tmp_path / "real")
    description = tmp_path / "real" / "2025" / "utdrag.json"
    description.write_text(description.read_text().replace('"made_up": true', '"made_up": false'))
    wanted = ("--data", tmp_path / "real", "--workspace", tmp_path / "ws", "--out", tmp_path / "site")
    assert run(monkeypatch, "build", *wanted) == 13
    told = capsys.readouterr().err
    assert "2025" in told
    assert "gymreg match --out" in told
    assert not (tmp_path / "site").exists()
    assert register_years(tmp_path / "ws") == []


def test_the_page_of_published_files_is_as_if_there_were_no_matches(
    extracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "ingest", "--data", extracts, "--workspace", tmp_path / "ws") == 0
    matched = ("--workspace", tmp_path / "ws", "--year", 2025, "--out", tmp_path / "results")
    assert run(monkeypatch, "match", *matched) == 0
    build_site(request(tmp_path / "results", tmp_path), Told())
    address = "antagning-2025-slut.html"
    mine = (tmp_path / "site" / address).read_text(encoding="utf-8")
    build_site(request(tmp_path / "results", tmp_path / "other"), Told())
    theirs = (tmp_path / "other" / "site" / address).read_text(encoding="utf-8")
    assert "Så har antagningen kontrollerats" in mine
    assert "Så har antagningen kontrollerats" not in theirs
