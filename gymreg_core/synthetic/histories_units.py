"""Made-up schools that go on under another unit code: units renamed, and two that become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments, enrolment_table
from gymreg_core.synthetic.shape import stream, value

_KNOWN_BEFORE = np.timedelta64(30, "D")
_WHOLE = 100
_FREE_CODES = 5000
"""How far beyond the last code of the schools the codes of new units begin."""


@dataclass(frozen=True)
class NewUnit:
    """A unit that takes over from others on a day, under the name of the first; ids are unit codes."""

    former: tuple[str, ...]
    school_id: str
    day: np.datetime64


def draw_new_units(schools: pd.DataFrame, seats: pd.Series, intakes: Sequence[int], seed: int) -> list[NewUnit]:
    """The units that get a new code on 1 July of a year after the first intake, in the order of their codes.

    schools : contracts.register.SCHOOLS. seats : of a usual year, by school_id.
    """
    about = value("new_units")
    rng = stream(seed, intakes[0], "new units")
    large = [one for one in sorted(schools["school_id"]) if seats.get(one, 0) >= about["least"]]
    days = [np.datetime64(f"{year}-07-01") for year in intakes[1:]]
    if not days:
        return []
    order = [large[at] for at in rng.permutation(len(large)).tolist()]
    pair = next(_pairs(schools.set_index("school_id").loc[order]), ()) if about["merged"] else ()
    alone = [one for one in order if one not in pair][: about["renamed"]]
    groups = sorted([(one,) for one in alone] + ([pair] if pair else []))
    first = int(max(schools["school_id"])) + _FREE_CODES
    when = rng.integers(0, len(days), len(groups))
    return [NewUnit(group, str(first + at), days[when[at]]) for at, group in enumerate(groups)]


def with_new_units(enrolments: Enrolments, units: list[NewUnit]) -> Enrolments:
    """Enrolments in which everything from a new unit's first day on stands under its code, as far as that was known."""
    known = [unit for unit in units if unit.day - _KNOWN_BEFORE <= np.datetime64(enrolments.as_of)]
    spells, certificates = enrolments.spells.copy(), enrolments.certificates.copy()
    schools, rows = [enrolments.schools], []
    for number, unit in enumerate(known):
        new = len(enrolments.schools) + number
        old = [int(np.flatnonzero(enrolments.schools["school_id"] == one)[0]) for one in unit.former]
        schools.append(enrolments.schools.iloc[[old[0]]].assign(school_id=unit.school_id))
        before = spells["school"].isin(old)
        over = (
            before
            & (spells["start"] < unit.day)
            & (spells["stop"] >= unit.day - np.timedelta64(1, "D"))
            & spells["reason"].eq("promoted")
        )
        spells.loc[over, "reason"] = "changed"
        spells.loc[before & (spells["start"] >= unit.day), "school"] = new
        certificates.loc[certificates["school"].isin(old) & (certificates["issued"] >= unit.day), "school"] = new
        rows += [(one, new, unit.day, _WHOLE, unit.day - _KNOWN_BEFORE) for one in old]
    columns = ["former", "school", "day", "percent", "recorded"]
    never = np.full(len(rows), np.datetime64("NaT", "s"))
    predecessors = pd.DataFrame(rows, columns=columns).assign(annulled=never)
    return replace(
        enrolments,
        spells=spells,
        certificates=certificates,
        schools=enrolment_table("schools", pd.concat(schools, ignore_index=True)),
        predecessors=enrolment_table("predecessors", predecessors),
    )


def _pairs(schools: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Pairs of schools of one provider in one municipality, in their order."""
    for _, there in schools.groupby(["municipality", "provider"], sort=False):
        if len(there) > 1:
            yield tuple(str(name) for name in there.index[:2])
