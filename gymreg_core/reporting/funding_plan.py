"""What the funding report may be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gymreg_core.errors import BadParameters
from gymreg_core.reporting.plans import ReportParams, ReportPlan
from gymreg_core.vocabulary.programmes import Language

Scope = Literal["region", "municipality", "provider_form"]
_WHOLE_YEAR = 12


class FundingParams(ReportParams):
    """One run of the funding report: what the notebook's parameters cell receives (JSON scalars only).

    `year` and `compare_to` are calendar years: prices are decided for them.
    """

    report: ClassVar[str] = "funding"
    address: ClassVar[str] = "ersattning"
    year: int = Field(ge=1990, le=2100)
    scope: Scope
    compare_to: int | None = None
    decision: str | None = None


class FundingPlan(ReportPlan):
    """A params file of the funding report; ``latest``, ``all`` and ``previous`` are resolved against what is settled.

    decision : who decided to publish, and when ("Styrelsen 2026-06-11, § 45"); without it no page is made of what was
    paid for real pupils.
    """

    report: Literal["funding"]
    year: Annotated[int, Field(ge=1990, le=2100)] | Literal["latest", "all"] = "latest"
    scope: Scope = "region"
    compare_to: int | Literal["previous"] | None = "previous"
    decision: str | None = None

    def expand(self, settled: Mapping[int, int], names: Callable[[int, str], list[str]]) -> list[FundingParams]:
        """Every single run that the plan asks for, the newest year first.

        Parameters
        ----------
        settled : how many months of each calendar year are settled. "latest" is the newest whole year, or the newest
            where none is whole; "previous" is the year before with as many settled months.
        names : names(year, scope) -> the names a scope has in that year.
        Errors: BadParameters where no month of such a year is settled, or there is no such name.
        """
        years = sorted((year for year, months in settled.items() if months), reverse=True)
        whole = [year for year in years if settled[year] == _WHOLE_YEAR]
        if self.year == "latest":
            years = (whole or years)[:1]
        elif self.year != "all":
            years = [year for year in years if year == self.year]
        if not years:
            held = ", ".join(f"{year} ({months} months)" for year, months in sorted(settled.items())) or "nothing"
            raise BadParameters(
                f"nothing is settled of the year {self.year}",
                where="funding report: year",
                remedy=f"Settled: {held}. Run gymreg settle for its months first.",
            )
        return [
            self._single(year, name, language, settled)
            for year in years
            for name in self.names([] if self.scope == "region" else names(year, self.scope), str(year))
            for language in self.languages
        ]

    def _single(self, year: int, name: str | None, language: Language, settled: Mapping[int, int]) -> FundingParams:
        compare = self.compare_to
        if compare == "previous":
            compare = year - 1 if settled.get(year - 1) == settled[year] else None
        elif compare is not None and not settled.get(compare):
            raise BadParameters(
                f"nothing is settled of {compare} to compare with",
                where="funding report: compare_to",
                remedy=f"Settled years: {', '.join(map(str, sorted(settled)))}.",
            )
        return FundingParams.model_validate(
            {
                "year": year,
                "scope": self.scope,
                "scope_name": name,
                "compare_to": compare,
                "language": language,
                "decision": self.decision,
            }
        )
