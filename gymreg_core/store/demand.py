"""Tables that a forecast of demand rests on, in a workspace; those taken in last are current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gymreg_core.contracts.demand import DEMAND_TABLES, demand_table
from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.sources.demand.reading import DemandTables, read_demand
from gymreg_core.store.about import as_about, from_about, not_stored
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.shelf import FORMAT, Shelf

_FOLDER = "demand"
_DECIDES = ("contracts", "sources", "store", "vocabulary")


@dataclass(frozen=True, eq=False, repr=False)
class StoredDemandTables:
    """The tables as they lie in a workspace: the hash they are known by, and where they come from."""

    key: str
    tables: Mapping[str, pd.DataFrame]
    findings: Findings
    provenance: Provenance

    def as_read(self) -> DemandTables:
        """The same as when they were read."""
        return DemandTables(self.tables, self.findings, self.provenance)

    def __repr__(self) -> str:
        return f"StoredDemandTables({self.key[:8]})"


def ingest_demand(paths: Sequence[Path | str], workspace: Path) -> StoredDemandTables:
    """Read files of population, year 9 and choices, store them together and make them current.

    Errors: BadInput with all findings of all files where one is an error, and nothing is stored then; as `Shelf.put`.
    """
    read = read_demand(*paths)
    code = code_fingerprint(f"gymreg_core.{room}" for room in _DECIDES)
    files = sorted((file.name, file.sha256) for file in read.provenance.inputs)
    return put_demand(workspace, read, fingerprint("demand", FORMAT, files, code))


def put_demand(workspace: Path, tables: DemandTables, key: str) -> StoredDemandTables:
    """Store tables under `key` and make them current. Errors: BadInput where a finding is an error; as `Shelf.put`."""
    if tables.findings.has_errors:
        raise not_stored("a table of demand", str(workspace), tables.findings)
    whole = {name: demand_table(name, tables.tables[name]).reset_index(drop=True) for name in DEMAND_TABLES}
    _shelf(workspace).put(key, whole, as_about(tables.findings, tables.provenance))
    return StoredDemandTables(key, whole, tables.findings, tables.provenance)


def stored_demand(workspace: Path, key: str | None = None) -> StoredDemandTables:
    """What is stored under `key`, or the current tables. Errors: BadInput where there are none, or they are damaged."""
    shelf = _shelf(workspace)
    if key is None and shelf.current is None:
        raise BadInput(
            "no tables of population, year 9 or choices are stored here",
            where=str(workspace),
            remedy="Take the files in first.",
        )
    stored = shelf.get(key)
    try:
        tables = {name: demand_table(name, stored.tables[name]) for name in DEMAND_TABLES}
        return StoredDemandTables(stored.key, tables, *from_about(stored.about))
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            "the stored tables are of another version", where=str(workspace), remedy="Take the files in again."
        ) from None


def demand_key(workspace: Path) -> str | None:
    """The key of the current tables, None where none are stored. Errors: BadInput where what says so is damaged."""
    return _shelf(workspace).current


def _shelf(workspace: Path) -> Shelf:
    return Shelf(Path(workspace) / _FOLDER)
