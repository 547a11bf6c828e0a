"""What a page of a programme council looks at: one programme in everything that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from gymreg_core.admission.measures import measure
from gymreg_core.admission.scope import Scope, of_round, year_before, years_of
from gymreg_core.contracts.rounds import Round
from gymreg_core.disclosure import Released, release_cohorts, release_published
from gymreg_core.errors import BadParameters
from gymreg_core.planning.balance import Balance, balance
from gymreg_core.planning.cutoffs import forecast_years
from gymreg_core.planning.demand_inputs import code_in
from gymreg_core.planning.strategic import Strategic
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.admission.view import View as AdmissionView
from gymreg_core.reporting.admission.view import with_identity
from gymreg_core.reporting.council.stored import Sources
from gymreg_core.reporting.cutoffs.view import View as CutoffsView
from gymreg_core.reporting.dropout.stored import cohorts_of
from gymreg_core.reporting.dropout.view import View as CohortView
from gymreg_core.reporting.dropout_plan import newest_cohort
from gymreg_core.reporting.planning.balance_parts import BalancePage
from gymreg_core.reporting.planning.balance_released import release_balance
from gymreg_core.reporting.planning.demand_released import release_history, release_programme
from gymreg_core.reporting.planning.ranking import ranking
from gymreg_core.reporting.planning.seats_stored import StoredSeats
from gymreg_core.reporting.planning.view import View as DemandView
from gymreg_core.reporting.report_view import ReportView, known_name
from gymreg_core.vocabulary.programmes import Language, programmes

_ROUND: Round = "final"


@dataclass(frozen=True, eq=False)
class View(ReportView):
    """The data of one page; a part is None where there is no source of it.

    year : the newest year that is looked at.
    """

    sources: Sources
    year: int

    package = "gymreg_core.reporting.council"

    @classmethod
    def of(
        cls,
        sources: Sources,
        *,
        year: int | None,
        scope: str,
        scope_name: str | None,
        language: Language,
        decision: str | None,
    ) -> View:
        """The view that the parameters ask for; without a year the newest.

        Errors: BadParameters for a programme that is none, or a year before anything is known; DisclosureRefused for
        real pupils without a decision.
        """
        national = [code for code, programme in programmes().items() if programme.national]
        name = known_name(scope, scope_name, {"programme": national})
        known = known_years(sources)
        if not known or (year is not None and year < known[0]):
            raise BadParameters(
                f"nothing is known of {year}" if known else "nothing is known of any year",
                where="year",
                remedy=f"Years: {known[0]} to {known[-1]}." if known else "Run gymreg ingest with results first.",
            )
        view = cls(scope, name, language, decision, sources, known[-1] if year is None else year)
        _ = view.cohort, view.demand
        return view

    @property
    def code(self) -> str:
        """The programme's code."""
        return str(self.scope_name)

    @property
    def provenance(self) -> Provenance:
        return self.sources.provenance

    @property
    def statuses(self) -> Mapping[str, str]:
        others = [part.statuses for part in (self.cutoffs, self.demand) if part is not None]
        found = self._of_cohorts
        for statuses in (*others, self.rules_noted):
            found |= statuses
        return dict(sorted(found.items()))

    @property
    def _of_cohorts(self) -> dict[str, str]:
        """The rules of the cohorts that are shown: without those of models, and of measures beside the main ones."""
        if self.cohort is None:
            return {}
        main = {f"measures.{card.key}" for card in self.cohort.cards if card.main}
        return {
            key: status
            for key, status in self.cohort.statuses.items()
            if key in main or key.split(".")[0] not in ("measures", "cohort_models")
        }

    def release(self, frame: pd.DataFrame) -> Released:
        """Let out a table that counts nobody."""
        if self.provenance.already_public:
            return release_published(frame, self.provenance)
        return release_cohorts(frame, self.provenance)

    def published(self, frame: pd.DataFrame) -> Released:
        """Let out a table that rests on the results alone. Errors: DisclosureRefused where they are not published."""
        if self.sources.results is None:
            return self.release(frame)
        return release_published(frame, self.sources.results.provenance)

    @cached_property
    def results(self) -> pd.DataFrame | None:
        """The results up to the year; None where no final admission is among them."""
        if self.sources.results is None:
            return None
        rows = with_identity(self.sources.results)
        rows = rows[rows["intake_year"] <= self.year]
        return rows if rows["round"].eq(_ROUND).any() else None

    @cached_property
    def admissions(self) -> Released | None:
        """The programme, whatever its code then, in each final admission: intake_year and `measure`."""
        if self.results is None:
            return None
        parts = []
        for year in years_of(self.results, _ROUND, self.year):
            rows = of_round(self.results, year, _ROUND)
            mine = rows[[code_in(str(code), self.year) == self.code for code in rows["programme"]]]
            if len(mine):
                parts.append(measure(mine, ["intake_year"]))
        if not parts:
            return None
        found = pd.concat(parts, ignore_index=True)
        found["reserves_per_seat"] = found["reserves"].astype("Float64") / found["seats"].mask(found["seats"].eq(0))
        return self.published(found)

    @cached_property
    def admission(self) -> AdmissionView | None:
        """The newest final admission that has the programme, of the programme alone."""
        if self.admissions is None or self.sources.results is None or self.results is None:
            return None
        year = int(self.admissions.table["intake_year"].max())
        before = year_before(self.results, year, _ROUND)
        scope = Scope("programme", self.code)
        return AdmissionView(self.sources.results, self.results, year, _ROUND, before, scope, self.language)

    @cached_property
    def cutoffs(self) -> CutoffsView | None:
        """The forecast of cut-offs of the newest year that has one, of the programme alone."""
        if self.sources.results is None:
            return None
        years = [year for year in forecast_years(self.sources.results) if year <= self.year]
        if not years:
            return None
        scope = Scope("programme", self.code)
        return CutoffsView("programme", self.code, self.language, None, self.sources.results, years[-1], scope)

    @cached_property
    def cohort(self) -> CohortView | None:
        """The newest cohort whose three years have passed, of the programme alone; None where nobody began it."""
        if self.sources.cohorts is None:
            return None
        known = cohorts_of(self.sources.cohorts.tracked)
        newest = newest_cohort({year: passed for year, passed in known.items() if year <= self.year})
        if newest is None:
            return None
        return CohortView.of(
            self.sources.cohorts,
            cohort=newest,
            scope="programme",
            scope_name=self.code,
            compare_to="previous",
            language=self.language,
            decision=self.decision,
        )

    @cached_property
    def demand(self) -> DemandView | None:
        """The forecast of demand of the whole region."""
        if self.sources.demand is None:
            return None
        about = {"scope": "region", "scope_name": None, "language": self.language, "decision": self.decision}
        return DemandView.of(self.sources.demand, **about)  # type: ignore[arg-type]

    @cached_property
    def expected(self) -> Released | None:
        """What is expected of the programme year by year (`release_programme`); None without a forecast."""
        return None if self.demand is None else release_programme(self.demand.forecast, self.code)

    @cached_property
    def history(self) -> Released | None:
        """First choices of the programme in each year known (`release_history`); None where registers tell none."""
        if self.sources.demand is None or self.sources.demand.forecast.measure != "first_choices":
            return None
        return release_history(self.sources.demand.history, self.code, self.sources.demand.provenance)

    @cached_property
    def balance(self) -> Balance | None:
        """Seats against demand in the newest final admission of the whole region."""
        if self.admission is None or self.results is None:
            return None
        rows, year = self.results, self.admission.intake_year
        return self.noted(lambda: balance(rows, intake_year=year))

    @cached_property
    def supply(self) -> Released | None:
        """The programme's seats by sub-region, and in the whole region (sub_region '')."""
        if self.balance is None or self.sources.results is None:
            return None
        released, _ = release_balance(self.balance, self.sources.results.provenance)
        frame = released.table
        return released.where(frame["programme"].eq(self.code) & frame["municipality"].eq(""))

    @cached_property
    def page(self) -> BalancePage:
        """The words of the sections on seats against demand."""
        return BalancePage(self.language, self.admission.intake_year if self.admission else self.year)

    @property
    def seats(self) -> StoredSeats | None:
        """The seats that the ranking of programmes rests on; None without any."""
        return None if self.demand is None else self.demand.seats

    @cached_property
    def strategic(self) -> tuple[Strategic, Released, Released] | None:
        """The ranking of all programmes, its table and its weights as they may be shown, the same as on the page on
        supply and demand; None without seats."""
        return None if self.demand is None or self.seats is None else ranking(self.demand, self.seats)


def known_years(sources: Sources) -> list[int]:
    """The years that anything is known of, oldest first."""
    found: set[int] = set()
    if sources.results is not None:
        found |= set(map(int, sources.results.table["intake_year"]))
    if sources.cohorts is not None:
        found |= set(cohorts_of(sources.cohorts.tracked))
    if sources.demand is not None:
        found.add(sources.demand.forecast.last_year)
    return sorted(found)
