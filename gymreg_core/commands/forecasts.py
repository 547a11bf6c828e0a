"""What to expect in July: gymreg forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gymreg_core.commands.app import MOST_SEED, app


@app.command()
def forecast(
    workspace: Annotated[
        Path, typer.Option("--workspace", help="Where gymreg ingest has stored results or registers, or both.")
    ],
    year: Annotated[int, typer.Option("--year", help="Intake year.")],
    runs: Annotated[int, typer.Option("--runs", min=0, help="Julys drawn from the register; 0 for none.")] = 30,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Of the drawn Julys.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone, with every study path.")] = False,
) -> None:
    """Forecast the final cut-offs of a year from what was known in its April; nothing is stored.

    From published results, or from Julys drawn for the applicants of the register, or from both where both are there.
    """
    from gymreg_core.planning.cutoff_workspace import forecast_workspace
    from gymreg_core.reporting.console import Progress, print_view
    from gymreg_core.reporting.forecast_view import ForecastView

    with Progress() as progress:
        found = forecast_workspace(workspace, year, runs=runs, seed=seed, progress=progress.advance)
    view = ForecastView.of(found)
    print_view(view, as_json=as_json, tables=view.terminal_tables("en"))
