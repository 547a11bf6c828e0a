"""A workspace: where a region's validated tables live, by what they were made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from gymreg_core.contracts.results import as_results
from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding, Findings
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.store.fingerprint import fingerprint
from gymreg_core.store.matches import published_as
from gymreg_core.store.shelf import FORMAT, Shelf, TableSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gymreg_core.sources.results import Results

__all__ = ["StoredResults", "Workspace", "results_key"]


@dataclass(frozen=True, eq=False, repr=False)
class StoredResults:
    """Results of the admission as they lie in a workspace.

    `table`: contracts/results.py. `links`: the identity of each row's study path over years (sources/linking.py).
    `joint_intakes`: rows folded into joint intakes. `key`: hash of the inputs and of the code that read them.
    `matches`: what the workspace knows about the matches whose result files these are (store/matches.py, published_as).
    """

    key: str
    table: pd.DataFrame
    links: pd.DataFrame
    joint_intakes: pd.DataFrame
    findings: Findings
    provenance: Provenance
    matches: Mapping[tuple[int, str], dict[str, Any]] = field(default_factory=dict)

    def __repr__(self) -> str:
        files = ", ".join(file.name for file in self.provenance.inputs)
        return f"StoredResults({len(self.table)} rows from {files})"


def results_key(inputs: Iterable[InputFile], code: str) -> str:
    """The key of results: SHA-256 of the input files' names and hashes and of the code that reads them."""
    files = sorted((file.name, file.sha256) for file in inputs)
    return fingerprint("results", FORMAT, files, code)


@dataclass(frozen=True)
class Workspace:
    """A folder of validated tables; each kind of table has a folder of its own below it.

    What is stored is there as a whole or not at all, whenever a process ends (store/shelf.py); readers and one writer
    at a time can work side by side. Folders are made for their owner alone (0700).
    """

    path: Path

    @property
    def _results(self) -> Shelf:
        return Shelf(self.path / "results")

    @property
    def current(self) -> str | None:
        """The key of the current results, None where none are stored. Errors: BadInput where that is damaged."""
        return self._results.current

    def put_results(
        self, results: Results, links: pd.DataFrame, code: str, offered: Iterable[InputFile] | None = None
    ) -> StoredResults:
        """Store results that were read by code with the fingerprint `code`, make them current and return them.

        `offered` are the files that were looked into, where they are more than those that results were read from.

        Errors: BadInput where the findings hold an error (nothing is stored then); BadParameters where the folder
        cannot be written; GymregError where the disk is full or another run writes.
        """
        if results.findings.has_errors:
            raise BadInput(
                "results with errors are not stored",
                where=str(self.path),
                why=f"{len(results.findings.errors)} findings are errors.",
                remedy="Correct the files (gymreg check lists every finding) and read them again.",
                findings=results.findings,
            )
        key = results_key(results.provenance.inputs if offered is None else offered, code)
        tables = {"table": results.table, "links": links, "joint_intakes": results.joint_intakes}
        tables = {name: table.reset_index(drop=True) for name, table in tables.items()}
        about = {"findings": [f.to_dict() for f in results.findings], "provenance": asdict(results.provenance)}
        self._results.put(key, tables, about)
        whole = (tables["table"], tables["links"], tables["joint_intakes"])
        return self._with_matches(StoredResults(key, *whole, results.findings, results.provenance))

    def has(self, key: str) -> bool:
        """Whether results are stored under `key`, every file as it was when it was stored."""
        return self._results.has(key)

    def make_current(self, key: str) -> StoredResults:
        """Make the results stored under `key` the current ones and return them.

        Errors: BadInput where they are not there or damaged; otherwise as `put_results`.
        """
        stored = self.results(key)
        self._results.make_current(key)
        return stored

    def results(self, key: str | None = None) -> StoredResults:
        """The results stored under `key`, or the current ones.

        Errors: BadInput where there are none, or they are damaged; the message says what to do.
        """
        stored = self._results.get(key)
        try:
            return self._with_matches(_restored(stored))
        except (KeyError, TypeError, ValueError):
            raise BadInput(
                "the stored results are of another version",
                where=str(self.path),
                remedy="Run gymreg ingest again.",
            ) from None

    def _with_matches(self, stored: StoredResults) -> StoredResults:
        return replace(stored, matches=published_as(self.path, (file.sha256 for file in stored.provenance.inputs)))


def _restored(stored: TableSet) -> StoredResults:
    about: dict[str, Any] = stored.about
    provenance = dict(about["provenance"])
    inputs = tuple(InputFile(**file) for file in provenance.pop("inputs"))
    findings = tuple(Finding.from_dict(record) for record in about["findings"])
    table = as_results(stored.tables["table"])
    if list(table.columns) != list(stored.tables["table"].columns):
        raise ValueError("columns")
    return StoredResults(
        stored.key,
        table,
        stored.tables["links"],
        stored.tables["joint_intakes"],
        Findings(findings),
        Provenance(inputs, **provenance),
    )
