"""A papermill engine that runs notebooks inside this process, with fresh names for each.

A Jupyter kernel per page costs seconds of start-up for a second of work. This engine runs the cells
in IPython, so imports are paid for once per worker, and keeps only what cells display. A failing cell
raises `CellFailed`, which carries the place and the error's type but no data; nothing of the traceback
is written into the notebook.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from papermill.engines import Engine, papermill_engines

from gymreg_core.errors import GymregError
from gymreg_core.reporting.page_head import PAGE_MIME

ENGINE_NAME = "gymreg"
KEPT_MIMES = ("text/markdown", PAGE_MIME)


class CellFailed(Exception):
    """A cell raised: `cell` counts the notebook's code cells from 1, `place` is file and line, `cause` the error."""

    def __init__(self, cell: int, place: str, cause: BaseException) -> None:
        self.cell, self.place, self.cause = cell, place, cause
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """What may be told: a user's error in full, of any other only its type."""
        if isinstance(self.cause, GymregError):
            return str(self.cause)
        return f"{type(self.cause).__name__} at {self.place}"


class InProcessEngine(Engine):  # type: ignore[misc]
    """Runs a notebook's code cells in this process; registered with papermill as ``gymreg``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:  # noqa: ARG003 papermill's words
        shell = _shell()
        shell.reset(new_session=True)
        number = 0
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code":
                continue
            number += "injected-parameters" not in cell.metadata.get("tags", ())
            nb_man.cell_start(cell, index)
            cell.execution_count = number
            cell.outputs = _run(shell, cell.source, number)
            nb_man.cell_complete(cell, index)


def _say_nothing(*_: Any, **__: Any) -> None:
    """Takes the place of IPython's tracebacks."""


def _shell() -> Any:
    if not InteractiveShell.initialized():
        main = sys.modules["__main__"]  # IPython puts its own in its place, and no process could be started after that
        shell: Any = InteractiveShell.instance(colors="nocolor", history_load_length=0)
        shell.history_manager.enabled = False
        shell.ast_node_interactivity = "last_expr"
        shell.showtraceback = _say_nothing
        shell.showsyntaxerror = _say_nothing
        sys.modules["__main__"] = main
    return InteractiveShell.instance()


def _run(shell: Any, source: str, number: int) -> list[Any]:
    """Run one cell; its displays in order. Printed text is swallowed: it is for analysts, and might hold data."""
    publisher = CapturingDisplayPublisher()
    saved = shell.display_pub, shell.display_trap.hook
    shell.display_pub = publisher
    silent = source.rstrip().endswith(";")
    shell.display_trap.hook = CapturingDisplayHook(shell, [] if silent else publisher.outputs)
    try:
        with capture_output(display=False):
            result = shell.run_cell(source, store_history=False)
    finally:
        shell.display_pub, shell.display_trap.hook = saved
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        raise CellFailed(number, _place(error), error)
    shown = [{mime: o["data"][mime] for mime in KEPT_MIMES if mime in o["data"]} for o in publisher.outputs]
    return [nbformat.v4.new_output("display_data", data=data) for data in shown if data]


def _place(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno} of the cell"
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "gymreg_core" in Path(f.filename).parts and Path(f.filename) != Path(__file__)]
    if own:
        parts = Path(own[-1].filename).parts
        return f"{'/'.join(parts[len(parts) - 1 - parts[::-1].index('gymreg_core') :])}, line {own[-1].lineno}"
    return f"line {frames[-1].lineno} of the cell" if frames else "the cell"


papermill_engines.register(ENGINE_NAME, InProcessEngine)
