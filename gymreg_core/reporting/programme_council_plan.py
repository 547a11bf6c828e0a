"""What the page of a programme council may be asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import Field

from gymreg_core.reporting.plans import ReportParams, ReportPlan

Scope = Literal["programme"]


class ProgrammeCouncilParams(ReportParams):
    """One run of the report: what the notebook's parameters cell receives (JSON scalars only).

    year : the newest year that anything is known of. scope_name : the programme's code.
    """

    report: ClassVar[str] = "programme_council"
    address: ClassVar[str] = "programrad"
    year: int = Field(ge=1990, le=2100)
    scope: Scope = "programme"
    decision: str | None = None


class ProgrammeCouncilPlan(ReportPlan):
    """A params file of the report; scope_name is the programme's code, or all.

    decision : who decided to publish, and when ("Styrelsen 2026-06-11, § 45"); without it no page is made of what real
    pupils chose, or of what became of them.
    """

    report: Literal["programme_council"]
    scope: Scope = "programme"
    decision: str | None = None

    def expand(self, year: int, names: Callable[[], list[str]]) -> list[ProgrammeCouncilParams]:
        """Every single run that the plan asks for.

        year : the newest that anything is known of. names : gives the programmes that anything is known of.
        Errors: BadParameters for a programme that is not among them.
        """
        return [
            ProgrammeCouncilParams(year=year, scope_name=name, language=language, decision=self.decision)
            for name in self.names(names(), f"what is known by {year}")
            for language in self.languages
        ]
