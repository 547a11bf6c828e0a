"""When what happened to made-up pupils was known: late, wrong at first, and corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import END_REASONS
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.shape import value

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
GOES_ON, PROMOTED, CHANGED, INTERRUPTED = (
    END_REASONS.index(name) for name in ("", "promoted", "changed", "interrupted")
)
_APART = 1_000_000
_LONG = 45
"""Days that a spell has to be known for before it is corrected."""


@dataclass(frozen=True, eq=False)
class Rows:
    """r rows of spells, as known from `recorded` until `annulled` (NEVER = still). int64 (r,) each; days since 1970,
    NEVER = none. `spell` : which of the spells that happened."""

    spell: Ints
    pupil: Ints
    path: Ints
    year_of_study: Ints
    group: Ints
    start: Ints
    stop: Ints
    present: Ints
    reason: Ints
    recorded: Ints
    annulled: Ints

    def of(self, rows: Ints | Flags, **changed: Ints) -> Rows:
        """Those of `rows`, with some columns in place of their own."""
        chosen = {name: column[rows] for name, column in vars(self).items()}
        return replace(self, **(chosen | changed))

    @staticmethod
    def together(parts: list[Rows]) -> Rows:
        """The rows of several, one after another."""
        return Rows(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])})


def recorded(spells: Rows, begins_anew: Flags, rng: np.random.Generator) -> Rows:
    """Rows as they were known, of spells (s,) in the order of pupils and time that all have ended.

    A spell is known as open from the day it is recorded until its end is; then the row is annulled and another tells
    the end. The spell after a switch is recorded on the day on which the end of the one before it is, so that no two
    rows known on a day overlap. Some are known late.
    """
    about, n = value("recording"), len(spells.spell)
    late = np.where(rng.random(n) < about["late"], rng.integers(1, about["longest"], n), 0)
    opened = spells.start + np.where(begins_anew, late, 0)
    closed = spells.stop + _until_known(spells.reason, rng)
    same = spells.pupil[1:] == spells.pupil[:-1]
    follows = same & np.isin(spells.reason[:-1], (PROMOTED, CHANGED))
    closed[:-1] = np.where(follows, opened[1:], closed[:-1])
    steps = np.stack([opened, closed], axis=1) + spells.pupil[:, None] * _APART
    in_order = np.maximum.accumulate(steps.ravel()).reshape(n, 2) - spells.pupil[:, None] * _APART
    opened, closed = in_order[:, 0], in_order[:, 1]
    seen = opened < closed
    going_on = spells.of(
        seen,
        stop=np.full(int(seen.sum()), NEVER),
        reason=np.full(int(seen.sum()), GOES_ON),
        recorded=opened[seen],
        annulled=closed[seen],
    )
    ended = spells.of(np.arange(n), recorded=closed, annulled=np.full(n, NEVER))
    return Rows.together([_present_later(going_on), ended])


def _until_known(reason: Ints, rng: np.random.Generator) -> Ints:
    """Days (n,) from the last day of a spell until its end is recorded."""
    about, n = value("recording"), len(reason)
    usual = np.where(rng.random(n) < about["late"], rng.integers(1, about["longest"], n), 0)
    soon = rng.integers(0, 8, n)
    weeks = rng.integers(14, about["interruption_longest"], n)
    left = np.where(rng.random(n) < about["interruption_late"], weeks, soon)
    never = rng.integers(0, about["never_longest"], n)
    is_never = np.isin(
        reason, [END_REASONS.index(name) for name in ("never_present", "invalid", "moved_out", "deceased")]
    )
    return np.where(reason == INTERRUPTED, left, np.where(is_never, never, usual))


def _present_later(rows: Rows) -> Rows:
    """Open rows, of which those with a later first day present are known without it until then."""
    comes = (rows.present > rows.recorded) & (rows.present < rows.annulled)
    before = replace(
        rows,
        present=np.where(rows.present > rows.recorded, NEVER, rows.present),
        annulled=np.where(comes, rows.present, rows.annulled),
    )
    return Rows.together([before, rows.of(comes, recorded=rows.present[comes])])


def corrected(rows: Rows, other_path: Ints, small: int, rng: np.random.Generator) -> Rows:
    """Rows of which a few were wrong at first and are annulled and replaced.

    other_path : int64 (r,), a study path that is easily taken for the right one, -1 = none; then the group is wrong.
    """
    about = value("corrections")
    drawn = rng.random(len(rows.spell))
    long = (rows.stop == NEVER) & (rows.annulled - rows.recorded > _LONG) & (rows.present <= rows.recorded)
    bounds = np.cumsum([about["content"], about["start"], about["ended"]])
    kind = np.where(long, np.searchsorted(bounds, drawn, side="right"), len(bounds))
    left = rows.reason == INTERRUPTED
    last_day = left & (rows.annulled == NEVER) & (rows.recorded - rows.stop > 7) & (drawn < about["last_day"])  # noqa: PLR2004
    untouched = (kind == len(bounds)) & ~last_day
    right = (
        rows.recorded
        + 5
        + (rng.random(len(kind)) * np.minimum(about["longest"], rows.annulled - rows.recorded - 6)).astype(np.int64)
    )
    parts = [rows.of(untouched)]
    at = np.flatnonzero(kind == 0)
    path = np.where(other_path[at] < 0, rows.path[at], other_path[at])
    group = np.where((other_path[at] < 0) & (rows.group[at] != small), small, rows.group[at])
    parts += [rows.of(at, path=path, group=group, annulled=right[at]), rows.of(at, recorded=right[at])]
    at = np.flatnonzero(kind == 1)
    behind = rng.integers(3, 20, len(at))
    start = np.minimum(rows.start[at] + behind, right[at] - 1)
    parts += [
        rows.of(
            at,
            start=start,
            present=np.maximum(start, rows.present[at]),
            recorded=np.maximum(start, rows.recorded[at]),
            annulled=right[at],
        ),
        rows.of(at, recorded=right[at]),
    ]
    parts += _ended_by_mistake(rows, np.flatnonzero(kind == 2), rng)  # noqa: PLR2004 place in `bounds`
    at = np.flatnonzero(last_day)
    days = rng.integers(10, about["longest"], len(at))
    known = rows.recorded[at] + days
    wrong = rows.stop[at] + 1 + (rng.random(len(at)) * (rows.recorded[at] - rows.stop[at] - 1)).astype(np.int64)
    parts += [rows.of(at, stop=wrong, annulled=known), rows.of(at, recorded=known)]
    return Rows.together(parts)


def _ended_by_mistake(rows: Rows, at: Ints, rng: np.random.Generator) -> list[Rows]:
    """Open rows that were ended on a day and taken up again on a later one."""
    length = rows.annulled[at] - rows.recorded[at]
    ended = rows.recorded[at] + 20 + (rng.random(len(at)) * (length - 40)).astype(np.int64)
    again = ended + rng.integers(3, 15, len(at))
    stop = ended - rng.integers(1, 15, len(at))
    return [
        rows.of(at, annulled=ended),
        rows.of(at, stop=stop, reason=np.full(len(at), INTERRUPTED), recorded=ended, annulled=again),
        rows.of(at, recorded=again),
    ]


def known_by(rows: Rows, day: int) -> Rows:
    """The rows that had been recorded by the end of a day, with what had been annulled by then."""
    there = rows.of(rows.recorded <= day)
    return replace(there, annulled=np.where(there.annulled > day, NEVER, there.annulled))
