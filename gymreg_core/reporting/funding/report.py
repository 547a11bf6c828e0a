"""The funding report: one object, one method per section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding import (
    appendix,
    brief,
    check_sections,
    costs_sections,
    flow_sections,
    odds_section,
    price_sections,
    supplement_sections,
)
from gymreg_core.reporting.funding.shown import Settled
from gymreg_core.reporting.funding.stored import load
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.reporting.report_view import known_language
from gymreg_core.vocabulary.numbers import month
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class FundingReport:
    """What a calendar year cost and who paid whom, section by section; a method gives a Fragment, empty where it has
    nothing to say of the scope.

    `view` holds the data behind the sections, e.g. ``report.view.costs.table``, and what of them may be shown.
    """

    view: View

    @classmethod
    def open(
        cls,
        workspace: str | Path | None = None,
        *,
        year: int | None = None,
        scope: str = "region",
        scope_name: str | None = None,
        compare_to: int | Literal["previous"] | None = "previous",
        language: Language = "sv",
        decision: str | None = None,
    ) -> FundingReport:
        """Open the report on a workspace.

        Parameters
        ----------
        workspace : folder with settled months; by default what ``GYMREG_WORKSPACE`` names, else a made-up region.
        year : a calendar year; None is the newest that is settled whole.
        scope, scope_name : region, or the municipality or provider_form (municipal, independent, region) named.
        compare_to : another settled year, "previous" for the year before, None for no comparison.
        decision : who decided to publish what was paid for real pupils, and when.
        Errors: BadParameters naming what there is; BadInput where nothing is settled; DisclosureRefused for real pupils
        without a decision.
        """
        return cls.on(
            load(workspace),
            year=year,
            scope=scope,
            scope_name=scope_name,
            compare_to=compare_to,
            language=language,
            decision=decision,
        )

    @classmethod
    def on(cls, stored: Settled, *, year: int | None = None, **wanted: Any) -> FundingReport:
        """As `open`, on settled years that are loaded already."""
        known_language(wanted.get("language", "sv"))
        defaults = {"scope": "region", "scope_name": None, "compare_to": "previous", "language": "sv"}
        return cls(View.of(stored, year=year, **{**defaults, **wanted}))

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view = self.view
        first, last = (month(view.months[at], view.language, year=False) for at in (0, -1))
        made_up = view.stored.provenance.made_up
        facts = [
            (view.say("page.fact.months"), f"{first}–{last} {view.year}"),
            (view.say("page.fact.compared"), str(view.compare_to or view.say("page.fact.nothing"))),
            (view.say("page.fact.source"), view.say("page.fact.made_up" if made_up else "page.fact.settled")),
        ]
        said = brief.highlights(view)
        title = view.say(f"page.title.{view.scope}", year=view.year, name=view.place)
        subtitle = view.say("page.subtitle", place=view.place)
        return PageHead.of(title, subtitle, language=view.language, said=said, facts=facts)

    def in_brief(self) -> Fragment:
        """The figures that matter, each with its change."""
        return brief.in_brief(self.view)

    def programmes(self) -> Fragment:
        """What the year cost, by programme."""
        return costs_sections.programmes(self.view)

    def kinds(self) -> Fragment:
        """What the year cost, by whose school it is."""
        return costs_sections.kinds(self.view)

    def municipalities(self) -> Fragment:
        """What each municipality paid; for the region."""
        return costs_sections.municipalities(self.view)

    def price_level(self) -> Fragment:
        """Prices against the national list and skolindex; for the region."""
        return price_sections.price_level(self.view)

    def flows(self) -> Fragment:
        """What municipalities paid each other."""
        return flow_sections.flows(self.view)

    def supplement(self) -> Fragment:
        """How the structural supplement works, what it came to and whom it reached."""
        return supplement_sections.supplement(self.view)

    def odds(self) -> Fragment:
        """The odds that the supplement rests on; for the region."""
        return odds_section.odds(self.view)

    def corrections(self) -> Fragment:
        """What was posted late, and why; for the region."""
        return check_sections.corrections(self.view)

    def reconciliation(self) -> Fragment:
        """Head counts beside the months that were paid; for the region."""
        return check_sections.reconciliation(self.view)

    def definitions(self) -> Fragment:
        """What the words mean."""
        return appendix.definitions(self.view)

    def assumptions(self) -> Fragment:
        """The rules in use that nobody could source."""
        return appendix.assumptions(self.view)

    def provenance(self) -> Fragment:
        """How the report was made."""
        return appendix.provenance(self.view)
