"""The report on completion and interruptions: one object, one method per section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gymreg_core.reporting.dropout import (
    appendix,
    brief,
    cohort_sections,
    curve_section,
    group_section,
    introductory_section,
    leaver_section,
    measure_section,
    quality_section,
    responsibility_section,
    risk_section,
    school_section,
    switch_section,
    warning_section,
)
from gymreg_core.reporting.dropout.stored import Followed, load
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.reporting.report_view import known_language
from gymreg_core.vocabulary.numbers import day
from gymreg_core.vocabulary.programmes import Language

_CENTURY = 100


@dataclass(frozen=True, eq=False)
class DropoutReport:
    """What became of a cohort, section by section; a method gives a Fragment, empty where it has nothing to say of the
    scope.

    `view` holds what may be shown, e.g. ``report.view.measures.table``.
    """

    view: View

    @classmethod
    def open(
        cls,
        workspace: str | Path | None = None,
        *,
        cohort: int | None = None,
        scope: str = "region",
        scope_name: str | None = None,
        compare_to: int | Literal["previous"] | None = "previous",
        language: Language = "sv",
        decision: str | None = None,
    ) -> DropoutReport:
        """Open the report on a workspace.

        Parameters
        ----------
        workspace : folder with tracked cohorts; by default what ``GYMREG_WORKSPACE`` names, else a made-up region.
        cohort : the autumn of the start; None is the newest whose three years have passed.
        scope, scope_name : region, or the municipality (of the home at the start), provider_form (municipal,
            independent, region) or programme (its code) named.
        compare_to : another cohort, "previous" for the one before, None for no comparison.
        decision : who decided to publish what became of real pupils, and when.
        Errors: BadParameters naming what there is; BadInput where nothing is tracked; DisclosureRefused for real pupils
        without a decision.
        """
        return cls.on(
            load(workspace),
            cohort=cohort,
            scope=scope,
            scope_name=scope_name,
            compare_to=compare_to,
            language=language,
            decision=decision,
        )

    @classmethod
    def on(cls, stored: Followed, *, cohort: int | None = None, **wanted: Any) -> DropoutReport:
        """As `open`, on tracked cohorts that are loaded already."""
        known_language(wanted.get("language", "sv"))
        defaults = {"scope": "region", "scope_name": None, "compare_to": "previous", "language": "sv"}
        return cls(View.of(stored, cohort=cohort, **{**defaults, **wanted}))

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view, following = self.view, f"{(self.view.cohort + 1) % _CENTURY:02d}"
        facts = [
            (view.say("page.fact.cohort"), view.say("page.fact.autumn", cohort=view.cohort, next=following)),
            (view.say("page.fact.compared"), str(view.compare_to or view.say("page.fact.nothing"))),
            (view.say("page.fact.as_of"), day(view.tracked.as_of, view.language)),
            (view.say("page.fact.source"), view.say(f"page.fact.{'made_up' if view.tracked.made_up else 'register'}")),
        ]
        said = brief.highlights(view)
        title = view.say(f"page.title.{view.scope}", cohort=view.cohort, name=view.place)
        subtitle = view.say(f"page.subtitle.{view.scope}", place=view.place, cohort=view.cohort)
        return PageHead.of(title, subtitle, language=view.language, said=said, facts=facts)

    def in_brief(self) -> Fragment:
        """How many finish, leave, switch and go on, each with its change."""
        return brief.in_brief(self.view)

    def months(self) -> Fragment:
        """Where the cohort is month by month, in one picture."""
        return cohort_sections.months(self.view)

    def changed(self) -> Fragment:
        """The main measures, cohort by cohort."""
        return cohort_sections.changed(self.view)

    def leavers(self) -> Fragment:
        """Who leaves, when, and where they go."""
        return leaver_section.leavers(self.view)

    def switches(self) -> Fragment:
        """How many switched, and who of them finished."""
        return switch_section.switches(self.view)

    def introductory(self) -> Fragment:
        """Who went on from introductory programmes."""
        return introductory_section.introductory(self.view)

    def groups(self) -> Fragment:
        """How many finish in each group of pupils; for the region."""
        return group_section.groups(self.view)

    def schools(self) -> Fragment:
        """Schools beside what their intake lets expect, without any ranking."""
        return school_section.schools(self.view)

    def measures(self) -> Fragment:
        """What the definitions do to the number."""
        return measure_section.measures(self.view)

    def curves(self) -> Fragment:
        """Where pupils are after so long."""
        return curve_section.curves(self.view)

    def risk(self) -> Fragment:
        """What goes with interruption; for the region."""
        return risk_section.risk(self.view)

    def responsibility(self) -> Fragment:
        """Who by the register belongs to the municipal activity responsibility."""
        return responsibility_section.responsibility(self.view)

    def quality(self) -> Fragment:
        """Who could not be followed, and what the cleaning did."""
        return quality_section.quality(self.view)

    def warning(self) -> Fragment:
        """How early warning fares on a later cohort; for the region."""
        return warning_section.warning(self.view)

    def definitions(self) -> Fragment:
        """What the words mean."""
        return appendix.definitions(self.view)

    def assumptions(self) -> Fragment:
        """The rules in use that nobody could source."""
        return appendix.assumptions(self.view)

    def methods(self) -> Fragment:
        """How the figures were computed."""
        return appendix.methods(self.view)

    def provenance(self) -> Fragment:
        """How the report was made."""
        return appendix.provenance(self.view)
