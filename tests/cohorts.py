"""Histories for tests, written as tables that anyone in the office can read."""

from __future__ import annotations

from typing import Any

import numpy as np

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.histories import FAR, MOVES, STATES, Histories
from tests.enrolments import Rows, tiny_enrolments


def tiny_histories(
    spells: Rows = "",
    persons: Rows = "",
    homes: Rows = "",
    certificates: Rows = "",
    schools: Rows = "",
    **besides: Any,
) -> Histories:
    """Histories of enrolments written as text tables; every table and column is explained in tests/enrolments.py.

    besides : year9, identities, predecessors, since ('2023-07-01'), as_of ('2026-06-30'). A usual spell is of who, at
    school A on EKEKO in year 1 from 2023-08-15 on; `stop` is the last day. So

        tiny_histories(
            '''
            | who | start      | stop       | reason   | year |
            | eva | 2023-08-15 | 2024-06-10 | promoted | 1    |
            | eva | 2024-08-15 |            |          | 2    |
            '''
        )

    is one pupil with two rows. Pupils stand in the order of their pseudonyms; `person` of h.pupils is the place in
    which a name first stands in the tables. `told(h, "eva ann")` gives the rows with names, in the order of the names.
    """
    e = tiny_enrolments(spells, persons, homes, certificates=certificates, schools=schools, **besides)
    return histories(e)


def told(h: Histories, names: str) -> list[str]:
    """The rows of h, a line each: who state school path year start stop move, where it has them; by name, then day.

    names : of the persons, in the order in which the tables name them first. A stop that has not come is left out.
    """
    whose = [names.split()[person] for person in h.pupils["person"]]
    lines = []
    for pupil, state, school, path, year, start, stop, move in h.spells.itertuples(index=False):
        place = [h.schools["school"][school], h.paths["study_path_code"][path], str(year)] if school >= 0 else []
        days = [day(start), *([day(stop)] if stop != FAR else [])]
        lines.append((names.split().index(whose[pupil]), [whose[pupil], STATES[state], *place, *days, MOVES[move]]))
    return [" ".join(line) for _, line in sorted(lines, key=lambda one: one[0])]


def day(number: int) -> str:
    """The ISO date of a day."""
    return str(np.datetime64(number, "D"))


def touched(h: Histories) -> dict[str, tuple[int, int]]:
    """Rows and pupils of every rule of the cleaning that touched any."""
    return {rule: (rows, pupils) for rule, rows, pupils in h.log.itertuples(index=False) if rows}
