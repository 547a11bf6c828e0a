"""The first day on which each pupil held a diploma or a study certificate."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.histories import FAR, Histories
from gymreg_core.rules import rule

DIPLOMAS = ("preparatory_diploma", "vocational_diploma", "international_baccalaureate")
"""Certificates that are a gymnasieexamen, or count as one (IB)."""

Int32 = NDArray[np.int32]


def diploma_day(h: Histories) -> Int32:
    """The day of each pupil's first diploma: int32 (n,), FAR without one."""
    return _first(h, DIPLOMAS, 0)


def certificate_day(h: Histories) -> Int32:
    """The day of each pupil's study certificate of at least the points of rules/cohort.yml: int32 (n,), FAR without."""
    return _first(h, ("study_certificate",), int(rule("cohort", "study_certificate_points")))


def _first(h: Histories, kinds: Collection[str], points: int) -> Int32:
    day = np.full(len(h), FAR, np.int32)
    held = h.certificates["certificate"].isin(list(kinds)).to_numpy() & (h.certificates["points"].to_numpy() >= points)
    rows = h.certificates[held]
    np.minimum.at(day, rows["pupil"].to_numpy(), rows["issued"].to_numpy(np.int32))
    return day
