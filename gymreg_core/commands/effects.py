"""Did the supplement help: gymreg study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gymreg_core.commands.app import app


@app.command()
def study(
    workspace: Annotated[
        Path,
        typer.Option("--workspace", help="Where gymreg ingest has stored the enrolments, and registers of intakes."),
    ],
    params: Annotated[
        Path | None, typer.Option("--params", help="Params file of an effect report; its analysis plan is followed.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A part of the plan, name=value, e.g. --set outcome=completion_4.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Threads for the simulations; all cores without.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler, tcp://host:port, for the simulations.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Study what the structural supplement did, by an analysis plan: power, every design with its tests, the costs.

    What is studied already by the same plan, of the same enrolments and registers, is not computed again. Where the
    tests of a design speak against it, its claim is withdrawn; where a question has no answer, it is refused.
    """
    view = _studied(workspace, params, set_ or [], jobs, cluster)
    from gymreg_core.reporting.console import print_view

    print_view(view, as_json=as_json, tables=view.terminal_tables("en"))


def _studied(workspace: Path, params: Path | None, changes: list[str], jobs: int | None, cluster: str | None) -> Any:
    from gymreg_core.effects.plan_file import read_plan
    from gymreg_core.effects.study_workspace import study_workspace
    from gymreg_core.reporting.console import Progress
    from gymreg_core.reporting.study_view import StudyView

    plan = read_plan(params, changes)
    with Progress() as progress:
        return StudyView.of(study_workspace(workspace, plan, progress.advance, jobs=jobs, cluster=cluster))
