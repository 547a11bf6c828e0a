"""The value of a seat beside matching the whole market again, seat by seat."""

from __future__ import annotations

import numpy as np
import pytest

from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.market import Match
from gymreg_core.matching.solve import solve
from gymreg_core.planning.seat_kernel import Moves
from gymreg_core.planning.seat_value import LESS, MORE, seat_moves, seat_values
from gymreg_core.synthetic.registers import make_register
from tests.matching_markets import small_market
from tests.registers import small_register
from tests.seat_values import again, counted, with_seats

BATCHES, CASES = 5, 200
DRAWN, SCALE = 200, 0.2  # study paths that are matched again, and the size of the made-up region they are drawn from


def after(match: Match, moves: Moves, path: int) -> np.ndarray:
    rank, mine = match.assignment.rank.copy(), moves.change == path
    assert (rank[moves.who[mine]] == moves.before[mine]).all()
    rank[moves.who[mine]] = moves.after[mine]
    return rank


@pytest.mark.parametrize("batch", range(BATCHES))
def test_everyone_sits_as_in_a_new_match(batch: int) -> None:
    rng = np.random.default_rng([batch, 7])
    moved = chained = 0
    for _ in range(CASES):
        match = solve(small_market(rng, n_most=12, m_most=6))
        market = match.market
        more, less = seat_moves(match)
        for path, seats in enumerate(market.capacity):
            again_more = solve(with_seats(market, path, 1)).assignment.rank
            assert (after(match, more, path) == again_more).all()
            if seats:
                assert (after(match, less, path) == solve(with_seats(market, path, -1)).assignment.rank).all()
            moved += (again_more != match.assignment.rank).any()
            chained += (again_more != match.assignment.rank).sum() > 1
    assert chained > moved / 10, "hardly any market where one seat moves more than one applicant"


@pytest.mark.parametrize("seed", range(6))
def test_the_counts_are_those_of_the_register_with_other_seats(seed: int) -> None:
    register = small_register(n=90, seed=seed, paths=14)
    round_ = ("preliminary", "final")[seed % 2]
    paths = seat_values(register, round_, seed=seed).paths.set_index("path_id")
    market = build_market(register, round_)
    assert len(market.pools.path) > 0 or round_ == "preliminary", "no free quota to take seats from"
    before = solve(build_market(register, round_, MarketOptions(seed=seed)))
    for path, (path_id, state) in enumerate(register.study_paths[["path_id", "state"]].itertuples(index=False)):
        if state != "open":
            assert path_id not in paths.index
            continue
        more = counted(before, again(register, path, 1, round_=round_, seed=seed))
        assert paths.loc[path_id, [n for n in MORE if n != "local"]].to_dict() == {n: more[n] for n in MORE[:3]}
        if market.capacity[path]:
            less = counted(before, again(register, path, -1, round_=round_, seed=seed))
            assert paths.loc[path_id, list(LESS)].to_dict() == {n: less[n] for n in LESS}


def test_two_hundred_study_paths_of_the_made_up_region() -> None:
    register = make_register(2023, scale=SCALE)
    match = solve(build_market(register, "final"))
    paths = seat_values(register).paths.set_index("path_id")
    more, less = seat_moves(match)
    rng = np.random.default_rng(2023)
    for path in rng.choice(len(match.market.capacity), min(DRAWN, len(match.market.capacity)), replace=False):
        for change, moves, names in ((1, more, MORE[:3]), (-1, less, LESS)):
            if change < 0 and not match.market.capacity[path]:
                continue
            whole = solve(with_seats(match.market, path, change))
            assert (after(match, moves, path) == whole.assignment.rank).all()
            told = paths.loc[register.study_paths["path_id"].iloc[path], list(names)].to_dict()
            assert told == {name: counted(match, whole)[name] for name in names}
    assert paths["gained"].max() > 1
