"""What became of starters, and what was settled before they started, one by one for a panel to count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.card_starts import Starts
from gymreg_core.cohort.cards import card
from gymreg_core.cohort.completed import DIPLOMAS
from gymreg_core.cohort.days import day_in
from gymreg_core.cohort.histories import INTERRUPTED, MOVED_OUT, Histories
from gymreg_core.cohort.movements import first_switch
from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.panel import SETTLED
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.int32]
CERTIFICATES = (*DIPLOMAS, "study_certificate")
"""Certificates whose graded points count."""
_START_AGE = 16


@dataclass(frozen=True, eq=False, repr=False)
class Known:
    """Of m starters: known bool (m,), and value (m,), 0 where it is not. Person rows."""

    known: Bools
    value: Floats


def _where(known: Bools, value: NDArray[np.generic]) -> Known:
    return Known(known, np.where(known, value, 0.0).astype(np.float64))


def outcomes_of(h: Histories, every: Starts) -> dict[str, Known]:
    """Every outcome of contracts.effects of starters (m,).

    Not known are those whose last day (rules/effects.yml, outcome_years) and the wait after it have
    not passed by `h.as_of`, and who had left the region or died by it without a certificate or a switch. Interrupted
    is who on that day is out of the register without any reason to be expected back, and had not come back by `as_of`.
    points: of the largest diploma or study certificate, as a share of 2,500 and at most 1; 0 without one.
    """
    years, measure = rule("effects", "outcome_years"), card(str(rule("effects", "outcome_card")))
    summer, october = rule("completion", "last_day")[measure.last_day], rule("cohort", "status_day")
    cohort = every.cohort.astype(np.int64)

    def by(name: str, month_day: str) -> tuple[Days, NDArray[np.int8], Bools]:
        day = day_in(cohort + years[name], month_day)
        state = h.state_at(np.minimum(day, h.as_of).astype(np.int32), every.pupil)
        return day.astype(np.int32), state, day + int(rule("completion", "wait")) <= h.as_of

    found = {}
    for name in ("completion_3", "completion_4", "points"):
        day, state, past = by(name, summer)
        held = _held(h, every, day, DIPLOMAS if name != "points" else CERTIFICATES)
        value = held if name == "points" else held > 0
        found[name] = _where(past & ((held > 0) | (state != MOVED_OUT)), value)
    day, state, past = by("interruption", october)
    found["interruption"] = _where(past & (state != MOVED_OUT), state == INTERRUPTED)
    day, state, past = by("switching", october)
    switched = first_switch(h, every.pupil, every.row)[0] <= day
    found["switching"] = _where(past & (switched | (state != MOVED_OUT)), switched)
    return {name: found[name] for name in OUTCOMES}


def settled_of(h: Histories, s: pd.DataFrame, every: Starts) -> dict[str, Known]:
    """Every covariate of `panel.SETTLED` of starters (m,). s : `starts(h)`."""
    people = h.pupils.iloc[every.pupil]
    sex, merit, born = (people[name].to_numpy() for name in ("sex", "merit", "birth_year"))
    everyone = np.ones(len(sex), np.bool_)
    found = {
        "girls": _where(sex != "unknown", sex == "F"),
        "merit": _where(~np.isnan(merit.astype(np.float64)), merit),
        "older": _where(everyone, born < every.cohort - _START_AGE),
        "introductory": _where(everyone, s["entry"].to_numpy(str)[every.pupil] == "introductory"),
    }
    return {name: found[name] for name in SETTLED}


def _held(h: Histories, every: Starts, day: Days, kinds: tuple[str, ...]) -> Floats:
    """The most points by a day (m,) on a certificate of some kinds, as a share of a whole education: (m,)."""
    place = np.full(len(h), -1, np.int64)
    place[every.pupil] = np.arange(len(every.pupil))
    issued, points = (h.certificates[name].to_numpy(np.int64) for name in ("issued", "points"))
    whose = place[h.certificates["pupil"].to_numpy()]
    rows = np.flatnonzero(h.certificates["certificate"].isin(kinds).to_numpy() & (whose >= 0))
    rows = rows[issued[rows] <= day[whose[rows]]]
    whole = np.full(len(day), 0.0)
    np.maximum.at(whole, whose[rows], np.minimum(points[rows] / rule("cohort", "study_certificate_points"), 1.0))
    return whole
