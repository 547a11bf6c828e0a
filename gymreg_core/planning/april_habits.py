"""What applicants do from April to July, learned from years that ended, and a July drawn for an April by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS, Register, as_table, empty_table
from gymreg_core.errors import BadInput
from gymreg_core.rules import rule

Bools = NDArray[np.bool_]
Grades = NDArray[np.int8]
Int64 = NDArray[np.int64]
_NONE = 0


@dataclass(frozen=True, eq=False)
class Habits:
    """Applicants of years that ended, as donors of what they did.

    band : int64 (d,), place of the donor's autumn grades among those of the year, 0 the lowest. autumn, final : int8
    (d, subjects), places in the grade scale. changed, left : bool (d,), whether the list changed, and whether there was
    none in July any more. newcomers : applicants of July alone, as a share of April's.
    """

    band: Int64
    autumn: Grades
    final: Grades
    changed: Bools
    left: Bools
    newcomers: float


def as_of_april(register: Register) -> Register:
    """The register as it was when the preliminary admission was made: nothing of July is in it."""
    paths = register.study_paths
    return replace(
        register,
        grades=register.grades[register.grades["term"] == "autumn"].reset_index(drop=True),
        applications=register.applications[register.applications["round"] == "preliminary"].reset_index(drop=True),
        study_paths=paths.assign(seats_final=paths["seats_preliminary"], free_quota_seats=np.int32(0)),
        free_quota=empty_table("free_quota"),
        replies=empty_table("replies"),
    )


def habits_of(registers: Sequence[Register]) -> Habits:
    """What the applicants of years that ended did from April to July.

    Errors: BadInput where no register has grades and lists of both rounds.
    """
    parts = [part for part in map(_of_one, registers) if part is not None]
    if not parts:
        raise BadInput(
            "nothing is known of how applicants change their lists and grades",
            where="earlier registers",
            why="That takes a register of an earlier year with grades and lists of both rounds.",
        )
    names = ("band", "autumn", "final", "changed", "left")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Habits(**joined, newcomers=float(np.mean([part.newcomers for part in parts])))


def _of_one(register: Register) -> Habits | None:
    lists = {name: _lists(register, name) for name in ("preliminary", "final")}
    grades = {term: _grades(register, term) for term in ("autumn", "final")}
    here = grades["autumn"].index.intersection(grades["final"].index).intersection(lists["preliminary"].index)
    if here.empty or lists["final"].empty:
        return None
    autumn = grades["autumn"].loc[here].to_numpy(np.int8)
    after = lists["final"].reindex(here)
    new = lists["final"].index.difference(lists["preliminary"].index)
    return Habits(
        bands(autumn),
        autumn,
        grades["final"].loc[here].to_numpy(np.int8),
        (after != lists["preliminary"].loc[here]).to_numpy(np.bool_),
        after.isna().to_numpy(np.bool_),
        len(new) / len(lists["preliminary"]),
    )


def drawn_july(april: Register, habits: Habits, rng: np.random.Generator) -> Register:
    """A register with a final round, drawn: each applicant does what a donor with like grades did.

    april : `as_of_april`. A donor's change of a grade is made where both had one. Whoever changes the list takes that
    of another applicant with like grades, from the same municipality where there is one; newcomers are such again.
    """
    lists, autumn = _lists(april, "preliminary"), _grades(april, "autumn")
    pupil = lists.index.intersection(autumn.index)
    before = autumn.loc[pupil].to_numpy(np.int8)
    band = bands(before)
    donor = _one_of(habits.band, band, rng)
    known = (before != _NONE) & (habits.autumn[donor] != _NONE)
    change = habits.final[donor].astype(np.int64) - habits.autumn[donor]
    highest = max(int(habits.final.max()), int(before.max()))
    both = (before == _NONE) & (habits.autumn[donor] == _NONE)
    after = np.where(known, np.clip(before + change, 1, highest), np.where(both, habits.final[donor], before))
    home = pd.factorize(april.pupils["home_municipality"].iloc[pupil])[0]
    like = _one_of(band + home * (band.max() + 1), band + home * (band.max() + 1), rng)
    source = np.where(habits.changed[donor], like, np.arange(len(pupil)))
    stays = ~habits.left[donor]
    again = rng.choice(len(pupil), round(habits.newcomers * len(pupil)))
    rows = np.concatenate([pupil.to_numpy()[stays], len(april.pupils) + np.arange(len(again))])
    copies = april.pupils.iloc[pupil.to_numpy()[again]].reset_index(drop=True)
    copies = copies.assign(applicant=[f"{n:032x}" for n in range(len(again))])
    graded = _graded(
        np.concatenate([pupil.to_numpy(), rows[len(rows) - len(again) :]]), np.concatenate([after, after[again]])
    )
    wanted = lists.loc[pupil].to_numpy()[np.concatenate([source[stays], again])]
    return replace(
        april,
        pupils=pd.concat([april.pupils, as_table("pupils", copies)], ignore_index=True),
        grades=pd.concat([april.grades, graded], ignore_index=True),
        applications=pd.concat([april.applications, _applied(april, rows, wanted)], ignore_index=True),
    )


def bands(grades: Grades) -> Int64:
    """The place of each row of grades (n, subjects) among all, from 0, in as many bands as the rule `grade_bands`."""
    count = int(rule("cutoff_forecast", "grade_bands"))
    order = np.argsort(np.argsort(grades.astype(np.int64).sum(axis=1), kind="stable"), kind="stable")
    return np.asarray(order * count // max(1, len(grades)), np.int64)


def _one_of(groups: Int64, wanted: Int64, rng: np.random.Generator) -> Int64:
    """For each of `wanted` a row of `groups` that is the same, drawn; any row where there is none."""
    order = np.argsort(groups, kind="stable")
    first, last = (np.searchsorted(groups[order], wanted, side) for side in ("left", "right"))
    place = np.where(
        last > first,
        first + np.floor(rng.random(len(wanted)) * (last - first)),
        rng.integers(len(groups), size=len(wanted)),
    )
    return np.asarray(order[place.astype(np.int64)], np.int64)


def _lists(register: Register, round_: str) -> pd.Series:
    """The list of each pupil, paths best first as a tuple, by row of pupils."""
    rows = register.applications[register.applications["round"] == round_].sort_values(["pupil", "rank"])
    found: pd.Series = rows.groupby("pupil")["path"].agg(tuple)
    return found


def _grades(register: Register, term: str) -> pd.DataFrame:
    rows = register.grades[register.grades["term"] == term].drop_duplicates("pupil")
    return rows.set_index("pupil")[list(SUBJECTS)]


def _graded(pupil: Int64, grades: Grades) -> pd.DataFrame:
    columns = {subject: grades[:, place] for place, subject in enumerate(SUBJECTS)}
    return as_table("grades", pd.DataFrame({"pupil": pupil, "term": "final", "english_dispensation": False, **columns}))


def _applied(april: Register, pupil: Int64, lists: NDArray[np.object_]) -> pd.DataFrame:
    lengths = np.array([len(one) for one in lists], np.int64)
    paths = np.concatenate([np.asarray(one, np.int64) for one in lists]) if len(lists) else np.zeros(0, np.int64)
    rank = np.concatenate([np.arange(1, n + 1) for n in lengths]) if len(lists) else np.zeros(0, np.int64)
    columns = {"pupil": np.repeat(pupil, lengths), "round": "final", "rank": rank, "path": paths, "late": False}
    return as_table("applications", pd.DataFrame({**columns, "received": april.applications["received"].max()}))
