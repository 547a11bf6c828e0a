"""What a page on supply and demand looks at: a forecast in a scope, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from gymreg_core.disclosure import Released, release_cohorts, release_published
from gymreg_core.planning.balance import FORECAST, Balance, with_forecast
from gymreg_core.planning.demand import DemandForecast
from gymreg_core.planning.demand_backtest import DemandBacktest
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.planning import demand_released as released
from gymreg_core.reporting.planning.balance_parts import BalancePage
from gymreg_core.reporting.planning.balance_released import (
    ReleasedChoices,
    ReleasedValues,
    release_balance,
    release_choices,
    release_values,
)
from gymreg_core.reporting.planning.seats_stored import StoredSeats
from gymreg_core.reporting.planning.stored import StoredDemand
from gymreg_core.reporting.planning_decision import decided
from gymreg_core.reporting.report_view import ReportView, known_name
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class View(ReportView):
    """The data of one page."""

    stored: StoredDemand

    package = "gymreg_core.reporting.planning"
    words = ("texts.yml", "texts_appendix.yml")

    @classmethod
    def of(
        cls, stored: StoredDemand, *, scope: str, scope_name: str | None, language: Language, decision: str | None
    ) -> View:
        """The view that the parameters ask for.

        Errors: BadParameters for a scope or name that there is not; DisclosureRefused for real pupils without a
        decision.
        """
        if not stored.provenance.already_public:
            decided(stored.provenance, decision)
        names = {"region": (), "municipality": names_of(stored.forecast)}
        return cls(scope, known_name(scope, scope_name, names), language, decision, stored)

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    @property
    def statuses(self) -> Mapping[str, str]:
        return dict(sorted({**self.stored.statuses, **self._of_seats, **self.rules_noted}.items()))

    @property
    def _of_seats(self) -> Mapping[str, str]:
        return self.seats.statuses if self.seats else {}

    @property
    def seats(self) -> StoredSeats | None:
        """The seats of the last year known; None where only choices are."""
        return self.stored.seats

    @property
    def forecast(self) -> DemandForecast:
        return self.stored.forecast

    @property
    def backtest(self) -> DemandBacktest:
        return self.stored.backtest

    @property
    def year(self) -> int:
        """The first year that is foretold."""
        return self.forecast.intake_year

    @property
    def has_homes(self) -> bool:
        """Whether municipalities of residence are told."""
        return bool(self.forecast.table["level"].eq("home").any())

    def release(self, frame: pd.DataFrame) -> Released:
        """Let out a table that counts nobody."""
        if self.provenance.already_public:
            return release_published(frame, self.provenance)
        return release_cohorts(frame, self.provenance)

    @cached_property
    def region(self) -> Released:
        """The region's programmes in the first year (demand_released.release_region)."""
        return released.release_region(self.forecast, self.year)

    @cached_property
    def municipalities(self) -> Released:
        """All municipalities in the first year."""
        return released.release_municipalities(self.forecast, self.year)

    @cached_property
    def years(self) -> Released:
        """The region by type, year by year."""
        return released.release_years(self.forecast)

    @cached_property
    def scores(self) -> Released:
        """How right earlier forecasts would have been."""
        return released.release_backtest(self.backtest, self.provenance)

    @cached_property
    def foretold_places(self) -> Released:
        """A municipality page's own programmes by school, in the first year."""
        return released.release_programmes(self.forecast, self.year, "place", str(self.scope_name))

    def seats_page(self, seats: StoredSeats) -> BalancePage:
        """What the sections on seats are told in."""
        return BalancePage(self.language, seats.year, f"expected_{self.forecast.measure}")

    @cached_property
    def supply(self) -> Released | None:
        """Seats beside those who want them, and beside what of the forecast may be shown (balance_released)."""
        return None if self.seats is None else release_balance(self._balance(self.seats), self.seats.provenance)[0]

    def _balance(self, seats: StoredSeats) -> Balance:
        return with_forecast(seats.now, self._foretold(), self.year)

    def _foretold(self) -> pd.DataFrame:
        """What may be shown of the forecast of single programmes, as `balance.with_forecast` takes it."""
        parts = [self.region.table.assign(level="region", municipality="")]
        if not self.is_region:
            parts.append(self.foretold_places.table.assign(level="place", municipality=str(self.scope_name)))
        names = {"kind": "programme_type", "pupils": "last"}
        rows = pd.concat(parts, ignore_index=True).rename(columns=names).assign(year=self.year)
        return rows.loc[rows["programme"].ne(""), [*FORECAST, "last"]]

    @cached_property
    def choices(self) -> ReleasedChoices | None:
        """What became of choices; None without a register of the year."""
        seats = self.seats
        return (
            None
            if seats is None or not (seats.choices and seats.people)
            else release_choices(seats.choices, seats.people)
        )

    @cached_property
    def seat_values(self) -> ReleasedValues | None:
        """The value of a seat; None without a register of the year."""
        seats = self.seats
        return (
            None if seats is None or not (seats.values and seats.people) else release_values(seats.values, seats.people)
        )

    def own(self, level: str) -> dict[str, Any] | None:
        """What is expected of a page's own municipality in all, by residence (home) or school (place); None where it
        has no row or may not be shown."""
        rows = self.municipalities.table
        rows = rows[rows["by"].eq(level) & rows["group"].eq(str(self.scope_name))].dropna(subset=["expected", "low"])
        return None if rows.empty else {str(name): value for name, value in rows.iloc[0].to_dict().items()}


def names_of(forecast: DemandForecast) -> tuple[str, ...]:
    """The municipalities that a page may be about."""
    rows = forecast.table
    names = rows.loc[rows["level"].ne("region") & rows["municipality"].ne(""), "municipality"]
    return tuple(sorted(set(map(str, names))))
