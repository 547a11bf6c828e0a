"""A notebook is committed as it was written: nothing that a run left in it, and nothing of the machine it ran on."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
WRITTEN_BY_HAND = {"tags"}
OF_ALL_MACHINES = {"kernelspec": {"display_name", "language", "name"}, "language_info": {"name"}}

Notebook = dict[str, Any]


def left_in(notebook: Notebook) -> list[str]:
    """What a run, a widget, a pasted picture or a machine left in a notebook."""
    found = [f"metadata.{name}" for name in notebook["metadata"].keys() - OF_ALL_MACHINES.keys()]
    for name, kept in OF_ALL_MACHINES.items():
        found += [f"metadata.{name}.{more}" for more in notebook["metadata"].get(name, {}).keys() - kept]
    for cell in notebook["cells"]:
        found += [name for name in ("outputs", "execution_count", "attachments") if cell.get(name)]
        found += [f"cell.{name}" for name in cell["metadata"].keys() - WRITTEN_BY_HAND]
    return sorted(found)


def code_of(notebook: Notebook) -> Notebook:
    return next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")


STREAM = {"output_type": "stream", "name": "stdout", "text": ["Anna\n"]}
LEFT: dict[str, Callable[[Notebook], object]] = {
    "outputs": lambda notebook: code_of(notebook).update(outputs=[STREAM]),
    "execution_count": lambda notebook: code_of(notebook).update(execution_count=3),
    "cell.execution": lambda notebook: code_of(notebook)["metadata"].update(execution={"iopub.status.idle": "2026"}),
    "metadata.widgets": lambda notebook: notebook["metadata"].update(widgets={"state": {"x": "Anna"}}),
    "metadata.papermill": lambda notebook: notebook["metadata"].update(papermill={"input_path": "annas/x.ipynb"}),
    "metadata.language_info.version": lambda notebook: notebook["metadata"]["language_info"].update(version="3.11.7"),
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_of_a_run_or_a_machine_is_in_it(path: Path) -> None:
    assert left_in(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("what", LEFT)
def test_it_would_be_found(what: str) -> None:
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    LEFT[what](notebook)
    assert left_in(notebook) == [what]


def test_a_pasted_picture_would_be_found() -> None:
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    notebook["cells"][0]["attachments"] = {"list.png": {"image/png": "iVBORw0KGgo="}}
    assert left_in(notebook) == ["attachments"]


def test_the_hook_takes_all_of_it_out(tmp_path: Path) -> None:
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    for leave in LEFT.values():
        leave(notebook)
    (tmp_path / "run.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    (entry,) = [hook["entry"] for hook in hooks if hook["id"] == "notebook-outputs"]
    subprocess.run([*shlex.split(entry), str(tmp_path / "run.ipynb")], cwd=ROOT, check=True, capture_output=True)
    stripped = json.loads((tmp_path / "run.ipynb").read_text(encoding="utf-8"))
    assert left_in(stripped) == []
    assert [cell["source"] for cell in stripped["cells"]] == [cell["source"] for cell in notebook["cells"]]
