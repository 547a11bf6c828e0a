"""School units that took over from others: which school one is on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.days import days_of
from gymreg_core.cohort.histories import FAR
from gymreg_core.contracts.enrolments import Enrolments, known_at

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Units:
    """s schools. next : int32 (s,), the school that took over from each, itself where none did; since : int32 (s,), the
    day on which it did, FAR where none did. today : int32 (s,), the school that each is today. place : int32 (s,), of
    each school's id in their order. pairs : int64, former * s + school where one took over from the other, sorted;
    pair_days : int32, the day of each.
    """

    next: Int32
    since: Int32
    today: Int32
    place: Int32
    pairs: Int64
    pair_days: Int32

    @classmethod
    def of(cls, e: Enrolments) -> Units:
        """The schools of enrolments as known at the end of `as_of`. Of several that took over from one the one with
        the largest share is that school from then on, then the one with the lowest id."""
        s = len(e.schools)
        place = placed(e.schools["school_id"])
        rows = known_at(e.predecessors, pd.Timestamp(e.as_of))
        rows = rows[rows["day"] <= pd.Timestamp(e.as_of)]
        former, school = (rows[name].to_numpy(np.int64) for name in ("former", "school"))
        day = days_of(rows["day"])
        order = np.lexsort((-day, -place[school], rows["percent"].to_numpy(), former))
        to, since = np.arange(s, dtype=np.int32), np.full(s, FAR, np.int32)
        to[former[order]], since[former[order]] = school[order], day[order]
        pairs = former * s + school
        earliest = np.lexsort((day, pairs))
        found, first = np.unique(pairs[earliest], return_index=True)
        return cls(to, since, end_of(to), place, found, day[earliest][first])

    def on(self, school: Int32, day: Int32) -> Int32:
        """The school that each of some (n,) is on a day (n,): int32 (n,)."""
        school = school.astype(np.int32)
        for _ in range(len(self.next)):
            over = self.since[school] <= day
            if not over.any():
                break
            school = np.where(over, self.next[school], school)
        return school

    def handed_over(self, before: Int32, after: Int32, day: Int32) -> NDArray[np.bool_]:
        """Whether the second of two schools (n,) is the first one on a day (n,), or took over from it by then."""
        pair = before.astype(np.int64) * len(self.today) + after
        at = np.searchsorted(self.pairs, pair)
        taken = np.append(self.pairs, -1)[at] == pair
        by_then = np.append(self.pair_days, FAR)[at] <= day
        return np.asarray((self.on(before, day) == self.on(after, day)) | (taken & by_then), np.bool_)


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
