"""Small markets whose lotteries can all be counted, and a made-up intake whose lots can be drawn again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations, product
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.applicants import Applicants
from gymreg_core.effects.at_cutoffs import AtCutoffs, lot_choices
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE
from gymreg_core.matching.market import Market, Match, Pools
from gymreg_core.matching.solve import solve
from gymreg_core.matching.standing import FIRST_HAND, ON_TIME
from gymreg_core.matching.ties import LOTTERY_BITS
from tests.matching_markets import market_of, small

KINDS = ("free_quota", "lottery", "reserved")


def lottery_market(rng: np.random.Generator, *, n_most: int, m_most: int = 4, pools: bool = False) -> Market:
    """A small market in which several applicants share a class, one order for all paths or one each; lots by row.

    pools : with quotas of every kind, at some paths.
    """
    choices, keys, capacity = small(rng, n_most=n_most, m_most=m_most)
    n = len(choices)
    classes = int(rng.integers(1, 4))
    one_order = np.broadcast_to(rng.integers(0, classes, n)[:, None], choices.shape)
    order = one_order if rng.random() < 0.5 else rng.integers(0, classes, choices.shape)
    order = np.where(keys == NOT_ELIGIBLE, NOT_ELIGIBLE, order.astype(np.int64))
    market = market_of((choices, order, capacity))
    return replace(market, pools=_pools(rng, market)) if pools else market


def _pools(rng: np.random.Generator, market: Market) -> Pools:
    """A quota at every second path that has seats, one kind in a market; keys are made by `with_lots`."""
    paths = np.flatnonzero((market.capacity > 0) & (rng.random(len(market.capacity)) < 0.6)).astype(np.int32)
    if not len(paths):
        return Pools.none()
    kind = str(rng.choice(KINDS))
    row, column = np.nonzero(
        market.eligible & np.isin(market.choices, paths) & (rng.random(market.choices.shape) < 0.7)
    )
    pool = np.searchsorted(paths, market.choices[row, column]).astype(np.int32)
    q = len(paths)
    key = np.argsort(rng.random(len(row))).astype(np.int64)
    return Pools(
        path=paths,
        seats=rng.integers(0, market.capacity[paths] + 1).astype(np.int32),
        before_open=rng.random(q) < 0.5,
        soft=rng.random(q) < 0.5,
        kind=np.full(q, kind, "U16"),
        applicant=row.astype(np.int32),
        pool=pool,
        key=key if kind == "free_quota" else _open_keys(market, row, column),
    )


def _open_keys(market: Market, row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    lots = np.broadcast_to(market.lottery.reshape(len(market.choices), -1), market.choices.shape)
    return (market.order[row, column] << LOTTERY_BITS) | lots[row, column]


def with_lots(market: Market, lots: NDArray[np.int64], quota_lots: NDArray[np.int64]) -> Market:
    """The market with these lots (n,) or (n, k), and those of its quotas by lot (n,)."""
    drawn = replace(market, lottery=lots)
    pools = market.pools
    column = (market.choices[pools.applicant] == pools.path[pools.pool][:, None]).argmax(axis=1)
    kind = pools.kind[pools.pool]
    open_keys = _open_keys(drawn, pools.applicant.astype(np.int64), column)
    key = np.where(kind == "lottery", quota_lots[pools.applicant], np.where(kind == "reserved", open_keys, pools.key))
    return replace(drawn, pools=replace(pools, key=key.astype(np.int64)))


def every_lottery(market: Market) -> Iterator[Market]:
    """The market with every order of lots there can be, at each path apart where it has lots (n, k)."""
    n, by_path = len(market.choices), market.lottery.ndim > 1
    orders = [np.array(order, np.int64) for order in permutations(range(n))]
    by_lot = orders if (market.pools.kind == "lottery").any() else [np.arange(n)]
    for quota in by_lot:
        for drawn in product(orders, repeat=len(market.capacity)) if by_path else ((one,) for one in orders):
            lots = np.stack(drawn)[market.choices, np.arange(n)[:, None]] if by_path else drawn[0]
            yield with_lots(market, lots, quota)


def counted(market: Market) -> NDArray[np.object_]:
    """Chances (n, k) as fractions: every lottery is solved."""
    seats, many = np.zeros(market.choices.shape, np.int64), 0
    for drawn in every_lottery(market):
        seats[admitted_by(solve(drawn))] += 1
        many += 1
    whole = np.full(seats.shape, Fraction(0), dtype=object)
    for at in np.argwhere(seats):
        whole[tuple(at)] = Fraction(int(seats[tuple(at)]), many)
    return whole


def admitted_by(match: Match) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the choices that got a seat."""
    row = np.flatnonzero(match.assignment.seat != NONE)
    return row, match.assignment.rank[row].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Intake:
    """A made-up intake: market, what decides before merit, the choices that lots decide, and the dose of each path."""

    market: Market
    standing: SimpleNamespace
    at: AtCutoffs
    dose: NDArray[np.float64]
    schools: int


