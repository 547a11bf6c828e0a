"""Histories: where every pupil was from the first day on, as states that follow one another without a gap.

Person rows: they stay in the store and in the rooms that compute on it. Nothing here depends on the order in which the
rows of the enrolments stood.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]

STATES = (
    *("introductory", "preparatory", "vocational", "study_break", "interrupted", "moved_out"),
    *("diploma", "study_certificate", "age_limit"),
)
"""Where a pupil is on a day. study_break: away and expected back (study break, exchange year, or a gap within which the
pupil came back). interrupted: left the register without a diploma or study certificate, whatever else was issued.
moved_out: left the region or died. diploma: holds a gymnasieexamen (IB among them). study_certificate: holds a
studiebevis of at least the points of rules/cohort.yml. age_limit: ended because of age."""
INTRODUCTORY, PREPARATORY, VOCATIONAL, STUDY_BREAK, INTERRUPTED, MOVED_OUT, DIPLOMA, STUDY_CERTIFICATE, AGE_LIMIT = (
    range(len(STATES))
)
ENROLLED = (INTRODUCTORY, PREPARATORY, VOCATIONAL)
NATIONAL = (PREPARATORY, VOCATIONAL)
MOVES = (
    *("start", "promoted", "orientation", "programme", "school", "programme_and_school"),
    *("to_national", "to_introductory", "administrative", "away", "back", "exit"),
)
"""How a row came about from the one before it. promoted: another year of study and nothing else. orientation: another
study path of the same programme at the same school, whatever the year. school: the same programme at another school.
administrative: another unit code, a mass move or a new code of the same study path, where nobody chose anything. away:
to study_break. back: from outside to a school (what else changed with it is not told). exit: to interrupted, moved_out,
diploma, study_certificate or age_limit."""
FAR = 2**31 - 1
"""The day after the last of a row that goes on at `as_of`."""


@dataclass(frozen=True, eq=False, repr=False)
class Histories:
    """Histories of n pupils, as known at the end of `as_of`. Days are int32, days since 1970-01-01.

    since, as_of : first and last day that the enrolments tell of.
    pupils : (n,), in the order of their pseudonyms: person int32 (row of the enrolments' persons), followed bool
        (False: a placeholder number, which is one pupil per school unit and school year and is linked to nothing else),
        sex str, birth_year int16, merit float64 (NaN without one), year9_year int16 (0 = never).
    spells : (r,), sorted by pupil and start: pupil int32 (row of pupils), state int8 (place in STATES), school int32
        (row of schools, -1 outside school), path int32 (row of paths, -1 outside school), year_of_study int8 (0 outside
        school), start int32, stop int32 (first day after it, FAR where it goes on), move int8 (place in MOVES). Of a
        pupil, each row starts on the day on which the one before stops.
    paths : study_path_code, programme, kind (introductory | preparatory | vocational); in the order of the codes.
    schools : the columns of contracts.register.SCHOOLS, as the enrolments have them, and unit int32: the row of the
        school that it is today, itself where it has no successor.
    certificates : (c,), sorted by pupil and day: pupil, certificate str, issued int32, points int16, higher_eligible
        bool, school int32, path int32. At most one of a kind and pupil.
    homes : (h,), sorted by pupil and day: pupil, municipality str ('' = in none), start int32. Of a pupil, the first
        starts on or before the first spell's day where that is known.
    log : rule, rows, pupils: how many rows each rule of the cleaning touched (cohort/cleaning.py).
    not_followed : cohort int16 (calendar year of the autumn), reason (placeholder | protected), by (a kind
        of contracts.tracked.GROUPINGS), group, pupils int64: first-time starters who are in no measure of what happened
        later; protected ones by region only.
    """

    since: int
    as_of: int
    pupils: pd.DataFrame
    spells: pd.DataFrame
    paths: pd.DataFrame
    schools: pd.DataFrame
    certificates: pd.DataFrame
    homes: pd.DataFrame
    log: pd.DataFrame
    not_followed: pd.DataFrame

    def __len__(self) -> int:
        return len(self.pupils)

    def __repr__(self) -> str:
        return f"Histories({len(self)} pupils, {len(self.spells)} rows)"

    @cached_property
    def of_pupil(self) -> Int32:
        """Where the rows of each pupil begin in `spells`: int32 (n + 1,)."""
        return np.searchsorted(self.spells["pupil"].to_numpy(), np.arange(len(self) + 1)).astype(np.int32)

    def row_at(self, day: int | Int32, pupils: Int32 | None = None) -> Int32:
        """The row of `spells` that each pupil is in on a day, one for all or (n,): int32 (n,), -1 before the first.

        pupils : (m,) rows of pupils to tell of instead of all, in any order, the same more than once too; then (m,).
        """
        return _row_at(self.spells, self.of_pupil, day, pupils)

    def state_at(self, day: int | Int32, pupils: Int32 | None = None) -> Int8:
        """The state of each pupil on a day, one for all or (n,): int8 (n,), -1 before the first row.
        pupils: as there."""
        row = self.row_at(day, pupils)
        if not len(self.spells):
            return np.full(len(row), -1, np.int8)
        return np.where(row < 0, -1, self.spells["state"].to_numpy()[row]).astype(np.int8)

    def home_at(self, day: int | Int32, pupils: Int32 | None = None) -> NDArray[np.object_]:
        """The registered home of each pupil on a day, one for all or (n,): str (n,), '' where in none or not known.
        pupils: as there."""
        of = np.searchsorted(self.homes["pupil"].to_numpy(), np.arange(len(self) + 1)).astype(np.int32)
        row = _row_at(self.homes, of, day, pupils)
        names = np.append(self.homes["municipality"].to_numpy(object), "")
        return np.asarray(names[row], object)


def _row_at(rows: pd.DataFrame, of_pupil: Int32, day: int | Int32, pupils: Int32 | None) -> Int32:
    """The last row of each pupil that starts by a day: int32 (n,) or as many as `pupils`, -1 where there is none."""
    whose = np.arange(len(of_pupil) - 1, dtype=np.int64) if pupils is None else np.asarray(pupils, np.int64)
    days = np.broadcast_to(np.asarray(day, np.int64), whose.shape)
    key = rows["pupil"].to_numpy(np.int64) * 2**32 + rows["start"].to_numpy(np.int64)
    at = np.searchsorted(key, whose * 2**32 + days, side="right") - 1
    return np.where(at >= of_pupil[whose], at, -1).astype(np.int32)
