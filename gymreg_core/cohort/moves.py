"""How each row of a history came about from the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.cleaning import CleaningRules
from gymreg_core.cohort.histories import INTRODUCTORY, MOVES, STUDY_BREAK, VOCATIONAL
from gymreg_core.cohort.units import Units
from gymreg_core.vocabulary.successors import lineage

if TYPE_CHECKING:
    from gymreg_core.cohort.unfold_kernel import Rows

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Moves:
    """move : int8 (k,), place in MOVES. successor, mass : bool (k,), moves that were none for one of these reasons."""

    move: Int8
    successor: Flags
    mass: Flags


def moves_of(rows: Rows, codes: NDArray[np.object_], units: Units, rules: CleaningRules) -> Moves:
    """The move of each row (k,) of histories. codes : study-path codes by their number."""
    k = len(rows.state)
    move = np.full(k, MOVES.index("start"), np.int8)
    none = np.zeros(k, np.bool_)
    later = np.flatnonzero(rows.pupil[1:] == rows.pupil[:-1]) + 1
    enrolled = rows.state <= VOCATIONAL
    move[later] = np.where(
        enrolled[later], MOVES.index("back"), np.where(rows.state[later] == STUDY_BREAK, MOVES.index("away"), _EXIT)
    )
    rows_on = later[enrolled[later] & enrolled[later - 1]]
    before = rows_on - 1
    old, new = rows.school[before], rows.school[rows_on]
    successor = (old != new) & units.handed_over(old, new, rows.start[rows_on])
    mass = ~successor & (old != new)
    mass[mass] = _mass(rows, rows_on[mass], rules)
    move[rows_on] = _between(rows, before, rows_on, codes, (old != new) & ~successor & ~mass, successor | mass)
    successors, masses = none.copy(), none
    successors[rows_on], masses[rows_on] = successor, mass
    return Moves(move, successors, masses)


_EXIT = MOVES.index("exit")


def _between(
    rows: Rows, before: Int64, after: Int64, codes: NDArray[np.object_], other_school: Flags, handed_over: Flags
) -> Int8:
    """The moves between rows at a school. other_school : bool, a choice; handed_over : nobody's."""
    lines = [lineage(code) for code in codes.tolist()]
    programme = (
        np.unique([line.programme for line in lines], return_inverse=True)[1] if lines else np.zeros(1, np.int64)
    )
    numbers: dict[object, int] = {}
    line = np.array([numbers.setdefault(one, len(numbers)) for one in lines] or [0])
    old, new = rows.path[before], rows.path[after]
    was_introductory, is_introductory = rows.state[before] == INTRODUCTORY, rows.state[after] == INTRODUCTORY
    other_programme = programme[old] != programme[new]
    chosen = (
        (was_introductory & ~is_introductory, "to_national"),
        (~was_introductory & is_introductory, "to_introductory"),
        (other_programme & other_school, "programme_and_school"),
        (other_programme, "programme"),
        (other_school, "school"),
        (handed_over, "administrative"),
        (line[old] != line[new], "orientation"),
        (rows.year[before] != rows.year[after], "promoted"),
    )
    return np.select(
        [condition for condition, _ in chosen],
        [MOVES.index(name) for _, name in chosen],
        default=MOVES.index("administrative"),
    ).astype(np.int8)


def _mass(rows: Rows, moved: Int64, rules: CleaningRules) -> Flags:
    """Which moves (n,) to another school are of most of the school's pupils, on one day to one school."""
    day, old, new = rows.start[moved].astype(np.int64), rows.school[moved - 1], rows.school[moved]
    schools = int(rows.school.max(initial=0)) + 1
    to, together, many = np.unique(
        (old.astype(np.int64) << 32 | day) * schools + new, return_inverse=True, return_counts=True
    )
    place = to // schools
    near = np.flatnonzero(many >= rules.mass_pupils)
    there = np.flatnonzero(np.isin(rows.school, place[near] >> 32))
    key = rows.school[there].astype(np.int64) << 32
    began, ended = np.sort(key | rows.start[there]), np.sort(key | rows.stop[there])
    here = place[near]
    pupils = np.searchsorted(began, here) - np.searchsorted(ended, here)
    found = np.zeros(len(to), np.bool_)
    found[near] = many[near] * 100 >= rules.mass_percent * pupils
    return found[together]
