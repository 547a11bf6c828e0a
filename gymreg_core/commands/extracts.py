"""Files in: gymreg check, synth and ingest."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gymreg_core.commands.app import app
from gymreg_core.errors import BadInput


@app.command()
def check(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Result files, price lists, tables of demand, folders of extracts, or the address of a database with one."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Say what is found in source files; nothing is stored."""
    from gymreg_core.sources.check import check_files

    findings = check_files(files)
    if as_json:
        print(
            json.dumps(
                {"errors": len(findings.errors), "findings": findings.to_records()}, ensure_ascii=False, indent=1
            )
        )
    else:
        from gymreg_core.reporting.console import print_findings

        print_findings(findings)
    if findings.has_errors:
        raise typer.Exit(BadInput.exit_code)


@app.command()
def synth(
    out: Annotated[Path, typer.Option("--out", help="Folder for the extracts, one for each intake year.")],
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed gives another region.")] = None,
    years: Annotated[
        str | None, typer.Option("--years", help="2018:2025 or 2024 (default 2024:2025; with --enrolments 2019:2025).")
    ] = None,
    scale: Annotated[float, typer.Option("--scale", help="Size: 1 is the whole region, 0.1 a tenth.")] = 1.0,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Plant the faults that real extracts have, and list them.")
    ] = False,
    enrolments: Annotated[
        bool, typer.Option("--enrolments", help="Write where their pupils went as well, an extract of enrolments.")
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day of that extract (31 January after the last year)."),
    ] = None,
) -> None:
    """Write the made-up region as extracts of an admission system: pupils, grades, choices, study paths."""
    from gymreg_core.reporting.console import Progress
    from gymreg_core.synthetic.region import DEFAULT_SEED, DEFAULT_YEARS, ENROLMENT_YEARS, parse_years, write_region

    wanted = parse_years(years) if years else ENROLMENT_YEARS if enrolments else DEFAULT_YEARS
    with Progress() as progress:
        folders = write_region(
            out,
            seed=DEFAULT_SEED if seed is None else seed,
            years=wanted,
            scale=scale,
            dirty=dirty,
            enrolments=enrolments,
            as_of=as_of.date() if as_of else None,
            told=lambda: progress.advance("extracts", len(wanted) + enrolments),
        )
    for folder in folders:
        print(folder)


@app.command()
def ingest(
    data: Annotated[
        str,
        typer.Option(
            "--data",
            help="Folder with result files, tables of demand or extracts, or the address of a database with an extract.",
        ),
    ],
    workspace: Annotated[Path, typer.Option("--workspace", help="Where validated tables are kept.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="File with the key to the pseudonyms (default: GYMREG_KEY).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Validate result files, tables of population, year 9, choices and need, and extracts of registers and enrolments,
    and store them."""
    from gymreg_core.reporting.console import Progress
    from gymreg_core.store.ingest import ingest_all

    with Progress() as progress:
        summaries = ingest_all(data, workspace, key, progress=progress.advance)
    if as_json:
        print(json.dumps(summaries[0] if len(summaries) == 1 else summaries, ensure_ascii=False, indent=1))
        return
    for summary in summaries:
        of_what = f" of the intake {summary['intake_year']}" if "intake_year" in summary else ""
        of_what = f" of enrolments up to {summary['as_of']}" if "as_of" in summary else of_what
        print(f"{summary['rows']} rows{of_what} from {len(summary['files'])} files in {workspace}")
        for upon in summary.get("upon", []):
            if not any(upon[told] for told in ("same", "new", "late", "gone")):
                continue
            counts = f"{upon['same']} rows as stored, {upon['new']} new, {upon['late']} known late, {upon['gone']} gone"
            print(f"  {upon['file']}: {counts}")
