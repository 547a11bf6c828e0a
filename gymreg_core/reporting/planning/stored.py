"""The forecast of demand of a workspace and its seats, made once in a process."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from gymreg_core.planning.demand import DemandForecast, forecast_demand
from gymreg_core.planning.demand_backtest import DemandBacktest, backtest_demand
from gymreg_core.planning.demand_inputs import DemandInputs, code_in
from gymreg_core.planning.demand_workspace import workspace_inputs
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning.seats_stored import StoredSeats, seats_of
from gymreg_core.rules import rule, rules_read

_SMALL = 0.1  # a made-up region for a look by hand, there in a few seconds


@dataclass(frozen=True, eq=False)
class StoredDemand:
    """A forecast, how right earlier ones would have been, and the status of every rule they rest on.

    history : intake_year, programme (by the code of the first year foretold), pupils: what the region chose before.
    seats : of the last year known, None where only choices are known.
    """

    forecast: DemandForecast
    backtest: DemandBacktest
    statuses: dict[str, str]
    history: pd.DataFrame
    seats: StoredSeats | None = None

    @property
    def provenance(self) -> Provenance:
        return self.forecast.provenance


def demand_of(inputs: DemandInputs, year: int | None = None) -> StoredDemand:
    """The forecast of `year`, by default the one after the last that is known, and of as many years as there may be.

    Errors: as `forecast_demand`.
    """
    with rules_read() as read:
        first = year or int(inputs.choices["intake_year"].max()) + 1
        forecast = forecast_demand(inputs, first, ahead=int(rule("demand", "years_ahead")))
        backtest = backtest_demand(inputs)
    known = inputs.choices[inputs.choices["intake_year"] < first]
    known = known.assign(programme=[code_in(code, first) for code in known["programme"]])
    history = known.groupby(["intake_year", "programme"])["pupils"].sum().reset_index()
    return StoredDemand(forecast, backtest, dict(sorted(read.items())), history)


def load(workspace: str | Path | None = None, year: int | None = None, files: tuple[str, ...] = ()) -> StoredDemand:
    """The forecast of a workspace: the one given, the one that ``GYMREG_WORKSPACE`` names, or a small made-up region's.

    Errors: as `workspace_inputs` and `demand_of`.
    """
    path = workspace or os.environ.get("GYMREG_WORKSPACE")
    return _loaded(str(path), year, files) if path else _made_up(year)


@cache
def _loaded(path: str, year: int | None, files: tuple[str, ...]) -> StoredDemand:
    return _with_seats(demand_of(workspace_inputs(path, files), year), Path(path))


@cache
def _made_up(year: int | None) -> StoredDemand:
    from gymreg_core.reporting.from_registers import made_up_choices

    with TemporaryDirectory(prefix="gymreg-") as folder:
        place = made_up_choices(Path(folder), scale=_SMALL)
        return _with_seats(demand_of(workspace_inputs(place), year), place)


def _with_seats(found: StoredDemand, workspace: Path) -> StoredDemand:
    return replace(found, seats=seats_of(workspace, found.forecast.last_year))
