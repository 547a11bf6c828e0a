"""A municipality's list for its activity responsibility beside the register, in counts alone.

After the match of registers that Skolverket showed in 2016: who is on the list and studies, or has a diploma; who
belongs on it and is not there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.days import day_number
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.identities import used_now
from gymreg_core.cohort.responsibility import NOT_RESPONSIBLE, standing_on
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.tracked import RESPONSIBILITY_REASONS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.provenance import InputFile, Provenance
from gymreg_core.scenario_file import near
from gymreg_core.sources.person_list import read_person_list
from gymreg_core.store.enrolments import stored_enrolments
from gymreg_core.vocabulary.programmes import municipalities

KINDS = ("both", "register", "list")


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation:
    """A municipality's list beside the register.

    table : kind (both | register: not on the list, though it belongs there | list: on it, though it does not), reason
    (of RESPONSIBILITY_REASONS, or of NOT_RESPONSIBLE), pupils int64. municipality, day (ISO) : whose list, of when.
    listed : persons on the list, each counted once. provenance : of the enrolments and the list.
    """

    municipality: str
    day: str
    listed: int
    table: pd.DataFrame
    provenance: Provenance

    def __repr__(self) -> str:
        return f"Reconciliation({self.municipality}, {self.day})"


def compare_list(
    workspace: Path,
    path: Path,
    municipality: str,
    *,
    day: date | None = None,
    as_of: date | None = None,
    key: bytes | Path | None = None,
) -> Reconciliation:
    """A list in a file (CSV or Excel, a column Personnummer) beside the current enrolments of a workspace.

    day : of the list, by default the last that is known. as_of : what was known then, by default all. key : to the
    pseudonyms, the same as that of the enrolments.
    Errors: BadParameters for a municipality or day that the enrolments do not tell of; BadInput where there are no
    enrolments, the list cannot be read, or no number on it is known, as with another key.
    """
    if municipality not in (known := [name for name, one in municipalities().items() if one.party]):
        raise BadParameters(
            f"{municipality!r} is no municipality of the area", where="--municipality", remedy=near(municipality, known)
        )
    stored = stored_enrolments(workspace)
    h = histories(stored.enrolments, as_of)
    when = h.as_of if day is None else day_number(day)
    if not h.since <= when <= h.as_of:
        first, last = (np.datetime64(one, "D") for one in (h.since, h.as_of))
        raise BadParameters(
            "the enrolments tell nothing of this day", where="--day", remedy=f"Name a day from {first} to {last}."
        )
    listed = read_person_list(path, key, made_up=stored.enrolments.made_up)
    if listed and not stored.enrolments.persons["applicant"].isin(listed).any():
        raise BadInput(
            "the register knows none of the numbers",
            where=Path(path).name,
            why="Numbers are compared as pseudonyms, and other keys give other ones.",
            remedy="Give the key that the enrolments were read with, or look whether this is the right list.",
        )
    provenance = Provenance.joined([stored.provenance, Provenance((InputFile.of(Path(path)),), already_public=False)])
    return reconcile(h, stored.enrolments, listed, municipality, when, provenance)


def reconcile(
    h: Histories,
    enrolments: Enrolments,
    pseudonyms: Collection[str],
    municipality: str,
    day: int,
    provenance: Provenance,
) -> Reconciliation:
    """A municipality's list of those it is responsible for beside the register on a day (days since 1970-01-01).

    pseudonyms : of the numbers on the list, by the key of the enrolments. Whoever has another home counts as moved.
    """
    standing = standing_on(h, enrolments, day)
    row = pd.Index(enrolments.persons["applicant"]).get_indexer(pd.Index(sorted(set(pseudonyms)), dtype="str"))
    now = used_now(replace(enrolments, as_of=str(np.datetime64(h.as_of, "D"))))
    numbers = len(np.unique(now[row[row >= 0]])) + int((row < 0).sum())
    elsewhere = (standing.home != municipality) & (standing.says != "diploma")
    says = np.where(elsewhere, "moved", standing.says).astype(object)
    belongs = np.isin(says.astype(str), RESPONSIBILITY_REASONS)
    listed = np.isin(standing.person, now[row[row >= 0]])
    places = zip(KINDS, (listed & belongs, ~listed & belongs, listed & ~belongs), strict=True)
    rows = [
        {"kind": kind, "reason": reason, "pupils": int((says[which] == reason).sum())}
        for kind, which in places
        for reason in (NOT_RESPONSIBLE[:-1] if kind == "list" else RESPONSIBILITY_REASONS)
    ]
    rows.append({"kind": "list", "reason": NOT_RESPONSIBLE[-1], "pupils": numbers - int(listed.sum())})
    return Reconciliation(municipality, str(np.datetime64(day, "D")), numbers, pd.DataFrame(rows), provenance)
