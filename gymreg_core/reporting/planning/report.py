"""The report on supply and demand: one object, one method per section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.reporting.planning import appendix, demand_sections, seats_in_report
from gymreg_core.reporting.planning.stored import StoredDemand, load
from gymreg_core.reporting.planning.view import View
from gymreg_core.reporting.report_view import known_language
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class SupplyDemandReport:
    """What will be wanted where, section by section; a method gives a Fragment.

    `view` holds what may be shown, e.g. ``report.view.region.table``.
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
        language: Language = "sv",
        decision: str | None = None,
    ) -> SupplyDemandReport:
        """Open the report on a workspace.

        Parameters
        ----------
        workspace : folder with registers or results; by default what ``GYMREG_WORKSPACE`` names, else a made-up region.
        year : the first intake year that is foretold; None is the one after the last known.
        scope, scope_name : "region" or "municipality", and which.
        decision : who decided to publish what is known of real pupils, and when.
        Errors: BadParameters naming what there is; BadInput where nothing is stored; DisclosureRefused for real pupils
        without a decision.
        """
        about = {"scope": scope, "scope_name": scope_name, "language": language, "decision": decision}
        return cls.on(load(workspace, year), **about)

    @classmethod
    def on(cls, stored: StoredDemand, **wanted: Any) -> SupplyDemandReport:
        """As `open`, on a forecast that is made already."""
        known_language(wanted.get("language", "sv"))
        defaults = {"scope": "region", "scope_name": None, "language": "sv", "decision": None}
        return cls(View.of(stored, **{**defaults, **wanted}))

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view = self.view
        source = "made_up" if view.provenance.made_up else "public" if view.provenance.already_public else "register"
        facts = [
            (view.say("page.fact.years"), f"{view.forecast.years[0]}–{view.forecast.years[-1]}"),
            (view.say("page.fact.last"), str(view.forecast.last_year)),
            (view.say("page.fact.source"), view.say(f"page.fact.{source}")),
        ]
        if view.seats is not None:
            facts.insert(1, (view.say("page.fact.seats"), str(view.seats.year)))
        title, subtitle = view.say("page.title", year=view.year), view.say("page.subtitle", place=view.place)
        said = demand_sections.highlights(view)
        return PageHead.of(title, subtitle, language=view.language, said=said, facts=facts)

    def in_brief(self) -> Fragment:
        """What is to be expected, in a few sentences and numbers."""
        return demand_sections.in_brief(self.view)

    def supply(self) -> Fragment:
        """Where seats are too few, too many or in the wrong place."""
        return seats_in_report.supply(self.view)

    def choices(self) -> Fragment:
        """How many got what they chose, and how far from home."""
        return seats_in_report.choices(self.view)

    def seat_value(self) -> Fragment:
        """What one seat more, and one less, means."""
        return seats_in_report.values(self.view)

    def strategic(self) -> Fragment:
        """The programmes that the region needs most seats of, by open criteria."""
        return seats_in_report.strategic(self.view)

    def programmes(self) -> Fragment:
        """What is expected of each programme in the first year."""
        return demand_sections.programmes(self.view)

    def over_years(self) -> Fragment:
        """What is expected year by year."""
        return demand_sections.over_years(self.view)

    def municipalities(self) -> Fragment:
        """Where pupils live and where they go to school."""
        return demand_sections.municipalities(self.view)

    def track_record(self) -> Fragment:
        """How right earlier forecasts would have been."""
        return demand_sections.track_record(self.view)

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
