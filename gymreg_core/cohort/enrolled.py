"""Enrolments as known on a day, as numbers, without the rows that nobody was ever there for."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.cleaning import CleaningRules, Log
from gymreg_core.cohort.days import days_of
from gymreg_core.cohort.histories import FAR, INTRODUCTORY, PREPARATORY, VOCATIONAL
from gymreg_core.contracts.enrolments import END_REASONS, Enrolments
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]
Flags = NDArray[np.bool_]
STATE_OF_TYPE = {"introductory": INTRODUCTORY, "preparatory": PREPARATORY, "vocational": VOCATIONAL}
_INVALID, _NEVER_PRESENT = END_REASONS.index("invalid"), END_REASONS.index("never_present")


@dataclass(frozen=True, eq=False)
class Codes:
    """Every study-path code of the enrolments, sorted: code str (k,); state int8 (k,): where a pupil on it is; -1 where
    it belongs to no state (another school form)."""

    code: NDArray[np.object_]
    state: Int8

    def stateless(self, path: Int32) -> Flags:
        """Whether a pupil on each path (n,) is in no state of a history."""
        return np.append(self.state, 0)[path] < 0

    @classmethod
    def of(cls, *columns: pd.Series) -> tuple[Codes, list[Int32]]:
        """The codes of some columns, and the place of each of their cells among them."""
        found = [pd.factorize(column) for column in columns]
        names = sorted({str(name) for _, uniques in found for name in uniques})
        state = [STATE_OF_TYPE.get(_type_of(name), -1) for name in names]
        places = pd.Index(names, dtype=object)
        cells = [
            places.get_indexer(pd.Index(uniques, dtype=object)).astype(np.int32)[codes] if len(uniques) else codes
            for codes, uniques in found
        ]
        return cls(np.array(names, dtype=object), np.array(state, np.int8)), [c.astype(np.int32) for c in cells]


def _type_of(code: str) -> str:
    known = programmes().get(programme_of(code))
    return known.type if known is not None else ""


@dataclass(frozen=True, eq=False)
class Spells:
    """r spells, int32 (r,) each: person (row of persons), school, path (place among Codes), year_of_study, reason
    (place in END_REASONS), start, stop (first day after it, FAR while it goes on), present (FAR: never), recorded."""

    person: Int32
    school: Int32
    path: Int32
    year_of_study: Int32
    reason: Int32
    start: Int32
    stop: Int32
    present: Int32
    recorded: Int32

    def __len__(self) -> int:
        return len(self.person)

    def of(self, rows: Flags | Int32) -> Spells:
        """Some of the rows."""
        return Spells(*(getattr(self, one.name)[rows] for one in fields(self)))


def spells_known(e: Enrolments, path: Int32, as_of: int) -> tuple[Spells, Int32]:
    """The spells that were known at the end of a day and had begun by then, and the day each was first known (r,).

    A spell that ends on the day itself or later goes on. Of corrected rows the first of the same person, school and
    start tells when the spell was known.
    """
    from gymreg_core.cohort.cleaning_kernel import first_known

    recorded, annulled, start = (days_of(e.spells[name]) for name in ("recorded", "annulled", "start"))
    person, school = (e.spells[name].to_numpy(np.int32) for name in ("pupil", "school"))
    was = (recorded <= as_of) & (start <= as_of)
    first = first_known(person, school, start, np.where(was, recorded, FAR).astype(np.int32), len(e.persons))
    rows = np.flatnonzero(was & (annulled > as_of))
    stop = days_of(e.spells["stop"])[rows]
    goes_on = stop >= as_of
    reasons = pd.Index(END_REASONS, dtype=object)
    codes, names = pd.factorize(e.spells["reason"])
    reason = reasons.get_indexer(pd.Index(names, dtype=object)).astype(np.int32)[codes][rows]
    removed = np.isin(reason, (_INVALID, _NEVER_PRESENT))
    spells = Spells(
        person=person[rows],
        school=school[rows],
        path=path[rows],
        year_of_study=e.spells["year_of_study"].to_numpy(np.int32)[rows],
        reason=np.where(goes_on & ~removed, 0, reason),
        start=start[rows],
        stop=np.where(goes_on, FAR, stop + 1).astype(np.int32),
        present=days_of(e.spells["present"])[rows],
        recorded=recorded[rows],
    )
    return spells, first[rows]


def attended(spells: Spells, first_known: Int32, codes: Codes, as_of: int, rules: CleaningRules, log: Log) -> Spells:
    """The spells that somebody was there for, on programmes that belong to the histories."""
    late = first_known.astype(np.int64) - spells.start > rules.late_days
    log.rows("late_row", spells.person[late])
    unseen = (spells.present == FAR) | (spells.present > as_of)
    over = (spells.stop != FAR) | (as_of - spells.start.astype(np.int64) > rules.absent_days)
    kept = np.ones(len(spells), np.bool_)
    for key, hit in (
        ("invalid", spells.reason == _INVALID),
        ("never_present", spells.reason == _NEVER_PRESENT),
        ("absent", unseen & over),
        ("other_school_form", codes.stateless(spells.path)),
    ):
        log.rows(key, spells.person[hit & kept])
        kept &= ~hit
    return spells.of(kept)
