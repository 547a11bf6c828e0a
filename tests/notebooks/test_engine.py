"""The in-process engine against a real Jupyter kernel, and what it does with errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

from gymreg_core.reporting.engine import ENGINE_NAME, KEPT_MIMES, CellFailed

CELLS = [
    "from IPython.display import Markdown, display\nn = 0",
    "display(Markdown(f'first {n}'))\nprint('printed')\nMarkdown('*last*')",
    "n += 1\nMarkdown('hidden');",
    "def f():\n    return Markdown(f'n is {n}')\n\nf()",
    "'plain text only'",
]


def notebook(cells: list[str]) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    )
    made.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    made.cells[0].metadata["tags"] = ["parameters"]
    return made


def shown(executed: Any) -> list[str]:
    outputs = [
        o for c in executed.cells for o in c.get("outputs", ()) if o.output_type in ("display_data", "execute_result")
    ]
    return [o.data[m] for o in outputs for m in KEPT_MIMES if m in o.data]


def run(cells: list[str], **parameters: object) -> Any:
    return papermill.execute_notebook(
        notebook(cells), None, parameters=parameters, engine_name=ENGINE_NAME, progress_bar=False
    )


def test_same_displays_as_a_kernel() -> None:
    reference = NotebookClient(notebook(CELLS), timeout=120).execute()
    assert shown(run(CELLS)) == shown(reference) == ["first 0", "*last*", "n is 1"]


def test_parameters_replace_defaults() -> None:
    assert shown(run(CELLS, n=7)) == ["first 7", "*last*", "n is 8"]


def test_names_of_one_run_are_gone_in_the_next() -> None:
    run(["leak = 1", "leak"])
    with pytest.raises(CellFailed, match="NameError"):
        run(["x = 0", "leak"])


SECRET = "a-value-from-a-row"


@pytest.mark.parametrize(
    "source",
    [
        f"d = {{}}\nd['{SECRET}']",
        f"raise ValueError('{SECRET}')",
        f"'{SECRET}' +",
        f"assert 1 == 2, '{SECRET}'",
        f"int('{SECRET}')",
    ],
)
def test_a_failing_cell_gives_place_and_type_but_no_data(source: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CellFailed) as caught:
        run(["x = 0", source])
    told = capfd.readouterr()
    assert caught.value.cell == 2
    assert "line" in caught.value.reason
    assert SECRET not in caught.value.reason + told.out + told.err


def test_a_users_error_is_told_in_full() -> None:
    cell = (
        "from gymreg_core.errors import RuleMissing\nraise RuleMissing('no price', where='rules/x', remedy='Add it.')"
    )
    with pytest.raises(CellFailed, match="rules/x: no price"):
        run(["x = 0", cell])


def test_an_error_in_the_package_names_its_module(tmp_path: Path) -> None:
    with pytest.raises(CellFailed, match=r"gymreg_core/vocabulary/numbers\.py, line \d+"):
        run(["x = 0", "from gymreg_core.vocabulary.numbers import number\nnumber('x', 'sv')"])


def test_processes_can_be_started_after_a_run() -> None:
    main = sys.modules["__main__"]
    run(["x = 0", "x"])
    assert sys.modules["__main__"] is main
