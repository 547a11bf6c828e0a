"""What a page looks at: a settled year in a scope, what it is compared with, and what of both may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from gymreg_core.disclosure import About, Released, Ties, release_money
from gymreg_core.errors import BadParameters
from gymreg_core.funding.costs import Costs
from gymreg_core.funding.distribution import Distribution
from gymreg_core.funding.price_comparison import PriceComparison, compare_prices
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.settled import SettledYear
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_model import SupplementModel
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.funding.shown import Settled, Shown, shown
from gymreg_core.reporting.funding_material import FORMS, decided
from gymreg_core.reporting.report_view import ReportView, known_name
from gymreg_core.vocabulary.programmes import Language, municipalities

_WHOLE_YEAR = 12
_FIRST_PRICE_YEAR = 2019
_CENTURY = 100


@dataclass(frozen=True, eq=False)
class View(ReportView):
    """The data of one page; `compare_to` is None where nothing is compared with."""

    stored: Settled
    year: int
    compare_to: int | None

    package = "gymreg_core.reporting.funding"

    @classmethod
    def of(
        cls,
        stored: Settled,
        *,
        year: int | None,
        scope: str,
        scope_name: str | None,
        compare_to: int | str | None,
        language: Language,
        decision: str | None = None,
    ) -> View:
        """The view that the parameters ask for.

        year : None is the newest that is whole, or the newest. compare_to : a year; "previous" is the year before
        where it has as many closed months.
        Errors: BadParameters naming what there is; DisclosureRefused for real pupils without a decision.
        """
        decided(stored.provenance, decision)
        months = {known: len(stored.year(known).about["months"]) for known in stored.years}
        chosen = _newest(months) if year is None else year
        if not months.get(chosen):
            raise BadParameters(
                f"nothing is settled of the year {chosen}", where="year", remedy=f"Settled years: {_told(months)}."
            )
        if compare_to == "previous":
            compare_to = chosen - 1 if months.get(chosen - 1) == months[chosen] else None
        elif compare_to is not None and not months.get(int(compare_to)):
            raise BadParameters(
                f"nothing is settled of {compare_to} to compare with",
                where="compare_to",
                remedy=f"Settled years: {_told(months)}.",
            )
        name = known_name(
            scope, scope_name, {"region": (), "municipality": list(municipalities()), "provider_form": FORMS}
        )
        compared = None if compare_to is None else int(compare_to)
        return cls(scope, name, language, decision, stored, chosen, compared)

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    def release(self, frame: pd.DataFrame, *, ties: Ties | None = None, about: About | str | None = None) -> Released:
        """Let a table out (rules/disclosure.yml, money)."""
        return release_money(frame, self.stored.provenance, ties=ties, about=about)

    @property
    def now(self) -> SettledYear:
        return self._shown.now

    @property
    def compared(self) -> bool:
        return self.compare_to is not None

    @property
    def months(self) -> list[int]:
        """The closed months of the year, YYYYMM."""
        return sorted(int(month) for month in self.now.about["months"])

    @property
    def is_whole_year(self) -> bool:
        return len(self.months) == _WHOLE_YEAR

    @cached_property
    def about(self) -> str:
        """What the data of a chart are about, for its alternative text: 'hela regionen, 2024'."""
        return f"{self.place}, {self.year}"

    @cached_property
    def key(self) -> tuple[str, str]:
        """by and group of the rows of costs that are about the whole scope."""
        names = {"region": "region", "municipality": "payer", "provider_form": "provider_form"}
        return names[self.scope], self.scope_name or ""

    @cached_property
    def supplement(self) -> Supplement:
        """As decided for the year."""

        def decided_for() -> Supplement:
            found = Supplement.packaged(self.year)
            found.amounts_in(self.year)
            return found

        return self.noted(decided_for)

    @cached_property
    def _shown(self) -> Shown:
        return shown(self.stored, self.year, self.compare_to)

    @property
    def costs(self) -> Costs:
        """Everything that the region paid; not all of it may be shown."""
        return self._shown.costs

    @property
    def crossed(self) -> Released:
        """Programme money by, group and other, see `release_costs`."""
        return self._shown.released_costs[0]

    @property
    def amounts(self) -> Released:
        """Amounts by and group, see `release_costs`."""
        return self._shown.released_costs[1]

    @cached_property
    def _figures(self) -> dict[tuple[str, str], dict[str, Any]]:
        frame = self.amounts.table
        rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
        return {(str(row["by"]), str(row["group"])): {str(k): v for k, v in row.items()} for row in rows}

    def figure(self, name: str, by: str | None = None, group: str = "") -> Any:
        """A figure of `amounts`, of the scope where `by` is None; None where it is not shown or there is none."""
        return self._figures.get(self.key if by is None else (by, group), {}).get(name)

    def pupils_of(self, programme: str) -> int | None:
        """Years of pupils of a programme in the region; None where they are few."""
        frame = self.crossed.table
        found = frame.loc[(frame["by"] == "programme") & (frame["group"] == programme), "pupils"].dropna()
        return int(found.iloc[0]) if len(found) else None

    @property
    def between(self) -> tuple[Released, Released]:
        """What municipalities paid each other, see `release_between`."""
        return self._shown.between

    def exchange(self, name: str) -> Released:
        """What a municipality paid to and received from each other one, see `release_exchange`."""
        return self._shown.exchange(name)

    @property
    def shares(self) -> Distribution | None:
        """How the supplement lies over schools; None where no school has a pupil on a national programme."""
        return self._shown.shares

    @property
    def supplements(self) -> Released | None:
        """The supplement of schools and programmes, see `release_supplement`."""
        return self._shown.supplements

    @cached_property
    def prices(self) -> PriceComparison:
        """The common list beside the national one, from the first year of the comparison to this."""
        return self.noted(lambda: compare_prices(Tariff.packaged(), years=range(_FIRST_PRICE_YEAR, self.year + 1)))

    @cached_property
    def model(self) -> SupplementModel | None:
        """The odds of eligibility by level of merit."""
        return self.noted(self.stored.model)

    @property
    def statuses(self) -> Mapping[str, str]:
        """The status of every rule that the settled months and the page asked for, by its key."""
        _ = (self.supplement, *((self.prices, self.model) if self.is_region else ()))
        return dict(sorted({**self.rules_noted, **self.now.about["statuses"]}.items()))


def _newest(months: Mapping[int, int]) -> int:
    whole = [year for year, closed in months.items() if closed == _WHOLE_YEAR]
    return max(whole or [year for year, closed in months.items() if closed], default=0)


def _told(months: Mapping[int, int]) -> str:
    return ", ".join(str(year) for year in sorted(months)) or "none"
