"""Starters at schools with planted effects: what the comparison of schools has to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from gymreg_core.cohort.intake import indicators, merit_columns
from gymreg_core.cohort.schools import Intake, drawn, expected

COHORTS = (2020, 2021, 2022)


@dataclass(frozen=True)
class Found:
    """hit: whether each school's interval holds its true difference; large: the same of the larger half of the schools.

    between, true : standard deviations of the true differences, as estimated and as planted.
    """

    hit: np.ndarray
    large: np.ndarray
    between: float
    true: float


def planted(seed: int, spread: float, schools: int = 180, pupils: int = 24_000) -> tuple[Intake, np.ndarray]:
    """Starters, and the probability (m,) of each. Schools differ in size and intake; `spread` is the standard deviation
    of what a school adds to the log odds of its pupils, whatever their intake is."""
    rng = np.random.default_rng([7, seed])
    size = rng.gamma(1.2, 1.0, schools) + 0.02
    school = rng.choice(schools, pupils, p=size / size.sum()).astype(np.int32)
    merit = 225 + rng.normal(0, 25, schools)[school] + rng.normal(0, 40, pupils)
    merit = np.clip(np.round(merit / 2.5) * 2.5, 0, 340)
    without = rng.random(pupils) < 0.03
    added = rng.normal(0, spread, schools)
    chance = 1 / (1 + np.exp(-(1.5 + (np.where(without, 190, merit) - 220) / 30 + added[school])))
    merit[without] = np.nan
    cohort = rng.choice(COHORTS, pupils)
    design = np.column_stack([merit_columns(merit), indicators(cohort)])
    return Intake(school, cohort, rng.random(pupils) < chance, design), chance


def found(seed: int, spread: float, schools: int = 180, pupils: int = 24_000) -> Found:
    """Whether the intervals hold the true differences: a school's mean probability, less that of the region's pupils
    with the same intake. The latter is the model fitted to the probabilities themselves, without chance."""
    intake, chance = planted(seed, spread, schools, pupils)
    whole, _ = expected(intake)
    told = drawn(whole)
    columns = np.flatnonzero(intake.design.any(axis=0))
    design = np.column_stack([np.ones(pupils), intake.design[:, columns]])
    region = sm.GLM(chance, design, family=sm.families.Gaussian()).fit().fittedvalues
    true = np.bincount(intake.school, chance - region)[whole.school] / whole.starters
    hit = np.abs(true - told.value) <= 1.959964 * told.std_error
    large = hit[whole.starters >= np.median(whole.starters)]
    return Found(hit, large, float(np.sqrt(told.between)), float(true.std()))
