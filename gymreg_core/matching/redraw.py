"""One re-run of a round: a new lottery, and applicants drawn anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import Int32, Int64
from gymreg_core.matching.market import Market, Pools
from gymreg_core.matching.ties import LOTTERY_BITS, draw_lottery, keys_of


def redraw(market: Market, run: int, *, seed: int, resample: bool) -> Market:
    """The round of run number `run`: the same for the same seed and number, whatever was run before.

    resample : as many applicants drawn with replacement from those there are, each with a lot of its own; else the same.
    In the quotas lots are drawn anew too; the order of a free quota stays, its doubles told apart by lot.
    """
    n = len(market.pupil)
    rng = np.random.Generator(np.random.Philox(key=np.array([seed, run], np.uint64)))
    rows = rng.integers(0, n, n) if resample else np.arange(n)
    choices, order = market.choices[rows], market.order[rows]
    if market.lottery.ndim == 1:
        lottery = rng.permutation(n).astype(np.int64)
    else:
        lottery = draw_lottery(n, [seed, run], per_path=choices)
    drawn = replace(
        market,
        pupil=market.pupil[rows],
        choices=choices,
        eligible=market.eligible[rows],
        points=market.points[rows],
        order=order,
        lottery=lottery,
    )
    if not len(market.pools.path):
        return drawn
    lots = rng.permutation(n).astype(np.int64), rng.permutation(n).astype(np.int64)
    return replace(drawn, pools=_pools(market.pools, rows, choices, keys_of(order, lottery), lots))


def _pools(pools: Pools, rows: NDArray[np.intp], choices: Int32, keys: Int64, lots: tuple[Int64, Int64]) -> Pools:
    by_applicant = np.argsort(pools.applicant, kind="stable")
    of = pools.applicant[by_applicant]
    start, end = np.searchsorted(of, rows), np.searchsorted(of, rows, side="right")
    who = np.repeat(np.arange(len(rows)), end - start)
    within = np.arange(len(who)) - np.repeat(np.cumsum(end - start) - (end - start), end - start)
    entry = by_applicant[start[who] + within]
    pool = pools.pool[entry]
    kind = pools.kind[pool]
    place = np.unique(pools.key, return_inverse=True)[1].astype(np.int64)[entry]
    column = (choices[who] == pools.path[pool][:, None]).argmax(axis=1)
    key = np.where(kind == "free_quota", (place << LOTTERY_BITS) | lots[0][who], keys[who, column])
    key = np.where(kind == "lottery", lots[1][who], key)
    return replace(pools, applicant=who.astype(np.int32), pool=pool, key=key)
