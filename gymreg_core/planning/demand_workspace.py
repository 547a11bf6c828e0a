"""What a workspace holds for a forecast of demand: registers or published results, tables, and followed cohorts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gymreg_core.contracts.rounds import Round
from gymreg_core.errors import BadInput
from gymreg_core.planning.demand_inputs import DemandInputs, inputs_of_registers, inputs_of_results
from gymreg_core.sources.demand.reading import DemandTables, read_demand
from gymreg_core.store.demand import demand_key, stored_demand
from gymreg_core.store.registers import register_years, stored_register
from gymreg_core.store.tracked import stored_tracked, tracked_key
from gymreg_core.store.workspace import Workspace

_ROUND: Round = "final"


def workspace_inputs(
    workspace: Path | str, files: Sequence[Path | str] = (), *, tracked: Path | str | None = None
) -> DemandInputs:
    """Inputs of everything in a workspace: first choices of its registers, or, where it has none, the admitted of
    published final results, which tell no homes; with the tables of population, year 9 and choices (store/demand.py)
    and the cohorts tracked there, or in the workspace `tracked`.

    files : such tables, instead of the stored ones. Errors: BadInput where there is neither register
    nor result and no table of choices, or with all findings of the files.
    """
    place = Path(workspace)
    years = register_years(place)
    inputs = inputs_of_registers((one.register, one.provenance) for one in (stored_register(place, y) for y in years))
    tables: DemandTables | None = None
    if files:
        tables = read_demand(*files)
    elif demand_key(place):
        tables = stored_demand(place).as_read()
    if not years and (tables is None or not len(tables.choices)):
        results = Workspace(place).results()
        inputs = inputs_of_results(results.table, results.provenance, _ROUND)
    if tables is not None:
        inputs = inputs.with_tables(tables)
    followed = Path(tracked) if tracked is not None else place
    if tracked_key(followed):
        inputs = inputs.with_tracked(stored_tracked(followed).tracked)
    if not len(inputs.choices):
        raise BadInput(
            "nothing here tells what was chosen",
            where=str(place),
            remedy="Run gymreg ingest with registers or result files, or give a table of choices.",
        )
    return inputs
