"""Cohort tracking as a whole: from enrolments to the tables of counts and estimates that reports read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.cohort.track_words import sentences
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.tracked import Tracked, tracked_table
from gymreg_core.rules import rules_read
from gymreg_core.store.enrolments import current_key, stored_enrolments
from gymreg_core.store.tracked import StoredTracked, kept_tracked, put_tracked, tracking_key
from gymreg_core.vocabulary.programmes import Language

Advance = Callable[[str, int], None]
"""One of so many pieces of a step is done."""
_PARTS = 8


def track(enrolments: Enrolments, progress: Advance | None = None, *, as_of: date | None = None) -> Tracked:
    """What became of every cohort that the enrolments tell of from its first day on, as known on a day.

    as_of : by default the last day that the enrolments tell of. `statuses` are those of every rule that was asked for.
    Errors: BadParameters for a day that they do not tell of; RuleMissing.
    """
    from gymreg_core.cohort.build import histories
    from gymreg_core.cohort.curves import curves
    from gymreg_core.cohort.hazard import interruption
    from gymreg_core.cohort.introductory import introductory
    from gymreg_core.cohort.measures import all_measures
    from gymreg_core.cohort.movements import flows, leavers, monthly, switches
    from gymreg_core.cohort.responsibility import responsibility
    from gymreg_core.cohort.schools import compare_schools
    from gymreg_core.cohort.starts import starts
    from gymreg_core.cohort.warning import early_warning

    def done() -> None:
        if progress:
            progress("tracking", _PARTS)

    with rules_read() as statuses:
        h = histories(enrolments, as_of)
        s = starts(h)
        done()
        tables = {"measures": all_measures(h, s), "introductory": introductory(h, s)}
        done()
        tables |= {"monthly": monthly(h, s), "flows": flows(h, s), "switches": switches(h, s), "leavers": leavers(h, s)}
        done()
        tables["curves"] = curves(h, s)
        done()
        hazard = interruption(h, s)
        tables |= {"hazard": hazard.table, "hazard_fit": hazard.fit}
        done()
        warning = early_warning(h, s)
        tables |= {"warning": warning.table, "warning_fit": warning.fit, "warning_groups": warning.groups}
        done()
        schools = compare_schools(h, s)
        tables |= {"schools": schools.table, "school_stability": schools.stability}
        done()
        tables["responsibility"] = responsibility(h, enrolments)
        done()
    day = enrolments.as_of if as_of is None else as_of.isoformat()
    return Tracked(
        since=enrolments.since,
        as_of=day,
        made_up=enrolments.made_up,
        statuses=dict(statuses),
        not_followed=tracked_table("not_followed", h.not_followed),
        cleaning=tracked_table("cleaning", h.log),
        **tables,
    )


@dataclass(frozen=True, eq=False, repr=False)
class TrackedWorkspace:
    """What was tracked of the enrolments in a workspace; no person row is in it.

    stored : with its key, and where the enrolments come from. computed : False where it was in the workspace already.
    """

    stored: StoredTracked
    computed: bool

    @property
    def key(self) -> str:
        """What it is stored under."""
        return self.stored.key

    @property
    def tracked(self) -> Tracked:
        """All tables."""
        return self.stored.tracked

    @property
    def table(self) -> pd.DataFrame:
        """The measures of completion: a row per card, cohort and group."""
        return self.tracked.measures

    def summary(self) -> dict[str, Any]:
        """First and last day, cohorts with a measure, cards, and rules by status. No number of pupils is in it."""
        return summary_of(self.tracked)

    def describe(self, language: Language = "sv") -> str:
        """The same in sentences."""
        return " ".join(sentences(self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>"

    def __repr__(self) -> str:
        return f"TrackedWorkspace({self.tracked})"


def summary_of(tracked: Tracked) -> dict[str, Any]:
    """What `TrackedWorkspace.summary` says."""
    measured, followed = tracked.measures["cohort"], tracked.monthly["cohort"]
    statuses = list(tracked.statuses.values())
    return {
        "since": tracked.since,
        "as_of": tracked.as_of,
        "made_up": tracked.made_up,
        "cohorts": sorted({int(year) for year in followed} | {int(year) for year in measured}),
        "measured": sorted({int(year) for year in measured}),
        "cards": int(tracked.measures["card"].nunique()),
        "tables": {name: len(table) for name, table in tracked.tables().items()},
        "rules": {status: statuses.count(status) for status in sorted(set(statuses))},
    }


def track_workspace(workspace: Path, as_of: date | None = None, progress: Advance | None = None) -> TrackedWorkspace:
    """Track the current enrolments of a workspace and store what was found, which becomes the current one.

    What is there from the same enrolments, day, code and rules is not computed again.
    Errors: BadInput where no enrolments are stored, or they are damaged; as `track`, `put_tracked`.
    """
    enrolments = current_key(workspace) or stored_enrolments(workspace).key  # which says that there are none
    key = tracking_key(enrolments, as_of.isoformat() if as_of else None)
    there = kept_tracked(workspace, key)
    computed = there is None
    if there is None:
        stored = stored_enrolments(workspace, enrolments)
        there = put_tracked(workspace, track(stored.enrolments, progress, as_of=as_of), key, stored.provenance)
    return TrackedWorkspace(there, computed)
