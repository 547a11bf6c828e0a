"""A market in the form that re-runs read: eligible choices one after another, classes without their lots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE, Int32, Int64
from gymreg_core.matching.market import Market, Pools
from gymreg_core.matching.pools import expand
from gymreg_core.matching.rerun_kernel import KEY_BITS, LOT_BITS, OWN_LOT, RerunLists
from gymreg_core.matching.ties import LOTTERY_BITS


def side_by_side(today: Market, scenario: Market) -> tuple[RerunLists, RerunLists]:
    """Two rounds in which a row is the same applicant: one run draws the same ones, with the same lots, in both.

    Whoever is in one of them alone has no choices in the other; those of the scenario alone come last.
    """
    everyone = np.concatenate([today.pupil, np.setdiff1d(scenario.pupil, today.pupil)])
    mine, theirs = (rerun_lists(market, everyone, len(today.pupil)) for market in (today, scenario))
    return mine, theirs


def rerun_lists(market: Market, everyone: Int32 | None = None, common: int | None = None) -> RerunLists:
    """The market without its lottery.

    everyone : int32 (p,), the pupils that the rows stand for, all different and those of the market among them; those
    of the market where None. common : see `RerunLists`, all where None.
    In quotas by lot the lots are drawn anew too, one lottery for all of them. The order of a free quota stays, and
    those who are drawn twice stand in it next to each other.
    Errors: BadParameters for more applicants or classes than the keys have room for.
    """
    everyone = market.pupil if everyone is None else everyone
    n, m, pools = len(everyone), len(market.capacity), market.pools
    by_pupil = np.argsort(everyone)
    place = by_pupil[np.searchsorted(everyone, market.pupil, sorter=by_pupil)]
    units = expand(market.choices, market.order, market.capacity, _by_class(pools))
    row, column = np.nonzero((units.choices != NONE) & (units.keys != NOT_ELIGIBLE))
    order = np.unique(units.keys[row, column], return_inverse=True)[1].astype(np.int32)
    bits = max(1, int(order.max(initial=0)).bit_length())
    if n > 1 << LOT_BITS or bits + LOT_BITS > KEY_BITS:
        raise BadParameters(f"{n} applicants are more than a lottery has room for", where="applicants")
    turn = _turns(n, place[row], order)
    # Those who choose after each other lie beside each other: the kernel walks through memory once.
    near = np.argsort(turn[place[row]], kind="stable")
    row, column, order = row[near], column[near], order[near]
    who = place[row]
    unit, old, member = units.choices[row, column], units.column[row, column], units.member[row, column]
    length = np.bincount(who, minlength=n)
    start = np.zeros(n, np.int64)
    in_order = np.argsort(turn, kind="stable")
    start[in_order] = np.cumsum(length[in_order]) - length[in_order]
    first = (market.choices != NONE).argmax(axis=1)
    by_lot = np.append(np.zeros(m, np.bool_), pools.kind == "lottery")
    return RerunLists(
        start=start,
        stop=start + length,
        first=start + np.bincount(who[old == first[row]], minlength=n),
        unit=unit,
        order=order,
        points=np.where(member, ~market.points[row, old], market.points[row, old]),
        order_bits=bits,
        turn=turn,
        turns=int(turn.max(initial=-1)) + 1,
        capacity=units.capacity,
        path=units.path,
        lottery=np.where(by_lot, m, units.path if market.lottery.ndim > 1 else OWN_LOT).astype(np.int32),
        seats=market.capacity,
        common=n if common is None else common,
    )


def _by_class(pools: Pools) -> Pools:
    """The pools with classes for keys: places of a free quota, nothing by lot, else the class of the open order."""
    kind = pools.kind[pools.pool]
    key = np.where(kind == "free_quota", pools.key, pools.key >> LOTTERY_BITS)
    return replace(pools, key=np.where(kind == "lottery", 0, key))


def _turns(n: int, row: Int64, order: Int32) -> Int32:
    """Place of each applicant (n,) by the highest class on the list, 0 = highest; without entries the last."""
    best = np.full(n, -1, np.int64)
    np.maximum.at(best, row, order)
    return np.unique(-best, return_inverse=True)[1].astype(np.int32)
