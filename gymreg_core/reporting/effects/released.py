"""What of an effect study may be shown: every table of the contract through disclosure, each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.effects import EFFECT_TABLES, Studied
from gymreg_core.disclosure import Released, Ties, release_effects
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.effects.stored import Stored

_KEPT = 4
_DECIMALS = 1
"""A dose over schools is told to the nearest hundred kronor."""
NO_SHARE = "points"  # an outcome that is a mean and not a share of pupils
_REGION = "region"
Counts = NDArray[np.int64]


def release_jump(frame: pd.DataFrame, provenance: Provenance) -> Released:
    """The columns of `jump`."""
    return release_effects(frame, provenance, told=_of(frame, "completion_3"), ties=Ties(sums=_all(frame)))


def release_doses(frame: pd.DataFrame, provenance: Provenance) -> Released:
    """The columns of `doses`, and share, of the pupils who are covered."""
    told = [*_of(frame, "completion_3"), (frame["pupils"] - frame["covered"]).to_numpy(np.int64)]
    sums = [tie for _, rows in frame.groupby("cohort", sort=False) for tie in _of_groups(rows)]
    return release_effects(frame, provenance, told=told, ties=Ties(sums=sums)).with_share("share", "covered", "pupils")


def release_dose_spread(frame: pd.DataFrame, provenance: Provenance) -> Released:
    """The columns of `dose_spread`, the dose to the nearest hundred kronor."""
    return release_effects(frame.assign(dose=frame["dose"].round(_DECIMALS)), provenance)


def release_estimates(frame: pd.DataFrame, provenance: Provenance) -> Released:
    """The columns of `estimates`."""
    kinds = frame.groupby(["design", "outcome", "measure"], sort=False)
    return release_effects(frame, provenance, ties=Ties(sums=[tie for _, rows in kinds for tie in _of_groups(rows)]))


def release_cutoff_bins(frame: pd.DataFrame, provenance: Provenance) -> Released:
    """The columns of `cutoff_bins`."""
    told = [*_of(frame, "value", frame["outcome"].ne(NO_SHARE)), *_of(frame, "offered")]
    sums = [tie for _, rows in frame.groupby("outcome", sort=False) for tie in _all(rows)]
    return release_effects(frame, provenance, told=told, ties=Ties(sums=sums))


_RELEASES: Mapping[str, Callable[[pd.DataFrame, Provenance], Released]] = {
    "jump": release_jump,
    "doses": release_doses,
    "dose_spread": release_dose_spread,
    "estimates": release_estimates,
    "cutoff_bins": release_cutoff_bins,
}
"""The other tables hold estimates made of all schools together: `release_effects` as they are."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The tables of a study by the names of contracts/effects.py, as they may be shown."""

    stored: Stored
    _released: dict[str, Released] = field(default_factory=dict)
    _records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Released:
        """A table. Errors: KeyError for a name that is not in the contract."""
        if name not in self._released:
            frame = self.stored.studied.tables()[name].reset_index(drop=True)
            self._released[name] = _RELEASES.get(name, release_effects)(frame, self.stored.provenance)
        return self._released[name]

    def records(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table, a number that is not there as None."""
        if name not in self._records:
            frame = self[name].table.astype("object")
            rows = frame.where(frame.notna(), None).to_dict("records")
            self._records[name] = [{str(key): value for key, value in row.items()} for row in rows]
        return self._records[name]

    @cached_property
    def studied(self) -> Studied:
        """The study with nothing in it but what may be shown, for sentences."""
        tables: dict[str, Any] = {name: self[name].table for name in EFFECT_TABLES}
        return replace(self.stored.studied, **tables)


@lru_cache(maxsize=_KEPT)
def shown(stored: Stored) -> Shown:
    """What may be shown of a study; the same object for the same one."""
    return Shown(stored)


def _of(frame: pd.DataFrame, share: str, among: pd.Series | None = None) -> list[Counts]:
    """How many of the pupils of a row a share tells to have something, and not to have it; 0 where it is not known."""
    known = frame[share].notna() if among is None else frame[share].notna() & among
    has = (frame[share].fillna(0) * frame["pupils"]).round().where(known, 0)
    return [one.to_numpy(np.int64) for one in (has, (frame["pupils"] - has).where(known, 0))]


def _all(frame: pd.DataFrame) -> list[tuple[int | None, Sequence[int]]]:
    """All rows add up to something that is told elsewhere."""
    return [(None, frame.index.tolist())] if len(frame) else []


def _of_groups(frame: pd.DataFrame) -> list[tuple[int | None, Sequence[int]]]:
    """The region's row, and the rows of each kind of group that add up to it."""
    region = frame.index[frame["by"] == _REGION]
    total = int(region[0]) if len(region) else None
    others = frame[frame["by"] != _REGION]
    return [(total, rows.index.tolist()) for _, rows in others.groupby("by", sort=False)]
