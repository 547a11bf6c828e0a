"""The notebook of effect studies: parameters that are parameters, one call per section, and nothing that a run left."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gymreg_core.reporting.effects import EffectsReport
from gymreg_core.reporting.effects_plan import EffectsParams


@pytest.fixture(scope="module")
def cells(repository: Path) -> list[dict[str, Any]]:
    path = repository / "notebooks/supplement_effects.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = notebook["cells"]
    return found


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_front_matter_comes_first_and_hides_the_code(cells: list[dict[str, Any]]) -> None:
    front = next(yaml.safe_load_all(source(cells[0])))
    assert front == {"lang": "sv", "execute": {"echo": False}}


def test_nothing_of_a_run_is_kept(cells: list[dict[str, Any]]) -> None:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_parameters_are_scalars_that_the_report_knows(cells: list[dict[str, Any]]) -> None:
    (tagged,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    given = {}
    for statement in ast.parse(source(tagged)).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        given[target.id] = ast.literal_eval(statement.value)
    assert all(value is None or isinstance(value, str | int) for value in given.values())
    assert set(given) == set(inspect.signature(EffectsReport.open).parameters)
    assert set(EffectsParams.model_fields) <= set(given)


def test_every_section_is_called_once_in_the_order_of_the_report(cells: list[dict[str, Any]]) -> None:
    called = [
        node.func.attr
        for cell in cells
        if cell["cell_type"] == "code"
        for node in ast.walk(ast.parse(source(cell)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "report"
    ]
    methods = [name for name, member in vars(EffectsReport).items() if inspect.isfunction(member) and name[0] != "_"]
    assert called == methods