def made_up_intake(seed: int, *, n: int = 1500, paths: int = 80, schools: int = 40, classes: int = 4) -> Intake:
    """n applicants with up to five choices and one of a few merit values, so that lots decide about many."""
    rng = np.random.default_rng(seed)
    liked = np.argsort(rng.gumbel(size=(n, paths)) + rng.normal(0, 0.7, paths), axis=1)[:, ::-1][:, :5]
    choices = np.where(np.arange(5) < rng.integers(1, 6, n)[:, None], liked, NONE).astype(np.int32)
    level = rng.integers(0, classes, n)
    order = np.where(choices != NONE, level[:, None], NOT_ELIGIBLE).astype(np.int64)
    capacity = rng.integers(5, 16, paths).astype(np.int32)
    market = market_of((choices, order, capacity), lottery=rng.permutation(n).astype(np.int64))
    market = replace(market, points=np.where(choices != NONE, level[:, None] * 250 + 18_000, -1).astype(np.int32))
    same = np.ones(choices.shape, np.int64)
    standing = SimpleNamespace(fields={FIRST_HAND: same, ON_TIME: same})
    return Intake(market, standing, lot_choices(solve(market), standing), rng.gamma(2, 1.2, paths), schools)


def drawn_applicants(
    intake: Intake, seed: int, *, offer: float = 0.0, girls_more: float = 0.0, growth: float = 0.0, cheat: float = 0.0
) -> Applicants:
    """The applicants that lots decide about, with lots drawn anew: who is compared stays, who is offered does not.

    What becomes of someone without an offer is fixed beforehand and goes with merit, the length of the list and the
    path; an offer adds `offer`, to girls `girls_more` beside, and `growth` for each thousand kronor of its dose.
    cheat : of those without an offer the share, of those who would do best, who have one all the same.
    """
    fixed, rng = np.random.default_rng(7), np.random.default_rng(seed)
    market, at = intake.market, intake.at
    n = len(market.choices)
    match = solve(replace(market, lottery=rng.permutation(n).astype(np.int64)))
    row, path = at.row, market.choices[at.row, at.column].astype(np.int64)
    merit = market.points[at.row, at.column] / 100
    many = (market.choices[row] != NONE).sum(axis=1)
    outlook = 0.4 + 0.004 * (merit - 195) - 0.04 * (many - 3) + fixed.normal(0, 0.08, len(intake.dose))[path]
    girls = (fixed.random(n) < 0.5)[row].astype(np.float64)
    offered = match.assignment.rank[row] == at.column
    if cheat:
        best = outlook + girls > np.quantile(outlook + girls, 1 - cheat)
        offered |= best
    effect = offer + girls_more * girls + growth * intake.dose[path]
    value = outlook + fixed.normal(0, 0.3, n)[row] + effect * offered
    everyone = np.ones(len(row), np.bool_)
    dose = np.where(offered, intake.dose[path], intake.dose[fixed.integers(0, len(intake.dose), n)[row]])
    return Applicants(
        applicant=row,
        intake=np.full(len(row), 2021, np.int16),
        path=path,
        school=path % intake.schools,
        points=at.points,
        lottery=at.by_lot,
        offered=offered,
        dose_offered=intake.dose[path],
        dose=dose,
        better=at.better,
        vocational=path % 3 == 0,
        covariates={"merit": merit, "girls": girls, "choices": many.astype(np.float64)},
        known=dict.fromkeys(OUTCOMES, everyone),
        outcome=dict.fromkeys(OUTCOMES, value),
        chance=at.chance,
        by_lot=at.by_lot,
    )
