"""School units that took over from others: which school one is today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments, known_at

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Units:
    """s schools. today : int32 (s,), the school that each is today, itself where none took over. place : int32 (s,),
    of each school's id in their order. pairs : int64, former * s + school where one took over from the other."""

    today: Int32
    place: Int32
    pairs: Int64

    @classmethod
    def of(cls, e: Enrolments) -> Units:
        """The schools of enrolments as known at the end of `as_of`. Of several that took over from one the one with
        the largest share is that school today, then the one with the lowest id."""
        s = len(e.schools)
        place = placed(e.schools["school_id"])
        rows = known_at(e.predecessors, pd.Timestamp(e.as_of))
        rows = rows[rows["day"] <= pd.Timestamp(e.as_of)]
        former, school = (rows[name].to_numpy(np.int64) for name in ("former", "school"))
        order = np.lexsort((-place[school], rows["percent"].to_numpy(), former))
        to = np.arange(s, dtype=np.int32)
        to[former[order]] = school[order]
        return cls(end_of(to), place, np.unique(former * s + school))

    def handed_over(self, before: Int32, after: Int32) -> NDArray[np.bool_]:
        """Whether the second of two schools (n,) is the first one today, or took over from it."""
        pairs = before.astype(np.int64) * len(self.today) + after
        return np.asarray((self.today[before] == self.today[after]) | np.isin(pairs, self.pairs), np.bool_)


def placed(names: pd.Series) -> Int32:
    """The place of each of n different names in their order: int32 (n,)."""
    place = np.empty(len(names), np.int32)
    place[names.argsort().to_numpy()] = np.arange(len(names), dtype=np.int32)
    return place


def end_of(to: NDArray[Any]) -> Int32:
    """Where a chain of steps (n,) ends; one that runs in a circle ends somewhere in it."""
    for _ in range(max(len(to), 1).bit_length()):
        to = to[to]
    return to.astype(np.int32)
