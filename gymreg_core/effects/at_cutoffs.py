"""Where the choices of a matched round stand to the cut-offs of the open merit order, and what the lots decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.propensity import chances, divided, formula_scores
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT, Int64
from gymreg_core.matching.market import Bools, Market, Match
from gymreg_core.matching.merit import HUNDREDTHS
from gymreg_core.matching.standing import FIRST_HAND, ON_TIME, Standing
from gymreg_core.rules import rule

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AtCutoffs:
    """q choices of a round: row and column in its tables.

    points : (q,), merit less the lowest admitted by the open order. better : (q,), see Margins. by_lot : bool (q,), the
    lots divide those with these points. offered : bool (q,). chance : (q,), of an offer.
    """

    row: Int64
    column: Int64
    points: Floats
    better: Floats
    by_lot: Bools
    offered: Bools
    chance: Floats


def distances(match: Match, standing: Standing) -> Floats:
    """Points (n, k) of each choice less the lowest admitted by the open order.

    inf : would be admitted whatever the merit, as seats are left or all who were received in the same hand and as early
    are above others who got in. -inf : would never be: not eligible, or no seat for those received so.
    """
    market, cut = match.market, match.assignment.cutoff_key[match.market.choices]
    before = 2 * standing.fields[FIRST_HAND] + standing.fields[ON_TIME]
    lowest = market.eligible & (match.keys == cut)
    points, tier = (np.zeros(len(market.capacity), np.int64) for _ in range(2))
    points[market.choices[lowest]], tier[market.choices[lowest]] = market.points[lowest], before[lowest]
    there = tier[market.choices]
    found = (market.points - points[market.choices]) / HUNDREDTHS
    found = np.where(before > there, np.inf, np.where(before < there, -np.inf, found))
    found = np.where(cut == NOT_ELIGIBLE, np.inf, np.where(cut == SHUT, -np.inf, found))
    return np.where(market.eligible, found, -np.inf)


def margin_pairs(match: Match, standing: Standing) -> AtCutoffs:
    """Choices of a full path by the open order, of applicants without an offer that they like better.

    Left out are those in a quota of the path's, and those who are received in another hand, or later, than the last who
    was admitted: merit does not decide about them. So is the last who was admitted: the cut-off is where he or she is,
    so that one at each path would be there and above it by definition.
    """
    market, away = match.market, distances(match, standing)
    rank, column = match.assignment.rank[:, None], np.arange(away.shape[1])
    last = match.keys == match.assignment.cutoff_key[market.choices]
    keep = np.isfinite(away) & ~last & ~_in_quota(market) & ((rank == NONE) | (column <= rank))
    best = np.full(len(away), -np.inf)
    better = np.empty_like(away)
    for c in range(away.shape[1]):
        finite = np.isfinite(away[:, c])
        better[:, c] = np.where(finite, away[:, c], 0.0) - best
        best = np.maximum(best, np.where(finite, away[:, c], -np.inf))
    row, at = np.nonzero(keep)
    offered = match.assignment.rank[row] == at
    nothing = np.full(len(row), np.nan)
    return AtCutoffs(row, at, away[keep], better[keep], divided(match)[keep], offered, nothing)


def lot_choices(match: Match, standing: Standing) -> AtCutoffs:
    """Of every applicant the best choice that lots decide, if there is one: a chance of an offer (propensity.chances)
    that is neither too near to 0 nor to 1 (rules/effects.yml, least_chance). Else the best one with points within
    `local_bandwidth` of its cut-off, and an even chance, if nothing better can be offered."""
    market, away = match.market, distances(match, standing)
    least, width = float(rule("effects", "least_chance")), float(rule("effects", "local_bandwidth"))
    by_lot = chances(market).chance
    drawn: Bools = (by_lot >= least) & (by_lot <= 1 - least)
    near: Bools = (np.abs(away) <= width) & ~_in_quota(market) & ~divided(match)
    score = formula_scores(match, near)
    above = np.cumsum(score, axis=1) - score
    decided = np.logical_or.reduce(drawn, axis=1, keepdims=True)
    use = np.where(decided, drawn, near & (score == 1 / 2) & (above == 0))
    row = np.flatnonzero(use.any(axis=1))
    column = use[row].argmax(axis=1)
    at = row, column
    points = np.where(np.isfinite(away[at]), away[at], np.nan)
    offered = match.assignment.rank[row] == column
    chance = np.where(drawn[at], by_lot[at], score[at])
    return AtCutoffs(row, column, points, np.full(len(row), np.inf), drawn[at], offered, chance)


def _in_quota(market: Market) -> Bools:
    """Choices (n, k) of a path that has the applicant in a quota of its own."""
    pools, m = market.pools, len(market.capacity)
    members = pools.applicant.astype(np.int64) * m + pools.path[pools.pool]
    rows = np.arange(len(market.choices))[:, None]
    return np.isin(rows * m + market.choices, members)
