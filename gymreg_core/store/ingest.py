"""One door for whatever lies in a folder: result files, a register extract, or an extract per intake year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.sources.published import read_results
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.folders import split_paths
from gymreg_core.store.intake import ingest_files
from gymreg_core.store.registers import StoredRegister, put_registers, sound_registers
from gymreg_core.store.workspace import StoredResults


def ingest_all(data: Path, workspace: Path, key: Path | None = None) -> list[dict[str, Any]]:
    """Store what `data` holds and tell of each: key, rows, number of findings, files; of a register its intake year.

    Rows of a register are its pupils. Errors: BadInput with the findings of all that `data` holds where any of it
    cannot be used (nothing is stored then); otherwise as `ingest_registers` and `ingest_files`.
    """
    folders, results = split_paths([data])
    try:
        sound = sound_registers(folders, workspace, key)
    except BadInput as refused:
        raise refuse_all(refused.findings + _findings_of(results)) from None
    of_results = [ingest_files(results, workspace)] if results else []
    told = [_told(stored, len(stored.register.pupils)) for stored in put_registers(workspace, sound)]
    return told + [_told(stored, len(stored.table)) for stored in of_results]


def _findings_of(results: list[Path]) -> Findings:
    return read_results(*results, strict=False).findings if results else Findings()


def _told(stored: StoredRegister | StoredResults, rows: int) -> dict[str, Any]:
    year = {"intake_year": stored.register.intake_year} if isinstance(stored, StoredRegister) else {}
    return {
        "key": stored.key,
        **year,
        "rows": rows,
        "findings": len(stored.findings),
        "files": [file.name for file in stored.provenance.inputs],
    }
