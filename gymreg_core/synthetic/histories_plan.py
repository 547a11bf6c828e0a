"""The plans of made-up pupils, filled in by what is drawn, before any day is unfolded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS, END_REASONS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NO_CERTIFICATE = -1
YEARS = 3
"""School years of a national programme, and the most of an introductory one."""
CERTIFICATE = {name: place for place, name in enumerate(CERTIFICATE_KINDS)}
REASON = {name: place for place, name in enumerate(END_REASONS)}


@dataclass(frozen=True, eq=False)
class Plans:
    """What n pupils have before them; days since 1970, arguments of `histories_kernel.unfold`.

    start, path, year_of_study : int64 (n,). changes (n, 2, 3), away (n, 4), end (n, 2) int64. certificate : int64 (n,),
    place in CERTIFICATE_KINDS, NO_CERTIFICATE = none. eligible : bool (n,), it gives eligibility for higher education.
    present : int64 (n,), first day present in the first spell, NEVER = never. small : bool (n,), small teaching group.
    """

    start: Ints
    path: Ints
    year_of_study: Ints
    changes: Ints
    away: Ints
    end: Ints
    certificate: Ints
    eligible: Flags
    present: Ints
    small: Flags

    def end_with(self, rows: Flags, day: Ints, reason: str) -> None:
        """Let the plans of `rows` (n,) end on a day (n,), for a reason of END_REASONS."""
        self.end[rows, 0] = np.broadcast_to(day, rows.shape)[rows]
        self.end[rows, 1] = REASON[reason]
