"""What the commands register on, and the options that several of them have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

MOST_SEED = 2**63 - 1

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Reporting and research workbench for a joint upper-secondary school region.",
)

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Folder with the office's result files, or made-up registers; without it the made-up region."
    ),
]
WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Where validated tables are kept (default .gymreg beside --out).")
]
ReferenceOption = Annotated[
    Path | None,
    typer.Option("--reference", envvar="GYMREG_REFERENCE", help="CSV with published totals to reconcile with."),
]
RendererOption = Annotated[str, typer.Option("--renderer", help="auto, quarto or embedded.")]
AudienceOption = Annotated[
    str,
    typer.Option("--audience", envvar="GYMREG_AUDIENCE", help="Whom it is for: open_web, authority or internal."),
]
JobsOption = Annotated[int, typer.Option("--jobs", min=1, help="Processes to use.")]
AddressOption = Annotated[
    str,
    typer.Option("--address", envvar="GYMREG_ADDRESS", help="Where the site will stand on the web, for its PDFs."),
]
