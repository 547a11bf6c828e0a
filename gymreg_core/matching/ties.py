"""Order and lottery: from what decides between applicants to keys that no two share at a study path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int32, Int64
from gymreg_core.matching.market import Bools

LOTTERY_BITS = 21
"""Room for the lottery below the order: up to two million applicants."""
SEEDS = 1 << 63
"""Seeds lie below: as much as the random numbers of re-runs and of lotteries by path begin with."""
QUOTA_LOTS, COHORT, NEW_PATH = 1, 2, 3
"""What random numbers are drawn for, after the seed of the lottery: each has numbers of its own."""
_ROOM = 1 << 62
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS = tuple((np.uint64(s), np.uint64(f)) for s, f in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)))


def dense_order(fields: Sequence[Int64 | Int32], eligible: Bools) -> Int64:
    """Classes of choices that only a lottery can tell apart: int64 (n, k), higher first, else NOT_ELIGIBLE.

    fields : (n, k) each, higher wins, the first decides before the second and so on. eligible : bool (n, k).
    Classes run from 0 without gaps over the whole table, so that they stay small.
    """
    order = np.full(eligible.shape, NOT_ELIGIBLE, np.int64)
    if not eligible.any():
        return order
    packed, span = np.zeros(int(eligible.sum()), np.int64), 1
    for field in fields:
        values = np.asarray(field)[eligible].astype(np.int64)
        values = values - values.min()
        wide = int(values.max()) + 1
        if span * wide >= _ROOM:
            packed, span = _dense(packed)
            values, wide = _dense(values)
        packed, span = packed * wide + values, span * wide
    order[eligible] = _dense(packed)[0]
    return order


def _dense(values: Int64) -> tuple[Int64, int]:
    known, place = np.unique(values, return_inverse=True)
    return place.astype(np.int64), len(known)


def keys_of(order: Int64, lottery: Int64) -> Int64:
    """Keys of the open order (n, k), higher first: the class, and the lottery where two share one.

    order : int64 (n, k) of `dense_order`. lottery : int64 (n,) or (n, k), 0 <= value < 2**LOTTERY_BITS.
    """
    drawn = lottery[:, None] if lottery.ndim == 1 else lottery
    return np.where(order == NOT_ELIGIBLE, NOT_ELIGIBLE, (order << LOTTERY_BITS) | drawn).astype(np.int64)


def draw_lottery(n: int, seed: int | Sequence[int]) -> Int64:
    """Lots: a permutation of 0..n-1, one draw for all paths.

    seed : of the lottery, or that and a number from QUOTA_LOTS on. The same seed gives the same lots, and further
    applicants leave the order among the first as it is. Errors: BadParameters for more applicants than the keys have
    room for.
    """
    _require_room(n)
    drawn = np.empty(n, np.int64)
    drawn[np.argsort(np.random.default_rng(seed).random(n), kind="stable")] = np.arange(n)
    return drawn


def lots_per_path(pupil: Int32, choices: Int32, seed: int) -> Int64:
    """Lots (n, k), at each path the order of a hash of seed, pupil and path: nobody else's choices move them.

    pupil : int32 (n,). choices : int32 (n, k). Errors: BadParameters for more applicants than the keys have room for,
    or a seed that is not below SEEDS.
    """
    _require_room(len(choices))
    if seed >= SEEDS:
        raise BadParameters(f"the seed {seed} is too large", where="seed", remedy=f"Name one below {SEEDS}.")
    mixed = _mixed(np.full((1, 1), seed, np.uint64))
    for part in (pupil[:, None], choices):
        mixed = _mixed(mixed ^ part.astype(np.uint64))
    path = choices.ravel()
    order = np.lexsort((mixed.ravel(), path))
    ordered = path[order]
    lots = np.zeros(path.size, np.int64)
    lots[order] = np.where(ordered != NONE, np.arange(path.size) - np.searchsorted(ordered, ordered), 0)
    return lots.reshape(choices.shape)


def _require_room(n: int) -> None:
    if n > 1 << LOTTERY_BITS:
        raise BadParameters(f"a lottery has room for {1 << LOTTERY_BITS} applicants, not for {n}", where="applicants")


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A pseudo-random number for each value: splitmix64 (Steele, Lea and Flood 2014, OOPSLA)."""
    values = values + _GOLDEN
    for shift, factor in _ROUNDS:
        values = (values ^ (values >> shift)) * factor
    return values ^ (values >> np.uint64(31))
