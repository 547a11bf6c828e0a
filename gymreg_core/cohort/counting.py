"""Counts of starters by cohort, group and what else they have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.starts import grouped
from gymreg_core.contracts.tracked import GROUPINGS, empty_tracked

Ints = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bools = NDArray[np.bool_]
Axis = tuple[NDArray[Any], Sequence[Any]]
"""A code for each row, and what the codes stand for."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Starters of several cohorts, m of them: pupil int32 (m,), cohort int64 (m,), about: their rows of `starts`."""

    pupil: Int32
    cohort: Ints
    about: pd.DataFrame

    def groups(self, kinds: Sequence[str]) -> Iterator[dict[str, Axis]]:
        """The axes cohort, by and group, for each kind of group."""
        years = np.unique(self.cohort)
        year = np.searchsorted(years, self.cohort)
        for by in kinds:
            codes, names = grouped(self.about, by)
            yield {"cohort": (year, years.tolist()), "by": (np.zeros_like(year), [by]), "group": (codes, names)}


def followed_starters(s: pd.DataFrame) -> Cohort:
    """First-time starters who can be followed."""
    of = np.flatnonzero(s["first_time"] & s["followed"])
    about = s.iloc[of].reset_index(drop=True)
    return Cohort(of.astype(np.int32), about["cohort"].to_numpy(np.int64), about)


def counted(axes: Mapping[str, Axis], which: Bools | None = None) -> Ints:
    """How many rows there are in each cell, of all or of those `which` (r,) tells: one dimension per axis."""
    shape = tuple(len(labels) for _, labels in axes.values())
    key = np.zeros(0 if not axes else len(next(iter(axes.values()))[0]), np.int64)
    for codes, labels in axes.values():
        key = key * len(labels) + codes
    return np.bincount(key if which is None else key[which], minlength=int(np.prod(shape))).reshape(shape)


def filled_cells(
    axes: Mapping[str, Axis], counts: Ints, name: str = "pupils", besides: Mapping[str, Ints] | None = None
) -> pd.DataFrame:
    """A row for each cell that anybody is in, with the labels of its axes and further counts of the same cells."""
    filled = np.nonzero(counts)
    labels = {
        axis: np.array(list(names), dtype=object)[place]
        for (axis, (_, names)), place in zip(axes.items(), filled, strict=True)
    }
    more = {key: value[filled] for key, value in (besides or {}).items()}
    return pd.DataFrame({**labels, name: counts[filled], **more})


def joined(frames: Sequence[pd.DataFrame], name: str, first: Sequence[str]) -> pd.DataFrame:
    """One table in the order of cohort and time, then of kinds of groups and groups; empty where there is none."""
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return empty_tracked(name)
    whole = pd.concat(frames, ignore_index=True)
    order = {by: place for place, by in enumerate(GROUPINGS)}
    whole["order"] = whole["by"].map(order)
    return whole.sort_values([*first, "order", "group"], kind="stable", ignore_index=True)
