"""Random applicants at cut-offs, fast and of any size: what the designs of offers and cut-offs are tried on."""

from __future__ import annotations

import numpy as np

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.margins import Margins
from gymreg_core.effects.redraw_margins import MarginTruth, redraw_margins

COVARIATES = ("merit", "girls", "older", "home", "choices")


def small_margins(
    seed: int = 0,
    *,
    schools: int = 15,
    paths: int = 45,
    per_path: int = 60,
    intakes: int = 2,
    step: float = 2.5,
    spread: float = 35.0,
    lottery_share: float = 0.3,
    twice: float = 0.2,
    truth: MarginTruth | None = None,
) -> Margins:
    """Margins of `paths` study paths at `schools` schools, with about `per_path` applicants each, in random order.

    step : of merit values, points. spread : standard deviation of merit around a cut-off. lottery_share : of paths that
    had more applicants with the lowest merit admitted than seats for them. twice : share of persons who are at a second
    path's margin as well. Outcomes by `truth`, all known but completion_4 of the last intake; covariates COVARIATES.
    """
    rng = np.random.default_rng(seed)
    m = paths * per_path
    path = rng.integers(0, paths, m)
    school_of, intake_of = rng.permutation(np.arange(paths) % schools), 2019 + np.arange(paths) % intakes
    cutoff = np.round(rng.uniform(170, 270, paths) / 2.5) * 2.5
    points = np.round(rng.normal(0, spread, m) / step) * step
    by_lot = (rng.random(paths) < lottery_share)[path] & (points == 0)
    offered = (points > 0) | ((points == 0) & (~by_lot | (rng.random(m) < 0.5)))
    applicant = np.arange(m)
    second = np.flatnonzero(rng.random(m) < twice)
    applicant[second] = rng.integers(0, m, len(second))
    dose_of = np.maximum(0, rng.normal(2.5, 1.5, schools))
    school = school_of[path]
    there = offered & (rng.random(m) < 0.9)
    dose = np.where(there, dose_of[school], dose_of[rng.integers(0, schools, m)])
    dose[rng.random(m) < 0.03] = np.nan
    merit = cutoff[path] + points
    covariates = (merit, rng.random(m) < 0.5, rng.random(m) < 0.06, rng.random(m) < 0.4, rng.integers(1, 9, m))
    everyone = np.ones(m, np.bool_)
    return redraw_margins(
        Margins(
            applicant=applicant,
            intake=intake_of[path].astype(np.int16),
            path=path.astype(np.int64),
            school=school.astype(np.int64),
            points=points,
            lottery=by_lot,
            offered=offered,
            dose_offered=dose_of[school],
            dose=dose,
            better=np.full(m, np.inf),
            vocational=school_of[path] % 3 == 0,
            covariates={
                name: np.asarray(values, np.float64) for name, values in zip(COVARIATES, covariates, strict=True)
            },
            known={name: everyone if name != "completion_4" else intake_of[path] < 2018 + intakes for name in OUTCOMES},
            outcome={name: np.zeros(m) for name in OUTCOMES},
        ),
        truth or MarginTruth(),
        seed + 1,
    )
