"""What a page of a programme council rests on, each part from where it lies, and None where it is not."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gymreg_core.provenance import Provenance
from gymreg_core.reporting.admission.report import load as load_results
from gymreg_core.reporting.admission.view import Stored
from gymreg_core.reporting.dropout.stored import Followed
from gymreg_core.reporting.dropout.stored import load as load_cohorts
from gymreg_core.reporting.planning.stored import StoredDemand
from gymreg_core.reporting.planning.stored import load as load_demand
from gymreg_core.store.private import make_private, write

PLACES = "places.json"
"""The file of a folder that says where the parts lie."""
PARTS = ("results", "cohorts", "demand")


@dataclass(frozen=True, eq=False)
class Sources:
    """Results of the admission, tracked cohorts, and the forecast of demand with the seats beside it."""

    results: Stored | None = None
    cohorts: Followed | None = None
    demand: StoredDemand | None = None

    @property
    def provenance(self) -> Provenance:
        parts = (self.results, self.cohorts, self.demand)
        return Provenance.joined(part.provenance for part in parts if part is not None)


def lay_places(folder: Path, places: Mapping[str, Path]) -> Path:
    """Make `folder` say in which workspace each of PARTS lies; gives the folder."""
    make_private(folder)
    named = {part: os.path.relpath(place, folder) for part, place in sorted(places.items())}
    write(folder / PLACES, (json.dumps(named, indent=1) + "\n").encode())
    return folder


def load(workspace: str | Path | None = None, year: int | None = None) -> Sources:
    """What a workspace, or a folder of `lay_places`, holds: the one given, the one that ``GYMREG_WORKSPACE`` names, or
    a small made-up region's.

    year : what was known by then decides the forecast of demand; None is everything.
    Errors: as the `load` of each part.
    """
    path = workspace or os.environ.get("GYMREG_WORKSPACE")
    if not path:
        return Sources(load_results(), load_cohorts(), load_demand())
    folder = Path(path)
    places = _places(folder)
    return Sources(
        load_results(places["results"]) if "results" in places else None,
        load_cohorts(places["cohorts"]) if "cohorts" in places else None,
        _demand(places["demand"], year) if "demand" in places else None,
    )


def _places(folder: Path) -> dict[str, Path]:
    from gymreg_core.store.demand import demand_key
    from gymreg_core.store.registers import register_years
    from gymreg_core.store.tracked import tracked_key
    from gymreg_core.store.workspace import Workspace

    if (folder / PLACES).is_file():
        named: dict[str, str] = json.loads((folder / PLACES).read_text(encoding="utf-8"))
        return {part: folder / place for part, place in named.items()}
    results = Workspace(folder).current
    held = {
        "results": results,
        "cohorts": tracked_key(folder),
        "demand": results or demand_key(folder) or register_years(folder),
    }
    return {part: folder for part, there in held.items() if there}


def _demand(place: Path, year: int | None) -> StoredDemand:
    """The forecast from the year after the last that was known by `year`."""
    if year is None:
        return load_demand(place)
    from gymreg_core.planning.demand_workspace import workspace_inputs

    known = workspace_inputs(place).choices["intake_year"]
    return load_demand(place, int(known[known <= year].max()) + 1)
