"""Admission: gymreg match."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gymreg_core.commands.app import MOST_SEED, app


@app.command()
def match(
    workspace: Annotated[Path, typer.Option("--workspace", help="Where gymreg ingest has stored the register.")],
    year: Annotated[int, typer.Option("--year", help="Intake year.")],
    round_: Annotated[str, typer.Option("--round", help="preliminary, final, reserve_1 or reserve_2.")] = "final",
    seed: Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Of the lottery that breaks ties.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the result file, in the office's own format.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Match a round of a stored register, certify the result and store it.

    The match is looked at anew by code that shares nothing with what made it. Where a check fails, nothing is stored or
    written and the exit code is 16. A match that is stored already is not computed again.
    """
    from gymreg_core.matching.match_round import match_round

    done = match_round(workspace, year, round_, seed=seed, publish=out is not None)
    if as_json:
        print(json.dumps(done.to_dict(), ensure_ascii=False, indent=1))
    done.require_passed()
    written = done.result_file.write(out) if out and done.result_file else None
    if not as_json:
        print("\n".join(done.told()))
        print(f"In {workspace}{'' if done.computed else ', where it was already'}: {done.key[:12]}")
        if written:
            print(f"Written: {written}")
