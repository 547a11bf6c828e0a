"""The what-if notebook: nothing that a run left behind, and every figure with its alternative text and its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gymreg_core.matching.scenarios import load_scenario
from gymreg_core.reporting import what_if_parts


@pytest.fixture(scope="module")
def cells(repository: Path) -> list[dict[str, Any]]:
    notebook = json.loads((repository / "notebooks/explore/what_if.ipynb").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = notebook["cells"]
    return found


def code_of(cells: list[dict[str, Any]]) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_nothing_of_a_run_is_kept(cells: list[dict[str, Any]]) -> None:
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_tables_and_figures_come_from_what_was_released(cells: list[dict[str, Any]]) -> None:
    shown = [cell for cell in cells if any(f"{name}(view" in "".join(cell["source"]) for name in dir(what_if_parts))]
    assert len(shown) >= 5
    code = code_of(cells)
    assert "release_what_if(found" in code
    assert "comparison.table" not in code


def test_the_scenario_is_the_one_in_the_file(cells: list[dict[str, Any]], repository: Path) -> None:
    text = code_of(cells)
    inside = text[text.index("name: Fem") : text.index('"""', text.index("name: Fem"))]
    given = load_scenario(repository / "params/scenarios/flytta-platser.yml")
    assert given.name in inside
    [move] = given.move
    assert f"most_sought: {move.most_sought}, percent: {move.percent:g}" in inside
