"""Settled years of a workspace, each read once in a process, however many pages look at it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from gymreg_core.errors import BadInput
from gymreg_core.funding.outcomes import cohort_outcomes, observed_cohorts
from gymreg_core.funding.settled import SettledYear, settled_year, settled_years
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_model import SupplementModel, estimate
from gymreg_core.provenance import Provenance
from gymreg_core.store.enrolments import StoredEnrolments, current_key, stored_enrolments
from gymreg_core.store.ledger import Ledger

_SMALL = 0.05  # a made-up region for a look by hand is there in a few seconds


@dataclass(frozen=True, eq=False, repr=False)
class SettledWorkspace:
    """The settled years of a workspace. It holds rows of persons and hands out none of them."""

    path: Path
    _years: dict[int, SettledYear] = field(default_factory=dict)

    @cached_property
    def years(self) -> Sequence[int]:
        """Calendar years with a closed month, ascending. Errors: BadInput where nothing is settled."""
        years = settled_years(self.path)
        if not years:
            raise BadInput(
                "no month is settled here",
                where=str(self.path),
                remedy="Run gymreg ingest with an enrolment extract and gymreg settle with this workspace first.",
            )
        return years

    def year(self, year: int) -> SettledYear:
        """What was booked in a calendar year. Errors: as `settled_year`."""
        if year not in self._years:
            self._years[year] = settled_year(self.path, year)
        return self._years[year]

    @property
    def provenance(self) -> Provenance:
        """Of the enrolments that were settled."""
        return self._enrolments.provenance

    @property
    def enrolments_key(self) -> str:
        """What the enrolments are stored under."""
        return self._enrolments.key

    def model(self) -> SupplementModel | None:
        """The odds of eligibility by merit value, of the cohorts that have had their time; None where there is none, or
        they tell too little for an estimate."""
        enrolments = self._enrolments.enrolments
        cohorts = observed_cohorts(enrolments)
        if not cohorts:
            return None
        try:
            return estimate(cohort_outcomes(enrolments, cohorts), Supplement.packaged(max(self.years)))
        except BadInput:
            return None

    def read(self) -> None:
        """Read everything there is, so that the folder is not needed any more."""
        for year in self.years:
            self.year(year)
        _ = self._enrolments

    @cached_property
    def _enrolments(self) -> StoredEnrolments:
        return stored_enrolments(self.path)

    def __repr__(self) -> str:
        return f"SettledWorkspace({', '.join(map(str, self.years))})"


def load(workspace: str | Path | None = None) -> SettledWorkspace:
    """The settled years in a workspace: the one given, the one that ``GYMREG_WORKSPACE`` names, or a made-up region.

    Errors: BadInput where nothing is settled there.
    """
    path = workspace or os.environ.get("GYMREG_WORKSPACE")
    if not path:
        return _made_up()
    return _loaded(Path(path), Ledger(Path(path)).head, current_key(Path(path)))


@cache
def _loaded(path: Path, *states: str | None) -> SettledWorkspace:
    """`states` tell when the ledger has grown, and when other enrolments are current."""
    del states
    return SettledWorkspace(path)


@cache
def _made_up() -> SettledWorkspace:
    from gymreg_core.reporting.from_enrolments import made_up_settled

    with TemporaryDirectory(prefix="gymreg-") as folder:
        found = SettledWorkspace(made_up_settled(Path(folder), scale=_SMALL))
        found.read()
    return found
