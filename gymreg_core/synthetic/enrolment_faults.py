"""How faults of enrolments are planted: links that cannot be, and what the cleaning of histories has rules for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.faults import WHOSE, Extract, Fault, Rows

_WINTER = ("09", "10", "11", "12", "01", "02", "03")
_GROUP = 12
"""Pupils of a unit that all go to another one."""
_LONG = 200
"""Days of a school year that has a January in it."""


def _link_numbers(extract: Extract, fault: Fault) -> None:
    """A number that is replaced by itself or by two others, or that is protected."""
    people = extract.tables[extract.people]
    open_ = extract.words(extract.people, "protected", False)
    former = extract.pick(extract.people, fault["per_thousand"], open_)
    if fault["link"] == "itself":
        _new_number(extract, fault, former, former)
        return
    for _ in range(2 if fault["link"] == "twice" else 1):
        pupil = extract.pick(extract.people, fault["per_thousand"], open_)
        former = former[: len(pupil)]
        _new_number(extract, fault, pupil, former)
    if fault["link"] == "protected":
        people.loc[former, "protected"] = extract.word(extract.people, "protected", True)
        extract.found("identity-protected", extract.people, "protected", former)


def _new_number(extract: Extract, fault: Fault, pupil: Rows, former: Rows) -> None:
    numbers, day = extract.tables[extract.people]["applicant"], f"{extract.year - 1}-09-01"
    rows = {
        "pupil": numbers[pupil].to_numpy(),
        "former": numbers[former].to_numpy(),
        "day": day,
        "evidence": extract.word("identities", "evidence", "registered"),
        "recorded": day,
        "annulled": "",
        WHOSE: pupil,
    }
    extract.note(fault, extract.add("identities", pd.DataFrame(rows)))


def _link_units(extract: Extract, fault: Fault) -> None:
    """A unit that is replaced by itself, by others for more than all of it, or for nothing."""
    schools, known = extract.tables["schools"], extract.tables["predecessors"]
    every = np.ones(len(schools), np.bool_)
    for row in extract.pick("schools", fault["per_thousand"], every).tolist():
        own = schools.at[row, "school_id"]
        others = [one for one in schools["school_id"] if one != own and one not in set(known["former"])]
        to, percent = {"itself": ([own], "100"), "too_much": (others[:2], "60"), "nothing": (others[:1], "0")}[
            fault["unit"]
        ]
        day = f"{extract.year - 1}-07-01"
        rows = {"former": own, "school": to, "day": day, "percent": percent, "recorded": day, "annulled": "", WHOSE: -1}
        extract.note(fault, extract.add("predecessors", pd.DataFrame(rows)))


def _holding(extract: Extract) -> pd.DataFrame:
    """The spells that count in the end, in the order of pupils and days, with the next of the same pupil: `next`, the
    row, -1 where there is none; `first`: no earlier one; `alone`: known from its first day on, and never corrected."""
    spells = extract.tables["spells"]
    alone = ~spells.duplicated([WHOSE, "school", "start"], keep=False) & spells["recorded"].eq(spells["start"])
    found = spells.assign(alone=alone)[spells["annulled"].eq("") & (spells[WHOSE] >= 0)]
    found = found.sort_values([WHOSE, "start"], kind="stable")
    later = found[WHOSE].eq(found[WHOSE].shift(-1)).to_numpy()
    rows = found.index.to_numpy()
    return found.assign(next=np.where(later, np.roll(rows, -1), -1), first=found[WHOSE].ne(found[WHOSE].shift(1)))


def _flags(extract: Extract, rows: Any) -> NDArray[np.bool_]:
    flags = np.zeros(len(extract.tables["spells"]), np.bool_)
    flags[np.asarray(rows, np.int64)] = True
    return flags


def _later(days: pd.Series, by: int) -> pd.Series:
    return (pd.to_datetime(days) + pd.Timedelta(days=by)).dt.strftime("%Y-%m-%d")


def _between(extract: Extract, fault: Fault) -> None:
    """Of a change of school in winter, the first spell lasts `between` days too long; below 0, the next begins late."""
    spells, days = extract.tables["spells"], int(fault["between"])
    held = _holding(extract)
    held = held[(held["next"] >= 0) & held["reason"].eq(extract.word("spells", "reason", "changed"))]
    after = spells.loc[held["next"]].set_axis(held.index)
    alone = _holding(extract)["alone"].reindex(held["next"]).set_axis(held.index)
    until = _later(held["stop"], max(days, -days) + 1)
    fits = after["start"].eq(_later(held["stop"], 1)) & after["school"].ne(held["school"])
    fits &= held["stop"].str[5:7].isin(_WINTER) & (after["stop"].eq("") | after["stop"].gt(until)) & alone
    fits &= after["present"].eq(after["start"]) & after["start"].lt(extract.later) & until.lt(extract.later)
    at = extract.pick("spells", fault["per_thousand"], _flags(extract, held.index[fits]))
    then = held.loc[at, "next"].to_numpy(np.int64)
    if days > 0:
        spells.loc[at, "stop"] = _later(spells.loc[at, "stop"], days)
        extract.found("spells-overlap", "spells", "start", np.append(at, then))
    else:
        moved = _later(spells.loc[then, "start"], -days)
        spells.loc[then, "start"], spells.loc[then, "present"] = moved, moved
        spells.loc[then, "recorded"] = moved
    extract.note(fault, at)


def _of_first(extract: Extract, fault: Fault) -> None:
    """The first of several spells has other cells."""
    spells, held = extract.tables["spells"], _holding(extract)
    promoted = held["reason"].eq(extract.word("spells", "reason", "promoted"))
    fits = held["first"] & (held["next"] >= 0) & promoted
    at = extract.pick("spells", fault["per_thousand"], _flags(extract, held.index[fits]))
    for column, cell in fault["of_first"].items():
        spells.loc[at, column] = cell
    extract.note(fault, at)


def _known_late(extract: Extract, fault: Fault) -> None:
    """A spell becomes known days after its first day."""
    spells, held = extract.tables["spells"], _holding(extract)
    known = _later(held["start"], fault["known_late"])
    at = extract.pick(
        "spells", fault["per_thousand"], _flags(extract, held.index[held["alone"] & known.lt(extract.later)])
    )
    spells.loc[at, "recorded"] = known[at]
    extract.note(fault, at)


def _new_code(extract: Extract, fault: Fault) -> None:
    """All pupils of a unit are under another code from 10 January on; which units took over is not told."""
    spells, schools, held = extract.tables["spells"], extract.tables["schools"], _holding(extract)
    began, ended = pd.to_datetime(held["start"]), pd.to_datetime(held["stop"], errors="coerce")
    fits = held["first"] & began.dt.month.eq(8) & (ended - began).dt.days.gt(_LONG)
    fits &= held["reason"].eq(extract.word("spells", "reason", "promoted"))
    years = held.loc[fits, "start"].str[:4].value_counts()
    if not len(years) or years.iloc[0] < _GROUP:
        return
    chosen = _flags(extract, held.index[fits & held["start"].str[:4].eq(years.index[0])])
    at = extract.pick("spells", fault["per_thousand"], chosen, at_least=_GROUP)
    if len(at) < _GROUP:
        return
    last = int(schools["school_id"].max())
    old, new = (f"{last + number}" for number in (1, 2))
    units = schools.iloc[[0, 0]].assign(school_id=[old, new])
    extract.untouched["schools"] = np.append(extract.untouched["schools"], [False, False])
    extract.add("schools", units.assign(**{WHOSE: len(schools) + np.arange(2)}))
    first_day = f"{int(years.index[0]) + 1}-01-10"
    after = spells.loc[at].assign(school=new, start=first_day, present=first_day, recorded=first_day)
    known = pd.MultiIndex.from_frame(spells.loc[at, [WHOSE, "school", "start"]])
    spells.loc[pd.MultiIndex.from_frame(spells[[WHOSE, "school", "start"]]).isin(known), "school"] = old
    spells.loc[at, "stop"] = f"{int(years.index[0]) + 1}-01-09"
    spells.loc[at, "reason"] = extract.word("spells", "reason", "changed")
    extract.note(fault, extract.add("spells", after))


KINDS: dict[str, Callable[[Extract, Fault], None]] = {
    "link": _link_numbers,
    "unit": _link_units,
    "between": _between,
    "of_first": _of_first,
    "known_late": _known_late,
    "new_code": _new_code,
}
