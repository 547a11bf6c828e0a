"""Person-periods: what a pupil was when a school year began, and whether the pupil was interrupted at its end.

A school year after the start runs from one 15 October to the next; the first begins with the pupil's first day. With
one look a year an interruption is known to within that year only, which is what a discrete-time model asks for
(Singer and Willett 2003, Applied Longitudinal Data Analysis, 10 and 11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.days import day_in
from gymreg_core.cohort.histories import INTERRUPTED, MOVES, NATIONAL, STATES, Histories
from gymreg_core.cohort.logit import Term
from gymreg_core.rules import rule

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Bools = NDArray[np.bool_]
Names = NDArray[np.object_]


_YES_NO = ("no", "yes")
_HOMES = ("no", "yes", "unknown")


@dataclass(frozen=True, eq=False, repr=False)
class PersonPeriods:
    """Years of pupils, m of them, by year and then pupil. Person rows: they stay in the models.

    pupil : int32 (m,), row of Histories.pupils. year : int8 (m,), 1 the first school year after the start. school :
    int32 (m,), row of the school, as it is today, that the pupil was at when the year began. event : bool (m,),
    interrupted when the next year began; a pupil has no year after it. terms : what was known when the year began.
    """

    pupil: Int32
    year: Int8
    school: Int32
    event: Bools
    terms: tuple[Term, ...]

    def __len__(self) -> int:
        return len(self.pupil)

    def __repr__(self) -> str:
        return f"PersonPeriods({len(self)} years of {len(np.unique(self.pupil))} pupils)"


def person_periods(h: Histories, s: pd.DataFrame) -> PersonPeriods:
    """The years of the pupils who are followed from their very first day, up to the rule `hazard_years`.

    At risk: on a national programme when the year began (in the first: from the first day), and never interrupted
    before. Years on an introductory programme are not among them: whoever leaves one has often come to its end, and no
    coefficient makes that the same thing. No event: still enrolled, on a study break, moved out, ended by age, or with
    a diploma or study certificate when the next year begins; after each but the first of these the risk ends, or pauses
    until the pupil is on a national programme on a 15 October again. Whoever left and was back by then was not
    interrupted. A year that did not end by `as_of` is in none.
    """
    cohort, status_day = s["cohort"].to_numpy(np.int64), rule("cohort", "status_day")
    here = (s["first_time"] & s["followed"]).to_numpy(np.bool_)
    interrupted = np.zeros(len(h), np.bool_)
    parts = []
    for year in range(1, int(rule("cohort_models", "hazard_years")) + 1):
        begins, ends = (day_in(cohort + at, status_day).astype(np.int32) for at in (year - 1, year))
        row = s["row"].to_numpy(np.int32) if year == 1 else h.row_at(begins)
        day = _of_row(h, "start", row) if year == 1 else begins
        national = np.isin(_of_row(h, "state", row), NATIONAL) & (row >= 0)
        at_risk = here & national & ~interrupted & (ends <= h.as_of)
        event = at_risk & (h.state_at(ends) == INTERRUPTED)
        interrupted |= event
        pupil = np.flatnonzero(at_risk).astype(np.int32)
        parts.append((pupil, np.full(len(pupil), year, np.int8), row[pupil], h.home_at(day)[pupil], event[pupil]))
    pupil, year_of, row, home, event = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    unit = h.schools["unit"].to_numpy(np.int32)[_of_row(h, "school", row)]
    return PersonPeriods(pupil, year_of, unit, event, _terms(h, s, pupil, year_of, row, home))


def _of_row(h: Histories, column: str, row: Int32) -> Int32:
    """A column of the spells at rows (n,); anything where there is no row."""
    values = h.spells[column].to_numpy()
    return values[row].astype(np.int32) if len(values) else np.zeros(len(row), np.int32)


def _terms(h: Histories, s: pd.DataFrame, pupil: Int32, year: Int8, row: Int32, home: Names) -> tuple[Term, ...]:
    """What was known of pupils (m,) when they were in rows (m,) of the spells and lived in home (m,)."""
    about, references = s.iloc[pupil], rule("cohort_models", "hazard_references")
    years = tuple(map(str, range(1, int(rule("cohort_models", "hazard_years")) + 1)))
    codes: dict[str, tuple[Int32, tuple[str, ...]]] = {
        "year": ((year - 1).astype(np.int32), years),
        "programme_type": (_of_row(h, "state", row), STATES),
        "entry": _coded(about["entry"]),
        "merit_band": _coded(about["merit_band"]),
        "sex": _coded(about["sex"]),
        "switched": (switched_by(h, pupil, row).astype(np.int32), _YES_NO),
        "commuting": (commuting(h, row, home), _HOMES),
        "provider_form": _coded(h.schools["provider_form"].iloc[_of_row(h, "school", row)]),
        "cohort": _coded(about["cohort"].astype(str)),
    }
    return tuple(term(name, values, levels, references.get(name)) for name, (values, levels) in codes.items())


def _coded(values: pd.Series) -> tuple[Int32, tuple[str, ...]]:
    levels, codes = np.unique(values.to_numpy(object).astype(str), return_inverse=True)
    return codes.astype(np.int32), tuple(map(str, levels))


def term(name: str, codes: Int32, levels: tuple[str, ...], reference: str | None = None) -> Term:
    """A characteristic with only the levels that occur; compared with the one named, else with the largest."""
    present, compact, size = np.unique(codes, return_inverse=True, return_counts=True)
    left = tuple(levels[place] for place in present)
    place = left.index(reference) if reference in left else int(np.argmax(size)) if len(size) else 0
    return Term(name, compact.astype(np.int32), left, place)


def switched_by(h: Histories, pupil: Int32, row: Int32) -> Bools:
    """Whether pupils (m,) had switched (rule `switch_kinds`) by the rows of the spells (m,) that they are in."""
    is_switch = np.isin(h.spells["move"].to_numpy(), [MOVES.index(move) for move in rule("cohort", "switch_kinds")])
    counted = np.concatenate([[0], np.cumsum(is_switch)])
    return np.asarray(counted[row + 1] > counted[h.of_pupil[pupil]], np.bool_)


def commuting(h: Histories, row: Int32, home: Names) -> Int32:
    """Whether the school of rows (m,) lies outside the homes (m,): places in no, yes, unknown."""
    lies = h.schools["municipality"].to_numpy(object)[_of_row(h, "school", row)]
    return np.where(home == "", 2, lies != home).astype(np.int32)
