"""The seats of a workspace: those of the last final admission, and what its register tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import build_market
from gymreg_core.matching.outcome import outcome
from gymreg_core.matching.solve import solve
from gymreg_core.planning.balance import Balance, balance
from gymreg_core.planning.choices_met import ChoicesMet, choices_met
from gymreg_core.planning.criteria import programme_prices
from gymreg_core.planning.need import assumed_need
from gymreg_core.planning.seat_value import SeatValues, seat_values
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rules_read
from gymreg_core.store.demand import demand_key, stored_demand
from gymreg_core.store.registers import register_years, stored_register
from gymreg_core.store.tracked import StoredTracked, stored_tracked, tracked_key
from gymreg_core.store.workspace import Workspace

_ROUND = "final"


@dataclass(frozen=True, eq=False)
class StoredSeats:
    """Seats beside those who want them, and what strategic programmes are judged by.

    now, before : of the last year known and of the one known before it, provenance that of their results. choices,
    values : of the year's register, people its provenance; None without one. need : `planning.need.COLUMNS`, its
    sources '' where it is assumed. prices : öre a year by programme. tracked : cohorts that were followed.
    """

    now: Balance
    before: Balance | None
    provenance: Provenance
    choices: ChoicesMet | None
    values: SeatValues | None
    people: Provenance | None
    need: pd.DataFrame
    prices: Mapping[str, float]
    tracked: StoredTracked | None
    statuses: Mapping[str, str]

    @property
    def year(self) -> int:
        return self.now.intake_year

    @property
    def need_given(self) -> bool:
        """Whether somebody said what working life needs."""
        return bool(self.need["source"].ne("").any())


def seats_of(workspace: Path, last_year: int) -> StoredSeats | None:
    """The seats of the last year until `last_year` whose final admission a workspace tells: by a published result,
    else by the register, matched. None where no year is told.

    Errors: as `Workspace.results` and `stored_register`.
    """
    published = Workspace(workspace).results() if Workspace(workspace).current else None
    registers = {year: stored_register(workspace, year) for year in register_years(workspace) if year <= last_year}
    finals = published.table[published.table["round"].eq(_ROUND)] if published else pd.DataFrame({"intake_year": []})
    known = sorted({*map(int, finals["intake_year"]), *registers})
    years = [year for year in known if year <= last_year][-2:]
    if not years:
        return None

    def of(year: int) -> tuple[Balance, Provenance]:
        if published is not None and finals["intake_year"].eq(year).any():
            return balance(finals, intake_year=year), published.provenance
        register = registers[year].register
        return balance(_matched(register), intake_year=year), registers[year].provenance

    with rules_read() as read:
        found = [of(year) for year in reversed(years)]
    now, provenance = found[0]
    register = registers.get(years[-1])
    return StoredSeats(
        now,
        found[1][0] if len(found) > 1 else None,
        provenance,
        choices_met(solve(build_market(register.register, _ROUND)), register.register) if register else None,
        seat_values(register.register, _ROUND) if register else None,
        register.provenance if register else None,
        _need(workspace),
        _prices(years[-1]),
        stored_tracked(workspace) if tracked_key(workspace) else None,
        {name: status for name, status in read.items() if name.startswith("balance.")},
    )


def _matched(register: Register) -> pd.DataFrame:
    return outcome(solve(build_market(register, _ROUND)), register)


def _need(workspace: Path) -> pd.DataFrame:
    given = stored_demand(workspace).tables["need"] if demand_key(workspace) else pd.DataFrame()
    return given if len(given) else assumed_need()


def _prices(year: int) -> dict[str, float]:
    """The region's prices of a year; none where the packaged lists do not reach there."""
    try:
        return programme_prices(year)
    except BadParameters:
        return {}
