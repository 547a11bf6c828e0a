"""Outcomes of applicants at cut-offs made up anew, with an effect that is known: what designs are proved on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gymreg_core.effects.margins import Bools, Floats, Margins

POINTS = "points"
"""The outcome that is a mean and no share of pupils."""
_FLOOR, _CEILING = 0.02, 0.98
_HUNDRED = 100.0


@dataclass(frozen=True)
class MarginTruth:
    """What is true of made-up applicants. Effects are changes of the outcome's share (0.01 is one percentage point).

    offer : of an offer at the margin. dose : of a thousand kronor of dose where the applicant began. by_covariate :
    more of an effect of the offer, for each unit of a covariate (of a group: 0 or 1). growth : more of it for each
    intake after the first.
    level, slope, bend : of the outcome without an offer, where points are 0, per hundred points and per their square.
    of_covariates : what a unit of a covariate, less its mean, adds without any offer.
    school, path : standard deviation of what schools, and study paths of an intake, add.
    noise : standard deviation of `points` among pupils; the other outcomes are yes or no.
    sorted_share, sorted_within : a broken design: of the applicants by so many points below the cut-off, this share
    with the best outlook is lifted as far above it, and offered a seat.
    """

    offer: float = 0.0
    dose: float = 0.0
    by_covariate: Mapping[str, float] = field(default_factory=dict)
    growth: float = 0.0
    level: float = 0.6
    slope: float = 0.2
    bend: float = 0.0
    of_covariates: Mapping[str, float] = field(default_factory=dict)
    school: float = 0.03
    path: float = 0.03
    noise: float = 0.2
    sorted_share: float = 0.0
    sorted_within: float = 10.0


def redraw_margins(margins: Margins, truth: MarginTruth, seed: int) -> Margins:
    """The same pairs with outcomes by `truth`: where outcomes are known stays, as does all that was settled before.

    Chance is one draw per person and outcome, the same at all of the person's margins. Shares are kept between 0.02
    and 0.98, so a truth should stay well within. Same margins, truth and seed: same numbers.
    """
    rng = np.random.default_rng(seed)
    persons, person = np.unique(margins.applicant, return_inverse=True)
    luck = {name: rng.random(len(persons))[person] for name in margins.outcome}
    added = _added(margins, truth, rng)
    if truth.sorted_share > 0:
        first = next(iter(luck.values())) if luck else np.zeros(len(margins))
        margins = _sorted(margins, truth, added - first)
    mean = truth.level + added + truth.slope * margins.points / _HUNDRED + truth.bend * (margins.points / _HUNDRED) ** 2
    mean = mean + truth.dose * np.nan_to_num(margins.dose) + margins.offered * offer_effect(margins, truth)
    return replace(margins, outcome={name: _drawn(name, mean, luck[name], truth) for name in margins.outcome})


def _added(margins: Margins, truth: MarginTruth, rng: np.random.Generator) -> Floats:
    """What school, study path and covariates add to the outcome (m,)."""
    _, school = np.unique(margins.school, return_inverse=True)
    key = np.column_stack([margins.intake.astype(np.int64), margins.path])
    path = np.unique(key, axis=0, return_inverse=True)[1].ravel()
    added = np.zeros(len(margins))
    for place, spread in ((school, truth.school), (path, truth.path)):
        added += spread * rng.standard_normal(int(place.max(initial=-1)) + 1)[place]
    for name, worth in truth.of_covariates.items():
        values = margins.covariates[name]
        added += worth * (values - values.mean())
    return added


def offer_effect(margins: Margins, truth: MarginTruth) -> Floats:
    """What an offer adds (m,)."""
    intake = margins.intake.astype(np.float64)
    effect: Floats = truth.offer + truth.growth * (intake - intake.min(initial=np.inf))
    for name, worth in truth.by_covariate.items():
        effect += worth * margins.covariates[name]
    return effect


def _sorted(margins: Margins, truth: MarginTruth, outlook: Floats) -> Margins:
    """Those with the best outlook of the nearest below lifted as far above, with an offer."""
    near = (margins.points < 0) & (margins.points >= -truth.sorted_within) & ~margins.offered
    moved: Bools = np.zeros(len(margins), np.bool_)
    if near.any():
        moved = near & (outlook >= np.quantile(outlook[near], 1 - truth.sorted_share))
    return replace(
        margins,
        points=np.where(moved, -margins.points, margins.points),
        offered=margins.offered | moved,
        dose=np.where(moved, margins.dose_offered, margins.dose),
    )


def _drawn(name: str, mean: Floats, luck: Floats, truth: MarginTruth) -> Floats:
    if name == POINTS:
        from scipy.special import ndtri

        return mean + truth.noise * np.asarray(ndtri(np.maximum(luck, np.finfo(np.float64).tiny)), np.float64)
    return (luck < np.clip(mean, _FLOOR, _CEILING)).astype(np.float64)
