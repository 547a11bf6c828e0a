"""What reports on expected cut-offs rest on: the results that admission reports rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.admission_material import admission_material
from gymreg_core.reporting.cutoffs_plan import CutoffsParams, CutoffsPlan
from gymreg_core.reporting.material import Given, Note

if TYPE_CHECKING:
    from gymreg_core.store.workspace import StoredResults


@dataclass(frozen=True, eq=False)
class CutoffsMaterial:
    """Results of the admission as stored in `workspace`."""

    stored: StoredResults
    workspace: Path

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years whose cut-offs can be forecast."""
        from gymreg_core.planning.cutoffs import forecast_years

        return forecast_years(self.stored)

    def wanted(self, plan: CutoffsPlan) -> Sequence[CutoffsParams]:
        table = self.stored.table

        def names(year: int, scope: str) -> list[str]:
            chosen = table[(table["intake_year"] == year) & (table["round"] == "preliminary")]
            return sorted(chosen[scope].unique())

        return plan.expand(self.years, names)

    def key(self, params: CutoffsParams) -> Any:
        return [self.stored.key, params.intake_year]

    def schools(self) -> list[tuple[str, str]]:
        return []


def cutoffs_material(given: Given, note: Note) -> CutoffsMaterial | None:
    """The results that `given` holds, stored; None where no year can be forecast from them.

    Errors: as `admission_material`.
    """
    found = admission_material(given, note)
    if found is None:
        return None
    material = CutoffsMaterial(found.stored, found.workspace)
    return material if material.years else None
