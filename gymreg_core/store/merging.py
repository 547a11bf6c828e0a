"""A second extract of enrolments upon what is stored: what was known on any earlier day can be told as before.

The numbered rules are those of docs/decisions/0014-a-second-extract-adds-to-what-was-known.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import ENROLMENT_TABLES, Enrolments, enrolment_table, references_of
from gymreg_core.store.alike import numbered, pairs_of

Ints = NDArray[np.int64]
Int32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class _Table:
    """How rows of a table follow one another. `day`: the column that says since when it holds; None where none does.

    `key`: the columns in which a row and the one that takes its place are equal.
    """

    day: str | None
    key: tuple[str, ...]


_TABLES: Mapping[str, _Table] = {
    "year9": _Table(None, ("pupil",)),
    "homes": _Table("start", ("pupil", "start")),
    "spells": _Table("start", ("pupil", "school", "start")),
    "decisions": _Table("start", ("pupil", "start")),
    "certificates": _Table("issued", ("pupil", "certificate")),
    "identities": _Table("day", ("former",)),
    "predecessors": _Table("day", ("former", "school")),
}


@dataclass(frozen=True)
class Merged:
    """What an extract did to one table: rows that stood in both, that are new, that were known late, that are gone."""

    table: str
    same: int
    new: int
    late: int
    gone: int


def merged(stored: Enrolments, new: Enrolments) -> tuple[Enrolments, list[Merged]]:
    """What is known once `new`, of the same day or a later one, came to what was stored.

    Known at an earlier day is what was stored then; known at the last day of `new` is what it says, and what it cannot
    tell any more. Where a source keeps its days, that is `new` itself. Rows stand in the order of `new`, those that
    only the stored had after them. Persons are known by pseudonym and schools by school unit, with what was told last.
    """
    persons, of_stored, of_new = _joined(stored.persons, new.persons, "applicant")
    schools, unit_of_stored, unit_of_new = _joined(stored.schools, new.schools, "school_id")
    tables: dict[str, Any] = {}
    counts: list[Merged] = []
    for name in _TABLES:
        before = _placed(name, stored, of_stored, unit_of_stored)
        after = _placed(name, new, of_new, unit_of_new)
        tables[name], told = _merged(name, before, after, stored, new)
        counts.append(told)
    together = replace(
        new,
        since=min(stored.since, new.since),
        persons=enrolment_table("persons", persons),
        schools=enrolment_table("schools", schools),
        **tables,
    )
    return together, counts


def _joined(before: pd.DataFrame, after: pd.DataFrame, name: str) -> tuple[pd.DataFrame, Ints, Ints]:
    """Rows of both by what they are known by, and the row that each of the first and of the second has among them."""
    at = pd.Index(after[name]).get_indexer(before[name])
    only = np.flatnonzero(at < 0)
    place = at.astype(np.int64)
    place[only] = len(after) + np.arange(len(only))
    return pd.concat([after, before.iloc[only]], ignore_index=True), place, np.arange(len(after), dtype=np.int64)


def _placed(name: str, e: Enrolments, persons: Ints, schools: Ints) -> pd.DataFrame:
    """A table whose references are to rows of the persons and schools of both."""
    table: pd.DataFrame = getattr(e, name)
    of = {"persons": persons, "schools": schools}
    moved = {column: of[into][table[column]].astype(np.int32) for column, into in references_of(name).items()}
    return table.assign(**moved)


def _merged(
    name: str, before: pd.DataFrame, after: pd.DataFrame, stored: Enrolments, new: Enrolments
) -> tuple[pd.DataFrame, Merged]:
    known, today = _day(stored.as_of), _day(new.as_of)
    content = [c.name for c in ENROLMENT_TABLES[name] if c.name not in ("recorded", "annulled")]
    same_before, same_after = numbered([_codes(column, before, after) for column in content])
    recorded, annulled = _days(before, "recorded"), _days(before, "annulled")
    told, withdrawn = _days(after, "recorded"), _days(after, "annulled")

    # 1. A row that is as it was known stands in both, and may have been annulled since.
    then = np.where(withdrawn > known, _NEVER, withdrawn)
    exact = numbered([(same_before, same_after), (recorded, told), (annulled, then)])
    ours, theirs = pairs_of(*exact)
    # 2. So does one that says the same, whatever day the source says it from.
    left_before, left_after = np.ones(len(before), np.bool_), np.ones(len(after), np.bool_)
    left_before[ours], left_after[theirs] = False, False
    holding = np.flatnonzero(left_before & (annulled == _NEVER))
    holding = holding[np.argsort(recorded[holding], kind="stable")]
    others = np.flatnonzero(left_after)
    others = others[np.lexsort((told[others], -withdrawn[others].astype(np.int64)))]
    a, b = pairs_of(same_before[holding], same_after[others])
    again, once_more = holding[a], others[b]
    left_before[again], left_after[once_more] = False, False
    told[once_more] = recorded[again]
    backdated = once_more[withdrawn[once_more] <= known]
    withdrawn[backdated] = today
    # 3. What the source says was known before and was not is known from now on.
    late = left_after & (told <= known)
    told[late] = today
    never = late & (withdrawn < _NEVER)
    # 4. What is gone from the time that the extract tells of, or has another in its place, no longer counts.
    left = np.flatnonzero(left_before & (annulled == _NEVER))
    gone = left[_replaced(name, before.iloc[left], after, _day(new.since))]
    annulled[gone] = today
    whole = pd.concat([after[~never], before[left_before]], ignore_index=True)
    whole["recorded"] = _stamps(np.append(told[~never], recorded[left_before]))
    whole["annulled"] = _stamps(np.append(withdrawn[~never], annulled[left_before]))
    counts = Merged(
        name,
        same=len(ours) + len(again),
        new=int((left_after & ~late).sum()),
        late=int((late & ~never).sum()),
        gone=len(gone),
    )
    return enrolment_table(name, whole), counts


def _replaced(name: str, before: pd.DataFrame, after: pd.DataFrame, since: int) -> Flags:
    """Stored rows (n,) that the new extract would tell if they held, or that another row has the place of."""
    how = _TABLES[name]
    if not len(before):
        return np.zeros(0, np.bool_)
    keys, others = numbered([_codes(column, before, after) for column in how.key])
    replaced = pd.Series(keys).isin(others).to_numpy()
    return replaced if how.day is None else replaced | (_days(before, how.day) >= since)


def _codes(column: str, before: pd.DataFrame, after: pd.DataFrame) -> tuple[Int32, Int32]:
    """Whole numbers that are equal where the cells of a column are, of one table (n,) and of another (m,)."""
    first, second = before[column], after[column]
    if first.dtype.kind == "M":
        return _days(before, column), _days(after, column)
    if first.dtype.kind in "iub":
        return first.to_numpy(np.int32), second.to_numpy(np.int32)
    codes, _ = pd.factorize(pd.concat([first, second], ignore_index=True))
    return codes[: len(first)].astype(np.int32), codes[len(first) :].astype(np.int32)


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))


def _days(table: pd.DataFrame, column: str) -> Int32:
    """Days since 1970 (n,), the last number where there is none."""
    days = table[column].to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), _NEVER, days.astype(np.int64)).astype(np.int32)


def _stamps(days: Int32) -> Any:
    stamps = np.where(days == _NEVER, 0, days).astype(np.int64).astype("datetime64[D]").astype("datetime64[s]")
    stamps[days == _NEVER] = np.datetime64("NaT")
    return stamps
