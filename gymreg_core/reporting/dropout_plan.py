"""What the report on completion and interruptions may be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from gymreg_core.errors import BadParameters
from gymreg_core.reporting.plans import ReportParams, ReportPlan
from gymreg_core.vocabulary.programmes import Language

Scope = Literal["region", "municipality", "provider_form", "programme"]


class DropoutParams(ReportParams):
    """One run of the report: what the notebook's parameters cell receives (JSON scalars only).

    `cohort` and `compare_to` are the years of the autumn in which the pupils started.
    """

    report: ClassVar[str] = "dropout"
    year_of: ClassVar[str] = "cohort"
    address: ClassVar[str] = "genomstromning"
    cohort: int = Field(ge=1990, le=2100)
    scope: Scope
    compare_to: int | None = None
    decision: str | None = None


class DropoutPlan(ReportPlan):
    """A params file of the report; ``latest``, ``all`` and ``previous`` are resolved against the cohorts there are.

    decision : who decided to publish, and when ("Styrelsen 2026-06-11, § 45"); without it no page is made of what
    became of real pupils.
    """

    report: Literal["dropout"]
    cohort: Annotated[int, Field(ge=1990, le=2100)] | Literal["latest", "all"] = "latest"
    scope: Scope = "region"
    compare_to: Annotated[int, Field(ge=1990, le=2100)] | Literal["previous"] | None = "previous"
    decision: str | None = None

    def expand(self, cohorts: Mapping[int, bool], names: Callable[[int, str], list[str]]) -> list[DropoutParams]:
        """Every single run that the plan asks for, the newest cohort first.

        Parameters
        ----------
        cohorts : the cohorts there are, and whether their three years have passed. "latest" is the newest whose have,
            or the newest where none has; "previous" is the one before.
        names : names(cohort, scope) -> the names a scope has in that cohort.
        Errors: BadParameters where there is no such cohort or name.
        """
        years = sorted(cohorts, reverse=True)
        if self.cohort == "latest":
            years = [newest] if (newest := newest_cohort(cohorts)) is not None else []
        elif self.cohort != "all":
            years = [year for year in years if year == self.cohort]
        if not years:
            raise BadParameters(
                f"no pupils of the cohort {self.cohort} are followed here",
                where="dropout report: cohort",
                remedy=f"Cohorts: {told(cohorts)}. A cohort is the year of the autumn in which its pupils started.",
            )
        return [
            self._single(year, name, language, cohorts)
            for year in years
            for name in self.names([] if self.scope == "region" else names(year, self.scope), f"the cohort {year}")
            for language in self.languages
        ]

    def _single(self, year: int, name: str | None, language: Language, cohorts: Mapping[int, bool]) -> DropoutParams:
        return DropoutParams.model_validate(
            {
                "cohort": year,
                "scope": self.scope,
                "scope_name": name,
                "compare_to": compared_cohort(year, self.compare_to, cohorts, where="dropout report: compare_to"),
                "language": language,
                "decision": self.decision,
            }
        )


def newest_cohort(cohorts: Mapping[int, bool]) -> int | None:
    """The newest cohort whose three years have passed, or the newest; None where there is none."""
    return max((year for year, passed in cohorts.items() if passed), default=max(cohorts, default=None))


def compared_cohort(
    cohort: int, compare_to: int | str | None, cohorts: Mapping[int, bool], *, where: str
) -> int | None:
    """The cohort to compare with: the one before where "previous" is asked for and it is there.

    Errors: BadParameters for a cohort that is not there, or the cohort itself.
    """
    if compare_to == "previous":
        return cohort - 1 if cohort - 1 in cohorts else None
    if compare_to is None:
        return None
    if int(compare_to) not in cohorts or int(compare_to) == cohort:
        raise BadParameters(
            f"there is no cohort {compare_to} to compare {cohort} with",
            where=where,
            remedy=f"Cohorts: {told(cohorts)}.",
        )
    return int(compare_to)


def told(cohorts: Mapping[int, bool]) -> str:
    """The cohorts there are, for the remedy of a mistake."""
    return ", ".join(f"{year}{'' if cohorts[year] else ' (not three years yet)'}" for year in sorted(cohorts)) or "none"
