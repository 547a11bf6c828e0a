"""The page of a programme council: one object, one method per section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gymreg_core.reporting.council import (
    admission_section,
    appendix,
    brief,
    cohort_section,
    cutoff_section,
    future_section,
)
from gymreg_core.reporting.council.stored import Sources, load
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.reporting.report_view import known_language
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class ProgrammeCouncilReport:
    """What is known and expected of one programme, section by section; a method gives a Fragment, which says in a
    sentence where there is no source of it.

    `view` holds what may be shown, e.g. ``report.view.admissions.table``.
    """

    view: View

    @classmethod
    def open(
        cls,
        workspace: str | Path | None = None,
        *,
        year: int | None = None,
        scope: str = "programme",
        scope_name: str | None = None,
        language: Language = "sv",
        decision: str | None = None,
    ) -> ProgrammeCouncilReport:
        """Open the page on a workspace.

        Parameters
        ----------
        workspace : folder with results, cohorts or registers; by default what ``GYMREG_WORKSPACE`` names, else a
            made-up region.
        year : the newest year that is looked at; None is the newest that anything is known of.
        scope, scope_name : "programme", and its code.
        decision : who decided to publish what is known of real pupils, and when.
        Errors: BadParameters naming what there is; BadInput where what is stored is damaged; DisclosureRefused for real
        pupils without a decision.
        """
        return cls.on(
            load(workspace, year), year=year, scope=scope, scope_name=scope_name, language=language, decision=decision
        )

    @classmethod
    def on(
        cls,
        sources: Sources,
        *,
        year: int | None = None,
        scope: str = "programme",
        scope_name: str | None = None,
        language: Language = "sv",
        decision: str | None = None,
    ) -> ProgrammeCouncilReport:
        """As `open`, on what is loaded already."""
        known_language(language)
        about = {"scope": scope, "scope_name": scope_name, "language": language, "decision": decision}
        return cls(View.of(sources, year=year, **about))  # type: ignore[arg-type]

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view = self.view
        made_up, public = view.provenance.made_up, view.provenance.already_public
        source = "made_up" if made_up else "public" if public else "register"
        facts = [
            (view.say("page.fact.code"), view.code),
            (view.say("page.fact.year"), str(view.year)),
            (view.say("page.fact.source"), view.say(f"page.fact.{source}")),
        ]
        title = view.say("page.title", name=capital(view.place), year=view.year)
        said = brief.highlights(view)
        return PageHead.of(title, view.say("page.subtitle"), language=view.language, said=said, facts=facts)

    def in_brief(self) -> Fragment:
        """The figures that matter, and what is missing."""
        return brief.in_brief(self.view)

    def applications(self) -> Fragment:
        """First choices, seats and admitted over the years."""
        return admission_section.applications(self.view)

    def supply(self) -> Fragment:
        """Where in the region the seats are few or many."""
        return admission_section.supply(self.view)

    def cutoffs(self) -> Fragment:
        """Cut-offs and reserves by study path."""
        return cutoff_section.cutoffs(self.view)

    def expected_cutoffs(self) -> Fragment:
        """What the cut-offs are expected to become."""
        return cutoff_section.expected_cutoffs(self.view)

    def completion(self) -> Fragment:
        """How many complete the programme, cohort by cohort."""
        return cohort_section.completion(self.view)

    def switches(self) -> Fragment:
        """How many switch programme or school."""
        return cohort_section.switches(self.view)

    def demand(self) -> Fragment:
        """How many are expected to choose the programme."""
        return future_section.demand(self.view)

    def need(self) -> Fragment:
        """How much working life needs it, and its place among the programmes."""
        return future_section.need(self.view)

    def definitions(self) -> Fragment:
        """What the words mean."""
        return appendix.definitions(self.view)

    def methods(self) -> Fragment:
        """How the figures were computed."""
        return appendix.methods(self.view)

    def assumptions(self) -> Fragment:
        """The rules in use that nobody could source."""
        return appendix.assumptions(self.view)

    def provenance(self) -> Fragment:
        """How the page was made."""
        return appendix.provenance(self.view)
