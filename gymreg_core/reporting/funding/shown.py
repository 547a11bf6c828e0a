"""What of a year may be shown, worked out once in a process however many pages look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

from gymreg_core.disclosure import Released
from gymreg_core.funding.costs import Costs, costs
from gymreg_core.funding.distribution import Distribution, distribution
from gymreg_core.funding.flows import flows
from gymreg_core.funding.settled import SettledYear
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_model import SupplementModel
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.funding.released import (
    release_between,
    release_costs,
    release_exchange,
    release_supplement,
)

_KEPT = 8


class Settled(Protocol):
    """Settled years as they come out of a workspace; anything with these attributes will do."""

    @property
    def provenance(self) -> Provenance: ...
    @property
    def years(self) -> Sequence[int]:
        """Calendar years with a closed month, ascending."""
        ...

    def year(self, year: int) -> SettledYear: ...
    def __hash__(self) -> int: ...
    def model(self) -> SupplementModel | None:
        """The odds of eligibility by merit value; None where no cohort has had its time yet."""
        ...


@dataclass(frozen=True, eq=False)
class Shown:
    """The whole region in a year and the one compared with; pages of a part of it take their rows from here."""

    stored: Settled
    year: int
    compare_to: int | None

    @cached_property
    def now(self) -> SettledYear:
        return self.stored.year(self.year)

    @cached_property
    def before(self) -> SettledYear | None:
        return None if self.compare_to is None else self.stored.year(self.compare_to)

    @cached_property
    def costs(self) -> Costs:
        lines = None if self.before is None else self.before.lines
        return costs(self.now.lines, lines, year=self.year, compare_to=self.compare_to)

    @cached_property
    def released_costs(self) -> tuple[Released, Released]:
        """See `release_costs`."""
        amounts = Supplement.packaged(self.year).amounts_in(self.year).tolist()
        return release_costs(self.costs, amounts, self.stored.provenance, self.now.lines)

    @cached_property
    def between(self) -> tuple[Released, Released]:
        """See `release_between`."""
        return release_between(flows(self.now.lines).between, self.stored.provenance, self.year)

    def exchange(self, name: str) -> Released:
        """See `release_exchange`."""
        found = flows(self.now.lines).between
        return release_exchange(found, self.between[0], name, self.stored.provenance, self.year)

    @cached_property
    def shares(self) -> Distribution | None:
        """How the supplement lies over schools; None where no school has a pupil on a national programme."""
        supplement = self.now.supplement
        somebody = ((supplement["school_id"] != "") & (supplement["pupil_months"] > 0)).any()
        return distribution(supplement) if somebody else None

    @cached_property
    def supplements(self) -> Released | None:
        """See `release_supplement`."""
        return None if self.shares is None else release_supplement(self.shares, self.stored.provenance, self.year)


@lru_cache(maxsize=_KEPT)
def shown(stored: Settled, year: int, compare_to: int | None) -> Shown:
    """What may be shown of a year; the same object for the same settled years."""
    return Shown(stored, year, compare_to)
