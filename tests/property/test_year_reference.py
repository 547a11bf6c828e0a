"""The year against a slow one in plain Python, on random small registers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.register import Register, as_table
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.lists import calendar
from gymreg_core.matching.market import Market, Match
from gymreg_core.matching.year import reserve_list, run_year
from tests.registers import small_register

SEEDS = range(60)
Pair = tuple[int, int]


def random_year(seed: int) -> tuple[Register, dict[str, np.ndarray[Any, Any]]]:
    """A register with choices that come in all through the summer, and seats that change before some reserve round."""
    rng = np.random.default_rng([seed, 1])
    register = small_register(int(rng.integers(4, 30)), seed, paths=int(rng.integers(2, 8)), longest=5)
    rows = register.applications.copy()
    summer = rows["round"].eq("final").to_numpy() & (rng.random(len(rows)) < 0.2)
    days = rng.integers(0, 60, summer.sum())
    rows.loc[summer, "received"] = pd.Timestamp(f"{register.intake_year}-06-20") + pd.to_timedelta(days, unit="D")
    rows["late"] = summer & (rng.random(len(rows)) < 0.7)
    paths = register.study_paths.copy()
    paths["tie_break"] = rng.choice(["", "rank_grades_lottery", "science_first"], len(paths))
    paths["free_quota_seats"] = np.minimum(paths["seats_final"], rng.integers(0, 3, len(paths)))
    later = {
        name: rng.integers(0, 6, len(paths)).astype(np.int32)
        for name in ("reserve_1", "reserve_2")
        if rng.random() < 0.5
    }
    changed = replace(register, applications=as_table("applications", rows), study_paths=as_table("study_paths", paths))
    return changed, later


def orders(market: Market) -> tuple[dict[Pair, tuple[int, int]], dict[Pair, int]]:
    """By pupil and path, of eligible choices: place in the path's order, and in its free quota, higher first."""
    lots = market.lottery if market.lottery.ndim == 2 else np.broadcast_to(market.lottery[:, None], market.order.shape)
    rows = {
        (int(market.pupil[i]), int(market.choices[i, c])): (int(market.order[i, c]), int(lots[i, c]))
        for i, c in zip(*np.nonzero(market.eligible), strict=True)
    }
    pools = market.pools
    quota = {
        (int(market.pupil[i]), int(pools.path[q])): int(key)
        for i, q, key in zip(pools.applicant, pools.pool, pools.key, strict=True)
    }
    return rows, quota


def chosen(path: int, who: list[int], seats: int, reserved: int, keys: Any, quota: dict[Pair, int]) -> list[int]:
    """Whom a path takes of those who ask: its free quota first, then the others in its order."""
    members = sorted((p for p in who if (p, path) in quota), key=lambda p: -quota[p, path])[:reserved]
    rest = sorted((p for p in who if p not in members), key=lambda p: keys[p, path], reverse=True)
    return members + rest[: seats - len(members)]


def slow_match(wishes: dict[int, list[int]], seats: dict[int, int], reserved: dict[int, int], keys: Any, quota: Any):
    """Everyone asks the best path that has not refused; each path keeps whom it likes best; until nobody asks."""
    ask = {pupil: list(paths) for pupil, paths in wishes.items()}
    while True:
        asking = defaultdict(list)
        for pupil, paths in ask.items():
            if paths:
                asking[paths[0]].append(pupil)
        kept = {j: chosen(j, who, seats[j], reserved.get(j, 0), keys, quota) for j, who in asking.items()}
        refused = [(pupil, j) for j, who in asking.items() for pupil in who if pupil not in kept[j]]
        if not refused:
            return {pupil: j for j, who in kept.items() for pupil in who}
        for pupil, _ in refused:
            ask[pupil].pop(0)


