"""Markets drawn from a seed, in two sizes: a region's, to measure with, and small ones that can be searched through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NOT_ELIGIBLE
from gymreg_core.matching.market import Market, Pools
from gymreg_core.matching.ties import draw_lottery, lots_per_path

Arrays = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]
SEATS_PER_PATH = 26
APPLICANTS_PER_PATH = 25


def region(n: int, seed: int, *, width: int = 20, noise: float = 0.3) -> Arrays:
    """Choices, keys (n, width) and capacity like a region's: 25 applicants a path, 1-20 choices with a mean of 6.2.

    Paths are sought unequally. A key is merit common to all paths plus `noise` (standard deviations) of the path's own;
    with noise 0 the key is the same at every path.
    """
    rng = np.random.default_rng(seed)
    m = max(2, n // APPLICANTS_PER_PATH)
    liked = np.cumsum(rng.lognormal(0.0, 1.0, m))
    length = np.clip(rng.geometric(1 / 6.4, n), 1, width)
    choices = np.searchsorted(liked, rng.random((n, width)) * liked[-1]).astype(np.int32)
    choices = np.minimum(choices, m - 1)
    choices[np.arange(width) >= length[:, None]] = -1
    for column in range(1, width):
        again = (choices[:, :column] == choices[:, column : column + 1]).any(axis=1)
        choices[again, column] = -1
    choices = np.take_along_axis(choices, np.argsort(choices < 0, axis=1, kind="stable"), axis=1)
    capacity = rng.integers(SEATS_PER_PATH // 2, SEATS_PER_PATH * 3 // 2, m).astype(np.int32)
    merit = rng.normal(size=(n, 1)) + noise * rng.normal(size=(n, width))
    order = np.rint((merit + 10) * 1000).astype(np.int64)
    return choices, (order << 21) | rng.permutation(n)[:, None], capacity


def common(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """One list for all paths (n,) out of the first column of keys."""
    return np.ascontiguousarray(keys[:, 0])


def small(rng: np.random.Generator, *, n_most: int = 7, m_most: int = 5) -> Arrays:
    """A few applicants with lists of any length, holes in them, choices they may not have, and paths without seats.

    Half are crowded: whole lists, one seat a path, an order of its own at each, so that more than one
    assignment may be stable.
    """
    crowded = rng.random() < 0.5
    n, m = int(rng.integers(1, n_most + 1)), int(rng.integers(1, m_most + 1))
    width = m if crowded else int(rng.integers(1, m + 2))
    choices = np.full((n, width), -1, np.int32)
    keys = np.full((n, width), NOT_ELIGIBLE, np.int64)
    capacity = np.ones(m, np.int32) if crowded else rng.integers(0, rng.integers(2, 5), m)
    own = np.argsort(rng.random((m, n)), axis=1) - int(rng.integers(0, n + 1))
    for i in range(n):
        count = width if crowded else int(rng.integers(0, min(m, width) + 1))
        columns = np.sort(rng.permutation(width)[:count])
        choices[i, columns] = rng.permutation(m)[:count]
        for c in columns:
            keys[i, c] = own[choices[i, c], i] if crowded or rng.random() < 0.85 else NOT_ELIGIBLE
    return choices, keys, capacity.astype(np.int32)


def market_of(arrays: Arrays, *, pools: Pools | None = None, lottery: NDArray[np.int64] | None = None) -> Market:
    """A market out of choices, order (n, k) and capacity; where no lottery is given it goes by row."""
    choices, order, capacity = arrays
    n, m = len(choices), len(capacity)
    eligible = (order != NOT_ELIGIBLE) & (choices >= 0)
    return Market(
        intake_year=2023,
        round="final",
        seed=1,
        pupil=np.arange(n, dtype=np.int32),
        path=np.arange(m, dtype=np.int32),
        choices=choices,
        eligible=eligible,
        points=np.where(eligible, order, -1).astype(np.int32),
        order=np.where(eligible, order, NOT_ELIGIBLE),
        lottery=np.arange(n, dtype=np.int64) if lottery is None else lottery,
        rank_breaks_ties=np.zeros(m, np.bool_),
        capacity=capacity,
        pools=pools or Pools.none(),
    )


def small_market(rng: np.random.Generator, *, n_most: int = 7, m_most: int = 5, with_pools: bool = True) -> Market:
    """A small market with ties that its lottery breaks, one order for all paths or one each, and often pools."""
    choices, keys, capacity = small(rng, n_most=n_most, m_most=m_most)
    n = len(choices)
    classes = int(rng.integers(1, n + 1))
    if rng.random() < 0.3:
        order = np.broadcast_to(rng.integers(0, classes, n)[:, None], choices.shape).astype(np.int64)
    else:
        order = rng.integers(0, classes, choices.shape)
    order = np.where(keys == NOT_ELIGIBLE, NOT_ELIGIBLE, order)
    seed = int(rng.integers(1 << 30))
    by_path = rng.random() < 0.5
    lottery = lots_per_path(np.arange(n, dtype=np.int32), choices, seed) if by_path else draw_lottery(n, seed)
    pools = small_pools(rng, n, capacity) if with_pools and rng.random() < 0.7 else None
    return market_of((choices, order, capacity), pools=pools, lottery=lottery)


def small_pools(rng: np.random.Generator, n: int, capacity: NDArray[np.int32]) -> Pools:
    """Up to two pools a path, soft or hard, before or after the open seats; members may not have listed the path."""
    path, seats = [], []
    for j in rng.permutation(len(capacity)):
        left = int(capacity[j])
        for _ in range(int(rng.integers(0, 3))):
            path.append(j)
            seats.append(int(rng.integers(0, left + 1)))
            left -= seats[-1]
    q = len(path)
    member = rng.random((q, n)) < rng.choice([0.2, 0.5, 1.0])
    pool, applicant = np.nonzero(member)
    order = np.argsort(rng.random((q, n)), axis=1)
    return Pools(
        path=np.array(path, np.int32),
        seats=np.array(seats, np.int32),
        before_open=rng.random(q) < 0.5,
        soft=rng.random(q) < 0.5,
        kind=np.full(q, "reserved", "U16"),
        applicant=applicant.astype(np.int32),
        pool=pool.astype(np.int32),
        key=order[pool, applicant].astype(np.int64),
    )
