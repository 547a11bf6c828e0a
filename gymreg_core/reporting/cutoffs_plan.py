"""What the report on expected cut-offs may be asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gymreg_core.errors import BadParameters
from gymreg_core.reporting.plans import ReportParams, ReportPlan

Scope = Literal["region", "municipality", "school"]


class CutoffsParams(ReportParams):
    """One run of the report: what the notebook's parameters cell receives (JSON scalars only).

    intake_year : calendar year of the autumn start that the cut-offs are expected of.
    """

    report: ClassVar[str] = "cutoffs"
    year_of: ClassVar[str] = "intake_year"
    address: ClassVar[str] = "vantade-granser"
    intake_year: int = Field(ge=1990, le=2100)
    scope: Scope = "region"


class CutoffsPlan(ReportPlan):
    """A params file of the report; ``latest`` and ``all`` are resolved against the data."""

    report: Literal["cutoffs"]
    intake_year: Annotated[int, Field(ge=1990, le=2100)] | Literal["latest", "all"] = "latest"
    scope: Scope = "region"

    def expand(self, years: Sequence[int], names: Callable[[int, str], list[str]]) -> list[CutoffsParams]:
        """Every single run that the plan asks for.

        years : those whose cut-offs can be forecast. names : names(year, scope) -> the names that a scope has then.
        Errors: BadParameters where there is no such year or name.
        """
        wanted = {"latest": sorted(years)[-1:], "all": sorted(years, reverse=True)}.get(str(self.intake_year))
        if wanted is None:
            wanted = [year for year in years if year == self.intake_year]
        if not wanted:
            held = ", ".join(map(str, sorted(years))) or "none"
            raise BadParameters(
                f"the cut-offs of {self.intake_year} cannot be forecast",
                where="cutoffs report: intake_year",
                why="That takes the preliminary admission of the year, and both rounds of an earlier year.",
                remedy=f"Years that can be: {held}.",
            )
        return [
            CutoffsParams(intake_year=year, scope=self.scope, scope_name=name, language=language)
            for year in wanted
            for name in self.names([] if self.scope == "region" else names(year, self.scope), str(year))
            for language in self.languages
        ]
