"""The report on the effects of the structural supplement: one object, one method per section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.reporting.effects import (
    appendix,
    brief,
    cutoff_section,
    design_section,
    dose_section,
    event_section,
    group_section,
    jump_section,
    power_section,
    result_section,
    specification_section,
    way_section,
)
from gymreg_core.reporting.effects.stored import Stored, load
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.reporting.report_view import known_language
from gymreg_core.vocabulary.numbers import day
from gymreg_core.vocabulary.programmes import Language

_SHORT_HASH = 8


@dataclass(frozen=True, eq=False)
class EffectsReport:
    """Whether the supplement helped and how sure anyone can be, section by section; a method gives a Fragment.

    `view` holds what may be shown, e.g. ``report.view.shown["estimates"].table``.
    """

    view: View

    @classmethod
    def open(
        cls,
        workspace: str | Path | None = None,
        *,
        study: str | None = None,
        year: int | None = None,
        plan_hash: str | None = None,
        scope: str = "region",
        scope_name: str | None = None,
        language: Language = "sv",
        decision: str | None = None,
    ) -> EffectsReport:
        """Open the report on a workspace.

        Parameters
        ----------
        workspace : folder with a study; by default what ``GYMREG_WORKSPACE`` names, else a made-up region.
        study : the key that it is stored under; None is the one made last.
        year, plan_hash : what it has to be of: the year of the last day that is known, and the analysis plan; None
            is whatever it is.
        scope, scope_name : the region, which has no name.
        decision : who decided to publish what is known of real pupils, and when.
        Errors: BadParameters naming what there is; BadInput where nothing is studied; DisclosureRefused for real pupils
        without a decision.
        """
        about = {"year": year, "plan_hash": plan_hash, "scope": scope, "scope_name": scope_name}
        return cls.on(load(workspace, study), language=language, decision=decision, **about)

    @classmethod
    def on(cls, stored: Stored, **wanted: Any) -> EffectsReport:
        """As `open`, on a study that is loaded already."""
        known_language(wanted.get("language", "sv"))
        defaults = {"scope": "region", "language": "sv"}
        optional = dict.fromkeys(("year", "plan_hash", "scope_name", "decision"))
        return cls(View.of(stored, **{**defaults, **optional, **wanted}))

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view = self.view
        made_up = view.provenance.made_up
        cohorts = view.say("page.fact.none")
        if view.cohorts:
            cohorts = view.say("page.fact.span", first=view.cohorts[0], last=view.cohorts[-1])
        facts = [
            (view.say("page.fact.cohorts"), cohorts),
            (view.say("page.fact.as_of"), day(view.studied.as_of, view.language)),
            (view.say("page.fact.plan"), view.studied.plan_hash[:_SHORT_HASH]),
            (view.say("page.fact.source"), view.say("page.fact.made_up" if made_up else "page.fact.register")),
        ]
        title, subtitle = view.say("page.title", year=view.year), view.say("page.subtitle", place=view.place)
        return PageHead.of(title, subtitle, language=view.language, said=brief.highlights(view), facts=facts)

    def in_brief(self) -> Fragment:
        """The question, the answer, what it costs, how sure it is, and what would make it surer."""
        return brief.in_brief(self.view)

    def jump(self) -> Fragment:
        """What money does what: a pupil's own limit moves the pupil's amount and not the school's dose."""
        return jump_section.jump(self.view)

    def power(self) -> Fragment:
        """How small an effect the study can see, told before any estimate."""
        return power_section.power(self.view)

    def doses(self) -> Fragment:
        """The dose, and who gets it."""
        return dose_section.doses(self.view)

    def designs(self) -> Fragment:
        """What each design compares and assumes, what its tests say, and what may therefore be said."""
        return design_section.designs(self.view)

    def results(self) -> Fragment:
        """What the designs found, side by side on one scale."""
        return result_section.results(self.view)

    def over_time(self) -> Fragment:
        """Cohort by cohort, before the supplement and after."""
        return event_section.over_time(self.view)

    def at_cutoffs(self) -> Fragment:
        """Applicants around the cut-offs of study paths."""
        return cutoff_section.at_cutoffs(self.view)

    def groups(self) -> Fragment:
        """Whether the finding differs between groups of pupils."""
        return group_section.groups(self.view)

    def on_the_way(self) -> Fragment:
        """Whether the dose moved at all."""
        return way_section.on_the_way(self.view)

    def specifications(self) -> Fragment:
        """Every reasonable choice in one picture."""
        return specification_section.specifications(self.view)

    def limits(self) -> Fragment:
        """What the study cannot say."""
        return appendix.limits(self.view)

    def plan(self) -> Fragment:
        """The analysis plan and its hash."""
        return appendix.plan(self.view)

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
