"""Spells that contradict one another made into one way per pupil, on arrays.

Days are numbers since 1970-01-01; `stop` is the first day after a row, FAR where it goes on.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
START, ON_STATUS_DAY, NATIONAL, RECORDED, STOP, SCHOOL, PATH, YEAR, REASON, PRESENT, UNIT = range(11)
"""Columns of a spell; in the order of the first ten a later one counts before an earlier one."""
_KEYS = 10
COLUMNS = 11
SAME_DAY_MOVE, OVERLAP, DOUBLE = 1, 2, 3
"""What was done about a spell: places in the result of `one_at_a_time`."""


class Pieces(NamedTuple):
    """k pieces of spells by pupil and day, of which no two of a pupil share a day.

    spell : int32 (k,), row of the spells. start, stop : int32 (k,); where one ends before its spell, another begins.
    of_pupil : int32 (m + 1,), where the pieces of each pupil begin.
    touched : int8 (r,), what was done about each spell: 0, SAME_DAY_MOVE, OVERLAP or DOUBLE.
    """

    spell: Int32
    start: Int32
    stop: Int32
    of_pupil: Int32
    touched: NDArray[np.int8]


@numba.njit(cache=True)
def by_pupil(pupil: Int32, n: int) -> tuple[Int32, Int32]:
    """Where the rows (r,) of each of n pupils begin, int32 (n + 1,), and the rows in their order, int32 (r,)."""
    first = np.zeros(n + 1, np.int32)
    for one in pupil:
        first[one + 1] += 1
    for one in range(n):
        first[one + 1] += first[one]
    place = first[:-1].copy()
    order = np.empty(len(pupil), np.int32)
    for row in range(len(pupil)):
        order[place[pupil[row]]] = row
        place[pupil[row]] += 1
    return first, order


@numba.njit(cache=True)
def first_known(person: Int32, school: Int32, start: Int32, recorded: Int32, n: int) -> Int32:
    """The first day on which a spell of the same person, school and start was known, of every row: int32 (r,)."""
    of_person, order = by_pupil(person, n)
    found = recorded.copy()
    for one in range(n):
        rows = order[of_person[one] : of_person[one + 1]]
        for a in rows:
            for b in rows:
                if start[a] == start[b] and school[a] == school[b] and recorded[b] < found[a]:
                    found[a] = recorded[b]
    return found


@numba.njit(cache=True)
def _counts_before(spells: Int32, a: int, b: int) -> bool:
    for key in range(_KEYS):
        if spells[a, key] != spells[b, key]:
            return bool(spells[a, key] < spells[b, key])
    return False


@numba.njit(cache=True)
def _sort(spells: Int32, rows: Int32) -> None:
    """Rows of a pupil in their order, the one that counts least first."""
    for i in range(1, len(rows)):
        moving, j = rows[i], i
        while j > 0 and _counts_before(spells, moving, rows[j - 1]):
            rows[j] = rows[j - 1]
            j -= 1
        rows[j] = moving


@numba.njit(cache=True)
def one_at_a_time(pupil: Int32, spells: Int32, n: int, longest_overlap: int, successor: Int32, since: Int32) -> Pieces:
    """Each day of n pupils given to one of the spells that claim it.

    pupil : int32 (r,). spells : int32 (r, COLUMNS). successor, since : int32 (s,), the unit that took over from each,
    and from which day on, FAR where none did.
    1. At one unit, as it is when the later spell starts, the earlier one is cut at its start.
    2. Of spells at two units each day belongs to the one that comes last in the order of the columns.
    A spell that gave up days is noted: one day as a move within a day, up to `longest_overlap` (and at one unit any
    number) as an overlap, more as a double enrolment.
    """
    of_pupil, order = by_pupil(pupil, n)
    out = np.empty((2 * len(pupil), 3), np.int32)
    touched = np.zeros(len(pupil), np.int8)
    first = np.zeros(n + 1, np.int32)
    end = spells[:, STOP].copy()
    k = 0
    for one in range(n):
        rows = order[of_pupil[one] : of_pupil[one + 1]]
        _sort(spells, rows)
        if _cut(spells, rows, end, touched, longest_overlap, successor, since):
            for row in rows:
                out[k, 0], out[k, 1], out[k, 2] = row, spells[row, START], end[row]
                k += 1
        else:
            k = _swept(spells, rows, end, out, k)
        first[one + 1] = k
    return Pieces(out[:k, 0], out[:k, 1], out[:k, 2], first, touched)


@numba.njit(cache=True)
def _on(unit: int, day: int, successor: Int32, since: Int32) -> int:
    """The unit that one is on a day."""
    for _ in range(len(successor)):
        if since[unit] > day:
            break
        unit = successor[unit]
    return unit


@numba.njit(cache=True)
def _cut(
    spells: Int32,
    rows: Int32,
    end: Int32,
    touched: NDArray[np.int8],
    longest: int,
    successor: Int32,
    since: Int32,
) -> bool:
    """Cut spells at the start of a later one at the same unit; whether no two of what is left share a day."""
    apart = True
    for i in range(len(rows)):
        a = rows[i]
        for j in range(i + 1, len(rows)):
            b = rows[j]
            begins = spells[b, START]
            if begins >= end[a]:
                continue
            if _on(spells[a, UNIT], begins, successor, since) == _on(spells[b, UNIT], begins, successor, since):
                same_day = begins == end[a] - 1 and begins >= spells[a, START]
                touched[a] = max(touched[a], SAME_DAY_MOVE if same_day else OVERLAP)
                end[a] = begins
    for i in range(len(rows)):
        a = rows[i]
        if end[a] <= spells[a, START]:
            apart = False
            continue
        for j in range(i + 1, len(rows)):
            b = rows[j]
            days = np.int64(min(end[a], end[b])) - spells[b, START]
            if days > 0:
                apart = False
                kind = SAME_DAY_MOVE if days == 1 else OVERLAP if days <= longest else DOUBLE
                touched[a] = max(touched[a], kind)
    return apart


@numba.njit(cache=True)
def _swept(spells: Int32, rows: Int32, end: Int32, out: Int32, k: int) -> int:
    """Write spell, start and stop of a pupil's pieces from row `k` on; the next free row."""
    days = np.empty(2 * len(rows), np.int32)
    for i in range(len(rows)):
        days[2 * i], days[2 * i + 1] = spells[rows[i], START], end[rows[i]]
    days.sort()
    begin = k
    for d in range(len(days) - 1):
        if days[d] == days[d + 1]:
            continue
        for row in rows[::-1]:
            if spells[row, START] <= days[d] and days[d + 1] <= end[row]:
                if k > begin and out[k - 1, 0] == row and out[k - 1, 2] == days[d]:
                    out[k - 1, 2] = days[d + 1]
                else:
                    out[k, 0], out[k, 1], out[k, 2] = row, days[d], days[d + 1]
                    k += 1
                break
    return k
