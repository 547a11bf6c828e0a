"""What became of the pupils who started: gymreg track."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gymreg_core.commands.app import app
from gymreg_core.errors import BadParameters

_DAY = ["%Y-%m-%d"]


@app.command()
def track(
    workspace: Annotated[Path, typer.Option("--workspace", help="Where gymreg ingest has stored the enrolments.")],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=_DAY, help="Tell what was known on this day (default: the last one)."),
    ] = None,
    list_: Annotated[
        Path | None,
        typer.Option(
            "--list", help="A municipality's list for its activity responsibility (CSV, Excel), to compare with."
        ),
    ] = None,
    municipality: Annotated[str | None, typer.Option("--municipality", help="Whose list it is.")] = None,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=_DAY, help="Day of the list (default: the last one known).")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="File with the key to the pseudonyms (default: GYMREG_KEY).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Make histories of stored enrolments and compute every measure of completion; or compare a list with them.

    What is tracked already from the same enrolments, by the same rules, is not computed again. With --list the register
    is compared with a municipality's list for its activity responsibility: counts alone, and nothing is stored.
    """
    if list_ is not None:
        if municipality is None:
            raise BadParameters("whose list it is has to be said", where="--list", remedy="Name it by --municipality.")
        told = _compared(workspace, list_, municipality, _date(day), _date(as_of), key)
    elif municipality is not None or day is not None or key is not None:
        raise BadParameters(
            "a municipality, a day and a key belong to a list",
            where="--municipality, --day, --key",
            remedy="Give the list by --list, or leave them out.",
        )
    else:
        told = _tracked(workspace, _date(as_of))
    from gymreg_core.reporting.console import print_view

    print_view(told, as_json=as_json, tables=told.terminal_tables("en"))


def _date(day: datetime | None) -> date | None:
    return day.date() if day else None


def _tracked(workspace: Path, as_of: date | None) -> Any:
    from gymreg_core.cohort.track import track_workspace
    from gymreg_core.disclosure.kept import VARIABLE, masks_of
    from gymreg_core.reporting.console import Progress
    from gymreg_core.reporting.track_view import TrackView

    with Progress() as progress:
        done = track_workspace(workspace, as_of, progress.advance)
    os.environ.setdefault(VARIABLE, str(masks_of(workspace)))
    return TrackView.of(done)


def _compared(
    workspace: Path, path: Path, municipality: str, day: date | None, as_of: date | None, key: Path | None
) -> Any:
    from gymreg_core.cohort.reconcile import compare_list
    from gymreg_core.reporting.track_view import ListView

    return ListView.of(compare_list(workspace, path, municipality, day=day, as_of=as_of, key=key))
