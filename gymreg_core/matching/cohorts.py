"""A larger or smaller cohort: pupils who no longer apply, and pupils who come once more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register, as_table
from gymreg_core.matching.market import Bools
from gymreg_core.matching.ties import draw_lottery

_PSEUDONYM = 32
_OWN = ("grades", "applications", "tests", "replies")
"""What a double takes over; a place in the free quota is given to one person."""


def resized(register: Register, mine: Bools, factor: float, seed: Sequence[int]) -> Register:
    """The register with `factor` times the applicants of `mine` (p,), the others as they are.

    Who is left out or doubled is drawn by lot from `seed`, among those who apply. Whoever is left out keeps the row in
    `pupils` but applies nowhere, so that rows and lots of the others stay. Doubles come after all others, each with a
    pseudonym of its own and the grades, lists, tests and reply of the one it doubles.
    """
    applies = np.zeros(len(mine), np.bool_)
    applies[register.applications["pupil"].to_numpy()] = True
    members = np.flatnonzero(mine & applies)
    size = round(len(members) * factor)
    drawn = members[draw_lottery(len(members), seed)]
    if size < len(members):
        return _without(register, drawn[size:])
    return _with_doubles(register, np.sort(np.resize(drawn, size - len(members))))


def _without(register: Register, gone: NDArray[np.intp]) -> Register:
    kept: dict[str, Any] = {
        name: table[~table["pupil"].isin(gone).to_numpy()].reset_index(drop=True)
        for name in ("applications", "tests", "free_quota", "replies")
        for table in (register.tables()[name],)
    }
    return replace(register, **kept)


def _with_doubles(register: Register, rows: NDArray[np.intp]) -> Register:
    pupils = register.pupils.iloc[rows]
    doubles = pd.DataFrame({"pupil": rows, "double": len(register.pupils) + np.arange(len(rows))})
    named = pupils.assign(
        applicant=[_pseudonym(*pair) for pair in zip(pupils["applicant"], doubles["double"], strict=True)]
    )
    tables: dict[str, Any] = {"pupils": _after(register, "pupils", named)}
    for name in _OWN:
        table = register.tables()[name]
        own = doubles.merge(table, on="pupil", how="inner").drop(columns="pupil").rename(columns={"double": "pupil"})
        tables[name] = _after(register, name, own)
    return replace(register, **tables)


def _after(register: Register, name: str, more: pd.DataFrame) -> pd.DataFrame:
    return as_table(name, pd.concat([register.tables()[name], more], ignore_index=True))


def _pseudonym(applicant: str, row: int) -> str:
    return hashlib.sha256(f"{applicant}:{row}".encode()).hexdigest()[:_PSEUDONYM]
