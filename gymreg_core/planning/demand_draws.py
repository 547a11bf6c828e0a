"""Simulated futures in whole pupils: whoever is counted in a part is counted in its total, in every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.planning.demand_cohorts import Applicants
from gymreg_core.planning.demand_homes import Tastes, Ways
from gymreg_core.planning.demand_shares import ShareFit
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_HALF = 0.5


@dataclass(frozen=True, eq=False)
class Group:
    """Programmes that share a part of all applicants: those at `rows` (p,) of all P; how they divide, in the region and
    in each municipality."""

    rows: Ints
    fit: ShareFit
    tastes: Tastes


@dataclass(frozen=True, eq=False)
class Futures:
    """D simulated futures of K years.

    homes : int (D, K, H, P), first choices by municipality of residence. places : int (D, K, P, S), by municipality of
    the school. ways : int (D, K, H, S). Of each draw, year and programme, the sum over H equals that over S; of each
    draw and year, sums over P of homes and places are those of ways.
    """

    homes: Ints
    places: Ints
    ways: Ints


@dataclass(frozen=True, eq=False)
class Middle:
    """What is expected of K years, without any chance of its own.

    homes : float (K, H, P), places : float (K, P, S), ways : float (K, H, S); sums agree as those of `Futures`.
    """

    homes: Floats
    places: Floats
    ways: Floats


def expected(
    applicants: Applicants, groups: Sequence[Group], parts: Sequence[Floats], ways: Ways, when: Ints
) -> Middle:
    """As `simulate`, with every number at what is expected of it. parts : for each group float (H,)."""
    chosen = np.zeros((len(when), *ways.expected.shape[:2]))
    for group, part in zip(groups, parts, strict=True):
        shares, tastes = group.fit.expected(int(when[-1])), group.tastes.expected
        for at, ahead in enumerate(when):
            people = applicants.expected[:, at] * part
            moved = group.tastes.moved(tastes, shares[ahead - 1], people)
            chosen[at][:, group.rows] = people[:, None] * moved
    went = chosen[..., None] * ways.expected[None]
    return Middle(chosen, went.sum(axis=1), went.sum(axis=2))


def simulate(
    applicants: Applicants,
    groups: Sequence[Group],
    parts: Sequence[Floats],
    ways: Ways,
    when: Ints,
    draws: int,
    seed: int,
) -> Futures:
    """Futures of the years that lie `when` (K,) years after the last known one.

    parts : for each group the share of a municipality's applicants, float (D, K, H); they add up to 1.
    The same arguments give the same futures.
    """
    rng = np.random.default_rng(seed)
    people = applicants.drawn(draws, rng)
    homes, programmes, places = ways.expected.shape
    chosen = np.zeros((draws, len(when), homes, programmes), np.int64)
    shares = [one.fit.drawn(int(when[-1]), draws, rng, counted=False)[:, when - 1] for one in groups]
    tastes = [one.tastes.drawn(draws, rng) for one in groups]
    for at in range(len(when)):
        inside = _multinomial(people[:, at], np.stack([part[:, at] for part in parts], axis=-1), rng)
        for place, group in enumerate(groups):
            theirs = inside[..., place]
            moved = group.tastes.moved(tastes[place], shares[place][:, at], theirs.astype(np.float64))
            chosen[:, at][..., group.rows] = _multinomial(theirs, moved, rng)
    at_school = np.zeros((draws, len(when), programmes, places), np.int64)
    gone = np.zeros((draws, len(when), homes, places), np.int64)
    for at, ahead in enumerate(when):
        factors = ways.drawn(int(ahead), draws, rng)
        for programme in range(programmes):
            likely = ways.expected[None, :, programme] * factors[:, None, programme]
            went = _multinomial(chosen[:, at, :, programme], likely, rng)
            at_school[:, at, programme] = went.sum(axis=1)
            gone[:, at] += went
    return Futures(chosen, at_school, gone)


def drawn_parts(
    introductory: Floats, weight: Floats, ahead: Ints, draws: int, not_eligible: float, rng: np.random.Generator
) -> Floats:
    """(draws, K, H): the share of a municipality's applicants that chooses an introductory programme.

    introductory : float (H,), expected. weight : float (H,), pupils that tell it. ahead : int (K,), years ahead.
    not_eligible : the region's share of pupils without eligibility, in proportion to which the yearly spread of
    eligibility (rules/demand.yml, eligible_spread) moves all municipalities together.
    """
    sure = np.clip(introductory, 0.0, 1.0)
    first, second = sure * weight, (1 - sure) * weight
    certain = (first <= 0) | (second <= 0)
    drawn = rng.beta(np.where(certain, 1, first), np.where(certain, 1, second), (draws, len(sure)))
    own = np.where(certain, sure, drawn)
    step = float(rule("demand", "eligible_spread")) / max(not_eligible, float(rule("demand", "eligible_spread")))
    walk = np.cumsum(rng.standard_normal((draws, int(ahead[-1]))), axis=1)[:, ahead - 1] * step
    factor = np.exp(np.clip(walk, -1 / _HALF, 1 / _HALF))[..., None]
    odds = own[:, None] * factor
    return np.asarray(odds / (odds + (1 - own[:, None])), np.float64)


def _multinomial(total: Ints, weights: Floats, rng: np.random.Generator) -> Ints:
    """Whole parts (..., n) of totals (...,) by weights (..., n); those without any weight are divided alike."""
    sums = weights.sum(axis=-1, keepdims=True)
    chances = np.where(sums > 0, weights / np.where(sums > 0, sums, 1.0), 1.0 / weights.shape[-1])
    # The last chance is what is left of 1, which rounding may leave a little below 0.
    left = np.cumsum(chances[..., ::-1], axis=-1)[..., ::-1]
    then = np.clip(np.where(left > 0, chances / np.where(left > 0, left, 1.0), 0.0), 0.0, 1.0)
    out = np.zeros((*total.shape, weights.shape[-1]), np.int64)
    open_ = total.astype(np.int64)
    for at in range(weights.shape[-1]):
        some = (then[..., at] > 0) & (open_ > 0)
        taken = np.zeros_like(open_)
        taken[some] = rng.binomial(open_[some], then[..., at][some])
        out[..., at] = taken
        open_ = open_ - taken
    out[..., -1] += open_
    return out
