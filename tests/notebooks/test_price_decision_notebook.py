"""The notebook of the yearly decision: nothing that a run left behind, released tables alone, the files' scenarios."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gymreg_core.funding.scenarios import load_scenario, make_scenario
from gymreg_core.reporting import funding_what_if_parts


@pytest.fixture(scope="module")
def cells(repository: Path) -> list[dict[str, Any]]:
    notebook = json.loads((repository / "notebooks/explore/price_decision.ipynb").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = notebook["cells"]
    return found


def code_of(cells: list[dict[str, Any]]) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_nothing_of_a_run_is_kept(cells: list[dict[str, Any]]) -> None:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_tables_and_figures_come_from_what_was_released(cells: list[dict[str, Any]]) -> None:
    parts = [name for name in dir(funding_what_if_parts) if name.endswith(("_figure", "_table"))]
    shown = [cell for cell in cells if any(f"{name}(view" in "".join(cell["source"]) for name in parts)]
    assert len(shown) >= 9
    code = code_of(cells)
    assert "release_funding_what_if(" in code
    # The one table that was not released is there to be refused.
    assert code.count("found.table") == 1
    assert not any(name in code for name in (".persons", ".spells", ".postings(", "entitlement"))


def test_the_alternatives_are_scenarios_and_those_in_the_files(cells: list[dict[str, Any]], repository: Path) -> None:
    names = {
        target.id: node.value
        for node in ast.parse(code_of(cells)).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    alternatives = yaml.safe_load(ast.literal_eval(names["ALTERNATIVES"]))
    june, supplement, _ = [make_scenario(one) for one in alternatives]
    folder = repository / "params/scenarios"
    assert june.changes == load_scenario(folder / "junibeslutet.yml").changes
    assert supplement.changes == load_scenario(folder / "storre-tillagg.yml").changes