def slow_year(
    register: Register, options: MarketOptions, later: dict[str, np.ndarray[Any, Any]]
) -> list[dict[int, int]]:
    """Seats by pupil after the final admission and each reserve round."""
    replies = register.replies.set_index("pupil")
    declined = set(replies.index[replies["answer"] == "declined"])
    withdrawn = set(replies.index[replies["withdraws_higher"]])
    rows = register.applications[register.applications["round"] == "final"].sort_values(["pupil", "rank"])
    days = calendar(register.intake_year)
    seats = {
        j: n for j, n in enumerate(register.study_paths["seats_final"]) if register.study_paths["state"][j] == "open"
    }
    out, standing, held, quota_held, seen = [], defaultdict(list), {}, {}, set()
    for number, name in enumerate(("final", "reserve_1", "reserve_2")):
        day = pd.Timestamp(days["final_admission" if name == "final" else name]) + pd.Timedelta(days=1)
        keys, quota = orders(build_market(register, name, options))
        wishes = {}
        for pupil, lines in rows[rows["received"] < day].groupby("pupil"):
            mine = [j for j in lines["path"] if j in standing[pupil] or (pupil, j) not in seen]
            standing[pupil] = mine
            wishes[pupil] = [j for j in mine if (pupil, j) in keys]
            if number and pupil in held:
                below = mine[mine.index(held[pupil]) + 1 :]
                wishes[pupil] = [j for j in wishes[pupil] if j not in below]
        seen |= {(p, j) for p, j in zip(rows["pupil"], rows["path"], strict=True) if j in standing[p]}
        reserved = dict(enumerate(register.study_paths["free_quota_seats"]))
        if number:
            keys = {pair: (held.get(pair[0]) == pair[1], *key) for pair, key in keys.items()}
            quota = {pair: key for pair, key in quota_held.items() if held.get(pair[0]) == pair[1]}
            reserved = {j: sum(path == j for _, path in quota) for j in seats}
            if name in later:
                seats = {j: int(later[name][j]) for j in range(len(register.study_paths))}
        room = {
            j: max(seats.get(j, 0), sum(h == j for h in held.values()) if number else 0)
            for j in range(len(register.study_paths))
        }
        got = slow_match(wishes, room, reserved, keys, quota)
        out.append(got)
        in_quota = {}
        for pupil, j in got.items():
            if (pupil, j) in quota:
                rivals = [p for p, k in got.items() if k == j and (p, j) in quota]
                if sorted(rivals, key=lambda p: -quota[p, j]).index(pupil) < reserved[j]:
                    in_quota[pupil, j] = quota[pupil, j]
        quota_held = in_quota
        for pupil, mine in standing.items():
            j = got.get(pupil)
            gives_up = number == 0 and pupil in declined and j is not None
            above = mine if j is None else mine[: mine.index(j)]
            waits = above if number or pupil not in withdrawn else []
            standing[pupil] = waits + ([j] if j is not None and not gives_up else [])
        held = {p: j for p, j in got.items() if number or p not in declined}
    return out


def seats_of(match: Match) -> dict[int, int]:
    pairs = zip(match.market.pupil.tolist(), match.assignment.seat.tolist(), strict=True)
    return {pupil: seat for pupil, seat in pairs if seat >= 0}


@pytest.mark.parametrize("lottery", ["single", "per_path"])
def test_the_year_is_the_slow_year(lottery: str) -> None:
    moved = 0
    for seed in SEEDS:
        register, later = random_year(seed)
        options = MarketOptions(seed=seed, lottery=lottery)
        year = run_year(register, options, seats_later=later)
        fast = [seats_of(year.matches[name]) for name in ("final", "reserve_1", "reserve_2")]
        assert fast == slow_year(register, options, later), seed
        for before, after in pairwise(fast):
            moved += sum(before.get(pupil) != path for pupil, path in after.items())
    assert moved > len(SEEDS)  # the rounds did something


def test_in_a_reserve_round_nobody_falls() -> None:
    """Who keeps a seat holds it or a higher choice afterwards; reserves stand above the seat, in places from 1."""
    for seed in SEEDS:
        register, later = random_year(seed)
        year = run_year(register, MarketOptions(seed=seed), seats_later=later)
        declined = set(register.replies["pupil"][register.replies["answer"] == "declined"])
        rank = register.applications[register.applications["round"] == "final"].set_index(["pupil", "path"])["rank"]
        rounds = [year.matches[name] for name in ("final", "reserve_1", "reserve_2")]
        for before, after in pairwise(rounds):
            held, holds = seats_of(before), seats_of(after)
            for pupil, path in held.items():
                if before.market.round == "final" and pupil in declined:
                    continue
                assert rank[pupil, holds[pupil]] <= rank[pupil, path]
            waiting = reserve_list(after)
            for pupil, path in zip(waiting["pupil"], waiting["path"], strict=True):
                assert pupil not in holds or rank[pupil, path] < rank[pupil, holds[pupil]]
            places = waiting.groupby("path")["place"].agg(list)
            assert all(found == list(range(1, len(found) + 1)) for found in places)
