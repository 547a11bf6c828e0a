"""What pages of programme councils rest on: the results, cohorts and choices that other reports rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.errors import BadParameters
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.admission_material import AdmissionMaterial, admission_material, admission_state
from gymreg_core.reporting.dropout_material import DropoutMaterial, dropout_material, dropout_state
from gymreg_core.reporting.dropout_material import decided as decided_of_cohorts
from gymreg_core.reporting.material import Given, Note
from gymreg_core.reporting.planning_decision import decided as decided_of_choices
from gymreg_core.reporting.plans import ReportParams
from gymreg_core.reporting.programme_council_plan import ProgrammeCouncilPlan
from gymreg_core.reporting.supply_demand_material import (
    SupplyDemandMaterial,
    supply_demand_material,
    supply_demand_state,
)

_FOLDER = "programme-councils"


@dataclass(frozen=True, eq=False)
class ProgrammeCouncilMaterial:
    """The material of other reports, each None where the data hold nothing for it; `workspace` says where it lies."""

    results: AdmissionMaterial | None
    cohorts: DropoutMaterial | None
    demand: SupplyDemandMaterial | None
    workspace: Path

    @property
    def provenance(self) -> Provenance:
        parts = (self.results, self.cohorts, self.demand)
        return Provenance.joined(part.provenance for part in parts if part is not None)

    def wanted(self, plan: ProgrammeCouncilPlan) -> Sequence[ReportParams]:
        if self.cohorts is not None:
            decided_of_cohorts(self.cohorts.provenance, plan.decision)
        if self.demand is not None and not self.demand.provenance.already_public:
            decided_of_choices(self.demand.provenance, plan.decision)
        from gymreg_core.planning.demand_inputs import code_in

        known = list(self._known())
        year = max(year for year, _ in known)
        return plan.expand(year, lambda: sorted({code_in(code, year) for _, code in known}))

    def _known(self) -> Iterator[tuple[int, str]]:
        """The years and national programmes, by the code of their time, that anything is known of."""
        from gymreg_core.vocabulary.programmes import programmes

        held = []
        if self.results is not None:
            held.append(self.results.stored.table[["intake_year", "programme"]])
        if self.demand is not None:
            held.append(self.demand.inputs.choices[["intake_year", "programme"]])
        if self.cohorts is not None:
            rows = self.cohorts.stored.tracked.monthly
            held.append(rows.loc[rows["by"].eq("programme"), ["cohort", "group"]])
        national = {code for code, programme in programmes().items() if programme.national}
        for frame in held:
            for year, code in frame.drop_duplicates().itertuples(index=False):
                if code in national:
                    yield int(year), str(code)

    def key(self, params: Any) -> Any:
        results = self.results.stored.key if self.results else None
        cohorts = self.cohorts.key(params) if self.cohorts else None
        demand = self.demand.key(params) if self.demand else None
        return [results, cohorts, demand]

    def schools(self) -> list[tuple[str, str]]:
        return []


def programme_council_state(given: Given) -> Any:
    """What the reports that it rests on are told by."""
    return [admission_state(given), dropout_state(given), supply_demand_state(given)]


def programme_council_material(given: Given, note: Note) -> ProgrammeCouncilMaterial | None:
    """Everything that `given` holds of programmes; None, and a note, where that is nothing.

    Errors: as the material of admission, completion, and supply and demand; BadParameters where made-up and real data
    would meet on a page.
    """
    from gymreg_core.reporting.council.stored import lay_places

    results = _results(given, note)
    cohorts, demand = dropout_material(given, note), supply_demand_material(given, note)
    found = [part for part in (results, cohorts, demand) if part is not None]
    if not found:
        note("nothing here is known of programmes, so there are no pages of programme councils")
        return None
    if len({part.provenance.made_up for part in found}) > 1:
        raise BadParameters(
            "made-up and real figures would stand on one page",
            where=str(given.workspace),
            why="Some of the results, cohorts and choices here are of the made-up region, and some are not.",
            remedy="Name the result files with --data, or another --workspace.",
        )
    named = {"results": results, "cohorts": cohorts, "demand": demand}
    places = {part: material.workspace for part, material in named.items() if material is not None}
    folder = lay_places(given.workspace / _FOLDER, places)
    return ProgrammeCouncilMaterial(results, cohorts, demand, folder)


def _results(given: Given, note: Note) -> AdmissionMaterial | None:
    """The results among the data, else those that lie in the workspace."""
    from gymreg_core.store.workspace import Workspace

    reference = 1 if given.reference else 0
    if given.data is None or len(admission_state(given)[0]) > reference:
        return admission_material(given, note)
    stored = Workspace(given.workspace)
    return AdmissionMaterial(stored.results(), given.workspace, given.reference) if stored.current else None
