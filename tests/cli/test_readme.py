"""What the README promises is so: its commands run, its make targets are there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.readme import Ended, commands


def test_every_command_of_the_readme_runs(readme_run: tuple[Path, list[Ended]]) -> None:
    _, ended = readme_run
    assert len(ended) > 5
    failed = [f"{e.command}\n{e.output}" for e in ended if e.code != 0]
    assert not failed, "\n\n".join(failed)


def test_they_leave_what_the_readme_says(readme_run: tuple[Path, list[Ended]]) -> None:
    folder, ended = readme_run
    assert (folder / "build" / "site" / "index.html").is_file()
    assert (folder / "build" / "taby" / "antagning-2025-slut-taby.html").is_file()
    assert len(list((folder / "data").glob("*.xlsx"))) == 4
    told = next(e.output for e in ended if e.command == "gymreg check data --json")
    assert json.loads(told)["errors"] == 0
    assert "build/site/index.html" in ended[-2].output + ended[-1].output


@pytest.mark.parametrize("command", commands("make"))
def test_every_make_target_is_there(repository: Path, command: str) -> None:
    subprocess.run(["make", "--dry-run", *command.split()[1:]], cwd=repository, check=True, capture_output=True)


def test_every_place_the_readme_names_is_there(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    folders = re.findall(r"`((?:gymreg_core|notebooks|reports|params|docs)(?:/[\w.-]+)*/?)`", readme)
    assert len(pictures) == 2
    assert not [
        name for name in [*pictures, *folders, "environment.yml", "CHANGES.md"] if not (repository / name).exists()
    ]
