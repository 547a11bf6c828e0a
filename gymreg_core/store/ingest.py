"""One door for whatever lies in a folder: result files, register extracts, one per intake year, enrolments, and tables
of demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gymreg_core.findings import Findings
from gymreg_core.sources.demand.reading import all_among, demand_files, read_demand
from gymreg_core.sources.enrolments.layout import enrolment_kind, layout
from gymreg_core.sources.extract_kinds import extracts, kind_of
from gymreg_core.sources.formats.database import is_url
from gymreg_core.sources.published import read_results
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.folders import across, split_paths
from gymreg_core.sources.register.layout import register_kind
from gymreg_core.sources.register.tables import Progress
from gymreg_core.store.demand import StoredDemandTables, ingest_demand
from gymreg_core.store.enrolments import StoredEnrolments, keep_enrolments, offered_enrolments
from gymreg_core.store.intake import ingest_files
from gymreg_core.store.registers import StoredRegister, offered_registers, put_registers
from gymreg_core.store.workspace import StoredResults


def ingest_all(
    data: Path | str, workspace: Path, key: Path | None = None, *, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Store what a folder or, by its address, a database holds and tell of each: key, rows, number of findings, files;
    of a register its intake year, of enrolments the first and last day that they tell of, and of each table how many
    rows of the last extract were the same, new, known late or gone where it came upon another (`upon`).

    Rows of a register and of enrolments are its pupils. `progress`: told after each piece of a large table. Errors:
    BadInput with the findings of all that `data` holds where any of it cannot be used (nothing is stored then);
    BadParameters and GymregError where the workspace cannot be written.
    """
    folders, enrolled, results, found = _what_is_in(data)
    demand = [] if is_url(data) else demand_files([Path(data)])
    results = [path for path in results if not all_among(path, demand)]
    several = len(folders) + len(enrolled) > 1
    registers = offered_registers(folders, workspace, key, several=several, progress=progress)
    enrolments = offered_enrolments(enrolled, workspace, key, several=several, progress=progress)
    found += registers.findings + enrolments.findings
    found += read_demand(*demand, strict=False).findings if demand else Findings()
    if found.has_errors:
        raise refuse_all(found + _findings_of(results))
    of_results = [ingest_files(results, workspace)] if results else []
    of_demand = [ingest_demand(demand, workspace)] if demand else []
    return [
        *(_told(one, len(one.register.pupils)) for one in put_registers(workspace, registers)),
        *(_told(one, len(one.enrolments.persons)) for one in keep_enrolments(workspace, enrolments)),
        *(_told(one, len(one.table)) for one in of_results),
        *(_told(one, sum(map(len, one.tables.values()))) for one in of_demand),
    ]


def _what_is_in(data: Path | str) -> tuple[Sequence[Path | str], Sequence[Path | str], list[Path], Findings]:
    """Extracts of registers and of enrolments, result files, and what shows when extracts are seen together."""
    if is_url(data):
        return ([data], [], [], Findings()) if kind_of(data) is register_kind() else ([], [data], [], Findings())
    folders, results = split_paths([Path(data)])
    enrolled = extracts([Path(data)], enrolment_kind())
    return folders, enrolled, results, Findings(tuple(across(folders, enrolled)))


def _findings_of(results: list[Path]) -> Findings:
    return read_results(*results, strict=False).findings if results else Findings()


def _told(stored: StoredRegister | StoredEnrolments | StoredResults | StoredDemandTables, rows: int) -> dict[str, Any]:
    of: dict[str, Any] = {}
    if isinstance(stored, StoredRegister):
        of = {"intake_year": stored.register.intake_year}
    elif isinstance(stored, StoredEnrolments):
        upon = [
            {"file": layout()[one.table].name, "same": one.same, "new": one.new, "late": one.late, "gone": one.gone}
            for one in stored.deliveries[-1].rows
        ]
        of = {"since": stored.enrolments.since, "as_of": stored.enrolments.as_of, "upon": upon}
    return {
        "key": stored.key,
        **of,
        "rows": rows,
        "findings": len(stored.findings),
        "files": [file.name for file in stored.provenance.inputs],
    }
