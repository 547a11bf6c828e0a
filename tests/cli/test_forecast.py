"""gymreg forecast as a user meets it: from results, from registers, from both, and where there is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.reporting.from_registers import results_of_registers
from gymreg_core.store.intake import ingest_files
from gymreg_core.synthetic.region import write_region
from tests.command_line import CommandLine

YEARS, SCALE, RUNS = (2023, 2024, 2025), 0.03, 4


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with registers, and with the results of their matches."""
    workspace = tmp_path_factory.mktemp("both")
    folders = write_region(tmp_path_factory.mktemp("region"), years=YEARS, scale=SCALE)
    ingest_files(results_of_registers(folders, workspace, tmp_path_factory.mktemp("results")), workspace)
    return workspace


@pytest.fixture
def run(command_line: CommandLine) -> Any:
    def gymreg_forecast(*arguments: object) -> tuple[int, str, str]:
        return command_line("forecast", *arguments)

    return gymreg_forecast


def cutoffs(told: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    rows = json.loads(told)["cutoffs"]
    return {(row["municipality"], row["school"], row["study_path_name"]): row for row in rows}


def test_both_forecasts_are_weighed_together(run: Any, both: Path) -> None:
    code, told, heard = run("--workspace", both, "--year", 2025, "--runs", RUNS)
    assert code == 0
    assert f"weighs two together: one from published results, and one from {RUNS} drawn Julys" in told
    assert "what applicants did in 2023 and 2024" in told
    assert "The region is made up." in told
    assert f"drawn Julys: {RUNS} of {RUNS}" in heard
    asked = ("--workspace", both, "--year", 2025, "--json")
    published, together = (cutoffs(run(*asked, "--runs", runs)[1]) for runs in (0, RUNS))
    assert published.keys() == together.keys()
    moved = [key for key, row in together.items() if row["cutoff_p50"] != published[key]["cutoff_p50"]]
    assert moved
    assert json.loads(run(*asked, "--runs", 0)[1])["source"] == "published"


def test_registers_alone_tell_nothing_where_few_are_admitted(run: Any, both: Path, tmp_path: Path) -> None:
    (tmp_path / "registers").symlink_to(both / "registers")
    code, told, _ = run("--workspace", tmp_path, "--year", 2025, "--runs", RUNS, "--json")
    assert code == 0
    found = json.loads(told)
    assert found["source"] == "drawn"
    assert any("left out" in sentence for sentence in found["sentences"])
    assert any("This is missing" in sentence for sentence in found["sentences"])
    assert any(row["cutoff_p50"] is None for row in found["cutoffs"])
    assert any(row["cutoff_p50"] is not None for row in found["cutoffs"])


def test_nothing_to_go_by_is_refused_with_both_reasons(run: Any, both: Path, tmp_path: Path) -> None:
    code, told, heard = run("--workspace", tmp_path, "--year", 2025)
    assert (code, told) == (11, "")
    assert "no register of the intake 2025" in heard
    assert "result" in heard
    first_year = run("--workspace", both, "--year", YEARS[0])
    assert first_year[0] == 11
    assert "how applicants change their lists" in first_year[2]
