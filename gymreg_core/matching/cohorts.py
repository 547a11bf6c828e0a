"""A larger or smaller cohort: pupils who are left out, and pupils who come once more."""

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

_PSEUDONYM = 32


def resized(register: Register, mine: Bools, factor: float, seed: Sequence[int]) -> Register:
    """The register with `factor` times the pupils of `mine` (pupils,), the others as they are.

    Who is left out or doubled is drawn by lot from `seed`. The first rows are those who remain, in their order, then
    the doubles, each with a pseudonym of its own, the grades, lists, tests and reply of the one it doubles, and no
    place in a free quota.
    """
    members = np.flatnonzero(mine)
    size = round(len(members) * factor)
    if size == len(members):
        return register
    drawn = np.random.default_rng(seed).permutation(members)
    kept = np.ones(len(mine), np.bool_)
    kept[drawn[size:]] = False
    doubles = np.sort(np.resize(drawn, max(0, size - len(members)))) if len(members) else members
    rows = np.concatenate([np.flatnonzero(kept), doubles])
    first = int(kept.sum())
    tables: dict[str, Any] = {
        name: _follow(register.tables()[name], rows if name != "free_quota" else rows[:first], name)
        for name in ("grades", "applications", "tests", "free_quota", "replies")
    }
    return replace(register, pupils=_pupils(register, rows, first), **tables)


def _pupils(register: Register, rows: NDArray[np.intp], first: int) -> pd.DataFrame:
    pupils = register.pupils.iloc[rows].reset_index(drop=True)
    old = pupils["applicant"].to_numpy(dtype=object)
    pupils["applicant"] = [*old[:first], *(_double(name, place) for place, name in enumerate(old[first:]))]
    return as_table("pupils", pupils)


def _double(applicant: str, place: int) -> str:
    return hashlib.sha256(f"{applicant}:{place}".encode()).hexdigest()[:_PSEUDONYM]


def _follow(table: pd.DataFrame, rows: NDArray[np.intp], name: str) -> pd.DataFrame:
    """The rows of a table for the pupils `rows`, as often as they come, under their new row numbers."""
    new = pd.DataFrame({"pupil": rows, "new": np.arange(len(rows))})
    found = new.merge(table, on="pupil", how="inner", sort=False)
    return as_table(name, found.drop(columns="pupil").rename(columns={"new": "pupil"}))
