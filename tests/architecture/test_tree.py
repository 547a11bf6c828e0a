"""What lies in the repository: the project, and nothing of a machine, a registry, a run or a person."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRITTEN_BY_HAND = ROOT / "tests/pages/fixture"  # what a renderer is given: notebooks that nobody ran
TOP = {
    *(".ci", ".gitignore", ".pre-commit-config.yaml", "CHANGES.md", "LICENSE", "Makefile", "README.md", "docs"),
    *(
        "environment.yml",
        "gymreg_core",
        "notebooks",
        "params",
        "pyproject.toml",
        "reports",
        "requirements.txt",
        "tests",
    ),
}
# In pieces, so that this file passes its own test.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com")),
        *(("deb", "debian", "org"), ("anaconda", "org"), ("anaconda", "com")),
    )
]
HOSTS = re.compile(r"(?i)(?<![\w.-])(?:[\w-]+\.)*(?:" + "|".join(map(re.escape, REGISTRIES)) + r")(?![\w.-])")
MACHINE_PATHS = re.compile(r"(?<![\w.~$}<])/(?:work|root|home|tmp|Users|opt)/[\w.]")


@cache
def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout, so nobody knows which files are the repository's")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        numbered = enumerate(text.splitlines(), 1)
        found += [f"{path.relative_to(ROOT)}:{number}" for number, line in numbered if pattern.search(line)]
    return found


def test_the_top_level_is_tidy() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(HOSTS) == []


def test_no_file_knows_a_machine() -> None:
    assert lines_with(MACHINE_PATHS) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (HOSTS, "--index-url https://" + "pypi." + "org/simple"),
        (HOSTS, "https://files.python" + "hosted.org/x.whl"),
        (MACHINE_PATHS, "read('/ho" + "me/ann/x.csv')"),
    ],
)
def test_such_lines_would_be_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_no_table_of_people_or_results_is_committed() -> None:
    tables = {".xlsx", ".xls", ".ods", ".parquet", ".duckdb", ".sqlite", ".feather"}
    assert [path.name for path in tracked() if path.suffix.lower() in tables] == []


def test_notebooks_are_committed_without_outputs() -> None:
    run = []
    for path in tracked():
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            shown = any(cell.get("outputs") for cell in cells) and not path.is_relative_to(WRITTEN_BY_HAND)
            if shown or any(cell.get("execution_count") is not None for cell in cells):
                run.append(path.name)
    assert run == []
