"""Pages: gymreg report and build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gymreg_core.commands.app import (
    AddressOption,
    AudienceOption,
    DataOption,
    JobsOption,
    ReferenceOption,
    RendererOption,
    WorkspaceOption,
    app,
)


@app.command()
def report(
    name: Annotated[
        str,
        typer.Argument(
            help="The report: admission, cutoffs, funding, dropout, effects, supply_demand or programme_council."
        ),
    ],
    params: Annotated[Path | None, typer.Option("--params", help="A params file.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="name=value, before the params file.")] = None,
    data: DataOption = None,
    workspace: WorkspaceOption = None,
    reference: ReferenceOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the finished pages.")] = Path("build/report"),
    renderer: RendererOption = "auto",
    jobs: JobsOption = 2,
    address: AddressOption = "",
    audience: AudienceOption = "open_web",
) -> None:
    """Make one report with its pages."""
    from gymreg_core.reporting.build import BuildRequest
    from gymreg_core.reporting.params import load_plan, make_plan

    given = [*(settings or ()), f"report={name}"]
    plan = load_plan(params, given) if params else make_plan({}, where="gymreg report", overrides=given)
    _build(
        BuildRequest.of(
            [plan], data=data, workspace=workspace, reference=reference, out=out, renderer=renderer, jobs=jobs
        ),
        address,
        audience,
    )


@app.command()
def build(
    params_dir: Annotated[
        Path | None,
        typer.Option(
            "--params-dir", envvar="GYMREG_PARAMS", help="Folder of params files (default: the project's params/)."
        ),
    ] = None,
    data: DataOption = None,
    workspace: WorkspaceOption = None,
    reference: ReferenceOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the finished site.")] = Path("build/site"),
    renderer: RendererOption = "auto",
    jobs: JobsOption = 2,
    address: AddressOption = "",
    audience: AudienceOption = "open_web",
) -> None:
    """Make every report and the site."""
    from gymreg_core.reporting.build import BuildRequest, load_plans

    plans = load_plans(params_dir)
    _build(
        BuildRequest.of(
            plans, data=data, workspace=workspace, reference=reference, out=out, renderer=renderer, jobs=jobs
        ),
        address,
        audience,
    )


def _build(request: Any, address: str, audience: str) -> None:
    from dataclasses import replace

    from gymreg_core.reporting.build import build_site
    from gymreg_core.reporting.console import Progress
    from gymreg_core.rules.audience import known_audience

    request = replace(request, address=address.rstrip("/"), audience=known_audience(audience))
    with Progress() as progress:
        result = build_site(request, progress)
    state = "is up to date" if result.unchanged else f"has {result.pages} pages ({result.renderer})"
    print(f"The site {state}. Open {request.out / 'index.html'}")
