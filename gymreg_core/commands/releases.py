"""What may go out, and how: gymreg check-release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gymreg_core.commands.app import AudienceOption, JobsOption, app
from gymreg_core.errors import DisclosureRefused


@app.command(name="check-release")
def check_release(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished site.")],
    canaries: Annotated[
        Path | None,
        typer.Option("--canaries", help="CSV of persons planted in the store: name,identity,pseudonym,merit."),
    ] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="A store, whose pseudonyms are looked for too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
    audience: AudienceOption = "open_web",
    jobs: JobsOption = 2,
) -> None:
    """Read every byte of a site that would go out, and refuse what may not; values are never told."""
    from gymreg_core.release.gate import check_release as checked_release
    from gymreg_core.release.gate.report import told
    from gymreg_core.rules.audience import known_audience, made_for

    with made_for(known_audience(audience)):
        checked = checked_release(folder, canaries=canaries, workspace=workspace, jobs=jobs)
    print(json.dumps(checked.to_dict(), ensure_ascii=False, indent=1) if as_json else told(checked))
    if len(checked):
        raise typer.Exit(DisclosureRefused.exit_code)
