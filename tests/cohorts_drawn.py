"""Made-up cohorts whose state probabilities are known, and whether an interval holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.aalen_johansen import aalen_johansen

STATES = ("introductory", "national", "study_break", "left", "diploma")
INTRODUCTORY, NATIONAL, STUDY_BREAK, LEFT, DIPLOMA = range(5)
MONTHS = 45
TIMES = (12, 24, 36, 44)
OUTSET = (0.12, 0.88, 0.0, 0.0, 0.0)
PLANTS = ("alike", "memory", "schools")
"""alike: every pupil moves with the same chances in every month. memory: whoever has been on a study break is likelier
to leave (the process has no Markov property). schools: chances differ between schools of unlike size."""
KINDS = (0.5, 1.0, 2.0)
"""schools: how many times as likely the moves away are at a third of the schools each."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """Rows: id, start, stop, state, moved_to (-1 none), school, each int64 (r,)."""

    id: Ints
    start: Ints
    stop: Ints
    state: Ints
    moved_to: Ints
    school: Ints


def chances(month: int, away: float = 1.0, returned: bool = False) -> Floats:
    """Probabilities of going from state to state at the end of a month (5, 5); most diplomas come in June of year 3."""
    move = np.zeros((5, 5))
    move[INTRODUCTORY, [NATIONAL, LEFT]] = 0.02, 0.012 * away
    diploma = 0.75 / away**0.25 if month == 34 else 0.0
    move[NATIONAL, [STUDY_BREAK, LEFT, DIPLOMA]] = 0.01 * away, 0.004 * away * (4 if returned else 1), diploma
    move[STUDY_BREAK, [NATIONAL, LEFT]] = 0.12 / away, 0.03 * away
    move[LEFT, NATIONAL] = 0.01
    np.fill_diagonal(move, 1 - move.sum(axis=1))
    return move


def truth(plant: str) -> Floats:
    """The probability of each state at TIMES, and the months in it until the last of them: float64 (5, 5)."""
    if plant == "schools":
        return np.asarray(np.mean([_product([chances(m, away) for m in range(1, MONTHS + 1)]) for away in KINDS], 0))
    if plant == "alike":
        return _product([chances(m) for m in range(1, MONTHS + 1)])
    both = _product([_with_memory(m) for m in range(1, MONTHS + 1)])
    return np.asarray(both[:, :5] + both[:, 5:])


def _with_memory(month: int) -> Floats:
    """The chances among ten states: those of whoever has not been on a study break yet, and of whoever has."""
    whole = np.zeros((10, 10))
    before, after = chances(month), chances(month, returned=True)
    whole[:5, :5], whole[5:, 5:] = before, after
    whole[:5, 5 + STUDY_BREAK], whole[:5, STUDY_BREAK] = before[:, STUDY_BREAK], 0.0
    return whole


def _product(steps: list[Floats]) -> Floats:
    at = np.zeros((len(steps) + 1, len(steps[0])))
    at[0, :5] = OUTSET
    for month, step in enumerate(steps, 1):
        at[month] = at[month - 1] @ step
    return np.vstack([at[list(TIMES)], at[: TIMES[-1]].sum(axis=0)])


def draw(plant: str, rng: np.random.Generator, pupils: int, schools: int) -> Drawn:
    """Pupils followed from the start, a fifth of them from some later month on; half until some month after a year."""
    size = rng.gamma(2.0, 1.0, schools)
    school = rng.choice(schools, pupils, p=size / size.sum())
    away = rng.choice(KINDS, schools)[school] if plant == "schools" else np.ones(pupils)
    state = np.where(rng.random(pupils) < OUTSET[0], INTRODUCTORY, NATIONAL)
    returned = np.zeros(pupils, np.bool_)
    path = np.empty((MONTHS + 1, pupils), np.int64)
    path[0] = state
    for month in range(1, MONTHS + 1):
        draws = rng.random(pupils)
        moved = state.copy()
        for kind in KINDS if plant == "schools" else (1.0,):
            for memory in (False, True):
                mine = (away == kind) & (returned == memory)
                edges = np.cumsum(chances(month, kind, memory and plant == "memory"), axis=1)
                moved[mine] = (draws[mine, None] > edges[state[mine], :-1]).sum(axis=1)
        state = moved
        returned |= (state == STUDY_BREAK) & (plant == "memory")
        path[month] = state
    first = np.where(rng.random(pupils) < 0.2, rng.integers(0, 6, pupils), 0)
    last = np.where(rng.random(pupils) < 0.5, rng.integers(13, MONTHS + 1, pupils), MONTHS)
    return _rows(path, first, last, school)


def _rows(path: Ints, first: Ints, last: Ints, school: Ints) -> Drawn:
    """A row for each stay in a state, within what was seen of each pupil."""
    columns: list[list[int]] = [[] for _ in range(6)]
    for pupil in range(path.shape[1]):
        start, end = int(first[pupil]), int(last[pupil])
        changes = [*(np.flatnonzero(np.diff(path[start : end + 1, pupil])) + start + 1).tolist()]
        for stop in [*changes, *([end] if not changes or changes[-1] < end else [])]:
            state, after = int(path[start, pupil]), int(path[stop, pupil])
            row = (pupil, start, stop, state, after if after != state else -1, int(school[pupil]))
            for column, value in zip(columns, row, strict=True):
                column.append(value)
            start = stop
    return Drawn(*(np.array(column, np.int64) for column in columns))


def told_by(drawn: Drawn, interval: str) -> tuple[Floats, Floats, Floats]:
    """Standard errors and the ends of 95 per cent intervals of what `truth` tells: float64 (5, 5) each.

    interval : greenwood | pupils | schools, which are alike.
    """
    clusters = {"greenwood": None, "pupils": drawn.id, "schools": drawn.school}[interval]
    columns = (drawn.id, drawn.start, drawn.stop, drawn.state, drawn.moved_to)
    found = aalen_johansen(*columns, at=TIMES, clusters=clusters, states=STATES)
    months = found.expected_time(TIMES[-1])
    names = ("std_error", "low", "high")
    error, low, high = (np.append(found.table[name], months[name]).reshape(-1, len(STATES)) for name in names)
    return error, low, high


def held(drawn: Drawn, interval: str, wanted: Floats) -> NDArray[np.bool_]:
    """Whether the intervals hold the truth: bool (5, 5)."""
    _, low, high = told_by(drawn, interval)
    return np.asarray((low <= wanted) & (wanted <= high))
