"""Whether a pupil is paid for on a day, on arrays: which spell counts, who pays, which share, or why not.

Rows of a pupil lie together, in the order of their first day; days are numbers since 1 January 1970, FAR stands for
one that has not come. A row counts if it was known at the end of the day `known_by` (contracts.enrolments).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import UNPAID_REASONS

Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]

FAR = np.int32(np.iinfo(np.int32).max)
NONE = -1
"""Of a spell or payer: there is none."""
NOTHING, PAID = -1, 0
"""Of a reason: no spell has to do with the month; it is paid for. Others are places in UNPAID_REASONS, plus 1."""
_NOT_ENROLLED, _STUDY_BREAK, _NEVER_PRESENT, _NOT_YET, _DOUBLE, _AGE, _NO_DECISION, _NO_HOME, _TEMPORARY = (
    UNPAID_REASONS.index(name) + 1
    for name in (
        *("not_enrolled_on_count_day", "study_break", "never_present", "not_yet_present", "double_enrolment"),
        *("age_limit", "no_decision", "no_home_municipality", "temporary_number"),
    )
)
_WHOLE = 100


START, STOP, RECORDED, ANNULLED = range(4)
"""Columns of every table of rows: days."""
PRESENT, RESTING, DECIDED, TOO_LATE = range(4, 8)
"""Columns of spells: a day; ended in a study break or exchange year; is paid for by decision alone; tells of studies
that were begun after the age limit."""
PAYER = PERCENT = 4
"""Column of homes: number of the municipality, or NONE. Of decisions: per cent of the price."""


class Rows(NamedTuple):
    """A register of n pupils.

    spells, homes, decisions : int32 (rows, columns), columns as above. Of homes from the same day, and of decisions in
    force, the last row counts. of_spells, of_homes, of_decisions : int32 (n + 1,), where the rows of each pupil begin.
    unpaid_number : bool (n,), identity numbers of a kind that is not paid for.
    """

    spells: Int32
    of_spells: Int32
    homes: Int32
    of_homes: Int32
    decisions: Int32
    of_decisions: Int32
    unpaid_number: Flags


@numba.njit(cache=True)
def month_on_a_day(rows: Any, pupils: Any, day: int, first: int, last: int, known_by: int, present: bool) -> Any:
    """What a day decides about a month, for pupils (n,): reason int8, spell, payer int32 and percent int16, each (n,).

    day : the day that decides. first, last : of the month; a spell that touches them or the day needs a reason.
    present : whether a pupil has to have been there by the day.
    """
    n = len(pupils)
    reason, percent = np.empty(n, np.int8), np.empty(n, np.int16)
    spell, payer = np.empty(n, np.int32), np.empty(n, np.int32)
    for i in range(n):
        reason[i], spell[i], payer[i], percent[i] = _decide(rows, pupils[i], day, first, last, known_by, present)
    return reason, spell, payer, percent


@numba.njit(cache=True)
def month_by_days(rows: Any, pupils: Any, first: int, last: int, known_by: int, present: bool) -> Any:
    """Each day of a month by itself, for pupils (n,): stretches of days with the same answer.

    Returns place in `pupils` int32, reason int8, spell, payer int32, percent int16 and days int16, each (stretches,).
    A pupil has stretches that are paid for, or a single one with the reason of the last day (days 0), or none.
    """
    total: Any = 0
    for i in range(len(pupils)):
        total += _stretches(rows, pupils[i], first, last, known_by, present)
    place, spell, payer = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total, np.int32)
    reason, percent, days = np.empty(total, np.int8), np.empty(total, np.int16), np.zeros(total, np.int16)
    at: Any = 0
    for i in range(len(pupils)):
        begin, day = at, first
        while day <= last:
            until = _until(rows, pupils[i], day, last)
            why, which, who, share = _decide(rows, pupils[i], day, first, last, known_by, present)
            if why == PAID:
                place[at], reason[at], spell[at], payer[at], percent[at] = i, why, which, who, share
                days[at] = until - day
                at += 1
            day = until
        if at == begin:
            why, which, who, share = _decide(rows, pupils[i], last, first, last, known_by, present)
            if why != NOTHING:
                place[at], reason[at], spell[at], payer[at], percent[at] = i, why, which, who, share
                at += 1
    return place[:at], reason[:at], spell[:at], payer[:at], percent[:at], days[:at]


@numba.njit(cache=True)
def _known(table: Any, row: Any, known_by: Any) -> Any:
    return table[row, RECORDED] <= known_by < table[row, ANNULLED]


@numba.njit(cache=True)
def _in_force(table: Any, row: Any, day: Any) -> Any:
    return table[row, START] <= day <= table[row, STOP]


@numba.njit(cache=True)
def _decide(rows: Any, pupil: Any, day: Any, first: Any, last: Any, known_by: Any, present: Any) -> Any:
    """Reason, spell, payer and percent of a pupil's day."""
    spells, begin, end = rows.spells, rows.of_spells[pupil], rows.of_spells[pupil + 1]
    there, counts, in_time, absent, touching = _look(spells, begin, end, day, first, last, known_by, present)
    payer = _home(rows.homes, rows.of_homes[pupil], rows.of_homes[pupil + 1], day, known_by)
    percent: Any = _WHOLE
    if there == 0:
        reason, which = _why_not_there(spells, day, absent, touching, present)
        return reason, which, payer, percent
    if there == 1 and spells[counts, DECIDED]:
        percent = _share(rows.decisions, rows.of_decisions[pupil], rows.of_decisions[pupil + 1], day, known_by)
    reason = PAID
    if there > 1:
        reason = _DOUBLE
    elif not in_time:
        reason = _AGE
    elif percent == 0:
        reason = _NO_DECISION
    elif rows.unpaid_number[pupil]:
        reason = _TEMPORARY
    elif payer == NONE:
        reason = _NO_HOME
    return reason, counts, payer, percent


