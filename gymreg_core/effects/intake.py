"""Who began on national programmes, where, and in which level of the supplement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.card_starts import Starts
from gymreg_core.cohort.histories import Histories
from gymreg_core.effects.paid import Paid, by_code, today
from gymreg_core.effects.school_years import first_price_year, supplement_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Intake:
    """m first starters on national programmes. Person rows.

    cohort : int64 (m,). place : int64 (m,), of the school and programme in `Paid`, school * programmes + programme.
    merit : (m,), points of year 9, NaN without. covers : bool (m,), whether the programme has a supplement.
    """

    cohort: Ints
    place: Ints
    merit: Floats
    covers: NDArray[np.bool_]

    def levels(self, rows: Ints, autumn: int) -> Ints:
        """The level (n,) of some of them by the supplement of a school year, 0 = not covered."""
        return np.where(self.covers[rows], supplement_of(autumn).level(self.merit[rows]), 0).astype(np.int64)

    def own_levels(self) -> Ints:
        """The level (m,) of each by the supplement of the cohort's first school year."""
        level = np.zeros(len(self.cohort), np.int64)
        for one in np.unique(self.cohort).tolist():
            rows = np.flatnonzero(self.cohort == one)
            level[rows] = self.levels(rows, one)
        return level

    def shares(self, rows: Ints, autumn: int, places: Ints) -> Floats:
        """The shares of some of them by level 1, 2, … at places (q,), in order: (q, levels), NaN where nobody began."""
        many = len(supplement_of(autumn).levels) + 1
        rows = rows[np.isin(self.place[rows], places)]
        at = np.searchsorted(places, self.place[rows])
        counts = np.bincount(at * many + self.levels(rows, autumn), minlength=len(places) * many).reshape(-1, many)
        began = counts.sum(axis=1, keepdims=True)
        shares = np.full((len(places), many - 1), np.nan)
        np.divide(counts[:, 1:], began, out=shares, where=began > 0)
        return shares


def intake_of(h: Histories, given: Paid, every: Starts) -> Intake:
    """The intake of starters, in their order, at the schools and programmes of `paid(h)`."""
    spells = h.spells.iloc[every.row]
    path, codes = spells["path"].to_numpy(np.int64), h.paths["programme"]
    unit = by_code(h)[1][spells["school"].to_numpy(np.int64)]
    programme = np.searchsorted(given.programmes, codes.map(today).to_numpy(str))
    return Intake(
        cohort=every.cohort.astype(np.int64),
        place=unit * len(given.programmes) + programme[path],
        merit=h.pupils["merit"].to_numpy(np.float64)[every.pupil],
        covers=supplement_of(first_price_year()).covers(codes.to_numpy(object))[path],
    )
