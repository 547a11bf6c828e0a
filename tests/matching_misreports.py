"""Whether an applicant can gain by another list than the true one: random societies, and random lies in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Pools
from gymreg_core.matching.pools import Mechanism, solve_with_pools
from gymreg_core.matching.ties import LOTTERY_BITS, draw_lottery
from tests.matching_markets import small_pools

LIARS, LIES = 6, 6  # applicants a society, lists that each tries in place of the true one


@dataclass(frozen=True)
class Society:
    """True lists; points int64 (n, m) of everyone at every path, many of them tied; lots (n, m); seats, quotas."""

    lists: list[NDArray[np.int64]]
    points: NDArray[np.int64]
    lots: NDArray[np.int64]
    capacity: NDArray[np.int32]
    pools: Pools


def society(rng: np.random.Generator) -> Society:
    """6 to 24 applicants, fewer seats than they are; paths are liked and rank in part alike, in half with quotas."""
    n, m = int(rng.integers(6, 25)), int(rng.integers(3, 8))
    liked = rng.random(m) + rng.random((n, m))
    length = rng.integers(1, m + 1, n)
    classes = int(rng.choice([1, 3, 8]))
    points = np.floor(classes * (rng.random((n, 1)) + rng.random() * rng.random((n, m)))).astype(np.int64)
    single = np.repeat(draw_lottery(n, int(rng.integers(1 << 30)))[:, None], m, axis=1)
    own = np.argsort(rng.random((n, m)), axis=0)
    capacity = rng.integers(0, max(2, 2 * n // m), m).astype(np.int32)
    return Society(
        [np.argsort(-liked[i])[: length[i]] for i in range(n)],
        points,
        single if rng.random() < 0.5 else own,
        capacity,
        small_pools(rng, n, capacity) if rng.random() < 0.5 else Pools.none(),
    )


def outcome(
    s: Society, lists: list[NDArray[np.int64]], mechanism: Mechanism, *, rank_breaks_ties: bool = False
) -> NDArray[np.int32]:
    """Seat (n,) of everyone by the lists that are handed in."""
    n, m = s.points.shape
    choices = np.full((n, m), NONE, np.int32)
    for i, one in enumerate(lists):
        choices[i, : len(one)] = one
    place = np.where(choices == NONE, 0, choices)
    points = np.take_along_axis(s.points, place, axis=1)
    if rank_breaks_ties:
        points = points * m + np.arange(m)[::-1]
    keys = (points << LOTTERY_BITS) | np.take_along_axis(s.lots, place, axis=1)
    return solve_with_pools(choices, keys, s.capacity, s.pools, mechanism)[0].seat


def tries(seed: int, mechanism: Mechanism, *, rank_breaks_ties: bool = False, quotas: bool = True) -> Iterator[bool]:
    """One try after the other: whether the liar got a path that stands higher on the true list than the honest one."""
    number = 0
    while True:
        rng = np.random.default_rng([seed, number])
        number += 1
        s = society(rng)
        s = s if quotas else Society(s.lists, s.points, s.lots, s.capacity, Pools.none())
        honest = outcome(s, s.lists, mechanism, rank_breaks_ties=rank_breaks_ties)
        n, m = s.points.shape
        for liar in rng.permutation(n)[:LIARS]:
            true = s.lists[liar].tolist()
            place = {path: c for c, path in enumerate(true)}
            got = place.get(int(honest[liar]), m)
            for _ in range(LIES):
                told = rng.permutation(m)[: rng.integers(1, m + 1)]
                lists = [*s.lists[:liar], told, *s.lists[liar + 1 :]]
                seat = int(outcome(s, lists, mechanism, rank_breaks_ties=rank_breaks_ties)[liar])
                yield place.get(seat, m) < got
