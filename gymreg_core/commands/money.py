"""Who pays whom: gymreg settle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gymreg_core.commands.app import app


@app.command()
def settle(
    workspace: Annotated[Path, typer.Option("--workspace", help="Where gymreg ingest has stored the enrolments.")],
    months: Annotated[str, typer.Option("--months", help="Months to close: 2024-01:2024-12, or one as 2024-03.")],
    prices: Annotated[
        Path | None, typer.Option("--prices", help="A published price list that counts before the packaged ones.")
    ] = None,
    vat: Annotated[
        str | None, typer.Option("--vat", help="Reading of the compensation for VAT: on_top or of_total.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for payment files and the year's sums, CSV and XLSX.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Close months: post who pays whom for every pupil, and correct the months before.

    A closed month is frozen. Months that are closed already by the same extract, prices and rules are left as they are.
    """
    from gymreg_core.funding.payment_files import write_files
    from gymreg_core.funding.settle_months import parse_months, settle_months
    from gymreg_core.funding.settle_options import rules_of, tariff_of
    from gymreg_core.reporting.console import Progress, print_findings

    first, last = parse_months(months)
    tariff, found = tariff_of(prices) if prices else (None, ())
    rules = rules_of(first, vat) if vat else None
    if found:
        print_findings(found, stderr=True)
    if out:
        out.mkdir(parents=True, exist_ok=True)
    with Progress() as progress:
        done = settle_months(workspace, first, last, tariff=tariff, rules=rules, progress=progress.advance)
    written = write_files(done.payment_files(), out) if out else []
    if as_json:
        told = {**done.to_dict(), "files": [path.name for path in written]}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return
    print("\n".join(done.sentences("en")))
    print(f"In the ledger of {workspace}, up to {done.head[:12]}")
    if written:
        print(f"Written: {len(written)} files in {out}")
