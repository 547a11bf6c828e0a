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
from gymreg_core.disclosure import About, Released, Ties, release_effects
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.effects.stored import Stored

_KEPT, _SHORT = 4, 8
_DECIMALS = 1
"""A dose over schools is told to the nearest hundred kronor."""
NO_SHARE = "points"  # an outcome that is a mean and not a share of pupils
_REGION = "region"
Counts = NDArray[np.float64]


def release_jump(frame: pd.DataFrame, provenance: Provenance, about: About | None = None) -> Released:
    """The columns of `jump`."""
    told = {"completed": _of(frame, "completion_3")}
    return release_effects(frame, provenance, told=told, ties=Ties(sums=_all(frame)), about=about)


def release_doses(frame: pd.DataFrame, provenance: Provenance, about: About | None = None) -> Released:
    """The columns of `doses`, and share, of the pupils who are covered."""
    told = {"completed": _of(frame, "completion_3"), "covered": frame["covered"].to_numpy(np.float64)}
    sums = [tie for _, rows in frame.groupby("cohort", sort=False) for tie in _of_groups(rows)]
    released = release_effects(frame, provenance, told=told, ties=Ties(sums=sums), about=about)
    return released.with_share("share", "covered", "pupils")


def release_dose_spread(frame: pd.DataFrame, provenance: Provenance, about: About | None = None) -> Released:
    """The columns of `dose_spread`, the dose to the nearest hundred kronor."""
    frame = frame.assign(dose=frame["dose"].round(_DECIMALS))
    return release_effects(frame, provenance, about=about)


def release_estimates(frame: pd.DataFrame, provenance: Provenance, about: About | None = None) -> Released:
    """The columns of `estimates`."""
    kinds = frame.groupby(["design", "outcome", "measure"], sort=False)
    ties = Ties(sums=[tie for _, rows in kinds for tie in _of_groups(rows)])
    return release_effects(frame, provenance, ties=ties, about=about)


def release_cutoff_bins(frame: pd.DataFrame, provenance: Provenance, about: About | None = None) -> Released:
    """The columns of `cutoff_bins`."""
    told = {"having": _of(frame, "value", frame["outcome"].ne(NO_SHARE)), "offered": _of(frame, "offered")}
    sums = [tie for _, rows in frame.groupby("outcome", sort=False) for tie in _all(rows)]
    return release_effects(frame, provenance, told=told, ties=Ties(sums=sums), about=about)


_RELEASES: Mapping[str, Callable[[pd.DataFrame, Provenance, About], Released]] = {
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
            self._released[name] = self._let_out(name, frame)
        return self._released[name].noted()

    def _let_out(self, name: str, frame: pd.DataFrame) -> Released:
        studied = self.stored.studied
        programmes = {"programmes": studied.plan["programmes"]} if name == "doses" else {}
        about = About(f"effects.{name}", {"plan": studied.plan_hash[:_SHORT], **programmes})
        if name in _RELEASES:
            return _RELEASES[name](frame, self.stored.provenance, about)
        return release_effects(frame, self.stored.provenance, about=about)

    def records(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table, a number that is not there as None."""
        released = self[name]
        if name not in self._records:
            frame = released.table.astype("object")
            rows = frame.where(frame.notna(), None).to_dict("records")
            self._records[name] = [{str(key): value for key, value in row.items()} for row in rows]
        return self._records[name]

    @property
    def studied(self) -> Studied:
        """The study with nothing in it but what may be shown, for sentences."""
        for name in EFFECT_TABLES:
            _ = self[name]
        return self._studied

    @cached_property
    def _studied(self) -> Studied:
        tables: dict[str, Any] = {name: self[name].table for name in EFFECT_TABLES}
        return replace(self.stored.studied, **tables)


@lru_cache(maxsize=_KEPT)
def shown(stored: Stored) -> Shown:
    """What may be shown of a study; the same object for the same one."""
    return Shown(stored)


def _of(frame: pd.DataFrame, share: str, among: pd.Series | None = None) -> Counts:
    """How many of the pupils of a row a share tells to have something, NaN where it is not known or not among those."""
    known = frame[share].notna() if among is None else frame[share].notna() & among
    return (frame[share] * frame["pupils"]).round().where(known).to_numpy(np.float64)


def _all(frame: pd.DataFrame) -> list[tuple[int | None, Sequence[int]]]:
    """All rows add up to something that is told elsewhere."""
    return [(None, frame.index.tolist())] if len(frame) else []


def _of_groups(frame: pd.DataFrame) -> list[tuple[int | None, Sequence[int]]]:
    """The region's row, and the rows of each kind of group that add up to it; None where some are in no group."""
    region = frame.index[frame["by"] == _REGION]
    others = frame[frame["by"] != _REGION]
    found: list[tuple[int | None, Sequence[int]]] = []
    for _, rows in others.groupby("by", sort=False):
        whole = len(region) and frame["pupils"][region[0]] == rows["pupils"].sum()
        found.append((int(region[0]) if whole else None, rows.index.tolist()))
    return found
