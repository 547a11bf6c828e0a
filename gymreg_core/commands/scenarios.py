"""What if: gymreg whatif."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from gymreg_core.commands.app import MOST_SEED, app
from gymreg_core.errors import BadParameters


@app.command()
def whatif(
    workspace: Annotated[
        Path, typer.Option("--workspace", help="Where gymreg ingest has stored the register or the enrolments.")
    ],
    year: Annotated[int, typer.Option("--year", help="Intake year; with a funding scenario the calendar year.")],
    scenario: Annotated[
        Path | None, typer.Option("--scenario", help="A YAML file that says what should be otherwise.")
    ] = None,
    proposal: Annotated[
        Path | None, typer.Option("--proposal", help="Seats by school and programme instead: a CSV or YAML file.")
    ] = None,
    round_: Annotated[str, typer.Option("--round", help="preliminary or final.")] = "final",
    runs: Annotated[int, typer.Option("--runs", min=0, help="Re-runs with new lots and resampled applicants.")] = 0,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Threads for the re-runs; all cores without.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler, tcp://host:port, for the re-runs.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=MOST_SEED, help="Of the lottery and the re-runs.")] = 0,
    prices: Annotated[
        Path | None, typer.Option("--prices", help="A published price list that counts before the packaged ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Try a scenario beside today: on a round of a stored register, or on what a year's pupils cost; nothing is stored.

    A file with the line `about: funding` asks for another decision on money; --prices belongs to it. --round, --runs,
    --jobs, --cluster and --seed belong to the others, which are about admission. A proposal is about admission too: the
    seats that somebody would have; what each of its rows would lead to is told first.
    """
    from gymreg_core.scenario_file import kind_of, read_scenario

    if (scenario is None) == (proposal is None):
        raise BadParameters("one of --scenario and --proposal is wanted", where="gymreg whatif")
    drawn = {"round_": round_, "seed": seed, "runs": runs, "jobs": jobs, "cluster": cluster}
    raw, file = (read_scenario(scenario), scenario) if scenario else (None, Path(str(proposal)))
    if scenario and kind_of(raw, where=file.name) == "funding":
        if round_ != "final" or runs or jobs or cluster or seed:
            raise BadParameters(
                "a funding scenario has no round and nothing that is drawn by lot",
                where=file.name,
                remedy="Leave out --round, --runs, --jobs, --cluster and --seed.",
            )
        view, tables = _funding_what_if(workspace, year, raw, file.name, prices)
    elif prices:
        raise BadParameters("a scenario about admission has no prices", where=file.name, remedy="Leave out --prices.")
    elif scenario:
        view, tables = _admission_what_if(workspace, year, raw, file.name, drawn)
    else:
        view, tables = _proposed_seats(workspace, year, file, drawn)
    from gymreg_core.reporting.console import print_view

    print_view(view, as_json=as_json, tables=tables(view, "en"))


def _admission_what_if(workspace: Path, year: int, raw: Any, name: str, drawn: dict[str, Any]) -> tuple[Any, Any]:
    from gymreg_core.matching.whatif import make_scenario, what_if
    from gymreg_core.reporting.console import Progress
    from gymreg_core.reporting.what_if import release_what_if
    from gymreg_core.reporting.what_if_parts import terminal_tables
    from gymreg_core.store.registers import stored_register

    wanted, stored = make_scenario(raw, where=name), stored_register(workspace, year)
    with Progress() as progress:
        found = what_if(stored.register, wanted, progress=progress.advance, **drawn)
    return release_what_if(found, stored.provenance), terminal_tables


def _proposed_seats(workspace: Path, year: int, file: Path, drawn: dict[str, Any]) -> tuple[Any, Any]:
    from gymreg_core.matching.whatif import what_if
    from gymreg_core.planning.proposal import as_scenario, effects_of, load_proposal
    from gymreg_core.reporting.console import Progress
    from gymreg_core.reporting.what_if import release_proposal
    from gymreg_core.reporting.what_if_parts import terminal_tables
    from gymreg_core.store.registers import stored_register

    if drawn["round_"] != "final":
        raise BadParameters("a proposal is about the seats of the final round", where=file.name)
    wanted, stored = load_proposal(file), stored_register(workspace, year)
    with Progress() as progress:
        found = what_if(stored.register, as_scenario(wanted, stored.register), progress=progress.advance, **drawn)
    return release_proposal(effects_of(wanted, stored.register, found), stored.provenance), terminal_tables


def _funding_what_if(workspace: Path, year: int, raw: Any, name: str, prices: Path | None) -> tuple[Any, Any]:
    from gymreg_core.funding.decision import Decision
    from gymreg_core.funding.settle_options import tariff_of
    from gymreg_core.funding.what_if import make_scenario, what_if
    from gymreg_core.reporting.console import print_findings
    from gymreg_core.reporting.funding_what_if import release_funding_what_if
    from gymreg_core.reporting.funding_what_if_parts import terminal_tables
    from gymreg_core.store.enrolments import stored_enrolments

    wanted, stored = make_scenario(raw, where=name), stored_enrolments(workspace)
    today = Decision.packaged(year)
    if prices:
        tariff, findings = tariff_of(prices)
        if findings:
            print_findings(findings, stderr=True)
        today = replace(today, tariff=tariff)
    found = what_if(stored.enrolments, wanted, year, today=today)
    return release_funding_what_if(found, stored.provenance), terminal_tables
