"""Re-runs: the compiled way against the slow one, and the same numbers wherever they are run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.kernel import NOT_ELIGIBLE
from gymreg_core.matching.market import Market, Pools
from gymreg_core.matching.quotas import PoolRule
from gymreg_core.matching.rerun_kernel import drawn_rows, one_run, other_lots
from gymreg_core.matching.rerun_lists import rerun_lists, side_by_side
from gymreg_core.matching.run_counts import Rounds, RunCounts
from gymreg_core.matching.runs import re_run
from gymreg_core.matching.ties import dense_order, keys_of
from tests.matching_markets import small
from tests.registers import small_register
from tests.slow_reruns import figures, redraw

STEP = 50


def random_market(rng: np.random.Generator) -> Market:
    """A few applicants with few classes, so that lots decide; some with a common order, quotas, lots by path."""
    choices, keys, capacity = small(rng, n_most=12)
    n, m = len(choices), len(capacity)
    eligible = (choices >= 0) & (keys != NOT_ELIGIBLE)
    common = np.broadcast_to(rng.integers(0, 4, n)[:, None], choices.shape)
    field = common if rng.random() < 0.5 else rng.integers(0, 4, choices.shape)
    order = dense_order([field], eligible)
    per_path = rng.random() < 0.3
    market = Market(
        intake_year=2023,
        round="final",
        seed=0,
        pupil=np.arange(n, dtype=np.int32),
        path=np.arange(m, dtype=np.int32),
        choices=choices,
        eligible=eligible,
        points=np.where(eligible, 100 * order, -1).astype(np.int32),
        order=order,
        lottery=np.zeros(choices.shape, np.int64) if per_path else rng.permutation(n).astype(np.int64),
        rank_breaks_ties=np.zeros(m, np.bool_),
        capacity=capacity,
    )
    return replace(market, pools=random_pools(rng, market)) if rng.random() < 0.5 else market


def random_pools(rng: np.random.Generator, market: Market) -> Pools:
    q = int(rng.integers(1, 4))
    path = rng.integers(0, len(market.capacity), q).astype(np.int32)
    left, seats = market.capacity.astype(np.int64).copy(), []
    for one in path:
        seats.append(int(rng.integers(0, left[one] + 1)))
        left[one] -= seats[-1]
    kind = rng.choice(["free_quota", "lottery", "reserved"], q).astype("U16")
    keys, entries = keys_of(market.order, np.arange(len(market.choices))), []
    for pool in range(q):
        who, column = np.nonzero((market.choices == path[pool]) & market.eligible)
        inside = np.ones(len(who), bool) if kind[pool] == "lottery" else rng.random(len(who)) < 0.6
        own = -rng.permutation(len(who)) if kind[pool] == "free_quota" else keys[who, column]
        entries += [(i, pool, k) for i, k, there in zip(who, own, inside, strict=True) if there]
    who, pool, key = zip(*entries, strict=True) if entries else ((), (), ())
    flags = rng.random((2, q)) < 0.5
    return Pools(
        path=path,
        seats=np.array(seats, np.int32),
        before_open=flags[0],
        soft=flags[1],
        kind=kind,
        applicant=np.array(who, np.int32),
        pool=np.array(pool, np.int32),
        key=np.array(key, np.int64),
    )


def same(fast, slow) -> bool:
    return np.array_equal(fast.cutoff, slow.cutoff) and fast[1:] == slow[1:]


def test_compiled_runs_are_those_of_the_slow_way_on_small_markets() -> None:
    rng = np.random.default_rng(11)
    kinds = set()
    for case in range(1000):
        market = random_market(rng)
        kinds.add((market.lottery.ndim, len(market.pools.path) > 0))
        resample = bool(case % 2)
        fast = one_run(rerun_lists(market), 5, case, resample=resample)
        assert same(fast, figures(redraw(market, case, seed=5, resample=resample))), case
    assert len(kinds) == 4


QUOTAS = tuple(PoolRule(kind, 0.2, soft=soft) for kind, soft in (("lottery", False), ("neighbourhood", True)))


@pytest.mark.parametrize("resample", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        MarketOptions(),
        MarketOptions(lottery="per_path"),
        MarketOptions(tie_break="rank_grades_number_lottery", pool_rules=QUOTAS),
        MarketOptions(lottery="per_path", pool_rules=QUOTAS),
    ],
    ids=["as it is", "lots by path", "other tie-break and quotas", "lots by path and quotas"],
)
def test_compiled_runs_are_those_of_the_slow_way_on_a_register(options: MarketOptions, *, resample: bool) -> None:
    market = build_market(small_register(150, 4), "final", options)
    lists = rerun_lists(market)
    found = set()
    for run in range(12):
        fast = one_run(lists, 1, run, resample=resample)
        assert same(fast, figures(redraw(market, run, seed=1, resample=resample)))
        found.add((fast.first_choice, *fast.cutoff))
    assert len(found) > 1 or not resample


def test_drawn_rows_are_fair() -> None:
    n, runs = 7, 7000
    drawn = np.array([drawn_rows(3, run, n, n, True) for run in range(runs)])
    once = np.array([drawn_rows(3, run, n, n, False) for run in range(runs)])
    assert (np.sort(once, axis=1) == np.arange(n)).all()
    # Each of the n**2 cells holds runs/n; five standard deviations of a binomial count.
    for table in (drawn, once):
        counts = np.array([np.bincount(table[:, place], minlength=n) for place in range(n)])
        assert np.abs(counts - runs / n).max() < 5 * np.sqrt(runs / n)
    lots = np.array([other_lots(3, run, n, 2).argmax() for run in range(runs)])
    assert np.abs(np.bincount(lots, minlength=n) - runs / n).max() < 5 * np.sqrt(runs / n)


def test_rows_that_another_round_alone_has_are_drawn_by_themselves() -> None:
    n, common, runs = 7, 4, 7000
    drawn = np.array([drawn_rows(3, run, n, common, True) for run in range(runs)])
    assert ((drawn < common).sum(axis=1) == common).all()
    # Each row stands at each place as often as any: runs/n; five standard deviations of a binomial count.
    counts = np.array([np.bincount(drawn[:, place], minlength=n) for place in range(n)])
    assert np.abs(counts - runs / n).max() < 5 * np.sqrt(runs / n)


def test_two_rounds_side_by_side_have_the_same_applicants() -> None:
    """Where one has fewer, the others have no choices there, and what comes out is that of a list with empty rows."""
    market = replace(build_market(small_register(150, 4), "final"), pools=Pools.none())
    here = np.arange(len(market.pupil)) % 3 > 0
    fewer = replace(
        market,
        **{
            name: getattr(market, name)[here] for name in ("pupil", "choices", "eligible", "points", "order", "lottery")
        },
    )
    emptied = replace(
        market,
        choices=np.where(here[:, None], market.choices, -1).astype(np.int32),
        eligible=market.eligible & here[:, None],
        order=np.where(here[:, None], market.order, NOT_ELIGIBLE),
    )
    for resample in (True, False):
        for run in range(5):
            today, scenario = (one_run(lists, 1, run, resample=resample) for lists in side_by_side(market, fewer))
            assert same(today, one_run(rerun_lists(market), 1, run, resample=resample))
            assert same(scenario, figures(redraw(emptied, run, seed=1, resample=resample)))
            swapped, whole = (one_run(lists, 1, run, resample=resample) for lists in side_by_side(fewer, market))
            assert swapped.seated < whole.seated


def test_lotteries_of_a_run_are_drawn_apart() -> None:
    lots = [other_lots(0, 0, 4000, lottery) for lottery in (0, 1)]
    lots += [other_lots(0, 1, 4000, 0), other_lots(1, 0, 4000, 0), np.arange(4000)]
    # Independent ranks of 4,000: the correlation's standard deviation is 1/sqrt(4000), here five of them.
    assert np.abs(np.corrcoef(lots) - np.eye(5)).max() < 5 / np.sqrt(4000)


def rounds() -> Rounds:
    lists = rerun_lists(build_market(small_register(120, 2), "final"))
    return Rounds(lists, rerun_lists(build_market(small_register(120, 3), "final")), np.arange(12, dtype=np.int32))


def equal(one: RunCounts, other: RunCounts) -> bool:
    return one.runs == other.runs and all(
        np.array_equal(histogram.counts, other.histograms[key].counts) for key, histogram in one.histograms.items()
    )


def test_the_same_bit_for_bit_on_any_number_of_threads() -> None:
    told: list[tuple[str, int]] = []
    whole = re_run(rounds(), 210, seed=1, resample=True, step=STEP, jobs=1, progress=lambda *what: told.append(what))
    assert told == [("re-runs", 40)] * 40
    for jobs in (2, 3, None):
        assert equal(whole, re_run(rounds(), 210, seed=1, resample=True, step=STEP, jobs=jobs))
    assert not equal(whole, re_run(rounds(), 210, seed=2, resample=True, step=STEP, jobs=2))


def test_the_same_bit_for_bit_on_a_cluster() -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=40
    ) as cluster:
        there = re_run(rounds(), 60, seed=1, resample=True, step=STEP, cluster=cluster.scheduler_address)
    assert equal(there, re_run(rounds(), 60, seed=1, resample=True, step=STEP, jobs=1))


def test_a_cluster_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("gymreg_core.matching.pieces._WAIT", 1.0)
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None, silence_logs=40) as cluster,
        pytest.raises(BadParameters, match="has no workers"),
    ):
        re_run(rounds(), 10, seed=0, resample=True, step=STEP, cluster=cluster.scheduler_address)


def test_a_cluster_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymreg_core.matching.pieces._WAIT", 1.0)
    with pytest.raises(BadParameters, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        re_run(rounds(), 10, seed=0, resample=True, step=STEP, cluster="tcp://127.0.0.1:1")


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"seed": -1}, {"jobs": 0}])
def test_no_runs_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadParameters, match="re-runs"):
        re_run(rounds(), **{"runs": 5, "seed": 0, "resample": True, "step": STEP, **wrong})


def test_counts_do_not_grow_with_the_number_of_runs() -> None:
    few, many = (re_run(rounds(), runs, seed=0, resample=True, step=STEP, jobs=1) for runs in (3, 300))
    assert {k: h.counts.shape for k, h in few.histograms.items()} == {
        k: h.counts.shape for k, h in many.histograms.items()
    }
    assert all(h.counts.sum() == 300 for (_, measure), h in many.histograms.items() if measure != "cutoff")
