"""Probabilities of states from the start on, of all cohorts together, those known only in part among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.aalen_johansen import estimate
from gymreg_core.cohort.aalen_johansen_rows import CENSORED, Observed
from gymreg_core.cohort.counting import Cohort, followed_starters
from gymreg_core.cohort.histories import STATES, Histories
from gymreg_core.cohort.starts import grouped
from gymreg_core.contracts.tracked import SCOPES, empty_tracked, tracked_table
from gymreg_core.rules import rule

ENTRIES = ("", "national", "introductory")
_YEAR = 12


def curves(h: Histories, s: pd.DataFrame) -> pd.DataFrame:
    """The table `curves` (contracts/tracked.py), by Aalen and Johansen: at each whole month up to as many years as
    cohorts are followed, or to the last one that any of them is known at. s : `starts(h)`.

    The clock starts on the cohort's first day of teaching; whoever started a little later counts from it on as being
    where the first row has them. A month is a calendar month, and its days are parts of it. A pupil is followed to the
    end of `h.as_of`, whatever happens: with a diploma one stays in that state. Errors of probabilities let pupils who
    began at the same school, as it is today, be alike. By region, home, provider form and programme; groups with few
    pupils or schools (rules/cohort.yml, rules/cohort_models.yml) have none. Errors: RuleMissing.
    """
    those = followed_starters(s)
    rows = _rows(h, those)
    entry = those.about["entry"].to_numpy(object)
    frames = []
    for by in SCOPES:
        codes, names = grouped(those.about, by)
        for code, name in enumerate(names):
            for kind in ENTRIES:
                found = _curve(rows, (codes == code) & ((entry == kind) | (kind == "")))
                if found is not None:
                    frames.append(found.assign(by=by, group=name, entry=kind))
    if not frames:
        return empty_tracked("curves")
    return tracked_table("curves", pd.concat(frames, ignore_index=True))


def _curve(rows: Observed, of: NDArray[np.bool_]) -> pd.DataFrame | None:
    """The curves of some starters (m,); None where they are too few."""
    chosen = of[rows.subject]
    subjects, subject = np.unique(rows.subject[chosen], return_inverse=True)
    schools, school = np.unique(rows.cluster[chosen], return_inverse=True)
    if len(subjects) < rule("cohort", "curve_pupils") or len(schools) < rule("cohort_models", "fewest_schools"):
        return None
    some = Observed(
        subject=subject.astype(np.int64),
        cluster=school.astype(np.int64),
        start=rows.start[chosen],
        stop=rows.stop[chosen],
        state=rows.state[chosen],
        moved_to=rows.moved_to[chosen],
        weight=rows.weight[chosen],
        states=rows.states,
    )
    months = np.arange(int(some.stop.max()) + 1)
    told = estimate(some, months, "jackknife")
    followed = told.at_risk.groupby("time")["subjects"].sum()
    return told.table.assign(
        month=told.table["time"].astype(np.int16), followed=told.table["time"].map(followed).astype(np.int64)
    )


def _rows(h: Histories, those: Cohort) -> Observed:
    """The rows of starters from the first day of teaching on, in months of it, as long as cohorts are followed."""
    pupil, start, stop, state = (h.spells[name].to_numpy() for name in ("pupil", "start", "stop", "state"))
    place = np.full(len(h), -1, np.int64)
    place[those.pupil] = np.arange(len(those.pupil))
    later = np.append(pupil[1:] == pupil[:-1], False) if len(pupil) else np.zeros(0, np.bool_)
    moved_to = np.where(later, np.append(state[1:], CENSORED)[: len(state)], CENSORED).astype(np.int64)
    first = np.append(True, ~later[:-1])[: len(state)]
    subject = place[pupil]
    at = np.flatnonzero(subject >= 0)
    subject = subject[at]
    begin, end = (_months(days[at], those.cohort[subject], h.as_of) for days in (start, stop))
    last = float(rule("cohort", "followed_years")) * _YEAR
    begin = np.where(first[at] & (begin > 0), 0.0, np.maximum(begin, 0.0))
    moved = np.where(end > last, CENSORED, moved_to[at])
    kept = begin < np.minimum(end, last)
    return Observed(
        subject=subject[kept],
        cluster=h.schools["unit"].to_numpy(np.int64)[those.about["school"].to_numpy(np.int64)[subject[kept]]],
        start=begin[kept],
        stop=np.minimum(end, last)[kept],
        state=state[at][kept].astype(np.int64),
        moved_to=np.where(moved[kept] == state[at][kept], CENSORED, moved[kept]),
        weight=np.ones(int(kept.sum())),
        states=STATES,
    )


def _months(days: NDArray[np.int32], cohort: NDArray[np.int64], end: int) -> NDArray[np.float64]:
    """Months from the first day of teaching of each cohort (r,) to each day (r,), to `end` at most: a whole number on
    that day of every month, and in between as many parts as the month has days."""
    first_day = rule("cohort", "first_day_of_teaching")
    month, day = (int(part) for part in first_day.split("-"))
    known = np.minimum(days.astype(np.int64), end)
    low = int(known.min(initial=end))
    calendar = np.arange(low, end + 1)
    whole = calendar.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    whole -= calendar < _day_of(whole, day)
    begins, ends = _day_of(whole, day), _day_of(whole + 1, day)
    part = (calendar - begins) / (ends - begins)
    since = (cohort - 1970) * _YEAR + month - 1
    months: NDArray[np.float64] = (whole[known - low] - since) + part[known - low]
    return months


def _day_of(month: NDArray[np.int64], day: int) -> NDArray[np.int64]:
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
