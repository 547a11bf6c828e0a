"""One door for whatever lies in a folder: result files, register extracts, one per intake year, and enrolments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymreg_core.findings import Findings
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.extract_kinds import extracts
from gymreg_core.sources.published import read_results
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.folders import across, split_paths
from gymreg_core.store.enrolments import StoredEnrolments, keep_enrolments, offered_enrolments
from gymreg_core.store.intake import ingest_files
from gymreg_core.store.registers import StoredRegister, offered_registers, put_registers
from gymreg_core.store.workspace import StoredResults


def ingest_all(data: Path, workspace: Path, key: Path | None = None) -> list[dict[str, Any]]:
    """Store what `data` holds and tell of each: key, rows, number of findings, files; of a register its intake year, of
    enrolments the first and last day that they tell of.

    Rows of a register and of enrolments are its pupils. Errors: BadInput with the findings of all that `data` holds
    where any of it cannot be used (nothing is stored then); BadParameters and GymregError where the workspace cannot
    be written.
    """
    folders, results = split_paths([data])
    enrolled = extracts([data], enrolment_kind())
    several = len(folders) + len(enrolled) > 1
    registers = offered_registers(folders, workspace, key, several=several)
    enrolments = offered_enrolments(enrolled, workspace, key, several=several)
    found = Findings(tuple(across(folders, enrolled))) + registers.findings + enrolments.findings
    if found.has_errors:
        raise refuse_all(found + _findings_of(results))
    of_results = [ingest_files(results, workspace)] if results else []
    return [
        *(_told(one, len(one.register.pupils)) for one in put_registers(workspace, registers)),
        *(_told(one, len(one.enrolments.persons)) for one in keep_enrolments(workspace, enrolments)),
        *(_told(one, len(one.table)) for one in of_results),
    ]


def _findings_of(results: list[Path]) -> Findings:
    return read_results(*results, strict=False).findings if results else Findings()


def _told(stored: StoredRegister | StoredEnrolments | StoredResults, rows: int) -> dict[str, Any]:
    of: dict[str, Any] = {}
    if isinstance(stored, StoredRegister):
        of = {"intake_year": stored.register.intake_year}
    elif isinstance(stored, StoredEnrolments):
        of = {"since": stored.enrolments.since, "as_of": stored.enrolments.as_of}
    return {
        "key": stored.key,
        **of,
        "rows": rows,
        "findings": len(stored.findings),
        "files": [file.name for file in stored.provenance.inputs],
    }
