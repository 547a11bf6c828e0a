"""The municipal activity responsibility: who by the register belongs to it on a day.

Source: skollagen (2010:800) 29 kap. 9 §: under 20, finished compulsory school, neither in upper-secondary school nor
with a diploma. Whoever was ever enrolled has finished compulsory school or was too old for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.completed import DIPLOMAS
from gymreg_core.cohort.days import calendar_year, day_in, days_of
from gymreg_core.cohort.histories import (
    AGE_LIMIT,
    DIPLOMA,
    ENROLLED,
    INTERRUPTED,
    INTRODUCTORY,
    MOVED_OUT,
    STUDY_BREAK,
    STUDY_CERTIFICATE,
    Histories,
)
from gymreg_core.cohort.identities import used_now
from gymreg_core.contracts.enrolments import Enrolments, known_at
from gymreg_core.contracts.tracked import RESPONSIBILITY_REASONS, tracked_table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities

NOT_RESPONSIBLE = ("enrolled_national", "enrolled_introductory", "diploma", "too_old", "moved", "not_known")
"""What the register says of somebody who does not belong to the responsibility. moved: left the region, or has another
home. not_known: no such number, protected, a placeholder, or not begun by the day."""
_OF_STATE = {
    INTERRUPTED: "interrupted",
    STUDY_BREAK: "study_break",
    STUDY_CERTIFICATE: "study_certificate",
    AGE_LIMIT: "age_limit",
}

Strs = NDArray[np.object_]


@dataclass(frozen=True, eq=False, repr=False)
class Standing:
    """What the register says of m persons on a day; person rows, for the rooms that compute on them.

    person : row of the enrolments' persons, int32 (m,). home : registered municipality, '' in none, str (m,).
    says : a reason of RESPONSIBILITY_REASONS, or one of NOT_RESPONSIBLE, str (m,).
    """

    person: NDArray[np.int32]
    home: Strs
    says: Strs

    def __repr__(self) -> str:
        return f"Standing({len(self.person)} persons)"


def responsibility(h: Histories, enrolments: Enrolments) -> pd.DataFrame:
    """The table `responsibility` (contracts/tracked.py), of the area's municipalities: on the last 15 October that `h`
    tells of, if there is one, and on its last day."""
    octobers = day_in(calendar_year(np.array([h.as_of, h.as_of])) - [0, 1], rule("cohort", "status_day"))
    october = int(octobers[0] if octobers[0] <= h.as_of else octobers[1])
    frames = []
    for day in sorted({october if october >= h.since else h.as_of, h.as_of}):
        standing = standing_on(h, enrolments, day)
        kept = np.isin(standing.says.astype(str), RESPONSIBILITY_REASONS) & _in_area(standing.home)
        rows = pd.DataFrame({"municipality": standing.home[kept], "reason": standing.says[kept]})
        counts = rows.value_counts().rename("pupils").reset_index()
        frames.append(counts.assign(day=str(np.datetime64(day, "D"))))
    whole = pd.concat(frames, ignore_index=True)
    return tracked_table("responsibility", whole.sort_values(["day", "municipality", "reason"], ignore_index=True))


def standing_on(h: Histories, enrolments: Enrolments, day: int) -> Standing:
    """What the register says of every person who can be followed, and was enrolled by a day or should have been.

    day : days since 1970-01-01. Age is known by the year of birth alone: see `birthday` in rules/completion.yml.
    Errors: RuleMissing.
    """
    followed = np.flatnonzero(h.pupils["followed"].to_numpy(bool)).astype(np.int32)
    state, home = h.state_at(day, followed), h.home_at(day, followed)
    says = np.full(len(followed), "not_known", dtype=object)
    for code, reason in _OF_STATE.items():
        says[state == code] = reason
    says[_too_old(h.pupils["birth_year"].to_numpy(np.int64)[followed], day) & (state >= 0)] = "too_old"
    says[state == MOVED_OUT] = "moved"
    says[np.isin(state, ENROLLED)] = "enrolled_national"
    says[state == INTRODUCTORY] = "enrolled_introductory"
    says[state == DIPLOMA] = "diploma"
    person = h.pupils["person"].to_numpy(np.int32)[followed]
    known = says != "not_known"
    absent = _never_present(h, enrolments, day, person[known])
    return Standing(
        person=np.append(person[known], absent.person),
        home=np.append(home[known], absent.home),
        says=np.append(says[known], absent.says),
    )


def _never_present(h: Histories, enrolments: Enrolments, day: int, others: NDArray[np.int32]) -> Standing:
    """Those who were enrolled by a day, never came, and were nowhere else."""
    last = np.datetime64(h.as_of, "D")
    e = replace(enrolments, as_of=str(last))
    now, persons = used_now(e), e.persons
    spells, certificates, homes = (known_at(one, pd.Timestamp(last)) for one in (e.spells, e.certificates, e.homes))
    absent = (spells["reason"] == "never_present") & (days_of(spells["stop"]) <= day)
    odd = persons["protected"] | (persons["number_kind"] == "placeholder")
    finished = certificates.loc[certificates["certificate"].isin(DIPLOMAS), "pupil"]
    of = np.setdiff1d(now[spells.loc[absent, "pupil"]], np.concatenate([others, np.flatnonzero(odd), now[finished]]))
    homes = homes[days_of(homes["start"]) <= day].sort_values("start", kind="stable")
    home = homes.groupby(now[homes["pupil"]])["municipality"].last().reindex(of, fill_value="").to_numpy(object)
    too_old = _too_old(persons["birth_year"].to_numpy(np.int64)[of], day)
    return Standing(of.astype(np.int32), home, np.where(too_old, "too_old", "never_present").astype(object))


def _too_old(birth_year: NDArray[np.int64], day: int) -> NDArray[np.bool_]:
    """Whether somebody born in a year counts as past the age of the responsibility on a day."""
    year = int(calendar_year(np.array([day]))[0])
    age = year - birth_year + (0 if day >= int(day_in(year, rule("completion", "birthday"))) else -1)
    return np.asarray(age >= rule("completion", "responsibility_age"))


def _in_area(homes: Strs) -> NDArray[np.bool_]:
    area = [name for name, one in municipalities().items() if one.party]
    return np.asarray(pd.Index(homes).isin(area), np.bool_)
