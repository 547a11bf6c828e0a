"""Who of the starters that a measure counts completed, pupil by pupil, for the models of cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.card_starts import starts_of
from gymreg_core.cohort.cards import Card
from gymreg_core.cohort.completed import certificate_day, diploma_day
from gymreg_core.cohort.days import day_in
from gymreg_core.cohort.histories import MOVED_OUT, Histories
from gymreg_core.rules import rule

Int32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Outcomes:
    """Followed starters of a measure whose outcome is known, m of them. Person rows: they stay in the models.

    pupil : int32 (m,), row of Histories.pupils. cohort : int64 (m,), autumn. row : int32 (m,), of the spells, that the
    start began with. completed : bool (m,). known : by cohort, the day from which its outcomes are known.
    """

    pupil: Int32
    cohort: NDArray[np.int64]
    row: Int32
    completed: NDArray[np.bool_]
    known: dict[int, int]

    def of(self, rows: NDArray[np.bool_]) -> Outcomes:
        """Those of `rows` (m,) alone."""
        return Outcomes(self.pupil[rows], self.cohort[rows], self.row[rows], self.completed[rows], self.known)


def outcomes(card: Card, h: Histories, s: pd.DataFrame) -> Outcomes:
    """The starters of a card without limits of age or residence, whose last day is past; the moved as the card says.

    It is past when certificates have had time to come in as well (rules/completion.yml, wait).
    """
    every = starts_of(card, h, s)
    cohort = every.cohort.astype(np.int64)
    last = day_in(cohort + card.horizon, rule("completion", "last_day")[card.last_day])
    wait = int(rule("completion", "wait"))
    known = h.pupils["followed"].to_numpy(np.bool_)[every.pupil] & (last + wait <= h.as_of)
    done = diploma_day(h)
    if card.completed == "diploma_or_certificate":
        done = np.minimum(done, certificate_day(h))
    completed = done[every.pupil] <= last
    if card.moved == "left_out":
        at = np.minimum(last, h.as_of).astype(np.int32)
        known &= completed | (h.state_at(at, every.pupil) != MOVED_OUT)
    days = dict(zip(cohort[known].tolist(), (last[known] + wait).tolist(), strict=True))
    return Outcomes(every.pupil[known], cohort[known], every.row[known], completed[known], dict(sorted(days.items())))
