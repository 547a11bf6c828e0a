"""From params to an executed notebook: papermill behind a wrapper that lets no data out with an error."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.disclosure.kept import VARIABLE as PROTECTED
from gymreg_core.disclosure.kept import masks_of
from gymreg_core.disclosure.recorded import recording
from gymreg_core.disclosure.withheld import VARIABLE as WITHHELD
from gymreg_core.errors import RenderingFailed
from gymreg_core.reporting.kinds import KINDS
from gymreg_core.reporting.plans import ReportParams
from gymreg_core.reporting.run_cells import write_cells
from gymreg_core.store.private import make_private


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters; `key` decides whether it has been done already."""

    params: ReportParams
    key: str

    @property
    def report(self) -> str:
        return self.params.report

    @property
    def slug(self) -> str:
        return self.params.slug


@dataclass(frozen=True)
class Executed:
    """What a run left in `folder`: page.ipynb, page.json (title, subtitle, …), media/ and data/, and for nobody's eyes
    cells.json and cells/."""

    run: Run
    folder: Path

    @property
    def page(self) -> dict[str, Any]:
        meta: dict[str, Any] = json.loads((self.folder / "page.json").read_text(encoding="utf-8"))
        return meta


def execute(
    run: Run, notebooks: Path, folder: Path, *, workspace: Path, reference: Path | None, withheld: Path | None = None
) -> Executed:
    """Execute a run's notebook into `folder`; a folder that holds a finished run of the same key is left as it is.

    withheld : a list of cells that are left out for the sake of other reports (disclosure/withheld.py).
    Errors: RenderingFailed naming report, parameters and cell, never data; `folder` is then gone.
    """
    done = Executed(run, folder)
    if (folder / "page.json").is_file():
        return done
    working = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(working, ignore_errors=True)
    make_private(working)
    try:
        with recording() as seen:
            notebook = _papermill(run, notebooks, working, workspace, reference, withheld)
        write_cells(working, seen)
        page = _page_meta(run, notebook)
        (working / "page.ipynb").write_text(
            json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8"
        )
        (working / "page.json").write_text(
            json.dumps(page, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8"
        )
        shutil.rmtree(folder, ignore_errors=True)
        working.replace(folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return done


def _papermill(
    run: Run, notebooks: Path, working: Path, workspace: Path, reference: Path | None, withheld: Path | None
) -> dict[str, Any]:
    import papermill

    from gymreg_core.reporting.engine import ENGINE_NAME, CellFailed

    source = notebooks / KINDS[run.report].notebook
    environment = {"GYMREG_RUN_DIR": str(working), "GYMREG_PAGE": run.slug, "GYMREG_WORKSPACE": str(workspace)}
    if reference is not None:
        environment["GYMREG_REFERENCE"] = str(reference)
    environment[PROTECTED] = os.environ.get(PROTECTED) or str(masks_of(working.parents[1]))
    if withheld is not None:
        environment[WITHHELD] = str(withheld)
    try:
        with _environment(environment):
            notebook: dict[str, Any] = papermill.execute_notebook(
                source,
                None,
                parameters=run.params.model_dump(mode="json"),
                engine_name=ENGINE_NAME,
                progress_bar=False,
                cwd=notebooks,
            )
    except CellFailed as failed:
        problem = RenderingFailed(
            f"cell {failed.cell} failed: {failed.reason}",
            where=f"{source.name} ({run.slug}, {run.params.language})",
            remedy="Open the notebook in JupyterLab with the same parameters to see it fail there.",
        )
        problem.exit_code = getattr(failed.cause, "exit_code", RenderingFailed.exit_code)
        raise problem from None
    return _without_run_details(notebook)


def _without_run_details(notebook: dict[str, Any]) -> dict[str, Any]:
    """The executed notebook less times and machine details, so that the same run gives the same bytes."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {},
            "source": "",
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/markdown": output["data"]["text/markdown"]},
                }
                for output in cell["outputs"]
                if "text/markdown" in output["data"]
            ],
        }
        for number, cell in enumerate(notebook["cells"])
        if cell["cell_type"] == "code"
    ]
    pages = [
        o["data"][m]
        for c in notebook["cells"]
        for o in c.get("outputs", ())
        for m in o["data"]
        if m.endswith("page+json")
    ]
    return {
        "cells": [cell for cell in cells if cell["outputs"]],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "gymreg": {"pages": pages},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _page_meta(run: Run, notebook: dict[str, Any]) -> dict[str, Any]:
    pages = notebook["metadata"].pop("gymreg")["pages"]
    if len(pages) != 1:
        raise RenderingFailed(
            f"the notebook displayed {len(pages)} page headers",
            where=f"{KINDS[run.report].notebook} ({run.slug})",
            why="A page has exactly one title.",
            remedy="Display report.page() once.",
        )
    return dict(pages[0])


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    saved = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
