"""The command line as a user meets it: exit codes, one clear error, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def gymreg(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gymreg_core.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


def test_help_names_every_command(tmp_path: Path) -> None:
    told = gymreg("--help", cwd=tmp_path)
    assert told.returncode == 0
    assert all(command in told.stdout for command in ("check", "synth", "ingest", "match", "whatif", "report", "build"))


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["report", "admission", "--set", "intake_yaer=2024"], 10, "Did you mean 'intake_year'?"),
        (["report", "admision"], 10, "Reports: admission"),
        (["report", "admission", "--set", "intake_year"], 10, "name=value"),
        (["report", "admission", "--renderer", "word"], 10, "Use auto, quarto or embedded"),
        (["report", "admission", "--params", "gone.yml"], 10, "gone.yml"),
        (["report", "admission", "--audience", "press"], 10, "Audiences: open_web, authority, internal"),
        (["build", "--params-dir", "nowhere"], 10, "no params files"),
        (["build", "--colour"], 10, "--colour"),
        (["build", "--jobs", "0"], 10, "--jobs"),
        (["build", "--data", "nowhere"], 11, "nowhere"),
        (["build", "--reference", "nowhere.csv"], 11, "nowhere.csv"),
        (["check", "nowhere.xlsx"], 11, "nowhere.xlsx"),
        (["nonsense"], 10, "nonsense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_has_its_exit_code_and_remedy(tmp_path: Path, arguments: list[str], code: int, told: str) -> None:
    ended = gymreg(*arguments, cwd=tmp_path)
    assert ended.returncode == code, ended.stderr
    assert told in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "build").exists()


def test_a_strangers_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    ended = gymreg("build", "--out", "mine", cwd=tmp_path)
    assert ended.returncode == 10
    assert "something else than a site" in ended.stderr
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("command", [["check", "data"], ["check", "data", "--json"], ["build", "--data", "data"]])
def test_bad_data_is_told_and_nothing_is_made(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "slutantagningsresultat-2025.xlsx").write_text("<html><td>a-secret-cell</td></html>")
    (tmp_path / "data" / "slutantagningsresultat-2024.csv").write_bytes(b"")
    ended = gymreg(*command, cwd=tmp_path)
    told = ended.stdout + ended.stderr
    assert ended.returncode == 11
    assert "slutantagningsresultat-2025.xlsx" in told
    assert "slutantagningsresultat-2024.csv" in told
    assert "a-secret-cell" not in told
    assert "Traceback" not in told
    assert not (tmp_path / "build" / "site").exists()
    if "--json" in command:
        assert json.loads(ended.stdout)["errors"] == 2


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = gymreg("build", "--out", "file/site", cwd=tmp_path)
    assert ended.returncode == 14
    assert "file" in ended.stderr
    assert "you may write there" in ended.stderr
    assert "Traceback" not in ended.stderr
