"""What reports on supply and demand rest on: registers or published results, with tables of population, year 9
and need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.manifest import name_and_hash
from gymreg_core.reporting.material import Given, Note
from gymreg_core.reporting.planning_decision import decided
from gymreg_core.reporting.plans import ReportParams
from gymreg_core.reporting.supply_demand_plan import SupplyDemandParams, SupplyDemandPlan

if TYPE_CHECKING:
    from gymreg_core.planning.demand_inputs import DemandInputs


@dataclass(frozen=True, eq=False)
class SupplyDemandMaterial:
    """What was chosen in earlier years, as it lies in `workspace`; `held` tells what lies there (JSON)."""

    workspace: Path
    inputs: DemandInputs
    held: Any

    @property
    def provenance(self) -> Provenance:
        return self.inputs.provenance

    def wanted(self, plan: SupplyDemandPlan) -> Sequence[ReportParams]:
        from gymreg_core.reporting.planning.stored import load
        from gymreg_core.reporting.planning.view import names_of

        if not self.provenance.already_public:
            decided(self.provenance, plan.decision)
        following = int(self.inputs.choices["intake_year"].max()) + 1
        return plan.expand(following, lambda year: list(names_of(load(self.workspace, year).forecast)))

    def key(self, params: SupplyDemandParams) -> Any:
        del params
        return self.held

    def schools(self) -> list[tuple[str, str]]:
        return []


def supply_demand_state(given: Given) -> Any:
    """Names and hashes of the tables of demand, and which registers, results, tables and tracked cohorts lie in the
    workspace; the made-up region's follow from the code."""
    from gymreg_core.sources.demand.reading import demand_files

    if given.data is None:
        return []
    return [[name_and_hash(path) for path in demand_files([given.data])], _held(given.workspace)]


def supply_demand_material(given: Given, note: Note) -> SupplyDemandMaterial | None:
    """The choices of the workspace's registers, or of its published results, with the tables of demand among `data`;
    those of the made-up region where there is no `data`. None, and a note, where nothing tells what was chosen.

    Errors: BadInput with all findings of the tables.
    """
    from gymreg_core.errors import BadInput
    from gymreg_core.planning.demand_workspace import workspace_inputs

    place = given.workspace
    if given.data is None:
        from gymreg_core.reporting.from_enrolments import made_up_tracked
        from gymreg_core.reporting.from_registers import made_up_choices

        place = made_up_choices(given.workspace, note)
        _take_cohorts(place, made_up_tracked(given.workspace, note))
    else:
        _take_in(given, note)
    try:
        return SupplyDemandMaterial(place, workspace_inputs(place), _held(place))
    except BadInput as nothing:
        if nothing.findings.has_errors:
            raise
        note("nothing here tells what was chosen in earlier years, so there is no report on supply and demand")
        return None


def _take_in(given: Given, note: Note) -> None:
    """The tables of demand among the data, and its result files where the workspace has neither registers nor
    results."""
    from gymreg_core.reporting.admission_material import admission_material
    from gymreg_core.sources.demand.reading import demand_files
    from gymreg_core.store.demand import ingest_demand
    from gymreg_core.store.registers import register_years
    from gymreg_core.store.workspace import Workspace

    if given.data is None:
        return
    if files := demand_files([given.data]):
        note(f"reading {len(files)} tables of population, year 9, choices and need")
        ingest_demand(files, given.workspace)
    if not register_years(given.workspace) and Workspace(given.workspace).current is None:
        admission_material(given, note)


def _take_cohorts(place: Path, tracked: Path) -> None:
    """Have the cohorts tracked in another workspace in `place` too, beside what their region chose."""
    from gymreg_core.store.tracked import put_tracked, stored_tracked, tracked_key

    if tracked_key(place) != tracked_key(tracked):
        cohorts = stored_tracked(tracked)
        put_tracked(place, cohorts.tracked, cohorts.key, cohorts.provenance)


def _held(workspace: Path) -> Any:
    from gymreg_core.store.demand import demand_key
    from gymreg_core.store.registers import register_keys
    from gymreg_core.store.tracked import tracked_key
    from gymreg_core.store.workspace import Workspace

    results = Workspace(workspace).current
    return [sorted(register_keys(workspace).items()), results, demand_key(workspace), tracked_key(workspace)]
