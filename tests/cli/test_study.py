"""gymreg study as a user meets it: studied by a plan, told, twice nothing; no answer, no number; never a pupil."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gymreg_core.contracts.effects import DESIGNS, EFFECT_TABLES
from gymreg_core.effects import study_workspace as studying
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.effects.study_workspace import study_workspace
from gymreg_core.findings import Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.sources.enrolments.reading import EnrolmentReading
from gymreg_core.sources.register.reading import RegisterReading
from gymreg_core.store.enrolments import put_enrolments, stored_enrolments
from gymreg_core.store.registers import put_register
from gymreg_core.store.studies import put_study, stored_study
from gymreg_core.synthetic.histories import enrolments_of
from gymreg_core.synthetic.histories_start import starters_of
from gymreg_core.synthetic.region import DEFAULT_SEED, EFFECT_YEARS
from gymreg_core.synthetic.registers import make_register
from gymreg_core.vocabulary.packaged import packaged_yaml
from tests.command_line import CommandLine

SCALE = 0.1  # a region of some 16 schools: more than are asked for, and made in seconds
INTAKES = (2020, 2021)
PLAN = ("--set", "also=[]", "--set", "simulations=100")
Run = Callable[..., tuple[int, str, str]]


def provenance(name: str) -> Provenance:
    return Provenance((InputFile(name, "ab", 1),), already_public=False, made_up=True)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with enrolments since 2011, the registers of two intakes, and a study by PLAN."""
    workspace = tmp_path_factory.mktemp("stored") / "ws"
    registers = [make_register(year, seed=DEFAULT_SEED, scale=SCALE) for year in EFFECT_YEARS]
    made = enrolments_of([starters_of(one, DEFAULT_SEED) for one in registers], date(2026, 1, 31), DEFAULT_SEED)
    reading = EnrolmentReading(made.enrolments, Findings(), provenance("personer.csv"))
    put_enrolments(workspace, reading, "test")
    for one in registers:
        if one.intake_year in INTAKES:
            put_register(workspace, RegisterReading(one, Findings(), provenance(f"{one.intake_year}.csv")), "test")
    study_workspace(workspace, AnalysisPlan(also=(), simulations=100))
    return workspace


@pytest.fixture
def workspace(stored: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stored, tmp_path / "ws")


@pytest.fixture
def run(command_line: CommandLine) -> Run:
    """gymreg study with these arguments: exit code, what it printed, what it complained of."""

    def gymreg_study(workspace: Path, *arguments: object) -> tuple[int, str, str]:
        return command_line("study", "--workspace", workspace, *arguments)

    return gymreg_study


