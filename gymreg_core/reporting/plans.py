"""What every report may be asked for: the part of a params file that all kinds of report share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from gymreg_core.errors import BadParameters
from gymreg_core.vocabulary.programmes import Language, municipalities
from gymreg_core.vocabulary.slugs import slug

_SCOPE_SLUG: dict[str, str] = {"school": "skola-", "provider_form": "huvudman-", "programme": "program-"}
_FORM_SLUG: dict[str, str] = {"municipal": "kommunal", "independent": "fristaende", "unknown": "okand"}


class ReportParams(BaseModel):
    """One run of a report: what the notebook's parameters cell receives (JSON scalars only).

    year_of : the field that tells the calendar year that the page is about. address : how the page's address begins.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: ClassVar[str]
    year_of: ClassVar[str] = "year"
    address: ClassVar[str]
    scope: str
    scope_name: str | None = None
    language: Language = "sv"

    @property
    def about_year(self) -> int:
        """The calendar year that the page is about."""
        return int(getattr(self, self.year_of))

    @property
    def card(self) -> str:
        """Which words name the page on the front page: a key of site_texts.yml with the blank `year`."""
        return self.report

    @property
    def slug(self) -> str:
        """The page's address without ending, e.g. ``antagning-2023-slut-taby``."""
        parts = [self.address, str(self.about_year), *self._between()]
        if not self.scope_name:
            return "-".join(parts)
        name = _FORM_SLUG.get(self.scope_name, self.scope_name) if self.scope == "provider_form" else self.scope_name
        return "-".join((*parts, _SCOPE_SLUG.get(self.scope, "") + slug(name)))

    def _between(self) -> tuple[str, ...]:
        """What stands in the address between the year and the part of the region."""
        return ()


class ReportPlan(BaseModel):
    """A params file; what it leaves open (``latest``, ``all``, ``previous``) is resolved against the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report: str
    scope: str = "region"
    scope_name: str | None = None
    languages: tuple[Language, ...] = Field(default=("sv",), min_length=1)

    def names(self, known: Sequence[str], held: str) -> list[str | None]:
        """The names of the scope that the plan asks for, of those that the data hold; `held` says which data.

        'all' municipalities are the parties of the agreement, with or without a school of their own.
        Errors: BadParameters with the nearest right name.
        """
        if self.scope == "region":
            return [None]
        if self.scope == "municipality":
            known = [*known, *(m for m in municipalities() if m not in known)]
        if self.scope_name == "all":
            parties = {m.name for m in municipalities().values() if m.party}
            return [n for n in sorted(known) if self.scope != "municipality" or n in parties]
        if self.scope_name not in known:
            near = difflib.get_close_matches(self.scope_name or "", known, n=3, cutoff=0.5)
            raise BadParameters(
                f"no {self.scope.replace('_', ' ')} named {self.scope_name!r} in {held}",
                where=f"{self.report} report: scope_name",
                remedy=f"Did you mean {' or '.join(map(repr, near))}?"
                if near
                else f"There are {len(known)} names; 'all' makes a page for each.",
            )
        return [self.scope_name]
