"""What a round looks at of a register: the lists as they stood, the grades of its term, the points of skill tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS, Register
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.kernel import NONE, Int32, Int64
from gymreg_core.matching.market import Bools
from gymreg_core.rules import rule

PRELIMINARY, FINAL = "preliminary", "final"
_LAST_DAYS = ("last_application_day", "last_rechoice_day", "final_admission", "last_reply_day")


@dataclass(frozen=True, eq=False)
class Lists:
    """The choices that take part in a round, of n applicants with up to k each.

    pupil : int32 (n,), rows of the register's pupils, ascending. choices : int32 (n, k), rows of its study paths, best
    first, NONE = no choice. rank : int64 (n, k), place on the applicant's own list, 1 = most wanted; gaps where choices
    lapsed. late : bool (n, k), came in after the last day. received : datetime64[s] (n, k).
    """

    pupil: Int32
    choices: Int32
    rank: Int64
    late: Bools
    received: NDArray[np.datetime64]


def calendar(intake_year: int) -> dict[str, date]:
    """The days of the admission year in their order (rules/admission_calendar.yml), each reserve round by its name."""
    days = {name: rule("admission_calendar", name, intake_year) for name in _LAST_DAYS}
    days |= {f"reserve_{n}": day for n, day in enumerate(rule("admission_calendar", "reserve_rounds", intake_year), 1)}
    days["schools_take_over"] = rule("admission_calendar", "schools_take_over", intake_year)
    return {name: date.fromisoformat(f"{intake_year}-{day}") for name, day in days.items()}


def reserve_rounds(intake_year: int) -> tuple[str, ...]:
    """The names of the year's reserve rounds, in order."""
    return tuple(name for name in calendar(intake_year) if name.startswith("reserve_"))


def end_of(day: date) -> np.datetime64:
    """The moment when a day is over."""
    return np.datetime64(day + timedelta(days=1))


def lists_of(register: Register, round_: str, pupils: NDArray[Any] | None = None) -> Lists:
    """The lists of a round: the preliminary ones, or the final ones as far as they had come in by the round's day.

    pupils : only these rows of the register's pupils. Errors: BadInput where nobody applied; BadParameters for a round
    that is not known.
    """
    known = (PRELIMINARY, FINAL, *reserve_rounds(register.intake_year))
    if round_ not in known:
        raise BadParameters(f"there is no round {round_!r}", where="round", why=f"Known: {', '.join(known)}.")
    table = register.applications
    taken = table["round"].eq(PRELIMINARY if round_ == PRELIMINARY else FINAL).to_numpy(np.bool_)
    if round_ != PRELIMINARY:
        day = calendar(register.intake_year)["final_admission" if round_ == FINAL else round_]
        taken = taken & (table["received"].to_numpy() < end_of(day))
    if pupils is not None:
        taken = taken & np.isin(table["pupil"].to_numpy(), pupils)
    if not taken.any():
        raise BadInput(
            f"nobody applied in the {round_} round",
            where=f"register of {register.intake_year}",
            remedy="Give the applications of this round, or match another one.",
        )
    names = ("pupil", "rank", "path", "late", "received")
    pupil, rank, path, late, received = (table[name].to_numpy()[taken] for name in names)
    order = np.lexsort((rank, pupil))
    pupil = pupil[order]
    starts = np.flatnonzero(np.append(True, pupil[1:] != pupil[:-1]))
    row = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(pupil))))
    column = np.arange(len(pupil)) - starts[row]

    def laid_out(values: NDArray[Any], empty: Any, dtype: Any) -> Any:
        whole = np.full((len(starts), int(column.max()) + 1), empty, dtype)
        whole[row, column] = values[order]
        return whole

    return Lists(
        pupil[starts].astype(np.int32),
        laid_out(path, NONE, np.int32),
        laid_out(rank, 0, np.int64),
        laid_out(late, 0, np.bool_),
        laid_out(received, np.datetime64("NaT"), "datetime64[s]"),
    )


def grades_of(register: Register, round_: str, pupil: Int32) -> tuple[NDArray[np.int8], Bools]:
    """Grades that count in a round for these rows of pupils (n, subjects), and who is exempt from English (n,).

    The preliminary round looks at the autumn's grades, but at the final ones of those who finished year 9 earlier
    (gymnasieförordningen 7 kap. 7 §). No grades where there is no row.
    """
    autumn, final = (_term(register, term) for term in ("autumn", "final"))
    row = final
    if round_ == PRELIMINARY:
        finished = register.pupils["year9_year"].to_numpy()
        earlier = (finished > 0) & (finished < register.intake_year) & (final != NONE)
        row = np.where(earlier, final, autumn)
    at = row[pupil]
    grades = register.grades[list(SUBJECTS)].to_numpy(np.int8)
    exempt = register.grades["english_dispensation"].to_numpy(np.bool_)
    there = at != NONE
    found, free = np.zeros((len(pupil), len(SUBJECTS)), np.int8), np.zeros(len(pupil), np.bool_)
    found[there], free[there] = grades[at[there]], exempt[at[there]]
    return found, free


def tests_of(register: Register, pupil: Int32, choices: Int32) -> NDArray[np.float64]:
    """Points of the skill test per choice (n, k), before they are weighted, NaN where there are none."""
    found = np.full(choices.shape, np.nan)
    if not len(register.tests):
        return found
    m = len(register.study_paths)
    path = register.tests["path"].to_numpy(np.int64)
    code = register.tests["pupil"].to_numpy(np.int64) * m + path
    order = np.argsort(code)
    code, points = code[order], register.tests["points"].to_numpy(np.float64)[order]
    tested = np.zeros(m, np.bool_)
    tested[path] = True
    row, column = np.nonzero((choices != NONE) & tested[choices])
    wanted = pupil[row].astype(np.int64) * m + choices[row, column]
    place = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
    found[row, column] = np.where(code[place] == wanted, points[place], np.nan)
    return found


def _term(register: Register, term: str) -> Int64:
    """Row of the grades table by row of pupils (p,), NONE where there is none."""
    rows = np.flatnonzero(register.grades["term"].eq(term).to_numpy())
    found = np.full(len(register.pupils), NONE, np.int64)
    found[register.grades["pupil"].to_numpy()[rows]] = rows
    return found
