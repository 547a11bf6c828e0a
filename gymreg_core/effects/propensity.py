"""Deferred-acceptance propensity scores: each applicant's chance of a seat by each choice, over all lotteries.

Abdulkadiroglu, Angrist, Narita and Pathak, Econometrica 85 (2017) and 90 (2022). The study uses `chances`, which are
those of the market as it is, of any size: exact by `ExactChances`, and in the parts of a market that are too large for
it by frequencies of simulated lotteries. `formula_scores` is what they come to as a market grows; the study reads merit
near a cut-off by it where lots decide too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.effects.propensity_exact import ExactChances, Part
from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, SHUT
from gymreg_core.matching.market import Bools, Market, Match
from gymreg_core.matching.pieces import in_pieces, worked
from gymreg_core.matching.rerun_kernel import KEY_BITS, LOT_BITS, RerunLists, admitted_counts
from gymreg_core.matching.rerun_lists import rerun_lists
from gymreg_core.matching.ties import LOTTERY_BITS
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chances:
    """chance : float64 (n, k), of a seat by each choice, over all lotteries. error : (n, k), its standard error, 0
    where it is exact. lotteries : how many were simulated where it is not."""

    chance: Floats
    error: Floats
    lotteries: int


def chances(market: Market, *, seed: int = 0) -> Chances:
    """Every applicant's chance of a seat by each choice of a round, lots drawn anew.

    Lots of the open order are drawn anew, and those of quotas by lot; the order of a free quota stays as it is. Parts
    of the market with more than `exact_applicants`, or that fall into more than `exact_parts` (rules/effects.yml), are
    told by the frequencies of `lotteries` simulated ones. Errors: as `rerun_lists`.
    """
    lists = rerun_lists(market)
    most = (int(rule("effects", name)) for name in ("exact_applicants", "exact_parts"))
    found, large, left = ExactChances(*most).of(_part_of(lists))
    lotteries = int(rule("effects", "lotteries"))
    chance = np.array([float(one) for row in found for one in row])
    error = np.zeros(len(chance))
    if large:
        entries, rest = _rest_of(lists, large, left)
        drawn = worked(_admitted, (rest, seed), in_pieces(lotteries), jobs=None, cluster=None)
        share = sum(drawn, np.zeros(len(entries), np.int64)) / lotteries
        chance[entries], error[entries] = share, np.sqrt(share * (1 - share) / lotteries)
    shape = market.choices.shape
    at = _places(lists, market)
    return Chances(_summed(chance, at, shape), np.sqrt(_summed(error**2, at, shape)), lotteries if large else 0)


def _admitted(shared: tuple[RerunLists, int], runs: range) -> Int64:
    return admitted_counts(shared[0], runs, seed=shared[1])


def exact_chances(market: Market, *, parts: int = 20_000) -> NDArray[np.object_]:
    """The same as fractions.Fraction, object (n, k). Errors: BadParameters where the market is too large for it."""
    lists = rerun_lists(market)
    found, large, _ = ExactChances(len(market.choices), parts).of(_part_of(lists))
    if large:
        raise BadParameters(
            "the market is too large to count all its lotteries", where="market", remedy="Ask for chances(market)."
        )
    whole: NDArray[np.object_] = np.full(market.choices.shape, Fraction(0), dtype=object)
    for place, one in zip(_places(lists, market).tolist(), (one for row in found for one in row), strict=True):
        whole.flat[place] += one
    return whole


def formula_scores(match: Match, near: Bools | None = None) -> Floats:
    """The papers' formula for a large market without quotas, where cut-offs do not move: chances (n, k) by those of
    `match`.

    Of the class that the lots divide at a path those get in whose lot is in the best share tau; who did not get in at
    anything better is out of the share MID, the largest of theirs. On one lottery that leaves max(0, tau - MID); with a
    lottery for each path, tau times all 1 - tau before it (2017, theorem 1). near : bool (n, k), choices whose points
    lie so near to the cut-off that merit is read as a lottery with an even chance (2022, theorem 1, all paths going by
    one merit value): half of what is left at each, and once it is halved, half is left.
    """
    market, n = match.market, len(match.market.choices)
    share, near = _shares(match), np.zeros(market.choices.shape, np.bool_) if near is None else near
    apart = market.lottery.ndim > 1
    left, mid, halved = np.ones(n), np.zeros(n), np.ones(n)
    found = np.zeros(market.choices.shape)
    for c in range(market.choices.shape[1]):
        tau, even = share[:, c], near[:, c]
        own = left * tau if apart else np.maximum(0.0, tau - mid)
        found[:, c] = np.where(even, (left if apart else 1 - mid) * halved / 2, own * halved)
        halved = np.where(even, 0.5, halved)
        left = np.where(even, left, left * (1 - tau))
        mid = np.where(even, mid, np.maximum(mid, tau))
    return found


def divided(match: Match) -> Bools:
    """Choices (n, k) in the class of the lowest admitted by the open order, some of whom the lots left out."""
    market, cut = match.market, match.assignment.cutoff_key[match.market.choices]
    same = market.eligible & (cut != NOT_ELIGIBLE) & (cut != SHUT) & (market.order == cut >> LOTTERY_BITS)
    rank = match.assignment.rank[:, None]
    refused = same & (match.keys < cut) & ((rank == NONE) | (np.arange(same.shape[1]) < rank))
    return np.asarray(same & np.isin(market.choices, market.choices[refused]), np.bool_)


def _shares(match: Match) -> Floats:
    """The share of lots (n, k) that get in at each choice: 1 above the class that the lots divide, 0 below it."""
    market, cut = match.market, match.assignment.cutoff_key[match.market.choices]
    by_lot = divided(match)
    above = (cut == NOT_ELIGIBLE) | ((cut != SHUT) & (market.order >= cut >> LOTTERY_BITS))
    found = np.where(market.eligible & above, 1.0, 0.0)
    for path in np.unique(market.choices[by_lot]).tolist():
        asked = market.choices == path
        drawn = market.lottery if market.lottery.ndim == 1 else market.lottery[asked]
        here = by_lot & asked
        lowest = cut[here][0] & ((1 << LOTTERY_BITS) - 1)
        found[here] = (drawn >= lowest).sum() / len(drawn)
    return found


def _part_of(lists: RerunLists) -> Part:
    """The market as types of one applicant each, in the order of the rows."""
    unit, order = lists.unit.tolist(), lists.order.tolist()
    types = tuple(
        (tuple(zip(unit[a:b], order[a:b], strict=True)), 1)
        for a, b in zip(lists.start.tolist(), lists.stop.tolist(), strict=True)
    )
    return tuple(lists.capacity.tolist()), tuple(lists.lottery.tolist()), types


def _in_rows(lists: RerunLists) -> Int64:
    """The entries (e,) in the order of the rows, which is that of `_part_of`."""
    length = lists.stop - lists.start
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    return np.asarray(np.repeat(lists.start, length) + within, np.int64)


def _places(lists: RerunLists, market: Market) -> Int64:
    """Where in a table (n, k) each entry belongs, in the order of the rows: int64 (e,)."""
    row = np.repeat(np.arange(len(lists.start)), lists.stop - lists.start)
    path = lists.path[lists.unit[_in_rows(lists)]]
    column = (market.choices[row] == path[:, None]).argmax(axis=1)
    return np.asarray(row * market.choices.shape[1] + column, np.int64)


def _summed(values: Floats, at: Int64, shape: tuple[int, ...]) -> Floats:
    return np.bincount(at, weights=values, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def _rest_of(lists: RerunLists, large: list[tuple[int, list[int]]], left: list[int]) -> tuple[Int64, RerunLists]:
    """What is left of the market as a market of its own, and which entries, in the order of the rows, its are."""
    length = lists.stop - lists.start
    begins = np.cumsum(length) - length
    entries = np.array([begins[t] + p for t, places in large for p in places], np.int64)
    kept = _in_rows(lists)[entries]
    stop = np.cumsum([len(places) for _, places in large])
    start = stop - [len(places) for _, places in large]
    order = np.unique(lists.order[kept], return_inverse=True)[1].astype(np.int32)
    bits = max(1, int(order.max(initial=0)).bit_length())
    if bits + LOT_BITS > KEY_BITS:
        raise BadParameters("there are more classes than a lottery has room for", where="applicants")
    best = np.maximum.reduceat(order, start)
    turn = np.unique(-best, return_inverse=True)[1].astype(np.int32)
    taken = np.unique(lists.unit[kept])
    capacity: NDArray[Any] = np.zeros(len(lists.capacity), np.int32)
    capacity[taken] = np.array(left, np.int32)[taken]
    return entries, lists._replace(
        start=start,
        stop=stop,
        first=start,
        unit=lists.unit[kept],
        order=order,
        points=lists.points[kept],
        order_bits=bits,
        turn=turn,
        turns=int(turn.max(initial=-1)) + 1,
        capacity=capacity,
        common=len(start),
    )