def bytes_of(workspace: Path) -> dict[str, bytes]:
    files = (path for path in workspace.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(workspace).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def as_before(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> list[AnalysisPlan]:
    """Every further study finds what is there, at once; the plans that it was asked by."""
    found, plans = stored_study(workspace), []

    def studied(place: Path, _: str, plan: AnalysisPlan, key: str, *__: Any) -> Any:
        plans.append(plan)
        whole = replace(found.studied, plan=plan.as_json(), plan_hash=plan.hash)
        return put_study(place, whole, key, found.provenance)

    monkeypatch.setattr(studying, "_studied", studied)
    return plans


def test_a_study_is_told_as_it_was_found(run: Run, workspace: Path) -> None:
    before = bytes_of(workspace)
    code, told, complained = run(workspace, *PLAN, "--json")
    assert (code, complained) == (0, "")
    assert bytes_of(workspace) == before  # it was there already
    done, kept = json.loads(told), stored_study(workspace)
    assert (done["computed"], done["key"]) == (False, kept.key)
    assert done["plan_hash"] == AnalysisPlan(also=(), simulations=100).hash
    assert (done["since"], done["as_of"], done["made_up"]) == ("2011-07-01", "2026-01-31", True)
    assert done["cohorts"] == list(EFFECT_YEARS)
    assert set(done["tables"]) == set(EFFECT_TABLES)
    assert sum(done["rules"].values()) == len(kept.studied.statuses)
    assert {"effects.fewest_schools", "effects_wording.dose", "supplement.limit"} <= set(kept.studied.statuses)
    assert [row["design"] for row in done["conclusions"]] == list(DESIGNS)
    points = kept.studied.cost.query("quantity == 'percentage_points'").set_index("design")
    numbers = 0
    for row in done["conclusions"]:
        said = row["claim"] in ("causal", "associated")
        for name in ("estimate", "low", "high"):
            assert (row[name] is not None) == said
            assert not said or np.isclose(100 * row[name], points.loc[row["design"], name])
            numbers += said
        assert (row["claim"] == "none") == bool(row["refusal"])
    assert numbers
    assert not any(one in told for one in persons_of(workspace))


def test_every_table_holds_what_its_design_found(workspace: Path) -> None:
    studied = stored_study(workspace).studied
    assert {file.name for file in stored_study(workspace).provenance.inputs} == {"personer.csv", "2020.csv", "2021.csv"}
    assert set(studied.estimates["design"]) == set(DESIGNS)
    assert set(studied.checks["design"]) == {"", *DESIGNS}  # the own limit is tested before any design
    filled = {name for name, table in studied.tables().items() if len(table)}
    assert filled == set(EFFECT_TABLES)
    told = studied.estimates
    assert told.loc[told["refusal"] != "", ["estimate", "std_error", "low", "high"]].isna().all(axis=None)
    assert told.loc[told["refusal"] == "", ["estimate", "low", "high"]].notna().all(axis=None)
    assert (told["planned"] == told["by"].isin(["region", "dose_group"])).all()


def test_a_terminal_gets_the_answer_and_what_each_design_says(run: Run, workspace: Path) -> None:
    code, told, complained = run(workspace, *PLAN)
    assert (code, complained) == (0, "")
    assert told.startswith("Pupils who began in 2011–2025, as known on 2026-01-31, by the analysis plan")
    assert "The pupils are made up." in told
    assert "What each design says, in percentage points" in told
    for words in ("When the supplement began", "At the cut-off", "diploma, 3 years", "the amounts change too seldom"):
        assert words in told
    assert not any(one in told for one in persons_of(workspace))


def test_the_same_enrolments_and_registers_give_the_same_bytes(run: Run, workspace: Path, stored: Path) -> None:
    shutil.rmtree(workspace / "studies")
    code, _, complained = run(workspace, *PLAN, "--jobs", 1)
    assert code == 0
    assert "designs: 10 of 10" in complained
    assert bytes_of(workspace) == bytes_of(stored)


def test_a_plan_of_ones_own_is_studied_anew(
    run: Run, workspace: Path, tmp_path: Path, as_before: list[AnalysisPlan]
) -> None:
    params = tmp_path / "effects.yml"
    params.write_text(yaml.safe_dump({"report": "effects", "plan": {"groups": ["merit_band"], "also": []}}))
    code, told, _ = run(workspace, "--params", params, "--set", "smallest_of_interest=2", "--json")
    assert code == 0
    done = json.loads(told)
    plan = AnalysisPlan(groups=("merit_band",), also=(), smallest_of_interest=2)
    assert (done["computed"], done["plan_hash"], as_before) == (True, plan.hash, [plan])
    assert stored_study(workspace).studied.plan_hash == plan.hash
    assert json.loads(run(workspace, *PLAN, "--json")[1])["computed"] is False
    assert stored_study(workspace).studied.plan_hash == AnalysisPlan(also=(), simulations=100).hash


@pytest.mark.parametrize("changed", ["a register more", "a register less", "other enrolments", "other code"])
def test_whatever_decides_it_makes_it_new(
    run: Run, workspace: Path, as_before: list[AnalysisPlan], changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if changed == "a register more":
        more = make_register(2022, seed=DEFAULT_SEED, scale=0.02)
        put_register(workspace, RegisterReading(more, Findings(), provenance("2022.csv")), "test")
    elif changed == "a register less":
        shutil.rmtree(workspace / "registers" / "2020")
    elif changed == "other enrolments":
        same = stored_enrolments(workspace).enrolments
        put_enrolments(workspace, EnrolmentReading(same, Findings(), provenance("andra.csv")), "test")
    else:
        monkeypatch.setattr("gymreg_core.store.studies.code_fingerprint", lambda packages: "other code")
    code, told, _ = run(workspace, *PLAN, "--json")
    assert code == 0
    assert json.loads(told)["computed"] is True
    assert len(as_before) == 1


def test_damaged_tables_are_studied_anew(run: Run, workspace: Path, as_before: list[AnalysisPlan]) -> None:
    [table] = (workspace / "studies").glob("*/estimates.parquet")
    table.write_bytes(b"damaged")
    code, told, _ = run(workspace, *PLAN, "--json")
    assert (code, json.loads(told)["computed"], len(as_before)) == (0, True, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "outcom=points"], "'outcom' is not known. Did you mean 'outcome'?"),
        (["--set", "main=offers", "--set", "designs=[dose]"], "the main design 'offers' has to be one of designs"),
        (["--set", "power"], "'power' is not of the form name=value"),
        (["--params", "nowhere.yml"], "nowhere.yml: this params file cannot be read"),
        (["--jobs", "0"], "--jobs"),
    ],
)
def test_a_mistake_in_the_plan_is_told_before_anything_runs(
    run: Run, workspace: Path, arguments: list[str], told: str
) -> None:
    before = bytes_of(workspace)
    code, printed, complained = run(workspace, *arguments)
    assert (code, printed) == (10, "")
    assert told in complained
    assert "Traceback" not in complained
    assert bytes_of(workspace) == before


def test_a_workspace_without_enrolments_is_bad_input(run: Run, tmp_path: Path) -> None:
    code, printed, complained = run(tmp_path / "empty")
    assert (code, printed) == (11, "")
    assert "gymreg ingest" in complained


def test_a_study_that_fails_leaves_what_stood_before(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("200101012384")

    monkeypatch.setattr(studying, "_studied", fails)
    before = bytes_of(workspace)
    code, printed, complained = run(workspace, "--set", "seed=1")
    assert (code, printed) == (1, "")
    assert "200101012384" not in complained
    assert bytes_of(workspace) == before


def test_no_row_of_a_pupil_is_in_a_study(workspace: Path) -> None:
    never = set(packaged_yaml("gymreg_core.rules", "disclosure.yml")["never"]["columns"])
    pseudonyms = persons_of(workspace)
    for table in stored_study(workspace).studied.tables().values():
        assert not never & set(table.columns)
        for column in table.select_dtypes(["str", "object"]):
            assert not pseudonyms & set(table[column])


def persons_of(workspace: Path) -> set[str]:
    return set(stored_enrolments(workspace).enrolments.persons["applicant"])
