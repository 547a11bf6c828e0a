"""The notebooks of reports: parameters that are parameters, one call per section, and nothing that a run left."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gymreg_core.reporting.admission import AdmissionReport
from gymreg_core.reporting.admission_plan import AdmissionParams
from gymreg_core.reporting.council import ProgrammeCouncilReport
from gymreg_core.reporting.cutoffs import CutoffsReport
from gymreg_core.reporting.cutoffs_plan import CutoffsParams
from gymreg_core.reporting.dropout import DropoutReport
from gymreg_core.reporting.dropout_plan import DropoutParams
from gymreg_core.reporting.effects import EffectsReport
from gymreg_core.reporting.effects_plan import EffectsParams
from gymreg_core.reporting.funding import FundingReport
from gymreg_core.reporting.funding_plan import FundingParams
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.planning import SupplyDemandReport
from gymreg_core.reporting.plans import ReportParams
from gymreg_core.reporting.programme_council_plan import ProgrammeCouncilParams
from gymreg_core.reporting.supply_demand_plan import SupplyDemandParams

REPORTS: dict[str, tuple[type, type[ReportParams]]] = {
    "admission": (AdmissionReport, AdmissionParams),
    "cutoffs": (CutoffsReport, CutoffsParams),
    "funding": (FundingReport, FundingParams),
    "dropout": (DropoutReport, DropoutParams),
    "effects": (EffectsReport, EffectsParams),
    "supply_demand": (SupplyDemandReport, SupplyDemandParams),
    "programme_council": (ProgrammeCouncilReport, ProgrammeCouncilParams),
}
Cells = list[dict[str, Any]]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cells(kind: str, repository: Path) -> Cells:
    path = repository / "notebooks" / KINDS[kind].notebook
    found: Cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_front_matter_comes_first_and_hides_the_code(cells: Cells) -> None:
    assert cells[0]["cell_type"] == "raw"
    assert next(yaml.safe_load_all(source(cells[0]))) == {"lang": "sv", "execute": {"echo": False}}


def test_nothing_of_a_run_is_kept(cells: Cells) -> None:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_parameters_are_scalars_that_the_report_knows(kind: str, cells: Cells) -> None:
    report, params = REPORTS[kind]
    (tagged,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    given = {}
    for statement in ast.parse(source(tagged)).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        given[target.id] = ast.literal_eval(statement.value)
    assert all(value is None or isinstance(value, str | int) for value in given.values())
    assert set(given) == set(inspect.signature(report.open).parameters)  # type: ignore[attr-defined]
    assert set(params.model_fields) <= set(given)


def test_every_section_is_called_once_in_the_order_of_the_report(kind: str, cells: Cells) -> None:
    called = [
        node.func.attr
        for cell in cells
        if cell["cell_type"] == "code"
        for node in ast.walk(ast.parse(source(cell)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "report"
    ]
    members = vars(REPORTS[kind][0])
    assert called == [name for name, member in members.items() if inspect.isfunction(member) and name[0] != "_"]
