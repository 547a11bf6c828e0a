"""Pieces of spells and certificates as states that follow one another without a gap, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.cleaning_kernel import PATH, REASON, SCHOOL, YEAR, Pieces
from gymreg_core.cohort.histories import DIPLOMA, FAR, INTERRUPTED, STUDY_BREAK, STUDY_CERTIFICATE

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
GAP, SUMMER_GAP, LONG_BREAK, AFTER_CERTIFICATE = range(4)
"""Rows of the counts of `unfold`."""
_COUNTS = 4
_STOP, _WIDTH = 6, 7


class Afterwards(NamedTuple):
    """Where pupils are after a spell that ended for a reason, int8 (reasons,) each: `back`, where they come back to a
    school; `gone`, where they do not. `pending`, bool: whether they may still come back within the days of a gap."""

    back: Int8
    gone: Int8
    pending: NDArray[np.bool_]


class Ends(NamedTuple):
    """Days of issue of the study certificate and of the diploma that count: int32 (m,) each, FAR without one."""

    study: Int32
    diploma: Int32


class Calendar(NamedTuple):
    """latest_return : int32, for the days from `first` to the day after `as_of`: the last day on which a gap that
    begins then may end to be none. gap_days : how long it is but for the summer. break_days : how long a study break
    is one. as_of : the last day that anything is known of."""

    latest_return: Int32
    first: int
    as_of: int
    gap_days: int
    break_days: int


class Rows(NamedTuple):
    """k rows by pupil and day, int32 (k,) each, as in Histories.spells; and counts int64 (4, 2): how many pieces, of
    how many pupils, were touched by GAP, SUMMER_GAP, LONG_BREAK and AFTER_CERTIFICATE."""

    pupil: Int32
    state: Int32
    school: Int32
    path: Int32
    year: Int32
    start: Int32
    stop: Int32
    counts: Int64


@numba.njit(cache=True)
def unfold(pieces: Pieces, spells: Int32, ends: Ends, path_state: Int8, after: Afterwards, calendar: Calendar) -> Rows:
    """The histories of m pupils.

    spells : int32 (r, cleaning_kernel.COLUMNS). path_state : int8 (paths,), state of a pupil on each.

    A certificate counts from its day of issue, enrolled or not; what begins on or after that day is left out. A gap
    before the next enrolment or certificate is closed, or is the state that the reason of the last spell tells; so is
    what comes after the last spell, but that a pupil who was to go on, and still may, goes on.
    """
    m = len(pieces.of_pupil) - 1
    out = np.empty((3 * len(pieces.spell) + 2 * m, _WIDTH), np.int32)
    counts = np.zeros((_COUNTS, 2), np.int64)
    k = 0
    for one in range(m):
        study, diploma = ends.study[one], ends.diploma[one]
        done = min(study, diploma)
        begin, seen = k, np.zeros(_COUNTS, np.bool_)
        first, last = pieces.of_pupil[one], pieces.of_pupil[one + 1]
        while last > first and pieces.start[last - 1] >= done:
            last -= 1
            _count(counts, seen, AFTER_CERTIFICATE)
        for piece in range(first, last):
            row, stop = pieces.spell[piece], min(pieces.stop[piece], done)
            path = spells[row, PATH]
            _write(out, k, one, path_state[path], pieces.start[piece], stop)
            out[k, 2], out[k, 3], out[k, 4] = spells[row, SCHOOL], path, spells[row, YEAR]
            k = _joined(out, k, begin)
            comes_back = piece + 1 < last
            then = pieces.start[piece + 1] if comes_back else done
            if then == stop or stop == FAR:  # noqa: PLR1714 numba has no `in` for days
                continue
            reason = spells[row, REASON]
            by = calendar.latest_return[stop - calendar.first]
            if then <= by or (then == FAR and after.pending[reason] and calendar.as_of < by):
                out[k - 1, _STOP] = then
                if then < FAR:
                    _count(counts, seen, GAP if then - stop <= calendar.gap_days else SUMMER_GAP)
                continue
            state = after.back[reason] if comes_back else after.gone[reason]
            _write(out, k, one, state, stop, then)
            k += 1
            over = stop + calendar.break_days
            if state == STUDY_BREAK and over < then and over <= calendar.as_of:
                out[k - 1, _STOP] = over
                _write(out, k, one, INTERRUPTED, over, then)
                _count(counts, seen, LONG_BREAK)
                k += 1
        if k > begin:
            k = _finished(out, k, one, study, diploma)
    return Rows(out[:k, 0], out[:k, 1], out[:k, 2], out[:k, 3], out[:k, 4], out[:k, 5], out[:k, 6], counts)


@numba.njit(cache=True)
def _count(counts: Int64, seen: NDArray[np.bool_], rule: int) -> None:
    counts[rule, 0] += 1
    if not seen[rule]:
        counts[rule, 1] += 1
        seen[rule] = True


@numba.njit(cache=True)
def _write(out: Int32, k: int, pupil: int, state: int, start: int, stop: int) -> None:
    """A row outside school."""
    out[k, 0], out[k, 1], out[k, 2], out[k, 3] = pupil, state, -1, -1
    out[k, 4], out[k, 5], out[k, _STOP] = 0, start, stop


@numba.njit(cache=True)
def _finished(out: Int32, k: int, pupil: int, study: int, diploma: int) -> int:
    """The next free place, once the certificates that there are have their rows."""
    if study < diploma:
        _write(out, k, pupil, STUDY_CERTIFICATE, study, diploma)
        k += 1
    if diploma < FAR:
        _write(out, k, pupil, DIPLOMA, diploma, FAR)
        k += 1
    return k


@numba.njit(cache=True)
def _joined(out: Int32, k: int, begin: int) -> int:
    """The next free place, once row `k` is one with the row before it if both are of the same place and year."""
    if k > begin:
        same = True
        for column in range(1, 5):
            same &= out[k - 1, column] == out[k, column]
        if same:
            out[k - 1, _STOP] = out[k, _STOP]
            return k
    return k + 1
