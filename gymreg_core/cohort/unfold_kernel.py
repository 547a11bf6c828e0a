"""Pieces of spells and certificates as states that follow one another without a gap, on arrays."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.cleaning_kernel import PATH, REASON, SCHOOL, YEAR
from gymreg_core.cohort.histories import DIPLOMA, FAR, STUDY_CERTIFICATE
from gymreg_core.contracts.enrolments import END_REASONS

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
_CHANGED = END_REASONS.index("changed")
_STOP, _WIDTH = 6, 7
GAP, SUMMER_GAP, AFTER_CERTIFICATE = range(3)
"""Rows of the counts of `unfold`."""


class Afterwards(NamedTuple):
    """Where pupils are after a spell that ended for a reason, int8 (reasons,) each: `back`, where they come back to a
    school; `gone`, where they do not. `pending`: whether they may still come back within the days of a gap."""

    back: Int8
    gone: Int8
    pending: NDArray[np.bool_]


class Rows(NamedTuple):
    """k rows by pupil and day, int32 (k,) each, as in Histories.spells; and counts int64 (3, 2): how many pieces, of
    how many pupils, a gap, a summer gap or a certificate before them touched."""

    pupil: Int32
    state: Int32
    school: Int32
    path: Int32
    year: Int32
    start: Int32
    stop: Int32
    counts: Int64


@numba.njit(cache=True)
def unfold(
    of_pupil: Int32,
    spell: Int32,
    start: Int32,
    stop: Int32,
    whole: NDArray[np.bool_],
    spells: Int32,
    study: Int32,
    diploma: Int32,
    path_state: Int8,
    after: Afterwards,
    latest_return: Int32,
    gap_days: int,
    first_day: int,
    as_of: int,
) -> Rows:
    """The histories of m pupils.

    of_pupil, spell, start, stop, whole : cleaning_kernel.Pieces. spells : int32 (r, cleaning_kernel.COLUMNS).
    study, diploma : int32 (m,), day of issue of the study certificate and diploma that count, FAR without one.
    path_state : int8 (paths,), state of a pupil on each. latest_return : int32, for the days from `first_day` to the
    day after `as_of`: the last day on which a gap that begins then may end to be none; gap_days : its length elsewhere
    than in summer.

    A certificate counts from its day of issue, enrolled or not; what begins on or after that day is left out. A gap
    before the next enrolment or certificate is closed, or is the state that the reason of the last spell tells. Of the
    last spell too; one whose pupil was to go on, and still may, goes on.
    """
    m = len(of_pupil) - 1
    out = np.empty((2 * len(spell) + 2 * m, _WIDTH), np.int32)
    counts = np.zeros((3, 2), np.int64)
    k = 0
    for one in range(m):
        done = min(study[one], diploma[one])
        begin, seen = k, np.zeros(3, np.bool_)
        last = of_pupil[one + 1]
        while last > of_pupil[one] and start[last - 1] >= done:
            last -= 1
            _count(counts, seen, AFTER_CERTIFICATE)
        for piece in range(of_pupil[one], last):
            row, ends = spell[piece], min(stop[piece], done)
            path = spells[row, PATH]
            _write(out, k, one, path_state[path], spells[row, SCHOOL], path, spells[row, YEAR], start[piece], ends)
            k = _joined(out, k, begin)
            then = start[piece + 1] if piece + 1 < last else done
            if ends == then:
                continue
            if ends == FAR:
                continue
            reason = spells[row, REASON] if whole[piece] else _CHANGED
            by = latest_return[ends - first_day]
            if then <= by or (then == FAR and after.pending[reason] and as_of < by):
                out[k - 1, _STOP] = then
                if then < FAR:
                    _count(counts, seen, GAP if then - ends <= gap_days else SUMMER_GAP)
            else:
                state = after.back[reason] if piece + 1 < last else after.gone[reason]
                _write(out, k, one, state, -1, -1, 0, ends, then)
                k += 1
        if k > begin and study[one] < diploma[one]:
            _write(out, k, one, STUDY_CERTIFICATE, -1, -1, 0, study[one], diploma[one])
            k += 1
        if k > begin and diploma[one] < FAR:
            _write(out, k, one, DIPLOMA, -1, -1, 0, diploma[one], FAR)
            k += 1
    return Rows(out[:k, 0], out[:k, 1], out[:k, 2], out[:k, 3], out[:k, 4], out[:k, 5], out[:k, 6], counts)


@numba.njit(cache=True)
def _count(counts: Int64, seen: NDArray[np.bool_], rule: int) -> None:
    counts[rule, 0] += 1
    if not seen[rule]:
        counts[rule, 1] += 1
        seen[rule] = True


@numba.njit(cache=True)
def _write(
    out: Int32, k: int, pupil: int, state: int, school: int, path: int, year: int, start: int, stop: int
) -> None:
    out[k, 0], out[k, 1], out[k, 2], out[k, 3] = pupil, state, school, path
    out[k, 4], out[k, 5], out[k, _STOP] = year, start, stop


@numba.njit(cache=True)
def _joined(out: Int32, k: int, begin: int) -> int:
    """The next free place, once row `k` is one with the row before it if both are of the same place and year."""
    if k > begin and out[k - 1, _STOP] == out[k, 5]:
        same = True
        for column in range(1, 5):
            same &= out[k - 1, column] == out[k, column]
        if same:
            out[k - 1, _STOP] = out[k, _STOP]
            return k
    return k + 1
