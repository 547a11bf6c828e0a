"""The README's commands, run as a reader would run them, once for all tests that look at what they made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_ONE = {"municipality": "Täby", "provider_form": "independent", "programme": "SA"}


@dataclass(frozen=True)
class Ended:
    """A command of the README with its exit code and what it printed."""

    command: str
    code: int
    output: str


def commands(shell: str) -> list[str]:
    """Every line of the README's `sh` blocks that starts with the program `shell`."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.split()[:1] == [shell]]


def run_all(folder: Path) -> list[Ended]:
    """Run the README's gymreg commands in order in `folder`; its `data` is what the matches write there."""
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "params", folder / "params")
    for path in (folder / "params").glob("*.yml"):
        path.write_text(_one_of_many(path.read_text(encoding="utf-8")), encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    ended = []
    for command in commands("gymreg"):
        done = subprocess.run(
            command.split(),
            cwd=folder,
            env={**os.environ, "PATH": path, "GYMREG_PARAMS": str(folder / "params")},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        ended.append(Ended(command, done.returncode, done.stdout + done.stderr))
    return ended


def _one_of_many(params: str) -> str:
    """Params of one page in the place of those of all of a kind, but for the admission of every municipality: a whole
    site takes minutes, and its pages of a kind are made alike."""
    scope = re.search(r"^scope: (\w+)$", params, flags=re.MULTILINE)
    if scope is None or "report: admission" in params:
        return params
    return params.replace("scope_name: all", f"scope_name: {_ONE[scope[1]]}") if scope[1] in _ONE else params


def kept(folder: Path) -> list[Ended]:
    """The same, run once per test session and folder."""
    note = folder.with_suffix(".json")
    if not note.is_file():
        note.write_text(json.dumps([vars(e) for e in run_all(folder)]), encoding="utf-8")
    return [Ended(**entry) for entry in json.loads(note.read_text(encoding="utf-8"))]
