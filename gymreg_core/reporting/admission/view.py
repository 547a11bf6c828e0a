"""What a page looks at: a year and round in a scope, what it is compared with, and the statistics on both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from gymreg_core import admission as adm
from gymreg_core.admission.scope import available, make_scope, of_round, other_round, year_before, years_of
from gymreg_core.contracts.rounds import Round
from gymreg_core.disclosure import Released, release_published
from gymreg_core.disclosure.office import without_few_admitted
from gymreg_core.errors import BadParameters
from gymreg_core.findings import Findings
from gymreg_core.provenance import Provenance
from gymreg_core.vocabulary.phrases import capital, label
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts


class Stored(Protocol):
    """Results as they come out of a workspace; anything with these attributes will do."""

    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def links(self) -> pd.DataFrame: ...
    @property
    def findings(self) -> Findings: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def matches(self) -> Mapping[tuple[int, str], dict[str, Any]]: ...


@dataclass(frozen=True, eq=False)
class View:
    """The data of one page; its tables are of one year and round, `before` is None where nothing is compared with."""

    stored: Stored
    results: pd.DataFrame
    intake_year: int
    round: Round
    compare_to: int | None
    scope: adm.Scope
    language: Language

    @classmethod
    def of(
        cls,
        stored: Stored,
        *,
        intake_year: int,
        round: Round,  # noqa: A002 the contract's word
        scope: str,
        scope_name: str | None,
        compare_to: int | str | None,
        language: Language,
    ) -> View:
        """The view that the parameters ask for.

        Parameters
        ----------
        compare_to : an intake year; "previous" is the nearest earlier one with the same round; None is none.
        Errors: BadParameters naming what the data hold.
        """
        results = with_identity(stored)
        of_round(results, intake_year, round)
        then = year_before(results, intake_year, round) if compare_to == "previous" else compare_to
        if then is not None and (then, round) not in available(results):
            held = ", ".join(str(y) for y in years_of(results, round, intake_year - 1)) or "none"
            raise BadParameters(
                f"no {round} admission of {then} to compare with", where="compare_to", remedy=f"Earlier years: {held}."
            )
        named = make_scope(scope, scope_name, results)
        return cls(stored, results, intake_year, round, None if then is None else int(then), named, language)

    def say(self, key: str, **blanks: Any) -> str:
        """A text of the page in its language."""
        return texts("gymreg_core.reporting.admission", "texts.yml")(key, self.language, **blanks)

    def release(self, frame: pd.DataFrame) -> Released:
        """Let a table out that rests on the published files of this view."""
        return release_published(frame, self.stored.provenance)

    @cached_property
    def region_now(self) -> pd.DataFrame:
        return of_round(self.results, self.intake_year, self.round)

    @cached_property
    def region_before(self) -> pd.DataFrame | None:
        return other_round(self.results, self.compare_to, self.round)

    @cached_property
    def now(self) -> pd.DataFrame:
        return self.scope.select(self.region_now)

    @cached_property
    def before(self) -> pd.DataFrame | None:
        return None if self.region_before is None else self.scope.select(self.region_before)

    @cached_property
    def years(self) -> list[int]:
        """The intake years up to this one that have the same round."""
        return years_of(self.results, self.round, self.intake_year)

    @property
    def match(self) -> dict[str, Any] | None:
        """What is known about the match that these results come from; None where they come from elsewhere."""
        return self.stored.matches.get((self.intake_year, self.round))

    @property
    def is_wide(self) -> bool:
        """Whether the page is about many municipalities: the region or a provider form."""
        return self.scope.kind in ("region", "provider_form")

    @property
    def has_schools(self) -> bool:
        return len(self.now) > 0

    @property
    def has_national(self) -> bool:
        return bool(self.totals.value("national", "study_paths"))

    @property
    def compared(self) -> bool:
        return self.compare_to is not None

    @cached_property
    def place(self) -> str:
        """Where the page is about, after 'gäller' or 'for': 'Täby', 'hela regionen', 'fristående skolor'."""
        if self.scope.kind == "region":
            return self.say("place.region")
        if self.scope.kind == "provider_form":
            name = label(str(self.scope.name), self.language)
            return name[:1].lower() + name[1:]
        return str(self.scope.name)

    @cached_property
    def admission(self) -> str:
        """The admission by name: 'slutlig antagning 2023'."""
        return self.say(f"admission.{self.round}", year=self.intake_year)

    @cached_property
    def about(self) -> str:
        """What the data of a chart are about, for its alternative text: 'Täby, slutlig antagning 2023'."""
        return f"{capital(self.place)}, {self.admission}"

    @cached_property
    def _years(self) -> dict[str, Any]:
        return {"intake_year": self.intake_year, "compare_to": self.compare_to}

    @cached_property
    def totals(self) -> adm.Totals:
        return adm.totals(self.now, self.before, **self._years)

    @cached_property
    def region_totals(self) -> adm.Totals:
        return adm.totals(self.region_now, None, intake_year=self.intake_year, compare_to=None)

    @cached_property
    def programmes(self) -> adm.Programmes:
        return adm.by_programme(self.now, self.before, **self._years)

    @cached_property
    def news(self) -> adm.News:
        return adm.news(self.now, self.before, self.programmes)

    @cached_property
    def providers(self) -> adm.Providers:
        return adm.by_provider(self.now, self.before, **self._years)

    @cached_property
    def supply(self) -> adm.Supply:
        return adm.by_municipality(self.now, self.before, **self._years)

    @cached_property
    def competition(self) -> adm.Competition:
        return adm.competition(self.now, intake_year=self.intake_year)

    @cached_property
    def region_competition(self) -> adm.Competition:
        return adm.competition(self.region_now, intake_year=self.intake_year)

    @cached_property
    def moves(self) -> adm.Moves:
        return adm.cutoff_moves(self.now, self.before, **self._years)

    @cached_property
    def moves_since_first(self) -> adm.Moves | None:
        """Moves since the earliest year with the same round, where that is before the year compared with."""
        first = self.years[0]
        if first >= (self.compare_to or self.intake_year):
            return None
        earliest = other_round(self.results, first, self.round)
        rows = None if earliest is None else self.scope.select(earliest)
        return adm.cutoff_moves(self.now, rows, intake_year=self.intake_year, compare_to=first)

    @cached_property
    def rounds(self) -> adm.Rounds | None:
        """The two rounds of this year, or else of the newest earlier year that has both."""
        pairs = set(available(self.results))
        for year in sorted({y for y, _ in pairs if y <= self.intake_year}, reverse=True):
            if {(year, "preliminary"), (year, "final")} <= pairs:
                parts = [self.scope.select(of_round(self.results, year, r)) for r in ("preliminary", "final")]
                if any(len(part) for part in parts):
                    return adm.preliminary_against_final(parts[0], parts[1], intake_year=year)
        return None

    @cached_property
    def introductory(self) -> adm.Introductory:
        return adm.introductory(self.now, self.before, **self._years)

    @cached_property
    def empty(self) -> adm.EmptySeats:
        return adm.empty_seats(self.now, self.before, **self._years)

    @cached_property
    def study_paths(self) -> adm.StudyPaths:
        return adm.study_paths(self.now, self.before, **self._years)

    @cached_property
    def main_files(self) -> Sequence[str]:
        """Names of the files with this admission and the one it is compared with."""
        years = self.results["intake_year"].isin([self.intake_year, self.compare_to])
        chosen = years & (self.results["round"] == self.round)
        return sorted(self.results.loc[chosen, "source_file"].unique())

    @cached_property
    def files(self) -> Sequence[str]:
        """Names of all files that numbers on the page come from, earlier years and the other round too."""
        earlier = (self.results["intake_year"] <= self.intake_year) & (self.results["round"] == self.round)
        both = self.results["intake_year"] == (self.rounds.intake_year if self.rounds else self.intake_year)
        return sorted(self.results.loc[earlier | both, "source_file"].unique())


def with_identity(stored: Stored) -> pd.DataFrame:
    """The results table with `study_path_id` and `evidence` of its links, which have its rows in its order.

    `evidence` is that of the path's first round in the year: how it is known from an earlier year, not from April.
    Cut-offs and medians of few admitted are missing where the policy leaves them out.
    """
    links = stored.links[["intake_year", "study_path_id", "evidence"]].set_axis(stored.table.index)
    april_first = (stored.table["round"] == "final").sort_values(kind="stable").index
    known = links.loc[april_first].groupby(["intake_year", "study_path_id"])["evidence"].transform("first")
    return without_few_admitted(stored.table.join(links["study_path_id"]).join(known))
