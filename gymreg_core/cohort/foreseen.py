"""What was known of starters on 15 October of their first year, and which earlier ones had an end known by then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.days import calendar_year, day_in
from gymreg_core.cohort.histories import ENROLLED, Histories
from gymreg_core.cohort.intake import learned, merit_columns
from gymreg_core.cohort.logit import NoFit
from gymreg_core.cohort.outcomes import Outcomes
from gymreg_core.cohort.person_periods import commuting, switched_by
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Int32 = NDArray[np.int32]
Names = NDArray[np.object_]
_NOT_KNOWN = 2
"""Place of an unknown home in what `commuting` gives."""


def judging_day(cohort: NDArray[np.int64]) -> Int32:
    """The day of the first autumn by which all that the score uses is known: int32, of the shape of `cohort`."""
    return day_in(cohort, rule("cohort", "status_day")).astype(np.int32)


def in_time_order(found: Outcomes, h: Histories) -> tuple[Outcomes, Outcomes]:
    """Those to learn from, and those to judge: both enrolled on their own judging day. Errors: NoFit."""
    if not found.known:
        raise NoFit("no_cohort")
    at = judging_day(found.cohort)
    found = found.of(np.isin(h.state_at(at, found.pupil), ENROLLED))
    newest = max(found.known)
    day = int(judging_day(np.array(newest)))
    earlier = [cohort for cohort, known in found.known.items() if known <= day and cohort != newest]
    if not earlier:
        raise NoFit("no_earlier")
    parts = found.of(np.isin(found.cohort, earlier)), found.of(found.cohort == newest)
    fewest = rule("cohort_models", "warning_fewest")
    for part in parts:
        if min(part.completed.sum(), (~part.completed).sum()) < fewest:
            raise NoFit("few_pupils")
    return parts


def known_then(h: Histories, pupils: Outcomes, programmes: Names) -> Floats:
    """What the score uses of pupils (m,), as it was on their judging day: float64 (m, p).

    Merit value, whether there is one, the programme on that day, age at the start, and whether they started late, had
    switched, and went to school outside their home municipality (or nobody knows). Sex is not among it: a score that
    points out one sex more for being that is no help to a pupil, and what it costs is told by the errors per sex.
    """
    day = judging_day(pupils.cohort)
    row = h.row_at(day, pupils.pupil)
    people = h.pupils.iloc[pupils.pupil]
    start = h.spells["start"].to_numpy(np.int32)[pupils.row]
    late = start > day_in(pupils.cohort, rule("cohort_models", "warning_late"))
    age = calendar_year(start) - people["birth_year"].to_numpy(np.int64)
    away = commuting(h, row, h.home_at(day, pupils.pupil))
    return np.column_stack(
        [
            merit_columns(people["merit"].to_numpy(np.float64)),
            programme_then(h, pupils)[:, None] == programmes,
            age,
            late,
            switched_by(h, pupils.pupil, row),
            away == 1,
            away == _NOT_KNOWN,
        ]
    ).astype(np.float64)


def programme_then(h: Histories, pupils: Outcomes) -> Names:
    """The programme of pupils (m,) on their judging day: str (m,)."""
    row = h.row_at(judging_day(pupils.cohort), pupils.pupil)
    return np.asarray(h.paths["programme"].to_numpy(object)[h.spells["path"].to_numpy()[row]], object)


def school_then(h: Histories, pupils: Outcomes) -> Int32:
    """The school of pupils (m,) on their judging day, as it is today: int32 (m,), rows of Histories.schools."""
    row = h.row_at(judging_day(pupils.cohort), pupils.pupil)
    return np.asarray(h.schools["unit"].to_numpy(np.int32)[h.spells["school"].to_numpy()[row]], np.int32)


def risks(h: Histories, earlier: Outcomes, judged: Outcomes) -> dict[str, Floats]:
    """By judge (contracts.tracked.JUDGES), the risk of each pupil that is judged: float64 (m,).

    school_rate : the share of the earlier pupils at the same school; at a new school that of all.
    """
    programmes = np.unique(programme_then(h, earlier))
    told = learned(known_then(h, earlier, programmes), ~earlier.completed)
    before, now = school_then(h, earlier), school_then(h, judged)
    pupils, events = (np.bincount(before, of, len(h.schools)) for of in (None, ~earlier.completed))
    rate = np.where(pupils > 0, events / np.maximum(1, pupils), (~earlier.completed).mean())
    return {"score": told(known_then(h, judged, programmes)), "school_rate": rate[now]}
