"""What a page looks at: an effect study, its plan, and what of it may be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from gymreg_core.contracts.effects import Studied
from gymreg_core.disclosure import About, Released, release_effects
from gymreg_core.effects.conclusions import wording
from gymreg_core.effects.plan import AnalysisPlan
from gymreg_core.errors import BadParameters
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.effects.released import Shown, shown
from gymreg_core.reporting.effects.stored import Stored
from gymreg_core.reporting.effects_material import decided
from gymreg_core.reporting.report_view import ReportView, known_name
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

_YEAR = 4
_OFFER = "offer"


@dataclass(frozen=True, eq=False)
class View(ReportView):
    """The data of one page."""

    stored: Stored

    package = "gymreg_core.reporting.effects"
    words = ("texts.yml", "texts_designs.yml", "texts_assumed.yml")

    @classmethod
    def of(
        cls,
        stored: Stored,
        *,
        year: int | None,
        plan_hash: str | None,
        scope: str,
        scope_name: str | None,
        language: Language,
        decision: str | None,
    ) -> View:
        """The view that the parameters ask for.

        year, plan_hash : what the study has to be of, None for whatever it is.
        Errors: BadParameters where it is another study; DisclosureRefused for real pupils without a decision.
        """
        decided(stored.provenance, decision)
        view = cls(scope, known_name(scope, scope_name, {"region": ()}), language, decision, stored)
        for name, wanted, there in (("year", year, view.year), ("plan_hash", plan_hash, stored.studied.plan_hash)):
            if wanted not in (None, there):
                raise BadParameters(
                    f"the study here is another one: its {name} is {there}",
                    where=name,
                    remedy=f"Leave {name} out, or run gymreg study with the plan that is wanted.",
                )
        return view

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    def release(self, frame: pd.DataFrame, about: About | str | None = None) -> Released:
        """Let a table out (rules/disclosure.yml, effects)."""
        return release_effects(frame, self.provenance, about=about)

    @property
    def shown(self) -> Shown:
        """Every table of the study, as it may be shown: ``view.shown["estimates"]``."""
        return shown(self.stored)

    @property
    def studied(self) -> Studied:
        """The study with nothing in it but what may be shown."""
        return self.shown.studied

    @cached_property
    def plan(self) -> AnalysisPlan:
        """The analysis plan that was followed."""
        return AnalysisPlan.model_validate(dict(self.stored.studied.plan))

    @property
    def year(self) -> int:
        """Of the last day that the pupils are followed to."""
        return int(self.stored.studied.as_of[:_YEAR])

    @cached_property
    def cohorts(self) -> list[int]:
        """The autumns whose pupils are followed."""
        return sorted({int(year) for year in self.shown["doses"].table["cohort"]})

    @cached_property
    def about(self) -> str:
        """What the data of a chart are about, for its alternative text."""
        if not self.cohorts:
            return self.place
        return self.say("about", place=self.place, first=self.cohorts[0], last=self.cohorts[-1])

    def row(self, table: str, **equal: Any) -> dict[str, Any] | None:
        """The first row of a table with these values, a number that is not there as None; None where there is none."""
        found = (row for row in self.shown.records(table) if all(row[name] == value for name, value in equal.items()))
        return next(found, None)

    def is_offer(self, design: str) -> bool:
        """Whether a design tells what an offer changes, and nothing of the money."""
        return self.noted(lambda: wording(design)).about == _OFFER

    @cached_property
    def mean_dose(self) -> float:
        """Thousand kronor a year, of pupils who met the supplement in all of their school years; NaN without any."""
        known = self.shown["cost"].table["dose"].dropna()
        return float(known.iloc[0]) if len(known) else math.nan

    def scaled(self, design: str, size: float) -> float:
        """An effect in percentage points, as readers meet it: at the mean dose, or by an offer."""
        return 100 * size * (1.0 if self.is_offer(design) else self.mean_dose)

    @cached_property
    def test_level(self) -> float:
        """The p-value below which a test speaks against a design."""
        return float(self.noted(lambda: rule("effects", "test_level")))

    def needs(self, design: str) -> tuple[str, ...]:
        """The tests that decide what may be said of a design."""
        return tuple(self.noted(lambda: wording(design)).needs)

    @cached_property
    def limit(self) -> float:
        """Points of merit from which a pupil brings no supplement."""
        return float(self.noted(lambda: rule("supplement", "limit")))

    @property
    def statuses(self) -> Mapping[str, str]:
        """The status of every rule that the study and the page rest on, by file and key."""
        _ = self.limit, self.test_level, [self.is_offer(design) for design in self.plan.designs]
        return dict(sorted({**self.stored.studied.statuses, **self.rules_noted}.items()))
