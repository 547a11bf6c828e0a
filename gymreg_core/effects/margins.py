"""Applicants at the cut-offs of study paths: what a regression discontinuity and propensity scores rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Margins:
    """m pairs of an applicant and a study path that was full, of applicants without an offer that they like better.

    Person rows: they stay in the store. An applicant may be at several study paths' margins. The last who was admitted
    is not among them: where that one stands the cut-off is by definition.

    applicant : int64 (m,), number of the person. intake : int16 (m,). path : int64 (m,), number of the study path in
    its intake. school : int64 (m,), number of its school. points : (m,), merit less the lowest merit value admitted.
    lottery : bool (m,), the merit value is the lowest admitted and some of those with it were left out by lot.
    offered : bool (m,). dose_offered : (m,), dose of the study path's school and programme (see Panel). dose : (m,), of
    where the applicant began, NaN where nowhere.
    better : (m,), points from which the applicant would have had an offer that they like better (merit at the lowest of
    those cut-offs less this cut-off), inf where none. Whoever has it at 0 or below is never on the upper side of the
    cut-off by the own merit and tells nothing there: left out by the design `cutoff`.
    vocational : bool (m,), of the study path's programme.
    covariates : name -> (m,), settled before the admission. known, outcome : per outcome, bool (m,) and float64 (m,).
    """

    applicant: Ints
    intake: NDArray[np.int16]
    path: Ints
    school: Ints
    points: Floats
    lottery: Bools
    offered: Bools
    dose_offered: Floats
    dose: Floats
    better: Floats
    vocational: Bools
    covariates: Mapping[str, Floats]
    known: Mapping[str, Bools]
    outcome: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.applicant)

    def __repr__(self) -> str:
        return f"Margins({len(self)} pairs)"
