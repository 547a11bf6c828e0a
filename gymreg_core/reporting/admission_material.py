"""What admission reports rest on: result files, or made-up registers that are matched first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.admission_plan import AdmissionParams, AdmissionPlan
from gymreg_core.reporting.manifest import name_and_hash
from gymreg_core.reporting.material import Given, Note
from gymreg_core.reporting.plans import ReportParams

if TYPE_CHECKING:
    from gymreg_core.store.workspace import StoredResults


@dataclass(frozen=True, eq=False)
class AdmissionMaterial:
    """Results of the admission as stored in `workspace`; `reference` are published totals to reconcile with."""

    stored: StoredResults
    workspace: Path
    reference: Path | None

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    def wanted(self, plan: AdmissionPlan) -> Sequence[ReportParams]:
        table = self.stored.table
        available = sorted({(int(y), str(r)) for y, r in zip(table["intake_year"], table["round"], strict=True)})

        def names(year: int, round_: str, scope: str) -> list[str]:
            chosen = table[(table["intake_year"] == year) & (table["round"] == round_)]
            return sorted(chosen[scope].unique())

        return plan.expand(available, names)

    def key(self, params: AdmissionParams) -> Any:
        match = self.stored.matches.get((params.intake_year, params.round)) if params.scope == "region" else None
        return [self.stored.key, name_and_hash(self.reference) if self.reference else None, match]

    def schools(self) -> list[tuple[str, str]]:
        table = self.stored.table
        finals = table[table["round"] == "final"]
        table = finals if len(finals) else table
        newest = table[table["intake_year"] == table["intake_year"].max()]
        return sorted({(str(s), str(m)) for s, m in zip(newest["school"], newest["municipality"], strict=True)})


def admission_state(given: Given) -> Any:
    """Names and hashes of the files, and what the workspace knows about the matches that they come from; the made-up
    region's follow from the code."""
    inputs = [name_and_hash(path) for path in _inputs(given)]
    if given.data is None:
        return [inputs, []]
    from gymreg_core.store.matches import published_as

    return [inputs, sorted(published_as(given.workspace, (sha256 for _, sha256 in inputs)).items())]


def admission_material(given: Given, note: Note) -> AdmissionMaterial | None:
    """The results that `given` holds, stored; registers of made-up persons are matched first.

    Errors: BadInput, DisclosureRefused, NotCertified: as `ingest_files` and `results_of_registers`.
    """
    return AdmissionMaterial(_stored(given, note), given.workspace, given.reference)


def _stored(given: Given, note: Note) -> StoredResults:
    from gymreg_core.reporting.from_registers import made_up_results, results_of_registers
    from gymreg_core.sources.register.folders import split_paths
    from gymreg_core.store.intake import ingest_files

    if given.data is None:
        return ingest_files(made_up_results(given.workspace, note), given.workspace)
    note(f"reading {given.data}")
    folders, results = split_paths([given.data])
    if folders:
        results += results_of_registers(folders, given.workspace, given.workspace / "build" / "results", note)
    return ingest_files(results, given.workspace)


def _inputs(given: Given) -> list[Path]:
    reference = [given.reference] if given.reference else []
    if given.data is None:
        return reference
    from gymreg_core.sources.opening import result_files
    from gymreg_core.sources.register.folders import split_paths
    from gymreg_core.sources.register.opening import extract_files

    folders, results = split_paths([given.data])
    extracts = [path for folder in folders for path in extract_files(folder)]
    return [*extracts, *(path for path, _ in result_files(results)), *reference]
