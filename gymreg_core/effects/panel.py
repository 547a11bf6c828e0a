"""The panel: counts of starters in cells of school, programme, cohort and merit band, and the dose that they met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
SETTLED = ("girls", "merit", "older", "introductory")
"""Covariates of a panel that no later money can move."""


@dataclass(frozen=True, eq=False, repr=False)
class Panel:
    """r cells of followed first-time starters on national programmes, sorted by school, programme, cohort and band.

    They are counts and not suppressed: they stay in the store. A dose is in thousand kronor of supplement per pupil and
    school year, the mean over the three school years after the cohort's start.

    schools : str (s,), unit codes as they are today. provider_forms : str (s,). programmes : str (p,), codes.
    vocational : bool (p,). cohorts : int16 (c,), autumns that are there, in order. bands : str (b,), names of merit
    bands from the lowest, the last 'none' (rules/effects.yml, merit_bands). exposure : (c,), share of the 36 months in
    which a supplement was paid.
    school, programme, cohort, band : int64 (r,), places in the above.
    pupils : int64 (r,). covered : int64 (r,), of them below the limit.
    dose : (r,), of the school and programme, as paid. school_dose : (r,), of the school, all national programmes.
    predicted : (r,), the dose that the pupils of the cohorts before the supplement (rules/effects.yml, base_cohorts)
    would have brought the school and programme by the mean amounts of the first three school years that have it whole;
    NaN where it had none then. The same for all cohorts.
    formula : (r,), the dose that the intake three years earlier would bring by the amounts of the cohort's own years;
    NaN where there was none.
    shares : (r, levels), shares of that earlier intake by level of the supplement, and amounts : (c, levels), thousand
    kronor, mean over the cohort's three school years: formula is the sum of their products.
    known, total : per outcome of contracts.effects.OUTCOMES, int64 (r,) pupils whose outcome is known, and float64 (r,)
    the sum of it over them. An outcome that is known of nobody is there with zeros.
    settled_known, settled_total : the same of what was settled before the start (SETTLED): girls, merit (points of year
    9), older (began later than the calendar year of their 16th birthday), introductory (began on such a programme).
    """

    schools: NDArray[np.str_]
    provider_forms: NDArray[np.str_]
    programmes: NDArray[np.str_]
    vocational: Bools
    cohorts: NDArray[np.int16]
    bands: NDArray[np.str_]
    exposure: Floats
    school: Ints
    programme: Ints
    cohort: Ints
    band: Ints
    pupils: Ints
    covered: Ints
    dose: Floats
    school_dose: Floats
    predicted: Floats
    formula: Floats
    shares: Floats
    amounts: Floats
    known: Mapping[str, Ints]
    total: Mapping[str, Floats]
    settled_known: Mapping[str, Ints]
    settled_total: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.school)

    def __repr__(self) -> str:
        return f"Panel({len(self.schools)} schools, {len(self.cohorts)} cohorts, {len(self)} cells)"

    @property
    def place(self) -> Ints:
        """int64 (r,), the school and programme as one number: school * p + programme."""
        return self.school * len(self.programmes) + self.programme
