"""The command line: what the user wants, handed to the room that knows how."""

from __future__ import annotations

import atexit
import gc
import json
import sys
import traceback
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gymreg_core.errors import BadInput, BadParameters, GymregError, RenderingFailed

_INTERRUPTED = 130
_COLLECT_AFTER = 10_000
_MOST_SEED = 2**63 - 1

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
JobsOption = Annotated[int, typer.Option("--jobs", min=1, help="Processes to use.")]


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Result files, price lists, register extracts, or folders.")],
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
        str | None, typer.Option("--years", help="2018:2025 or 2024 (default 2024:2025; with --enrolments 2021:2025).")
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
    data: Annotated[Path, typer.Option("--data", help="Folder with result files or extracts.")],
    workspace: Annotated[Path, typer.Option("--workspace", help="Where validated tables are kept.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="File with the key to the pseudonyms (default: GYMREG_KEY).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Validate result files and extracts of registers and enrolments, and store them."""
    from gymreg_core.store.ingest import ingest_all

    summaries = ingest_all(data, workspace, key)
    if as_json:
        print(json.dumps(summaries[0] if len(summaries) == 1 else summaries, ensure_ascii=False, indent=1))
        return
    for summary in summaries:
        of_what = f" of the intake {summary['intake_year']}" if "intake_year" in summary else ""
        of_what = f" of enrolments up to {summary['as_of']}" if "as_of" in summary else of_what
        print(f"{summary['rows']} rows{of_what} from {len(summary['files'])} files in {workspace}")


@app.command()
def match(
    workspace: Annotated[Path, typer.Option("--workspace", help="Where gymreg ingest has stored the register.")],
    year: Annotated[int, typer.Option("--year", help="Intake year.")],
    round_: Annotated[str, typer.Option("--round", help="preliminary, final, reserve_1 or reserve_2.")] = "final",
    seed: Annotated[int, typer.Option("--seed", min=0, max=_MOST_SEED, help="Of the lottery that breaks ties.")] = 0,
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


@app.command()
def whatif(
    workspace: Annotated[
        Path, typer.Option("--workspace", help="Where gymreg ingest has stored the register or the enrolments.")
    ],
    year: Annotated[int, typer.Option("--year", help="Intake year; with a funding scenario the calendar year.")],
    scenario: Annotated[Path, typer.Option("--scenario", help="A YAML file that says what should be otherwise.")],
    round_: Annotated[str, typer.Option("--round", help="preliminary or final.")] = "final",
    runs: Annotated[int, typer.Option("--runs", min=0, help="Re-runs with new lots and resampled applicants.")] = 0,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Threads for the re-runs; all cores without.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler, tcp://host:port, for the re-runs.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=_MOST_SEED, help="Of the lottery and the re-runs.")] = 0,
    prices: Annotated[
        Path | None, typer.Option("--prices", help="A published price list that counts before the packaged ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone.")] = False,
) -> None:
    """Try a scenario beside today: on a round of a stored register, or on what a year's pupils cost; nothing is stored.

    A file with the line `about: funding` asks for another decision on money; --prices belongs to it. --round, --runs,
    --jobs, --cluster and --seed belong to the others, which are about admission.
    """
    from gymreg_core.scenario_file import kind_of, read_scenario

    raw = read_scenario(scenario)
    if kind_of(raw, where=scenario.name) == "funding":
        if round_ != "final" or runs or jobs or cluster or seed:
            raise BadParameters(
                "a funding scenario has no round and nothing that is drawn by lot",
                where=scenario.name,
                remedy="Leave out --round, --runs, --jobs, --cluster and --seed.",
            )
        view, tables = _funding_what_if(workspace, year, raw, scenario.name, prices)
    else:
        if prices:
            raise BadParameters(
                "a scenario about admission has no prices", where=scenario.name, remedy="Leave out --prices."
            )
        drawn = {"seed": seed, "runs": runs, "jobs": jobs, "cluster": cluster}
        view, tables = _admission_what_if(workspace, year, raw, scenario.name, round_, drawn)
    if as_json:
        print(json.dumps(view.to_dict(), ensure_ascii=False, indent=1))
        return
    from gymreg_core.reporting.console import print_released

    print("\n".join(view.sentences("en")))
    for released, columns, caption in tables(view, "en"):
        print_released(released, columns, caption)


def _admission_what_if(
    workspace: Path, year: int, raw: Any, name: str, round_: str, drawn: dict[str, Any]
) -> tuple[Any, Any]:
    from gymreg_core.matching.whatif import make_scenario, what_if
    from gymreg_core.reporting.console import Progress
    from gymreg_core.reporting.what_if import release_what_if
    from gymreg_core.reporting.what_if_parts import terminal_tables
    from gymreg_core.store.registers import stored_register

    wanted, stored = make_scenario(raw, where=name), stored_register(workspace, year)
    with Progress() as progress:
        found = what_if(stored.register, wanted, round_, progress=progress.advance, **drawn)
    return release_what_if(found, stored.provenance), terminal_tables


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


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="The report: admission or funding.")],
    params: Annotated[Path | None, typer.Option("--params", help="A params file.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="name=value, before the params file.")] = None,
    data: DataOption = None,
    workspace: WorkspaceOption = None,
    reference: ReferenceOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the finished pages.")] = Path("build/report"),
    renderer: RendererOption = "auto",
    jobs: JobsOption = 2,
) -> None:
    """Make one report with its pages."""
    from gymreg_core.reporting.build import BuildRequest
    from gymreg_core.reporting.params import load_plan, make_plan

    given = [*(settings or ()), f"report={name}"]
    plan = load_plan(params, given) if params else make_plan({}, where="gymreg report", overrides=given)
    _build(
        BuildRequest.of(
            [plan], data=data, workspace=workspace, reference=reference, out=out, renderer=renderer, jobs=jobs
        )
    )


@app.command()
def build(
    params_dir: Annotated[
        Path | None, typer.Option("--params-dir", help="Folder of params files (default: the project's params/).")
    ] = None,
    data: DataOption = None,
    workspace: WorkspaceOption = None,
    reference: ReferenceOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the finished site.")] = Path("build/site"),
    renderer: RendererOption = "auto",
    jobs: JobsOption = 2,
) -> None:
    """Make every report and the site."""
    from gymreg_core.reporting.build import BuildRequest, load_plans

    plans = load_plans(params_dir)
    _build(
        BuildRequest.of(
            plans, data=data, workspace=workspace, reference=reference, out=out, renderer=renderer, jobs=jobs
        )
    )


def _build(request: Any) -> None:
    from gymreg_core.reporting.build import build_site
    from gymreg_core.reporting.console import Progress

    with Progress() as progress:
        result = build_site(request, progress)
    state = "is up to date" if result.unchanged else f"has {result.pages} pages ({result.renderer})"
    print(f"The site {state}. Open {request.out / 'index.html'}")


def main() -> NoReturn:
    """Entry point: a user's error is printed with its remedy and its exit code, never as a traceback."""
    # The libraries make objects by the hundred thousand that stay to the end. To look through them for cycles at every
    # 700 new ones, and once more at the exit, takes a third of a second.
    gc.set_threshold(_COLLECT_AFTER)
    atexit.register(gc.freeze)
    try:
        code = app(standalone_mode=False)
    except GymregError as problem:
        if isinstance(problem, BadInput) and len(problem.findings):
            from gymreg_core.reporting.console import print_findings

            print_findings(problem.findings, stderr=True)
        print(f"gymreg: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code)
    except OSError as problem:
        place = problem.filename or "the file system"
        print(f"gymreg: {place}: {problem.strerror or type(problem).__name__}", file=sys.stderr)
        print("  Nothing was published. Check that there is room and that you may write there.", file=sys.stderr)
        sys.exit(RenderingFailed.exit_code)
    except Exception as problem:  # noqa: BLE001 the last door: no traceback reaches a user
        sys.exit(_unexpected(problem))
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(problem: Exception) -> int:
    show = getattr(problem, "show", None)
    if callable(show):  # a mistake in the command line; which library says so depends on typer's version
        show()
        return BadParameters.exit_code
    if isinstance(problem, typer.Abort):
        print("gymreg: stopped; what stood before stands as it was", file=sys.stderr)
        return _INTERRUPTED
    last = traceback.extract_tb(problem.__traceback__)[-1]
    print(
        f"gymreg: an error in the program itself: {type(problem).__name__} in {Path(last.filename).name}, "
        f"line {last.lineno}\n"
        "  Nothing was published. Please report this line; it holds no data.",
        file=sys.stderr,
    )
    return 1
