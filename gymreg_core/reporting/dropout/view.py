"""What a page looks at: a cohort in a scope, what it is compared with, and what of both may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from gymreg_core.cohort.cards import Card, cards
from gymreg_core.contracts.tracked import Tracked
from gymreg_core.disclosure import Released, release_cohorts
from gymreg_core.errors import BadParameters
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout.released import (
    release_destinations,
    release_flows,
    release_months,
    release_status_days,
)
from gymreg_core.reporting.dropout.shown import Shown, shown
from gymreg_core.reporting.dropout.stored import BY, FORMS, Followed, cohorts_of
from gymreg_core.reporting.dropout_material import decided
from gymreg_core.reporting.dropout_plan import compared_cohort, newest_cohort, told
from gymreg_core.reporting.report_view import ReportView, known_name
from gymreg_core.vocabulary.programmes import Language, municipalities, programmes


@dataclass(frozen=True)
class Figure:
    """A measure of a group of a cohort as it may be shown; None where a number is not.

    share : of those who completed, or of those who did not where the card is told so.
    """

    card: Card
    cohort: int
    starters: int | None
    completed: int | None
    share: float | None
    not_followed_share: float | None


@dataclass(frozen=True, eq=False)
class View(ReportView):
    """The data of one page; `compare_to` is None where nothing is compared with."""

    stored: Followed
    cohort: int
    compare_to: int | None

    package = "gymreg_core.reporting.dropout"
    words = ("texts.yml", "texts_models.yml")

    @classmethod
    def of(
        cls,
        stored: Followed,
        *,
        cohort: int | None,
        scope: str,
        scope_name: str | None,
        compare_to: int | str | None,
        language: Language,
        decision: str | None = None,
    ) -> View:
        """The view that the parameters ask for.

        cohort : None is the newest whose three years have passed, or the newest. compare_to : a cohort; "previous" is
        the one before where it is there.
        Errors: BadParameters naming what there is; DisclosureRefused for real pupils without a decision.
        """
        decided(stored.provenance, decision)
        known = cohorts_of(stored.tracked)
        chosen = newest_cohort(known) if cohort is None else cohort
        if chosen not in known:
            raise BadParameters(
                f"no pupils of the cohort {chosen} are followed here" if known else "no cohort is followed here",
                where="cohort",
                remedy=f"Cohorts: {told(known)}. A cohort is the year of the autumn in which its pupils started.",
            )
        compared = compared_cohort(chosen, compare_to, known, where="compare_to")
        name = known_name(scope, scope_name, _names())
        return cls(scope, name, language, decision, stored, chosen, compared)

    @property
    def provenance(self) -> Provenance:
        return self.stored.provenance

    def release(self, frame: pd.DataFrame) -> Released:
        """Let a table out (rules/disclosure.yml, cohorts)."""
        return release_cohorts(frame, self.stored.provenance)

    @property
    def tracked(self) -> Tracked:
        """All that tracking gave; not all of it may be shown."""
        return self.stored.tracked

    @property
    def compared(self) -> bool:
        return self.compare_to is not None

    @cached_property
    def three_years(self) -> bool:
        """Whether the three years of the cohort have passed."""
        return cohorts_of(self.tracked)[self.cohort]

    @cached_property
    def about(self) -> str:
        """What the data of a chart are about, for its alternative text: 'hela regionen, årskullen 2022'."""
        return self.say("about", place=self.place, cohort=self.cohort)

    @property
    def key(self) -> tuple[str, str]:
        """by and group of the rows that are about the scope."""
        return BY[self.scope], self.scope_name or ""

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The measures of completion."""
        return self.noted(cards)

    def card(self, key: str) -> Card:
        """The measure of that key."""
        return next(card for card in self.cards if card.key == key)

    def figure(self, card: str, cohort: int | None = None, by: str | None = None, group: str = "") -> Figure | None:
        """A measure of the scope, or of a group, in the page's cohort or another; None where it is not known yet."""
        where = self.key if by is None else (by, group)
        row = self._measures.get((card, cohort or self.cohort, *where))
        if row is None:
            return None
        found, share = self.card(card), row["share"]
        if share is not None and found.told == "not_completed":
            share = 1 - share
        return Figure(found, cohort or self.cohort, row["starters"], row["completed"], share, row["not_followed_share"])

    @property
    def known_measures(self) -> list[tuple[str, int, str, str]]:
        """Card, cohort, by and group of every measure that is known."""
        return list(self._measures)

    @cached_property
    def _measures(self) -> dict[tuple[str, int, str, str], dict[str, Any]]:
        frame = self.measures.table
        rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
        return {
            (str(row["card"]), int(row["cohort"]), str(row["by"]), str(row["group"])): {
                str(k): v for k, v in row.items()
            }
            for row in rows
        }

    def of_scope(self, released: Released, **equal: Any) -> Released:
        """The rows of a table that are about the scope, and have these values in these columns."""
        frame = released.table
        by, group = self.key
        mine = frame["by"].eq(by) & frame["group"].eq(group)
        for name, value in equal.items():
            mine &= frame[name].eq(value)
        return released.where(mine)

    @property
    def measures(self) -> Released:
        """See `release_measures`."""
        return self._shown.measures

    def leavers(self, cohort: int | None = None) -> Released:
        """See `release_leavers`; of the page's cohort where none is given."""
        return self._shown.leavers(cohort or self.cohort)

    @property
    def introductory(self) -> Released:
        """See `release_introductory`."""
        return self._shown.introductory

    @property
    def not_followed(self) -> Released:
        """See `release_not_followed`."""
        return self._shown.not_followed

    @property
    def switches(self) -> Released:
        """See `release_switches`."""
        return self._shown.switches

    @property
    def switchers(self) -> Released:
        """See `release_switchers`."""
        return self._shown.switchers

    @property
    def curves(self) -> Released:
        """See `release_curves`."""
        return self._shown.curves

    @property
    def expected_time(self) -> Released:
        """See `release_expected_time`."""
        return self._shown.expected_time

    @property
    def hazard(self) -> Released:
        """See `release_hazard`."""
        return self._shown.hazard

    @property
    def hazard_fit(self) -> Released:
        """See `release_hazard_fit`."""
        return self._shown.hazard_fit

    @property
    def warning(self) -> Released:
        """See `release_warning`."""
        return self._shown.warning

    @property
    def warning_fit(self) -> Released:
        """See `release_warning_fit`."""
        return self._shown.warning_fit

    @property
    def warning_groups(self) -> Released:
        """See `release_warning_groups`."""
        return self._shown.warning_groups

    @property
    def schools(self) -> Released:
        """See `release_schools`."""
        return self._shown.schools

    @property
    def school_stability(self) -> Released:
        """See `release_school_stability`."""
        return self._shown.school_stability

    @property
    def responsibility(self) -> Released:
        """See `release_responsibility`."""
        return self._shown.responsibility

    @property
    def cleaning(self) -> Released:
        """See `release_cleaning`."""
        return self._shown.cleaning

    def raw(self, table: str, cohort: int | None = None) -> pd.DataFrame:
        """The rows of a table of `tracked` that are about the scope and the cohort; they may not be shown so."""
        frame = self.tracked.tables()[table]
        by, group = self.key
        mine = (frame["by"] == by) & (frame["group"] == group)
        if "cohort" in frame:
            mine &= frame["cohort"] == (cohort or self.cohort)
        return frame[mine].reset_index(drop=True)

    @property
    def _of(self) -> dict[str, object]:
        """What all rows of `raw` have in common."""
        by, group = self.key
        return {"cohort": self.cohort, "by": by, "group": group}

    @cached_property
    def months(self) -> Released:
        """See `release_months`."""
        return release_months(self.raw("monthly"), self.stored.provenance, self._of)

    @cached_property
    def status_days(self) -> Released:
        """See `release_status_days`."""
        return release_status_days(self.raw("monthly"), self.cohort, self.stored.provenance, self._of)

    @cached_property
    def destinations(self) -> Released:
        """See `release_destinations`."""
        return release_destinations(self.raw("leavers"), self.stored.provenance, self._of)

    @cached_property
    def flows(self) -> Released:
        """See `release_flows`."""
        return release_flows(self.raw("flows"), self.stored.provenance, self._of)

    @cached_property
    def started(self) -> int:
        """How many pupils the cohort has in the scope, to judge what is worth drawing; it may not be shown."""
        rows = self.raw("monthly")
        return int(rows.loc[rows["month"] == rows["month"].min(), "pupils"].sum())

    @cached_property
    def _shown(self) -> Shown:
        return shown(self.stored)

    @cached_property
    def statuses(self) -> dict[str, str]:
        """The status of every rule that tracking and the page rest on, by file and key."""
        _ = self.cards
        return dict(sorted({**self.tracked.statuses, **self.rules_noted}.items()))


def _names() -> dict[str, list[str]]:
    """The names that each scope may have."""
    named = {"municipality": municipalities(), "provider_form": FORMS, "programme": programmes()}
    return {scope: list(named.get(scope, ())) for scope in BY}
