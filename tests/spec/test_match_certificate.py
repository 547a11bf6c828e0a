"""The certificate: a right match passes every check, one broken on purpose fails the check that it breaks."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gymreg_core.matching import certificate as certificate_file
from gymreg_core.matching.build_market import MarketOptions, PoolRule
from gymreg_core.matching.certificate import COLUMNS, Certificate, certify
from gymreg_core.matching.certificate_words import phrase
from gymreg_core.matching.kernel import NONE, NOT_ELIGIBLE
from gymreg_core.matching.market import Market, Match, Pools
from gymreg_core.matching.mechanisms import immediate_acceptance
from gymreg_core.matching.pools import solve_with_pools
from gymreg_core.matching.solve import solve
from gymreg_core.matching.ties import keys_of
from gymreg_core.matching.year import run_year
from tests.matching_markets import market_of, region, small_market
from tests.registers import small_register

AGAIN = {"determinism", "row_order"}
"""Fail with any assignment but the one that the solver gives."""
APART = {*AGAIN, "second_solver"}


def plain() -> Market:
    """Ann, Bo, Cia and Dan by falling points want A, then B; one seat at A, two at B, so Dan goes without."""
    choices = np.array([[0, 1], [0, 1], [0, 1], [0, 1]], np.int32)
    return market_of((choices, np.repeat([[40], [30], [20], [10]], 2, axis=1), np.array([1, 2], np.int32)))


def crossed() -> Market:
    """Ann likes A best and Bo B, but A likes Bo best and B Ann."""
    choices, order = np.array([[0, 1], [1, 0]], np.int32), np.array([[1, 2], [1, 2]], np.int64)
    return market_of((choices, order, np.array([1, 1], np.int32)))


def quotas() -> Market:
    """Three seats: one reserved for Cia and Dan, filled first; Ann, Bo, Cia, Dan by falling points."""
    reserved = Pools(
        path=np.array([0], np.int32),
        seats=np.array([1], np.int32),
        before_open=np.array([True]),
        soft=np.array([True]),
        kind=np.array(["reserved"], "U16"),
        applicant=np.array([2, 3], np.int32),
        pool=np.array([0, 0], np.int32),
        key=np.array([2, 1], np.int64),
    )
    order = np.array([[40], [30], [20], [10]], np.int64)
    return market_of((np.zeros((4, 1), np.int32), order, np.array([3], np.int32)), pools=reserved)


def only_dan() -> Market:
    """The same, but the seat is reserved for Dan alone."""
    market = quotas()
    dan = replace(market.pools, applicant=np.array([3], np.int32), pool=np.zeros(1, np.int32), key=np.ones(1, np.int64))
    return replace(market, pools=dan)


def seated(market: Market, ranks: list[int], **other: Any) -> Match:
    """The right match, but with these choices (NONE = no seat) in place of its own, counts and cut-offs to fit."""
    right, rank = solve(market), np.array(ranks, np.int32)
    seat = np.where(rank == NONE, NONE, market.choices[np.arange(len(rank)), rank]).astype(np.int32)
    admitted = np.bincount(seat[seat != NONE], minlength=len(market.capacity)).astype(np.int32)
    cutoff = [
        min((right.keys[i, rank[i]] for i in np.flatnonzero(seat == j)), default=NOT_ELIGIBLE)
        if admitted[j] >= market.capacity[j]
        else NOT_ELIGIBLE
        for j in range(len(admitted))
    ]
    found = replace(right.assignment, seat=seat, rank=rank, admitted=admitted, cutoff_key=np.array(cutoff, np.int64))
    return replace(right, assignment=found, **other)


def two_seats() -> Match:
    """Dan has the seat at B by the rank and the one at A by the seat."""
    match = seated(plain(), [0, 1, 1, NONE])
    seat, rank = match.assignment.seat.copy(), match.assignment.rank.copy()
    seat[3], rank[3] = 0, 1
    return replace(match, assignment=replace(match.assignment, seat=seat, rank=rank))


def not_eligible() -> Match:
    """Ann sits at A, for which she has lost her eligibility."""
    match = solve(plain())
    keys, order, eligible = match.keys.copy(), match.market.order.copy(), match.market.eligible.copy()
    keys[0, 0], order[0, 0], eligible[0, 0] = NOT_ELIGIBLE, NOT_ELIGIBLE, False
    return replace(match, keys=keys, market=replace(match.market, eligible=eligible, order=order))


def another_order() -> Match:
    """Cia and Dan were solved in the other order than their points have."""
    market = plain()
    turned = replace(market, order=market.order[[0, 1, 3, 2]], points=market.points[[0, 1, 3, 2]])
    return replace(solve(turned), market=market)


def counted_wrong() -> Match:
    match = solve(plain())
    return replace(match, assignment=replace(match.assignment, admitted=match.assignment.admitted + np.int32(1)))


def with_cutoff(path: int, key: int) -> Match:
    match = solve(plain())
    cutoff = match.assignment.cutoff_key.copy()
    cutoff[path] = key
    return replace(match, assignment=replace(match.assignment, cutoff_key=cutoff))


def boston() -> Match:
    """Solved by immediate acceptance: Bo, second in order, loses B to Dan, who put it first."""
    lists = np.array([[0, 1], [0, 1], [0, 1], [1, 0]], np.int32)
    market = replace(plain(), choices=lists, capacity=np.array([1, 1], np.int32))
    keys = keys_of(market.order, market.lottery)
    found = solve_with_pools(market.choices, keys, market.capacity, market.pools, immediate_acceptance)
    return Match(market, keys, *found)


BROKEN: dict[str, tuple[Callable[[], Match], set[str]]] = {
    "one_seat": (two_seats, {*AGAIN}),
    "eligibility": (not_eligible, {*APART, "applicant_optimal", "cutoffs", "four_mechanisms", "no_justified_envy"}),
    "priorities": (another_order, {*AGAIN}),
    "capacity": (
        lambda: seated(plain(), [0, 0, 1, 1]),
        {*APART, "applicant_optimal", "four_mechanisms"},
    ),
    "no_wasted_seat": (
        lambda: seated(plain(), [0, 1, NONE, NONE]),
        {*APART, "applicant_optimal", "cutoffs", "four_mechanisms"},
    ),
    "no_justified_envy": (
        lambda: seated(plain(), [0, 1, NONE, 1]),
        {*APART, "applicant_optimal", "cutoffs", "four_mechanisms"},
    ),
    "quota_rules": (
        lambda: replace(solve(quotas()), pool=np.array([NONE, NONE, NONE, NONE], np.int32)),
        {*APART, "cutoffs", "no_justified_envy"},
    ),
    "cutoffs": (lambda: with_cutoff(1, NOT_ELIGIBLE), {*AGAIN}),
    "second_solver": (lambda: seated(crossed(), [1, 1]), {*AGAIN}),
    "applicant_optimal": (lambda: seated(crossed(), [1, NONE]), {*APART, "cutoffs", "no_wasted_seat"}),
    "four_mechanisms": (boston, {*APART, "applicant_optimal", "cutoffs", "no_justified_envy"}),
}


@pytest.mark.parametrize("check", BROKEN)
def test_a_broken_assignment_fails_the_check_that_it_breaks(check: str) -> None:
    make, besides = BROKEN[check]
    certificate = certify(make())
    failed = set(certificate.table.loc[certificate.table["status"] == "failed", "check"])
    assert failed == {check, *besides}
    assert not certificate.passed


def test_a_solver_that_answers_differently_the_second_time_fails() -> None:
    match = solve(plain())
    certificate = certify(
        match, solver=lambda market: seated(plain(), [1, 0, 1, NONE]) if market is match.market else solve(market)
    )
    assert certificate.summary()["failed_checks"] == ["determinism"]


def test_a_solver_that_looks_at_the_order_of_rows_fails() -> None:
    tied = market_of((np.zeros((9, 1), np.int32), np.zeros((9, 1), np.int64), np.array([2], np.int32)))

    def by_row(market: Market) -> Match:
        found = solve(replace(market, lottery=np.arange(len(market.choices))))
        return replace(found, market=market)

    certificate = certify(by_row(tied), solver=by_row)
    assert certificate.summary()["failed_checks"] == ["row_order"]


def test_every_check_is_broken_above() -> None:
    assert set(certify(solve(quotas())).table["check"]) == {*BROKEN, *AGAIN}


MORE_BROKEN = {
    "a pool above its seats": (
        seated(quotas(), [0, NONE, 0, 0], pool=np.array([NONE, NONE, 0, 0], np.int32)),
        "capacity",
    ),
    "a stranger in a pool": (replace(solve(quotas()), pool=np.array([0, NONE, NONE, NONE], np.int32)), "eligibility"),
    "counts that are not those of the seats": (counted_wrong(), "capacity"),
    "a cut-off above the last admitted": (with_cutoff(1, 1 << 60), "cutoffs"),
    "a member refused a reserved seat": (seated(quotas(), [0, 0, NONE, NONE]), "no_wasted_seat"),
    "a stranger in the seat of a member": (
        seated(only_dan(), [0, 0, 0, NONE], pool=np.full(4, NONE, np.int32)),
        "no_justified_envy",
    ),
    "a member behind another in the pool's order": (
        seated(quotas(), [0, 0, NONE, 0], pool=np.array([NONE, NONE, NONE, 0], np.int32)),
        "no_justified_envy",
    ),
    "a seat far outside": (
        replace(solve(plain()), assignment=replace(solve(plain()).assignment, seat=np.full(4, 99, np.int32))),
        "one_seat",
    ),
}


@pytest.mark.parametrize("name", MORE_BROKEN)
def test_other_ways_to_be_broken_are_seen_too(name: str) -> None:
    match, check = MORE_BROKEN[name]
    assert check in certify(match).summary()["failed_checks"]


def test_hard_pools_leave_seats_empty_and_soft_ones_do_not() -> None:
    soft = quotas()
    nobody = replace(soft.pools, applicant=np.zeros(0, np.int32), pool=np.zeros(0, np.int32), key=np.zeros(0, np.int64))
    soft = replace(soft, pools=nobody)
    hard = replace(soft, pools=replace(nobody, soft=np.array([False])))
    assert solve(soft).assignment.admitted.tolist() == [3]
    assert solve(hard).assignment.admitted.tolist() == [2]
    assert certify(solve(soft)).passed
    assert certify(solve(hard)).passed
    assert "no_wasted_seat" in certify(replace(solve(hard), market=soft)).summary()["failed_checks"]
    assert "capacity" in certify(replace(solve(soft), market=hard)).summary()["failed_checks"]


@pytest.mark.parametrize("method", ["serial_dictatorship", "top_trading_cycles"])
def test_each_of_the_four_mechanisms_is_asked(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    choices = np.array([[0, 1], [0, 1], [1, NONE]], np.int32)
    order = np.where(choices == NONE, NOT_ELIGIBLE, np.array([3, 2, 1])[:, None])
    match = solve(market_of((choices, order, np.array([1, 1], np.int32)), lottery=np.zeros(3, np.int64)))
    assert certify(match).passed
    monkeypatch.setattr(certificate_file, method, immediate_acceptance)
    assert certify(match).summary()["failed_checks"] == ["four_mechanisms"]


def test_right_matches_pass_whatever_the_market() -> None:
    rng = np.random.default_rng(7)
    common = 0
    for _ in range(400):
        certificate = certify(solve(small_market(rng, n_most=9)))
        assert certificate.passed, certificate.table
        common += certificate.summary()["passed"] == 12
    assert common > 20


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_a_region_passes(noise: float) -> None:
    choices, keys, capacity = region(4_000, 1, noise=noise)
    order = np.where(choices >= 0, keys >> 21, NOT_ELIGIBLE)
    certificate = certify(solve(market_of((choices, order, capacity))))
    assert certificate.passed
    assert certificate.figures["trade_up"] == 0 if noise == 0 else certificate.figures["trade_up"] > 0


def test_figures() -> None:
    """Cia and Dan have lost their first choices; Dan is eligible nowhere."""
    market = plain()
    lists = np.array([[0, 1], [0, 1], [NONE, 1], [NONE, 1]], np.int32)
    market = replace(market, choices=lists, eligible=np.array([[1, 1], [1, 1], [0, 1], [0, 0]], np.bool_))
    market = replace(market, order=np.where(market.eligible, market.order, NOT_ELIGIBLE))
    figures = certify(solve(market)).figures
    assert figures == {
        "applicants": 4,
        "study_paths": 2,
        "seats": 3,
        "admitted": 3,
        "unassigned": 1,
        "eligible_nowhere": 1,
        "first_choice": 1,
        "first_choice_of_applicants": 0.25,
        "first_choice_of_admitted": 1 / 3,
        "rank_distribution": [1, 2],
        "trade_up": 0,
        "truth_telling_safe": True,
        "at_rank_ties": 0,
    }


def test_who_has_no_choice_left_is_not_told_as_not_eligible() -> None:
    """In a reserve round Dan has declined and withdrawn: without a seat, and eligible for all there was."""
    market = plain()
    left = np.array([True, True, True, False])[:, None]
    market = replace(market, choices=np.where(left, market.choices, NONE), eligible=market.eligible & left)
    found = certify(solve(replace(market, order=np.where(left, market.order, NOT_ELIGIBLE))))
    assert found.passed
    assert (found.figures["unassigned"], found.figures["eligible_nowhere"]) == (1, 0)
    assert (
        "fewer than 5 applicants are without a seat; none of them lack eligibility for all"
        in found.describe("en").lower()
    )
    assert "färre än 5 sökande står utan plats, varav ingen utan behörighet" in found.describe("sv").lower()


def test_what_stability_costs() -> None:
    """Ann and Bo would trade A for B, but Cia, who wants A alone, stands before Bo there (Roth 1982)."""
    choices = np.array([[1, 0], [0, 1], [0, NONE]], np.int32)
    order = np.array([[2, 3], [1, 3], [2, NOT_ELIGIBLE]], np.int64)
    certificate = certify(solve(market_of((choices, order, np.array([1, 1], np.int32)))))
    assert certificate.passed
    assert certificate.figures["trade_up"] == 2


def test_where_the_place_on_the_list_breaks_ties_truth_telling_can_be_punished() -> None:
    """At A, with one seat, Bo and Cia have equal points, and Bo put it first; Ann is above and Dan below the tie."""
    choices = np.array([[0, NONE], [0, NONE], [1, 0], [0, NONE]], np.int32)
    points = np.array([[30, -1], [20, -1], [20, 20], [10, -1]], np.int32)
    order = np.array([[30, 0], [21, 0], [20, 20], [10, 0]], np.int64)
    market = market_of((choices, np.where(choices >= 0, order, NOT_ELIGIBLE), np.array([2, 0], np.int32)))
    market = replace(market, points=points, rank_breaks_ties=np.array([True, False]))
    certificate = certify(solve(market))
    assert certificate.passed
    assert not certificate.figures["truth_telling_safe"]
    assert certificate.figures["at_rank_ties"] == 2
    assert "straffa sig" in certificate.describe("sv")
    with_room = certify(solve(replace(market, capacity=np.array([3, 0], np.int32))))
    assert with_room.figures["at_rank_ties"] == 0
    elsewhere = certify(solve(replace(market, rank_breaks_ties=np.array([False, True]))))
    assert elsewhere.figures["truth_telling_safe"], "nobody is admitted there"


def test_it_is_written_down_and_read_back() -> None:
    certificate = certify(solve(quotas()))
    record = json.loads(json.dumps(certificate.to_dict()))
    again = Certificate.from_dict(record)
    assert again.to_dict() == certificate.to_dict()
    assert again.table.equals(certificate.table)
    assert again.passed
    assert list(again.table.columns) == list(COLUMNS)
    assert again.table["check"].is_unique


@pytest.mark.parametrize(("n", "k", "m"), [(0, 2, 1), (2, 0, 1), (2, 2, 0), (0, 0, 0)])
def test_nobody_nothing_nowhere(n: int, k: int, m: int) -> None:
    empty = (np.full((n, k), NONE, np.int32), np.zeros((n, k), np.int64), np.full(m, 3, np.int32))
    certificate = certify(solve(market_of(empty)))
    assert certificate.passed
    assert (certificate.figures["first_choice_of_applicants"] is None) == (n == 0)
    assert certificate.figures["first_choice_of_admitted"] is None
    assert certificate.describe("sv")


@pytest.mark.parametrize(
    "options", [MarketOptions(), MarketOptions(tie_break="rank_grades_lottery", lottery="per_path")]
)
def test_every_round_of_a_year_passes(options: MarketOptions) -> None:
    quotas_too = (PoolRule("lottery", 0.2, before_open=False), PoolRule("neighbourhood", 0.2, soft=False))
    for seed in range(4):
        year = run_year(small_register(200, seed), replace(options, seed=seed, pool_rules=quotas_too))
        for match in year.matches.values():
            certificate = certify(match)
            assert certificate.passed, certificate.table
            assert certificate.figures["truth_telling_safe"] == (options.tie_break is None)


@pytest.mark.parametrize("module", ["view", "checks", "solvers"])
def test_it_takes_nothing_from_the_solver_but_the_meaning_of_its_arrays(module: str) -> None:
    tree = ast.parse(Path(f"{certificate_file.__file__}".replace(".py", f"_{module}.py")).read_text(encoding="utf-8"))
    taken = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("gymreg_core")
        for alias in node.names
    }
    own = {name for name in taken if name.startswith("gymreg_core.matching.certificate_")}
    meaning = {f"gymreg_core.matching.kernel.{name}" for name in ("NONE", "NOT_ELIGIBLE", "SHUT", "Int64")}
    meaning |= {f"gymreg_core.matching.market.{name}" for name in ("Bools", "Market", "Match")}
    assert taken <= own | meaning


def test_its_words() -> None:
    assert not phrase().incomplete()
    right, wrong = certify(solve(quotas())), certify(two_seats())
    assert right.describe("sv").startswith("Matchningen är granskad: alla 12 kontroller är uppfyllda.")
    assert right.describe("en").startswith("The match was certified: all 12 checks passed.")
    assert "(one seat each, determinism, order of rows)" in wrong.describe("en")
    for language in ("sv", "en"):
        assert {"sv": "Färre än 5 sökande", "en": "Fewer than 5 applicants"}[language] in right.describe(language)
        shown = right.labelled(language)
        assert len(shown) == len(right.table)
        assert shown.iloc[:, 1].str.endswith(".").all()
    assert "<table" in right._repr_html_()
    assert "ej uppfylld" in wrong._repr_html_()
