"""Small made-up admissions, solved by deferred acceptance, as applicants at cut-offs: cut-offs that nobody set before.

Merit has steps, applicants rank study paths by taste and by how sought after these are, some paths
add points of a test, seats are fewer than applicants, and ties are broken by lot.
"""

from __future__ import annotations

import numpy as np

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.margins import Margins
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, deferred_acceptance

_STEP = 2.5
_CHOICES = 6
_TENTHS = 10


def admitted_margins(
    rng: np.random.Generator,
    *,
    intakes: int = 5,
    applicants: int = 1200,
    paths: int = 30,
    sorted_share: float = 0.0,
    sorted_within: float = 10.0,
) -> Margins:
    """The margins of some intakes with the same study paths, two at each school; outcomes are 0, for redraw_margins.

    sorted_share : of those up to `sorted_within` points below a cut-off, this share is lifted as far above it;
    then all seats are given anew, and cut-offs move.
    """
    appeal, tests = rng.normal(0, 1, paths), rng.random(paths) < 0.2
    parts = [_intake(rng, applicants, appeal, tests, sorted_share, sorted_within) for _ in range(intakes)]
    year = np.repeat(np.arange(intakes), [len(pairs) for pairs, _ in parts])
    person, path, points, offered, better, lot = np.concatenate([pairs for pairs, _ in parts]).T
    who = np.concatenate([traits for _, traits in parts])
    number = (person + year * applicants).astype(np.int64)
    dose_of = np.maximum(0, rng.normal(2.5, 1.5, paths // 2))
    school = path.astype(np.int64) // 2
    dose = np.where(offered == 1, dose_of[school], dose_of[rng.integers(0, paths // 2, len(path))])
    known = np.ones(len(path), np.bool_)
    return Margins(
        applicant=number,
        intake=(2019 + year).astype(np.int16),
        path=path.astype(np.int64),
        school=school,
        points=points,
        lottery=lot == 1,
        offered=offered == 1,
        dose_offered=dose_of[school],
        dose=dose,
        better=better,
        vocational=school % 3 == 0,
        covariates={name: who[number, place] for place, name in enumerate(("girls", "home", "taught", "choices"))},
        known=dict.fromkeys(OUTCOMES, known),
        outcome={name: np.zeros(len(path)) for name in OUTCOMES},
    )


def _intake(
    rng: np.random.Generator,
    n: int,
    appeal: np.ndarray,
    tests: np.ndarray,
    sorted_share: float,
    sorted_within: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (m, 6): person, path, points, offered, better, lottery; and covariates of persons (n, 4)."""
    paths = len(appeal)
    able = rng.normal(225, 45, n)
    merit = np.clip(np.round(able / _STEP) * _STEP, 0, 340)
    taste = appeal * (1 + 0.012 * (able[:, None] - 225)) + rng.gumbel(0, 1, (n, paths))
    length = rng.integers(2, _CHOICES + 1, n)
    listed = np.arange(_CHOICES) < length[:, None]
    choices = np.where(listed, np.argsort(-taste, axis=1)[:, :_CHOICES], NONE).astype(np.int32)
    seats = np.maximum(3, rng.dirichlet(np.full(paths, 5.0)) * n * 0.8).astype(np.int32)
    score = merit[:, None] + np.where(tests, np.round(rng.gamma(2, 8, (n, paths)) / _STEP) * _STEP, 0)
    lots = rng.permutation(n)
    seat, cut = _solved(choices, score, lots, seats)
    if sorted_share:
        below = (score < cut) & (score >= cut - sorted_within) & (rng.random(score.shape) < sorted_share)
        score = np.where(below, 2 * np.where(below, cut, 0) - score, score)
        seat, cut = _solved(choices, score, lots, seats)
    own, limit = np.take_along_axis(score, np.maximum(choices, 0), 1), cut[np.maximum(choices, 0)]
    lacking = np.where(listed, limit - own, np.inf)
    easiest = np.minimum.accumulate(np.column_stack([np.full(n, np.inf), lacking]), axis=1)[:, :-1]
    at = np.where(seat == NONE, _CHOICES, (choices == seat[:, None]).argmax(1))
    person, rank = np.nonzero(listed & (np.arange(_CHOICES) <= at[:, None]) & np.isfinite(lacking))
    points, path = -lacking[person, rank], choices[person, rank]
    offered = rank == at[person]
    by_lot = (points == 0) & np.isin(path, path[(points == 0) & ~offered])
    better = easiest[person, rank] + points
    traits = (rng.random(n) < 0.5, rng.random(n) < 1 / (1 + np.exp((able - 225) / 45)), able + rng.normal(0, 30, n))
    return np.column_stack([person, path, points, offered, better, by_lot]), np.column_stack([*traits, length])


def _solved(
    choices: np.ndarray, score: np.ndarray, lots: np.ndarray, seats: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Seats of applicants, and the lowest score admitted of paths, minus infinity where seats are left."""
    own = np.take_along_axis(score, np.maximum(choices, 0), 1)
    keys = np.round(own * _TENTHS).astype(np.int64) * len(lots) + lots[:, None]
    done = deferred_acceptance(choices, keys, seats)
    full = done.cutoff_key != NOT_ELIGIBLE
    return done.seat, np.where(full, done.cutoff_key // len(lots) / _TENTHS, -np.inf)
