"""gymreg check-release: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gymreg_core.cli import app
from gymreg_core.errors import BadParameters
from tests.gate_plants import SECRETS
from tests.gate_site import NUMBER, PAGE, seal, write_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check-release", *arguments, "--jobs", "1"], catch_exceptions=True)
    if isinstance(result.exception, BadParameters):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, result.output


def test_a_clean_site_ends_with_0(site: Path) -> None:
    code, said = run(str(site))
    assert code == 0
    assert said.startswith("Nothing speaks against letting this out (14 files, ")


def test_everything_is_told_at_once_and_ends_with_13(site: Path) -> None:
    (site / "index.html").write_text(
        PAGE.replace("</main>", f"<p>{NUMBER}</p><p>lisa@skola.example</p></main>"), encoding="utf-8"
    )
    seal(site)
    (site / "stale.txt").write_text("x", encoding="utf-8")
    code, said = run(str(site))
    assert code == 13
    assert "index.html: identity-number: what looks like an identity number (line" in said
    assert "index.html: email:" in said
    assert "stale.txt: file-not-listed:" in said
    assert [secret for secret in SECRETS if secret in said] == []
    code, said = run(str(site), "--json")
    told = json.loads(said)
    assert code == 13
    assert {one["kind"] for one in told["refusals"]} == {"identity-number", "email", "file-not-listed"}
    assert told["files"] == 15


def test_json_of_a_clean_site_is_json_alone(site: Path) -> None:
    code, said = run(str(site), "--json")
    assert code == 0
    assert json.loads(said)["refusals"] == []


def test_no_such_folder_ends_with_10(tmp_path: Path) -> None:
    code, said = run(str(tmp_path / "nowhere"))
    assert code == 10
    assert "there is no such folder" in said
