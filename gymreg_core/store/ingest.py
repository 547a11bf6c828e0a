"""One door for whatever lies in a folder: result files, a register extract, or an extract per intake year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymreg_core.sources.register.folders import split_paths
from gymreg_core.store.intake import ingest_files
from gymreg_core.store.registers import StoredRegister, ingest_registers
from gymreg_core.store.workspace import StoredResults


def ingest_all(data: Path, workspace: Path, key: Path | None = None) -> list[dict[str, Any]]:
    """Store what `data` holds and tell of each: key, rows, number of findings, files; of a register its intake year too.

    Rows of a register are its pupils. Errors: as `ingest_registers` and `ingest_files`.
    """
    folders, results = split_paths([data])
    told = [_told(stored, len(stored.register.pupils)) for stored in ingest_registers(folders, workspace, key)]
    if results:
        stored = ingest_files(results, workspace)
        told.append(_told(stored, len(stored.table)))
    return told


def _told(stored: StoredRegister | StoredResults, rows: int) -> dict[str, Any]:
    year = {"intake_year": stored.register.intake_year} if isinstance(stored, StoredRegister) else {}
    return {
        "key": stored.key,
        **year,
        "rows": rows,
        "findings": len(stored.findings),
        "files": [file.name for file in stored.provenance.inputs],
    }
