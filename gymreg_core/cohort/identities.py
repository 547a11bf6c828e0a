"""Which numbers are one pupil: numbers that were replaced, placeholders, protected identities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.cleaning import CleaningRules, Log
from gymreg_core.cohort.days import Int64, lookup, school_year
from gymreg_core.cohort.enrolled import Spells
from gymreg_core.cohort.units import Units, end_of, placed
from gymreg_core.contracts.enrolments import Enrolments, known_at, year9_of

Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
_YEARS = 1 << 10


@dataclass(frozen=True, eq=False)
class Pupils:
    """Who is followed as one: m pupils, in the order of their pseudonyms, then of school unit and school year.

    person : int32 (m,), row of persons of the number used now. followed, protected : bool (m,).
    of_person : int32 (p,), the row of persons under which each person of the enrolments is followed.
    rank : int32 (p,), place of each person's pseudonym in their order. keys : int64 (m,), sorted.
    apart : bool (p,), placeholders. unit : int32 (s,), place among the ids of the school that each is today.
    begins : first day of a school year.
    """

    person: Int32
    followed: Flags
    protected: Flags
    of_person: Int32
    rank: Int32
    keys: Int64
    apart: Flags
    unit: Int32
    begins: str

    def __len__(self) -> int:
        return len(self.person)

    def number(self, person: Int32, school: Int32, day: Int32) -> Int32:
        """The pupil of rows (r,) about a person at a school on a day: int32 (r,), -1 where there is none."""
        key = self.key(person, school, day)
        at = np.minimum(np.searchsorted(self.keys, key), max(len(self.keys) - 1, 0))
        if not len(self.keys):
            return np.full(len(key), -1, np.int32)
        return np.where(self.keys[at] == key, at, -1).astype(np.int32)

    def key(self, person: Int32, school: Int32, day: Int32) -> Int64:
        """What pupils are told apart by: int64 (r,)."""
        whose = self.of_person[person]
        return _key(self.rank[whose], self.apart[whose], self.unit, school, day, self.begins)

    def of(self, person: Int32) -> tuple[Int32, Int32]:
        """The rows (k,) among rows (r,) of persons, and the pupil of each: a row per pupil that a person is."""
        many = _per_person(self.unit)
        rank = self.rank[self.of_person[person]].astype(np.int64)
        first = np.searchsorted(self.keys, rank * many)
        count = np.searchsorted(self.keys, (rank + 1) * many) - first
        row = np.repeat(np.arange(len(person)), count)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row.astype(np.int32), (first[row] + nth).astype(np.int32)


def _per_person(unit: Int32) -> int:
    return (len(unit) + 1) * _YEARS


def _key(rank: Int32, apart: Flags, unit: Int32, school: Int32, day: Int32, begins: str) -> Int64:
    key = rank.astype(np.int64) * _per_person(unit)
    rows = np.flatnonzero(apart)
    year = lookup(lambda days: school_year(days, begins), day[rows])
    key[rows] += (unit[school[rows]].astype(np.int64) + 1) * _YEARS + year - 1900
    return key


def pupils_of(e: Enrolments, spells: Spells, units: Units, rules: CleaningRules, log: Log) -> tuple[Pupils, Int32]:
    """The pupils that have spells, and the pupil of each spell (r,).

    A former number and the one that replaced it are one person, except where either is protected. A placeholder that
    nothing replaced is a pupil per school unit (as it is today) and school year in which a spell began.
    """
    p = len(e.persons)
    rank = placed(e.persons["applicant"])
    secret = e.persons["protected"].to_numpy(np.bool_)
    of_person = end_of(_replaced_by(e, secret, rank))
    spelled = np.zeros(p, np.bool_)
    spelled[spells.person] = True
    linked = np.flatnonzero((of_person != np.arange(p)) & spelled).astype(np.int32)
    log.rows("identity_event", of_person[linked])
    apart = e.persons["number_kind"].isin(rules.placeholder_kinds).to_numpy(np.bool_)
    unit = units.place[units.today]
    whose = of_person[spells.person]
    key = _key(rank[whose], apart[whose], unit, spells.school, spells.start, rules.school_year)
    keys, pupil = _numbered(key)
    person = np.empty(len(keys), np.int32)
    person[pupil] = whose
    found = Pupils(person, ~apart[person], secret[person], of_person, rank, keys, apart, unit, rules.school_year)
    log.rows("placeholder", pupil[~found.followed[pupil]])
    log.rows("protected", pupil[found.protected[pupil]])
    return found, pupil


def used_now(e: Enrolments) -> Int32:
    """The row of persons of the number that took each one's place, as known at the end of `as_of`: int32 (p,), its own
    where none did, or where either is protected."""
    return end_of(_replaced_by(e, e.persons["protected"].to_numpy(np.bool_), placed(e.persons["applicant"])))


def _numbered(key: Int64) -> tuple[Int64, Int32]:
    """The different keys, sorted, and which of them each is."""
    codes, found = pd.factorize(key)
    order = np.argsort(found)
    place = np.empty(len(found), np.int32)
    place[order] = np.arange(len(found), dtype=np.int32)
    return found[order], place[codes]


def _replaced_by(e: Enrolments, secret: Flags, rank: Int32) -> Int32:
    """The row of persons that each number was replaced by next (p,), itself where it was not."""
    known = known_at(e.identities, pd.Timestamp(e.as_of))
    pupil, former = (known[name].to_numpy(np.int64) for name in ("pupil", "former"))
    open_ = ~(secret[pupil] | secret[former])
    order = np.lexsort((rank[pupil], known["day"].to_numpy(), former))
    order = order[open_[order]]
    to = np.arange(len(secret), dtype=np.int32)
    to[former[order]] = pupil[order]
    return to


def characteristics(e: Enrolments, pupils: Pupils) -> pd.DataFrame:
    """A row per pupil, as Histories.pupils: what the number used now tells, then what an earlier one does."""
    year9 = year9_of(e)
    merit, year = year9["merit"].to_numpy(np.float64), year9["year"].to_numpy(np.int16)
    best, last = np.full(len(merit), -np.inf), np.zeros(len(year), np.int16)
    np.maximum.at(best, pupils.of_person, np.where(np.isnan(merit), -np.inf, merit))
    np.maximum.at(last, pupils.of_person, year)
    best = np.where(np.isinf(best), np.nan, best)
    person = pupils.person
    return pd.DataFrame(
        {
            "person": person,
            "followed": pupils.followed,
            "sex": e.persons["sex"].take(person).reset_index(drop=True),
            "birth_year": e.persons["birth_year"].to_numpy(np.int16)[person],
            "merit": np.where(np.isnan(merit), best, merit)[person],
            "year9_year": np.where(year == 0, last, year)[person],
        }
    )
