"""The report on expected cut-offs: one object, one method per section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gymreg_core.reporting.admission.report import load
from gymreg_core.reporting.admission.view import Stored
from gymreg_core.reporting.cutoffs import appendix, expected, record
from gymreg_core.reporting.cutoffs.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.page_head import PageHead
from gymreg_core.reporting.report_view import known_language
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.programmes import Language


@dataclass(frozen=True, eq=False)
class CutoffsReport:
    """What the cut-offs will be, section by section; each method gives a Fragment, empty where it has nothing to say.

    `view` holds the forecast, ``report.view.work.forecast.table``, and the track record, ``report.view.work.record``.
    """

    view: View

    @classmethod
    def open(
        cls,
        workspace: str | Path | None = None,
        *,
        intake_year: int | None = None,
        scope: str = "region",
        scope_name: str | None = None,
        language: Language = "sv",
    ) -> CutoffsReport:
        """Open the report on a workspace.

        Parameters
        ----------
        workspace : folder with ingested results; by default what ``GYMREG_WORKSPACE`` names, else a made-up region.
        intake_year : calendar year of the autumn start; None is the newest that can be forecast.
        scope, scope_name : region, or the municipality or school named.
        Errors: BadParameters naming what the data hold; BadInput where the workspace holds nothing.
        """
        stored = load(workspace)
        return cls.on(stored, intake_year=intake_year, scope=scope, scope_name=scope_name, language=language)

    @classmethod
    def on(
        cls,
        stored: Stored,
        *,
        intake_year: int | None = None,
        scope: str = "region",
        scope_name: str | None = None,
        language: Language = "sv",
    ) -> CutoffsReport:
        """As `open`, on results that are loaded already."""
        known_language(language)
        return cls(View.of(stored, intake_year=intake_year, scope=scope, scope_name=scope_name, language=language))

    def page(self) -> PageHead:
        """Title, subtitle, description and facts of the page, and the sentences that stand for it on the front page."""
        view = self.view
        learned = listing([str(year) for year in view.work.forecast.trained_on], view.language)
        made_up = view.provenance.made_up
        facts = [
            (view.say("page.fact.learned"), learned),
            (view.say("page.fact.source"), view.say("page.fact.made_up" if made_up else "page.fact.published")),
        ]
        title = view.say(f"page.title.{view.scope}", year=view.year, name=view.place)
        subtitle = view.say("page.subtitle", place=view.place)
        return PageHead.of(title, subtitle, language=view.language, said=expected.highlights(view), facts=facts)

    def in_brief(self) -> Fragment:
        """The figures that matter, and what the forecast could not use."""
        return expected.in_brief(self.view)

    def how_to_read(self) -> Fragment:
        """What the intervals and the chance mean."""
        return expected.how_to_read(self.view)

    def expected(self) -> Fragment:
        """A fan per study path, the most uncertain first."""
        return expected.expected(self.view)

    def everyone(self) -> Fragment:
        """Where everyone eligible is likely to get in."""
        return expected.everyone(self.view)

    def declined(self) -> Fragment:
        """The study paths for which no cut-off is given, and why."""
        return expected.declined(self.view)

    def last_year(self) -> Fragment:
        """How right the last forecast that can be judged was."""
        return record.last_year(self.view)

    def track_record(self) -> Fragment:
        """The scores of every year that has ended."""
        return record.track_record(self.view)

    def limits(self) -> Fragment:
        """What the forecast cannot say."""
        return appendix.limits(self.view)

    def methods(self) -> Fragment:
        """How the forecast is made."""
        return appendix.methods(self.view)

    def definitions(self) -> Fragment:
        """What the words mean."""
        return appendix.definitions(self.view)

    def assumptions(self) -> Fragment:
        """What is assumed."""
        return appendix.assumptions(self.view)

    def provenance(self) -> Fragment:
        """How the report was made."""
        return appendix.provenance(self.view)
