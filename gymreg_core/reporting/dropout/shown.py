"""What of tracked cohorts may be shown, worked out once in a process however many pages look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from gymreg_core.contracts.tracked import SCOPES
from gymreg_core.disclosure import Released
from gymreg_core.reporting.dropout import released, released_models
from gymreg_core.reporting.dropout.stored import Followed

_KEPT = 4
_GROUPS = SCOPES[1:]
_PEOPLE = ("entry", "sex", "merit_band")


@dataclass(frozen=True, eq=False)
class Shown:
    """All cohorts of the region and of every group that there is a page of; pages take their rows from here, so that
    what is left out on one is not told by the others."""

    stored: Followed

    @cached_property
    def measures(self) -> Released:
        """See `release_measures`."""
        bys = (*_GROUPS, *_PEOPLE)
        return released.release_measures(self.stored.tracked, bys, self.stored.provenance)

    def leavers(self, cohort: int) -> Released:
        """See `release_leavers`."""
        if cohort not in self._leavers:
            found = released.release_leavers(self.stored.tracked, cohort, _GROUPS, self.stored.provenance)
            self._leavers[cohort] = found
        return self._leavers[cohort]

    @cached_property
    def _leavers(self) -> dict[int, Released]:
        return {}

    @cached_property
    def introductory(self) -> Released:
        """See `release_introductory`."""
        return released.release_introductory(self.stored.tracked, _GROUPS, self.stored.provenance)

    @cached_property
    def not_followed(self) -> Released:
        """See `release_not_followed`."""
        return released.release_not_followed(self.stored.tracked, _GROUPS, self.stored.provenance)

    @cached_property
    def switches(self) -> Released:
        """See `release_switches`."""
        return released_models.release_switches(self.stored.tracked, _GROUPS, self.stored.provenance)

    @cached_property
    def switchers(self) -> Released:
        """See `release_switchers`."""
        return released_models.release_switchers(self.stored.tracked, _GROUPS, self.stored.provenance)

    @cached_property
    def curves(self) -> Released:
        """See `release_curves`."""
        return released_models.release_curves(self.stored.tracked, self.stored.provenance)

    @cached_property
    def expected_time(self) -> Released:
        """See `release_expected_time`."""
        return released_models.release_expected_time(self.stored.tracked, self.stored.provenance)

    @cached_property
    def hazard(self) -> Released:
        """See `release_hazard`."""
        return released_models.release_hazard(self.stored.tracked, self.stored.provenance)

    @cached_property
    def hazard_fit(self) -> Released:
        """See `release_hazard_fit`."""
        return released_models.release_hazard_fit(self.stored.tracked, self.stored.provenance)

    @cached_property
    def warning(self) -> Released:
        """See `release_warning`."""
        return released_models.release_warning(self.stored.tracked, self.stored.provenance)

    @cached_property
    def warning_fit(self) -> Released:
        """See `release_warning_fit`."""
        return released_models.release_warning_fit(self.stored.tracked, self.stored.provenance)

    @cached_property
    def warning_groups(self) -> Released:
        """See `release_warning_groups`."""
        return released_models.release_warning_groups(self.stored.tracked, self.stored.provenance)

    @cached_property
    def schools(self) -> Released:
        """See `release_schools`."""
        return released_models.release_schools(self.stored.tracked, self.stored.provenance)

    @cached_property
    def school_stability(self) -> Released:
        """See `release_school_stability`."""
        return released_models.release_school_stability(self.stored.tracked, self.stored.provenance)

    @cached_property
    def responsibility(self) -> Released:
        """See `release_responsibility`."""
        return released_models.release_responsibility(self.stored.tracked, self.stored.provenance)

    @cached_property
    def cleaning(self) -> Released:
        """See `release_cleaning`."""
        return released_models.release_cleaning(self.stored.tracked, self.stored.provenance)


@lru_cache(maxsize=_KEPT)
def shown(stored: Followed) -> Shown:
    """What may be shown of tracked cohorts; the same object for the same ones."""
    return Shown(stored)
