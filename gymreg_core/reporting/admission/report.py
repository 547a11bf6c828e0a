"""The admission report: one object, one method per section."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from gymreg_core.contracts.rounds import ROUNDS, Round
from gymreg_core.errors import BadParameters
from gymreg_core.reporting.admission import (
    appendix,
    brief,
    checked,
    competition,
    moves,
    programmes,
    remaining,
    schools,
    supply,
)
from gymreg_core.reporting.admission.view import Stored, View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import LANGUAGES, Language

_SMALL = 0.2  # a made-up region for a look by hand is there in a few seconds


@dataclass(frozen=True, eq=False)
class AdmissionReport:
    """How an admission turned out, section by section; each method gives a Fragment, empty where it has nothing to say.

    `view` holds the data and every statistic behind the sections, e.g. ``report.view.programmes.table``.
    """

    view: View
    published_totals: str | Path | None = None

    @classmethod
    def open(
        cls,
        workspace: str | Path | None = None,
        *,
        intake_year: int | None = None,
        round: Round = "final",  # noqa: A002 the contract's word
        scope: str = "region",
        scope_name: str | None = None,
        compare_to: int | Literal["previous"] | None = "previous",
        language: Language = "sv",
        published_totals: str | Path | None = None,
    ) -> AdmissionReport:
        """Open the report on a workspace.

        Parameters
        ----------
        workspace : folder with ingested results; by default what ``GYMREG_WORKSPACE`` names, else a made-up region.
        intake_year : calendar year of the autumn start; None is the newest with that round.
        scope, scope_name : region, or the municipality, school or provider_form (municipal, independent, region) named.
        compare_to : an earlier intake year, "previous" for the nearest one, None for no comparison.
        published_totals : CSV of published totals to reconcile with; by default what ``GYMREG_REFERENCE`` names.
        Errors: BadParameters naming what the data hold; BadInput where the workspace holds nothing.
        """
        return cls.on(
            load(workspace),
            intake_year=intake_year,
            round=round,
            scope=scope,
            scope_name=scope_name,
            compare_to=compare_to,
            language=language,
            published_totals=published_totals,
        )

    @classmethod
    def on(
        cls,
        stored: Stored,
        *,
        intake_year: int | None = None,
        round: Round = "final",  # noqa: A002
        published_totals: str | Path | None = None,
        **wanted: Any,
    ) -> AdmissionReport:
        """As `open`, on results that are loaded already."""
        _one_of("round", round, ROUNDS)
        _one_of("language", wanted.get("language", "sv"), LANGUAGES)
        if intake_year is None:
            intakes = stored.table.loc[stored.table["round"] == round, "intake_year"]
            intake_year = int(intakes.max()) if len(intakes) else 0
        defaults = {"scope": "region", "scope_name": None, "compare_to": "previous", "language": "sv"}
        return cls(View.of(stored, intake_year=intake_year, round=round, **{**defaults, **wanted}), published_totals)

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view = self.view
        made_up = view.stored.provenance.made_up
        facts = [
            (view.say("page.fact.compared"), str(view.compare_to or view.say("page.fact.nothing"))),
            (view.say("page.fact.source"), view.say("page.fact.made_up" if made_up else "page.fact.published")),
        ]
        if view.scope.kind != "school":
            facts.insert(0, (view.say("page.fact.schools"), number(view.totals.value("all", "schools"), view.language)))
        said = brief.highlights(view)
        title = view.say(f"page.title.{view.scope.kind}", year=view.intake_year, name=view.place)
        subtitle = view.say(f"page.subtitle.{view.round}", place=view.place)
        return PageHead.of(title, subtitle, language=view.language, said=said, facts=facts)

    def in_brief(self) -> Fragment:
        """Five figures that matter, each with its change."""
        return brief.in_brief(self.view)

    def whats_new(self) -> Fragment:
        """Schools and study paths that came and went, programmes that grew and shrank."""
        return brief.whats_new(self.view)

    def programmes(self) -> Fragment:
        """Programme by programme, with the whole picture drawn."""
        return programmes.programmes(self.view)

    def types(self) -> Fragment:
        """Preparatory and vocational programmes."""
        return programmes.types(self.view)

    def providers(self) -> Fragment:
        """Municipal and independent schools."""
        return programmes.providers(self.view)

    def municipalities(self) -> Fragment:
        """The map of supply."""
        return supply.municipalities(self.view)

    def competition(self) -> Fragment:
        """Cut-offs, the most sought study paths, and where everyone eligible got in."""
        return competition.competition(self.view)

    def cutoff_moves(self) -> Fragment:
        """How cut-offs moved since the year compared with and since the first year."""
        return moves.cutoff_moves(self.view)

    def rounds(self) -> Fragment:
        """The preliminary against the final admission."""
        return moves.rounds(self.view)

    def introductory(self) -> Fragment:
        """Introductory programmes."""
        return remaining.introductory(self.view)

    def empty_seats(self) -> Fragment:
        """Free seats, and study paths that nobody was admitted to."""
        return remaining.empty_seats(self.view)

    def schools(self) -> Fragment:
        """Every school with its study paths; for the region a file."""
        return schools.schools(self.view)

    def checked(self) -> Fragment:
        """How the admission was checked, where its results come from a match in the workspace; for the region."""
        return checked.checked(self.view)

    def definitions(self) -> Fragment:
        """What the words mean."""
        return appendix.definitions(self.view)

    def quality(self) -> Fragment:
        """Data quality and reconciliation."""
        return appendix.quality(self.view, self.published_totals)

    def provenance(self) -> Fragment:
        """How the report was made."""
        return appendix.provenance(self.view)


def load(workspace: str | Path | None = None) -> Stored:
    """The results in a workspace: the one given, the one that ``GYMREG_WORKSPACE`` names, or a made-up region."""
    from gymreg_core.store.workspace import Workspace

    path = workspace or os.environ.get("GYMREG_WORKSPACE")
    return Workspace(Path(path)).results() if path else _made_up()


@cache
def _made_up() -> Stored:
    from gymreg_core.reporting.from_registers import made_up_results
    from gymreg_core.store.intake import ingest_files

    with TemporaryDirectory(prefix="gymreg-") as folder:
        workspace = Path(folder)
        return ingest_files(made_up_results(workspace, scale=_SMALL), workspace)


def _one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadParameters(f"{value!r} is not a {name}", where=name, remedy=f"One of: {', '.join(known)}.")