@numba.njit(cache=True)
def _look(spells: Any, begin: Any, end: Any, day: Any, first: Any, last: Any, known_by: Any, present: Any) -> Any:
    """Known spells: how many count on the day and the last of them; whether one that the pupil came to
    tells of studies begun in time; one enrolled in on the day without having come; the last other one that touches the
    month."""
    there, counts, in_time, absent, touching = 0, NONE, False, NONE, NONE
    for s in range(begin, end):
        if not _known(spells, s, known_by):
            continue
        in_time |= spells[s, TOO_LATE] == 0 and (spells[s, PRESENT] != FAR or not present)
        if _in_force(spells, s, day):
            if spells[s, PRESENT] <= day or not present:
                there += 1
                counts = s
            elif absent == NONE or spells[s, PRESENT] != FAR:
                absent = s
        elif spells[s, START] <= last and spells[s, STOP] >= first:
            touching = s
    return there, counts, in_time, absent, touching


@numba.njit(cache=True)
def _why_not_there(spells: Any, day: Any, absent: Any, touching: Any, present: Any) -> Any:
    """Reason and spell of a day on which no spell counts."""
    if absent != NONE:
        return (_NEVER_PRESENT if spells[absent, PRESENT] == FAR else _NOT_YET), absent
    if touching == NONE:
        return NOTHING, NONE
    if spells[touching, PRESENT] == FAR and present:
        return _NEVER_PRESENT, touching
    resting = spells[touching, RESTING] and spells[touching, STOP] < day
    return (_STUDY_BREAK if resting else _NOT_ENROLLED), touching


@numba.njit(cache=True)
def _home(homes: Any, begin: Any, end: Any, day: Any, known_by: Any) -> Any:
    payer: Any = NONE
    for h in range(begin, end):
        if homes[h, START] <= day and _known(homes, h, known_by):
            payer = homes[h, PAYER]
    return payer


@numba.njit(cache=True)
def _share(decisions: Any, begin: Any, end: Any, day: Any, known_by: Any) -> Any:
    """Per cent of the latest decision in force, 0 where there is none."""
    percent: Any = 0
    for d in range(begin, end):
        if _in_force(decisions, d, day) and _known(decisions, d, known_by):
            percent = decisions[d, PERCENT]
    return percent


@numba.njit(cache=True)
def _stretches(rows: Any, pupil: Any, first: Any, last: Any, known_by: Any, present: Any) -> Any:
    """How many stretches a pupil has at most."""
    paid: Any = 0
    day = first
    while day <= last:
        paid += np.int64(_decide(rows, pupil, day, first, last, known_by, present)[0] == PAID)
        day = _until(rows, pupil, day, last)
    return max(paid, 1)


@numba.njit(cache=True)
def _until(rows: Any, pupil: Any, day: Any, last: Any) -> Any:
    """The first later day on which the answer can be another, at most the day after the month."""
    until: Any = last + 1
    for table, of in (
        (rows.spells, rows.of_spells),
        (rows.homes, rows.of_homes),
        (rows.decisions, rows.of_decisions),
    ):
        for row in range(of[pupil], of[pupil + 1]):
            until = _nearer(until, day, table[row, START])
            if table[row, STOP] != FAR:
                until = _nearer(until, day, table[row, STOP] + 1)
    for s in range(rows.of_spells[pupil], rows.of_spells[pupil + 1]):
        until = _nearer(until, day, rows.spells[s, PRESENT])
    return until


@numba.njit(cache=True)
def _nearer(until: Any, day: Any, boundary: Any) -> Any:
    return boundary if day < boundary < until else until
