"""What the report on supply and demand may be asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import Field

from gymreg_core.reporting.plans import ReportParams, ReportPlan

Scope = Literal["region", "municipality"]


class SupplyDemandParams(ReportParams):
    """One run of the report: what the notebook's parameters cell receives (JSON scalars only).

    year : the first intake year that is foretold.
    """

    report: ClassVar[str] = "supply_demand"
    address: ClassVar[str] = "utbud-efterfragan"
    year: int = Field(ge=1990, le=2100)
    scope: Scope
    decision: str | None = None


class SupplyDemandPlan(ReportPlan):
    """A params file of the report; `year` next is the one after the last that is known.

    decision : who decided to publish, and when ("Styrelsen 2026-06-11, § 45"); without it no page is made of what real
    pupils chose.
    """

    report: Literal["supply_demand"]
    scope: Scope = "region"
    year: int | Literal["next"] = "next"
    decision: str | None = None

    def expand(self, following: int, names: Callable[[int], list[str]]) -> list[SupplyDemandParams]:
        """Every single run that the plan asks for.

        following : the year after the last that is known. names : names(year) -> the municipalities with a forecast.
        Errors: BadParameters for a name that there is not.
        """
        year = following if self.year == "next" else self.year
        return [
            SupplyDemandParams.model_validate(
                {
                    "year": year,
                    "scope": self.scope,
                    "scope_name": name,
                    "language": language,
                    "decision": self.decision,
                }
            )
            for name in self.names([] if self.scope == "region" else names(year), f"the forecast of {year}")
            for language in self.languages
        ]
