"""From plans of made-up pupils to their spells, on arrays."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from gymreg_core.contracts.enrolments import END_REASONS

NEVER = 2**40
PROMOTED, CHANGED = END_REASONS.index("promoted"), END_REASONS.index("changed")
_SPELLS = 12
_LAST_YEAR = 4


@numba.njit(cache=True)
def unfold(
    start: Any, path: Any, year_of_study: Any, changes: Any, away: Any, end: Any, julys: Any, begins: Any
) -> Any:
    """Every spell of n pupils: int64 (s, 7), pupil, path, year of study, start, stop, reason, begins a new place.

    start, path, year_of_study : int64 (n,), the first spell. changes : int64 (n, c, 3), in the order of time: first day
    (NEVER = none), path, 1 where year 1 begins again (0: the year of study goes on). away : int64 (n, 4): first day
    without school (NEVER = none), day of return, reason, years of study that passed. end : int64 (n, 2), last day and
    reason; what lies after it does not come about. julys, begins : int64 (y,), every 1 July, and the first day of
    teaching after it. Days since 1970.
    On 1 July a pupil goes to the next year of study, up to 4, and stays in one that began anew in the course of the
    school year. A change between 1 July and the first day of teaching ends the spell before it on 30 June.
    """
    n = len(start)
    out = np.empty((n * _SPELLS, 7), np.int64)
    count = 0
    for i in range(n):
        day, place, year = start[i], path[i], year_of_study[i]
        change, left, anew = 0, away[i, 0], 1
        july = np.searchsorted(julys, day, side="right")
        hold = False
        while True:
            next_july = julys[july]
            summer = begins[july]
            change_day = changes[i, change, 0] if change < changes.shape[1] else NEVER
            if left <= min(next_july, change_day) and left <= end[i, 0]:
                stop, reason = left - 1, away[i, 2]
                if stop >= day:
                    out[count] = (i, place, year, day, stop, reason, anew)
                    count += 1
                day, year, anew, left = away[i, 1], min(year + away[i, 3], _LAST_YEAR), 1, NEVER
                july = np.searchsorted(julys, day, side="right")
                hold = False
            elif change_day <= end[i, 0] and change_day <= summer:
                stop = min(change_day, next_july) - 1
                out[count] = (i, place, year, day, stop, CHANGED, anew)
                count += 1
                in_summer = change_day > stop + 1 or change_day == next_july
                again = changes[i, change, 2] == 1
                if again:
                    year = 1
                elif in_summer:
                    year = min(year + 1, _LAST_YEAR)
                day, place, anew = change_day, changes[i, change, 1], 1
                hold = again and not in_summer
                change += 1
                july = np.searchsorted(julys, day, side="right")
            elif end[i, 0] < next_july:
                out[count] = (i, place, year, day, end[i, 0], end[i, 1], anew)
                count += 1
                break
            elif hold:
                hold = False
                july += 1
            else:
                out[count] = (i, place, year, day, next_july - 1, PROMOTED, anew)
                count += 1
                day, year, anew = next_july, min(year + 1, _LAST_YEAR), 0
                july += 1
    return out[:count]
