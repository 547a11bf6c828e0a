"""gymreg whatif as a user meets it: sentences and tables of released counts, JSON, and what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gymreg_core.matching.scenarios import load_scenario
from gymreg_core.matching.selecting import columns_of, is_open
from gymreg_core.store.ingest import ingest_all
from gymreg_core.store.registers import stored_register
from gymreg_core.synthetic.extracts import write_register
from gymreg_core.synthetic.identities import identity_numbers
from tests.command_line import CommandLine
from tests.registers import small_register

YEAR = 2025
SCENARIOS = Path(__file__).resolve().parents[2] / "params/scenarios"
EXAMPLES = sorted(path for path in SCENARIOS.glob("*.yml") if "about:" not in path.read_text(encoding="utf-8"))
MOVED = SCENARIOS / "flytta-platser.yml"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = small_register(300, paths=24, intake_year=YEAR)
    folder = tmp_path_factory.mktemp("extracts") / str(YEAR)
    write_register(made, identity_numbers(made, 1), folder)
    workspace = tmp_path_factory.mktemp("workspace")
    ingest_all(folder, workspace)
    return workspace


@pytest.fixture
def run(command_line: CommandLine, workspace: Path) -> Any:
    """gymreg whatif with these arguments: exit code, what it printed, what it complained of."""

    def gymreg_whatif(file: Path, *arguments: object, option: str = "--scenario") -> tuple[int, str, str]:
        given = ("--workspace", workspace, "--year", YEAR, option, file, *arguments)
        return command_line("whatif", *given)

    return gymreg_whatif


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_scenarios_that_run(run: Any, example: Path) -> None:
    code, told, _ = run(example, "--json")
    assert code == 0
    found = json.loads(told)
    assert found["scenario"]["name"] == load_scenario(example).name
    assert (found["intake_year"], found["round"], found["made_up"], found["runs"]) == (YEAR, "final", True, 0)
    assert found["people"][0]["applicants"] == 300
    assert "totals" not in found


def test_sentences_and_tables_are_printed(run: Any) -> None:
    code, told, complaints = run(MOVED, "--runs", 80, "--jobs", 2, "--round", "preliminary", "--seed", 3)
    assert code == 0
    assert "applicants another outcome than today" in told
    assert "80 re-runs with a new lottery and resampled applicants" in told
    assert all(head in told for head in ("Seats today", "Merit value", "Home municipality", "Higher choice"))
    assert "re-runs: 40 of 40" in complaints


def test_json_alone_holds_the_intervals(run: Any) -> None:
    code, told, _ = run(MOVED, "--runs", 40, "--json")
    again = run(MOVED, "--runs", 40, "--json", "--jobs", 1)[1]
    assert code == 0
    assert told == again
    found = json.loads(told)
    assert {row["series"] for row in found["totals"]} == {"today", "scenario", "change"}
    assert {"cutoff_p05", "cutoff_p50", "cutoff_p95"} <= set(found["cutoffs"][0])
    assert not any(row[name] in (1, 2, 3, 4) for row in found["people"] for name in ("applicants", "better", "worse"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: prov\nseets: []\n", "Did you mean 'seats'?"),
        ("name: prov\nseats: [{programme: NAA, number: 1}]\n", "Did you mean 'NA'?"),
        ("name: prov\nseats: [{programme: NA, number: -9999}]\n", "seats cannot be closed"),
        ("name: [\n", "cannot be read"),
    ],
)
def test_a_wrong_scenario_ends_with_10(run: Any, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "fel.yml").write_text(text, encoding="utf-8")
    code, printed, complaints = run(tmp_path / "fel.yml")
    assert code == 10
    assert printed == ""
    assert told in complaints
    assert "Traceback" not in complaints


def test_an_unknown_round_and_an_absent_cluster_end_with_10(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymreg_core.matching.pieces._WAIT", 1.0)
    assert run(MOVED, "--round", "reserve_1")[0] == 10
    code, _, complaints = run(MOVED, "--runs", 5, "--cluster", "tcp://127.0.0.1:1")
    assert code == 10
    assert "no Dask scheduler answers" in complaints


def test_a_proposal_is_told_row_by_row(run: Any, workspace: Path, tmp_path: Path) -> None:
    register = stored_register(workspace, YEAR).register
    paths = pd.DataFrame(columns_of(register)).assign(seats=register.study_paths["seats_final"])[is_open(register)]
    row = paths.loc[paths["seats"].idxmax()]
    mine = paths[(paths["school_id"] == row["school_id"]) & (paths["programme"] == row["programme"])]
    seats = int(mine["seats"].sum())
    text = f"skola;program;platser\n{row['school_id']};{row['programme']};{seats + 7}\n"
    (tmp_path / "nämnden.csv").write_text(text, encoding="utf-8")
    code, told, _ = run(tmp_path / "nämnden.csv", option="--proposal")
    assert code == 0
    assert "What the proposal “nämnden” leads to" in told
    found = json.loads(run(tmp_path / "nämnden.csv", "--json", option="--proposal")[1])
    (proposed,) = found["proposed"]
    assert (proposed["seats_previous"], proposed["seats"], proposed["study_paths"]) == (seats, seats + 7, len(mine))
    assert found["scenario"]["seats"][0]["number"] == 7


def test_a_proposal_that_cannot_be_says_so(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "fel.csv"
    file.write_text("skola;program;platser\n;NA;2\nSkola;QQ;2\n", encoding="utf-8")
    code, _, told = run(file, option="--proposal")
    assert (code, told.count("line ")) == (11, 2)
    assert run(file, "--round", "preliminary", option="--proposal")[0] == 10
    assert run(file, "--scenario", MOVED, option="--proposal")[0] == 10


def test_a_year_without_a_register_ends_with_11(run: Any) -> None:
    assert run(MOVED, "--year", 1999)[0] == 11
