"""Re-runs the slow, obvious way: a market drawn anew as tables, solved as any other, and counted choice by choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE
from gymreg_core.matching.market import Market
from gymreg_core.matching.outcome import figures_of
from gymreg_core.matching.rerun_kernel import Figures, drawn_rows, other_lots
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import LOTTERY_BITS, keys_of


def redraw(market: Market, run: int, *, seed: int, resample: bool) -> Market:
    """The round of run number `run`, with the applicants and lots that the compiled way draws."""
    n, m = len(market.choices), len(market.capacity)
    rows = drawn_rows(seed, run, n, n, resample)
    choices, order = market.choices[rows], market.order[rows]
    lottery = np.arange(n)
    if market.lottery.ndim > 1:
        lottery = np.zeros(choices.shape, np.int64)
        for path in range(m):
            lottery[choices == path] = places(other_lots(seed, run, n, path))[(choices == path).any(axis=1)]
    drawn = replace(
        market,
        pupil=market.pupil[rows],
        choices=choices,
        eligible=market.eligible[rows],
        points=market.points[rows],
        order=order,
        lottery=lottery,
    )
    return replace(drawn, pools=pools(market, drawn, rows, places(other_lots(seed, run, n, m))))


def places(lots: np.ndarray) -> np.ndarray:
    """Lots as 0..n-1, the highest last."""
    place = np.empty(len(lots), np.int64)
    place[np.argsort(lots)] = np.arange(len(lots))
    return place


def pools(market: Market, drawn: Market, rows: np.ndarray, quota_lots: np.ndarray):
    keys = keys_of(drawn.order, drawn.lottery)
    in_free_quota = sorted(set(market.pools.key.tolist()))
    entries = []
    for who, row in enumerate(rows):
        for entry in np.flatnonzero(market.pools.applicant == row):
            pool = market.pools.pool[entry]
            kind = market.pools.kind[pool]
            [column] = np.flatnonzero(drawn.choices[who] == market.pools.path[pool])
            if kind == "free_quota":
                lot = drawn.lottery[who] if drawn.lottery.ndim == 1 else drawn.lottery[who, column]
                key = (in_free_quota.index(market.pools.key[entry]) << LOTTERY_BITS) | lot
            else:
                key = quota_lots[who] if kind == "lottery" else keys[who, column]
            entries.append((who, pool, key))
    who, pool, key = zip(*entries, strict=True) if entries else ((), (), ())
    return replace(
        market.pools, applicant=np.array(who, np.int32), pool=np.array(pool, np.int32), key=np.array(key, np.int64)
    )


def figures(market: Market) -> Figures:
    match = solve(market)
    seat, rank = match.assignment.seat, match.assignment.rank
    table = figures_of(match)
    cutoff = np.rint(table["cutoff"].to_numpy(float, na_value=np.nan) * 100)
    first = [next((c for c, j in enumerate(row) if j != NONE), NOT_ELIGIBLE) for row in market.choices]
    return Figures(
        np.where(np.isnan(cutoff), -1, cutoff).astype(np.int32),
        sum(r == f for r, f in zip(rank, first, strict=True)),
        int((seat != NONE).sum()),
        int(table["free_seats"].sum()),
    )
