"""What the admission report may be asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gymreg_core.contracts.rounds import Round
from gymreg_core.errors import BadParameters
from gymreg_core.reporting.plans import ReportParams, ReportPlan
from gymreg_core.vocabulary.programmes import Language

Scope = Literal["region", "municipality", "school", "provider_form"]
_ROUND_SLUG: dict[str, str] = {"final": "slut", "preliminary": "prel"}


class AdmissionParams(ReportParams):
    """One run of the admission report: what the notebook's parameters cell receives (JSON scalars only)."""

    report: ClassVar[str] = "admission"
    year_of: ClassVar[str] = "intake_year"
    address: ClassVar[str] = "antagning"
    intake_year: int = Field(ge=1990, le=2100)
    round: Round
    scope: Scope
    compare_to: int | None = None

    @property
    def card(self) -> str:
        return self.round

    def _between(self) -> tuple[str, ...]:
        return (_ROUND_SLUG[self.round],)


class AdmissionPlan(ReportPlan):
    """A params file of the admission report; ``latest``, ``all`` and ``previous`` are resolved against the data.

    `intake_year` and `compare_to` are calendar years of the autumn start.
    """

    report: Literal["admission"]
    intake_year: Annotated[int, Field(ge=1990, le=2100)] | Literal["latest", "all"] = "latest"
    round: Round | Literal["all"] = "final"
    scope: Scope = "region"
    compare_to: int | Literal["previous"] | None = "previous"

    def expand(
        self, available: Sequence[tuple[int, str]], names: Callable[[int, str, str], list[str]]
    ) -> list[AdmissionParams]:
        """Every single run that the plan asks for.

        Parameters
        ----------
        available : (intake year, round) pairs that the data hold.
        names : names(year, round, scope) -> the names a scope has in that year and round.
        Errors: BadParameters where the data hold no such year, round or name.
        """
        rounds = [r for r in ("final", "preliminary") if self.round in (r, "all")]
        pairs = sorted((p for p in available if p[1] in rounds), reverse=True)
        if self.intake_year == "latest":
            pairs = [p for p in pairs if p[0] == pairs[0][0]]
        elif self.intake_year != "all":
            pairs = [p for p in pairs if p[0] == self.intake_year]
        if not pairs:
            held = ", ".join(f"{y} {r}" for y, r in sorted(available)) or "nothing"
            raise BadParameters(
                f"no results for intake year {self.intake_year}, round {self.round}",
                where="admission report",
                remedy=f"The data hold: {held}.",
            )
        return [
            self._single(year, round_, name, language, available)
            for year, round_ in pairs
            for name in self.names(
                [] if self.scope == "region" else names(year, round_, self.scope), f"{year} ({round_})"
            )
            for language in self.languages
        ]

    def _single(
        self, year: int, round_: str, name: str | None, language: Language, available: Sequence[tuple[int, str]]
    ) -> AdmissionParams:
        compare = self.compare_to
        if compare == "previous":
            earlier = [y for y, r in available if r == round_ and y < year]
            compare = max(earlier) if earlier else None
        return AdmissionParams.model_validate(
            {
                "intake_year": year,
                "round": round_,
                "scope": self.scope,
                "scope_name": name,
                "compare_to": compare,
                "language": language,
            }
        )
